//! `alertmail route`: what it says of an alert's way. `ALERTMAIL_UPDATE_GOLDEN=1` writes the page anew.

use std::process::Command;

use harness::{Ended, Sandbox, run, write_file};
use serde_json::Value;

use crate::golden::looks_like;
use crate::preview::configure;
use crate::{alertmail, sandbox};

const CONFIG: &str = r#"
[aliases]
root = ["ops@example.jp", "phone@docomo.example.jp"]

[[provider]]
name = "home"
host = "mail.example.jp"
from = "alert@example.jp"

[[provider]]
name = "docomo"
host = "smtp.example.net"
from = "alert@docomo.example.jp"

[[provider]]
kind = "maildir"
name = "box"
path = "Maildir"
from = "alert@example.jp"

[[route]]
to = ["docomo.example.jp"]
severity = ["critical", "warning"]
providers = ["docomo", "box"]

[[route]]
key = ["disk/", "raid/"]
providers = ["home"]
"#;

/// Two providers that are left out.
const JOURNAL: &str = r#"{"at":"2026-01-02T03:04:05.000Z","event":"provider","provider":"home","outage":{"since":"2026-01-02T03:04:05.000Z","until":"2099-01-02T03:04:05.000Z","openings":1,"cause":"login","reason":"at auth: the server answered `535 5.7.8 no`"}}
"#;

fn left_out(sandbox: &Sandbox) {
    run(&mut alertmail(&["spool", "init", &sandbox.spool().display().to_string()]), b"");
    let journal = sandbox.spool().join("queue/journal");
    write_file(&journal.join("2026-01-02.jsonl"), 0o600, JOURNAL.as_bytes());
}

fn route(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    run(&mut route_command(sandbox, arguments), b"")
}

fn route_command(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = alertmail(&["route"]);
    command.args(arguments).arg("--config").arg(sandbox.config_file()).env("TZ", "UTC");
    command
}

#[test]
fn a_page_has_for_each_recipient_the_rule_the_order_who_is_left_out_and_what_comes_of_it() {
    let sandbox = sandbox();
    configure(&sandbox, CONFIG);
    left_out(&sandbox);
    for (language, name, before, behind) in
        [("C", "route.txt", "(in ", ")"), ("ja_JP.UTF-8", "route.ja.txt", "（", "後）")]
    {
        let asked = &["--to", "root,ops@example.com", "--key", "disk/root"];
        let page = run(route_command(&sandbox, asked).env("LANG", language), b"").expect_success();
        // How long it is until then depends on the day.
        let times = page.split(before).filter_map(|rest| rest.split_once(behind));
        let days = times.map(|(days, _)| days).find(|days| days.len() < 12).expect("a time").to_owned();
        looks_like(name, &page.replace(&days, "N"));
    }
}

#[test]
fn a_document_says_the_same_and_a_name_that_leads_to_nobody_is_an_error() {
    let sandbox = sandbox();
    configure(&sandbox, CONFIG);
    let shown = route(&sandbox, &["--to", "phone@docomo.example.jp", "--severity", "critical", "--json"]);
    let shown: Value = serde_json::from_str(&shown.expect_success()).expect("a document");
    let first = &shown["recipients"][0];
    assert_eq!(first["rule"], "alertmail.toml:23");
    assert_eq!(
        (&first["providers"][0]["provider"], &first["providers"][1]["kind"]),
        (&"docomo".into(), &"maildir".into())
    );
    assert_eq!((&first["alias"], &shown["journal_read"]), (&Value::Null, &true.into()));
    let info = route(&sandbox, &["--to", "phone@docomo.example.jp", "--severity", "info", "--json"]);
    let info: Value = serde_json::from_str(&info.expect_success()).expect("a document");
    assert_eq!(
        (&info["recipients"][0]["rule"], info["recipients"][0]["providers"].as_array().map(Vec::len)),
        (&Value::Null, Some(3))
    );
    let nobody = route(&sandbox, &["--to", "nobody"]);
    assert_eq!(nobody.code, Some(65));
    let by_nobody = route(&sandbox, &["--to", "stranger@example.com", "--from-user", "65534"]);
    assert_eq!(by_nobody.code, Some(65));
    assert!(by_nobody.stdout.contains("not permitted"));
    assert_eq!(route(&sandbox, &["--severity", "bad"]).code, Some(64));
    assert_eq!(route(&sandbox, &["--from-user", "no such user"]).code, Some(64));
}
