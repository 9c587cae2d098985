//! Addresses as the wire allows them (RFC 5321 section 4.1.2).
//!
//! Parsed once at the door; behind it no address can end a command, start another one, or need an extension that
//! submission providers do not have. Old mobile carriers gave out local parts with dots in forbidden places, which
//! are still in use: they are quoted on the wire, and only they, since some servers do not know quoted names.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::limits::{DOMAIN_OCTETS_MAX, LABEL_OCTETS_MAX, LOCAL_OCTETS_MAX, PATH_OCTETS_MAX};
use crate::printable::{cut, printable};

/// An envelope address that can be sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    given: String,
    wire: String,
}

/// Why a text cannot be an envelope address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("address `{address}` {fault}")]
pub struct PathError {
    /// The text, printable and cut.
    pub address: String,
    /// What is wrong with it.
    pub fault: PathFault,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Characters outside ASCII.
    #[error("has characters outside ASCII; submission providers do not support SMTPUTF8")]
    NotAscii,
    /// A control character, a blank or an angle bracket, quoted or not.
    #[error("has a control character, a blank or an angle bracket in it")]
    Forbidden,
    /// No `@`, or nothing behind it.
    #[error("has no domain")]
    NoDomain,
    /// The part in front of the `@` is empty or has characters that need quotes.
    #[error("has a local part that is empty or would have to be quoted")]
    Local,
    /// The part behind the `@` is neither a domain name nor an address literal.
    #[error("has a domain that is neither a host name nor an address literal in brackets")]
    Domain,
    /// Too many octets before the `@`, behind it, or in all.
    #[error(
        "is too long; at most {LOCAL_OCTETS_MAX} octets before the @, {DOMAIN_OCTETS_MAX} behind it, \
         {PATH_OCTETS_MAX} in all"
    )]
    TooLong,
}

impl Path {
    /// Reads a bare address, `local@domain`, without angle brackets and without a name.
    ///
    /// Accepts quoted local parts, address literals such as `[192.0.2.1]` and `[IPv6:2001:db8::1]`, and dots in
    /// forbidden places of an unquoted local part. Lengths are those on the wire.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        match wire_form(text) {
            Ok(wire) => Ok(Self { given: text.to_owned(), wire }),
            Err(fault) => Err(PathError { address: cut(&printable(text.as_bytes())), fault }),
        }
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// The address as it is sent, without the angle brackets; quoted where it has to be.
    pub fn wire(&self) -> &str {
        &self.wire
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

fn wire_form(text: &str) -> Result<String, PathFault> {
    if !text.is_ascii() {
        return Err(PathFault::NotAscii);
    }
    if text.bytes().any(|octet| !octet.is_ascii_graphic() || matches!(octet, b'<' | b'>')) {
        return Err(PathFault::Forbidden);
    }
    let (local, domain) =
        text.rsplit_once('@').filter(|(_, domain)| !domain.is_empty()).ok_or(PathFault::NoDomain)?;
    let wire = match local {
        quoted if is_quoted_string(quoted) => text.to_owned(),
        plain if !is_atoms_and_dots(plain) => return Err(PathFault::Local),
        plain if plain.split('.').any(str::is_empty) => format!("\"{plain}\"@{domain}"),
        _ => text.to_owned(),
    };
    let local_octets = wire.len() - domain.len() - 1;
    if local_octets > LOCAL_OCTETS_MAX || domain.len() > DOMAIN_OCTETS_MAX || wire.len() > PATH_OCTETS_MAX {
        return Err(PathFault::TooLong);
    }
    if is_host_name(domain) || is_address_literal(domain) { Ok(wire) } else { Err(PathFault::Domain) }
}

/// Quoted-string of RFC 5321, without blanks, which were refused before.
fn is_quoted_string(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut octets = inner.bytes();
    while let Some(octet) = octets.next() {
        let whole = match octet {
            b'\\' => octets.next().is_some(),
            b'"' => false,
            _ => true,
        };
        if !whole {
            return false;
        }
    }
    !inner.is_empty()
}

fn is_atoms_and_dots(local: &str) -> bool {
    !local.is_empty()
        && local
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&octet))
}

