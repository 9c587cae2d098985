//! The agent is killed at every system call that touches the spool or the provider.

use crate::siege::{Scenario, Siege};

#[track_caller]
fn kill_everywhere(scenario: Scenario) -> String {
    Siege::of(scenario, None).expect("it needs no disk").run(POINTS)
}

/// Points that are tried of each scenario, unless all are.
const POINTS: usize = 40;

#[test]
fn alerts_that_are_being_sent_survive_a_kill_at_any_call() {
    println!("{}", kill_everywhere(Scenario::Taken));
}

#[test]
fn alerts_that_are_being_deferred_survive_a_kill_at_any_call() {
    println!("{}", kill_everywhere(Scenario::Deferred));
}

#[test]
fn an_alert_that_becomes_a_dead_letter_survives_a_kill_at_any_call() {
    println!("{}", kill_everywhere(Scenario::ForNobody));
}

#[test]
fn a_refused_alert_stays_a_dead_letter_after_a_kill_at_any_call() {
    println!("{}", kill_everywhere(Scenario::Refused));
}

#[test]
fn a_file_that_is_set_aside_survives_a_kill_at_any_call_with_its_reason() {
    println!("{}", kill_everywhere(Scenario::Corrupt));
}
