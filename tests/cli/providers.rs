//! `alertmail providers`: what is configured and how it stands, and what is known of others, for people in two languages and
//! for machines.

use std::time::Duration;

use harness::{Config, Provider, run, write_file};
use lab::{Personality, Port};
use serde_json::Value;

use crate::golden::looks_like;
use crate::{alertmail, sandbox};

const PROVIDERS: &str = r#"
[[provider]]
name = "home"
host = "mail.example.jp"
from = "alert@example.jp"

[[provider]]
preset = "goo"
from = "alert@example.jp"

[[provider]]
name = "phone"
preset = "docomo"
user = "watch"
password = { credential = "docomo" }
from = "watch@docomo.ne.jp"
"#;

#[test]
fn people_see_what_is_configured_in_its_order_and_what_is_known_of_others_in_their_language() {
    let sandbox = sandbox();
    let text = format!("spool = \"{}\"\n{PROVIDERS}", sandbox.spool().display());
    write_file(&sandbox.config_file(), 0o600, text.as_bytes());
    for (language, name) in [("en_GB.UTF-8", "providers-en.txt"), ("ja_JP.UTF-8", "providers-ja.txt")] {
        let mut command = alertmail(&["providers", "--config"]);
        command.arg(sandbox.config_file()).env("LANG", language);
        looks_like(name, &run(&mut command, b"").expect_success());
    }
}

#[test]
fn who_is_left_out_is_shown_with_the_reason_also_when_no_agent_runs() {
    let sandbox = sandbox();
    let dead = Port::reserve().expect("a port");
    let server = sandbox.server("well", Personality::plain());
    let provider = |name, port| Provider::clear(name, port).from("alert@example.jp");
    let config = Config::of([provider("dead", dead.number()), provider("well", server.port())]);
    sandbox.configure(&config.retry("provider", "[\"5m\"]"));
    let agent = sandbox.start_agent();
    for subject in ["one", "two", "three"] {
        let id = sandbox.enqueue(&["--to", "good@example.jp", "--subject", subject, ""]);
        sandbox.wait_until_sent(id);
    }
    sandbox.wait_for("the first one is left out", Duration::from_secs(5), || {
        sandbox.ledger().providers.contains_key("dead")
    });
    assert_eq!(agent.stop(), Some(0));

    let config = sandbox.config_file().to_string_lossy().into_owned();
    let page = run(&mut alertmail(&["providers", "--config", &config]), b"").expect_success();
    let line = page.lines().find(|line| line.starts_with("1  dead")).expect("a row");
    assert!(line.contains("left out for ") && line.contains("asked again in "), "{page}");
    assert!(page.lines().any(|line| line.starts_with("2  well") && line.ends_with("working")), "{page}");

    let listing = run(&mut alertmail(&["providers", "--json", "--config", &config]), b"").expect_success();
    let listing: Value = serde_json::from_str(&listing).expect("a document");
    let [dead, well] = &listing["configured"].as_array().expect("a list")[..] else { panic!("{listing}") };
    assert_eq!((&dead["name"], &dead["state"]), (&"dead".into(), &"left-out".into()));
    assert_eq!(dead["outage"]["cause"], "trouble");
    assert!(dead["outage"]["reason"].as_str().is_some_and(|why| why.contains("connect")), "{dead}");
    assert_eq!(
        (&well["name"], &well["state"], &well["outage"]),
        (&"well".into(), &"working".into(), &Value::Null)
    );
    assert_eq!(listing["presets"].as_array().map(Vec::len), Some(9));
}

#[test]
fn without_a_configuration_there_is_still_what_is_known_and_without_a_journal_nobody_claims_to_know() {
    let sandbox = sandbox();
    let spool = sandbox.spool().to_string_lossy().into_owned();
    let page = run(&mut alertmail(&["providers", "--spool", &spool]), b"").expect_success();
    assert!(page.starts_with("none is configured"), "{page}");
    assert!(page.contains("  docomo  smtp.spmode.ne.jp:465/tls  checked "), "{page}");
    let text = format!("spool = \"/nonexistent/spool\"\n{PROVIDERS}");
    write_file(&sandbox.config_file(), 0o600, text.as_bytes());
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let page = run(&mut alertmail(&["providers", "--config", &config]), b"").expect_success();
    assert!(
        page.contains("how they stand is not known: there is no spool at `/nonexistent/spool`"),
        "{page}"
    );
    assert!(page.lines().any(|line| line.starts_with("1  home") && line.ends_with("unknown")), "{page}");
}

#[test]
fn a_sender_that_the_provider_would_refuse_keeps_the_agent_from_starting() {
    let sandbox = sandbox();
    let text = format!(
        "spool = \"{}\"\n{}",
        sandbox.spool().display(),
        PROVIDERS.replace("watch@docomo.ne.jp", "alert@example.jp")
    );
    write_file(&sandbox.config_file(), 0o600, text.as_bytes());
    let config = sandbox.config_file().to_string_lossy().into_owned();
    for command in ["run", "list", "preview"] {
        let mut asked = vec![command, "--config", &config];
        asked.extend((command == "preview").then_some(["--file", "-"]).into_iter().flatten());
        let ended = run(&mut alertmail(&asked), b"");
        assert_eq!(ended.code, Some(78), "{command}: {ended:?}");
        let told =
            "alertmail.toml:17: `from` is alert@example.jp, and docomo takes only the account's own address";
        assert!(ended.stderr.contains(told), "{command}: {}", ended.stderr);
    }
}

#[test]
fn a_service_that_has_ended_is_told_of_at_the_start_and_in_check_and_stops_nothing() {
    const TOLD: &str =
        "provider `goo` closed on 2026-02-25; put another one in its place, for example the preset `ocn`";
    let sandbox = sandbox();
    let text = format!("spool = \"{}\"\n{PROVIDERS}", sandbox.spool().display());
    let text = text.replace("user = \"watch\"\npassword = { credential = \"docomo\" }\n", "");
    write_file(&sandbox.config_file(), 0o600, text.as_bytes());
    let agent = sandbox.start_agent();
    let config = sandbox.config_file().to_string_lossy().into_owned();
    let check = run(&mut alertmail(&["check", "--config", &config]), b"");
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.stdout.contains(TOLD), "{check:?}");
    assert!(agent.log().contains(&format!("warning {TOLD}")), "{}", agent.log());
    assert_eq!(agent.stop(), Some(0));
}