/// Labels of letters, digits, hyphens; underscores too, which inner networks use.
fn is_host_name(domain: &str) -> bool {
    domain.split('.').all(|label| {
        (1..=LABEL_OCTETS_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
    })
}

fn is_address_literal(domain: &str) -> bool {
    let Some(inner) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match inner.split_at_checked("IPv6:".len()) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => address.parse::<Ipv6Addr>().is_ok(),
        Some(_) | None => inner.parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_wire_allows_is_accepted_and_quoted_only_where_it_must_be() {
        for (given, wire) in [
            ("oncall@example.jp", "oncall@example.jp"),
            ("a+b/c=d@sub.example.com", "a+b/c=d@sub.example.com"),
            ("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp"),
            ("a.@ezweb.ne.jp", "\"a.\"@ezweb.ne.jp"),
            (".a@docomo.ne.jp", "\".a\"@docomo.ne.jp"),
            ("\"a..b\"@docomo.ne.jp", "\"a..b\"@docomo.ne.jp"),
            ("\"a\\\"@b\"@example.com", "\"a\\\"@b\"@example.com"),
            ("root@localhost", "root@localhost"),
            ("a@my_host.example.com", "a@my_host.example.com"),
            ("a@[192.0.2.1]", "a@[192.0.2.1]"),
            ("a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"),
        ] {
            let path = Path::parse(given).unwrap();
            assert_eq!((path.as_str(), path.wire()), (given, wire));
        }
    }

    #[test]
    fn what_could_harm_the_dialogue_is_refused() {
        for (given, fault) in [
            ("", PathFault::NoDomain),
            ("root", PathFault::NoDomain),
            ("a@", PathFault::NoDomain),
            ("@example.com", PathFault::Local),
            ("a@example.com\r\nRCPT TO:<b@example.com", PathFault::Forbidden),
            ("a@example.com\n", PathFault::Forbidden),
            ("a\0@example.com", PathFault::Forbidden),
            ("a b@example.com", PathFault::Forbidden),
            ("\"a b\"@example.com", PathFault::Forbidden),
            ("<a@example.com>", PathFault::Forbidden),
            ("\"a>\"@example.com", PathFault::Forbidden),
            ("警報@example.jp", PathFault::NotAscii),
            ("a＠example.jp", PathFault::NotAscii),
            ("a,b@example.com", PathFault::Local),
            ("a@b@example.com", PathFault::Local),
            ("\"\"@example.com", PathFault::Local),
            ("\"@example.com", PathFault::Local),
            ("\"a\"b\"@example.com", PathFault::Local),
            ("\"a\\\"@example.com", PathFault::Local),
            ("a@example..com", PathFault::Domain),
            ("a@-example.com", PathFault::Domain),
            ("a@example.com,b", PathFault::Domain),
            ("a@[192.0.2.300]", PathFault::Domain),
            ("a@[IPv6:192.0.2.1]", PathFault::Domain),
            ("a@[]", PathFault::Domain),
        ] {
            assert_eq!(Path::parse(given).map_err(|error| error.fault), Err(fault), "{given:?}");
        }
    }

    #[test]
    fn lengths_end_at_the_limits_of_the_standard() {
        let local = "a".repeat(LOCAL_OCTETS_MAX);
        let domain = |octets: usize| ["d".repeat(49), ".".to_owned()].concat().repeat(9)[..octets].to_owned();
        assert!(Path::parse(&format!("{local}@example.com")).is_ok());
        assert!(Path::parse(&format!("a{local}@example.com")).is_err());
        // The quotes that are added on the wire count.
        assert!(Path::parse(&format!("{}..@example.com", "a".repeat(LOCAL_OCTETS_MAX - 3))).is_err());
        assert!(Path::parse(&format!("{local}@{}", domain(PATH_OCTETS_MAX - LOCAL_OCTETS_MAX - 1))).is_ok());
        assert!(Path::parse(&format!("{local}@{}", domain(PATH_OCTETS_MAX - LOCAL_OCTETS_MAX + 1))).is_err());
    }

    #[test]
    fn the_error_shows_the_address_and_no_control_characters() {
        let error = Path::parse("a\x1b[2J@example.com").unwrap_err().to_string();
        assert_eq!(
            error,
            "address `a\\x1B[2J@example.com` has a control character, a blank or an angle bracket in it"
        );
    }

    fn addresses_and_worse() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "[a.\"\\\\@\r\n<> \\[\\]b]{0,20}", "[a.\"\\\\]{1,9}@[ab.-]{1,9}"]
    }

    proptest! {
        #[test]
        fn no_text_gets_a_command_or_a_bracket_onto_the_wire(text in addresses_and_worse()) {
            if let Ok(path) = Path::parse(&text) {
                prop_assert!(path.wire().bytes().all(|octet| octet.is_ascii_graphic() && !b"<>".contains(&octet)));
                prop_assert!(path.wire().len() <= PATH_OCTETS_MAX);
                prop_assert_eq!(path.as_str(), text);
                prop_assert_eq!(Path::parse(path.wire()).unwrap().wire().to_owned(), path.wire());
            }
        }

        #[test]
        fn dots_in_forbidden_places_are_always_quoted(local in "[a-z.]{1,20}") {
            let path = Path::parse(&format!("{local}@docomo.ne.jp")).unwrap();
            prop_assert_eq!(path.wire().starts_with('"'), local.split('.').any(str::is_empty));
        }
    }
}
