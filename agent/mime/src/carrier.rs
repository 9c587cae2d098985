//! What the mail systems of carriers do to a message on its way to a phone.
//!
//! A [`Letter`] is a message as far as a carrier changes it: who it names, its subject and its text, each with the
//! charset and the encoding on the wire. It is read by a parser that is not ours, so that a mistake of the composer is
//! not read back as if it were right.

pub mod docomo;
mod letter;

pub use letter::{File, Form, Header, Letter, Part, Piece, Transfer};

/// Where a statement about a carrier is from. They change their systems without telling anybody: a date says how old
/// a statement is, not that it is still true.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Who says so.
    pub who: &'static str,
    /// Since when, or as of when, as far as it is known: a year, a month or a day.
    pub when: Option<&'static str>,
}

/// What a reader has to know about the way of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it means for the mail.
    pub weight: Weight,
    /// One sentence.
    pub text: String,
    /// Who says so.
    pub source: &'static Source,
}

/// What a remark means for a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It looks different and says the same.
    Changed,
    /// Nobody knows, or it depends on the settings of whoever gets it.
    InDoubt,
    /// Some of it does not arrive.
    Lost,
    /// All of it does not arrive.
    Refused,
}

impl Weight {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::InDoubt => "in doubt",
            Self::Lost => "lost",
            Self::Refused => "refused",
        }
    }
}
