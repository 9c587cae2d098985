//! House rules as tests: the walls between the crates, the shape of the files, and that the papers tell the truth.

mod papers;
mod shape;
mod verdicts;
mod walls;

use std::path::{Path, PathBuf};

/// A file of the repository, by its path from the top.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines with their numbers, without comments and without the unit tests at the end of a file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = if is_test(&self.path) { Some(0) } else { self.text.find("#[cfg(test)]") };
        let code = &self.text[..tests.unwrap_or(self.text.len())];
        code.lines().enumerate().map(|(n, line)| (n + 1, line)).filter(|(_, line)| !is_comment(line))
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    let full = top().join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

/// Every Rust file of the repository, in order of its path.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["agent", "enqueue", "spool-format", "tests"] {
        walk(folder, &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 100, "the walk over the repository finds only {} files", found.len());
    found
}

fn walk(folder: &str, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(top().join(folder)).expect("a folder of the repository") {
        let entry = entry.expect("an entry");
        let path = format!("{folder}/{}", entry.file_name().to_str().expect("names here are ASCII"));
        if entry.file_type().expect("a type").is_dir() {
            // What a fuzzer builds in its own workspace is nobody's source.
            if entry.file_name() != "target" {
                walk(&path, found);
            }
        } else if Path::new(&path).extension().is_some_and(|ext| ext == "rs") {
            let text = read(&path);
            found.push(Source { path, text });
        }
    }
}

/// Fails with all of `offences` at once, so that one run is enough to mend them.
fn expect_none(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}
