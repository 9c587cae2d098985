//! Messages that are a text and nothing else: the text is taken out and composed as an alert's is.

use super::content::{Content, Transfer};
use super::{decode, part};
use crate::body::Body;
use crate::charset::CharsetPolicy;
use crate::compose::{Draft, TEXT_IS_CUT, too_large};
use crate::header::write_tokens;
use crate::manner::Manner;
use crate::present;
use crate::shorten::{Ending, largest};
use crate::width::columns;
use receive::fields::Field;

/// Parameters of a text that either mean nothing or are written again.
const PARAMETERS: [&str; 4] = ["charset", "format", "delsp", "reply-type"];

/// A text, and how its lines are meant (RFC 3676).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Simple {
    pub(super) text: String,
    format: Option<String>,
    delsp: Option<String>,
}

/// What a text is written on.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) draft: &'a Draft,
    pub(super) policy: CharsetPolicy,
    pub(super) manner: &'a Manner,
    /// The language of the words that are added.
    pub(super) is_japanese: bool,
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

    /// Behind the `block` of other fields: its Content-Type and the like, the empty line, and as much of the text as `page`
    /// takes. Gives the whole text as well if that is not all of it.
    pub(super) fn write(
        &self,
        fields: &[Field<'_>],
        block: &str,
        page: &Page<'_>,
        notes: &mut Vec<String>,
    ) -> (Vec<u8>, Option<String>) {
        let Page { draft, manner, is_japanese, .. } = *page;
        let event = (draft.created_ms, draft.utc_offset_minutes);
        let text = present::text(&self.text, manner, event, is_japanese);
        let ending = Ending { id: &draft.id, is_japanese };
        let shown = |columns_max| ending.close(&text, columns_max, &[]);
        let octets = |text: &str, notes: &mut Vec<String>| self.octets(fields, block, (text, page), notes);
        let mut columns_max = manner.limits.body.map(|wide_max| wide_max.saturating_mul(2));
        if let Some(octets_max) = manner.limits.octets {
            let fits = |most| octets(&shown(most).0, &mut Vec::new()).len() <= octets_max;
            if !fits(columns_max) {
                let most = columns(&text).min(columns_max.unwrap_or(usize::MAX));
                columns_max = Some(largest(most, |most| fits(Some(most))));
                notes.extend((!fits(columns_max)).then(|| too_large(octets_max)));
            }
        }
        let (text, is_cut) = shown(columns_max);
        notes.extend(is_cut.then(|| TEXT_IS_CUT.to_owned()));
        let whole = is_cut.then(|| self.text.replace("\r\n", "\n"));
        (octets(&text, notes), whole)
    }

    fn octets(
        &self,
        fields: &[Field<'_>],
        block: &str,
        (text, page): (&str, &Page<'_>),
        notes: &mut Vec<String>,
    ) -> Vec<u8> {
        let policy = page.policy;
        let body = Body::new(text, policy, None);
        let mut block = block.to_owned();
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
