//! What is shown is a configuration, and means the same.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::config::Config;

const PROVIDER: &str =
    "[[provider]]\nname = \"home\"\nhost = \"mail.example.jp\"\nfrom = \"alert@example.jp\"\n";

fn shown_of(config: &str) -> Result<String, String> {
    let reading = Reading::parse(config, Path::new("/etc/alertmail/alertmail.toml"));
    match reading.config {
        Some(_) => Ok(text(&reading.tables, Tongue::English)),
        None => Err(format!("{:?}", reading.mistakes)),
    }
}

/// All that a configuration means. Its rules know their lines, and warnings and endpoints are told in other words.
fn meaning(text: &str, folder: &str) -> String {
    let path = Path::new(folder).join("alertmail.toml");
    let mut config = Config::parse(text, &path).unwrap_or_else(|error| panic!("{error}\n{text}"));
    config.routing.iter_mut().for_each(|rule| rule.line = 0);
    config.warnings.clear();
    // Without a word, alerts go by the template that is called plain.
    format!("{config:?}").replace(
        "language: Auto, template: Choice { critical: None, warning: None, info: None } }",
        "language: Auto, template: Choice { critical: Some(Plain), warning: Some(Plain), info: Some(Plain) } }",
    )
}

fn means_the_same(config: &str) {
    let shown = shown_of(config).expect("a configuration");
    assert_eq!(meaning(&shown, "/elsewhere"), meaning(config, "/etc/alertmail"), "{shown}");
    // Once more it says the same, but for where it comes from.
    let values = |text: &str| -> Vec<String> {
        let line = |line: &str| line.split("  #").next().unwrap_or(line).trim_end().to_owned();
        text.lines().map(line).filter(|line| !line.starts_with('#')).collect()
    };
    assert_eq!(values(&shown_of(&shown).expect("a configuration")), values(&shown));
}

#[test]
fn what_is_shown_means_the_same_as_what_was_read() {
    means_the_same(PROVIDER);
    // But for what is masked.
    let example = include_str!("../../../../../contrib/alertmail.toml");
    means_the_same(&example.replace("[\"pass\", \"yahoo\"]", "[\"pass\"]"));
    means_the_same(&format!(
        "spool = \"../spool\"\n[aliases]\n\"a b\" = [\"x@example.jp\"]\n[template.short]\nbody = '''\na \"b\" \\\n\nc'''\n\
         [page]\nlisten = \"./page.sock\"\n[metrics]\nlisten = \"127.0.0.1:9712\"\n[drills]\nevery = \"never\"\n\
         [alerts]\nto = \"a@example.jp\"\ntemplate = {{ critical = \"short\", info = \"ja\" }}\n\
         [[recipient]]\ndomain = \"carriers\"\nbody_max = 0x200\n[[route]]\nto = \"carriers\"\nproviders = \"home\"\n\
         [[listen]]\nkind = \"smtp\"\nsocket = \"smtp.sock\"\nrecipients = \"*@example.jp\"\nauth = \"any\"\n\
         [[listen]]\nkind = \"http\"\naddress = \"0.0.0.0:8025\"\nnetworks = \"192.0.2.0/24\"\ntoken = {{ file = \"t\" }}\n\
         {PROVIDER}user = \"a\"\npassword = {{ table = \"t\" }}\nproxy = \"socks5://me@127.0.0.1:1080\"\n\
         proxy_password = {{ file = \"p\" }}\ntls = \"implicit\"\nca_file = \"ca.pem\"\n\
         [[provider]]\nname = \"sms\"\nkind = \"command\"\ncommand = [\"sms\", \"{{to}}\"]\ninput = \"text\"\n\
         [[provider]]\nname = \"way\"\nkind = \"command\"\ncommand = \"way\"\nfrom = \"a@example.jp\"\n\
         [[provider]]\nname = \"last\"\nkind = \"maildir\"\npath = \"m\"\nfrom = \"a@example.jp\"\n"
    ));
}

#[test]
fn no_table_that_the_reference_knows_is_left_out() {
    let shown = shown_of(PROVIDER).expect("a configuration");
    for key in crate::config::known().filter(|key| key.place.starts_with('[') && key.place.ends_with(']')) {
        let may_be_absent =
            ["[aliases]", "[template]", "[template.NAME]", "[[recipient]]", "[[route]]", "[[listen]]"];
        if !may_be_absent.contains(&key.place) {
            assert!(shown.contains(&format!("\n{}\n", key.place)), "{}\n{shown}", key.place);
        }
    }
}

