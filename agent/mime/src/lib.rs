//! From an alert and the identity of a provider to the octets of a message.
//!
//! ```text
//!  Draft ─┬─ header fields ── clean ── charset ── encoded words ── folding ─┐
//!         ├─ body ─────────── clean ── charset ── 7bit or base64 ───────────┼─► Composed
//!         └─ attachments ──────────── base64 ───────────────────────────────┘
//! Identity: the From and the charset policy of the provider that this copy goes through
//! Manner: what these readers take at most, severity and host at the head of the subject, and that it comes late
//! ```
//!
//! A message that somebody else has written goes the way of [`compose_whole`], with the same promises.
//!
//! Everything is a pure function: the same [`Draft`], [`Identity`] and [`Manner`] give the same octets.
//! There is no clock, no chance and no IO, and nothing here knows a provider's host or replies.
//!
//! What a caller may rely on, whatever the text holds: 7-bit octets only, CRLF line ends only, no line over
//! 998 octets as long as addresses and domains keep to their limits, no field that the alert could smuggle in,
//! and a text that decodes to what was written. Dot-stuffing is left to the SMTP session.

mod address;
mod attachment;
mod body;
pub mod carrier;
mod charset;
mod compose;
mod date;
mod encoded_word;
mod head;
mod header;
mod ident;
mod iso2022jp;
mod manner;
mod present;
mod replace;
mod shorten;
mod shown;
mod transfer;
mod whole;
mod width;

pub use address::Mailbox;
pub use attachment::Attachment;
pub use charset::{Charset, CharsetPolicy};
pub use compose::{Composed, Draft, Identity, Importance, compose, compose_in};
pub use date::{plain as local_time, rfc5322};
pub use head::span;
pub use ident::message_id;
pub use manner::{Head, Language, Level, Limits, Manner};
pub use shown::Shown;
pub use whole::{Summary, Treatment, WholeMail, compose_whole, compose_whole_in, summary};
pub use width::cut;
