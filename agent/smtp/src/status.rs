//! The two numbers of a reply: the code and the enhanced status.

use std::fmt;
use std::str::FromStr;

/// The three digits of a reply (RFC 5321 section 4.2.1). From the parser it is always in 200..=599.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplyCode(pub u16);

impl ReplyCode {
    /// The server says that it is going away; it may come in place of any other reply (RFC 5321 section 3.8).
    pub const GOING_AWAY: Self = Self(421);

    /// The first digit, which alone decides success and failure.
    pub fn class(self) -> u8 {
        u8::try_from(self.0 / 100).unwrap_or(u8::MAX)
    }

    /// 2yz: done.
    pub fn is_positive(self) -> bool {
        self.class() == 2
    }

    /// 3yz: go on, more is expected.
    pub fn is_intermediate(self) -> bool {
        self.class() == 3
    }

    /// 4yz: not now.
    pub fn is_transient(self) -> bool {
        self.class() == 4
    }

    /// 500 or 502: the server does not know the command.
    pub fn is_unknown_command(self) -> bool {
        matches!(self.0, 500 | 502)
    }

    /// 5yz: no.
    pub fn is_permanent(self) -> bool {
        self.class() == 5
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// An enhanced status code, `class.subject.detail` (RFC 3463 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnhancedStatus {
    /// 2, 4 or 5.
    pub class: u8,
    /// 0..=999: what it is about, for instance 1 for addressing and 7 for policy.
    pub subject: u16,
    /// 0..=999.
    pub detail: u16,
}

impl EnhancedStatus {
    /// Finds the status in a reply text, in front (RFC 2034) or as `(#5.7.1)` behind, the way of qmail.
    ///
    /// A status whose class contradicts the reply code is not believed.
    pub(crate) fn find(code: ReplyCode, text: &str) -> Option<Self> {
        let in_front = text.split(' ').next().and_then(|word| word.parse().ok());
        let behind = || {
            let (_, rest) = text.rsplit_once("(#")?;
            rest.split_once(')')?.0.parse().ok()
        };
        in_front.or_else(behind).filter(|status: &Self| status.class == code.class())
    }
}

impl FromStr for EnhancedStatus {
    type Err = ();

    /// Reads exactly `d.d.d` with one to three digits in the last two places.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.').map(number);
        let (Some(class), Some(subject), Some(detail), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        match class? {
            class @ (2 | 4 | 5) if text.as_bytes().get(1) == Some(&b'.') => {
                Ok(Self { class: u8::try_from(class).map_err(|_| ())?, subject: subject?, detail: detail? })
            }
            _ => Err(()),
        }
    }
}

fn number(digits: &str) -> Result<u16, ()> {
    if (1..=3).contains(&digits.len()) && digits.bytes().all(|octet| octet.is_ascii_digit()) {
        digits.parse().map_err(|_| ())
    } else {
        Err(())
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_status_is_believed_only_where_it_fits_the_code() {
        for (name, code, text, found) in [
            ("in front", 550, "5.1.1 no such user", Some("5.1.1")),
            ("alone", 250, "2.0.0", Some("2.0.0")),
            ("three digits", 550, "5.7.139 off", Some("5.7.139")),
            ("class contradicts", 450, "5.1.1 no such user", None),
            ("class three", 354, "3.0.0 go", None),
            ("qmail", 535, "authorization failed (#5.7.0)", Some("5.7.0")),
            ("qmail contradicts", 451, "authorization failed (#5.7.0)", None),
            ("version number", 250, "2.0.0.1 ready", None),
            ("two parts", 250, "2.0 ready", None),
            ("four digits", 550, "5.1.1000 x", None),
            ("long class", 550, "005.1.1 x", None),
            ("sign", 550, "5.+1.1 x", None),
            ("empty", 250, "", None),
        ] {
            let status = EnhancedStatus::find(ReplyCode(code), text);
            assert_eq!(status.map(|status| status.to_string()).as_deref(), found, "{name}");
        }
    }
}
