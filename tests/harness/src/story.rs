//! Reads what happened in a spool.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use spool_format::journal::replay;
use spool_format::{Entry, Layout};

/// The names in a folder, hidden ones too, sorted.
#[track_caller]
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.ok().map(|it| it.file_name().to_string_lossy().into_owned())
    };
    let mut names: Vec<String> = entries.filter_map(name).collect();
    names.sort();
    names
}

/// Every entry, oldest first. A last line that is being written is left out; any other that cannot be read is a
/// failure.
#[track_caller]
pub(crate) fn journal(layout: &Layout) -> Vec<Entry> {
    let mut entries = Vec::new();
    for path in journal_files(layout) {
        let octets =
            fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        let found = replay(&octets);
        assert_eq!(found.seen.broken, Vec::<usize>::new(), "broken lines in {}", path.display());
        entries.extend(found.entries);
    }
    entries
}

/// The lines as they stand.
pub(crate) fn journal_as_text(layout: &Layout) -> String {
    let text = |path: &PathBuf| fs::read(path).map(|octets| String::from_utf8_lossy(&octets).into_owned());
    journal_files(layout).iter().filter_map(|path| text(path).ok()).collect()
}

/// One file a day; their names sort by day.
fn journal_files(layout: &Layout) -> Vec<PathBuf> {
    let folder = layout.journal();
    if !folder.is_dir() {
        return Vec::new();
    }
    let files = names_in(&folder).into_iter().map(|name| folder.join(name));
    files.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")).collect()
}

/// Adds a titled part to a report.
pub(crate) fn add_chapter(out: &mut String, title: &str, text: &str) {
    let _ = writeln!(out, "---- {title}");
    let _ = writeln!(out, "{}", if text.is_empty() { "(nothing)" } else { text.trim_end() });
}
