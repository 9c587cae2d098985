//! Paragraphs for people: lines that fit, broken where the language allows it.

use super::terminal::columns;

/// Lines of so many columns at most. Japanese may break anywhere, other text at blanks.
pub fn wrapped(text: &str, columns_max: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let line = lines.last_mut().expect("there is one");
        if !line.is_empty() && columns(line) + columns(piece.trim_end()) > columns_max {
            line.truncate(line.trim_end().len());
            lines.push(piece.trim_start().to_owned());
        } else {
            line.push_str(piece);
        }
    }
    lines
}

/// The pieces between which a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, character) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, character)) {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(character);
    }
    pieces.push(&text[start..]);
    pieces
}

/// Whether a line may end between these two: behind a blank, and around each character of East Asia, but not before what
/// closes or is half a sound, and not behind what opens.
pub fn may_break(before: char, behind: char) -> bool {
    let is_wide = |it: char| columns(it.encode_utf8(&mut [0; 4])) == 2;
    (before == ' ' || is_wide(before) || is_wide(behind))
        && behind != ' '
        && !"、。，．：；？！）」』】〉》・…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;)]".contains(behind)
        && !"（「『【〈《([".contains(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_broken_where_its_language_allows_it() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("user は部分。以上", 10), ["user は部", "分。以上"]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
        for line in wrapped(&presets_notes(), 60) {
            assert!(columns(&line) <= 60, "{line}");
        }
    }

    fn presets_notes() -> String {
        crate::config::presets().iter().map(|preset| preset.notes.ja.as_str()).collect::<Vec<_>>().join(" ")
    }
}
