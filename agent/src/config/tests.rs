//! The configuration: what is meant by what was typed, and how mistakes are told.

mod aliases;
mod files;
mod intake;
mod routes;
mod sender;
mod ways;

use std::path::Path;
use std::time::Duration;

use super::*;
use proptest::prelude::*;
use smtp::Mechanism;

const PROVIDER: &str =
    "[[provider]]\nname = \"home\"\nhost = \"mail.example.jp\"\nfrom = \"alert@example.jp\"\n";

fn parse(text: &str) -> Result<Config, ConfigError> {
    let read = Config::parse(text, Path::new("/etc/alertmail/alertmail.toml"));
    read.inspect_err(|error| expect_japanese(&error.to_string()))
        .inspect(|config| config.warnings.iter().for_each(|warning| expect_japanese(warning)))
}

/// Whoever makes a mistake is told of it in Japanese, too, but for what the parser of TOML, the system or a template says.
fn expect_japanese(mistakes: &str) {
    let of_others = [", expected ", "os error", "filter uper", "end of block"];
    for mistake in mistakes.lines().filter(|line| !of_others.iter().any(|theirs| line.contains(theirs))) {
        let said = crate::notice::why(crate::notice::Tongue::Japanese, mistake);
        assert!(!crate::notice::english::is_left_in(&said), "{mistake}: {said}");
    }
}

fn mistakes(text: &str) -> String {
    parse(text).expect_err("a mistake").to_string()
}

#[test]
fn a_name_a_host_and_a_sender_are_enough() {
    let config = parse(PROVIDER).expect("a configuration");
    let home = &config.providers[0];
    assert_eq!(home.endpoints, [Endpoint { port: 587, security: Security::StartTls }]);
    assert_eq!(
        (home.auth.clone(), home.trust.clone(), home.connections),
        (AuthPolicy::None, Trust::System, 4)
    );
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.retry, RetryPlan::default());
}

#[test]
fn relative_paths_are_relative_to_the_file() {
    let text = format!(
        "spool = \"spool\"\n{PROVIDER}ca_file = \"ca.pem\"\nuser = \"a\"\npassword = {{ file = \"/run/secret\" }}\n"
    );
    let config = parse(&text).expect("a configuration");
    assert_eq!(config.spool, Path::new("/etc/alertmail/spool"));
    assert_eq!(config.providers[0].trust, Trust::CaFile("/etc/alertmail/ca.pem".into()));
    assert_eq!(config.providers[0].password, Some(SecretSource::File("/run/secret".into())));
}

#[test]
fn a_preset_fills_in_what_the_file_leaves_out_and_the_file_wins() {
    let text = "[[provider]]\npreset = \"docomo\"\nfrom = \"a@docomo.ne.jp\"\nuser = \"a\"\npassword = { credential = \"d\" }\n";
    let docomo = &parse(text).expect("a configuration").providers[0];
    assert_eq!((docomo.name.as_str(), docomo.host.as_str()), ("docomo", "smtp.spmode.ne.jp"));
    assert_eq!(docomo.endpoints, [Endpoint { port: 465, security: Security::Implicit }]);
    assert_eq!(docomo.auth, AuthPolicy::Listed(vec![Mechanism::Plain, Mechanism::Login]));
    let text = format!(
        "{text}name = \"phone\"\nhost = \"127.0.0.1\"\nport = 10465\ntls = \"implicit\"\nauth = \"auto\"\n"
    );
    let phone = &parse(&text).expect("a configuration").providers[0];
    assert_eq!((phone.name.as_str(), phone.host.as_str()), ("phone", "127.0.0.1"));
    assert_eq!(phone.endpoints, [Endpoint { port: 10465, security: Security::Implicit }]);
    assert_eq!(phone.auth, AuthPolicy::Auto);
}

