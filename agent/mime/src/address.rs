//! Mailboxes in From, To, Cc and Reply-To: display names and the addresses behind them.
//!
//! A name can never reach the address beside it: it is written as atoms, as a quoted string or as encoded
//! words outside quotes, whichever is the first that can hold it. Addresses are written as they are, but for
//! one case (see [`Mailbox`]).

use crate::charset::{self, CharsetPolicy};
use crate::header::{self, Field};
use std::borrow::Cow;

/// An ASCII name stays plain as long as a line of 998 octets surely holds it, although that makes a line over 76
/// columns: some readers show a blank where two encoded words of a name meet.
const PLAIN_NAME_OCTETS_MAX: usize = 900;

/// Somebody who sends or gets a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// What is shown beside the address. Empty counts as absent; blanks around it are not kept.
    pub name: Option<String>,
    /// An ASCII addr-spec of at most 320 octets that the caller has validated.
    ///
    /// Old addresses of Japanese carriers may hold two dots in a row or a dot in front of the `@`. They are
    /// kept bare everywhere and get quotes around the local part only in the header, where RFC 5322 needs them.
    pub address: String,
}

impl Mailbox {
    /// Whether both are the same mailbox: domains are compared without regard to case (RFC 5321 section 2.4).
    pub(crate) fn has_address_of(&self, other: &Self) -> bool {
        match (self.address.rsplit_once('@'), other.address.rsplit_once('@')) {
            (Some((local, domain)), Some((other_local, other_domain))) => {
                local == other_local && domain.eq_ignore_ascii_case(other_domain)
            }
            _ => self.address == other.address,
        }
    }
}

/// Writes a field that holds mailboxes.
pub(crate) fn write_mailboxes(out: &mut String, name: &str, mailboxes: &[Mailbox], policy: CharsetPolicy) {
    let mut field = Field::begin(out, name);
    for (n, mailbox) in mailboxes.iter().enumerate() {
        let comma = if n + 1 < mailboxes.len() { "," } else { "" };
        write_mailbox(&mut field, mailbox, comma, policy);
    }
    field.end();
}

/// Adds one mailbox and what stands directly behind it.
pub(crate) fn write_mailbox(field: &mut Field<'_>, mailbox: &Mailbox, comma: &str, policy: CharsetPolicy) {
    let address = quoted_where_needed(&mailbox.address);
    let shown = header::clean(mailbox.name.as_deref().unwrap_or_default());
    let shown = shown.trim_matches(' ');
    if shown.is_empty() && !address.starts_with('"') {
        field.token(&format!("{address}{comma}"));
    } else if shown.is_empty() {
        // Some readers take a quoted string without brackets behind it for a name.
        field.token(&format!("<{address}>{comma}"));
    } else {
        write_phrase(field, shown, policy);
        field.token(&format!("<{address}>{comma}"));
    }
}

/// Adds a display name.
pub(crate) fn write_phrase(field: &mut Field<'_>, name: &str, policy: CharsetPolicy) {
    let looks_encoded = name.contains("=?");
    let is_phrase = name.split(' ').all(|atom| !atom.is_empty() && atom.bytes().all(is_safe));
    let quoted = quoted(name);
    if !looks_encoded && is_phrase && name.len() <= PLAIN_NAME_OCTETS_MAX {
        // In one piece: a fold inside of it is shown by some readers.
        field.token(name);
    } else if !looks_encoded && name.is_ascii() && quoted.len() <= PLAIN_NAME_OCTETS_MAX {
        field.token(&quoted);
    } else {
        // What stands in for odd blanks is a blank, and blanks around a name are not kept.
        let fitted = charset::fit(name, policy);
        field.words(fitted.charset, fitted.text.trim_matches(' '));
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// The address as a header takes it.
///
/// The caller has validated it. Should that ever fail, it still cannot end the field.
fn quoted_where_needed(address: &str) -> Cow<'_, str> {
    let is_printable = |c: char| matches!(c, ' '..='~');
    if !address.chars().all(is_printable) {
        return Cow::Owned(address.chars().filter(|c| is_printable(*c)).collect());
    }
    match address.rsplit_once('@') {
        Some((local, domain)) if is_dotted_wrongly(local) => {
            Cow::Owned(format!("{}@{domain}", quoted(local)))
        }
        _ => Cow::Borrowed(address),
    }
}

/// Atoms and dots, but the dots are not where a dot-atom has them (RFC 5322 section 3.2.3).
fn is_dotted_wrongly(local: &str) -> bool {
    local.bytes().all(|octet| is_atext(octet) || octet == b'.') && local.split('.').any(str::is_empty)
}

/// Stands for itself in a name without quotes. Some readers lose blanks beside what MIME or old mail routes used.
fn is_safe(octet: u8) -> bool {
    is_atext(octet) && !b"!%/=?".contains(&octet)
}

fn is_atext(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet)
}

