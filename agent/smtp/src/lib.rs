//! One SMTP submission session, as a state machine without sockets.
//!
//! A [`Session`] is told what came from the server and answers what has to be done next; the driver does it.
//! It reads no clock, opens nothing, draws no chance: the same octets give the same dialogue, always.
//!
//! ```text
//!              next() ─► Send · Receive · StartTls · Ask · Idle · Settled · Done
//!  driver ◄──────────────────────────────────────────────────────────────────── Session
//!         ──────────────► sent · received · closed · silence · tls_ready · granted · begin · quit
//! ```
//!
//! Promises:
//! - no octet of a message is offered before [`Gate::Data`] was granted, and no final dot before [`Gate::FinalDot`];
//! - a lost or unreadable reply to the final dot is [`RecipientOutcome::Uncertain`], never a success or a failure;
//! - one refused recipient never costs another one the mail;
//! - a password or token never leaves outside TLS in a form that can be read, and never enters the transcript;
//! - a server that has to prove itself (SCRAM, DIGEST-MD5) and does not gets no mail;
//! - whatever the server says is bounded ([`limits`]) and made printable before anybody sees it.
//!
//! The way through the code: [`session`](Session) and its folder, one file a phase; `reply` reads, `command` and
//! `content` write, `auth` knows the mechanisms, `outcome` says what came of it.

mod auth;
mod capabilities;
mod command;
mod content;
pub mod limits;
mod outcome;
mod path;
mod printable;
mod reply;
mod secret;
mod session;
mod settings;
mod status;
mod transcript;

pub use auth::{Mechanism, Seed, UnknownMechanism};
pub use capabilities::Capabilities;
pub use outcome::{Failure, Outcome, Phase, RecipientOutcome, Trouble};
pub use path::{Path, PathError, PathFault};
pub use printable::printable;
pub use reply::{Reply, ReplyError, ReplyParser};
pub use secret::{Credentials, Proof, Secret};
pub use session::{Gate, Session, Step};
pub use settings::{AuthPolicy, Security, Settings, Transaction};
pub use status::{EnhancedStatus, ReplyCode};
pub use transcript::{Speaker, Spoken, Transcript};
