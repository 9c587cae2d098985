//! How much room a text takes on a phone, and where it may be cut.
//!
//! Columns: a wide character has two of them. That is what Japanese readers and carriers count in, rough as it is:
//! Latin and half-width katakana have one, everything else two, and what joins the character before it none.

/// Columns of one character.
pub(crate) fn columns_of(c: char) -> usize {
    match c {
        _ if joins(c) => 0,
        '\0'..='\u{36F}' | '\u{FF61}'..='\u{FFDC}' => 1,
        _ => 2,
    }
}

/// Columns of a text.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// The longest beginning of `text` within `columns_max`, ending where a reader sees a character end.
pub fn cut(text: &str, columns_max: usize) -> &str {
    let mut columns = 0;
    // Where the last whole character that fits ends: the next one shows.
    let mut end = 0;
    let mut before = None;
    let mut flags = 0;
    for (at, c) in text.char_indices() {
        let is_second_flag = is_flag_letter(c) && flags % 2 == 1;
        let is_apart = !joins(c) && !is_half_width_mark(c) && before != Some('\u{200D}') && !is_second_flag;
        if is_apart {
            end = at;
        }
        columns += columns_of(c);
        if columns > columns_max {
            return &text[..end];
        }
        flags = if is_flag_letter(c) { flags + 1 } else { 0 };
        before = Some(c);
    }
    text
}

/// What is shown on top of the character before it: marks, selectors, skin tones, joiners.
fn joins(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{200D}' | '\u{20D0}'..='\u{20F0}' | '\u{3099}' | '\u{309A}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E01EF}')
}

/// These have a column of their own and yet belong to the kana before them.
fn is_half_width_mark(c: char) -> bool {
    matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

#[cfg(test)]
mod tests {
    use super::{columns, cut};
    use proptest::prelude::*;

    #[test]
    fn a_cut_leaves_whole_what_a_reader_sees_as_one() {
        for (text, columns_max, kept) in [
            ("disk full", 9, "disk full"),
            ("disk full", 8, "disk ful"),
            ("障害発生", 8, "障害発生"),
            ("障害発生", 7, "障害発"),
            ("障害発生", 1, ""),
            ("a障", 2, "a"),
            ("か\u{3099}き", 2, "か\u{3099}"),
            ("か\u{3099}き", 3, "か\u{3099}"),
            ("ｶﾞｷﾞ", 3, "ｶﾞ"),
            ("e\u{301}e\u{301}", 1, "e\u{301}"),
            ("辻\u{E0100}辻\u{E0100}", 3, "辻\u{E0100}"),
            ("x👨\u{200D}👩\u{200D}👧", 4, "x"),
            ("👍🏽👍🏽", 3, "👍🏽"),
            ("🇯🇵🇯🇵", 7, "🇯🇵"),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, columns_max), kept, "{text} to {columns_max}");
        }
    }

    proptest! {
        #[test]
        fn a_cut_is_a_beginning_that_fits(text in any::<String>(), columns_max in 0_usize..40) {
            let kept = cut(&text, columns_max);
            prop_assert!(text.starts_with(kept));
            prop_assert!(columns(kept) <= columns_max);
        }
    }
}
