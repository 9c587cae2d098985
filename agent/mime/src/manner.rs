//! How a mail is presented to its readers, this time: what they take at most, what stands at the head of the
//! subject, and that it comes late.
//!
//! Everything here may differ from one attempt to the next, unlike a [`Draft`](crate::Draft); Date, Message-ID and
//! boundary do not depend on it.

use crate::address::Mailbox;

/// How one attempt presents its mail. The default changes nothing and limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// What the provider and these readers take at most.
    pub limits: Limits,
    /// Severity and host, if the subject is to begin with them.
    pub head: Option<Head>,
    /// How long after the event the mail goes out, in milliseconds, if that is worth a word.
    pub late_ms: Option<u64>,
    /// In which language alertmail adds words of its own.
    pub language: Language,
    /// Who really sends, for a Sender field (RFC 5322 section 3.6.2): needed where From is somebody else.
    pub sender: Option<Mailbox>,
}

/// What is taken at most; `None` is no limit. What is cut ends in a mark, and says where the rest is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Wide characters in the subject; ASCII counts half.
    pub subject: Option<usize>,
    /// Wide characters in the text.
    pub body: Option<usize>,
    /// Octets of the whole mail, as it stands on the wire. Attachments go first, then the end of the text.
    pub octets: Option<usize>,
}

impl Limits {
    /// Both at once: the smaller one of each.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let least = |one: Option<usize>, other: Option<usize>| one.into_iter().chain(other).min();
        Self {
            subject: least(self.subject, other.subject),
            body: least(self.body, other.body),
            octets: least(self.octets, other.octets),
        }
    }
}

/// What a list on a phone has to show of an alert: within the first 15 wide characters of the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How bad it is.
    pub level: Level,
    /// Where it happened: a host name; empty if nobody knows.
    pub host: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Somebody has to get up.
    Critical,
    /// Somebody has to look.
    Warning,
    /// Somebody may want to know.
    Info,
}

/// The language of the words that alertmail adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Japanese if the alert has kana or kanji in it, else English.
    #[default]
    Auto,
    /// Japanese.
    Japanese,
    /// English.
    English,
}

impl Language {
    /// Decides for an alert with these texts.
    pub fn is_japanese(self, texts: [&str; 2]) -> bool {
        match self {
            Self::Japanese => true,
            Self::English => false,
            Self::Auto => texts.iter().any(|text| text.chars().any(is_kana_or_kanji)),
        }
    }
}

fn is_kana_or_kanji(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::{Language, Limits};

    #[test]
    fn of_two_limits_the_smaller_one_holds() {
        let one = Limits { subject: Some(40), body: None, octets: Some(9) };
        let other = Limits { subject: Some(50), body: Some(7), octets: Some(8) };
        assert_eq!(one.and(other), Limits { subject: Some(40), body: Some(7), octets: Some(8) });
        assert_eq!(one.and(Limits::default()), one);
    }

    #[test]
    fn kana_or_kanji_anywhere_make_an_alert_japanese() {
        for (subject, body, is_japanese) in [
            ("disk full", "df", false),
            ("障害", "df", true),
            ("disk full", "カナ", true),
            ("ｱﾗｰﾑ", "", true),
            ("Größe 🚨 ① →", "한국어", false),
        ] {
            assert_eq!(Language::Auto.is_japanese([subject, body]), is_japanese, "{subject} {body}");
            assert!(Language::Japanese.is_japanese([subject, body]));
            assert!(!Language::English.is_japanese([subject, body]));
        }
    }
}