#[test]
fn a_preset_is_filled_in_and_shown_means_the_same() {
    for (preset, from, user) in [
        ("docomo", "a@docomo.ne.jp", "a"),
        ("yahoo", "a@yahoo.co.jp", "a"),
        ("gmail", "a@gmail.com", "a@gmail.com"),
        ("softbank", "a@i.softbank.jp", "a@i.softbank.jp"),
        ("ocn", "a@example.ocn.ne.jp", "a@example.ocn.ne.jp"),
    ] {
        means_the_same(&format!(
            "[[provider]]\npreset = \"{preset}\"\nfrom = \"{from}\"\nuser = \"{user}\"\npassword = {{ credential = \"c\" }}\n"
        ));
    }
}

#[test]
fn no_secret_is_shown_and_what_is_masked_says_so() {
    let config = format!(
        "[notices]\ndead_man_url = \"https://ping.example.com/hunter2?k=hunter2\"\n{PROVIDER}user = \"a\"\n\
         password = {{ command = [\"sh\", \"-c\", \"echo hunter2\"] }}\n"
    );
    let shown = shown_of(&config).expect("a configuration");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("dead_man_url = \"https://ping.example.com/***\""), "{shown}");
    assert!(shown.contains("password = { command = [\"sh\", \"***\", \"***\"] }"), "{shown}");
    assert_eq!(shown.matches(", masked").count(), 2, "{shown}");
    assert!(Config::parse(&shown, Path::new("x.toml")).is_ok(), "{shown}");
}

#[test]
fn each_value_says_where_it_comes_from() {
    let text = "\n[limits]\nreply = \"3s\"\n[[provider]]\npreset = \"docomo\"\nfrom = \"a@docomo.ne.jp\"\nuser = \"a\"\npassword = { credential = \"c\" }\n";
    let shown = shown_of(text).expect("a configuration");
    for (key, origin) in [
        ("reply = \"3s\"", "alertmail.toml:3"),
        ("connect = \"10s\"", "default"),
        ("preset = \"docomo\"", "alertmail.toml:5"),
        ("host = \"smtp.spmode.ne.jp\"", "preset docomo"),
        ("auth = [\"plain\", \"login\"]", "preset docomo"),
        ("chunking = true", "default"),
        ("# from_name", "default: none"),
    ] {
        let line =
            shown.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}\n{shown}"));
        assert_eq!(line.split("  # ").nth(1), Some(origin), "{line}");
    }
}

const LINES: [(&str, &str); 15] = [
    ("limits", "reply = \"3s\""),
    ("limits", "hedge_after = \"5s\""),
    ("retry", "critical = [\"1s\", \"2m\"]"),
    ("retry", "login = \"1h\""),
    ("network", "remember_addresses = \"never\""),
    ("drills", "every = \"7d\""),
    ("keep", "journal = \"90d\""),
    ("disk", "floor_mib = 0"),
    ("notices", "to = []"),
    ("notices", "command = [\"tell\", \"a b\"]"),
    ("notices", "dead_man_every = \"2m\""),
    ("page", "hosts = [\"a.example.jp\"]"),
    ("submit", "free_recipients = [\"@a\", \"b\"]"),
    ("alerts", "late_after = \"never\""),
    ("log", "format = \"json\""),
];

const OF_PROVIDERS: [&str; 16] = [
    "port = 465",
    "endpoints = [\"465/tls\", \"587/starttls\"]",
    "tls = \"implicit\"",
    "charset = \"utf-8\"",
    "connections = 7",
    "messages_per_day = 90",
    "hedge_after = \"3s\"",
    "size_max_kib = 100",
    "free_from = true",
    "helo = \"a.example.jp\"",
    "connect_command = [\"nc\", \"{host}\", \"{port}\"]",
    "drill = false",
    "chunking = false",
    "user = \"a\"\npassword = { file = \"s\" }",
    "user = \"a\"\ntoken = { file = \"s\" }\nauth = \"xoauth2\"",
    "from_name = \"\\\"a\\\" # b\"",
];

proptest! {
    #[test]
    fn any_keys_shown_mean_the_same(
        lines in prop::sample::subsequence(LINES.to_vec(), 0..LINES.len()),
        of_provider in prop::sample::subsequence(OF_PROVIDERS.to_vec(), 0..6),
    ) {
        let mut config = String::new();
        let mut last = "";
        for (table, line) in lines {
            if table != last {
                config.extend(["[", table, "]\n"]);
            }
            config.extend([line, "\n"]);
            last = table;
        }
        config.push_str(PROVIDER);
        config.extend(of_provider.iter().flat_map(|line| [*line, "\n"]));
        // Some do not go together, and are no configuration.
        if shown_of(&config).is_ok() {
            means_the_same(&config);
        }
    }
}
