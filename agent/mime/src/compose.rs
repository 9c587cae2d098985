//! The message, top to bottom.
//!
//! Compose first, then connect: whatever can be wrong with an alert's content is known before a provider has
//! heard a word. It never fails; what had to be left out or changed is in [`Composed::notes`].

use crate::address::{Mailbox, write_mailboxes};
use crate::attachment::{self, Attachment, is_token, printable};
use crate::body::Body;
use crate::charset::{self, Charset, CharsetPolicy};
use crate::header::{self, write_text, write_tokens};
use crate::manner::Manner;
use crate::shorten::{Ending, largest};
use crate::transfer::Transfer;
use crate::width::columns;
use crate::{date, ident, present};
use std::borrow::Cow;

/// The longest name of a field of the alert's own: with its colon it leaves the first line within 76 columns.
const FIELD_NAME_OCTETS_MAX: usize = 72;

/// Fields that are ours or the provider's to write. Every field that begins with `Content-` or `Resent-` is, too.
const RESERVED: [&str; 21] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Priority",
    "Importance",
    "Priority",
    "X-Alertmail-Id",
    "MIME-Version",
    "Return-Path",
    "Received",
    "DKIM-Signature",
];

pub(crate) const SUBJECT_IS_CUT: &str = "Subject: cut to its limit";
pub(crate) const TEXT_IS_CUT: &str = "text: cut to its limit";

/// The note on a mail that its limit cannot be kept for.
pub(crate) fn too_large(octets_max: usize) -> String {
    format!("larger than {octets_max} octets even without its text")
}

/// How loud a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    /// Marked urgent in the three ways that readers know.
    Critical,
    /// Not marked.
    Normal,
}

/// What is the same for every provider and every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The alert's id: 26 characters of `0-9a-z`. Message-ID and boundary are made from it.
    pub id: String,
    /// The right side of the Message-ID, fixed for the alert's life. At most 255 octets.
    pub domain: String,
    /// Alerts with the same key are one thread.
    pub key: Option<String>,
    /// When the alert was made: Unix time in milliseconds.
    pub created_ms: i64,
    /// The zone in which Date is written: minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// How loud the mail is.
    pub importance: Importance,
    /// The subject. Line breaks in it become blanks.
    pub subject: String,
    /// The text, with any kind of line end.
    pub body: String,
    /// Recipients to be shown in To. Blind copies never get here.
    pub to: Vec<Mailbox>,
    /// Recipients to be shown in Cc.
    pub cc: Vec<Mailbox>,
    /// Who answers go to: the alert's own sender, where From belongs to the provider. Not written where From is the same.
    pub reply_to: Option<Mailbox>,
    /// The alert's own fields, in order. A name must be a token of at most 72 octets and none that this crate or
    /// the mail's way writes; others are left out and reported in [`Composed::notes`].
    pub headers: Vec<(String, String)>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// What a provider contributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The header From. Providers check it against the account.
    pub from: Mailbox,
    /// Which charsets its readers take.
    pub charset: CharsetPolicy,
}

/// A finished message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// Header and body with CRLF line ends, 7-bit, without dot-stuffing, ending in CRLF.
    pub octets: Vec<u8>,
    /// The charset of the text part.
    pub body_charset: Charset,
    /// What had to be left out or changed, one sentence each.
    pub notes: Vec<String>,
    /// The whole text, where the mail does not hold all of it.
    pub whole_text: Option<String>,
    /// How many of the last attachments it does not hold.
    pub left_out: usize,
}

/// Composes the message of `draft` for the provider that is `identity`, as it stands.
///
/// A pure function: the same arguments give the same octets.
pub fn compose(draft: &Draft, identity: &Identity) -> Composed {
    compose_in(draft, identity, &Manner::default())
}

/// Composes the message of `draft` for the provider that is `identity` in this manner.
///
/// A pure function: the same arguments give the same octets. Only From and what [`Manner`] is about differ from one
/// attempt to the next; Date, Message-ID and boundary never do.
pub fn compose_in(draft: &Draft, identity: &Identity, manner: &Manner) -> Composed {
    let mut plan = Plan::new(draft, identity, manner);
    let mut composed = plan.write();
    let Some(octets_max) = manner.limits.octets.filter(|most| composed.octets.len() > *most) else {
        return composed;
    };
    let fits = |plan: &Plan<'_>| plan.write().octets.len() <= octets_max;
    plan.attachments =
        largest(draft.attachments.len(), |attachments| fits(&Plan { attachments, ..plan.clone() }));
    if !fits(&plan) {
        let most = columns(&plan.text).min(plan.columns_max.unwrap_or(usize::MAX));
        let columns_max = largest(most, |most| fits(&Plan { columns_max: Some(most), ..plan.clone() }));
        plan.columns_max = Some(columns_max);
    }
    composed = plan.write();
    if composed.octets.len() > octets_max {
        composed.notes.push(too_large(octets_max));
    }
    composed
}

