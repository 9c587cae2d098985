//! The help of `enqueue`, taken apart as a reader does it: by its headings, its indents and the gaps between columns.
//!
//! The program has a small parser of its own and knows nothing of pages, so its help is the one description of it.

/// A help text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Help<'h> {
    /// The first line.
    pub(super) summary: &'h str,
    /// What stands behind `Usage:`.
    pub(super) usage: &'h str,
    /// What comes before the first heading.
    pub(super) about: Vec<Part<'h>>,
    pub(super) sections: Vec<Section<'h>>,
}

/// What stands below a heading.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section<'h> {
    pub(super) heading: &'h str,
    pub(super) parts: Vec<Part<'h>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'h> {
    /// Two columns.
    Item { tag: &'h str, text: String },
    /// Words across both.
    Paragraph(String),
    /// To be typed, or looked at, as it stands.
    Lines(Vec<&'h str>),
}

/// What stands before the usage.
const USAGE: [&str; 2] = ["Usage: ", "使い方: "];
/// The section whose lines are kept as they are.
const EXAMPLES: [&str; 2] = ["EXAMPLES", "例"];
/// Japanese has no capitals by which a heading could be known.
const HEADINGS: [&str; 6] = ["オプション", "監視ソフト", "保存先", "例", "別の名前", "終了コード"];

/// Takes it apart.
pub(super) fn read(help: &str) -> Help<'_> {
    let mut read = Help { summary: "", usage: "", about: Vec::new(), sections: Vec::new() };
    for block in help.split("\n\n") {
        let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
        if read.summary.is_empty() {
            read.summary = first;
        } else if let Some(usage) = USAGE.into_iter().find_map(|usage| first.strip_prefix(usage)) {
            read.usage = usage;
        } else if is_heading(first) {
            read.sections.push(Section { heading: first, parts: parts(first, rest) });
        } else if let Some(section) = read.sections.last_mut() {
            section.parts.extend(parts(section.heading, block));
        } else {
            read.about.extend(parts("", block));
        }
    }
    read
}

impl<'h> Help<'h> {
    /// The two columns below this heading.
    pub(super) fn items(&self, heading: &str) -> impl Iterator<Item = (&'h str, &str)> {
        let below = self.sections.iter().filter(move |section| section.heading == heading);
        below.flat_map(|section| &section.parts).filter_map(|part| match part {
            Part::Item { tag, text } => Some((*tag, text.as_str())),
            Part::Paragraph(_) | Part::Lines(_) => None,
        })
    }
}

fn is_heading(line: &str) -> bool {
    HEADINGS.contains(&line)
        || !line.is_empty() && line.chars().all(|letter| letter.is_ascii_uppercase() || letter == ' ')
}

fn parts<'h>(heading: &str, block: &'h str) -> Vec<Part<'h>> {
    if EXAMPLES.contains(&heading) {
        return vec![Part::Lines(block.lines().collect())];
    }
    let mut parts = Vec::new();
    // Where the second column of the last item begins.
    let mut column = None;
    for line in block.lines() {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim();
        if let (Some(Part::Item { text, .. }), true) = (parts.last_mut(), column == Some(indent)) {
            join(text, words);
        } else if let (Some((tag, text)), 1..) = (words.split_once("  "), indent) {
            let text = text.trim_start();
            column = Some(line.len() - text.len());
            parts.push(Part::Item { tag, text: text.to_owned() });
        } else if let Some(Part::Paragraph(text)) = parts.last_mut() {
            join(text, words);
        } else {
            column = None;
            parts.push(Part::Paragraph(words.to_owned()));
        }
    }
    parts
}

/// One line goes on in the next: with a blank between them, but for Japanese on both sides, or its signs on one.
fn join(text: &mut String, line: &str) {
    const SIGNS: &str = "、。（）「」";
    if let (Some(before), Some(behind)) = (text.chars().last(), line.chars().next())
        && (before.is_ascii() || behind.is_ascii())
        && !SIGNS.contains(before)
        && !SIGNS.contains(behind)
    {
        text.push(' ');
    }
    text.push_str(line);
}
