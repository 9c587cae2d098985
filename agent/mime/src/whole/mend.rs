//! Header fields as they stand, and those that cannot go so.

use super::content::Content;
use super::{decode, people};
use crate::attachment::printable;
use crate::charset::CharsetPolicy;
use crate::header::{self, LINE_COLUMNS_MAX};
use crate::transfer::LINE_OCTETS_MAX;
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use receive::fields::{Field, starts_with_blank};

/// With a longer name no encoded word fits beside it.
const NAME_OCTETS_MAX: usize = LINE_COLUMNS_MAX - ": ".len() - 2;
/// A token of a structured field that a line surely holds.
const TOKEN_OCTETS_MAX: usize = 900;

/// Fields whose blanks mean nothing, so that they can be folded at each.
const STRUCTURED: [&str; 11] = [
    "Authentication-Results",
    "Auto-Submitted",
    "Date",
    "DKIM-Signature",
    "In-Reply-To",
    "List-Unsubscribe",
    "Message-ID",
    "Precedence",
    "Received",
    "References",
    "Resent-Message-ID",
];
/// Fields that hold mailboxes. Those of the message itself are `heading`'s; these are what it has beside them, and
/// those of messages inside.
const PEOPLE: [&str; 14] = [
    "Bcc",
    "Cc",
    "Disposition-Notification-To",
    "Errors-To",
    "From",
    "Mail-Followup-To",
    "Reply-To",
    "Resent-Cc",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Return-Receipt-To",
    "Sender",
    "To",
];

/// Writes a field octet for octet if that keeps the promises, else in the nearest form that does.
pub(super) fn write(
    out: &mut String,
    field: &Field<'_>,
    label: Option<&str>,
    policy: CharsetPolicy,
    notes: &mut Vec<String>,
) {
    if keep(out, field) {
        return;
    }
    let name = field.name;
    if name.len() > NAME_OCTETS_MAX {
        notes.push(format!("header `{}` left out: name too long", shown(name)));
        return;
    }
    let raw = decode::decode_header(&field.value(), label);
    if field.is("Content-Type") || field.is("Content-Disposition") {
        match Content::of(std::slice::from_ref(field), name).filter(Content::is_writable) {
            Some(content) => content.write(out, name, policy, notes),
            None => notes.push(format!("header `{name}` left out: it cannot be read")),
        }
    } else if field.is_any(&PEOPLE) {
        people::write(out, name, &people::parse(&raw), policy);
    } else {
        write_value(out, field, &raw, policy);
    }
}

/// Writes it if it is clean: visible ASCII, blanks, lines within bounds. Says whether it was.
pub(super) fn keep(out: &mut String, field: &Field<'_>) -> bool {
    let is_visible = |octet: &u8| matches!(octet, b' '..=b'~' | b'\t');
    let columns = |(n, line): (usize, &&[u8])| line.len() + if n == 0 { field.name.len() + 1 } else { 1 };
    let is_clean = field.lines.iter().all(|line| line.iter().all(is_visible))
        && field.lines.iter().enumerate().map(columns).all(|octets| octets <= LINE_OCTETS_MAX);
    if !is_clean {
        return false;
    }
    out.push_str(field.name);
    out.push(':');
    for (n, line) in field.lines.iter().enumerate() {
        // A line of nothing but blanks would end the header for some readers.
        if n > 0 && line.trim_ascii().is_empty() {
            continue;
        }
        if n > 0 {
            out.push_str("\r\n");
            if !starts_with_blank(line) {
                out.push(' ');
            }
        }
        out.extend(line.iter().map(|octet| char::from(*octet)));
    }
    out.push_str("\r\n");
    true
}

fn write_value(out: &mut String, field: &Field<'_>, raw: &str, policy: CharsetPolicy) {
    let cleaned = header::clean(raw);
    let tokens: Vec<&str> = cleaned.split_ascii_whitespace().collect();
    let is_foldable = cleaned.is_ascii()
        && tokens.iter().all(|token| token.len() <= TOKEN_OCTETS_MAX)
        && !tokens.is_empty();
    if is_foldable && field.is_any(&STRUCTURED) {
        header::write_tokens(out, field.name, &tokens);
    } else {
        header::write_text(out, field.name, &text(raw), policy);
    }
}

/// The text of an unstructured value: encoded words decoded, if all of them can be.
pub(super) fn text(raw: &str) -> String {
    if !raw.contains("=?") {
        return raw.to_owned();
    }
    // One line: a line end would end it for the parser.
    let line = format!("{}\n", header::clean(raw));
    match MessageStream::new(line.as_bytes()).parse_unstructured() {
        HeaderValue::Text(text) if is_whole(&text, raw) => text.into_owned(),
        _ => raw.to_owned(),
    }
}

/// Nothing was lost in decoding.
pub(super) fn is_whole(decoded: &str, raw: &str) -> bool {
    raw.contains('\u{FFFD}') || !decoded.contains('\u{FFFD}')
}

/// Text from outside for a note.
pub(super) fn shown(text: &str) -> String {
    printable(text)
}
