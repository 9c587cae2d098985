//! What people hear of what drills find.

use std::time::Duration;

use spool_format::{Canary, Cause, Drill, DrillResult, Wall};

use super::stage::{HOUR, MINUTE, Stage};
use crate::notices::Settings;

/// What a drill of `home` has found.
#[derive(Clone, Copy)]
struct Found {
    cause: Option<Cause>,
    failures: u32,
    /// Days until the certificate ends.
    days: u64,
    missing: &'static [&'static str],
}

const WELL: Found = Found { cause: None, failures: 0, days: 80, missing: &[] };

const fn failed(cause: Cause, failures: u32) -> Found {
    Found { cause: Some(cause), failures, ..WELL }
}

impl Stage {
    fn result(&self, found: Found) -> DrillResult {
        DrillResult {
            ended: self.now.wall,
            ok: found.failures == 0,
            login: true,
            phase: "auth".into(),
            text: "the server answered `535 5.7.8 no`".into(),
            cause: found.cause,
            failures: found.failures,
            took_ms: 1,
            tls: None,
            certificate_end: Some(self.now.wall.plus(Duration::from_hours(24 * found.days))),
            key: None,
            offers: Vec::new(),
            size: None,
            news: Vec::new(),
            missing: found.missing.iter().map(|&it| it.to_owned()).collect(),
            changes: Vec::new(),
        }
    }

    /// A drill of `home` begins and ends, and so many seconds pass.
    fn drills(&mut self, found: Found, seconds: u64) {
        let drill =
            |begun, result| Drill { provider: "home".into(), begun, result: Some(result), delivered: None };
        let old = DrillResult { ended: Wall::from_unix_ms(0), ..self.result(failed(Cause::Login, 1)) };
        let begins = drill(self.now.wall, old);
        self.hears_of(begins);
        let over = drill(self.now.wall, self.result(found));
        self.hears_of(over);
        self.pass(seconds);
    }

    fn hears_of(&mut self, drill: Drill) {
        self.notices.take(self.now, &spool_format::Event::Drill(Box::new(drill)));
    }
}

#[test]
fn what_does_not_pass_by_itself_is_told_at_once_and_the_rest_when_it_lasts() {
    for (cause, at_once) in [
        (Cause::Login, true),
        (Cause::Refused, true),
        (Cause::Silent, false),
        (Cause::Trouble, false),
        (Cause::Throttled, false),
        (Cause::Exhausted, false),
    ] {
        let mut stage = Stage::new();
        stage.drills(failed(cause, 1), HOUR);
        assert_eq!(stage.story().is_empty(), !at_once, "{cause:?}: {:?}", stage.story());
        stage.drills(failed(cause, 2), HOUR);
        stage.drills(failed(cause, 3), HOUR);
        assert_eq!(stage.story(), ["begins drill-failed home 0"], "{cause:?}");
        assert_eq!(stage.told[0].notice.reason, "at auth: the server answered `535 5.7.8 no`");
        stage.drills(WELL, HOUR);
        assert_eq!(stage.story()[1..], ["over drill-failed home 0"], "{cause:?}");
    }
}

#[test]
fn who_failed_a_drill_and_then_alerts_is_told_of_once_in_either_order() {
    let mut stage = Stage::new();
    stage.drills(failed(Cause::Login, 1), MINUTE);
    stage.provider("home", true);
    for _ in 0..3 {
        stage.send_through("docomo");
    }
    stage.pass(2 * HOUR);
    assert_eq!(stage.story(), ["begins drill-failed home 0"], "the drill first");
    stage.send_through("home");
    stage.pass(MINUTE);
    assert_eq!(stage.story()[1..], ["over drill-failed home 3"], "an alert that goes out is worth a drill");

    let mut stage = Stage::new();
    stage.provider("home", true);
    stage.send_through("docomo");
    stage.pass(MINUTE);
    stage.drills(failed(Cause::Login, 1), 2 * HOUR);
    assert_eq!(stage.story(), ["begins provider-failing home 1"], "alerts first");
    stage.provider("home", false);
    stage.drills(WELL, HOUR);
    assert_eq!(stage.story()[1..], ["over provider-failing home 1"]);
}

