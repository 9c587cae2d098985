//! What a text in the configuration means.

use std::time::Duration;

use smtp::Security;
use spool_format::Wall;

use super::{Account, Endpoint};

/// Reads `200ms`, `30s`, `10m`, `48h` or `3d`.
pub fn time(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let wrong = || {
        format!("`{text}` is not a time; write for example \"200ms\", \"30s\", \"10m\", \"48h\" or \"3d\"")
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let ms_each = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60 * 1_000,
        "h" => 3_600 * 1_000,
        "d" => 24 * 3_600 * 1_000,
        _ => return Err(wrong()),
    };
    match number.checked_mul(ms_each) {
        Some(0) => Err(format!("`{text}` is no time at all")),
        Some(ms) => Ok(Duration::from_millis(ms)),
        None => Err(wrong()),
    }
}

/// Reads the name of a host, and gives it in the form in which names are compared.
pub(super) fn host(text: &str) -> Result<String, String> {
    let name = crate::address::ascii(text.trim_end_matches('.')).to_ascii_lowercase();
    let is_host = !name.is_empty()
        && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-._".contains(&octet));
    if is_host { Ok(name) } else { Err(format!("`{text}` is not the name of a host")) }
}

/// Reads `starttls`, `implicit` (in an endpoint also `tls`) or `none`.
pub(super) fn security(text: &str) -> Result<Security, String> {
    match text {
        "starttls" => Ok(Security::StartTls),
        "implicit" | "tls" => Ok(Security::Implicit),
        "none" => Ok(Security::None),
        _ => Err(format!("`{text}` is not a kind of TLS; write \"starttls\", \"implicit\" or \"none\"")),
    }
}

/// Reads `465/tls`, `587/starttls` or `25/none`.
pub(super) fn endpoint(text: &str) -> Result<Endpoint, String> {
    let wrong = || format!("`{text}` is not an endpoint; write for example \"465/tls\" or \"587/starttls\"");
    let (port, kind) = text.split_once('/').ok_or_else(wrong)?;
    match port.parse() {
        Ok(0) | Err(_) => Err(wrong()),
        Ok(port) => Ok(Endpoint { port, security: security(kind).map_err(|_| wrong())? }),
    }
}

impl std::fmt::Display for Endpoint {
    /// As it is written in the configuration.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.security {
            Security::StartTls => "starttls",
            Security::Implicit => "tls",
            Security::None => "none",
        };
        write!(f, "{}/{kind}", self.port)
    }
}

/// Reads `nagios` or `@alertmail-ops`.
pub(super) fn account(text: &str) -> Result<Account, String> {
    let name = text.strip_prefix('@').unwrap_or(text);
    let sound =
        |character: char| !character.is_whitespace() && !character.is_control() && !"@:,".contains(character);
    if name.is_empty() || !name.chars().all(sound) {
        let shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
        return Err(format!(
            "`{shown}` names nobody; write a user like \"nagios\" or a group like \"@operators\""
        ));
    }
    let make = if name.len() < text.len() { Account::Group } else { Account::User };
    Ok(make(name.to_owned()))
}

/// Reads `2026-02-25`.
pub(super) fn day(text: &str) -> Result<(), String> {
    match Wall::parse(&format!("{text}T00:00:00Z")) {
        Some(midnight) if midnight.day() == text => Ok(()),
        Some(_) | None => Err(format!("`{text}` is not a day; write for example \"2026-02-25\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_number_and_a_unit() {
        for (text, ms) in
            [("200ms", 200), ("30s", 30_000), ("10m", 600_000), ("48h", 172_800_000), ("3d", 259_200_000)]
        {
            assert_eq!(time(text).map(|time| time.as_millis()), Ok(ms), "{text}");
        }
        for text in
            ["", "s", "30", "0s", "-1s", "1.5s", "99999999999999999999s", "18446744073709551615d", "１s"]
        {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_endpoint_is_a_port_and_a_kind_of_tls() {
        assert_eq!(endpoint("465/tls"), Ok(Endpoint { port: 465, security: Security::Implicit }));
        assert_eq!(endpoint("587/starttls"), Ok(Endpoint { port: 587, security: Security::StartTls }));
        for text in ["", "465", "465/ssl", "0/tls", "65536/tls", "x/tls", "/"] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_at_sign_makes_a_name_a_group() {
        assert_eq!(account("nagios"), Ok(Account::User("nagios".into())));
        assert_eq!(account("@ops"), Ok(Account::Group("ops".into())));
        for text in ["", "@", "@@ops", "a b", "a@example.jp", "a:b"] {
            assert!(account(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_has_three_numbers_and_exists() {
        assert_eq!(day("2026-02-25"), Ok(()));
        for text in ["", "2026-02-30", "2026-2-25", "26-02-25", "2026-02-25T", "soon"] {
            assert!(day(text).is_err(), "{text}");
        }
    }
}
