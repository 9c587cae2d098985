//! Pages and completions are held to the texts of which they are made.

use std::collections::BTreeSet;

use ::enqueue::{HELP, HELP_JAPANESE, MAIL, MAIL_JAPANESE, SENDMAIL, SENDMAIL_JAPANESE};

use super::roff::words;
use super::{pages, roff, shells};
use crate::cli::shown;
use crate::config::known;
use crate::notice::Tongue;

fn text_of(file: &str) -> String {
    let pages = pages(shown);
    let page = pages.into_iter().find(|page| page.file == file);
    page.unwrap_or_else(|| panic!("no page {file}")).text
}

#[test]
fn every_command_has_a_page_of_its_own() {
    let pages = pages(shown).into_iter().map(|page| page.file);
    let (japanese, files): (Vec<String>, Vec<String>) = pages.partition(|file| file.starts_with("ja/"));
    assert_eq!(files[0], "alertmail.1");
    let in_japanese = |file: &String| format!("ja/man{}/{file}", if file.ends_with(".1") { 1 } else { 5 });
    assert!(files.iter().map(in_japanese).eq(japanese), "{files:?}");
    let mut left: Vec<(String, clap::Command)> = vec![("alertmail".to_owned(), shown(Tongue::English))];
    let mut commands = 0;
    while let Some((name, command)) = left.pop() {
        assert!(files.contains(&format!("{name}.1")), "{name} is not in {files:?}");
        commands += 1;
        left.extend(command.get_subcommands().map(|sub| (format!("{name}-{}", sub.get_name()), sub.clone())));
    }
    assert_eq!(files.len(), commands + 5);
    assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), files.len(), "two pages in one file");
}

#[test]
fn the_pages_of_sendmail_and_mail_say_all_that_their_help_says_in_the_same_order() {
    for (name, english, japanese) in
        [("sendmail", SENDMAIL, SENDMAIL_JAPANESE), ("mail", MAIL, MAIL_JAPANESE)]
    {
        let english = english.replacen("Usage:", "SYNOPSIS", 1).replace('`', "");
        the_page_has(&format!("enqueue-{name}.1"), &english, " ");
        let japanese = japanese.replacen("使い方:", "書式", 1).replace('`', "");
        let japanese = japanese.split('\n').collect::<Vec<_>>().join(" ");
        the_page_has(&format!("ja/man1/enqueue-{name}.1"), &japanese, "");
        let text = text_of(&format!("enqueue-{name}.1"));
        assert!(text.contains(".SH \"OPTIONS\"\n.TP\n\\fB") && text.contains("\\fBenqueue\\fR(1)"), "{text}");
    }
}

#[test]
fn the_page_of_enqueue_says_all_that_its_help_says_in_the_same_order() {
    // Headings are other words, and what was typed in backticks is bold.
    let english = HELP.replace("EXIT CODES", "EXIT STATUS").replacen("Usage:", "SYNOPSIS", 1);
    let japanese =
        HELP_JAPANESE.replacen("終了コード\n", "終了ステータス\n", 1).replacen("使い方:", "書式", 1);
    the_page_has("enqueue.1", &english.replace('`', ""), " ");
    // There a line goes on without a blank.
    let japanese = japanese.replace('`', "").split('\n').collect::<Vec<_>>().join(" ");
    the_page_has("ja/man1/enqueue.1", &japanese, "");
}

#[track_caller]
fn the_page_has(page: &str, help: &str, blank: &str) {
    let said = words(&text_of(page).replace("\\:", "")).join(blank).replace('`', "");
    let mut left = said.as_str();
    for word in help.split_whitespace() {
        let word = word.trim_end_matches(['.', '。']);
        let at = left.find(word);
        let at =
            at.unwrap_or_else(|| panic!("`{word}` is missing, or in another place, before: {left:.200}"));
        left = &left[at + word.len()..];
    }
}

#[test]
fn the_page_of_the_configuration_has_each_known_key_below_its_place() {
    let pages = [("alertmail.toml.5", "At the top"), ("ja/man5/alertmail.toml.5", "先頭")];
    let of_both = pages.map(|(page, top)| (text_of(page).replace("\\:", ""), top));
    for (text, top, key) in of_both.iter().flat_map(|(text, top)| {
        known().map(move |key| (text, *top, if top.is_ascii() { key } else { key.in_japanese() }))
    }) {
        let place = if key.place.is_empty() { top } else { key.place };
        let below = text.split(&format!(".SS \"{place}\"\n")).nth(1).unwrap_or_else(|| panic!("no {place}"));
        let below = below.split("\n.S").next().expect("a section");
        let item = format!(".TP\n\\fB{}\\fR\n", key.name);
        let behind = below.split(&item).nth(1).unwrap_or_else(|| panic!("{place} {}", key.name));
        let meaning: Vec<&str> = key.meaning.split_whitespace().collect();
        assert!(
            words(behind).join(" ").starts_with(&meaning.join(" ").replace('`', "")),
            "{place} {}",
            key.name
        );
    }
}

#[test]
fn examples_stand_in_pages_as_they_are_typed() {
    let text = text_of("alertmail-spool-init.1");
    let examples = text.split(".SH \"EXAMPLES\"\n.nf\n").nth(1).expect("examples");
    let line = examples.lines().nth(2).expect("three of them");
    assert_eq!(line, "alertmail spool init \\-\\-system \\-\\-gate monitoring");
}

#[test]
fn what_is_completed_for_enqueue_are_its_options_with_their_letters_and_values() {
    let command = shells::enqueue();
    command.clone().debug_assert();
    let arg = |name: &str| {
        let found = command.get_arguments().find(|arg| arg.get_long() == Some(name));
        found.unwrap_or_else(|| panic!("no --{name}"))
    };
    assert_eq!(arg("to").get_short(), Some('t'));
    assert_eq!(arg("help").get_short(), Some('h'));
    assert!(!arg("resolves").get_action().takes_values());
    assert_eq!(arg("severity").get_possible_values().len(), 3);
    assert_eq!(arg("attach").get_value_hint(), clap::ValueHint::FilePath);
    let named = HELP.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2);
    for name in named {
        let name = name.trim_start_matches("--").trim_end_matches([',', ';', ':', '.', ')']);
        assert!(command.get_arguments().any(|arg| arg.get_long() == Some(name)), "--{name} is not completed");
    }
}

#[test]
fn roff_reads_no_text_as_its_own() {
    let mut page = roff::Roff::new("a", 1, "b", Tongue::English);
    page.paragraph(".so /etc/passwd");
    page.paragraph("'tis C:\\new `-x` ~ ^");
    let text = page.into_text();
    assert!(text.contains("\n\\&.so /etc/passwd\n"), "{text}");
    assert!(text.contains("\n\\(aqtis C:\\enew \\fB\\-x\\fR \\(ti \\(ha\n"), "{text}");
}
