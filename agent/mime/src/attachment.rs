//! Files that go with an alert.
//!
//! Always base64, octet for octet. The name is given twice, in the two forms that readers know between them:
//! `filename` (RFC 2183; RFC 2231 form where it is not plain) and the older `name`, there as encoded words.

use crate::charset::{self, CharsetPolicy};
use crate::encoded_word::{self, WORD_OCTETS_MAX};
use crate::header::{self, Field};
use crate::transfer::Transfer;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What file systems allow. In the percent form it still fits a line of 998 octets.
const NAME_OCTETS_MAX: usize = 255;
const EXTENSION_OCTETS_MAX: usize = 16;
const UNKNOWN_TYPE: &str = "application/octet-stream";
/// Longest media type with its parameters; the name stands on lines of its own.
const MEDIA_TYPE_OCTETS_MAX: usize = 255;

/// A file that goes with an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The file name to suggest to the reader; may be empty. Longer than 255 octets, it is cut in front of its extension.
    pub name: String,
    /// `type/subtype`, with parameters or without. What is not valid, or is a message or a multipart (which may
    /// not stand in base64), becomes `application/octet-stream`.
    pub media_type: String,
    /// The content.
    pub octets: Vec<u8>,
}

/// Appends the part without its delimiter, and a note for each thing that had to be changed.
pub(crate) fn write(
    out: &mut Vec<u8>,
    attachment: &Attachment,
    policy: CharsetPolicy,
    notes: &mut Vec<String>,
) {
    let name = header::clean(&attachment.name);
    let shown = name.trim_matches(' ');
    let name = cut(shown);
    if name != shown {
        notes.push(format!("name of attachment `{name}` was cut to {NAME_OCTETS_MAX} octets"));
    }
    let media_type = accepted(&attachment.media_type).unwrap_or_else(|| {
        notes.push(format!(
            "attachment `{name}`: media type `{}` not usable, sent as {UNKNOWN_TYPE}",
            printable(&attachment.media_type)
        ));
        UNKNOWN_TYPE.to_owned()
    });
    let mut fields = String::new();
    write_content_type(&mut fields, &media_type, &name, policy);
    header::write_tokens(&mut fields, "Content-Transfer-Encoding", &[Transfer::Base64.label()]);
    write_disposition(&mut fields, &name);
    out.extend(fields.as_bytes());
    out.extend(b"\r\n");
    Transfer::Base64.write(out, &attachment.octets);
}

/// Text from outside for a note: one line, visible, short.
pub(crate) fn printable(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

fn write_content_type(out: &mut String, media_type: &str, name: &str, policy: CharsetPolicy) {
    let mut field = Field::begin(out, "Content-Type");
    if name.is_empty() {
        field.token(media_type);
    } else {
        field.token(&format!("{media_type};"));
        if is_plain(name) {
            field.token(&format!("name=\"{name}\""));
        } else {
            // Not what RFC 2047 had in mind, but what readers without RFC 2231 look for.
            let fitted = charset::fit(name, policy);
            let room = WORD_OCTETS_MAX - "name=\"\"".len();
            let words = encoded_word::words(fitted.charset, &fitted.text, room, room);
            format!("name=\"{}\"", words.join(" ")).split(' ').for_each(|word| field.token(word));
        }
    }
    field.end();
}

fn write_disposition(out: &mut String, name: &str) {
    let mut field = Field::begin(out, "Content-Disposition");
    if name.is_empty() {
        field.token("attachment");
    } else {
        field.token("attachment;");
        // Never both forms: readers then show the plain one.
        if is_plain(name) {
            field.token(&format!("filename=\"{name}\""));
        } else {
            field.token(&format!("filename*=UTF-8''{}", percent(name)));
        }
    }
    field.end();
}

/// Means the same inside quotes to every reader.
fn is_plain(name: &str) -> bool {
    name.is_ascii() && !name.contains(['"', '\\']) && !name.contains("=?")
}

/// The `ext-value` characters of RFC 5987, all others as percent and two digits.
pub(crate) fn percent(name: &str) -> String {
    let mut value = String::with_capacity(name.len() * 3);
    for octet in name.bytes() {
        if octet.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&octet) {
            value.push(char::from(octet));
        } else {
            write!(value, "%{octet:02X}").expect("a string takes everything");
        }
    }
    value
}

/// At most [`NAME_OCTETS_MAX`] octets, whole characters, the extension kept.
fn cut(name: &str) -> Cow<'_, str> {
    if name.len() <= NAME_OCTETS_MAX {
        return Cow::Borrowed(name);
    }
    let extension = match name.rfind('.') {
        Some(dot) if name.len() - dot <= EXTENSION_OCTETS_MAX => &name[dot..],
        _ => "",
    };
    let stem = &name[..name.floor_char_boundary(NAME_OCTETS_MAX - extension.len())];
    Cow::Owned(format!("{stem}{extension}"))
}