#[test]
fn a_token_takes_the_place_of_a_password_where_the_provider_takes_tokens() {
    let text = |preset: &str| {
        format!(
            "[[provider]]\npreset = \"{preset}\"\nfrom = \"a@docomo.ne.jp\"\nuser = \"a\"\ntoken = {{ command = [\"oama\"] }}\n"
        )
    };
    let gmail = &parse(&text("gmail")).expect("a configuration").providers[0];
    assert_eq!(gmail.token, Some(SecretSource::Command(vec!["oama".to_owned()])));
    assert_eq!(
        mistakes(&text("docomo")),
        "alertmail.toml:5: this preset's provider takes no tokens; use `password` in [[provider]] `docomo`"
    );
    let in_clear = format!("{PROVIDER}tls = \"none\"\nuser = \"a\"\ntoken = {{ file = \"t\" }}\n");
    let warnings = parse(&in_clear).expect("a configuration").warnings;
    assert!(warnings.iter().any(|it| it.contains("a token never goes out in clear")), "{warnings:?}");
}

#[test]
fn pauses_limits_and_aliases_are_read() {
    let text = format!(
        "[retry]\ncritical = [\"1s\", \"200ms\"]\nlife_others = \"1h\"\n[limits]\nreply = \"2s\"\n\
         [aliases]\nroot = [\"a@example.jp\", \"b@example.jp\"]\nops = \"c@example.jp\"\n{PROVIDER}"
    );
    let config = parse(&text).expect("a configuration");
    assert_eq!(config.retry.critical, [Duration::from_secs(1), Duration::from_millis(200)]);
    assert_eq!(config.retry.life_others, Duration::from_hours(1));
    assert_eq!(
        (config.limits.reply, config.limits.connect),
        (Duration::from_secs(2), Duration::from_secs(10))
    );
    assert_eq!((config.aliases["root"].len(), config.aliases["ops"].len()), (2, 1));
}

#[test]
fn how_long_a_provider_may_take_and_is_left_out_is_read() {
    let text = format!(
        "[retry]\nprovider = [\"1s\", \"3s\"]\nlogin = \"1h\"\n\
         [limits]\nhedge_after = \"4s\"\nhedge_after_critical = \"3s\"\n{PROVIDER}hedge_after = \"9s\"\n"
    );
    let config = parse(&text).expect("a configuration");
    let seconds = Duration::from_secs;
    assert_eq!(
        (&config.retry.provider[..], config.retry.login),
        (&[seconds(1), seconds(3)][..], seconds(3600))
    );
    let hedge_after = config.limits.hedge_after;
    assert_eq!((hedge_after.critical, hedge_after.others), (seconds(3), seconds(4)));
    let own = config.providers[0].hedge_after.expect("its own");
    assert_eq!((own.critical, own.others), (seconds(9), seconds(9)));
    let by_itself = parse(PROVIDER).expect("a configuration");
    let hedge_after = by_itself.limits.hedge_after;
    assert_eq!((hedge_after.critical, hedge_after.others), (seconds(1), seconds(2)));
    assert_eq!((by_itself.providers[0].hedge_after, by_itself.retry.login), (None, seconds(900)));
}

