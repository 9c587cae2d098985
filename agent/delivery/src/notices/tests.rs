//! Days of an agent in short: what happens, and what people are told.

mod drilled;
mod histories;
mod stage;

use std::time::Duration;

use spool_format::{Folder, Notice, NoticeKind, RecipientResult, Severity, Wall};

use super::{Notices, Settings, Telling};
use crate::arrival::{Arrival, Past};
use stage::{HOUR, MINUTE, Stage, result, settings};

#[test]
fn a_standby_that_fails_is_no_news_of_alerts_that_go_out_before_it() {
    let mut stage = Stage::new();
    let id = stage.arrives(Severity::Warning);
    stage.fails(id, "home");
    stage.fails(id, "docomo");
    stage.sent(id, "gmail");
    stage.send_through("home");
    stage.pass(MINUTE);
    assert_eq!(
        stage.story(),
        ["begins provider-failing docomo 1"],
        "home works, and no alert had to pass it by"
    );
    stage.send_through("home");
    stage.provider("gmail", true);
    stage.send_through("home");
    stage.pass(10 * HOUR);
    assert_eq!(stage.story().len(), 1, "{:?}", stage.story());
}

#[test]
fn what_fails_again_before_people_heard_of_its_end_is_the_same_story() {
    let mut stage = Stage::new();
    let fails = |stage: &mut Stage| {
        let id = stage.arrives(Severity::Warning);
        stage.fails(id, "home");
        stage.sent(id, "docomo");
    };
    fails(&mut stage);
    stage.pass(MINUTE);
    let since = stage.told[0].notice.since;
    // It works for a moment, which is shorter than what is told of.
    stage.send_through("home");
    stage.pass(5);
    fails(&mut stage);
    stage.pass(MINUTE);
    stage.send_through("home");
    stage.pass(2 * HOUR);
    assert_eq!(stage.story(), ["begins provider-failing home 1", "over provider-failing home 2"]);
    assert_eq!(stage.told[1].notice.since, since);
}

#[test]
fn one_notice_says_that_the_primary_fails_and_one_that_it_works_again() {
    let mut stage = Stage::new();
    for n in 0..12 {
        let id = stage.arrives(Severity::Warning);
        if n < 3 {
            stage.fails(id, "home");
        }
        stage.sent(id, "docomo");
        stage.pass(5);
    }
    stage.provider("home", true);
    stage.pass(10 * MINUTE);
    assert_eq!(
        stage.story(),
        ["begins provider-failing home 2"],
        "those of the first seconds are counted in"
    );
    let begins = stage.told[0].notice.clone();
    assert_eq!(begins.reason, "at connect: connection refused; alerts go out through `docomo`");
    assert!(begins.open && begins.told == Some(begins.since.plus(Duration::from_secs(10))), "{begins:?}");

    stage.send_through("home");
    stage.pass(10 * MINUTE);
    assert_eq!(stage.story()[1..], ["over provider-failing home 12"]);
    assert_eq!(stage.told[1].notice.since, begins.since, "since when");
    assert_eq!(stage.told[1].notice.reason, begins.reason, "and why");
}

#[test]
fn before_means_before_in_the_order_of_the_alert_and_not_of_the_file() {
    let mut stage = Stage::new();
    stage.provider("home", true);
    stage.provider("gmail", true);
    // A rule sends this one to docomo alone: that home fails is nothing to it.
    stage.send_behind("docomo", &[]);
    stage.pass(MINUTE);
    assert_eq!(stage.story(), [""; 0]);
    // And this one would have gone to gmail first, which stands behind docomo in the file.
    stage.send_behind("docomo", &["gmail"]);
    stage.pass(MINUTE);
    assert_eq!(stage.story(), ["begins provider-failing gmail 1"]);
    assert_eq!(stage.told[0].notice.reason, "no answer; alerts go out through `docomo`");
}

#[test]
fn a_provider_that_flaps_a_hundred_times_an_hour_makes_two_notices_an_hour() {
    let mut stage = Stage::new();
    for _ in 0..100 {
        stage.provider("home", true);
        stage.send_through("docomo");
        stage.pass(18);
        stage.provider("home", false);
        stage.pass(18);
    }
    assert_eq!(stage.told.len(), 2, "{:?}", stage.story());
    stage.pass(3 * HOUR);
    assert!(stage.told.len() <= 4, "{:?}", stage.story());
    assert!(!stage.told.last().expect("some").notice.open, "people know in the end how it stands");
}

