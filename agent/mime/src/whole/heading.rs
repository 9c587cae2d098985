//! The header block of a message that somebody else wrote: every field in its order, but for who sends it.
//!
//! From is the provider's, so answers are led to whom the message came from. What tells of blind copies, or is only true
//! where the message was, stays behind. What is missing is added.

use super::people::{self, Person};
use super::{decode, mend};
use crate::address::{Mailbox, write_mailboxes};
use crate::charset::CharsetPolicy;
use crate::compose::{Draft, Identity, Importance, write_own_fields};
use crate::header::{write_text, write_tokens};
use crate::{date, ident};
use chrono::DateTime;
use receive::fields::Field;

/// Fields that never go out. Lists of blind copies above all; the rest is only true where the message was.
const LEFT_BEHIND: [&str; 7] =
    ["Bcc", "Resent-Bcc", "Return-Path", "Content-Length", "Sender", "X-Alertmail-Id", "MIME-Version"];
/// A Message-ID that is longer does not fit a line with its name.
const MESSAGE_ID_OCTETS_MAX: usize = 900;

/// Whether text is written anew in the charset of the provider's readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wording {
    /// Encoded words are decoded and written anew.
    Ours,
    /// What is clean stays as it is.
    Theirs,
}

pub(super) struct Heading<'a> {
    pub(super) fields: &'a [Field<'a>],
    /// The charset that the body says it has.
    pub(super) label: Option<&'a str>,
    pub(super) draft: &'a Draft,
    pub(super) identity: &'a Identity,
    pub(super) wording: Wording,
    /// Takes the place of the subject that the message has.
    pub(super) subject: Option<&'a str>,
}

