//! The terminal: what makes strangers' words harmless, how wide it is, and colour where it is welcome.

use std::io::{self, IsTerminal as _};

use crate::edge::language;
use crate::notice::Tongue;

/// Columns where nobody says how many there are.
const COLUMNS: usize = 100;

/// A text in which nothing moves the cursor, changes the direction of writing or hides: subjects, replies and names come
/// from strangers. Line breaks become blanks, everything else of that kind U+FFFD.
pub fn printable(text: &str) -> String {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
        return text.to_owned();
    }
    let shown = text.chars().map(|character| match character {
        '\n' | '\r' | '\t' => ' ',
        hidden if is_hidden(hidden) => '\u{fffd}',
        other => other,
    });
    shown.collect()
}

/// Control characters, those that change the direction of writing, and those without a shape.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Columns that a character takes: two for the wide ones of East Asia and most pictures.
const fn columns_of(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{3099}' | '\u{309a}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{33ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{a000}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Columns that a text takes.
pub fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(columns_of).sum()
}

/// The beginning of a text that fits, with `…` at the end of what was cut.
pub fn cut(text: &str, columns_max: usize) -> String {
    if columns(text) <= columns_max {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |character: &char| {
        used += columns_of(*character);
        used <= columns_max
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if columns_max > 0 {
        kept.push('…');
    }
    kept
}

/// How the output is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of a line.
    pub columns: usize,
    /// Whether colour is welcome.
    pub colour: bool,
    /// The language of whoever reads it.
    pub tongue: Tongue,
}

impl Look {
    /// As stdout is, and the environment wishes (`NO_COLOR`, `COLUMNS`).
    pub fn of_stdout() -> Self {
        let terminal = io::stdout().is_terminal();
        let wished = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let asked = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
        let columns = if terminal { wished.or_else(asked) } else { wished };
        Self {
            columns: columns.filter(|columns| *columns >= 40).unwrap_or(COLUMNS),
            colour: terminal && Self::wants_colour(),
            tongue: language::asked(),
        }
    }

    /// As stderr is, and the environment wishes.
    pub fn of_stderr() -> Self {
        let colour = io::stderr().is_terminal() && Self::wants_colour();
        Self { columns: COLUMNS, colour, tongue: language::asked() }
    }

    fn wants_colour() -> bool {
        std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    /// The text in a colour, where colour is welcome.
    pub fn paint(self, text: &str, colour: Colour) -> String {
        let mut painted = String::with_capacity(text.len());
        self.paint_to(&mut painted, text, colour);
        painted
    }

    /// The same, at the end of a text.
    pub fn paint_to(self, end: &mut String, text: &str, colour: Colour) {
        let (before, behind) = match colour {
            Colour::Red => ("\u{1b}[31m", "\u{1b}[0m"),
            Colour::Yellow => ("\u{1b}[33m", "\u{1b}[0m"),
            Colour::Cyan => ("\u{1b}[36m", "\u{1b}[0m"),
            Colour::Dim => ("\u{1b}[2m", "\u{1b}[0m"),
            Colour::Plain => ("", ""),
        };
        if self.colour {
            end.push_str(before);
            end.push_str(text);
            end.push_str(behind);
        } else {
            end.push_str(text);
        }
    }
}

/// The few colours that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// None.
    Plain,
    /// Somebody has to look now.
    Red,
    /// Somebody should look.
    Yellow,
    /// Ours, in a dialogue.
    Cyan,
    /// Beside the point.
    Dim,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_stranger_wrote_reaches_the_terminal_as_a_command() {
        let nasty = "a\u{1b}[2Jb\u{202e}c\u{200b}d\r\ne\u{9b}f\u{7}";
        let shown = printable(nasty);
        assert_eq!(shown, "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d  e\u{fffd}f\u{fffd}");
        assert_eq!(printable("ディスク ① 💾 ok"), "ディスク ① 💾 ok");
    }

    #[test]
    fn wide_characters_count_twice_when_a_text_is_cut() {
        assert_eq!(columns("aあ"), 3);
        assert_eq!(cut("ディスク", 8), "ディスク");
        assert_eq!(cut("ディスク", 7), "ディス…");
        assert_eq!(cut("ディスク", 6), "ディ…");
        assert_eq!(cut("abc", 1), "…");
    }

    #[test]
    fn colour_goes_only_where_it_is_welcome() {
        let look = |colour| Look { columns: 80, colour, tongue: Tongue::English };
        assert_eq!(look(false).paint("x", Colour::Red), "x");
        assert_eq!(look(true).paint("x", Colour::Red), "\u{1b}[31mx\u{1b}[0m");
    }
}
