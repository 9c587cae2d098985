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