#[test]
fn what_is_over_within_seconds_is_not_worth_a_word() {
    let mut stage = Stage::new();
    let id = stage.arrives(Severity::Warning);
    stage.fails(id, "home");
    stage.sent(id, "docomo");
    stage.pass(5);
    stage.send_through("home");
    stage.pass(HOUR);
    assert_eq!(stage.story(), [""; 0]);
}

#[test]
fn a_provider_that_refuses_one_mail_or_was_only_slower_does_not_fail() {
    for (phase, code, scope, rule) in [
        ("rcpt", Some(550), "provider", "policy"),
        ("dot", Some(554), "provider", "policy-words"),
        ("rcpt", Some(550), "recipient", "no-such-recipient"),
        ("connect", None, "machine", "no-network"),
        ("data", None, "provider", "withdrawn"),
    ] {
        let mut stage = Stage::new();
        let id = stage.arrives(Severity::Warning);
        let result = RecipientResult { rule: Some(rule.to_owned()), ..result(phase, code, scope) };
        stage.outcome(id, "home", result);
        stage.sent(id, "docomo");
        stage.pass(HOUR);
        assert_eq!(stage.story(), [""; 0], "{phase} {rule}");
    }
    let mut stage = Stage::new();
    let id = stage.arrives(Severity::Warning);
    stage.outcome(id, "home", result("rcpt", Some(421), "provider"));
    stage.sent(id, "docomo");
    stage.pass(HOUR);
    assert_eq!(stage.story(), ["begins provider-failing home 1"], "who goes away does");
}

#[test]
fn a_storm_of_dead_letters_is_one_notice_with_their_number() {
    let mut stage = Stage::new();
    for _ in 0..10_000 {
        let id = stage.arrives(Severity::Critical);
        stage.dies(id);
    }
    assert_eq!(stage.notices.items.len(), 1, "nothing is kept of each");
    stage.pass(MINUTE);
    assert_eq!(stage.story(), ["happened dead-letter 10000"]);
    for _ in 0..3 {
        let id = stage.arrives(Severity::Critical);
        stage.dies(id);
        stage.pass(MINUTE);
    }
    stage.pass(HOUR);
    assert_eq!(stage.story()[1..], ["happened dead-letter 3"], "and the next ones an hour later");
    assert_eq!(
        stage.told[1].notice.told.expect("told").since(stage.told[0].notice.told.expect("told")).as_secs(),
        HOUR
    );
}

#[test]
fn when_nobody_works_and_something_waits_people_hear_of_that_and_of_its_end() {
    let mut stage = Stage::new();
    for provider in ["home", "docomo", "gmail"] {
        stage.provider(provider, true);
    }
    stage.pass(MINUTE);
    assert_eq!(stage.story(), [""; 0], "nobody misses them");
    let id = stage.arrives(Severity::Info);
    stage.pass(MINUTE);
    assert_eq!(stage.story(), ["begins no-provider 1"]);
    assert!(!stage.notices.is_well());
    let reason = "home: no answer; docomo: no answer; gmail: no answer";
    assert_eq!(stage.told[0].notice.reason, reason);
    stage.sent(id, "gmail");
    stage.provider("gmail", false);
    stage.pass(MINUTE);
    assert!(stage.story().contains(&"over no-provider 1".to_owned()), "{:?}", stage.story());
    assert!(stage.notices.is_well());
}

#[test]
fn a_critical_alert_that_nobody_has_is_stuck_after_a_while_and_no_other_is() {
    let mut stage = Stage::new();
    let (first, _) = (stage.arrives(Severity::Critical), stage.arrives(Severity::Warning));
    stage.fails(first, "home");
    stage.pass(5 * MINUTE);
    let second = stage.arrives(Severity::Critical);
    stage.pass(9 * MINUTE);
    assert_eq!(stage.story(), [""; 0]);
    stage.pass(MINUTE + 10);
    assert_eq!(stage.story(), ["begins stuck 1"]);
    assert_eq!(stage.told[0].notice.since, first.born());
    stage.pass(10 * MINUTE);
    stage.sent(first, "home");
    stage.pass(MINUTE);
    assert_eq!(stage.story().len(), 1, "there is still another one");
    stage.sent(second, "home");
    stage.pass(MINUTE);
    assert_eq!(stage.story()[1], "over stuck 2");
}

