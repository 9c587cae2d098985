//! The loop itself, on tokio's paused clock: `engine::run` with its timers and its ways to end, the real dispatcher, the real
//! carrier with its tasks and kept connections, real TLS, in front of servers in memory; the real writer's desk on the disk
//! that loses power. People give orders, settings change, the agent is stopped, killed, and started again.
//!
//! What the oracle of the other days says holds here, too; and the loop ends in time when it is to stop, and does not spin.
//!
//! | module | what it is |
//! | --- | --- |
//! | `world` | how the loop reaches what is outside |
//! | `server` | a server at the end of a connection in memory |
//! | `handshake` | its TLS, as it should be and otherwise |
//! | `life` | an agent from its start to its end |
//! | `hour` | from one agent to the next, and what has to be true |
//! | `events` | what happens, one by one |
//! | `menu` | what can happen |
//!
//! `ALERTMAIL_LOOP_SEED=n` repeats one hour and tells its steps; `ALERTMAIL_LOOP_RUNS=n` plays so many.

mod events;
mod handshake;
mod hour;
mod life;
mod menu;
mod server;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::mutants::Mutant;
use super::seeds::{number, play_each};

/// Repeats one hour.
const SEED: &str = "ALERTMAIL_LOOP_SEED";

/// Hours that are played in every run of the tests.
const RUNS: u64 = 20;

/// What has to have happened in them.
const MARKS: [&str; 30] = [
    "TLS from the first octet",
    "TLS after STARTTLS",
    "a certificate that has expired",
    "a certificate for another name",
    "a certificate of nobody whom we trust",
    "a certificate whose key it does not have",
    "an alert in the place of a handshake",
    "a handshake that is cut off",
    "a handshake that does not come",
    "no TLS where it should be",
    "a call that nobody answers",
    "another beside a slow one",
    "an order",
    "a reload",
    "a stop",
    "killed",
    "a power cut",
    "the network is back, and says so",
    "several at a time",
    "a disk that takes its time",
    "a full disk",
    "a disk with errors",
    "a start that failed",
    "the end in the middle of a write",
    "the clock set while it runs",
    "an alert on the socket",
    "the same on the socket again",
    "kept, says the socket",
    "a quota used up",
    "a canary taken",
];

/// Defects on purpose, and in how many hours they have to be found.
const MUTANTS: [(Mutant, u64); 7] = [
    (Mutant::NotCopied, 40),
    (Mutant::DotNotRecorded, 20),
    (Mutant::RefusedTakenForSent, 40),
    (Mutant::NeverStops, 20),
    (Mutant::Spins, 5),
    (Mutant::ReplyForgotten, 40),
    (Mutant::NobodyBeside, 40),
];

#[test]
fn the_loop_loses_nothing_stops_in_time_and_does_not_spin_whatever_happens() {
    let marks = std::sync::Mutex::new(BTreeMap::new());
    let play = |seed, tells| {
        let told = hour::play(seed, tells, None);
        let mut marks = marks.lock().expect("no panic while it is held");
        for (mark, count) in told {
            *marks.entry(mark).or_insert(0) += count;
        }
    };
    if let Some(seed) = number(SEED) {
        return play(seed, true);
    }
    let runs = number("ALERTMAIL_LOOP_RUNS").unwrap_or(RUNS);
    play_each(runs, SEED, |seed| play(seed, false));
    let marks: BTreeMap<&str, u64> = marks.into_inner().expect("no panic while it was held");
    for (mark, count) in &marks {
        println!("{count:8}  {mark}");
    }
    let missing: Vec<&str> = MARKS.into_iter().filter(|mark| !marks.contains_key(mark)).collect();
    assert!(runs < RUNS || missing.is_empty(), "in no hour there was: {missing:?}");
}

#[test]
fn an_hour_is_the_same_twice() {
    for seed in 1..=2 {
        assert_eq!(hour::play(seed, false, None), hour::play(seed, false, None), "seed {seed}");
    }
}

#[test]
fn what_is_wrong_with_the_loop_on_purpose_is_found() {
    let caught = |seed, mutant| {
        let panic = catch_unwind(AssertUnwindSafe(|| hour::play(seed, false, Some(mutant)))).err()?;
        panic.downcast_ref::<String>().cloned().or_else(|| Some((*panic.downcast_ref::<&str>()?).to_owned()))
    };
    let mut survivors = Vec::new();
    for (mutant, hours) in MUTANTS {
        match (1..=hours).find_map(|seed| Some((seed, caught(seed, mutant)?))) {
            Some((seed, why)) => {
                let first_line = why.lines().next().unwrap_or_default();
                println!("{mutant:?}: seed {seed}: {first_line}");
            }
            None => survivors.push(mutant),
        }
    }
    assert!(survivors.is_empty(), "nobody has found {survivors:?}");
}
