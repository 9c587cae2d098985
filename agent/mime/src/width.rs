//! How much room a text takes on a phone, and where it may be cut.
//!
//! Columns: a wide character has two of them. That is what Japanese readers and carriers count in, rough as it is:
//! ASCII has one, everything else two (half-width katakana, too: they may well be sent in full width), and what joins
//! the character before it none.

/// So many marks in a row have no columns. More than any script needs are a way around limits, and count.
const MARKS_MAX: usize = 8;

/// Counts columns from the beginning of a text.
#[derive(Default)]
struct Ruler {
    columns: usize,
    /// Marks in a row up to here.
    marks: usize,
}

impl Ruler {
    fn take(&mut self, c: char) {
        self.marks = if joins(c) { self.marks + 1 } else { 0 };
        self.columns += match c {
            _ if joins(c) => usize::from(self.marks > MARKS_MAX),
            _ if c.is_ascii() => 1,
            _ => 2,
        };
    }
}

/// Columns of a text.
pub(crate) fn columns(text: &str) -> usize {
    let mut ruler = Ruler::default();
    text.chars().for_each(|c| ruler.take(c));
    ruler.columns
}

/// The longest beginning of `text` within `columns_max`, ending where a reader sees a character end.
pub fn cut(text: &str, columns_max: usize) -> &str {
    let mut ruler = Ruler::default();
    // Where the last whole character that fits ends: the next one shows.
    let mut end = 0;
    let mut before = None;
    let mut flags = 0;
    for (at, c) in text.char_indices() {
        ruler.take(c);
        let belongs = joins(c) && ruler.marks <= MARKS_MAX;
        let is_second_flag = is_flag_letter(c) && flags % 2 == 1;
        if !belongs && !is_half_width_mark(c) && before != Some('\u{200D}') && !is_second_flag {
            end = at;
        }
        if ruler.columns > columns_max {
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

/// These have columns of their own and yet belong to the kana before them.
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
            ("ｶﾞｷﾞ", 5, "ｶﾞ"),
            ("e\u{301}e\u{301}", 1, "e\u{301}"),
            ("辻\u{E0100}辻\u{E0100}", 3, "辻\u{E0100}"),
            ("x👨\u{200D}👩\u{200D}👧", 4, "x"),
            ("👍🏽👍🏽", 3, "👍🏽"),
            ("🇯🇵🇯🇵", 7, "🇯🇵"),
            ("", 0, ""),
            (&"\u{301}".repeat(20), 2, &"\u{301}".repeat(10)),
        ] {
            assert_eq!(cut(text, columns_max), kept, "{text} to {columns_max}");
        }
    }

    #[test]
    fn no_text_has_more_octets_than_its_columns_can_hold() {
        for c in ['\u{301}', '\u{200D}', '\u{E0100}', 'ﾞ', '\u{1F1E6}'] {
            let text = c.to_string().repeat(10_000);
            assert!(cut(&text, 10).chars().count() <= 20, "{c:?}");
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
