//! Reads what happened in a spool.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use spool_format::journal::replay;
use spool_format::{Entry, Layout};

/// So often the journal is looked for again, since a file of it was gone when its turn came.
const LISTED_AGAIN: usize = 20;

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
/// failure. An agent that cannot sync a file puts its lines into another one and removes it.
#[track_caller]
pub(crate) fn journal(layout: &Layout) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (path, octets) in journal_octets(layout) {
        let found = replay(&octets);
        assert_eq!(found.seen.broken, Vec::<usize>::new(), "broken lines in {}", path.display());
        entries.extend(found.entries);
    }
    entries
}

/// All files at a moment when none of them went.
#[track_caller]
fn journal_octets(layout: &Layout) -> Vec<(PathBuf, Vec<u8>)> {
    let mut last = None;
    for _ in 0..LISTED_AGAIN {
        let read = |path: PathBuf| match fs::read(&path) {
            Ok(octets) => Ok((path, octets)),
            Err(error) => Err((path, error)),
        };
        match journal_files(layout).into_iter().map(read).collect() {
            Ok(all) => return all,
            Err((path, error)) => last = Some(format!("{}: {error}", path.display())),
        }
    }
    panic!("cannot read {}", last.unwrap_or_default())
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