impl Heading<'_> {
    /// Writes every field but Content-Type and its like.
    pub(super) fn write(&self, out: &mut String, notes: &mut Vec<String>) {
        let policy = self.identity.charset;
        let mut done: Vec<&str> = Vec::new();
        for field in self.fields {
            if field.is_any(&LEFT_BEHIND) || field.starts("Content-") {
                continue;
            }
            let single = ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID"]
                .into_iter()
                .find(|name| field.is(name));
            match single {
                Some(name) if done.contains(&name) => {}
                Some(name) => {
                    self.single(out, name, notes);
                    done.push(name);
                }
                None => mend::write(out, field, self.label, policy, notes),
            }
        }
        for name in ["From", "To", "Reply-To", "Subject", "Date", "Message-ID"] {
            if !done.contains(&name) {
                self.single(out, name, notes);
            }
        }
        self.add(out, notes);
    }

    /// Writes a field that is there once, whether the message has it never, once or several times.
    fn single(&self, out: &mut String, name: &str, notes: &mut Vec<String>) {
        match name {
            "From" => self.write_from(out),
            "To" | "Cc" => self.write_receivers(out, name),
            "Reply-To" => self.write_reply_to(out),
            "Subject" => self.write_subject(out, notes),
            "Date" => self.write_date(out, notes),
            _ => self.write_message_id(out, notes),
        }
    }

    /// The subject in plain text: the message's, or else the alert's.
    pub(super) fn given_subject(&self) -> String {
        subject(self.fields, self.label).unwrap_or_else(|| self.draft.subject.clone())
    }

    fn named<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Field<'f>> {
        self.fields.iter().filter(move |field| field.is(name))
    }

    fn text(&self, field: &Field<'_>) -> String {
        decode::decode_header(&field.value(), self.label)
    }

    /// Everybody in all fields of this name.
    fn people(&self, name: &str) -> Vec<Person> {
        self.named(name).flat_map(|field| people::parse(&self.text(field))).collect()
    }

    /// Somebody with a domain is in a field of this name.
    fn names_somebody(&self, name: &str) -> bool {
        people::mailboxes(&self.people(name)).next().is_some()
            || self.named(name).any(|field| people::has_quoted_local_part(&self.text(field)))
    }

    fn write_from(&self, out: &mut String) {
        let ours = &self.identity.from;
        let people = self.people("From");
        let first = people::mailboxes(&people).next();
        let is_ours = first.is_some_and(|from| from.address.eq_ignore_ascii_case(&ours.address));
        if is_ours && people.len() == 1 && self.kept(out, "From", &people) {
            return;
        }
        let name = people.iter().find_map(|person| match person {
            Person::Mailbox(mailbox) => mailbox.name.clone(),
            Person::Bare { name, .. } => name.clone(),
            Person::Group(_) => None,
        });
        let from = Mailbox { name: name.or_else(|| ours.name.clone()), address: ours.address.clone() };
        write_mailboxes(out, "From", &[from], self.identity.charset);
    }

    fn write_receivers(&self, out: &mut String, name: &str) {
        let policy = self.identity.charset;
        let people = self.people(name);
        let is_visible = ["To", "Cc"].iter().any(|name| self.names_somebody(name));
        if is_visible || (name == "Cc" && !people.is_empty()) {
            if !self.kept(out, name, &people) {
                people::write(out, name, &people, policy);
            }
            return;
        }
        if name == "Cc" {
            return;
        }
        // Who gets it may be told only where it can be told to nobody else: whoever wrote the list of recipients may
        // have put blind copies into it.
        let mut recipients = self.draft.to.iter().chain(&self.draft.cc);
        match (recipients.next(), recipients.next(), &people[..]) {
            (Some(only), None, shown) => {
                let name = shown.iter().find_map(|person| match person {
                    Person::Bare { shown, .. } => Some(shown.clone()),
                    Person::Mailbox(_) | Person::Group(_) => None,
                });
                let only =
                    Mailbox { name: name.or_else(|| only.name.clone()), address: only.address.clone() };
                write_mailboxes(out, "To", &[only], policy);
            }
            (_, _, []) => write_tokens(out, "To", &["undisclosed-recipients:;"]),
            (_, _, shown) => {
                if !self.kept(out, "To", shown) {
                    people::write(out, "To", shown, policy);
                }
            }
        }
    }

    fn write_reply_to(&self, out: &mut String) {
        let policy = self.identity.charset;
        let people = self.people("Reply-To");
        if self.names_somebody("Reply-To") {
            if !self.kept(out, "Reply-To", &people) {
                people::write(out, "Reply-To", &people, policy);
            }
            return;
        }
        let from = self.people("From");
        let ours = &self.identity.from.address;
        let is_other = |mailbox: &&Mailbox| !mailbox.address.eq_ignore_ascii_case(ours);
        let senders: Vec<Mailbox> = people::mailboxes(&from).filter(is_other).cloned().collect();
        let senders = match (&senders[..], &self.draft.reply_to) {
            ([], Some(reply_to)) if people::mailboxes(&from).next().is_none() => vec![reply_to.clone()],
            _ => senders,
        };
        if !senders.is_empty() {
            write_mailboxes(out, "Reply-To", &senders, policy);
        }
    }

    fn write_subject(&self, out: &mut String, notes: &mut Vec<String>) {
        let policy = self.identity.charset;
        let mut subjects = self.named("Subject").filter(|field| !field.value().is_empty());
        match (self.subject, subjects.next()) {
            (Some(subject), _) => write_text(out, "Subject", subject, policy),
            (None, Some(field)) => {
                let raw = self.text(field);
                let text = mend::text(&raw);
                let is_decoded = raw.contains("=?") && text != raw;
                let is_reworded = self.wording == Wording::Ours && is_decoded;
                if is_reworded || !mend::keep(out, field) {
                    write_text(out, "Subject", &text, policy);
                }
            }
            (None, None) if self.draft.subject.is_empty() => {}
            (None, None) => write_text(out, "Subject", &self.draft.subject, policy),
        }
        for field in subjects {
            notes.push(format!(
                "a second Subject left out: `{}`",
                mend::shown(&mend::text(&self.text(field)))
            ));
        }
    }

    fn write_date(&self, out: &mut String, notes: &mut Vec<String>) {
        let is_valid = |field: &&Field<'_>| {
            let value = field.value();
            std::str::from_utf8(&value).is_ok_and(|value| DateTime::parse_from_rfc2822(value).is_ok())
        };
        let kept = self.named("Date").find(is_valid).is_some_and(|field| mend::keep(out, field));
        if kept {
            return;
        }
        if let Some(field) = self.named("Date").next() {
            notes.push(format!("no valid Date: `{}`", mend::shown(&self.text(field))));
        }
        write_tokens(out, "Date", &[&date::rfc5322(self.draft.created_ms, self.draft.utc_offset_minutes)]);
    }

    fn write_message_id(&self, out: &mut String, notes: &mut Vec<String>) {
        let mut fields = self.named("Message-ID").peekable();
        if let Some(field) = fields.peek() {
            let first = mend::shown(&self.text(field));
            if fields.any(|field| valid_message_id(field).is_some() && mend::keep(out, field)) {
                return;
            }
            notes.push(format!("no valid Message-ID: `{first}`"));
        }
        write_tokens(out, "Message-ID", &[&ident::message_id(&self.draft.id, &self.draft.domain)]);
    }

    /// What the alert adds.
    fn add(&self, out: &mut String, notes: &mut Vec<String>) {
        let has = |names: &[&str]| self.fields.iter().any(|field| field.is_any(names));
        if let Some(key) = &self.draft.key
            && !has(&["In-Reply-To", "References"])
        {
            let root = ident::thread_root(key, &self.draft.domain);
            write_tokens(out, "In-Reply-To", &[&root]);
            write_tokens(out, "References", &[&root]);
        }
        write_own_fields(out, self.draft, self.identity.charset, notes);
        if self.draft.importance == Importance::Critical && !has(&["X-Priority", "Importance", "Priority"]) {
            write_tokens(out, "X-Priority", &["1"]);
            write_tokens(out, "Importance", &["high"]);
            write_tokens(out, "Priority", &["urgent"]);
        }
        write_text(out, "X-Alertmail-Id", &self.draft.id, CharsetPolicy::Auto);
        write_tokens(out, "MIME-Version", &["1.0"]);
    }

    /// Writes the only field of this name as it stands, if it may.
    fn kept(&self, out: &mut String, name: &str, people: &[Person]) -> bool {
        let mut fields = self.named(name);
        let (Some(field), None) = (fields.next(), fields.next()) else { return false };
        let value = self.text(field);
        let is_reworded = self.wording == Wording::Ours && value.contains("=?");
        !is_reworded && people::is_presentable(&value, people) && mend::keep(out, field)
    }
}

