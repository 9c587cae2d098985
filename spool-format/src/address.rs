//! A mailbox that was parsed once at the door; inside there are no bare strings.
//!
//! Accepts what submission providers can carry: printable ASCII, one mailbox. The old carrier addresses with
//! two dots in a row or a dot before the `@` are real and are accepted as they are; quoting them for the
//! wire is the business of the SMTP and MIME code. Nothing here asks whether a mailbox exists.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Octets before the `@` at most (RFC 5321 section 4.5.3.1.1).
pub const LOCAL_OCTETS_MAX: usize = 64;
/// Octets of the whole address at most: a path of 256 less its brackets (RFC 5321 section 4.5.3.1.3).
pub const ADDRESS_OCTETS_MAX: usize = 254;

/// One mailbox: `local@domain` in printable ASCII.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

/// Why a text is not an address that a submission provider can carry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is not a mail address: {why}")]
pub struct BadAddress {
    shown: String,
    why: &'static str,
}

impl Address {
    /// Reads `local@domain`, also in angle brackets and with blanks around it.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let trimmed = text.trim_matches([' ', '\t']);
        let bare = trimmed.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')).unwrap_or(trimmed);
        match fault(bare) {
            None => Ok(Self(bare.to_owned())),
            Some(why) => {
                Err(BadAddress { shown: text.chars().take(80).flat_map(char::escape_default).collect(), why })
            }
        }
    }

    /// Whether the text would be an address if its domain had the ASCII form that programs use (RFC 5890). Which form that
    /// is takes tables that this crate does without: the agent has them.
    pub fn may_have_ascii_form(text: &str) -> bool {
        let stand_in = |character: char| if character >= '\u{a1}' { 'x' } else { character };
        text.rsplit_once('@').is_some_and(|(local, domain)| {
            let domain: String = domain.chars().map(stand_in).collect();
            Self::parse(&format!("{local}@{domain}")).is_ok()
        })
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands behind the last `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

fn fault(text: &str) -> Option<&'static str> {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Some("it has no `@`");
    };
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    if !text.is_ascii() {
        return Some(
            "it has letters outside ASCII before the `@`, or a domain that has no ASCII form; such mailboxes cannot be reached through submission providers",
        );
    }
    if text.bytes().any(|octet| octet.is_ascii_control()) {
        return Some("it has control characters");
    }
    if local.is_empty() || domain.is_empty() {
        return Some("nothing stands on one side of the `@`");
    }
    if local.len() > LOCAL_OCTETS_MAX || text.len() > ADDRESS_OCTETS_MAX {
        return Some("it is too long (64 octets before the `@`, 254 in all)");
    }
    if !quoted && local.bytes().any(|octet| b" \"(),:;<>@[\\]".contains(&octet)) {
        return Some(
            "blanks, quotes and ( ) , : ; < > @ [ ] \\ may stand before the `@` only between double quotes",
        );
    }
    if quoted && !balanced(&local[1..local.len() - 1]) {
        return Some("a quote or backslash between the quotes has no backslash before it");
    }
    (!domain_is_sound(domain)).then_some("what stands behind the `@` is not a domain")
}

fn balanced(quoted: &str) -> bool {
    let mut escaped = false;
    for octet in quoted.bytes() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return false,
            _ => {}
        }
    }
    !escaped
}

fn domain_is_sound(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[') {
        return literal.strip_suffix(']').is_some_and(|inner| {
            !inner.is_empty()
                && inner.bytes().all(|octet| octet.is_ascii_alphanumeric() || b".:-".contains(&octet))
        });
    }
    domain.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
    })
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_providers_carry_is_accepted() {
        for text in [
            "oncall@example.jp",
            "a..b.@docomo.example.jp",
            "\"a b\"@example.com",
            "root@[127.0.0.1]",
            "a+b=c@sub.example.com",
            "root@localhost",
        ] {
            assert_eq!(Address::parse(text).expect(text).as_str(), text);
        }
        assert_eq!(Address::parse(" <ops@example.jp> ").expect("brackets").as_str(), "ops@example.jp");
    }

    #[test]
    fn what_would_break_the_wire_is_refused() {
        for text in [
            "",
            "root",
            "@example.jp",
            "a@",
            "a b@example.jp",
            "a@example..jp",
            "a@b\r\nRCPT TO:<c@d>",
            "a>@example.jp",
            "当番@example.jp",
            "a@-x.jp",
            "\"a\"b\"@example.jp",
            "a@[127.0.0.1",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_a_domain_may_have_letters_that_have_an_ascii_form() {
        for (text, may) in [
            ("oncall@例え.jp", true),
            ("<oncall@bücher.example.com>", true),
            ("oncall@example.jp", true),
            ("当番@例え.jp", false),
            ("oncall@例え..jp", false),
            ("oncall@例\u{85}え.jp", false),
            ("例え.jp", false),
        ] {
            assert_eq!(Address::may_have_ascii_form(text), may, "{text}");
        }
    }

    #[test]
    fn an_error_shows_control_characters_escaped() {
        let text = Address::parse("a\u{1b}[2J@example.jp").expect_err("control characters").to_string();
        assert!(text.contains("\\u{1b}") && !text.contains('\u{1b}'), "{text}");
    }

    proptest! {
        #[test]
        fn no_accepted_address_can_end_a_command(text in "\\PC{0,30}@?\\PC{0,30}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(address.as_str().is_ascii() && !address.as_str().contains(['\r', '\n', '\0']));
            }
        }
    }
}
