//! What is counted, from lines of a journal, and how it is written.

use std::time::Duration;

use spool_format::{
    Address, AlertId, Cause, Event, Ledger, Outage, RecipientResult, Settlement, Severity, Wall,
};

use super::counts::Counts;
use super::exposition::Dialect;
use super::listener::Turned;
use super::page::{OnDisk, page};
use super::{Listeners, Meter};
use crate::edge::clock::monotonic;
use crate::spool::status::Deaf;

const START: i64 = 1_800_000_000_000;

fn at(seconds: i64) -> Wall {
    Wall::from_unix_ms(START + 1000 * seconds)
}

fn id(seconds: i64) -> AlertId {
    AlertId::new(at(seconds), [7; 10])
}

fn somebody() -> Address {
    Address::parse("oncall@example.jp").expect("an address")
}

fn accepted(id: AlertId, severity: Severity, canary: Option<&str>) -> Event {
    Event::Accepted {
        id,
        uid: 0,
        octets: 9,
        recipients: vec![somebody()],
        unusable: Vec::new(),
        severity,
        key: None,
        subject: String::new(),
        created: None,
        ttl: None,
        message_id: None,
        notice: false,
        canary: canary.map(str::to_owned),
    }
}

fn attempt(id: AlertId, provider: &str) -> Event {
    Event::Attempt {
        id,
        attempt: 1,
        provider: provider.to_owned(),
        recipients: vec![somebody()],
        beside: None,
    }
}

fn outcome(id: AlertId, provider: &str, result: Settlement, rule: Option<&str>) -> Event {
    let one = RecipientResult {
        to: somebody(),
        result,
        phase: "dot".to_owned(),
        code: None,
        enhanced: None,
        text: String::new(),
        scope: None,
        duration: None,
        rule: rule.map(str::to_owned),
    };
    let provider = provider.to_owned();
    Event::Outcome { id, attempt: 1, provider, took_ms: 700, preferred: Vec::new(), recipients: vec![one] }
}

fn counts() -> Counts {
    let mut counts = Counts::default();
    counts.begin(&["first".to_owned(), "second \"b\"".to_owned()], &Ledger::default());
    counts
}

fn shown(counts: &Counts, now: i64) -> String {
    page(Dialect::OpenMetrics, (at(0), at(now)), counts, &OnDisk::default(), &Listeners::new())
}

#[track_caller]
fn expect(page: &str, lines: &[&str]) {
    for line in lines {
        assert!(page.lines().any(|there| there == *line), "no line {line} in:\n{page}");
    }
}

