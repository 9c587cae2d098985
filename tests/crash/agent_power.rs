//! The power goes at every system call of the agent that touches the spool or the provider, on real file systems.

use harness::{FileSystem, with_own_mounts};

use crate::siege::{Scenario, Siege};

/// Points that are tried of each scenario on each file system, unless all are.
const POINTS: usize = 30;

/// Says how many cuts there were, or why there were none.
#[track_caller]
fn cut_everywhere(scenario: Scenario) -> String {
    let told = FileSystem::ALL.map(|kind| match Siege::of(scenario, Some(kind)) {
        Ok(siege) => format!("{} on {kind:?}", siege.run(POINTS)),
        Err(why) => why,
    });
    told.join("\n")
}

/// Calls of a start that puts in order what a kill has left; each is tried in turn.
const CALLS_OF_A_START: [(&str, u32); 6] = [
    ("unlinkat", 1),
    ("fdatasync", 1),
    ("fdatasync", 2),
    ("unlinkat", 2),
    ("renameat2", 1),
    ("fdatasync", 3),
];

/// What a process sees after a kill is not what the disk has: a start that removed one of two copies on the word of what
/// it sees would lose the alert in this.
#[track_caller]
fn kill_twice_and_cut(scenario: Scenario) -> String {
    let told = FileSystem::ALL.map(|kind| match Siege::of(scenario, Some(kind)) {
        Ok(siege) => format!("{} on {kind:?}", siege.run_twice(POINTS, &CALLS_OF_A_START)),
        Err(why) => why,
    });
    told.join("\n")
}

#[test]
fn a_kill_and_another_kill_and_then_a_power_cut_lose_nothing() {
    let test = "agent_power::a_kill_and_another_kill_and_then_a_power_cut_lose_nothing";
    let told = with_own_mounts(test, || {
        println!("{}", kill_twice_and_cut(Scenario::Deferred));
        println!("{}", kill_twice_and_cut(Scenario::Refused));
    });
    println!("{}", told.unwrap_or_else(|why| why));
}

#[test]
fn alerts_that_are_being_sent_survive_a_power_cut_at_any_call() {
    let test = "agent_power::alerts_that_are_being_sent_survive_a_power_cut_at_any_call";
    let told = with_own_mounts(test, || println!("{}", cut_everywhere(Scenario::Taken)));
    println!("{}", told.unwrap_or_else(|why| why));
}

#[test]
fn alerts_that_are_being_deferred_survive_a_power_cut_at_any_call() {
    let test = "agent_power::alerts_that_are_being_deferred_survive_a_power_cut_at_any_call";
    let told = with_own_mounts(test, || println!("{}", cut_everywhere(Scenario::Deferred)));
    println!("{}", told.unwrap_or_else(|why| why));
}

#[test]
fn dead_letters_survive_a_power_cut_at_any_call() {
    let test = "agent_power::dead_letters_survive_a_power_cut_at_any_call";
    let told = with_own_mounts(test, || {
        println!("{}", cut_everywhere(Scenario::ForNobody));
        println!("{}", cut_everywhere(Scenario::Refused));
    });
    println!("{}", told.unwrap_or_else(|why| why));
}

#[test]
fn a_file_that_is_set_aside_survives_a_power_cut_at_any_call_with_its_reason() {
    let test = "agent_power::a_file_that_is_set_aside_survives_a_power_cut_at_any_call_with_its_reason";
    let told = with_own_mounts(test, || println!("{}", cut_everywhere(Scenario::Corrupt)));
    println!("{}", told.unwrap_or_else(|why| why));
}
