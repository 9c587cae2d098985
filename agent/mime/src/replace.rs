//! What stands in for characters that ISO-2022-JP lacks, where somebody insists on that charset.
//!
//! The table is a file to be read: `replacements.txt` beside the manifest. Odd blanks and characters that nobody
//! sees are told by a rule, since nobody could read them there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<char, &'static str>> =
    LazyLock::new(|| rows(include_str!("../replacements.txt")).collect());

/// The table's lines: a character and what takes its place.
fn rows(file: &'static str) -> impl Iterator<Item = (char, &'static str)> {
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| {
        let (character, replacement) = line.split_once(' ')?;
        let mut characters = character.chars();
        let first = characters.next().filter(|_| characters.next().is_none())?;
        Some((first, replacement))
    })
}

/// What stands in for `c`; `None` if nothing does, or nothing has to.
pub(crate) fn replacement(c: char) -> Option<&'static str> {
    match c {
        // No-break and other blanks.
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => Some(" "),
        // Soft hyphen, zero width, byte order mark, and the selectors that ask for a variant of a kanji's form.
        '\u{AD}'
        | '\u{200B}'
        | '\u{200C}'
        | '\u{2060}'
        | '\u{FEFF}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{E0100}'..='\u{E01EF}' => Some(""),
        _ => TABLE.get(&c).copied(),
    }
}

/// The text with everything replaced that has a replacement.
pub(crate) fn replace(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c.is_ascii() || replacement(c).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut replaced = String::with_capacity(text.len());
    for c in text.chars() {
        match replacement(c) {
            Some(other) => replaced.push_str(other),
            None => replaced.push(c),
        }
    }
    Cow::Owned(replaced)
}

#[cfg(test)]
mod tests {
    use super::{TABLE, replace, replacement, rows};
    use crate::iso2022jp::{encode, map};

    const FILE: &str = include_str!("../replacements.txt");

    #[test]
    fn each_line_of_the_table_replaces_one_character_that_has_no_place_by_some_that_have() {
        let lines = FILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(rows(FILE).count(), lines, "each line is a character, a blank and a replacement");
        assert_eq!(TABLE.len(), lines, "no character stands there twice");
        for (c, other) in TABLE.iter() {
            assert!(encode(&map(&c.to_string())).is_none(), "{c:?} fits without help");
            assert!(encode(other).is_some() && !other.is_empty(), "{other:?} for {c:?} does not fit");
            assert_eq!(*other, map(other), "{other:?} for {c:?} would be respelled");
        }
    }

    #[test]
    fn no_character_that_fits_is_replaced() {
        for c in '\0'..=char::MAX {
            if let Some(other) = replacement(c) {
                assert!(encode(&map(&c.to_string())).is_none(), "{c:?}");
                assert!(encode(other).is_some(), "{c:?}");
            }
        }
    }

    #[test]
    fn vendor_characters_variants_and_odd_blanks_are_replaced_and_nothing_else() {
        for (text, replaced) in [
            ("㈱例示 ①号機 Ⅱ系 ㊤", "(株)例示 (1)号機 II系 (上)"),
            ("髙橋 﨑 𠮷 剝がす", "高橋 崎 吉 剥がす"),
            ("5㎜ 3㌔ ㍻ ㋿ № ℡", "5mm 3キロ 平成 令和 No. TEL"),
            ("a\u{A0}b\u{200B}c\u{FEFF} 辻\u{E0100}", "a bc 辻"),
            ("⼤阪", "大阪"),
            ("Größe 🚨 한 简", "Größe 🚨 한 简"),
            ("障害 disk full", "障害 disk full"),
        ] {
            assert_eq!(replace(text), replaced);
        }
    }
}
