//! The shape of the files: what a reader can hold in mind, and what tells him where he is.

use crate::{expect_none, sources, top};

/// Longer than this, a file holds more than one idea.
const LINES: usize = 400;

#[test]
fn no_file_is_longer_than_a_reader_can_hold_in_mind() {
    let offences: Vec<String> = (sources().iter())
        .map(|source| (source.path.clone(), source.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    expect_none("no file has more than 400 lines", &offences);
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let offences: Vec<String> = (sources().iter())
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path.clone())
        .collect();
    expect_none("every file begins with `//!`", &offences);
}

#[test]
fn every_select_has_an_order() {
    let mut offences = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (n, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("select! {")) {
            let next = lines.get(n + 1).map_or("", |next| next.trim());
            if next != "biased;" && !line.contains(".contains(") {
                offences.push(format!("{}:{}", source.path, n + 1));
            }
        }
    }
    expect_none("every `tokio::select!` is `biased`: what happens first must not be chance", &offences);
}

#[test]
fn nothing_is_unfinished_and_no_panic_waits_for_bad_input() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", ".unwrap()", "FIXME", "#[ignore"];
    let mut offences = Vec::new();
    for source in sources() {
        for (n, line) in source.code() {
            if words.iter().any(|word| line.contains(word)) {
                offences.push(format!("{}:{n}: {}", source.path, line.trim()));
            }
        }
    }
    expect_none("outside of tests nothing is unfinished and nothing unwraps", &offences);
}

/// All that lies at the top: a name that a slip of the shell has left there is not among it.
const TOP: &[&str] = &[
    ".ci",
    ".git",
    ".gitattributes",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "agent",
    "clippy.toml",
    "contrib",
    "enqueue",
    "rustfmt.toml",
    "spool-format",
    "target",
    "tests",
];

#[test]
fn nothing_lies_at_the_top_that_nobody_put_there() {
    let names =
        std::fs::read_dir(top()).expect("the project").map(|entry| entry.expect("a name").file_name());
    let strangers: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !TOP.contains(&name.as_str()))
        .collect();
    expect_none("what lies at the top is listed in TOP", &strangers);
}
