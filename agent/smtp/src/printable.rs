//! Makes what strangers wrote safe to show.
//!
//! Server texts end up on terminals and in logs. Control characters, direction marks and invisible characters become
//! escapes, and where a text is no UTF-8 so does every octet beyond ASCII; Japanese and other visible text stays as
//! it is. Doing it twice changes nothing.

use std::fmt::Write as _;

use crate::limits::SHOWN_CHARS_MAX;

/// Returns the octets as one line of visible text.
pub fn printable(octets: &[u8]) -> String {
    let mut shown = String::with_capacity(octets.len());
    match std::str::from_utf8(octets) {
        // What nearly every line is.
        Ok(text) if octets.iter().all(|octet| matches!(octet, b' '..=b'~')) => shown.push_str(text),
        Ok(text) => text.chars().for_each(|character| push(&mut shown, character)),
        // Some other charset: pairs of its octets may look like UTF-8 by chance, so that only ASCII is believed.
        Err(_) => octets.iter().for_each(|octet| match octet {
            ascii if ascii.is_ascii() => push(&mut shown, char::from(*ascii)),
            foreign => push_octet(&mut shown, *foreign),
        }),
    }
    shown
}

/// Returns at most [`SHOWN_CHARS_MAX`] characters of the text; an ellipsis says that some are missing.
pub(crate) fn cut(text: &str) -> String {
    if text.len() <= SHOWN_CHARS_MAX {
        return text.to_owned();
    }
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn push(shown: &mut String, character: char) {
    match character {
        '\t' => shown.push(' '),
        control if control.is_ascii_control() => push_octet(shown, control as u8),
        hidden if is_hidden(hidden) => shown.extend(hidden.escape_unicode()),
        visible => shown.push(visible),
    }
}

fn push_octet(shown: &mut String, octet: u8) {
    write!(shown, "\\x{octet:02X}").expect("writing to a String cannot fail");
}

/// Whether a character changes how its neighbours look without being seen itself.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strangers_cannot_steer_a_terminal() {
        for (name, octets, shown) in [
            ("escape", &b"\x1b[2Jok"[..], "\\x1B[2Jok"),
            ("line break", b"a\r\nb", "a\\x0D\\x0Ab"),
            ("tab", b"a\tb", "a b"),
            ("gbk", &[0xc7, 0xca, 0xb9], "\\xC7\\xCA\\xB9"),
            ("direction", "a\u{202e}b".as_bytes(), "a\\u{202e}b"),
            ("japanese", "認証に失敗".as_bytes(), "認証に失敗"),
        ] {
            assert_eq!(printable(octets), shown, "{name}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cut = cut(&"長".repeat(SHOWN_CHARS_MAX + 1));
        assert_eq!(cut.chars().count(), SHOWN_CHARS_MAX + 1);
        assert!(cut.ends_with('…'));
    }

    proptest! {
        #[test]
        fn making_printable_twice_changes_nothing(octets: Vec<u8>) {
            let once = printable(&octets);
            prop_assert!(!once.chars().any(is_hidden));
            prop_assert_eq!(printable(once.as_bytes()), once);
        }
    }
}
