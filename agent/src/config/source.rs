//! The files of a configuration as one, and what was found in them: mistakes and warnings, by file and line.
//!
//! All of them share one row of octets: what stands at octet 7 of the second file is 7 behind where that one begins. So a
//! place is one number, whichever file it is in.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::keys::{self, Place};

/// Mistakes that are told at most; behind them the first ones are to be mended anyway.
const MISTAKES_MAX: usize = 20;

/// What some editors put before a text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// One file.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// As it is called in messages: its name, or its path from the main file's folder.
    pub(super) shown: String,
    path: PathBuf,
    octets: String,
}

impl Text {
    /// The file at `path`, which holds `text`.
    pub(super) fn new(path: &Path, shown: &str, text: &str) -> Self {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).to_owned();
        let shown = shown.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        Self { shown, path: path.to_owned(), octets: text }
    }

    /// The main file: it is called by its name.
    pub(super) fn main(path: &Path, text: &str) -> Self {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Self::new(path, &name, text)
    }

    /// What is in it, without a byte order mark.
    pub(super) fn as_str(&self) -> &str {
        &self.octets
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder to which its paths are relative.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// A mistake or a warning, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file as messages call it: its name, or its path from the main file's folder.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// The key that it is about, if there is one.
    pub key: Option<String>,
    /// What is wrong, in words.
    pub text: String,
    /// What may stand behind the key, in words.
    pub allowed: Option<String>,
    /// The known key that was probably meant.
    pub nearest: Option<&'static str>,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// What a mistake is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'k> {
    /// A key, and the place at which it stands.
    pub(super) key: Option<(Place, &'k str)>,
    /// The known key that was probably meant.
    pub(super) nearest: Option<&'static str>,
}

/// The texts with what was found in them. The first one is the main file.
#[derive(Debug)]
pub(super) struct Source<'t> {
    texts: &'t [Text],
    mistakes: RefCell<Vec<Mistake>>,
    warnings: RefCell<Vec<Mistake>>,
}

impl<'t> Source<'t> {
    pub(super) fn new(texts: &'t [Text]) -> Self {
        Self { texts, mistakes: RefCell::default(), warnings: RefCell::default() }
    }

    /// The texts, each with the place of its first octet.
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, &'t Text)> + use<'t> {
        self.texts.iter().scan(0, |next, text| {
            let base = *next;
            *next += text.octets.len() + 1;
            Some((base, text))
        })
    }

    /// Notes a mistake at this place.
    pub(super) fn add(&self, at: usize, what: &str, about: About<'_>) {
        self.mistakes.borrow_mut().push(self.told(at, what, about));
    }

    /// Notes what deserves attention and stops nothing.
    pub(super) fn warn(&self, at: usize, what: &str, about: About<'_>) {
        self.warnings.borrow_mut().push(self.told(at, what, about));
    }

    /// The same of a file that is none of these.
    pub(super) fn warn_in(&self, file: &Path, line: usize, what: &str) {
        let file = file.to_string_lossy().into_owned();
        let text = what.to_owned();
        self.warnings.borrow_mut().push(Mistake {
            file,
            line,
            key: None,
            text,
            allowed: None,
            nearest: None,
        });
    }

    fn told(&self, at: usize, what: &str, About { key, nearest }: About<'_>) -> Mistake {
        let (file, line) = self.place(at);
        Mistake {
            file,
            line,
            key: key.map(|(_, name)| name.chars().take(40).flat_map(char::escape_debug).collect()),
            text: what.to_owned(),
            allowed: key.and_then(|(place, name)| keys::allowed(place, name)),
            nearest,
        }
    }

    fn text_at(&self, at: usize) -> Option<(usize, &'t Text)> {
        self.texts().take_while(|(base, _)| *base <= at).last()
    }

    /// File and line of this place.
    pub(super) fn place(&self, at: usize) -> (String, usize) {
        let Some((base, text)) = self.text_at(at) else { return (String::new(), 1) };
        let end = (at - base).min(text.octets.len());
        let before = text.octets.as_bytes().get(..end).unwrap_or_default();
        (text.shown.clone(), before.split(|octet| *octet == b'\n').count())
    }

    /// A path that stands at this place: relative ones are relative to the folder of its file.
    pub(super) fn resolve(&self, at: usize, path: &str) -> PathBuf {
        self.text_at(at).map_or(Path::new(""), |(_, text)| text.folder()).join(path)
    }

    pub(super) fn has_mistakes(&self) -> bool {
        !self.mistakes.borrow().is_empty()
    }

    /// Mistakes in the order of the files and their lines, and warnings.
    pub(super) fn into_findings(self) -> (Vec<Mistake>, Vec<Mistake>) {
        let order = |file: &str| self.texts.iter().position(|text| text.shown == file);
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by(|one, other| {
            (order(&one.file), one.line, &one.text).cmp(&(order(&other.file), other.line, &other.text))
        });
        mistakes.truncate(MISTAKES_MAX);
        (mistakes, self.warnings.into_inner())
    }
}