/// What goes into a message, and how much of it.
#[derive(Clone)]
struct Plan<'a> {
    draft: &'a Draft,
    identity: &'a Identity,
    sender: Option<&'a Mailbox>,
    subject: String,
    subject_is_cut: bool,
    /// The whole text.
    text: Cow<'a, str>,
    /// How much of it is shown.
    columns_max: Option<usize>,
    /// How many of the attachments go with it.
    attachments: usize,
    ending: Ending<'a>,
}

impl<'a> Plan<'a> {
    fn new(draft: &'a Draft, identity: &'a Identity, manner: &'a Manner) -> Self {
        let is_japanese = manner.language.is_japanese([&draft.subject, &draft.body]);
        let (subject, subject_is_cut) = present::subject(&draft.subject, manner, is_japanese);
        let event = (draft.created_ms, draft.utc_offset_minutes);
        Self {
            draft,
            identity,
            sender: manner.sender.as_ref(),
            subject_is_cut,
            subject,
            text: present::text(&draft.body, manner, event, is_japanese),
            columns_max: manner.limits.body.map(|wide_max| wide_max.saturating_mul(2)),
            attachments: draft.attachments.len(),
            ending: Ending { id: &draft.id, is_japanese },
        }
    }

    fn write(&self) -> Composed {
        let Self { draft, identity, .. } = self;
        let mut notes = Vec::new();
        let (attachments, left_out) = draft.attachments.split_at(self.attachments);
        let left_out: Vec<&str> = left_out.iter().map(|attachment| attachment.name.as_str()).collect();
        let (text, text_is_cut) = self.ending.close(&self.text, self.columns_max, &left_out);
        self.remark(&text, text_is_cut, &left_out, &mut notes);
        let boundary = (!attachments.is_empty()).then(|| ident::boundary(&draft.id));
        let body = Body::new(&text, identity.charset, boundary.as_deref());

        let mut fields = String::with_capacity(1024);
        write_people(&mut fields, draft, identity, self.sender);
        write_text(&mut fields, "Subject", &self.subject, identity.charset);
        write_identifiers(&mut fields, draft);
        write_own_fields(&mut fields, draft, identity.charset, &mut notes);
        write_flags(&mut fields, draft);
        write_tokens(&mut fields, "MIME-Version", &["1.0"]);

        let mut octets = fields.into_bytes();
        match boundary {
            None => write_body(&mut octets, &body),
            Some(boundary) => {
                let mut fields = String::new();
                write_tokens(
                    &mut fields,
                    "Content-Type",
                    &["multipart/mixed;", &format!("boundary=\"{boundary}\"")],
                );
                write_tokens(&mut fields, "Content-Transfer-Encoding", &[Transfer::SevenBit.label()]);
                octets.extend(fields.as_bytes());
                octets.extend(format!("\r\n--{boundary}\r\n").as_bytes());
                write_body(&mut octets, &body);
                for attachment in attachments {
                    // The CRLF in front of a delimiter belongs to it, so the part keeps its own.
                    octets.extend(format!("\r\n--{boundary}\r\n").as_bytes());
                    attachment::write(&mut octets, attachment, identity.charset, &mut notes);
                }
                octets.extend(format!("\r\n--{boundary}--\r\n").as_bytes());
            }
        }
        let whole_text = text_is_cut.then(|| draft.body.clone());
        Composed { octets, body_charset: body.charset, notes, whole_text, left_out: left_out.len() }
    }

