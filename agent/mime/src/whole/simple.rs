//! Messages that are a text and nothing else: the text is taken out and composed as an alert's is.

use super::content::{Content, Transfer};
use super::fields::Field;
use super::{decode, part};
use crate::body::Body;
use crate::charset::CharsetPolicy;
use crate::header::write_tokens;

/// Parameters of a text that either mean nothing or are written again.
const PARAMETERS: [&str; 4] = ["charset", "format", "delsp", "reply-type"];

/// A text, and how its lines are meant (RFC 3676).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Simple {
    pub(super) text: String,
    format: Option<String>,
    delsp: Option<String>,
}

impl Simple {
    /// `None` if there is more than text, if somebody has signed it, or if its charset is not known.
    pub(super) fn of(fields: &[Field<'_>], body: &[u8], notes: &mut Vec<String>) -> Option<Self> {
        let content = Content::of(fields, "Content-Type").unwrap_or_default();
        let is_plain = content.subtype.is_empty() || content.is("text", "plain");
        let is_file = Content::of(fields, "Content-Disposition")
            .is_some_and(|disposition| disposition.kind != "inline" || !disposition.has_only(&[]));
        let is_signed = fields.iter().any(|field| field.is("DKIM-Signature"));
        if !is_plain || !content.has_only(&PARAMETERS) || is_file || is_signed {
            return None;
        }
        let transfer = Transfer::of(fields);
        let label = content.parameter("charset");
        let undone = part::undone(transfer, body);
        if undone.is_none() && transfer == Transfer::Other {
            return None;
        }
        let octets = part::lines(undone.as_deref().unwrap_or(body), label);
        let decoded = decode::decode(&octets, label)?;
        if decoded.text.contains("-----BEGIN PGP ") {
            return None;
        }
        if undone.is_none() {
            notes.push("the text is not encoded as it says: sent as it stands".into());
        }
        if !decoded.is_as_labelled && label.is_some() {
            notes.push("the text is not in the charset that it names: another one was found".into());
        }
        let parameter = |name| content.parameter(name).map(str::to_owned);
        Some(Self { text: decoded.text, format: parameter("format"), delsp: parameter("delsp") })
    }

    /// Writes its Content-Type and the like, the empty line, and the text.
    pub(super) fn write(
        &self,
        fields: &[Field<'_>],
        mut block: String,
        policy: CharsetPolicy,
        notes: &mut Vec<String>,
    ) -> Vec<u8> {
        let body = Body::new(&self.text, policy, None);
        let mut content = Content::plain_text(body.charset.label());
        for (name, value) in [("format", &self.format), ("delsp", &self.delsp)] {
            if let Some(value) = value {
                content.add(name, value);
            }
        }
        content.write(&mut block, "Content-Type", policy, notes);
        write_tokens(&mut block, "Content-Transfer-Encoding", &[body.transfer.label()]);
        for field in fields {
            // A digest, a length or a place of what was there before is no longer true.
            if field.is_any(&["Content-Language", "Content-Description", "Content-ID"]) {
                super::mend::write(&mut block, field, None, policy, notes);
            }
        }
        let mut octets = block.into_bytes();
        octets.extend(b"\r\n");
        body.transfer.write(&mut octets, &body.octets);
        octets
    }
}
