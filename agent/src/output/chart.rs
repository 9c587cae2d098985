//! Plots in text: a line of small bars, and bars that lie.

/// The eighths of a character's height.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The eighths of a character's width.
const WIDTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// One character for each value; nothing is a blank, and whatever is more than nothing can be seen.
pub fn sparkline(values: &[u64]) -> String {
    let most = values.iter().copied().max().unwrap_or(0);
    let height = |value: u64| match eighths(value, most, 8) {
        0 => ' ',
        eighths => HEIGHTS[eighths - 1],
    };
    values.iter().map(|value| height(*value)).collect()
}

/// A bar of so many characters for the largest value; whatever is more than nothing can be seen.
pub fn bar(value: u64, most: u64, characters: usize) -> String {
    let eighths = eighths(value, most, characters.saturating_mul(8));
    let mut bar = "█".repeat(eighths / 8);
    if let Some(rest) = (eighths % 8).checked_sub(1) {
        bar.push(WIDTHS[rest]);
    }
    bar
}

/// How many of `parts` a value is of the largest one; at least one if it is not nothing.
fn eighths(value: u64, most: u64, parts: usize) -> usize {
    if value == 0 || most == 0 || parts == 0 {
        return 0;
    }
    let share = u128::from(value.min(most)) * parts as u128 / u128::from(most);
    usize::try_from(share).unwrap_or(parts).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_blank_and_little_can_be_seen() {
        assert_eq!(sparkline(&[0, 1, 50, 100]), " ▁▄█");
        assert_eq!(sparkline(&[0, 0]), "  ");
        assert_eq!(
            (bar(100, 100, 4), bar(1, 10_000, 4), bar(0, 100, 4)),
            ("████".into(), "▏".into(), String::new())
        );
        assert_eq!(bar(3, 8, 2), "▊");
    }

    proptest! {
        #[test]
        fn more_is_never_shorter(a: u64, b: u64, characters in 0_usize..60) {
            let most = a.max(b);
            let filled = |value| eighths(value, most, characters * 8);
            prop_assert!(a <= b || filled(a) >= filled(b));
            prop_assert!(bar(a, most, characters).chars().count() <= characters);
        }
    }
}
