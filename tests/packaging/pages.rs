//! The manual, as groff and mandoc read it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use harness::run;

use crate::{alertmail, has};

fn pages() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("pages");
    alertmail(&["man", place.to_str().expect("text")]);
    let mut paths: Vec<PathBuf> = [&place, &place.join("ja/man1"), &place.join("ja/man5")]
        .into_iter()
        .flat_map(|folder| fs::read_dir(folder).expect("made"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    assert!(paths.len() > 50, "{paths:?}");
    (folder, paths)
}

#[test]
fn every_page_renders_without_a_warning() {
    let (_folder, paths) = pages();
    for (program, arguments) in [
        ("groff", ["-ww", "-man", "-Kutf8", "-Tutf8"].as_slice()),
        // As man has it where Japanese is asked for.
        ("groff", &["-ww", "-man", "-mja", "-Kutf8", "-Tutf8"]),
        ("mandoc", &["-Tlint", "-Wwarning"]),
        ("mandoc", &["-Tutf8"]),
    ] {
        if !has(program) {
            continue;
        }
        for path in &paths {
            let ended = run(Command::new(program).args(arguments).arg(path), b"");
            let is_lint = arguments.contains(&"-Tlint");
            let complaints = if is_lint { format!("{}{}", ended.stdout, ended.stderr) } else { ended.stderr };
            assert!(ended.code == Some(0) && complaints.is_empty(), "{}: {complaints}", path.display());
            assert!(
                is_lint || ended.stdout.contains("alertmail manual"),
                "{}: nothing is shown",
                path.display()
            );
        }
    }
}

/// Japanese has no blanks at which a line could end. Mandoc breaks lines nowhere else, and leaves it to the terminal.
#[test]
fn no_line_of_a_page_is_wider_than_the_terminal_unless_it_is_typed() {
    if !has("groff") {
        return;
    }
    let (_folder, paths) = pages();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|section| section == "1")) {
        let groff = ["-man", "-Kutf8", "-Tutf8", "-P-cbou", "-rLL=80n"];
        let shown = run(Command::new("groff").args(groff).arg(path), b"").expect_success();
        for line in shown.lines() {
            let is_typed = ["alertmail", "enqueue", "/"].iter().any(|word| line.contains(word));
            let columns: usize = line.chars().map(|letter| if letter >= '\u{3000}' { 2 } else { 1 }).sum();
            assert!(is_typed || columns <= 80, "{}: {line}", path.display());
        }
    }
}

#[test]
fn a_reader_of_a_page_can_copy_what_it_shows() {
    if !has("mandoc") {
        return;
    }
    let (_folder, paths) = pages();
    let page = paths.iter().find(|path| path.ends_with("pages/enqueue.1")).expect("a page");
    let shown = run(Command::new("mandoc").args(["-Tascii", "-Owidth=120"]).arg(page), b"").expect_success();
    // A bold letter is the letter, a step back and the letter.
    let shown = without_overstrikes(&shown);
    for copied in [
        "df -h | enqueue --to ops,root --key disk-db1 --subject 'disk full on db1'",
        "~/.local/state/alertmail",
        "$XDG_STATE_HOME/alertmail",
    ] {
        assert!(shown.contains(copied), "{shown}");
    }
}

fn without_overstrikes(shown: &str) -> String {
    let mut plain = String::new();
    for letter in shown.chars() {
        if letter == '\u{8}' {
            plain.pop();
        } else {
            plain.push(letter);
        }
    }
    plain
}
