//! The part of a mail that is the same for every provider and every attempt.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mime::{Attachment, Draft, Importance, Mailbox, Summary};
use spool_format::{Address, Alert, Severity};

use super::{Accepted, on_the_wire};

pub(super) fn draft(accepted: &Accepted, domain: &str, offset_minutes: i32) -> Draft {
    let alert = &accepted.alert;
    let mut attachments: Vec<Attachment> = alert.attachments.iter().map(attachment).collect();
    if let Some(message) = &alert.message
        && !is_the_mail(alert)
    {
        attachments.push(file("message.eml", "application/octet-stream", message));
    }
    let sender = alert.sender.as_deref().and_then(|sender| crate::address::parse(sender).ok());
    Draft {
        id: accepted.id.as_str().to_owned(),
        domain: domain.to_owned(),
        key: alert.key.clone(),
        created_ms: accepted.born().unix_ms(),
        utc_offset_minutes: offset_minutes,
        importance: match alert.severity {
            Severity::Critical => Importance::Critical,
            Severity::Warning | Severity::Info => Importance::Normal,
        },
        subject: alert.subject.clone(),
        body: alert.body.clone(),
        to: accepted.recipients.to.iter().map(mailbox).collect(),
        cc: accepted.recipients.cc.iter().map(mailbox).collect(),
        reply_to: sender.as_ref().map(mailbox),
        headers: alert.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        attachments,
    }
}

/// The whole message that is the mail. An alert with a body or files of its own is a mail itself, and its message
/// travels along as a file: so neither is lost.
pub(super) fn message(alert: &Alert) -> Option<Vec<u8>> {
    alert.message.as_deref().filter(|_| is_the_mail(alert)).map(octets)
}

/// What an alert is called: by its own subject, else by that of the whole message that is its mail.
pub fn summary(alert: &Alert) -> Summary {
    let whole = message(alert).map(|message| mime::summary(&message)).unwrap_or_default();
    if alert.subject.is_empty() { whole } else { Summary { subject: alert.subject.clone(), ..whole } }
}

fn is_the_mail(alert: &Alert) -> bool {
    alert.body.is_empty() && alert.attachments.is_empty()
}

fn mailbox(address: &Address) -> Mailbox {
    Mailbox { name: None, address: on_the_wire(address) }
}

fn attachment(attachment: &spool_format::Attachment) -> Attachment {
    file(&attachment.name, &attachment.media_type, &attachment.data)
}

fn file(name: &str, media_type: &str, data: &str) -> Attachment {
    Attachment { name: name.to_owned(), media_type: media_type.to_owned(), octets: octets(data) }
}

/// A file as an alert has it.
pub(super) fn as_in_an_alert(file: &Attachment) -> spool_format::Attachment {
    spool_format::Attachment {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        data: STANDARD.encode(&file.octets),
    }
}

/// What stands in base64. What is not base64 goes as it stands: the reader may still see what was meant.
pub(crate) fn octets(data: &str) -> Vec<u8> {
    let compact: String = data.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).unwrap_or_else(|_| data.as_bytes().to_vec())
}
