//! The network has changed: whoever waits for it is tried at once, one alert finds out for all, and nobody is hammered.

use super::*;
use spool_format::{Cause, Outage};

fn no_network() -> RecipientOutcome {
    RecipientOutcome::Failed(Failure::new(Phase::Connect, Trouble::NoNetwork("no route".to_owned())))
}

impl Day {
    fn network_changes(&mut self) {
        assert_eq!(self.tell(Event::NetworkChanged), [""; 0]);
    }

    /// Ends every attempt that runs like this, and those that follow from it; says how many there were.
    fn all_end(&mut self, outcome: &RecipientOutcome) -> usize {
        let mut count = 0;
        while let Some(attempt) = self.dispatcher.attempts.keys().next().copied() {
            self.ends(attempt.0, vec![outcome.clone()]);
            count += 1;
        }
        count
    }

    /// How long from now until something is due, in milliseconds.
    fn waits(&self) -> Option<u64> {
        let wake = self.dispatcher.next_wake()?.since(self.now.monotonic);
        Some(u64::try_from(wake.as_millis()).expect("a time"))
    }

    fn with_many(providers: &[&str], severity: Severity, outcome: &RecipientOutcome) -> Self {
        let mut day = Self::new(providers);
        for n in 1..=20 {
            day.arrives(arrival(n, severity, &["a@example.jp"]));
        }
        day.all_end(outcome);
        day
    }
}

#[test]
fn when_the_network_is_back_one_alert_finds_out_at_once_and_all_follow() {
    let mut day = Day::with_many(&["home"], Severity::Info, &no_network());
    day.network_changes();
    assert_eq!(day.waits(), Some(100));
    assert_eq!(day.wakes().iter().filter(|word| word.starts_with("begin")).count(), 1, "a scout");
    let scout = day.dispatcher.last_attempt;
    day.ends(scout, vec![delivered()]);
    assert_eq!(day.waits(), Some(0), "all the others");
}

#[test]
fn news_without_a_network_behind_it_costs_one_attempt() {
    let mut day = Day::with_many(&["home"], Severity::Info, &no_network());
    day.network_changes();
    day.wakes();
    assert_eq!(day.all_end(&no_network()), 1);
    assert!(day.waits().is_some_and(|wait| wait >= 2_500), "{:?}", day.waits());
}

#[test]
fn a_provider_that_was_not_reached_is_asked_by_one_alert_and_a_refused_login_is_not() {
    for (cause, is_asked) in
        [(Cause::Trouble, true), (Cause::Silent, true), (Cause::Refused, false), (Cause::Login, false)]
    {
        let mut day = Day::new(&["home"]);
        let until = day.now.wall.plus(Duration::from_mins(5));
        let outage = Outage { since: day.now.wall, until, openings: 9, cause, reason: String::new() };
        day.dispatcher.remember(day.now, "home", outage, false);
        day.now.wall = day.now.wall.plus(Duration::from_mins(10));
        for n in 1..=20 {
            day.arrives(arrival(n, Severity::Info, &["a@example.jp"]));
        }
        day.network_changes();
        let said = day.wakes();
        let begun = said.iter().filter(|word| word.starts_with("begin")).count();
        assert_eq!(begun, usize::from(is_asked), "{cause:?}: {said:?}");
        if is_asked {
            let asks = day.dispatcher.last_attempt;
            day.ends(asks, vec![unreachable()]);
            assert_eq!(day.dispatcher.attempts.len(), 0, "{cause:?}: what one found out holds for all");
            assert!(day.waits().is_some_and(|wait| wait > 1_000), "{cause:?}: {:?}", day.waits());
        }
    }
}

#[test]
fn whom_nobody_answered_is_tried_at_once_and_who_was_answered_keeps_its_pause() {
    let busy = refused(Phase::Mail, "451 4.3.0 later");
    let silent = RecipientOutcome::Failed(Failure::new(Phase::Greeting, Trouble::Silent { seconds: 60 }));
    for (outcome, is_due) in [(unreachable(), true), (silent, true), (busy, false)] {
        let mut day = Day::new(&["home"]);
        day.arrives(arrival(1, Severity::Info, &["a@example.jp"]));
        day.all_end(&outcome);
        day.network_changes();
        let said = day.wakes();
        let is_tried = said.iter().any(|word| word.starts_with("begin"));
        assert_eq!(is_tried, is_due, "{outcome:?}: {said:?}");
    }
}

#[test]
fn what_began_before_the_change_says_nothing_of_what_came_after_it() {
    let mut day = Day::new(&["home"]);
    day.arrives(arrival(1, Severity::Info, &["a@example.jp"]));
    day.network_changes();
    day.wakes();
    let end = day.ends(1, vec![unreachable()]);
    assert!(end.contains(&"deferred 0 Synced".to_owned()), "{end:?}");
    assert_eq!(day.waits(), Some(0));
}

#[test]
fn an_idle_agent_is_not_woken_by_any_news() {
    let mut day = Day::new(&["home"]);
    day.network_changes();
    assert_eq!(day.waits(), None);
}

#[test]
fn a_link_that_flaps_costs_few_attempts_whatever_is_in_hand() {
    for (trouble, what) in [(no_network(), "no network"), (unreachable(), "nobody answers")] {
        let mut day = Day::with_many(&["home", "docomo"], Severity::Critical, &trouble);
        let (mut attempts, start) = (0, day.now);
        while day.now.monotonic.since(start.monotonic) < Duration::from_mins(1) {
            day.network_changes();
            let step = Duration::from_millis(day.waits().map_or(10, |wait| wait.min(10)));
            day.now = Now { wall: day.now.wall.plus(step), monotonic: day.now.monotonic.plus(step) };
            day.tell(Event::Woke);
            attempts += day.all_end(&trouble);
        }
        // Sixteen times in a minute each of two providers is asked once, and as often as without news.
        assert!(attempts <= 2 * 16 + 2 * 24 + 8, "{what}: {attempts} attempts");
        assert!(attempts >= 20, "{what}: {attempts} attempts");
    }
}