#[cfg(test)]
mod tests {
    use super::{Mailbox, write_mailboxes};
    use crate::charset::CharsetPolicy;

    fn field(mailboxes: &[(&str, &str)]) -> String {
        let mailboxes: Vec<_> = mailboxes
            .iter()
            .map(|(name, address)| Mailbox { name: Some((*name).to_owned()), address: (*address).to_owned() })
            .collect();
        let mut out = String::new();
        write_mailboxes(&mut out, "To", &mailboxes, CharsetPolicy::Auto);
        out
    }

    #[test]
    fn a_name_is_written_in_the_plainest_form_that_can_hold_it() {
        for (name, written) in [
            ("", "ops@example.jp"),
            (" \r\n", "ops@example.jp"),
            ("Ops", "Ops <ops@example.jp>"),
            ("Night shift", "Night shift <ops@example.jp>"),
            ("web1 OOM /var = 98% ?", "\"web1 OOM /var = 98% ?\" <ops@example.jp>"),
            ("Night  shift", "\"Night  shift\" <ops@example.jp>"),
            ("Ops, Night shift", "\"Ops, Night shift\" <ops@example.jp>"),
            ("Support (Billing)", "\"Support (Billing)\" <ops@example.jp>"),
            ("The \"B\" rack", "\"The \\\"B\\\" rack\" <ops@example.jp>"),
            ("back\\slash", "\"back\\\\slash\" <ops@example.jp>"),
            ("ops@site-a", "\"ops@site-a\" <ops@example.jp>"),
            ("root <root>", "\"root <root>\" <ops@example.jp>"),
            ("=?UTF-8?B?eA==?=", "=?US-ASCII?B?PT9VVEYtOD9CP2VBPT0/PQ==?= <ops@example.jp>"),
            ("障害監視, 東京", "=?ISO-2022-JP?B?GyRCPmMzMjRGO2sbKEIsIBskQkVsNX4bKEI=?= <ops@example.jp>"),
            ("Ops\r\nX-Evil: 1", "\"Ops X-Evil: 1\" <ops@example.jp>"),
        ] {
            let got = field(&[(name, "ops@example.jp")]).replace("\r\n ", " ");
            assert_eq!(got, format!("To: {written}\r\n"), "{name:?}");
        }
    }

    #[test]
    fn a_replaced_blank_around_a_name_is_not_kept() {
        let mut out = String::new();
        let mailbox =
            Mailbox { name: Some("\u{A0}障\u{A0}".to_owned()), address: "ops@example.jp".to_owned() };
        write_mailboxes(&mut out, "To", &[mailbox], CharsetPolicy::Iso2022Jp);
        assert_eq!(out, "To: =?ISO-2022-JP?B?GyRCPmMbKEI=?= <ops@example.jp>\r\n");
    }

    #[test]
    fn a_long_ascii_name_stays_plain_until_a_line_cannot_hold_it() {
        assert!(field(&[(&"x".repeat(300), "ops@example.jp")]).starts_with("To: xxx"));
        assert!(field(&[(&"x,".repeat(449), "ops@example.jp")]).starts_with("To: \"x,x,"));
        assert!(field(&[(&"x,".repeat(450), "ops@example.jp")]).starts_with("To: =?US-ASCII?B?"));
    }

    #[test]
    fn a_name_that_fits_one_word_is_not_split_by_its_place_in_the_line() {
        let field =
            field(&[("", "the-first-on-call@example.jp"), ("障害監視東京大阪名古屋札幌", "ops@example.jp")]);
        assert_eq!(field.matches("=?ISO").count(), 1, "{field}");
    }

    #[test]
    fn a_local_part_is_quoted_only_where_its_dots_need_it() {
        for (address, written) in [
            ("a.b@docomo.example.jp", "a.b@docomo.example.jp"),
            ("a..b@docomo.example.jp", "<\"a..b\"@docomo.example.jp>"),
            ("a.@docomo.example.jp", "<\"a.\"@docomo.example.jp>"),
            (".a@docomo.example.jp", "<\".a\"@docomo.example.jp>"),
            ("\"a..b\"@docomo.example.jp", "<\"a..b\"@docomo.example.jp>"),
            ("a+b/c=d@example.jp", "a+b/c=d@example.jp"),
            ("not@validated.example\r\nBcc: é", "not@validated.exampleBcc: "),
        ] {
            assert_eq!(field(&[("", address)]), format!("To: {written}\r\n"));
        }
    }

    #[test]
    fn many_mailboxes_are_one_list_folded_between_them() {
        let many = vec![("Ops, night", "ops@example.jp"); 5];
        let field = field(&many);
        assert!(field.lines().all(|line| line.len() <= 76), "{field}");
        let entry = "\"Ops, night\" <ops@example.jp>";
        assert_eq!(field.replace("\r\n ", " "), format!("To: {}\r\n", [entry; 5].join(", ")));
    }
}
