//! Cutting what is too long, so that nobody can take the rest for the whole.

use crate::header;
use crate::width::{columns, cut};
use std::borrow::Cow;

/// Names of attachments that were left out, shown at most.
const NAMES_MAX: usize = 5;
/// Columns of such a name at most.
const NAME_COLUMNS_MAX: usize = 40;

/// The subject in at most `wide_max` wide characters, ending in dots if some of it is missing.
pub(crate) fn subject(text: Cow<'_, str>, wide_max: usize) -> Cow<'_, str> {
    let columns_max = wide_max.saturating_mul(2);
    if columns(&text) <= columns_max {
        return text;
    }
    // Another sign would take a subject in ASCII out of it, or one in ISO-2022-JP for a reader of something else.
    let dots = "...";
    let kept = cut(&text, columns_max.saturating_sub(dots.len())).trim_end_matches(' ');
    Cow::Owned(format!("{kept}{dots}"))
}

/// What stands at the end of a text of which something is missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending<'a> {
    /// The alert's id, by which the rest can be had.
    pub(crate) id: &'a str,
    pub(crate) is_japanese: bool,
}

impl Ending<'_> {
    /// The text in at most `columns_max` columns, and whether it was cut. `left_out` are the names of attachments that
    /// are not in the mail.
    pub(crate) fn close<'t>(
        self,
        text: &'t str,
        columns_max: Option<usize>,
        left_out: &[&str],
    ) -> (Cow<'t, str>, bool) {
        let files = self.files(left_out);
        let needed = columns(text) + columns(&files);
        let Some(columns_max) = columns_max.filter(|columns_max| needed > *columns_max) else {
            let whole =
                if files.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(text.to_owned() + &files) };
            return (whole, false);
        };
        let rest = self.rest();
        let room = columns_max.saturating_sub(columns(&rest) + columns(&files));
        let kept = cut(text, room).trim_end_matches(['\r', '\n']);
        (Cow::Owned(format!("{kept}{rest}{files}")), true)
    }

    fn rest(self) -> String {
        let Self { id, is_japanese } = self;
        if is_japanese {
            format!("\n…\n（以下省略。全文: alertmail show --body {id}）\n")
        } else {
            format!("\n...\n(Cut here. All of it: alertmail show --body {id})\n")
        }
    }

    fn files(self, left_out: &[&str]) -> String {
        if left_out.is_empty() {
            return String::new();
        }
        let is_japanese = self.is_japanese;
        let number = left_out.len();
        let shown = left_out.iter().take(NAMES_MAX).map(|name| {
            let name = header::clean(name);
            cut(name.trim_matches(' '), NAME_COLUMNS_MAX).to_owned()
        });
        let mut names: Vec<String> = shown.filter(|name| !name.is_empty()).collect();
        if number > NAMES_MAX {
            names.push(if is_japanese { "…".to_owned() } else { "...".to_owned() });
        }
        let names = names.join(", ");
        if is_japanese {
            format!("\n（大きすぎるため省いた添付 {number} 個: {names}）\n")
        } else {
            format!("\n({number} too large to attach: {names})\n")
        }
    }
}

/// The largest number up to `most` of which `fits` holds, which holds of every smaller one, too; 0 if it holds of none.
pub(crate) fn largest(most: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut good, mut bad) = (0, most + 1);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

#[cfg(test)]
mod tests {
    use super::{Ending, largest, subject};
    use crate::width::columns;
    use proptest::prelude::*;

    #[test]
    fn a_subject_that_is_too_long_ends_in_dots() {
        for (text, wide_max, shown) in [
            ("disk full", 5, "disk full"),
            ("disk is full", 5, "disk is..."),
            ("障害発生です", 6, "障害発生です"),
            ("障害発生です", 5, "障害発..."),
            ("disk 98 %", 4, "disk..."),
        ] {
            assert_eq!(subject(text.into(), wide_max), shown);
        }
    }

    #[test]
    fn a_text_that_is_cut_says_so_and_where_the_rest_is() {
        let ending = |is_japanese| Ending { id: "ID", is_japanese };
        let long = "x".repeat(200);
        assert_eq!(ending(false).close("short", Some(5), &[]), ("short".into(), false));
        assert_eq!(
            ending(false).close(&long, Some(60), &[]).0,
            format!("{}\n...\n(Cut here. All of it: alertmail show --body ID)\n", "x".repeat(7))
        );
        assert_eq!(
            ending(true).close(&"障".repeat(200), Some(100), &[]).0,
            format!("{}\n…\n（以下省略。全文: alertmail show --body ID）\n", "障".repeat(25))
        );
        assert_eq!(
            ending(false).close("text\n", None, &["a.csv", "b\r\n.png"]).0,
            "text\n\n(2 too large to attach: a.csv, b .png)\n"
        );
    }

    #[test]
    fn the_largest_that_fits_is_found() {
        for most in 0..20 {
            for limit in 0..25 {
                assert_eq!(largest(most, |n| n <= limit), most.min(limit));
            }
        }
    }

    proptest! {
        #[test]
        fn a_limit_that_has_room_for_its_mark_holds(text in "[a-z障害\r\n🚨ｶﾞ]{0,400}", columns_max in 80_usize..500) {
            let (closed, is_cut) = Ending { id: "01j9x3c4d5e6f7g8h9j0k1m2n3", is_japanese: true }.close(&text, Some(columns_max), &[]);
            prop_assert!(columns(&closed) <= columns_max);
            prop_assert_eq!(is_cut, columns(&text) > columns_max);
        }
    }
}
