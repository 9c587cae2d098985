//! Each text of the help has its Japanese one, each Japanese one its English one, and both speak of the same.

use std::collections::BTreeSet;

use super::*;
use crate::cli::{help, shown};
use crate::notice::Tongue;
use crate::output::terminal::columns;

/// Every command with its name, the program's being empty.
fn commands(tongue: Tongue) -> Vec<(String, Command)> {
    let mut found = Vec::new();
    let mut left = vec![(String::new(), shown(tongue))];
    while let Some((path, command)) = left.pop() {
        for sub in command.get_subcommands() {
            left.push((format!("{path} {}", sub.get_name()).trim_start().to_owned(), sub.clone()));
        }
        found.push((path, command));
    }
    found
}

/// The short texts of a command.
fn texts(command: &Command) -> Vec<String> {
    let mut texts: Vec<String> = [command.get_about(), command.get_long_about(), command.get_before_help()]
        .into_iter()
        .chain([command.get_before_long_help(), command.get_after_long_help()])
        .flatten()
        .map(ToString::to_string)
        .collect();
    for arg in command.get_arguments() {
        texts.extend([arg.get_help(), arg.get_long_help()].into_iter().flatten().map(ToString::to_string));
        texts.extend(arg.get_help_heading().map(str::to_owned));
        let values = arg.get_possible_values();
        texts.extend(values.iter().filter_map(|value| value.get_help().map(ToString::to_string)));
    }
    texts
}

#[test]
fn every_text_of_every_command_is_there_in_japanese_and_none_is_left_over() {
    let mut missing = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut ended = BTreeSet::new();
    for (path, command) in commands(Tongue::English) {
        for text in texts(&command) {
            if phrase(&text).is_none() {
                missing.insert(format!("`{path}`: {text}"));
            }
            used.insert(text);
        }
        if command.get_after_help().is_some() {
            if !ends().any(|(of, _)| of == path) {
                missing.insert(format!("`{path}`: below its options"));
            }
            ended.insert(path);
        }
    }
    let idle: Vec<&str> = phrases().map(|(english, _)| english).filter(|it| !used.contains(*it)).collect();
    let idle_ends: Vec<&str> = ends().map(|(of, _)| of).filter(|of| !ended.contains(*of)).collect();
    assert!(
        missing.is_empty() && idle.is_empty() && idle_ends.is_empty(),
        "no Japanese for {missing:#?}, nothing to say {idle:#?} and {idle_ends:#?} for"
    );
    let english: BTreeSet<&str> = phrases().map(|(english, _)| english).collect();
    assert_eq!(english.len(), phrases().count(), "one text has two translations");
}

/// What is the same in every language: options, commands in backticks, paths, numbers; with commands as they are typed.
fn typed(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        if let Some(example) = line.trim().strip_prefix("alertmail ") {
            found.insert(example.split("  ").next().unwrap_or(example).to_owned());
            continue;
        }
        for word in line.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-/_.*".contains(letter)) {
            let word = word.trim_end_matches(['.', ',']).trim_end_matches('-');
            let is_number = word.parse::<u32>().is_ok_and(|number| number >= 10);
            if word.starts_with("--") || word.starts_with('/') || word.contains('_') || is_number {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

#[test]
fn both_languages_name_the_same_options_paths_codes_and_examples() {
    let mut other = Vec::new();
    let mut compare = |of: &str, english: &str, japanese: &str| {
        let (english, japanese) = (typed(english), typed(japanese));
        if english != japanese {
            let differing: Vec<&String> = english.symmetric_difference(&japanese).collect();
            other.push(format!("{of}: {differing:?}"));
        }
    };
    for (english, japanese) in phrases().filter(|(english, _)| !english.starts_with("Print help")) {
        // What is written the same way is said once more in Japanese alone.
        compare(english, english, &japanese.replace("--since", ""));
    }
    for (path, command) in commands(Tongue::English) {
        let english = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let japanese = ends().find(|(of, _)| *of == path).map(|(_, text)| text).unwrap_or_default();
        compare(&path, &english, japanese);
    }
    assert!(other.is_empty(), "{other:#?}");
}

#[test]
fn no_line_of_the_help_is_wider_than_the_terminal_unless_it_is_typed() {
    for width in [80, 100, 300] {
        for (path, command) in commands(Tongue::Japanese) {
            for line in plain(&help::help(&command, width)).lines() {
                let is_kept = line.contains("alertmail ") || line.contains("使い方:");
                assert!(is_kept || columns(line) <= width.min(100), "{path}, {width}: {line}");
            }
        }
    }
}

#[test]
fn the_help_in_japanese_has_all_that_the_english_one_has() {
    for (path, english) in commands(Tongue::English) {
        let japanese =
            commands(Tongue::Japanese).into_iter().find(|(of, _)| *of == path).expect("the same").1;
        let japanese = plain(&help::help(&japanese, 100));
        for arg in english.get_arguments() {
            let short = arg.get_short().map(|letter| format!("-{letter}, "));
            let values = arg.get_possible_values().into_iter().map(|value| value.get_name().to_owned());
            for part in values.chain(short).chain([arg.to_string()]) {
                assert!(japanese.contains(&part), "{path}: no {part} in {japanese}");
            }
        }
        for sub in english.get_subcommands() {
            assert!(japanese.contains(&format!("\n  {} ", sub.get_name())), "{path}: {}", sub.get_name());
        }
    }
}

/// Without what is for terminals.
fn plain(styled: &str) -> String {
    let mut plain = styled.to_owned();
    for style in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[4m"] {
        plain = plain.replace(style, "");
    }
    plain
}

#[test]
fn the_help_in_japanese_is_the_one_that_is_kept() {
    for (path, name) in [("", "help"), ("list", "help-list"), ("send", "help-send"), ("check", "help-check")]
    {
        let command =
            commands(Tongue::Japanese).into_iter().find(|(of, _)| *of == path).expect("a command").1;
        let text = plain(&help::help(&command, 80));
        crate::command::tests::pages::looks_like(&format!("{name}.ja.txt"), &text);
    }
}
