//! Pages that are kept as files: what people see changes only on purpose. Those of Japanese are looked through for English.
//! `ALERTMAIL_UPDATE_GOLDEN=1` accepts the new ones.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Ended, run};

use crate::english::is_left_in;
use crate::{alertmail, steady};

/// The languages, and what ends the names of their pages.
pub(crate) const LANGUAGES: [(&str, &str); 2] = [("C", "txt"), ("ja_JP.UTF-8", "ja.txt")];

/// The page is the one that is kept.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a golden file is source text, not a spool file")]
pub(crate) fn looks_like(name: &str, page: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/cli/testdata").join(name);
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, page).expect("testdata can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "{name} differs (ALERTMAIL_UPDATE_GOLDEN=1 accepts the new one)\n{page}");
}

/// What was said in one language, command by command, as one page.
pub(crate) struct Said<'f> {
    language: &'static str,
    ending: &'static str,
    folder: &'f Path,
    page: String,
    /// What the program has said, for people to understand without English.
    words: String,
}

impl<'f> Said<'f> {
    /// Nothing yet. Files are in `folder`.
    pub(crate) const fn nothing((language, ending): (&'static str, &'static str), folder: &'f Path) -> Self {
        Self { language, ending, folder, page: String::new(), words: String::new() }
    }

    /// Runs a command with this configuration or other options behind it, which the page does not show.
    pub(crate) fn ask(&mut self, arguments: &[&str], more: &[&str]) -> Ended {
        let mut command = alertmail(arguments);
        command.args(more);
        self.ask_with(arguments, &mut command, b"")
    }

    /// Runs this, which the page shows as `arguments`.
    pub(crate) fn ask_with(&mut self, arguments: &[&str], command: &mut Command, stdin: &[u8]) -> Ended {
        let ended = run(command.env("LANG", self.language).env("TZ", "UTC").env("COLUMNS", "100"), stdin);
        self.keep(arguments, &ended);
        ended
    }

    fn keep(&mut self, arguments: &[&str], ended: &Ended) {
        let steadily = |text: &str| steady::text(text, self.folder);
        let typed: Vec<String> = arguments.iter().map(|word| quoted(&steadily(word))).collect();
        let _ = writeln!(self.page, "$ alertmail {}", typed.join(" "));
        let (said, complained) = (steadily(&ended.stdout), steadily(&ended.stderr));
        self.page.push_str(&said);
        if !complained.is_empty() {
            let _ = write!(self.page, "-- stderr\n{complained}");
        }
        if let Some(code) = ended.code.filter(|code| *code != 0) {
            let _ = writeln!(self.page, "-- exit {code}");
        }
        self.page.push('\n');
        let _ = write!(self.words, "{said}\n{complained}\n");
    }

    /// The page is the one that is kept as `NAME.txt`, or as `NAME.ja.txt` without an English sentence.
    #[track_caller]
    pub(crate) fn looks_like(&self, name: &str) {
        looks_like(&format!("commands/{name}.{}", self.ending), &self.page);
        if self.language != "C" {
            let left: Vec<&str> = self.words.lines().filter(|line| is_left_in(&ours(line))).collect();
            assert!(left.is_empty(), "{name}: these have no Japanese: {left:#?}");
        }
    }
}

/// What of a line is a sentence of the program: neither what is typed, nor what went over the wire or stands in a mail.
fn ours(line: &str) -> String {
    // What happened to a connection stands behind the time, the phase and the name.
    let line = line.split_once("-: ").map_or(line, |(_, what)| what);
    // A server's reply, up to the end; an alert's subject.
    let said = line.split_inclusive(": ").collect::<Vec<_>>();
    let is_reply = |part: &&str| part.len() > 4 && part.bytes().take(3).all(|octet| octet.is_ascii_digit());
    let line = said.iter().take_while(|part| !is_reply(part)).copied().collect::<String>();
    let line = if line.trim_start().starts_with(steady::ID) { "" } else { &line };
    let is_dialogue = line.contains(">: ") || line.contains("<: ") || line.trim_start().starts_with("| ");
    let (named, rest) = line.trim_start().split_once(": ").unwrap_or_default();
    let is_header = !named.contains(' ') && named.starts_with(|letter: char| letter.is_ascii_uppercase());
    if is_dialogue
        || (is_header && rest.is_ascii())
        || line.contains("使い方:")
        || [" (os error ", " at line "].iter().any(|part| line.contains(part))
    {
        return String::new();
    }
    let mut is_typed = false;
    let words = line.split(' ').filter(|word| {
        let was_typed = is_typed;
        // A command ends with what is said behind it.
        is_typed =
            (is_typed && word.is_ascii() && !word.is_empty() && !word.ends_with(';')) || *word == "alertmail";
        !was_typed && !is_typed
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_sentence_in_a_line_is_seen_beside_what_is_typed() {
    for (line, is_seen) in [
        ("  alertmail spool init --system   全員用", false),
        ("次: alertmail config check; alertmail probe --auth", false),
        ("ok  auth home tls>: one two three", false),
        ("  | one two three", false),
        ("home  送信済み: 250 one two three", false),
        ("ok  connect home -: 接続しました", false),
        ("ok  auth home tls-: one two three", true),
        ("確認: alertmail list  one two three", true),
        ("経由 one two three", true),
    ] {
        assert_eq!(is_left_in(&ours(line)), is_seen, "{line}");
    }
}

fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:,@=".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{word}'") }
}

/// What is printed for programs is the document that is kept.
#[track_caller]
pub(crate) fn document(name: &str, said: &str, folder: &Path) {
    looks_like(&format!("commands/{name}.json"), &steady::document(said, folder));
}
