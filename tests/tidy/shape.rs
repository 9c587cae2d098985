//! The shape of the files: what a reader can hold in mind, and what tells him where he is.

use crate::{expect_none, sources};

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
