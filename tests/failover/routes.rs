//! Rules that send the recipients of one alert by different ways.

use harness::{Config, PATIENCE};
use lab::{Act, Stage};
use spool_format::Event;

use crate::stand::{self, FIRST, ONCALL, SECOND};

const PHONE: &str = "phone@docomo.example.net";
const TO_PHONES: &str = "[[route]]\nto = [\"docomo.example.net\"]\nproviders = [\"second\"]\n";

#[test]
fn one_alert_goes_to_each_domain_by_its_own_providers_and_a_silent_one_costs_the_other_nothing() {
    let sandbox = stand::sandbox();
    let silent = sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Greeting, Act::Silence));
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    let rules = format!("{TO_PHONES}[[route]]\nto = [\"example.jp\"]\nproviders = [\"first\"]\n");
    let config = Config::of([stand::first(silent.port()), stand::second(well.port())]).more(&rules);
    sandbox.configure(&config.limit("reply", "30s"));
    let _agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", ONCALL, "--to", PHONE, "--subject", "disk full", "x"]);
    assert!(well.wait_for_mails(1, PATIENCE));
    assert_eq!(well.mails()[0].recipients, [PHONE], "the phone does not wait for the other one");
    let providers: Vec<String> = sandbox.history(id).attempts.iter().map(|it| it.provider.clone()).collect();
    assert_eq!(providers.len(), 2, "{providers:?}: nobody is asked who is not in the list");
}

#[test]
fn what_is_queued_goes_by_the_rules_of_the_next_start() {
    let sandbox = stand::sandbox();
    let broken = sandbox.server(FIRST, stand::healthy(&sandbox).at(Stage::Greeting, Act::Close));
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    let config = || Config::of([stand::first(broken.port()), stand::second(well.port())]).pause("1s");
    sandbox.configure(&config().more("[[route]]\nproviders = [\"first\"]\n"));
    let agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    let is_deferred = |event: &Event| matches!(event, Event::Deferred { .. });
    sandbox.wait_for("it waits", PATIENCE, || sandbox.events(id).iter().any(is_deferred));
    assert_eq!(well.mails(), []);
    agent.stop();
    sandbox.configure(&config().more("[[route]]\nkey = [\"net/\"]\nproviders = [\"first\"]\n[[route]]\nseverity = [\"critical\"]\nproviders = [\"second\"]\n"));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    assert_eq!(well.mails().len(), 1);
}
