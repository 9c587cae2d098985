//! Every page of the commands that read, as it is kept in `tests/cli/testdata/pages`: text and JSON about one spool in which
//! everything happens. `ALERTMAIL_UPDATE_GOLDEN=1` accepts the new ones. The published schemas are held against the JSON.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::checks::{facts, limits};
use super::*;
use crate::command::why::{Story, Surroundings, page};
use crate::command::{json, log, stats};
use crate::config::Config;

const CONFIG: &str = r#"
[alerts]
to = ["ops@example.jp"]

[[provider]]
name = "home"
host = "mail.example.jp"
from = "alert@example.jp"

[[provider]]
name = "yahoo"
host = "smtp.example.net"
from = "alert@example.net"
"#;

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a golden file is source text, not a spool file")]
pub(crate) fn looks_like(name: &str, page: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/cli/testdata/pages").join(name);
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, page).expect("testdata can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "{name} differs (ALERTMAIL_UPDATE_GOLDEN=1 accepts the new one)\n{page}");
}

/// The page in English as `NAME.txt`, and in Japanese as `NAME.ja.txt`.
#[track_caller]
pub(crate) fn in_both(name: &str, page: impl Fn(Tongue) -> String) {
    looks_like(&format!("{name}.txt"), &page(Tongue::English));
    looks_like(&format!("{name}.ja.txt"), &page(Tongue::Japanese));
}

/// A document as people read it, so that a change shows where it is.
fn pretty(document: &impl serde::Serialize) -> String {
    let value: serde_json::Value = serde_json::from_str(&json(document)).expect("a document");
    serde_json::to_string_pretty(&value).expect("a value") + "\n"
}

fn config() -> Config {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "alertmail.toml", CONFIG.as_bytes());
    Config::load(&folder.path().join("alertmail.toml")).expect("a configuration")
}

/// What `why` says of the alert of that moment, as text and as a document.
fn why(tongue: Tongue, spool: &Spool, n: u64, running: bool) -> (String, String) {
    let view = View::about(&spool.layout, id(n).as_str()).expect("a spool");
    let config = config();
    let outage = spool_format::Outage {
        since: at(60),
        until: at(960),
        openings: 1,
        cause: spool_format::Cause::Login,
        reason: "at auth: 535 5.7.8 bad credentials".to_owned(),
    };
    let left_out = BTreeMap::from([("home".to_owned(), outage)]);
    let around = Surroundings { running, left_out: &left_out, config: Some(&config), now: spool.now };
    let story = Story::of(tongue, &view.alerts[0], &around);
    let look = Look { columns: 100, colour: false, tongue };
    (page::text(&story, spool.now, 9 * 60, look), pretty(&story))
}

#[test]
fn the_pages_about_alerts_are_the_ones_that_are_kept() {
    let spool = Spool::with_everything();
    for (name, n) in [("deferred", 60), ("dead", 30), ("sent", 0), ("incoming", 290), ("unreadable", 295)] {
        in_both(&format!("show-{name}"), |tongue| spool.shown_in(tongue, n));
        let view = View::about(&spool.layout, id(n).as_str()).expect("a spool");
        looks_like(&format!("show-{name}.json"), &pretty(&show::Shown::new(&view.alerts[0], spool.now)));
        in_both(&format!("why-{name}"), |tongue| why(tongue, &spool, n, n != 30).0);
        let (_, document) = why(Tongue::English, &spool, n, n != 30);
        looks_like(&format!("why-{name}.json"), &document);
    }
}

#[test]
fn a_page_about_one_alert_knows_as_much_as_one_about_all() {
    let spool = Spool::with_everything();
    let all = spool.view();
    for item in &all.alerts {
        let about = View::about(&spool.layout, item.id.as_str()).expect("a spool");
        assert_eq!(about.alerts.len(), 1);
        assert_eq!(
            pretty(&show::Shown::new(&about.alerts[0], spool.now)),
            pretty(&show::Shown::new(item, spool.now))
        );
    }
    let several = View::about(&spool.layout, &id(60).as_str()[..6]).expect("a spool");
    assert_eq!(several.alerts.len(), all.alerts.len());
    for nothing in ["", "zz", "\",\"x", "01M88", "a b"] {
        assert!(View::about(&spool.layout, nothing).expect("a spool").alerts.is_empty(), "{nothing}");
    }
}