#[test]
fn a_certificate_is_told_of_two_weeks_before_its_end_and_when_there_is_another_one() {
    let mut stage = Stage::new();
    for days in [20, 15, 14] {
        stage.drills(Found { days, ..WELL }, 24 * HOUR);
    }
    assert_eq!(stage.story(), [""; 0]);
    for days in [13, 12, 1] {
        stage.drills(Found { days, ..WELL }, 24 * HOUR);
    }
    assert_eq!(stage.story(), ["begins certificate-ends home 0"]);
    assert!(stage.told[0].notice.reason.starts_with("it ends on 20"), "{:?}", stage.told);
    // It has ended, so that there is no TLS any more: that is another matter, and told of beside it.
    stage.drills(Found { days: 0, ..failed(Cause::Refused, 1) }, HOUR);
    assert_eq!(stage.story()[1..], ["begins drill-failed home 0"]);
    stage.drills(WELL, HOUR);
    assert_eq!(stage.story()[2..], ["over drill-failed home 0", "over certificate-ends home 0"]);
}

#[test]
fn what_a_provider_no_longer_offers_is_told_of_once() {
    let mut stage = Stage::new();
    stage.drills(Found { missing: &["AUTH PLAIN", "8BITMIME"], ..WELL }, HOUR);
    assert_eq!(stage.story(), ["happened offers-less home 1"]);
    assert_eq!(stage.told[0].notice.reason, "it no longer offers AUTH PLAIN, 8BITMIME");
    stage.drills(WELL, HOUR);
    assert_eq!(stage.story().len(), 1);
}

#[test]
fn a_restart_that_reads_the_last_drill_again_tells_nothing_twice_and_forgets_nothing() {
    let less = Found { days: 9, missing: &["CHUNKING"], ..WELL };
    let both = ["begins certificate-ends home 0", "happened offers-less home 1"];
    for told_before in [false, true] {
        let mut stage = Stage::new();
        let line = Drill {
            provider: "home".into(),
            begun: stage.now.wall,
            result: Some(stage.result(less)),
            delivered: None,
        };
        stage.drills(less, if told_before { MINUTE } else { 1 });
        assert_eq!(stage.told.len(), if told_before { 2 } else { 0 });
        for _ in 0..5 {
            stage.restarts();
            stage.hears_of(line.clone());
            stage.pass(20 * MINUTE);
        }
        assert_eq!(stage.story(), both, "told before: {told_before}");
    }
}

#[test]
fn a_provider_that_is_drilled_no_longer_is_forgotten_in_silence() {
    let mut stage = Stage::new();
    stage.drills(failed(Cause::Login, 1), MINUTE);
    stage.settings = Settings { drilled: Vec::new(), ..stage.settings };
    stage.restarts();
    stage.pass(MINUTE);
    assert_eq!(stage.story()[1..], ["forgotten drill-failed home 0"]);
    stage.drills(failed(Cause::Login, 2), HOUR);
    assert_eq!(stage.story().len(), 2);
}

impl Stage {
    /// A canary mail of `home` is settled, and so many seconds pass.
    fn canary(&mut self, is_taken: bool, seconds: u64) {
        let id = self.arrives_as_canary("home");
        let text = if is_taken { "" } else { "home, at mail: the server answered `553 5.7.1 no`" };
        let canary = Canary {
            ended: Some(self.now.wall),
            ok: is_taken,
            text: text.to_owned(),
            ..Canary::new("home".to_owned(), id, self.now.wall)
        };
        if is_taken {
            self.sent(id, "home");
        } else {
            self.fails(id, "home");
            self.dies(id);
        }
        self.notices.take(self.now, &spool_format::Event::Canary(Box::new(canary)));
        self.pass(seconds);
    }
}

#[test]
fn a_canary_that_did_not_get_through_is_told_of_as_a_drill_and_as_nothing_else() {
    let mut stage = Stage::new();
    stage.canary(false, HOUR);
    assert_eq!(stage.story(), ["begins drill-failed home 0"], "no dead letter, no failing provider");
    let why = "a canary mail did not get through: home, at mail: the server answered `553 5.7.1 no`";
    assert_eq!(stage.told[0].notice.reason, why);
    // That the login works is known, and mends nothing.
    stage.drills(WELL, 2 * HOUR);
    stage.canary(false, HOUR);
    assert_eq!(stage.story().len(), 1);
    stage.canary(true, HOUR);
    assert_eq!(stage.story()[1..], ["over drill-failed home 0"]);
}
