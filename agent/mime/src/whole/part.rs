//! Parts of a message that goes through: octet for octet where the promises hold, written anew where not.

use super::content::{Content, Transfer};
use super::{decode, mend};
use crate::charset::{self, CharsetPolicy};
use crate::transfer::{self, LINE_OCTETS_MAX};
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
use receive::fields::{self, Field, next_line};

/// Parts within parts; real mails have a handful.
const DEPTH_MAX: usize = 32;
/// Parts in all.
const PARTS_MAX: usize = 2_000;

/// RFC 2046 allows 70.
const BOUNDARY_OCTETS_MAX: usize = 200;

/// Too many parts, or too deep, to be mended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMuch;

/// Writes parts, and keeps what is the same for all of them.
pub(super) struct Parts<'a> {
    pub(super) policy: CharsetPolicy,
    pub(super) notes: &'a mut Vec<String>,
    seen: usize,
}

/// The content of a part as it will stand.
enum Leaf {
    /// As it stands, but for line ends.
    Kept,
    /// In base64.
    Encoded { octets: Vec<u8>, content: Option<Content> },
}

impl<'a> Parts<'a> {
    pub(super) fn new(policy: CharsetPolicy, notes: &'a mut Vec<String>) -> Self {
        Self { policy, notes, seen: 0 }
    }

