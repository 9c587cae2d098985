//! The file, and the mistakes that were found in it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Mistakes that are told at most; behind them the first ones are to be mended anyway.
const MISTAKES_MAX: usize = 20;

/// The text of a file with the mistakes in it.
#[derive(Debug)]
pub(super) struct Source<'t> {
    text: &'t str,
    path: PathBuf,
    mistakes: RefCell<Vec<(usize, String)>>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str, path: &Path) -> Self {
        Self { text, path: path.to_owned(), mistakes: RefCell::default() }
    }

    /// Notes a mistake at this octet of the text.
    pub(super) fn add(&self, at: usize, what: &str) {
        self.mistakes.borrow_mut().push((self.line(at), what.to_owned()));
    }

    /// The number of the line with this octet of the text.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at.min(self.text.len())).unwrap_or_default();
        before.split(|octet| *octet == b'\n').count()
    }

    /// A path of the file: relative ones are relative to its folder.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// The mistakes as lines for people, in the order of the file.
    pub(super) fn into_mistakes(self) -> Vec<String> {
        let name = self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort();
        let lines = mistakes.into_iter().take(MISTAKES_MAX);
        lines.map(|(line, what)| format!("{name}:{line}: {what}")).collect()
    }
}
