//! Notices to people: what the agent says of its own condition, in words, and the ways there that are not mail.
//!
//! When something is to be told is decided by [`delivery::Notices`]. By mail it goes as an alert of the agent's own, like
//! any other alert; beside that a program can be told, and a service elsewhere notices when the agent falls silent.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `words` | a notice in Japanese or English |
//! | `reason` | why, in Japanese |
//! | `phase` | the phases of a session, as people call them |
//! | `announcement` | a notice with its words: as an alert, as JSON, as a line |
//! | `canary` | a canary mail in both languages |
//! | `command` | the program that is told |
//! | `dead_man` | pings while alerts get out |

mod announcement;
mod canary;
mod command;
mod dead_man;
#[cfg(test)]
pub(crate) mod english;
mod phase;
mod reason;
#[cfg(test)]
mod tests;
mod words;

pub use announcement::{Announcement, told_by};
pub use canary::{canary, canary_of};
pub use command::Command;
pub use dead_man::DeadMan;
pub(crate) use phase::phase;
pub use words::{Tongue, sentence};
pub(crate) use words::{sentence_in, title_of as title, why};

/// The ways to people that are not mail.
#[derive(Debug, Default)]
pub struct Sinks {
    /// A program that is told.
    pub command: Option<Command>,
    /// A service that notices when the agent falls silent.
    pub dead_man: Option<DeadMan>,
}
