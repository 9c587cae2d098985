//! Quotas on a paused clock, and through histories drawn by lot.

use super::*;
use proptest::prelude::*;

const NONE: Quota = Quota {
    messages_per_minute: None,
    messages_per_day: None,
    recipients_per_day: None,
    recipients_per_message: None,
};

fn at(ms: u64) -> Monotonic {
    Monotonic::from_ms(ms)
}

fn to(recipients: u64) -> Cost {
    Cost { messages: 1, recipients }
}

/// Sends if there is room; gives what it found.
fn send(budget: &mut Budget, now: Monotonic, cost: Cost, severity: Severity) -> Option<Monotonic> {
    let full = budget.full_until(now, cost, severity);
    if full.is_none() {
        budget.promise(cost);
        budget.goes(now, cost);
    }
    full
}

#[test]
fn what_went_out_counts_until_its_window_is_over_and_no_longer_than_a_hundredth_more() {
    let mut budget = Budget::new(&Quota { messages_per_minute: Some(2), ..NONE });
    for ms in [0, 30_000] {
        assert_eq!(send(&mut budget, at(ms), to(1), Severity::Info), None);
    }
    for (ms, until) in
        [(30_000, Some(60_000)), (59_999, Some(60_000)), (60_000, None), (60_001, Some(90_000))]
    {
        assert_eq!(send(&mut budget, at(ms), to(1), Severity::Critical), until.map(at), "{ms}");
    }
}

#[test]
fn the_last_tenth_of_a_day_is_for_critical_alerts() {
    let mut budget = Budget::new(&Quota { messages_per_day: Some(20), ..NONE });
    let sent = |budget: &mut Budget, severity| {
        (0..100).filter(|_| send(budget, at(0), to(1), severity).is_none()).count()
    };
    assert_eq!(sent(&mut budget, Severity::Info), 18);
    assert_eq!(sent(&mut budget, Severity::Warning), 0);
    assert_eq!(sent(&mut budget, Severity::Critical), 2);
}

#[test]
fn what_runs_counts_and_what_ended_early_does_not() {
    let mut budget = Budget::new(&Quota { messages_per_day: Some(1), ..NONE });
    budget.promise(to(1));
    assert!(budget.full_until(at(0), to(1), Severity::Critical).is_some());
    budget.take_back(to(1));
    assert_eq!(budget.full_until(at(0), to(1), Severity::Critical), None);
}

#[test]
fn a_mail_that_is_larger_than_all_of_a_limit_goes_when_nothing_else_has() {
    let mut budget = Budget::new(&Quota { recipients_per_day: Some(5), ..NONE });
    assert_eq!(send(&mut budget, at(0), to(1), Severity::Info), None);
    let until = send(&mut budget, at(0), to(9), Severity::Info).expect("a day later");
    assert_eq!(send(&mut budget, until, to(9), Severity::Info), None);
}

#[test]
fn what_an_earlier_run_has_sent_counts_whatever_the_clock_says_of_it() {
    const HOUR: u64 = 3_600_000;
    for (age_hours, free_after_hours) in [(0, 24), (1, 23), (23, 1), (24, 0), (9_999, 0)] {
        let mut budget = Budget::new(&Quota { messages_per_day: Some(1), ..NONE });
        budget.has_gone(at(500), Duration::from_hours(age_hours), to(1));
        let until = budget.full_until(at(500), to(1), Severity::Critical).map_or(0, Monotonic::ms);
        let (free, step) = (free_after_hours * HOUR, 24 * HOUR / STEPS);
        assert!((free..=free + step).contains(&until), "{age_hours}: {until}");
    }
}

#[test]
fn recipients_beyond_those_of_a_message_cost_further_ones() {
    let quota = Quota { recipients_per_message: Some(3), ..NONE };
    for (recipients, messages) in [(0, 1), (1, 1), (3, 1), (4, 2), (7, 3)] {
        assert_eq!(quota.cost(recipients).messages, messages, "{recipients}");
    }
    assert_eq!(NONE.cost(101).messages, 2, "a transaction has a hundred at most");
}

proptest! {
    /// Attempts of random length and end, restarts in between: no window holds more than its limit, and whoever comes
    /// when he was told to finds room.
    #[test]
    fn no_window_ever_holds_more_than_the_limit_and_whoever_waits_gets_in(
        steps in prop::collection::vec((0_u64..40_000, 0_u8..8), 1..200),
        most in 1_u32..8,
    ) {
        let quota = Quota { messages_per_minute: Some(most), ..NONE };
        let mut budget = Budget::new(&quota);
        let (mut now, mut running, mut sent) = (0_u64, 0_usize, Vec::new());
        for (pause, what) in steps {
            now += pause;
            match what {
                0..=3 => {
                    match budget.full_until(at(now), to(1), Severity::Info) {
                        None => {
                            budget.promise(to(1));
                            running += 1;
                        }
                        Some(until) => {
                            prop_assert!(until > at(now) && until.since(at(now)) <= MINUTE + MINUTE / 100);
                            if running == 0 {
                                prop_assert_eq!(budget.full_until(until, to(1), Severity::Info), None);
                            }
                        }
                    }
                }
                4..=5 if running > 0 => {
                    budget.goes(at(now), to(1));
                    sent.push(now);
                    running -= 1;
                }
                6 if running > 0 => {
                    budget.take_back(to(1));
                    running -= 1;
                }
                7 => {
                    // The agent is killed and started again; what ran is gone with it.
                    budget = Budget::new(&quota);
                    running = 0;
                    for went in &sent {
                        budget.has_gone(at(now), Duration::from_millis(now - went), to(1));
                    }
                }
                _ => {}
            }
            let in_window = sent.iter().filter(|went| **went + 60_000 > now).count();
            prop_assert!(in_window <= most as usize, "{in_window} of {most}");
        }
    }
}