#[test]
fn an_alert_from_before_a_long_time_without_power_has_a_minute_before_it_is_stuck() {
    let mut stage = Stage::new();
    let old = stage.arrives(Severity::Critical);
    let days = Duration::from_hours(72);
    stage.now.wall = stage.now.wall.plus(days);
    stage.restarts();
    let arrival = |id| Arrival {
        key: None,
        id,
        folder: Folder::Deferred,
        severity: Severity::Critical,
        recipients: Vec::new(),
        born: old.born(),
        ttl: None,
        octets: 1,
        is_notice: false,
        canary: None,
        past: Past::default(),
    };
    stage.notices.arrives(stage.now, &arrival(old));
    stage.pass(59);
    assert_eq!(stage.story(), [""; 0]);
    stage.pass(12);
    assert_eq!(stage.story(), ["begins stuck 1"]);
    // Killed, and started again: it is as stuck as before, and nobody hears of it again.
    for _ in 0..5 {
        stage.restarts();
        stage.notices.arrives(stage.now, &arrival(old));
        stage.pass(20 * MINUTE);
    }
    assert_eq!(stage.story().len(), 1, "{:?}", stage.story());
    stage.restarts();
    stage.pass(5 * MINUTE);
    assert_eq!(stage.story()[1], "over stuck 1", "somebody has removed it");
}

#[test]
fn an_agent_that_crashes_over_and_over_tells_nothing_twice() {
    let mut stage = Stage::new();
    stage.provider("home", true);
    stage.send_through("docomo");
    let id = stage.arrives(Severity::Info);
    stage.dies(id);
    stage.pass(MINUTE);
    let told = stage.story();
    assert_eq!(told, ["begins provider-failing home 1", "happened dead-letter 1"]);
    for _ in 0..100 {
        stage.restarts();
        stage.provider("home", true);
        stage.send_through("docomo");
        stage.pass(20);
    }
    assert_eq!(stage.story(), told);
    stage.send_through("home");
    stage.pass(MINUTE);
    assert_eq!(stage.story()[2..], ["over provider-failing home 2"], "it ends once all the same");
    // Neither does a clock that was set back in between by years make it talk.
    stage.now.wall = Wall::from_unix_ms(1_000);
    stage.restarts();
    stage.provider("home", true);
    stage.send_through("docomo");
    stage.pass(HOUR - MINUTE);
    assert_eq!(stage.story().len(), 3);
    stage.pass(2 * MINUTE);
    assert_eq!(stage.story().len(), 4);
}

#[test]
fn a_provider_that_was_taken_out_of_the_configuration_is_forgotten_in_silence() {
    let mut stage = Stage::new();
    stage.settings.retired = vec![("docomo".into(), "2026-02-25".into())];
    stage.restarts();
    stage.provider("home", true);
    stage.send_through("docomo");
    stage.pass(MINUTE);
    assert_eq!(stage.story(), ["begins provider-failing home 1", "begins retired docomo 0"]);
    stage.settings = Settings { providers: vec!["gmail".into()], ..settings() };
    stage.restarts();
    stage.pass(MINUTE);
    assert_eq!(stage.story()[2..], ["forgotten provider-failing home 1", "forgotten retired docomo 0"]);
    stage.restarts();
    stage.pass(MINUTE);
    assert_eq!(stage.story().len(), 4, "the journal knows that as well");
}

#[test]
fn the_disk_tells_of_itself_and_dead_letters_of_an_earlier_run_are_not_forgotten() {
    let mut stage = Stage::new();
    let mut left = Notice::new(NoticeKind::DeadLetter, String::new(), stage.now.wall);
    left.happens_at(stage.now.wall, "refused");
    stage.notices = Notices::begin(stage.now, settings(), [left]);
    stage.notices.condition(stage.now, NoticeKind::SpoolFull, "", Some("3 MiB are free"));
    stage.pass(MINUTE);
    assert_eq!(stage.story(), ["happened dead-letter 1", "begins spool-full 0"]);
    stage.notices.condition(stage.now, NoticeKind::SpoolFull, "", None);
    stage.pass(MINUTE);
    assert_eq!(stage.story()[2], "over spool-full 0");
}

#[test]
fn a_notice_that_dies_fails_or_is_late_counts_for_nothing() {
    let mut stage = Stage::new();
    let (dies, fails, late) = (
        stage.arrives_as(Severity::Critical, true),
        stage.arrives_as(Severity::Critical, true),
        stage.arrives_as(Severity::Critical, true),
    );
    stage.dies(dies);
    stage.fails(fails, "home");
    stage.sent(fails, "docomo");
    for provider in ["home", "docomo", "gmail"] {
        stage.provider(provider, true);
    }
    stage.pass(5 * HOUR);
    assert_eq!(stage.story(), [""; 0]);
    stage.sent(late, "gmail");
    stage.pass(HOUR);
    assert_eq!(stage.story(), [""; 0]);
}