/// The subject in plain text, as it came but decoded; `label` is the charset of the body.
pub(super) fn subject(fields: &[Field<'_>], label: Option<&str>) -> Option<String> {
    let field = fields.iter().find(|field| field.is("Subject") && !field.value().is_empty())?;
    Some(mend::text(&decode::decode_header(&field.value(), label)))
}

/// The Message-ID that the message brings along and keeps.
pub(super) fn message_id(fields: &[Field<'_>]) -> Option<String> {
    let mut own = fields.iter().filter(|field| field.is("Message-ID"));
    own.find_map(|field| valid_message_id(field).filter(|_| mend::keep(&mut String::new(), field)))
}

/// A Message-ID as RFC 5322 section 3.6.4 has it, but for domains in any of today's spellings.
fn valid_message_id(field: &Field<'_>) -> Option<String> {
    let is_part = |octet: u8| octet.is_ascii_graphic() && !b"<>()@,;:\\\"[]".contains(&octet);
    let value = String::from_utf8(field.value()).ok()?;
    let (left, right) = value.strip_prefix('<')?.strip_suffix('>')?.split_once('@')?;
    let literal = right.strip_prefix('[').and_then(|right| right.strip_suffix(']'));
    let is_right = match literal {
        Some(literal) => literal.bytes().all(|octet| is_part(octet) || octet == b':'),
        None => !right.is_empty() && right.bytes().all(is_part),
    };
    let is_valid = !left.is_empty() && left.bytes().all(is_part) && is_right;
    (is_valid && value.len() <= MESSAGE_ID_OCTETS_MAX).then_some(value)
}
