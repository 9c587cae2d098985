//! Aliases of the configuration and of a file beside it.

use super::super::{Config, Reading};

const PROVIDER: &str = "[[provider]]\nname = \"p\"\nhost = \"mail.example.jp\"\nfrom = \"alert@example.jp\"\nauth = \"none\"\ntls = \"starttls\"\n";

/// What these aliases mean, with this file beside the configuration.
#[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
fn reading(aliases: &str, file: Option<&str>) -> (tempfile::TempDir, Reading) {
    let folder = tempfile::tempdir().expect("a folder");
    let key = file.map_or("", |text| {
        std::fs::write(folder.path().join("aliases"), text).expect("written");
        "aliases_file = \"aliases\"\n"
    });
    let text = format!("[alerts]\nto = [\"oncall@example.jp\"]\n{key}[aliases]\n{aliases}{PROVIDER}");
    let reading = Reading::parse(&text, &folder.path().join("alertmail.toml"));
    (folder, reading)
}

fn meant(config: &Config) -> Vec<String> {
    let one = |(name, all): (&String, &Vec<spool_format::Address>)| {
        format!("{name}={}", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    config.aliases.iter().map(one).collect()
}

#[test]
fn an_alias_may_stand_for_others_and_each_address_comes_once() {
    let aliases = "root = [\"ops\", \"a@example.jp\"]\nops = [\"a@example.jp\", \"night\", \"Night\"]\nnight = \"b@example.jp\"\n";
    let (_folder, reading) = reading(aliases, None);
    assert_eq!((reading.mistakes, reading.warnings), (vec![], vec![]));
    assert_eq!(
        meant(&reading.config.expect("a configuration")),
        ["night=b@example.jp", "ops=a@example.jp b@example.jp", "root=a@example.jp b@example.jp"]
    );
}

#[test]
fn a_mistake_in_the_configuration_is_one_with_file_and_line() {
    let aliases =
        "a = \"b\"\nb = [\"c\", \"x@example.jp\"]\nc = \"a\"\nd = \"nosuch\"\ne = \"x@\"\nf = \"a\"\n";
    let (_folder, reading) = reading(aliases, None);
    let told: Vec<String> = reading.mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "alertmail.toml:4: alias `a` leads back to itself: a -> b -> c -> a in [aliases]",
            "alertmail.toml:5: alias `b` leads back to itself: b -> c -> a -> b in [aliases]",
            "alertmail.toml:6: alias `c` leads back to itself: c -> a -> b -> c in [aliases]",
            "alertmail.toml:7: alias `d` stands for `nosuch`, which is neither an address nor an alias in [aliases]",
            "alertmail.toml:8: alias `e`: `x@` is not a mail address: nothing stands on one side of the `@` in [aliases]",
        ]
    );
}

#[test]
fn a_mistake_in_the_other_file_is_a_warning_and_its_other_lines_hold() {
    let file = "root: ops\nloopa: loopb\nloopb: loopa\nlost: nosuch\nmail: |/bin/x, ops\nnone:\nops: other@example.jp\n";
    let (folder, reading) = reading("ops = \"o@example.jp\"\n", Some(file));
    assert_eq!(reading.mistakes, []);
    let path = folder.path().join("aliases");
    let told: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    let expected = [
        "2: alias `loopa` leads back to itself: loopa -> loopb -> loopa",
        "3: alias `loopb` leads back to itself: loopb -> loopa -> loopb",
        "4: alias `lost` stands for `nosuch`, which is neither an address nor an alias",
        "5: alias `mail`: `|/bin/x` is a program, which is not supported here; the others get the mail",
    ]
    .map(|what| format!("{}:{what}", path.display()).replacen(": ", ": ", 1));
    assert_eq!(told, expected);
    let config = reading.config.expect("a configuration");
    assert_eq!(meant(&config), ["mail=o@example.jp", "ops=o@example.jp", "root=o@example.jp"]);
    assert_eq!(config.warnings, expected, "a sentence of its own says where");
}

#[test]
fn a_file_that_is_not_there_is_said_and_the_agent_works_without_it() {
    let (folder, _) = reading("", None);
    let text = format!("[alerts]\nto = [\"o@example.jp\"]\naliases_file = \"gone\"\n{PROVIDER}");
    let reading = Reading::parse(&text, &folder.path().join("alertmail.toml"));
    assert!(reading.config.is_some());
    assert!(reading.warnings[0].text.starts_with("cannot be read: "), "{}", reading.warnings[0]);
}

#[test]
fn a_long_chain_and_a_thicket_end_in_bounded_time() {
    let chain: Vec<String> = (0..5000).map(|n| format!("a{n}: a{}\n", n + 1)).collect();
    let thicket: Vec<String> = (0..60)
        .map(|n| format!("t{n}: {}\n", (0..60).map(|m| format!("t{m}")).collect::<Vec<_>>().join(", ")))
        .collect();
    let (_folder, reading) =
        reading("", Some(&format!("{}{}a5000: z@example.jp\n", chain.concat(), thicket.concat())));
    let config = reading.config.expect("a configuration");
    assert_eq!(config.aliases["a4990"].len(), 1);
    assert!(!config.aliases.contains_key("a10"), "more than 50 behind one another");
    assert!(!config.aliases.contains_key("t7"));
}
