//! What a part says about itself: Content-Type and Content-Transfer-Encoding, read as leniently as readers do.

use super::{decode, mend};
use crate::attachment::{is_token, percent};
use crate::charset::{self, CharsetPolicy};
use crate::encoded_word::{self, WORD_OCTETS_MAX};
use crate::header;
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use receive::fields::Field;

/// A parameter longer than this is written in continuations by others; here it is left out with a note.
const PARAMETER_OCTETS_MAX: usize = 900;

/// The longest media type (RFC 6838 section 4.2).
const TYPE_OCTETS_MAX: usize = 254;

/// A media type, or a disposition, with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// In lower case. Empty where nothing could be read.
    pub(super) kind: String,
    /// In lower case; empty for a disposition.
    pub(super) subtype: String,
    parameters: Vec<(String, String)>,
}

impl Content {
    pub(super) fn plain_text(label: &str) -> Self {
        Self::default().with_charset(label)
    }

    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.parameters.push((name.to_owned(), value.to_owned()));
    }

    /// What the first field of this name says. `None` without one.
    pub(super) fn of(fields: &[Field<'_>], name: &str) -> Option<Self> {
        let field = fields.iter().find(|field| field.is(name))?;
        Some(Self::parse(&decode::decode_header(&field.value(), None)))
    }

    fn parse(value: &str) -> Self {
        let line = format!("{value}\n");
        let HeaderValue::ContentType(parsed) = MessageStream::new(line.as_bytes()).parse_content_type()
        else {
            return Self::default();
        };
        let lower = |text: &str| text.to_ascii_lowercase();
        let parameters = parsed.attributes.iter().flatten();
        Self {
            kind: lower(&parsed.c_type),
            subtype: parsed.c_subtype.as_deref().map(lower).unwrap_or_default(),
            parameters: parameters.map(|it| (lower(&it.name), it.value.clone().into_owned())).collect(),
        }
    }

    pub(super) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }

    /// Text, or nothing that can be read (RFC 2045 section 5.2).
    pub(super) fn is_text(&self) -> bool {
        self.kind == "text" || self.subtype.is_empty()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// True if it has no parameter but these.
    pub(super) fn has_only(&self, names: &[&str]) -> bool {
        self.parameters.iter().all(|(name, _)| names.contains(&&**name))
    }

    /// The same with another charset, and as plain text if it was nothing that can be read.
    pub(super) fn with_charset(mut self, label: &str) -> Self {
        if self.kind != "text" || self.subtype.is_empty() || !self.is_writable() {
            self = Self { kind: "text".to_owned(), subtype: "plain".to_owned(), ..self };
        }
        self.parameters.retain(|(name, _)| name != "charset" && name != "boundary");
        self.parameters.insert(0, ("charset".to_owned(), label.to_owned()));
        self
    }

    /// The same as octets that nobody knows.
    pub(super) fn as_unknown(&self) -> Self {
        let parameters = self.parameters.iter().filter(|(name, _)| name == "name").cloned().collect();
        Self { kind: "application".to_owned(), subtype: "octet-stream".to_owned(), parameters }
    }

    /// Writes the field: each parameter in the form that readers know.
    pub(super) fn write(&self, out: &mut String, name: &str, policy: CharsetPolicy, notes: &mut Vec<String>) {
        let mut parameters: Vec<String> = Vec::new();
        for (key, value) in &self.parameters {
            let value = header::clean(value);
            let written = parameter(name, key, &value, policy);
            if is_token(key) && written.len() <= PARAMETER_OCTETS_MAX {
                parameters.push(written);
            } else {
                notes.push(format!("parameter `{}` of {name} left out: too long", mend::shown(key)));
            }
        }
        let kind = if self.subtype.is_empty() {
            self.kind.clone()
        } else {
            format!("{}/{}", self.kind, self.subtype)
        };
        let ends = std::iter::repeat_n(";", parameters.len()).chain([""]);
        let tokens = std::iter::once(kind).chain(parameters).zip(ends).map(|(token, end)| token + end);
        // The words of an encoded name are folded between.
        let tokens: Vec<String> = tokens.collect();
        let tokens: Vec<&str> = tokens.iter().flat_map(|token| pieces(token)).collect();
        header::write_tokens(out, name, &tokens);
    }

    /// True if the field can be written from what was read.
    pub(super) fn is_writable(&self) -> bool {
        let octets = self.kind.len() + self.subtype.len();
        let is_name = |name: &str| is_token(name) && octets <= TYPE_OCTETS_MAX;
        is_name(&self.kind) && (self.subtype.is_empty() || is_name(&self.subtype))
    }
}

/// One parameter. In Content-Type an encoded word stands in quotes, which is not what RFC 2047 had in mind but what
/// readers without RFC 2231 look for; elsewhere the form is that of RFC 2231.
fn parameter(field: &str, key: &str, value: &str, policy: CharsetPolicy) -> String {
    let is_plain = value.is_ascii() && !value.contains("=?");
    if is_token(value) && is_plain {
        format!("{key}={value}")
    } else if is_plain {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{key}=\"{escaped}\"")
    } else if field.eq_ignore_ascii_case("Content-Type") {
        let fitted = charset::fit(value, policy);
        let room = WORD_OCTETS_MAX - "=\"\"".len() - key.len().min(WORD_OCTETS_MAX / 2);
        format!("{key}=\"{}\"", encoded_word::words(fitted.charset, &fitted.text, room, room).join(" "))
    } else {
        format!("{key}*=UTF-8''{}", percent(value))
    }
}

/// The encoded words of a parameter, or the parameter: a blank in a quoted value may stand at no fold.
fn pieces(token: &str) -> Vec<&str> {
    if token.contains("=\"=?") { token.split(' ').collect() } else { vec![token] }
}

/// How a part is encoded for the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// 7bit, 8bit, binary, or nothing said.
    Plain,
    Base64,
    QuotedPrintable,
    /// Something that nobody here can undo.
    Other,
}

impl Transfer {
    pub(super) fn of(fields: &[Field<'_>]) -> Self {
        let Some(field) = fields.iter().find(|field| field.is("Content-Transfer-Encoding")) else {
            return Self::Plain;
        };
        let value = field.value().to_ascii_lowercase();
        let word =
            value.split(|octet| matches!(octet, b' ' | b'\t' | b';' | b'(')).next().unwrap_or_default();
        match word {
            b"" | b"7bit" | b"8bit" | b"binary" | b"7-bit" | b"8-bit" => Self::Plain,
            b"base64" => Self::Base64,
            b"quoted-printable" => Self::QuotedPrintable,
            _ => Self::Other,
        }
    }
}