/// The same for the login.
#[test]
fn each_mistake_about_the_login_is_named_and_so_is_the_nearest_mechanism() {
    let with = |line: &str| format!("{PROVIDER}{line}\n");
    for (text, expected) in [
        (
            with("user = \"a\"\npassword = { file = \"a\" }\nauth = [\"plain\", \"digest-md4\"]"),
            "alertmail.toml:7: `auth`: `digest-md4` is not a mechanism; did you mean `digest-md5`? in [[provider]] `home`",
        ),
        (
            with("user = \"a\"\npassword = { file = \"a\" }\nauth = \"ntlm\""),
            "alertmail.toml:7: `auth`: `ntlm` is not a mechanism; write \"auto\", \"none\", or a list of \"oauthbearer\", \"xoauth2\", \"scram-sha-256\", \"scram-sha-1\", \"plain\", \"login\", \"digest-md5\", \"cram-md5\" in [[provider]] `home`",
        ),
        (
            with("user = \"a\"\npassword = { file = \"a\" }\nauth = \"xoauth2\""),
            "alertmail.toml:7: `auth` has only mechanisms that want a `token`, and there is none in [[provider]] `home`",
        ),
        (
            with("user = \"a\"\ntoken = { file = \"a\" }\nauth = [\"plain\", \"login\"]"),
            "alertmail.toml:7: a `token` is for oauthbearer and xoauth2, and `auth` has neither in [[provider]] `home`",
        ),
        (
            with("user = \"a\"\npassword = { file = \"a\" }\ntoken = { file = \"b\" }"),
            "alertmail.toml:7: `token` takes the place of `password`; leave one of them out in [[provider]] `home`",
        ),
        (
            with("user = \"a\"\ntoken = { tabel = \"b\" }"),
            "alertmail.toml:6: unknown key `tabel` in the token; known are `file`, `command`, `credential`",
        ),
        (
            with("token = { file = \"b\" }"),
            "alertmail.toml:5: `token` is of no use without `user` in [[provider]] `home`",
        ),
        (
            with("user = \"a\"\npassword = { file = \"a\" }\nauth = \"plain\"\nrealm = \"x\""),
            "alertmail.toml:8: `realm` is for digest-md5, which is not used here; leave it out in [[provider]] `home`",
        ),
    ] {
        assert_eq!(mistakes(&text), expected, "{text}");
    }
}

/// What an operator reads, word by word.
#[test]
fn each_mistake_is_named_with_file_line_key_and_provider() {
    let with = |line: &str| format!("{PROVIDER}{line}\n");
    for (text, expected) in [
        (
            with("passwort = { file = \"x\" }"),
            "alertmail.toml:5: unknown key `passwort` in [[provider]] `home`; did you mean `password`?",
        ),
        (format!("spol = \"x\"\n{PROVIDER}"), "alertmail.toml:1: unknown key `spol`; did you mean `spool`?"),
        (
            format!("[limits]\nzzz = 1\n{PROVIDER}"),
            "alertmail.toml:2: unknown key `zzz` in [limits]; known are `connect`, `reply`, `dot`, `keep`, `hedge_after`, `hedge_after_critical`, `command`, `stop`, `rescan`",
        ),
        (
            with("port = 0"),
            "alertmail.toml:5: `port` has to be a number from 1 to 65535 in [[provider]] `home`",
        ),
        (
            with("port = \"587\""),
            "alertmail.toml:5: `port` has to be a number, and is a string in [[provider]] `home`",
        ),
        (
            with("tls = \"ssl\""),
            "alertmail.toml:5: `tls`: `ssl` is not a kind of TLS; write \"starttls\", \"implicit\" or \"none\" in [[provider]] `home`",
        ),
        (
            with("endpoints = [\"465\"]"),
            "alertmail.toml:5: `endpoints`: `465` is not an endpoint; write for example \"465/tls\" or \"587/starttls\" in [[provider]] `home`",
        ),
        (
            with("endpoints = [\"465/tls\"]\nport = 587"),
            "alertmail.toml:5: `endpoints` takes the place of `port` and `tls`; leave those out in [[provider]] `home`",
        ),
        (
            with("user = \"a\""),
            "alertmail.toml:5: `user` has no `password`; write for example password = { file = \"home.secret\" } in [[provider]] `home`",
        ),
        (
            with("user = \"a\"\npassword = { file = \"a\", table = \"b\" }"),
            "alertmail.toml:6: `password` wants exactly one of `file`, `command`, `credential` and `table` in [[provider]] `home`",
        ),
        (
            with("auth = \"plain\""),
            "alertmail.toml:5: `auth` asks for a login, and there is no `user` in [[provider]] `home`",
        ),
        (
            format!("[retry]\ncritical = [\"5\"]\n{PROVIDER}"),
            "alertmail.toml:2: `critical`: `5` is not a time; write for example \"200ms\", \"30s\", \"10m\", \"48h\" or \"3d\" in [retry]",
        ),
        (
            format!("[alerts]\nto = [\"nobody\"]\n{PROVIDER}"),
            "alertmail.toml:2: `to`: `nobody` is not a mail address: it has no `@` in [alerts]",
        ),
        (
            format!("{PROVIDER}{PROVIDER}"),
            "alertmail.toml:6: two providers are called `home`; give one another `name` in [[provider]] `home`",
        ),
        (
            "[[provider]]\npreset = \"yaho\"\nfrom = \"a@example.jp\"\n".to_owned(),
            "alertmail.toml:2: `preset`: there is no preset `yaho`; there are `self-hosted`, `yahoo`, `yahoo-bb`, `goo`, `ocn`, `docomo`, `softbank`, `gmail`, `outlook` in [[provider]] `yaho`",
        ),
        (
            "[[provider]]\nhost = \"h\"\n".to_owned(),
            "alertmail.toml:2: `from` is missing: the address that this provider lets us send as in [[provider]] number 1\n\
             alertmail.toml:2: `name` is missing: the journal calls the provider by it in [[provider]] number 1",
        ),
        (String::new(), "alertmail.toml:1: there is no [[provider]]: nobody would deliver anything"),
        (
            "[provider]\nname = \"x\"\n".to_owned(),
            "alertmail.toml:1: `provider` has to be a list of tables: write [[provider]] above each",
        ),
    ] {
        assert_eq!(mistakes(&text), expected, "{text}");
    }
    assert!(mistakes("spool = \n").starts_with("alertmail.toml:1: "), "{}", mistakes("spool = \n"));
}

