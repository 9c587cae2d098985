//! A sentence with holes: whether a text is this one, what stands in its holes, and the same in another one.

use super::in_japanese;
use crate::notice::{Tongue, phase};

/// What may stand in a hole of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    Kept,
    Reason,
    Phase,
}

/// What stands in the holes of a sentence, in order; `None` if the sentence is another one.
pub(super) fn holes<'t>(sentence: &str, text: &'t str) -> Option<Vec<(&'t str, Hole)>> {
    let mut found = Vec::new();
    let (mut sentence, mut text) = (sentence, text);
    loop {
        let Some(open) = sentence.find('{') else { return (sentence == text).then_some(found) };
        text = text.strip_prefix(&sentence[..open])?;
        let (hole, rest) = sentence[open..].split_once('}')?;
        let literal = &rest[..rest.find('{').unwrap_or(rest.len())];
        // The last words of a sentence are the last words of the text.
        let end = if literal.len() == rest.len() {
            text.len().checked_sub(literal.len()).filter(|_| text.ends_with(literal))
        } else {
            text.find(literal)
        }?;
        let kind = match hole {
            "{>" => Hole::Reason,
            "{@" => Hole::Phase,
            _ => Hole::Kept,
        };
        found.push((&text[..end], kind));
        (sentence, text) = (rest, &text[end..]);
    }
}

/// What stands before the end of a hole.
const OF_HOLES: [char; 3] = ['{', '>', '@'];

pub(super) fn filled(japanese: &str, holes: &[(&str, Hole)]) -> String {
    let mut parts = japanese.split('}');
    let mut text = String::new();
    for (what, hole) in holes {
        // What has no place in Japanese is left out.
        let Some(part) = parts.next() else { return text };
        text.push_str(part.trim_end_matches(OF_HOLES));
        if part.contains('{') {
            text.push_str(&match hole {
                Hole::Reason => in_japanese(what),
                Hole::Phase => phase(Tongue::Japanese, what).to_owned(),
                Hole::Kept => (*what).to_owned(),
            });
        }
    }
    text.extend(parts.map(|part| part.trim_end_matches(OF_HOLES)));
    text
}
