//! A provider that is not ready in time gets company, and only one of the two sends.

use super::*;
use spool_format::{Cause, Outage};

/// Attempt 1 at the first provider is slow, and attempt 2 has begun at the second one.
fn hedged(recipients: &[&str]) -> Day {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, recipients));
    let begun = day.wakes();
    assert_eq!(day.now.monotonic.ms(), 2_500, "two seconds later");
    assert_eq!(begun[0], "home open silent 1");
    assert_eq!(begun[1], "attempt 2 docomo beside 1");
    day
}

#[test]
fn a_provider_that_is_not_ready_in_time_gets_company_and_who_is_ready_first_sends() {
    let mut day = hedged(&["a@example.jp"]);
    let leave = day.reaches(2, Gate::Data);
    assert_eq!(leave, ["outcome open Grouped", "withdraw 1", "grant 2"], "the journal tells of it first");
    assert_eq!(day.reaches(1, Gate::Data), ["withdraw 1"], "no second leave");
    assert_eq!(day.reaches(2, Gate::FinalDot), ["dot-sent Written", "grant 2"]);
    let end = day.ends(2, vec![delivered()]);
    assert_eq!(end, ["outcome delivered Grouped", "sent a refused  Synced", "unlink incoming", "forget"]);
    assert!(day.dispatcher.is_idle(), "what was taken back holds nobody up");
    let withdrawn = RecipientOutcome::Failed(Failure::new(Phase::Connect, Trouble::Withdrawn));
    assert_eq!(day.ends(1, vec![withdrawn]), [""; 0]);
}

#[test]
fn a_critical_alert_waits_half_as_long() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Critical, &["a@example.jp"]));
    day.wakes();
    assert_eq!(day.now.monotonic.ms(), 1_500);
}

#[test]
fn the_slow_provider_sends_if_it_is_ready_first_and_is_used_again() {
    let mut day = hedged(&["a@example.jp"]);
    assert_eq!(day.reaches(1, Gate::Data), ["outcome open Grouped", "withdraw 2", "grant 1"]);
    let end = day.ends(1, vec![delivered()]);
    assert_eq!(
        end,
        ["outcome delivered Grouped", "home closed", "sent a refused  Synced", "unlink incoming", "forget"]
    );
}

#[test]
fn when_the_one_beside_it_fails_the_slow_one_goes_on() {
    let mut day = hedged(&["a@example.jp"]);
    assert_eq!(day.ends(2, vec![unreachable()]), ["outcome open Grouped"], "nobody else is left");
    assert_eq!(day.reaches(1, Gate::Data), ["grant 1"]);
}

#[test]
fn when_the_slow_one_fails_the_one_beside_it_goes_on() {
    let mut day = hedged(&["a@example.jp"]);
    assert_eq!(day.ends(1, vec![unreachable()]), ["outcome open Grouped"]);
    assert_eq!(day.reaches(2, Gate::Data), ["grant 2"]);
}

#[test]
fn when_the_one_that_has_leave_fails_the_one_that_was_taken_back_is_asked_again_once() {
    let mut day = hedged(&["a@example.jp"]);
    day.reaches(2, Gate::Data);
    day.reaches(2, Gate::FinalDot);
    let next = day.ends(2, vec![refused(Phase::Dot, "451 4.3.0 later")]);
    assert_eq!(next, ["outcome open Grouped", "attempt 3 home", "begin 3 at 0 for a"]);
    let end = day.ends(3, vec![unreachable()]);
    assert_eq!(end[1..], ["copy incoming to deferred", "deferred 1 Synced", "unlink incoming"]);
}