#[test]
fn addresses_are_remembered_for_a_week_or_as_long_as_the_file_says() {
    for (text, days) in [
        ("", Some(7)),
        ("remember_addresses = \"2d\"\n", Some(2)),
        ("remember_addresses = \"never\"\n", None),
    ] {
        let config = parse(&format!("[network]\n{text}{PROVIDER}")).expect("it can be read");
        let life = config.network.remember_addresses.map(|life| life.as_secs() / 86_400);
        assert_eq!(life, days, "{text}");
    }
    let error = mistakes(&format!("[network]\nremember_addresses = \"0s\"\n{PROVIDER}"));
    assert!(error.contains("`remember_addresses`"), "{error}");
}

#[test]
fn limits_longer_than_those_of_the_standard_are_refused() {
    for (key, most, more) in [("connect", "5m", "301s"), ("reply", "5m", "6m"), ("dot", "10m", "1h")] {
        assert!(parse(&format!("[limits]\n{key} = \"{most}\"\n{PROVIDER}")).is_ok(), "{key}");
        let error = mistakes(&format!("[limits]\n{key} = \"{more}\"\n{PROVIDER}"));
        assert!(error.contains(&format!("`{key}` is longer than {most}")), "{error}");
    }
}

#[test]
fn all_mistakes_are_named_at_once_in_the_order_of_the_file() {
    let text = format!("spol = 1\n[limits]\nreply = \"x\"\n{PROVIDER}port = 0\n");
    let lines: Vec<String> = mistakes(&text).lines().map(|line| line.chars().take(17).collect()).collect();
    assert_eq!(lines, ["alertmail.toml:1:", "alertmail.toml:3:", "alertmail.toml:8:"]);
}

#[test]
fn the_example_names_every_key_and_is_a_configuration() {
    let text = include_str!("../../../contrib/alertmail.toml");
    let config = parse(text).expect("a configuration");
    assert_eq!(config.warnings, Vec::<String>::new());
    let names: Vec<_> = config.providers.iter().map(|provider| provider.name.as_str()).collect();
    assert_eq!(names, ["home", "yahoo", "docomo", "sms", "last-resort"]);
    for key in keys::all().filter(|key| key.place != keys::Place::Aliases) {
        let mentioned = text.lines().any(|line| {
            let line = line.trim_start_matches(['#', ' ', '[']);
            let inside = ["{", ","].map(|before| format!("{before} {} =", key.name));
            line.starts_with(key.name) || inside.iter().any(|inside| line.contains(inside))
        });
        assert!(mentioned, "`{}` is not in contrib/alertmail.toml", key.name);
    }
}

