//! As whom mail goes out: what contradicts the preset is a mistake, with file, line and key, before any network is used.

use super::*;

/// A provider by this preset, with these lines.
fn with(preset: &str, lines: &str) -> String {
    format!("[[provider]]\npreset = \"{preset}\"\nuser = \"me\"\npassword = {{ file = \"s\" }}\n{lines}\n")
}

#[test]
fn a_sender_that_the_provider_would_refuse_is_a_mistake_with_its_line_and_what_to_write() {
    for (text, expected) in [
        (
            with("docomo", "from = \"alert@example.jp\""),
            "alertmail.toml:5: `from` is alert@example.jp, and docomo takes only the account's own address at \
             docomo.ne.jp as sender (checked 2026-11-25); if you know better write sender_rule = \"any\" in [[provider]] \
             `docomo`",
        ),
        (
            with("docomo", "from = \"me@docomo.ne.jp\"\nfree_from = true"),
            "alertmail.toml:6: `free_from` puts the alert's own sender into From, which docomo refuses; leave it out, \
             answers go to that sender anyway in [[provider]] `docomo`",
        ),
        (
            with("docomo", "from = \"me@docomo.ne.jp\"\nregistered = [\"you@example.jp\"]"),
            "alertmail.toml:6: `registered` is for presets whose provider has a list of addresses that the account may use; \
             leave it out in [[provider]] `docomo`",
        ),
        (
            with("yahoo", "from = \"you@yahoo.co.jp\""),
            "alertmail.toml:5: `from` is you@yahoo.co.jp, and yahoo takes only me@yahoo.co.jp as sender and what is \
             registered with the account (checked 2026-11-25); if it is, write registered = [\"you@yahoo.co.jp\"] in \
             [[provider]] `yahoo`",
        ),
        (
            with("yahoo-bb", "from = \"you@example.jp\"\nregistered = [\"me@example.org\"]"),
            "alertmail.toml:5: `from` is you@example.jp, and yahoo-bb takes only me@… as sender and what is registered with \
             the account (checked 2026-11-25); if it is, write registered = [\"you@example.jp\"] in [[provider]] `yahoo-bb`",
        ),
        (
            with("outlook", "from = \"you@example.jp\"").replace("\"me\"", "\"me@example.jp\""),
            "alertmail.toml:5: `from` is you@example.jp, and outlook takes only me@example.jp as sender and what is \
             registered with the account (checked 2026-11-25); if it is, write registered = [\"you@example.jp\"] in \
             [[provider]] `outlook`",
        ),
        (
            with("docomo", "from = \"alert@example.jp\"\nsender_rule = \"free\""),
            "alertmail.toml:5: `from` is alert@example.jp, and docomo takes only the account's own address at \
             docomo.ne.jp as sender (checked 2026-11-25); if you know better write sender_rule = \"any\" in [[provider]] \
             `docomo`\n\
             alertmail.toml:6: `sender_rule`: `free` is no rule; write \"any\", or leave it out in [[provider]] `docomo`",
        ),
    ] {
        assert_eq!(mistakes(&text), expected, "{text}");
    }
}

#[test]
fn what_the_provider_takes_is_taken_and_so_is_what_a_person_insists_on() {
    for text in [
        with("docomo", "from = \"anybody@DOCOMO.ne.jp\""),
        with("docomo", "from = \"alert@example.jp\"\nsender_rule = \"any\"\nfree_from = true"),
        with("yahoo", "from = \"Me@yahoo.co.jp\""),
        with("yahoo", "from = \"me@yahoo.co.jp\"").replace("\"me\"", "\"me@yahoo.co.jp\""),
        with("yahoo", "from = \"alert@example.jp\"\nregistered = [\"x@example.jp\", \"Alert@example.jp\"]"),
        with("yahoo-bb", "from = \"me@example.jp\""),
        with("ocn", "from = \"alert@example.jp\""),
        with("softbank", "from = \"alert@example.jp\""),
        with("self-hosted", "host = \"h\"\nfrom = \"alert@example.jp\"\nfree_from = true"),
        // Somebody's relay, with rules of its own.
        with("docomo", "host = \"relay.example.jp\"\nfrom = \"alert@example.jp\"\nfree_from = true"),
        with("outlook", "from = \"me@example.jp\"").replace("\"me\"", "\"me@example.jp\""),
    ] {
        let config = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(!config.warnings.iter().any(|it| it.contains("sends as")), "{:?}", config.warnings);
    }
}

#[test]
fn where_the_sender_is_replaced_without_a_word_people_are_told() {
    let gmail = |lines: &str| with("gmail", lines).replace("\"me\"", "\"me@gmail.example.com\"");
    let warnings = |text: &str| parse(text).expect("a configuration").warnings.join("\n");
    let told = warnings(&gmail("from = \"alert@example.jp\"\nfree_from = true"));
    assert!(
        told.contains(
            "provider `gmail` sends as me@gmail.example.com, and not as alert@example.jp, without a word"
        ),
        "{told}"
    );
    assert!(told.contains("provider `gmail` replaces From by the account's address"), "{told}");
    for lines in [
        "from = \"me@gmail.example.com\"",
        "from = \"alert@example.jp\"\nregistered = [\"alert@example.jp\"]",
    ] {
        let told = warnings(&gmail(lines));
        assert!(!told.contains("`gmail`"), "{told}");
    }
}

#[test]
fn a_preset_brings_its_limits_and_its_phrases_and_the_file_wins() {
    let one = |text: &str| parse(text).expect("a configuration").providers.remove(0);
    let outlook = one(&with("outlook", "from = \"me@example.jp\""));
    assert_eq!((outlook.connections, outlook.mail_limits.octets), (3, None));
    assert!(outlook.phrases().0.iter().any(|row| row.rule == "microsoft-smtp-auth-off"));
    let docomo = one(&with("docomo", "from = \"me@docomo.ne.jp\""));
    assert_eq!((docomo.connections, docomo.mail_limits.octets), (4, Some(15_727_616)));
    let small = one(&with("docomo", "from = \"me@docomo.ne.jp\"\nsize_max_kib = 100\nconnections = 1"));
    assert_eq!((small.connections, small.mail_limits.octets), (1, Some(100 << 10)));
    assert_eq!(one(PROVIDER).phrases(), delivery::Phrases::default());
}