    /// Writes the fields of a part, the empty line and its content.
    pub(super) fn write(
        &mut self,
        out: &mut Vec<u8>,
        fields: &[Field<'_>],
        body: &[u8],
        depth: usize,
    ) -> Result<(), TooMuch> {
        self.seen += 1;
        if depth > DEPTH_MAX || self.seen > PARTS_MAX {
            return Err(TooMuch);
        }
        let content = Content::of(fields, "Content-Type").unwrap_or_default();
        let transfer = Transfer::of(fields);
        let is_sealed = content.kind == "multipart" && matches!(&*content.subtype, "signed" | "encrypted");
        if is_sealed {
            if is_clean(body) {
                self.keep(out, fields, body);
                return Ok(());
            }
            self.notes
                .push("a signed part has octets that no mail can hold: mended, its seal is broken".into());
        }
        if transfer == Transfer::Plain && content.kind == "multipart" {
            let boundary = content.parameter("boundary").unwrap_or_default();
            if let Some(multipart) = Multipart::find(body, boundary) {
                self.header(out, fields, None, Some("7bit"));
                return self.multipart(out, &multipart, depth);
            }
        }
        let is_message = content.kind == "message" && matches!(&*content.subtype, "rfc822" | "global");
        if transfer == Transfer::Plain && is_message && !is_clean(body) {
            let mut inner = fields::split_part(body);
            if !inner.fields.iter().any(|field| field.is("MIME-Version")) {
                inner.fields.push(Field { name: "MIME-Version", lines: vec![b" 1.0"] });
            }
            self.header(out, fields, None, Some("7bit"));
            return self.write(out, &inner.fields, inner.body, depth + 1);
        }
        match self.leaf(content, transfer, body) {
            Leaf::Kept => {
                let label = (transfer == Transfer::Plain).then_some("7bit");
                self.header(out, fields, None, label);
                copy(out, body);
            }
            Leaf::Encoded { octets, content } => {
                self.header(out, fields, content.as_ref(), Some("base64"));
                transfer::Transfer::Base64.write(out, &octets);
            }
        }
        Ok(())
    }

    /// Writes a part whose body is clean as it stands.
    pub(super) fn keep(&mut self, out: &mut Vec<u8>, fields: &[Field<'_>], body: &[u8]) {
        self.header(out, fields, None, None);
        copy(out, body);
    }

    /// The fields and the empty line, with another Content-Type and transfer encoding where they are given.
    fn header(
        &mut self,
        out: &mut Vec<u8>,
        fields: &[Field<'_>],
        content: Option<&Content>,
        transfer: Option<&str>,
    ) {
        let mut block = String::new();
        let label = Content::of(fields, "Content-Type");
        let label = label.as_ref().and_then(|content| content.parameter("charset"));
        let mut open = (content, transfer);
        let mut once: Vec<&str> = Vec::new();
        for field in fields {
            // Of two only the first counts, for every reader.
            let single = ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"];
            if let Some(name) = single.into_iter().find(|name| field.is(name)) {
                if once.contains(&name) {
                    continue;
                }
                once.push(name);
            }
            if field.is("Content-Type") && content.is_some() {
                if let Some(content) = open.0.take() {
                    content.write(&mut block, "Content-Type", self.policy, self.notes);
                }
            } else if field.is("Content-Transfer-Encoding") && transfer.is_some() {
                match open.1.take() {
                    Some("7bit") if field.value().eq_ignore_ascii_case(b"7bit") => {
                        mend::write(&mut block, field, None, self.policy, self.notes);
                    }
                    Some(label) => write_transfer(&mut block, label),
                    None => {}
                }
            } else {
                mend::write(&mut block, field, label, self.policy, self.notes);
            }
        }
        if let Some(content) = open.0 {
            content.write(&mut block, "Content-Type", self.policy, self.notes);
        }
        if let Some(label) = open.1.filter(|label| *label != "7bit") {
            write_transfer(&mut block, label);
        }
        out.extend(block.as_bytes());
        out.extend(b"\r\n");
    }

    fn multipart(
        &mut self,
        out: &mut Vec<u8>,
        multipart: &Multipart<'_>,
        depth: usize,
    ) -> Result<(), TooMuch> {
        // No reader shows what stands above the first part.
        if let Some(preamble) = multipart.preamble.filter(|preamble| is_clean(preamble)) {
            copy(out, preamble);
            out.extend(b"\r\n");
        }
        for (n, (delimiter, part)) in multipart.parts.iter().enumerate() {
            // The line end in front of a delimiter belongs to it.
            if n > 0 {
                out.extend(b"\r\n");
            }
            out.extend(*delimiter);
            out.extend(b"\r\n");
            let inner = fields::split_part(part);
            self.write(out, &inner.fields, inner.body, depth + 1)?;
        }
        out.extend(b"\r\n");
        out.extend(&multipart.end);
        if let Some(epilogue) = multipart.epilogue.filter(|epilogue| is_clean(epilogue)) {
            out.extend(b"\r\n");
            copy(out, epilogue);
        }
        Ok(())
    }

    fn leaf(&mut self, content: Content, transfer: Transfer, body: &[u8]) -> Leaf {
        let is_clean = is_clean(body);
        let undone = undone(transfer, body);
        if undone.is_none() && !is_clean {
            self.notes.push("a part is not encoded as it says: sent as it stands".into());
        }
        let is_broken = content.kind == "multipart" && transfer == Transfer::Plain;
        if is_broken || content.is_text() {
            let label = content.parameter("charset");
            let octets = lines(undone.as_deref().unwrap_or(body), label);
            return match decode::decode(&octets, label) {
                Some(decoded) if !decoded.is_as_labelled => {
                    let fitted = charset::fit(&decoded.text, self.policy);
                    let content = Some(content.with_charset(fitted.charset.label()));
                    Leaf::Encoded { octets: fitted.octets.into_owned(), content }
                }
                _ if is_broken => {
                    let label = label.unwrap_or("US-ASCII").to_owned();
                    Leaf::Encoded { octets, content: Some(content.with_charset(&label)) }
                }
                _ if is_clean && (undone.is_some() || transfer == Transfer::Other) => Leaf::Kept,
                _ => Leaf::Encoded { octets, content: None },
            };
        }
        if is_clean {
            return Leaf::Kept;
        }
        // A message may not stand in base64 (RFC 2046 section 5.2).
        let other = (content.kind == "message").then(|| content.as_unknown());
        Leaf::Encoded { octets: undone.unwrap_or_else(|| body.to_vec()), content: other }
    }
}

/// Undoes the transfer encoding, if that can be done.
pub(super) fn undone(transfer: Transfer, body: &[u8]) -> Option<Vec<u8>> {
    match transfer {
        Transfer::Plain => Some(body.to_vec()),
        Transfer::Base64 => base64_decode(body),
        Transfer::QuotedPrintable => quoted_printable_decode(body),
        Transfer::Other => None,
    }
}

/// The same octets with CRLF for every line end, where a line end is an octet.
pub(super) fn lines(body: &[u8], label: Option<&str>) -> Vec<u8> {
    if decode::is_wide_label(label) {
        return body.to_vec();
    }
    let mut octets = Vec::with_capacity(body.len() + body.len() / 32);
    copy(&mut octets, body);
    octets
}

/// Appends the lines of a body, each with the line end CRLF that had one.
fn copy(out: &mut Vec<u8>, body: &[u8]) {
    let mut rest = body;
    while !rest.is_empty() {
        let (line, below) = next_line(rest);
        out.extend(line);
        if line.len() < rest.len() {
            out.extend(b"\r\n");
        }
        rest = below;
    }
}

/// 7-bit, no NUL, lines within bounds, line ends that nobody can take for something else.
pub(super) fn is_clean(body: &[u8]) -> bool {
    let mut rest = body;
    while !rest.is_empty() {
        let (line, below) = next_line(rest);
        if line.len() > LINE_OCTETS_MAX || !line.is_ascii() || line.contains(&0) {
            return false;
        }
        rest = below;
    }
    true
}

fn write_transfer(out: &mut String, label: &str) {
    crate::header::write_tokens(out, "Content-Transfer-Encoding", &[label]);
}

/// The pieces of a multipart, as they stand.
struct Multipart<'a> {
    /// What stands above the first delimiter, without the line end that belongs to that.
    preamble: Option<&'a [u8]>,
    /// Each with its delimiter line in front.
    parts: Vec<(&'a [u8], &'a [u8])>,
    /// The last delimiter line; made where it was missing.
    end: Vec<u8>,
    /// What stands on the lines below it; `None` if it is the end.
    epilogue: Option<&'a [u8]>,
}

impl<'a> Multipart<'a> {
    /// `None` if the boundary is none, or is nowhere.
    fn find(body: &'a [u8], boundary: &str) -> Option<Self> {
        // Blanks at its end would be lost on the way (RFC 2046 section 5.1.1).
        let boundary = boundary.trim_end();
        let is_visible = boundary.bytes().all(|octet| matches!(octet, b' '..=b'~'));
        if boundary.is_empty() || boundary.len() > BOUNDARY_OCTETS_MAX || !is_visible {
            return None;
        }
        let mark = format!("--{boundary}");
        // Where each delimiter line begins, the line, and where what it opens begins.
        let mut delimiters: Vec<(usize, &[u8], usize)> = Vec::new();
        let mut end = body.len();
        let mut last = format!("{mark}--").into_bytes();
        let mut epilogue = None;
        let mut rest = body;
        while !rest.is_empty() && delimiters.len() <= PARTS_MAX {
            let (line, below) = next_line(rest);
            let at = body.len() - rest.len();
            if let Some(behind) = line.strip_prefix(mark.as_bytes()) {
                match behind.trim_ascii() {
                    b"" => {
                        let line = if line.len() > LINE_OCTETS_MAX { &line[..mark.len()] } else { line };
                        delimiters.push((at, line, body.len() - below.len()));
                    }
                    b"--" if !delimiters.is_empty() => {
                        if line.len() <= LINE_OCTETS_MAX {
                            last = line.to_vec();
                        }
                        end = at;
                        epilogue = (line.len() < rest.len()).then_some(below);
                        break;
                    }
                    _ => {}
                }
            }
            rest = below;
        }
        let first = delimiters.first()?.0;
        let ends = delimiters.iter().skip(1).map(|(at, ..)| *at).chain([end]);
        let parts = delimiters.iter().zip(ends).map(|((_, line, start), end)| {
            let part = &body[*start..end];
            // What no delimiter ends keeps its last line end.
            (*line, if end < body.len() { without_line_end(part) } else { part })
        });
        let preamble = (first > 0).then(|| without_line_end(&body[..first]));
        Some(Self { preamble, parts: parts.collect(), end: last, epilogue })
    }
}

fn without_line_end(octets: &[u8]) -> &[u8] {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    let mut kept = octets;
    for _ in 0..2 {
        kept = kept.strip_suffix(b"\r").unwrap_or(kept);
    }
    kept
}