#[test]
fn three_slow_providers_are_started_one_after_the_other() {
    let mut day = Day::new(&["home", "docomo", "gmail"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    assert_eq!(day.wakes()[2], "begin 2 at 1 for a");
    assert_eq!(day.wakes()[2], "begin 3 at 2 for a");
    assert_eq!(day.now.monotonic.ms(), 4_500);
    assert_eq!(
        day.reaches(3, Gate::Data),
        ["outcome open Grouped", "withdraw 2", "outcome open Grouped", "withdraw 1", "grant 3"]
    );
}

#[test]
fn while_somebody_is_in_time_nobody_else_starts() {
    let mut day = Day::new(&["home", "docomo", "gmail"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    day.wakes();
    assert_eq!(day.ends(1, vec![unreachable()]), ["outcome open Grouped"], "the second one is in time");
    assert_eq!(day.ends(2, vec![unreachable()])[2], "begin 3 at 2 for a");
}

#[test]
fn the_last_provider_has_nobody_beside_it_and_is_not_left_out() {
    let mut day = Day::new(&["home"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    assert_eq!(day.wakes(), [""; 0]);
    assert_eq!(day.dispatcher.next_wake(), None, "nothing spins");
    assert_eq!(day.reaches(1, Gate::Data), ["grant 1"]);
}

#[test]
fn of_several_recipients_each_gets_one_mail_whoever_sends() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp", "b@example.jp"]));
    // The second provider does not want b.
    day.ends(1, vec![unreachable(), unreachable()]);
    day.ends(2, vec![unreachable(), refused(Phase::Rcpt, "550 5.1.1 unknown")]);
    day.wakes();
    let beside = day.wakes();
    assert_eq!(beside[2], "begin 4 at 1 for a", "{beside:?}");
    day.reaches(4, Gate::Data);
    let next = day.ends(4, vec![delivered()]);
    assert_eq!(next, ["outcome delivered Synced", "attempt 5 home", "begin 5 at 0 for b"]);
}

#[test]
fn a_lost_reply_of_the_one_that_sends_is_not_made_up_for_by_the_other_unless_it_is_urgent() {
    let mut day = hedged(&["a@example.jp"]);
    day.reaches(2, Gate::Data);
    let end = day.ends(2, vec![lost_reply()]);
    assert!(end.iter().any(|word| word.starts_with("deferred")), "{end:?}");
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Critical, &["a@example.jp"]));
    day.wakes();
    day.reaches(2, Gate::Data);
    assert_eq!(day.ends(2, vec![lost_reply()])[2], "begin 3 at 0 for a");
}

#[test]
fn who_waits_for_a_silent_provider_goes_on_when_it_is_found_out() {
    let mut day = Day::new(&["home", "docomo"]);
    for n in 1..=4 {
        day.arrives(arrival(n, Severity::Warning, &["a@example.jp"]));
    }
    let next = day.wakes();
    let begun: Vec<&String> = next.iter().filter(|word| word.starts_with("begin")).collect();
    assert_eq!(begun, ["begin 3 at 1 for a", "begin 4 at 1 for a"], "{next:?}");
    let next = day.ends(3, vec![delivered()]);
    assert_eq!(next.last().map(String::as_str), Some("begin 5 at 1 for a"));
}

#[test]
fn a_provider_whose_connections_are_all_stuck_behind_data_holds_nobody_else_up() {
    let mut day = Day::new(&["home", "docomo"]);
    for n in 1..=3 {
        day.arrives(arrival(n, Severity::Warning, &["a@example.jp"]));
    }
    day.reaches(1, Gate::Data);
    day.reaches(2, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    day.reaches(2, Gate::FinalDot);
    assert_eq!(day.wakes(), ["attempt 1 docomo", "begin 3 at 1 for a"]);
    assert_eq!(day.now.monotonic.ms(), 5_500);
    assert_eq!(day.arrives(arrival(4, Severity::Warning, &["a@example.jp"]))[1], "begin 4 at 1 for a");
}

/// The only connection of the first provider is behind the last octets of a message, and nothing is said there.
fn with_no_reply_to_its_message() -> Day {
    let mut day = Day::new(&["home", "docomo"]);
    day.dispatcher.settings.providers.iter_mut().for_each(|provider| provider.connections = 1);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    day
}

#[test]
fn behind_a_provider_that_does_not_get_on_the_next_one_takes_everybody_one_right_after_the_other() {
    let mut day = with_no_reply_to_its_message();
    for n in 2..=6 {
        assert!(day.arrives(arrival(n, Severity::Critical, &["a@example.jp"])).is_empty());
    }
    let mut said = day.wakes();
    let moved_on = day.now;
    for attempt in 2..=6 {
        let begin = format!("begin {attempt} at 1 for a");
        assert!(said.contains(&begin), "{said:?}");
        said = day.goes_out(attempt, 1);
    }
    assert_eq!(day.now, moved_on);
}

#[test]
fn an_urgent_alert_asks_one_that_is_left_out_if_the_only_other_one_does_not_get_on() {
    let mut day = with_no_reply_to_its_message();
    let outage = Outage {
        since: day.now.wall,
        until: day.now.wall.plus(Duration::from_mins(5)),
        openings: 4,
        cause: Cause::Silent,
        reason: "no answer".to_owned(),
    };
    day.dispatcher.remember(day.now, "docomo", outage, true);
    assert!(day.arrives(arrival(2, Severity::Critical, &["a@example.jp"])).is_empty());
    let said = day.wakes();
    assert!(said.contains(&"begin 2 at 1 for a".to_owned()), "{said:?}");
}

#[test]
fn stopping_takes_back_what_runs_beside_each_other() {
    let mut day = hedged(&["a@example.jp"]);
    assert_eq!(day.tell(Event::Stopping), ["withdraw 1", "withdraw 2"]);
    assert_eq!(day.reaches(2, Gate::Data), ["withdraw 2"]);
    let withdrawn = || RecipientOutcome::Failed(Failure::new(Phase::Data, Trouble::Withdrawn));
    assert_eq!(day.ends(2, vec![withdrawn()]), ["outcome open Grouped"]);
    assert_eq!(day.ends(1, vec![withdrawn()]), ["outcome open Grouped"]);
    assert!(day.dispatcher.is_idle());
}

#[test]
fn who_has_leave_and_falls_silent_before_the_last_octets_loses_it_to_the_next() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    day.reaches(1, Gate::Data);
    let next = day.wakes();
    assert_eq!(
        next,
        [
            "home open silent 1",
            "outcome open Grouped",
            "withdraw 1",
            "attempt 2 docomo",
            "begin 2 at 1 for a"
        ]
    );
    assert_eq!(day.reaches(1, Gate::FinalDot), ["withdraw 1"], "too late");
    assert_eq!(day.reaches(2, Gate::Data), ["grant 2"]);
    assert_eq!(day.reaches(2, Gate::FinalDot), ["dot-sent Written", "grant 2"]);
    assert_eq!(day.dispatcher.next_wake(), None, "nobody takes the last octets back");
}

#[test]
fn of_two_slow_ones_neither_loses_its_leave_for_being_as_slow_as_before() {
    let mut day = hedged(&["a@example.jp"]);
    day.now = Now { monotonic: day.now.monotonic.plus(Duration::from_secs(38)), ..day.now };
    assert_eq!(day.reaches(1, Gate::Data)[1..], ["withdraw 2", "grant 1"]);
    assert_eq!(
        day.dispatcher.patience.first().map(|(end, _)| end.since(day.now.monotonic).as_secs()),
        Some(10)
    );
}

#[test]
fn a_large_message_may_take_its_time_and_the_last_provider_any_time() {
    let mut day = Day::new(&["home", "docomo"]);
    let mut large = arrival(1, Severity::Warning, &["a@example.jp"]);
    large.octets = 1_600_000;
    day.arrives(large);
    day.reaches(1, Gate::Data);
    assert_eq!(day.dispatcher.next_wake(), Some(day.now.monotonic.plus(Duration::from_secs(102))));

    let mut day = Day::new(&["home"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    day.reaches(1, Gate::Data);
    assert_eq!(day.wakes(), [""; 0]);
    assert_eq!(day.reaches(1, Gate::FinalDot), ["dot-sent Written", "grant 1"]);
}