/// The media type if every piece of it is well formed and it may stand in base64.
fn accepted(media_type: &str) -> Option<String> {
    let mut pieces = media_type.split(';').map(|piece| piece.trim_matches(' '));
    let (kind, subtype) = pieces.next()?.split_once('/')?;
    let is_composite = ["message", "multipart"].iter().any(|composite| kind.eq_ignore_ascii_case(composite));
    if is_composite || !is_token(kind) || !is_token(subtype) {
        return None;
    }
    let mut accepted = format!("{kind}/{subtype}");
    for parameter in pieces {
        let (attribute, value) = parameter.split_once('=')?;
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let is_value = is_token(value) || bare.is_some_and(is_quotable);
        // The name is ours to write.
        if !is_token(attribute) || !is_value || attribute.to_ascii_lowercase().starts_with("name") {
            return None;
        }
        write!(accepted, "; {attribute}={value}").expect("a string takes everything");
    }
    (accepted.len() <= MEDIA_TYPE_OCTETS_MAX).then_some(accepted)
}

fn is_quotable(text: &str) -> bool {
    text.bytes().all(|octet| matches!(octet, b' '..=b'~') && !matches!(octet, b'"' | b'\\'))
}

/// A token of RFC 2045: visible ASCII but for the separators.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|octet| octet.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&octet))
}

#[cfg(test)]
mod tests {
    use super::{Attachment, accepted, cut, write};
    use crate::charset::CharsetPolicy;

    fn part(name: &str, media_type: &str) -> (String, Vec<String>) {
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        let attachment =
            Attachment { name: name.to_owned(), media_type: media_type.to_owned(), octets: b"hi".to_vec() };
        write(&mut out, &attachment, CharsetPolicy::Auto, &mut notes);
        (String::from_utf8(out).unwrap(), notes)
    }

    #[test]
    fn a_plain_name_is_quoted_in_both_places() {
        let (part, notes) = part("report 1.csv", "text/csv; charset=utf-8");
        assert_eq!(
            part,
            "Content-Type: text/csv; charset=utf-8; name=\"report 1.csv\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"report 1.csv\"\r\n\
             \r\n\
             aGk=\r\n"
        );
        assert!(notes.is_empty());
    }

    #[test]
    fn another_name_is_in_percent_form_and_in_encoded_words() {
        let (part, _) = part("障害.log", "text/plain");
        assert!(part.contains(" filename*=UTF-8''%E9%9A%9C%E5%AE%B3.log\r\n"), "{part}");
        assert!(part.contains(" name=\"=?ISO-2022-JP?B?GyRCPmMzMhsoQi5sb2c=?=\"\r\n"), "{part}");
        assert!(!part.contains("filename="), "{part}");
    }

    #[test]
    fn a_part_without_a_name_has_no_parameter_for_it() {
        let (part, _) = part("\r\n", "image/png");
        assert!(part.starts_with("Content-Type: image/png\r\n"), "{part}");
        assert!(part.contains("Content-Disposition: attachment\r\n"), "{part}");
    }

    #[test]
    fn a_name_too_long_keeps_its_start_and_its_extension() {
        assert_eq!(cut(&format!("{}.log", "障".repeat(100))), format!("{}.log", "障".repeat(83)));
        assert_eq!(cut(&"x".repeat(300)), "x".repeat(255));
        assert_eq!(cut(&"x".repeat(255)), "x".repeat(255));
        let (part, notes) = part(&"障".repeat(2000), "text/plain");
        assert!(part.lines().all(|line| line.len() <= 998));
        assert_eq!(notes.len(), 1, "{notes:?}");
    }

    #[test]
    fn only_a_well_formed_media_type_that_base64_may_carry_is_taken() {
        for (media_type, taken) in [
            ("text/plain", true),
            ("text/plain;charset=UTF-8", true),
            ("text/plain; charset=\"utf-8\"", true),
            ("application/vnd.ms-excel", true),
            ("message/rfc822", false),
            ("Multipart/mixed; boundary=x", false),
            ("text", false),
            ("text/", false),
            ("", false),
            ("text/plain\r\nBcc: x", false),
            ("text/plain; a=\"\r\n\"", false),
            ("text/plain; name=x", false),
            ("text/plain;", false),
            ("text/障害", false),
        ] {
            assert_eq!(accepted(media_type).is_some(), taken, "{media_type:?}");
        }
        let (part, notes) = part("a.eml", "message/rfc822\n");
        assert!(part.starts_with("Content-Type: application/octet-stream;"), "{part}");
        assert_eq!(
            notes,
            [
                "attachment `a.eml`: media type `message/rfc822\\n` not usable, sent as application/octet-stream"
            ]
        );
    }
}