#[test]
fn the_readme_shows_a_configuration_that_works() {
    let readme = include_str!("../../../README.md");
    let block = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    assert_eq!(parse(block).expect("a configuration").providers.len(), 3);
}

#[test]
fn a_template_that_cannot_be_used_is_named_with_its_line_and_key() {
    for (text, said) in [
        (
            "[template.x]\nsubject = \"{{ sbj }}\"",
            ":2: `subject`: there is no field `sbj` (there are id, subject",
        ),
        ("[template.x]\n\nbody = \"\"\"\na\n{% if %}\n\"\"\"", ":3: `body`: line 2: unexpected"),
        ("[template.x]\nbody = \"{{ body | uper }}\"", "filter uper is unknown in [template.x]"),
        ("[template.x]\nbdy = \"x\"", ":2: unknown key `bdy` in [template.x]; did you mean `body`?"),
        ("[template.x]\nbody = 3", "`body` has to be a text"),
        ("[template.x]", "has neither `subject` nor `body`"),
        ("[template]\nsubject = \"x\"", "`subject` has to be a table"),
        ("[template.ja]\nbody = \"x\"", "`ja` is a template of alertmail's own"),
        (
            "[alerts]\ntemplate = \"shrt\"",
            ":2: `template`: there is no template `shrt`; there are `plain`, `auto`, `ja`, `en`",
        ),
        ("[alerts]\ntemplate = { fatal = \"ja\" }", "unknown key `fatal` in `template`"),
        (
            "[alerts]\ntemplate = { info = \"x\" }\n[template.y]\nbody = \"y\"",
            "there are `plain`, `auto`, `ja`, `en`, `y`",
        ),
        ("[[recipient]]\ndomain = \"example.jp\"\ntemplate = true", "`template` has to be a text"),
    ] {
        let told = mistakes(&format!("{text}\n{PROVIDER}"));
        assert!(told.contains(said), "{text}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn the_reference_has_every_key() {
    let text = reference();
    assert!(text.contains("[[provider]] password.credential: text"), "{text}");
    assert_eq!(text.lines().count(), 2 * keys::all().count());
}

#[test]
fn a_rule_for_recipients_that_cannot_be_meant_is_named() {
    for (rule, said) in [
        ("", "`domain` is missing"),
        ("domain = [\"@docomo.ne.jp\"]", "is not a domain"),
        ("domain = [\"*.ne.jp\"]", "is not a domain"),
        ("domain = [\"docomo.ne.jp\"]\ncharset = \"sjis\"", "is not a charset policy"),
        ("domain = [\"docomo.ne.jp\"]\nsubject_max = 3", "`subject_max` has to be a number from 15 to 1000"),
        ("domain = [\"docomo.ne.jp\"]\nsubject_head = \"yes\"", "`subject_head` has to be true or false"),
        ("domain = [\"docomo.ne.jp\"]\nbody_mx = 3", "did you mean `body_max`?"),
    ] {
        let told = mistakes(&format!("[[recipient]]\n{rule}\n{PROVIDER}"));
        assert!(told.contains(said) && told.contains("[[recipient]] number 1"), "{rule}: {told}");
    }
    assert!(mistakes(&format!("recipient = 3\n{PROVIDER}")).contains("write [[recipient]] above each"));
    assert!(mistakes(&format!("[alerts]\nlanguage = \"jp\"\n{PROVIDER}")).contains("is not a language"));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s).{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_value_of_a_known_key_makes_the_reader_panic(
        key in prop::sample::select(keys::all().map(|key| key.name).collect::<Vec<_>>()),
        value in "(\"[^\"]{0,20}\"|-?[0-9]{1,20}|true|\\[(\"[a-z@/.0-9]{0,9}\",){0,3}\\]|\\{ *\\}|1\\.5)",
    ) {
        for text in [format!("{key} = {value}\n{PROVIDER}"), format!("{PROVIDER}{key} = {value}\n")] {
            if let Err(error) = parse(&text) {
                prop_assert!(error.to_string().starts_with("alertmail.toml:"));
            }
        }
    }
}