    /// Says what is missing, and what was done for the sake of a charset.
    fn remark(&self, text: &str, text_is_cut: bool, left_out: &[&str], notes: &mut Vec<String>) {
        let Self { draft, identity, .. } = self;
        if self.subject_is_cut {
            notes.push(SUBJECT_IS_CUT.to_owned());
        }
        if text_is_cut {
            notes.push(TEXT_IS_CUT.to_owned());
        }
        notes.extend(
            left_out.iter().map(|name| format!("attachment `{}` left out: too large", printable(name))),
        );
        let remark = |what: &str, text: &str| charset::remark(what, &header::clean(text), identity.charset);
        notes.extend(remark("Subject", &self.subject));
        notes.extend(charset::remark("text", text, identity.charset));
        let people = std::iter::once(&identity.from).chain(&draft.to).chain(&draft.cc).chain(&draft.reply_to);
        notes.extend(people.filter_map(|mailbox| {
            remark(&format!("name of {}", printable(&mailbox.address)), mailbox.name.as_deref()?)
        }));
        notes.extend(
            draft
                .headers
                .iter()
                .filter_map(|(name, value)| remark(&format!("header `{}`", printable(name)), value)),
        );
        let names = draft.attachments[..self.attachments].iter().map(|attachment| &attachment.name);
        notes.extend(names.filter_map(|name| remark("name of an attachment", name)));
    }
}

fn write_people(out: &mut String, draft: &Draft, identity: &Identity, sender: Option<&Mailbox>) {
    let policy = identity.charset;
    write_mailboxes(out, "From", std::slice::from_ref(&identity.from), policy);
    if let Some(sender) = sender.filter(|sender| !sender.has_address_of(&identity.from)) {
        write_mailboxes(out, "Sender", std::slice::from_ref(sender), policy);
    }
    if draft.to.is_empty() && draft.cc.is_empty() {
        // Some servers add an Apparently-To with everybody in it to a mail that names nobody.
        write_tokens(out, "To", &["undisclosed-recipients:;"]);
    }
    // Answers go to From by themselves.
    let reply_to = draft.reply_to.as_slice();
    let reply_to = if reply_to.iter().any(|to| to.has_address_of(&identity.from)) { &[] } else { reply_to };
    for (name, mailboxes) in [("To", &draft.to[..]), ("Cc", &draft.cc[..]), ("Reply-To", reply_to)] {
        if !mailboxes.is_empty() {
            write_mailboxes(out, name, mailboxes, policy);
        }
    }
}

fn write_identifiers(out: &mut String, draft: &Draft) {
    write_tokens(out, "Date", &[&date::rfc5322(draft.created_ms, draft.utc_offset_minutes)]);
    write_tokens(out, "Message-ID", &[&ident::message_id(&draft.id, &draft.domain)]);
    if let Some(key) = &draft.key {
        let root = ident::thread_root(key, &draft.domain);
        write_tokens(out, "In-Reply-To", &[&root]);
        write_tokens(out, "References", &[&root]);
    }
}

pub(crate) fn write_own_fields(
    out: &mut String,
    draft: &Draft,
    policy: CharsetPolicy,
    notes: &mut Vec<String>,
) {
    for (name, value) in &draft.headers {
        match refusal(name) {
            None => write_text(out, name, value, policy),
            Some(reason) => notes.push(format!("header `{}` left out: {reason}", printable(name))),
        }
    }
}

/// Why the alert may not have a field of this name.
fn refusal(name: &str) -> Option<&'static str> {
    let starts_with =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if !is_token(name) {
        Some("not a valid name")
    } else if name.len() > FIELD_NAME_OCTETS_MAX {
        Some("name too long")
    } else if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved))
        || starts_with("Content-")
        || starts_with("Resent-")
    {
        Some("only alertmail and mail servers write it")
    } else {
        None
    }
}

fn write_flags(out: &mut String, draft: &Draft) {
    write_tokens(out, "Auto-Submitted", &["auto-generated"]);
    write_tokens(out, "X-Auto-Response-Suppress", &["All"]);
    match draft.importance {
        Importance::Normal => {}
        Importance::Critical => {
            write_tokens(out, "X-Priority", &["1"]);
            write_tokens(out, "Importance", &["high"]);
            write_tokens(out, "Priority", &["urgent"]);
        }
    }
    write_text(out, "X-Alertmail-Id", &draft.id, CharsetPolicy::Auto);
}

/// The text part: its fields, the empty line, its content.
fn write_body(out: &mut Vec<u8>, body: &Body) {
    let mut fields = String::new();
    write_tokens(&mut fields, "Content-Type", &["text/plain;", &format!("charset={}", body.charset.label())]);
    write_tokens(&mut fields, "Content-Transfer-Encoding", &[body.transfer.label()]);
    out.extend(fields.as_bytes());
    out.extend(b"\r\n");
    body.transfer.write(out, &body.octets);
}
