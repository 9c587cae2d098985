//! Markup that only we can write: what others wrote gets in as text.
//!
//! The compiler keeps it so: markup is `&'static str`, and everything else goes through [`Html::text`].

use crate::output::terminal::printable;

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl Html {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self(String::new())
    }

    /// Appends markup of ours.
    pub(super) fn ours(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends a text as it is to be read, also between the quotes of an attribute. What would move, hide or turn what
    /// stands around it is shown as U+FFFD, as in a terminal.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in printable(text).chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Appends at most so many characters of a text, with `…` at the end of what was cut.
    pub(super) fn text_up_to(&mut self, characters_max: usize, text: &str) -> &mut Self {
        match text.char_indices().nth(characters_max) {
            Some((end, _)) => self.text(&text[..end]).ours("…"),
            None => self.text(text),
        }
    }

    /// Appends a number: a coordinate.
    pub(super) fn number(&mut self, number: f64) -> &mut Self {
        // Tenths of a pixel are enough, and a whole number needs no point.
        let text = format!("{number:.1}");
        self.0.push_str(text.strip_suffix(".0").unwrap_or(&text));
        self
    }

    /// Appends another piece.
    pub(super) fn piece(&mut self, piece: &Self) -> &mut Self {
        self.0.push_str(&piece.0);
        self
    }

    /// The markup.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_short() {
        let mut html = Html::new();
        html.number(12.0).ours(" ").number(0.25).ours(" ").number(-3.96);
        assert_eq!(html.into_string(), "12 0.2 -4");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let mut html = Html::new();
        html.text_up_to(2, "あいう").ours("|").text_up_to(3, "あいう");
        assert_eq!(html.into_string(), "あい…|あいう");
    }

    proptest! {
        #[test]
        fn what_others_wrote_can_neither_open_a_tag_nor_end_an_attribute(text in any::<String>()) {
            let mut html = Html::new();
            html.text(&text);
            let escaped = html.into_string();
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
            // Every `&` begins one of our five references, and undoing them gives the text as a terminal shows it.
            let back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            prop_assert_eq!(back.replace("&amp;", "&"), printable(&text));
        }
    }
}
