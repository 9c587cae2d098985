//! Recipients who have had as many mails as they are given wait alone, and a provider that takes fewer connections than it is
//! given gets fewer.

use harness::{Config, PATIENCE, Sandbox};
use lab::{Act, Stage};
use spool_format::{AlertId, State};

use crate::stand::{self, FIRST, ONCALL, SECOND};

const CARRIER: &str = "me@docomo.example.jp";
const ONE_A_MINUTE: &str = "[[recipient]]\ndomain = [\"docomo.example.jp\"]\nmessages_per_minute = 1\n";

fn alert(sandbox: &Sandbox, to: &[&str]) -> AlertId {
    let to = to.join(",");
    sandbox.enqueue(&["--to", &to, "--subject", "disk full", "now"])
}

#[track_caller]
fn waits_for_the_carrier(sandbox: &Sandbox, id: AlertId) {
    let is_deferred = || matches!(sandbox.state(id), Some(State::Deferred { .. }));
    sandbox.wait_for("it waits for room", PATIENCE, is_deferred);
    let history = sandbox.history(id);
    assert_eq!(history.passes, 0, "no pass is counted");
    let why = history.waits_for.expect("why it waits");
    assert!(why.contains(CARRIER) && why.contains("1 in any minute"), "{why}");
}

#[test]
fn a_carrier_gets_no_more_than_its_rate_over_kills_and_everybody_else_has_the_alert_at_once() {
    let sandbox = stand::sandbox();
    let first = sandbox.server(FIRST, stand::healthy(&sandbox));
    let second = sandbox.server(SECOND, stand::healthy(&sandbox));
    let providers = [stand::first(first.port()), stand::second(second.port())];
    sandbox.configure(&Config::of(providers).more(ONE_A_MINUTE));
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(alert(&sandbox, &[CARRIER]));
    let id = alert(&sandbox, &[ONCALL, CARRIER]);
    waits_for_the_carrier(&sandbox, id);
    let recipients = || first.mails().into_iter().flat_map(|mail| mail.recipients).collect::<Vec<_>>();
    assert_eq!(recipients(), [CARRIER, ONCALL]);
    agent.kill();

    let agent = sandbox.start_agent();
    let id = alert(&sandbox, &[CARRIER]);
    waits_for_the_carrier(&sandbox, id);
    let config = sandbox.config_file();
    let shown = sandbox.alertmail(&["show", id.as_str(), "--config", &config.to_string_lossy()]);
    let shown = shown.expect_success();
    assert!(shown.contains("next       next attempt in") && shown.contains("1 in any minute"), "{shown}");
    assert_eq!((recipients().len(), second.mails().len()), (2, 0), "no other provider gets around it");
    assert!(sandbox.ledger().providers.is_empty(), "nobody is to blame");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_provider_that_turns_the_third_connection_away_keeps_all_mails_and_is_not_left_out() {
    const ALERTS: usize = 60;
    let sandbox = stand::sandbox();
    // Slow enough that four are there at the same time.
    let crowded = stand::healthy(&sandbox).connections_at_most(2).at(Stage::Mail, Act::DelayMs(20));
    let first = sandbox.server(FIRST, crowded);
    let second = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(first.port()), stand::second(second.port())]));
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(alert(&sandbox, &[ONCALL]));
    let ids: Vec<AlertId> = (1..ALERTS).map(|_| alert(&sandbox, &[ONCALL])).collect();
    for id in ids {
        sandbox.wait_until_sent(id);
    }
    assert_eq!((first.mails().len(), second.mails().len()), (ALERTS, 0), "all of them, once");
    assert!(first.turned_away() > 0, "there was a crowd");
    assert!(first.turned_away() <= 6, "{} connections in vain", first.turned_away());
    let outages = sandbox
        .journal()
        .into_iter()
        .filter(|entry| matches!(&entry.event, spool_format::Event::Provider { outage: Some(_), .. }));
    assert_eq!(outages.count(), 0, "it works");
    let config = sandbox.config_file();
    let ask = |words: &[&str]| {
        sandbox.alertmail(&[words, &["--config", &config.to_string_lossy()]].concat()).stdout
    };
    let both = || {
        let listed: serde_json::Value = serde_json::from_str(&ask(&["providers", "--json"])).expect("JSON");
        let of = |place: usize, key: &str| listed["configured"][place][key].as_u64();
        (of(0, "connections_now"), of(1, "connections_now"), of(0, "connections"))
    };
    sandbox.wait_for("people are shown how many it takes", PATIENCE, || {
        matches!(both(), (Some(1..=3), Some(4), Some(4)))
    });
    let listed = ask(&["providers"]);
    let now = both().0.expect("a number");
    assert!(listed.contains(&format!("first: takes {now} of 4 connections at a time now")), "{listed}");
    assert!(!listed.contains("second: takes"), "{listed}");
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(both(), (None, None, Some(4)), "nobody connects now");
}
