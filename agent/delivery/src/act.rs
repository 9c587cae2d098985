//! What people do with an alert, and what can be in the way.

use std::fmt;

use spool_format::Address;

/// What a person wants of an alert that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Try it now, whatever was to be waited for.
    Retry,
    /// Stop it.
    Hold,
    /// Let it go again.
    Release,
    /// Give it up: it becomes a dead letter.
    Drop {
        /// Why, in the person's words.
        reason: String,
    },
    /// Send it to somebody else.
    Readdress {
        /// In whose place; without it, in the place of all who do not have it.
        instead_of: Option<Address>,
        /// Who is to have it.
        to: Vec<Address>,
    },
}

/// That it is done, or when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is.
    Now,
    /// When its mail, of which the last octets are under way, has arrived or failed; and only in the second case.
    AfterThisMail,
}

/// Why it is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// No such alert is in hand.
    Unknown,
    /// It is held.
    Held,
    /// It is not held.
    NotHeld,
    /// The last octets of its mail are under way.
    UnderWay,
    /// It is a canary mail.
    Canary,
    /// Nobody of this address is without it.
    NotFor(Address),
}

impl fmt::Display for NotDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("it is not among those that wait"),
            Self::Held => f.write_str("it is held; release it first"),
            Self::NotHeld => f.write_str("it is not held"),
            Self::UnderWay => f.write_str("its mail is just going out; ask again in a moment"),
            Self::Canary => {
                f.write_str("it is a canary mail of the agent's own, and is over in a few minutes")
            }
            Self::NotFor(who) => write!(f, "nobody of the address {who} is without it"),
        }
    }
}