#[test]
fn an_alert_is_counted_on_its_way_by_state_and_severity_until_it_is_sent() {
    let mut counts = counts();
    let one = id(10);
    counts.take(at(11), &accepted(one, Severity::Critical, None));
    counts.take(at(11), &accepted(one, Severity::Critical, None));
    expect(
        &shown(&counts, 40),
        &[
            r#"alertmail_alerts{state="incoming",severity="critical"} 1"#,
            r#"alertmail_oldest_undelivered_seconds{severity="critical"} 30"#,
            r#"alertmail_oldest_undelivered_seconds{severity="info"} 0"#,
            r#"alertmail_accepted_total{severity="critical"} 1"#,
        ],
    );
    counts.take(at(12), &attempt(one, "first"));
    counts.take(at(12), &outcome(one, "first", Settlement::Open, None));
    counts.take(at(13), &Event::Deferred { id: one, passes: 1, until: at(99), why: None });
    expect(&shown(&counts, 40), &[r#"alertmail_alerts{state="deferred",severity="critical"} 1"#]);
    counts.take(at(14), &Event::Held { id: one, by: 0 });
    expect(
        &shown(&counts, 40),
        &[
            r#"alertmail_alerts{state="held",severity="critical"} 1"#,
            r#"alertmail_oldest_undelivered_seconds{severity="critical"} 0"#,
        ],
    );
    counts.take(at(15), &Event::Released { id: one, by: 0 });
    counts.take(at(15), &attempt(one, "second \"b\""));
    counts.take(at(16), &outcome(one, "second \"b\"", Settlement::Delivered, None));
    counts.take(at(16), &Event::Sent { id: one, delivered: vec![somebody()], refused: Vec::new() });
    expect(
        &shown(&counts, 40),
        &[
            r#"alertmail_alerts{state="trying",severity="critical"} 0"#,
            r#"alertmail_sent_total{provider="first",severity="critical"} 0"#,
            r#"alertmail_sent_total{provider="second \"b\"",severity="critical"} 1"#,
            r#"alertmail_attempts_total{provider="first",result="failed"} 1"#,
            r#"alertmail_attempts_total{provider="second \"b\"",result="delivered"} 1"#,
            r#"alertmail_attempt_duration_seconds_bucket{provider="first",le="0.5"} 0"#,
            r#"alertmail_attempt_duration_seconds_bucket{provider="first",le="1.0"} 1"#,
            r#"alertmail_delivery_seconds_bucket{severity="critical",le="5.0"} 0"#,
            r#"alertmail_delivery_seconds_bucket{severity="critical",le="10.0"} 1"#,
            r#"alertmail_delivery_seconds_sum{severity="critical"} 6"#,
            r#"alertmail_delivery_seconds_count{severity="critical"} 1"#,
        ],
    );
}

#[test]
fn a_canary_mail_is_an_attempt_and_no_alert() {
    let mut counts = counts();
    let canary = id(5);
    counts.take(at(5), &accepted(canary, Severity::Info, Some("first")));
    counts.take(at(5), &attempt(canary, "first"));
    counts.take(at(5), &outcome(canary, "first", Settlement::Open, Some("withdrawn")));
    counts.take(at(9), &Event::Dead { id: canary, reason: "too old".to_owned(), by: None });
    expect(
        &shown(&counts, 40),
        &[
            r#"alertmail_alerts{state="incoming",severity="info"} 0"#,
            r#"alertmail_accepted_total{severity="info"} 0"#,
            r#"alertmail_dead_total{severity="info"} 0"#,
            r#"alertmail_attempts_total{provider="first",result="withdrawn"} 1"#,
        ],
    );
}

#[test]
fn a_breaker_that_stays_open_has_opened_once() {
    let mut counts = counts();
    let open = |openings| {
        let outage =
            Outage { since: at(1), until: at(99), openings, cause: Cause::Silent, reason: String::new() };
        Event::Provider { provider: "first".to_owned(), outage: Some(outage) }
    };
    counts.take(at(1), &open(1));
    counts.take(at(2), &open(2));
    expect(
        &shown(&counts, 3),
        &[
            r#"alertmail_breaker_open{provider="first"} 1"#,
            r#"alertmail_breaker_openings_total{provider="first"} 1"#,
        ],
    );
    counts.take(at(3), &Event::Provider { provider: "first".to_owned(), outage: None });
    expect(&shown(&counts, 3), &[r#"alertmail_breaker_open{provider="first"} 0"#]);
}

#[test]
fn as_many_connections_are_shown_as_the_agent_says_now_and_none_of_who_is_not_configured_any_more() {
    let mut counts = counts();
    let few = || [("first".to_owned(), 2)].into();
    assert!(counts.may_connect(&few()) && !counts.may_connect(&few()), "it is news once");
    expect(&shown(&counts, 3), &[r#"alertmail_connections_now{provider="first"} 2"#]);
    assert!(counts.may_connect(&[("third".to_owned(), 4)].into()));
    assert!(!shown(&counts, 3).contains("connections_now{"));
}

#[test]
fn counters_go_on_over_other_settings_and_gauges_begin_with_the_journal() {
    let mut counts = counts();
    counts.take(at(1), &accepted(id(1), Severity::Warning, None));
    counts.take(at(2), &Event::Dead { id: id(1), reason: "no".to_owned(), by: None });
    counts.take(at(3), &accepted(id(3), Severity::Warning, None));
    counts.begin(&["third".to_owned()], &Ledger::default());
    expect(
        &shown(&counts, 9),
        &[
            r#"alertmail_accepted_total{severity="warning"} 2"#,
            r#"alertmail_dead_total{severity="warning"} 1"#,
            r#"alertmail_alerts{state="incoming",severity="warning"} 0"#,
            r#"alertmail_breaker_open{provider="third"} 0"#,
        ],
    );
}

#[test]
fn the_older_format_has_the_names_that_promtool_knows_and_no_end() {
    let disk = OnDisk { files: vec![("dead", 3)], free: Some(1 << 40) };
    let page = page(Dialect::Prometheus, (at(0), at(1)), &counts(), &disk, &Listeners::new());
    expect(
        &page,
        &[
            "# TYPE alertmail_dead_total counter",
            "# TYPE alertmail_build_info gauge",
            r#"alertmail_spool_files{folder="dead"} 3"#,
            "alertmail_spool_free_bytes 1099511627776",
            "process_start_time_seconds 1800000000",
        ],
    );
    assert!(!page.contains("# EOF") && !page.contains("# UNIT"), "{page}");
    assert!(shown(&counts(), 1).ends_with("# EOF\n"));
}

#[test]
fn whoever_does_not_ask_for_openmetrics_gets_the_older_format() {
    let asks = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5";
    assert_eq!(Dialect::wanted(Some(asks)), Dialect::OpenMetrics);
    assert_eq!(Dialect::wanted(Some("text/html, */*")), Dialect::Prometheus);
    assert_eq!(Dialect::wanted(None), Dialect::Prometheus);
}

#[test]
fn a_place_that_the_settings_name_again_counts_on_and_one_that_they_do_not_is_not_missed() {
    let meter = Meter::off();
    let place = |meter: &Meter| meter.listener("smtp".to_owned(), "127.0.0.1:2525".to_owned());
    let shown = |meter: &Meter| {
        let disk = OnDisk::default();
        page(Dialect::OpenMetrics, (at(0), at(1)), &Counts::default(), &disk, &meter.listeners())
    };
    let first = place(&meter);
    first.opened();
    first.arrived();
    first.kept(1000, Duration::from_millis(3));
    first.turned_often(Turned::Size, 2);
    first.turned_often(Turned::Token, 0);
    let served = first.serves();
    let labels = r#"kind="smtp",listen="127.0.0.1:2525""#;
    let line =
        |name: &str, more: &str, value: &str| format!("alertmail_listener_{name}{{{labels}{more}}} {value}");
    let lines = [
        line("connected", "", "1"),
        line("connections_total", "", "1"),
        line("refused_total", ",reason=\"size\"", "2"),
        line("refused_total", ",reason=\"token\"", "0"),
        line("kept_total", "", "1"),
        line("kept_bytes_total", "", "1000"),
        line("keep_seconds_bucket", ",le=\"0.0025\"", "0"),
        line("keep_seconds_bucket", ",le=\"0.005\"", "1"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    expect(&shown(&meter), &lines);
    expect(&shown(&meter), &[&line("open", "", "1")]);
    meter.forget_listeners();
    expect(&shown(&meter), &lines);
    assert!(!shown(&meter).contains("listener_open{"), "nobody wants it any more");
    drop(served);
    place(&meter).kept(10, Duration::from_millis(3));
    expect(
        &shown(&meter),
        &[&line("open", "", "0"), &line("connected", "", "0"), &line("kept_total", "", "2")],
    );
}

#[test]
fn a_place_is_deaf_until_it_is_opened_and_what_was_not_kept_is_told_until_something_is() {
    let meter = Meter::off();
    let now = monotonic();
    let place = meter.listener("http".to_owned(), "127.0.0.1:9095".to_owned());
    assert_eq!(meter.deaf(now), []);
    place.is_deaf(&"it is taken");
    let says = |listens, why: &str| {
        vec![Deaf {
            kind: "http".to_owned(),
            place: "127.0.0.1:9095".to_owned(),
            listens,
            why: why.to_owned(),
        }]
    };
    assert_eq!(meter.deaf(now), says(false, "it is taken"));
    let place = meter.listener("http".to_owned(), "127.0.0.1:9095".to_owned());
    place.lost(now, "no room");
    assert_eq!(meter.deaf(now), says(true, "no room"));
    assert_eq!(meter.deaf(now + Duration::from_hours(1)), [], "its sender has tried again by then");
    place.kept(1, Duration::ZERO);
    assert_eq!(meter.deaf(now), []);
    place.lost(now, "no room");
    meter.forget_listeners();
    assert_eq!(meter.deaf(now), []);
}
