//! Messages that come whole, as programs hand them to `sendmail`: made fit to go out under a provider's identity.
//!
//! ```text
//!           fields ── header and body ─┬─ simple:  a text ── decoded ── composed as an alert's ──┐
//!                                      └─ part:    all else ── octet for octet, mended leaves ───┼─► WholeMail
//!           heading ── every field in its order, From and Reply-To aside ────────────────────────┘
//! ```
//!
//! Header values, addresses, media types and transfer encodings are read by a parser that is not ours; where a field or
//! a part begins and ends is found by [`receive::fields`], since what is to stay octet for octet has to be cut out of the octets.
//!
//! Nobody reads a blind copy's name, and no text is lost: what cannot be mended is attached as it came.

mod content;
mod decode;
mod heading;
mod mend;
mod part;
mod people;
mod simple;

use crate::attachment::Attachment;
use crate::compose::{Draft, Identity, SUBJECT_IS_CUT, compose_in};
use crate::manner::Manner;
use crate::{header, ident, present};
use heading::{Heading, Wording};
use part::{Parts, TooMuch};
use receive::fields;
use simple::Simple;

/// Enough for every list; a whole subject may have megabytes.
const SUBJECT_CHARACTERS_MAX: usize = 500;

/// Notes on one message at most.
const NOTES_MAX: usize = 20;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It was a text, and was composed anew in a charset that the provider's readers take.
    Recomposed,
    /// It goes as it came, but for who sends it and for what no mail can hold.
    PassedThrough,
    /// It could not be mended, and travels as a file with the alert.
    Attached,
}

/// A message that is ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeMail {
    /// Header and body with CRLF line ends, 7-bit, without dot-stuffing, ending in CRLF.
    pub octets: Vec<u8>,
    /// What became of it.
    pub treatment: Treatment,
    /// What had to be left out or changed, one sentence each.
    pub notes: Vec<String>,
    /// The whole text, where the mail does not hold all of it.
    pub whole_text: Option<String>,
}

/// What a message says about itself, for display.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The start of its subject in plain text; empty without one.
    pub subject: String,
    /// Its Message-ID in angle brackets, if it has a valid one. [`compose_whole`] keeps that.
    pub message_id: Option<String>,
}

/// Makes `message` ready for the provider that is `identity`, as it stands.
pub fn compose_whole(message: &[u8], draft: &Draft, identity: &Identity) -> WholeMail {
    compose_whole_in(message, draft, identity, &Manner::default())
}

/// Makes `message` ready for the provider that is `identity`, in this manner.
///
/// `draft` is what the alert says beside it: a subject, a thread, a sender and a Date for a message that has none, its
/// own fields, its recipients for a message whose To names nobody with a domain. Its body and attachments are not used.
/// Limits, head and lateness are for messages that are composed anew; nothing can be cut out of others.
/// A pure function: the same arguments give the same octets.
pub fn compose_whole_in(message: &[u8], draft: &Draft, identity: &Identity, manner: &Manner) -> WholeMail {
    let mut notes = Vec::new();
    let split = fields::split(message);
    let content = content::Content::of(&split.fields, "Content-Type").unwrap_or_default();
    let label = content.parameter("charset");
    let simple = Simple::of(&split.fields, split.body, &mut notes);
    let wording = if simple.is_some() { Wording::Ours } else { Wording::Theirs };

    let mut block = String::with_capacity(1024);
    let mut heading = Heading { fields: &split.fields, label, draft, identity, wording, subject: None };
    if let Some(simple) = simple {
        let given = heading.given_subject();
        let is_japanese = manner.language.is_japanese([&given, &simple.text]);
        let (subject, subject_is_cut) = present::subject(&given, manner, is_japanese);
        if subject != header::clean(&given) {
            heading.subject = Some(&subject);
        }
        notes.extend(subject_is_cut.then(|| SUBJECT_IS_CUT.to_owned()));
        heading.write(&mut block, &mut notes);
        let page = simple::Page { draft, policy: identity.charset, manner, is_japanese };
        let (octets, whole_text) = simple.write(&split.fields, &block, &page, &mut notes);
        return WholeMail { octets, treatment: Treatment::Recomposed, notes: first(notes), whole_text };
    }
    heading.write(&mut block, &mut notes);
    let head = block.into_bytes();
    let content: Vec<_> = split.fields.iter().filter(|field| is_about_content(field)).cloned().collect();
    let mut octets = head.clone();
    let mut parts = Parts::new(identity.charset, &mut notes);
    if parts.write(&mut octets, &content, split.body, 0) == Err(TooMuch) {
        if !part::is_clean(split.body) {
            return attached(message, draft, identity, manner);
        }
        octets = head;
        parts.keep(&mut octets, &content, split.body);
    }
    if !octets.ends_with(b"\r\n") {
        octets.extend(b"\r\n");
    }
    if let Some(octets_max) = manner.limits.octets.filter(|most| octets.len() > *most) {
        notes.push(format!("larger than {octets_max} octets, and nothing can be cut out of it"));
    }
    WholeMail { octets, treatment: Treatment::PassedThrough, notes: first(notes), whole_text: None }
}

/// A message can give rise to as many notes as it has fields; a log line is for people.
fn first(mut notes: Vec<String>) -> Vec<String> {
    let more = notes.len().saturating_sub(NOTES_MAX);
    if more > 0 {
        notes.truncate(NOTES_MAX);
        notes.push(format!("and {more} more"));
    }
    notes
}

/// Reads what a message says about itself.
pub fn summary(message: &[u8]) -> Summary {
    let split = fields::split(message);
    let content = content::Content::of(&split.fields, "Content-Type").unwrap_or_default();
    let subject = heading::subject(&split.fields, content.parameter("charset")).unwrap_or_default();
    let subject = header::clean(&subject).chars().take(SUBJECT_CHARACTERS_MAX).collect();
    Summary { subject, message_id: heading::message_id(&split.fields) }
}

fn is_about_content(field: &fields::Field<'_>) -> bool {
    field.starts("Content-") && !field.is("Content-Length")
}

/// The last resort: the message as a file, octet for octet. The mail has its Message-ID, as it always has.
fn attached(message: &[u8], draft: &Draft, identity: &Identity, manner: &Manner) -> WholeMail {
    let mut draft = draft.clone();
    let Summary { subject, message_id } = summary(message);
    if draft.subject.is_empty() {
        draft.subject = subject;
    }
    draft.attachments.push(Attachment {
        name: "message.eml".to_owned(),
        media_type: "application/octet-stream".to_owned(),
        octets: message.to_vec(),
    });
    let composed = compose_in(&draft, identity, manner);
    let mut octets = composed.octets;
    if let Some(own) = message_id {
        replace_message_id(&mut octets, &ident::message_id(&draft.id, &draft.domain), &own);
    }
    let mut notes = composed.notes;
    notes.push("the message has more parts within parts than can be mended: attached as message.eml".into());
    WholeMail { octets, treatment: Treatment::Attached, notes, whole_text: composed.whole_text }
}

/// Replaces the Message-ID. A long one may be folded behind its colon.
fn replace_message_id(octets: &mut Vec<u8>, ours: &str, own: &str) {
    for joint in [" ", "\r\n "] {
        let field = format!("\r\nMessage-ID:{joint}{ours}\r\n");
        if let Some(at) = octets.windows(field.len()).position(|window| window == field.as_bytes()) {
            octets.splice(at..at + field.len(), format!("\r\nMessage-ID: {own}\r\n").into_bytes());
            return;
        }
    }
}
