//! The demonstration keeps its promises, and the README shows what it prints.

use std::path::Path;
use std::time::{Duration, Instant};

use harness::run;

use crate::{ALERTMAIL, alertmail, repository};

/// What the demonstration promises to need at most.
const SECONDS_MAX: Duration = Duration::from_secs(15);

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is a promise to people, and a wide one")]
fn the_demonstration_ends_well_with_nothing_but_a_temporary_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let began = Instant::now();
    let mut command = alertmail(&["demo"]);
    command.env_clear().env("TMPDIR", home.path()).current_dir(home.path());
    let text = run(&mut command, b"").expect_success();
    assert!(began.elapsed() < SECONDS_MAX, "{:?}", began.elapsed());
    assert_eq!(text.matches("docomo  took it: 250").count(), 3, "{text}");
    assert_eq!(text.matches("home    took it: 250").count(), 1, "{text}");
    assert_eq!(text.matches("connection refused").count(), 6, "{text}");
    assert_eq!(text.matches("yahoo   mail: 553").count(), 1, "the others need not find it out again: {text}");
    assert!(text.contains("Subject: 【緊急】サーバー室の温度が上がっています"), "{text}");
    assert!(text.contains("4 alerts, 4 mails, nothing lost, nothing twice"), "{text}");
    assert_eq!(std::fs::read_dir(home.path()).expect("a folder").count(), 0, "something was left behind");
}

#[test]
fn what_the_demonstration_keeps_can_be_looked_at() {
    let home = tempfile::tempdir().expect("a folder");
    let text = run(alertmail(&["demo", "--keep"]).env("TMPDIR", home.path()), b"").expect_success();
    let last = text.lines().last().expect("a line");
    let hint = last.split("try: alertmail ").nth(1).expect("a hint");
    let listed =
        run(alertmail(&hint.split(' ').collect::<Vec<_>>()).env("COLUMNS", "200"), b"").expect_success();
    assert_eq!(listed.lines().last(), Some("4 sent"), "{listed}");
}

/// Ports, ids, times and receipts differ from run to run; the words of the README have to be the program's.
#[test]
fn the_readme_shows_what_the_demonstration_prints() {
    let readme = repository("README.md");
    let shown = readme
        .split("<!-- demo -->\n```\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("a block");
    let printed = run(&mut alertmail(&["demo"]), b"").expect_success();
    let words = |text: &str| -> Vec<String> { text.lines().map(without_what_differs).collect() };
    assert_eq!(words(shown), words(&printed), "{} prints:\n{printed}", Path::new(ALERTMAIL).display());
}

/// The line without ids and numbers of more than one digit.
fn without_what_differs(line: &str) -> String {
    let is_id = |word: &str| word.len() == 26 && word.bytes().all(|octet| octet.is_ascii_alphanumeric());
    let number = |word: &str| word.bytes().filter(u8::is_ascii_digit).count() > 1 || word.starts_with('+');
    let words =
        line.split_whitespace().filter(|word| !is_id(word) && !number(word) && word.parse::<f64>().is_err());
    words.collect::<Vec<_>>().join(" ")
}