/// The commands that the advice names, as a person would type them.
#[test]
fn every_command_that_a_page_advises_is_understood() {
    let spool = Spool::with_everything();
    let mut seen = 0;
    for (n, tongue) in [0, 30, 60, 290].into_iter().flat_map(|n| TONGUES.map(|tongue| (n, tongue))) {
        let (text, _) = why(tongue, &spool, n, false);
        for line in text.lines().filter_map(|line| line.strip_prefix("      alertmail ")) {
            crate::cli::understands(&format!("alertmail {line}"))
                .unwrap_or_else(|error| panic!("{line}: {error}"));
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen}");
}

/// An alert that was held, one whose provider may have it, and one that was sent behind a failure.
fn more() -> Spool {
    let spool = Spool::new();
    let to = "oncall@docomo.example.jp";
    let accepted = |n: u64| Event::Accepted {
        id: id(n),
        uid: 0,
        octets: 0,
        created: None,
        ttl: None,
        recipients: vec![address(to)],
        unusable: vec!["nobody-knows-me".into()],
        message_id: None,
        notice: false,
        canary: None,
        severity: Severity::Warning,
        key: None,
        subject: "disk full".into(),
    };
    let attempt = |n: u64, number, provider: &str| Event::Attempt {
        id: id(n),
        attempt: number,
        provider: provider.into(),
        recipients: vec![address(to)],
        beside: None,
    };
    let dot = |n: u64, number, provider: &str| Event::DotSent {
        id: id(n),
        attempt: number,
        provider: provider.into(),
        notes: vec![],
        text: None,
        files: vec![],
    };
    let outcome = |n: u64, number, provider: &str, result| Event::Outcome {
        id: id(n),
        attempt: number,
        provider: provider.into(),
        took_ms: 1_250,
        preferred: vec![],
        recipients: vec![result],
    };
    let taken = RecipientResult {
        result: Settlement::Delivered,
        scope: None,
        duration: None,
        rule: None,
        ..failed(to, "dot", Some(250), "2.0.0 ok", "")
    };
    let full = RecipientResult {
        scope: Some("recipient".into()),
        ..failed(to, "rcpt", Some(550), "5.1.1 no such user", "no-such-recipient")
    };
    spool.journal(vec![
        (at(0), Event::Started { boot: "b".into(), program: "0.1.0".into(), anew: false }),
        (at(10), accepted(10)),
        (at(11), Event::Held { id: id(10), by: 1000 }),
        (at(20), accepted(20)),
        (at(20), attempt(20, 1, "home")),
        (at(21), dot(20, 1, "home")),
        (at(30), accepted(30)),
        (at(30), attempt(30, 1, "home")),
        (at(30), outcome(30, 1, "home", full)),
        (at(31), attempt(30, 2, "yahoo")),
        (at(31), dot(30, 2, "yahoo")),
        (at(32), outcome(30, 2, "yahoo", taken)),
        (at(32), Event::Sent { id: id(30), delivered: vec![address(to)], refused: vec![] }),
        (at(40), accepted(40)),
        (
            at(40),
            Event::Deferred {
                id: id(40),
                passes: 0,
                until: at(400),
                why: Some("1 in any minute for docomo.example.jp".into()),
            },
        ),
        (at(50), Event::Dead { id: id(50), reason: "the test is over".into(), by: Some(1000) }),
        (at(60), Event::Stopped),
    ]);
    for n in [10, 20, 40] {
        spool.put(Folder::Deferred, id(n));
    }
    spool
}

#[test]
fn the_pages_about_what_happens_rarely_are_the_ones_that_are_kept() {
    let spool = more();
    for (name, n) in [("held", 10), ("cut-off", 20), ("sent-behind", 30), ("no-room", 40), ("given-up", 50)] {
        in_both(&format!("why-{name}"), |tongue| why(tongue, &spool, n, true).0);
        let (_, document) = why(Tongue::English, &spool, n, true);
        looks_like(&format!("why-{name}.json"), &document);
        in_both(&format!("show-{name}"), |tongue| spool.shown_in(tongue, n));
    }
}

#[test]
fn the_list_the_check_the_counts_and_the_journal_are_the_ones_that_are_kept() {
    for (name, spool) in [("everything", Spool::with_everything()), ("more", more())] {
        let args = list::Args::default();
        let look = |tongue| Look { columns: 100, colour: false, tongue };
        in_both(&format!("list-{name}"), |tongue| spool.listed(tongue, 100));
        looks_like(
            &format!("list-{name}.json"),
            &pretty(&list::Listing::new(&spool.view(), &args, spool.now)),
        );
        let limits = limits("");
        let (_, report) = check::judge(&limits, &facts(&spool, true));
        in_both(&format!("check-{name}"), |tongue| {
            let facts = check::Facts { tongue, ..facts(&spool, true) };
            check::judge(&limits, &facts).1.line(&limits)
        });
        looks_like(&format!("check-{name}.json"), &pretty(&report));
        let counts = stats::counted(&spool.layout, 3, spool.now).expect("a journal");
        in_both(&format!("stats-{name}"), |tongue| stats::page::text(&counts, look(tongue)));
        looks_like(&format!("stats-{name}.json"), &pretty(&counts));
        let octets =
            std::fs::read(spool.layout.journal().join(journal_name("2026-11-25"))).expect("a journal");
        let entries = spool_format::journal::replay(&octets).entries;
        in_both(&format!("log-{name}"), |tongue| {
            entries.iter().map(|entry| log::text(entry, spool.now, 9 * 60, look(tongue))).collect()
        });
    }
}
