//! The message, top to bottom.
//!
//! Compose first, then connect: whatever can be wrong with an alert's content is known before a provider has
//! heard a word. It never fails; what had to be left out or changed is in [`Composed::notes`].

use crate::address::{Mailbox, write_mailboxes};
use crate::attachment::{self, Attachment, is_token, printable};
use crate::body::Body;
use crate::charset::{Charset, CharsetPolicy};
use crate::header::{write_text, write_tokens};
use crate::transfer::Transfer;
use crate::{date, ident};

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
    /// Who answers go to: the alert's own sender, since From belongs to the provider.
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
}

/// Composes the message of `draft` for the provider that is `identity`.
///
/// A pure function: the same arguments give the same octets.
pub fn compose(draft: &Draft, identity: &Identity) -> Composed {
    let mut notes = Vec::new();
    let boundary = (!draft.attachments.is_empty()).then(|| ident::boundary(&draft.id));
    let body = Body::new(&draft.body, identity.charset, boundary.as_deref());

    let mut fields = String::with_capacity(1024);
    write_people(&mut fields, draft, identity);
    write_text(&mut fields, "Subject", &draft.subject, identity.charset);
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
            for attachment in &draft.attachments {
                // The CRLF in front of a delimiter belongs to it, so the part keeps its own.
                octets.extend(format!("\r\n--{boundary}\r\n").as_bytes());
                attachment::write(&mut octets, attachment, identity.charset, &mut notes);
            }
            octets.extend(format!("\r\n--{boundary}--\r\n").as_bytes());
        }
    }
    Composed { octets, body_charset: body.charset, notes }
}

fn write_people(out: &mut String, draft: &Draft, identity: &Identity) {
    let policy = identity.charset;
    write_mailboxes(out, "From", std::slice::from_ref(&identity.from), policy);
    if draft.to.is_empty() && draft.cc.is_empty() {
        // Some servers add an Apparently-To with everybody in it to a mail that names nobody.
        write_tokens(out, "To", &["undisclosed-recipients:;"]);
    }
    for (name, mailboxes) in
        [("To", &draft.to[..]), ("Cc", &draft.cc[..]), ("Reply-To", draft.reply_to.as_slice())]
    {
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
