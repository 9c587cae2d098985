//! A page in the macros of man(7), which groff and mandoc both know.
//!
//! Whatever text comes in is text: what roff would read as a request or an escape is written so that it is none. What
//! stands between backticks is bold.

use std::fmt::Write as _;

use super::{DATE, MANUAL, SOURCE};
use crate::notice::Tongue;
use crate::output::wrap::may_break;

/// No word is divided and no line stretched: paths and commands stay as they are typed.
const MANNER: &str = ".nh\n.ad l\n";

/// A page as it grows.
#[derive(Debug)]
pub(super) struct Roff(String, Tongue);

impl Roff {
    /// A page with its head and the section NAME.
    pub(super) fn new(name: &str, section: u8, summary: &str, tongue: Tongue) -> Self {
        let head = format!(
            ".TH \"{}\" {section} {DATE} \"{SOURCE}\" \"{MANUAL}\"\n{MANNER}",
            literal(&name.to_uppercase())
        );
        let mut page = Self(head, tongue);
        page.heading(tongue.either("NAME", "名前"));
        let _ = writeln!(page.0, "{} \\- {}", literal(name), text(summary));
        page
    }

    /// Goes on behind a head that another writer has written.
    pub(super) fn from_text(head: String, tongue: Tongue) -> Self {
        Self(head + MANNER, tongue)
    }

    /// What another writer has written.
    pub(super) fn append(&mut self, text: &str) {
        self.0 += text;
    }

    pub(super) fn heading(&mut self, words: &str) {
        let _ = writeln!(self.0, ".SH \"{}\"", text(words));
    }

    pub(super) fn subheading(&mut self, words: &str) {
        let _ = writeln!(self.0, ".SS \"{}\"", text(words));
    }

    /// Words that are filled into lines.
    pub(super) fn paragraph(&mut self, words: &str) {
        // Behind a heading it would be an empty one.
        if !self.ends_with_heading() {
            self.0 += ".PP\n";
        }
        self.0 += &line(&text(words));
    }

    /// What is explained, and beside or below it how.
    pub(super) fn item(&mut self, tag: &str, words: &str) {
        let _ = write!(self.0, ".TP\n\\fB{}\\fR\n{}", literal(tag), line(&text(words)));
    }

    /// Lines as they stand, to be typed.
    pub(super) fn lines<'l>(&mut self, lines: impl IntoIterator<Item = &'l str>) {
        if !self.ends_with_heading() {
            self.0 += ".PP\n";
        }
        self.0 += ".nf\n";
        for typed in lines {
            self.0 += &line(&literal(typed));
        }
        self.0 += ".fi\n";
    }

    /// Other pages, `NAME(SECTION)` each.
    pub(super) fn see_also(&mut self, pages: &[&str]) {
        self.heading(self.1.either("SEE ALSO", "関連項目"));
        let names: Vec<String> = pages
            .iter()
            .map(|page| match page.split_once('(') {
                Some((name, section)) => format!("\\fB{}\\fR({section}", literal(name)),
                None => literal(page),
            })
            .collect();
        self.0 += &line(&names.join(",\n"));
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn ends_with_heading(&self) -> bool {
        self.0.lines().last().is_some_and(|last| last.starts_with(".SH") || last.starts_with(".SS"))
    }
}

/// The page with a mark wherever Japanese may be broken, since groff does not know by itself. What stands as it is
/// typed has none, nor has the line of which catalogues are made.
pub(super) fn breakable(page: &str) -> String {
    let mut marked = String::with_capacity(page.len());
    let mut is_kept = false;
    for line in page.lines() {
        match line {
            ".nf" | ".SH 名前" | ".SH \"名前\"" => is_kept = true,
            _ if line == ".fi" || line.starts_with(".SH") => is_kept = false,
            _ => {}
        }
        let mut before = None;
        for letter in line.chars() {
            if !is_kept
                && !line.starts_with('.')
                && before.is_some_and(|before| may_break(before, letter))
                && before != Some(' ')
            {
                marked.push_str("\\:");
            }
            marked.push(letter);
            before = Some(letter);
        }
        marked.push('\n');
    }
    marked
}

/// A line that is no request, whatever it begins with.
fn line(words: &str) -> String {
    match words.chars().next() {
        Some('.' | '\'') => format!("\\&{words}\n"),
        // An empty line is none of text, and mandoc says so.
        None => "\\&\n".to_owned(),
        Some(_) => format!("{words}\n"),
    }
}

/// Text with what is meant to be typed in bold.
fn text(words: &str) -> String {
    let mut out = String::new();
    let parts: Vec<&str> = words.split('`').collect();
    // Backticks come in pairs; an odd one stands for itself.
    if parts.len().is_multiple_of(2) {
        return literal(words);
    }
    for (at, part) in parts.into_iter().enumerate() {
        if at % 2 == 1 {
            let _ = write!(out, "\\fB{}\\fR", literal(part));
        } else {
            out += &literal(part);
        }
    }
    out
}

/// Text that looks the same when it is read, and can be copied.
fn literal(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '\'' => out.push_str("\\(aq"),
            '"' => out.push_str("\\(dq"),
            '`' => out.push_str("\\(ga"),
            '^' => out.push_str("\\(ha"),
            '~' => out.push_str("\\(ti"),
            other => out.push(other),
        }
    }
    out
}

/// What a reader sees of a page, as words; for tests.
#[cfg(test)]
pub(super) fn words(page: &str) -> Vec<String> {
    let mut plain = String::new();
    for line in page.lines() {
        let line = match line.strip_prefix('.') {
            Some(request) => {
                request.strip_prefix("SH ").or_else(|| request.strip_prefix("SS ")).unwrap_or_default()
            }
            None => line,
        };
        plain += &line.replace(".SH ", "").replace("\\fB", "").replace("\\fR", "").replace("\\&", "");
        plain.push('\n');
    }
    for (escape, letter) in [
        ("\\-", "-"),
        ("\\(aq", "'"),
        ("\\(dq", "\""),
        ("\\(ga", "`"),
        ("\\(ha", "^"),
        ("\\(ti", "~"),
        ("\\e", "\\"),
    ] {
        plain = plain.replace(escape, letter);
    }
    plain.split_whitespace().map(str::to_owned).collect()
}
