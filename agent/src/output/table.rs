//! A table for people: columns as wide as they need to be, the last one cut to what is left.

use std::borrow::Cow;
use std::iter::repeat_n;

use super::terminal::{Colour, Look, columns, cut};

/// Blanks between two columns.
const GAP: usize = 2;
/// Columns that the last one gets at least.
const LAST_MIN: usize = 12;

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Made printable before.
    pub text: Cow<'static, str>,
    /// Its colour.
    pub colour: Colour,
}

impl Cell {
    /// A cell without a colour.
    pub fn plain(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), colour: Colour::Plain }
    }

    /// A cell in a colour.
    pub fn painted(text: impl Into<Cow<'static, str>>, colour: Colour) -> Self {
        Self { text: text.into(), colour }
    }
}

/// Sets the table, one line a row.
pub fn set(head: &[&'static str], rows: &[Vec<Cell>], look: Look) -> String {
    let head: Vec<Cell> = head.iter().map(|text| Cell::painted(*text, Colour::Dim)).collect();
    let last = head.len().saturating_sub(1);
    let widest =
        |n: usize| std::iter::once(&head).chain(rows).map(|row| columns(&row[n].text)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..last).map(widest).collect();
    let before_last: usize = widths.iter().map(|width| width + GAP).sum();
    let left = look.columns.saturating_sub(before_last).max(LAST_MIN);
    let mut text = String::new();
    for row in std::iter::once(&head).chain(rows) {
        for (cell, width) in row.iter().zip(&widths) {
            look.paint_to(&mut text, &cell.text, cell.colour);
            text.extend(repeat_n(' ', width - columns(&cell.text) + GAP));
        }
        let cell = &row[last];
        let shown = cut(&cell.text, left);
        if shown.is_empty() {
            text.truncate(text.trim_end_matches(' ').len());
        }
        look.paint_to(&mut text, &shown, cell.colour);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_the_last_one_is_cut() {
        let row = |cells: [&'static str; 3]| cells.map(Cell::plain).to_vec();
        let rows = [row(["あ", "x", "long words at the end"]), row(["abc", "yy", ""])];
        let text = set(
            &["A", "B", "WHY"],
            &rows,
            Look { columns: 22, colour: false, tongue: crate::notice::Tongue::English },
        );
        assert_eq!(text, "A    B   WHY\nあ   x   long words a…\nabc  yy\n");
    }
}
