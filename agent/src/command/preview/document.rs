//! What a preview looks like, for machines.

use mime::carrier::{File, Letter, Part, Remark};
use spool_format::Wall;

use super::Preview;
use super::docomo::Docomo;
use super::subject::Read;

/// The document for machines.
#[derive(serde::Serialize)]
pub(super) struct Document {
    id: String,
    severity: &'static str,
    /// Names in the alert that lead to nobody.
    unusable: Vec<String>,
    /// One for each provider that was asked for, in order.
    previews: Vec<ShownPreview>,
}

#[derive(serde::Serialize)]
struct ShownPreview {
    provider: String,
    /// Envelope sender.
    sender: String,
    /// Envelope recipients.
    recipients: Vec<String>,
    /// Why there is no mail.
    error: Option<String>,
    mail: Option<ShownMail>,
}

#[derive(serde::Serialize)]
struct ShownMail {
    /// Header and body as sent, ESC and all.
    octets: String,
    /// As a reader has it.
    shown: ShownLetter,
    /// How it differs from what the alert asked for.
    notes: Vec<String>,
    /// `null` if docomo has nothing to do with it.
    docomo: Option<ShownDocomo>,
}

#[derive(serde::Serialize)]
struct ShownLetter {
    date: Option<Wall>,
    parts: Vec<ShownPart>,
    files: Vec<ShownFile>,
}

#[derive(serde::Serialize)]
struct ShownPart {
    part: &'static str,
    charset: String,
    encoding: &'static str,
    text: String,
}

#[derive(serde::Serialize)]
struct ShownFile {
    name: String,
    media_type: String,
    octets: usize,
}

#[derive(serde::Serialize)]
struct ShownDocomo {
    relayed: Option<ShownLetter>,
    mailbox: Option<ShownLetter>,
    /// What a list on a phone shows of the subject at least.
    list: Option<String>,
    remarks: Vec<ShownRemark>,
}

#[derive(serde::Serialize)]
struct ShownRemark {
    weight: &'static str,
    text: String,
    source: &'static str,
    when: Option<&'static str>,
}

impl Document {
    /// Shows the same as the page.
    pub(super) fn new(subject: &Read, previews: &[Preview]) -> Self {
        Self {
            id: subject.id.to_string(),
            severity: subject.severity.as_str(),
            unusable: subject.unusable.clone(),
            previews: previews.iter().map(ShownPreview::new).collect(),
        }
    }
}

impl ShownPreview {
    fn new(preview: &Preview) -> Self {
        Self {
            provider: preview.provider.clone(),
            sender: preview.sender.to_string(),
            recipients: preview.recipients.iter().map(ToString::to_string).collect(),
            error: preview.mail.as_ref().err().cloned(),
            mail: preview.mail.as_ref().ok().map(|mail| ShownMail {
                octets: String::from_utf8_lossy(&mail.octets).into_owned(),
                shown: ShownLetter::new(&mail.letter),
                notes: mail.notes.clone(),
                docomo: mail.docomo.is_concerned().then(|| ShownDocomo::new(&mail.docomo)),
            }),
        }
    }
}

impl ShownLetter {
    fn new(letter: &Letter) -> Self {
        let part = |part: &Part| ShownPart {
            part: part.piece.as_str(),
            charset: part.form.charset.clone(),
            encoding: part.form.transfer.as_str(),
            text: part.text.clone(),
        };
        let file = |file: &File| ShownFile {
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            octets: file.octets,
        };
        Self {
            date: letter.date_ms.map(Wall::from_unix_ms),
            parts: letter.parts.iter().map(part).collect(),
            files: letter.files.iter().map(file).collect(),
        }
    }
}

impl ShownDocomo {
    fn new(docomo: &Docomo) -> Self {
        let remark = |remark: &Remark| ShownRemark {
            weight: remark.weight.as_str(),
            text: remark.text.clone(),
            source: remark.source.who,
            when: remark.source.when,
        };
        Self {
            relayed: docomo.relayed.as_ref().map(ShownLetter::new),
            mailbox: docomo.received.as_ref().map(ShownLetter::new),
            list: docomo.listed.clone(),
            remarks: docomo.remarks.iter().map(remark).collect(),
        }
    }
}
