//! The help in both languages says the same, to whoever asks for it.

use super::*;

#[test]
fn the_help_in_japanese_says_what_the_english_one_says_in_the_same_order() {
    // Options with what they take, paths, variables, and lines to be typed.
    let typed = |help: &'static str| {
        let words = help
            .split(|letter: char| !letter.is_ascii() || letter.is_whitespace() || "();,`".contains(letter));
        let is_typed = |word: &&str| word.starts_with("--") || word.contains(['/', '$', '|']);
        words.map(|word| word.trim_end_matches(['.', ':'])).filter(is_typed).collect::<Vec<_>>()
    };
    let options = |help: &'static str| {
        let lines = help.lines().filter(|line| line.starts_with(' ')).map(str::trim_start);
        let lines = lines.filter(|line| line.starts_with('-'));
        lines.filter_map(|line| Some(line.split_once("  ")?.0)).collect::<Vec<_>>()
    };
    for Help { english, japanese } in [OF_ENQUEUE, OF_SENDMAIL, OF_MAIL] {
        assert_eq!(typed(english), typed(japanese));
        assert_eq!(options(english), options(japanese));
    }
    let examples = |help: &'static str| {
        let lines = help.lines().filter(|line| line.contains("enqueue --"));
        lines.map(|line| line.split_once(":  ").map_or(line, |(_, line)| line).trim()).collect::<Vec<_>>()
    };
    assert_eq!(examples(HELP), examples(HELP_JAPANESE));
}

#[test]
fn the_help_is_in_the_language_that_the_environment_asks_for() {
    for (set, expected) in [
        ([].as_slice(), HELP),
        (&[("LANG", "ja_JP.UTF-8")], HELP_JAPANESE),
        (&[("LC_MESSAGES", "ja"), ("LANG", "C")], HELP_JAPANESE),
        (&[("LC_ALL", ""), ("LANG", "ja_JP.eucJP")], HELP_JAPANESE),
        (&[("LC_ALL", "C.UTF-8"), ("LANG", "ja_JP.UTF-8")], HELP),
        (&[("LANG", "jam_JM")], HELP),
    ] {
        let read =
            |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        assert!(OF_ENQUEUE.for_whom(read) == expected, "{set:?}");
    }
}
