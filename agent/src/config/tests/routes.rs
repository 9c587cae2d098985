//! `[[route]]`: who may be asked for which recipients.

use super::*;
use delivery::routing::Whom;
use spool_format::Severity;

/// A configuration with the providers home and docomo, and `rest`.
fn with(rest: &str) -> String {
    format!("{PROVIDER}{}{rest}", PROVIDER.replace("home", "docomo"))
}

#[test]
fn a_rule_asks_for_severity_recipient_and_key_and_names_providers_in_order() {
    let text = with(
        "[[route]]\nseverity = [\"critical\"]\nto = [\"Docomo.example.jp\", \"oncall@example.jp\"]\nkey = [\"disk/\"]\nproviders = [\"docomo\", \"home\"]\n",
    );
    let config = parse(&text).expect("a configuration");
    let rule = &config.routing[0];
    assert_eq!(rule.line, 10, "{text}");
    assert_eq!(rule.rule.severities, [Severity::Critical]);
    let oncall = Address::parse("oncall@example.jp").expect("an address");
    assert_eq!(rule.rule.to, [Whom::Domain("docomo.example.jp".into()), Whom::Address(oncall)]);
    assert_eq!(
        (&rule.rule.keys[..], &rule.rule.providers[..]),
        (&["disk/".to_owned()][..], &["docomo".to_owned(), "home".to_owned()][..])
    );
    let carriers = with("[[route]]\nto = [\"carriers\"]\nproviders = [\"docomo\"]\n");
    assert!(parse(&carriers).expect("a configuration").routing[0].rule.to.len() > 5);
    assert_eq!(parse(&with("")).expect("a configuration").routing, []);
}

#[test]
fn a_rule_that_cannot_be_meant_is_named_with_its_line_and_key() {
    let all = "providers = [\"home\"]";
    for (rules, line, said) in [
        ("[[route]]\nto = [\"example.jp\"]\n", 10, "`providers` is missing"),
        ("[[route]]\nproviders = []\n", 10, "`providers` is an empty list"),
        ("[[route]]\nproviders = [\"hom\"]\n", 10, "no provider is called `hom`; did you mean `home`?"),
        ("[[route]]\nproviders = [\"gmail\"]\n", 10, "known are `home`, `docomo`"),
        ("[[route]]\nproviders = [\"home\", \"home\"]\n", 10, "names `home` twice"),
        (&format!("[[route]]\n{all}\nto = []\n"), 11, "`to` is an empty list"),
        (&format!("[[route]]\n{all}\nto = [\"*.jp\"]\n"), 11, "is not a domain"),
        (&format!("[[route]]\n{all}\nto = [\"a@\"]\n"), 11, "`to`: "),
        (&format!("[[route]]\n{all}\nseverity = [\"crit\"]\n"), 11, "is not a severity"),
        (&format!("[[route]]\n{all}\nkey = [\"\"]\n"), 11, "the beginning of every key"),
        (&format!("[[route]]\n{all}\nkeys = [\"x\"]\n"), 11, "did you mean `key`?"),
        (&format!("[[route]]\n{all}\n[[route]]\nto = [\"example.jp\"]\n{all}\n"), 13, "can never hold"),
        (
            &format!("[[route]]\nto = [\"example.jp\"]\n{all}\n[[route]]\n{all}\nto = [\"a@example.jp\"]\n"),
            13,
            "(line 10)",
        ),
        ("[route]\nproviders = [\"home\"]\n", 9, "write [[route]] above each"),
    ] {
        let told = mistakes(&with(rules));
        assert!(told.contains(said), "{rules}: {told}");
        assert!(told.starts_with(&format!("alertmail.toml:{line}: ")), "{rules}: {told}");
    }
}
