//! Proof by a model: the real engine and the real writer, on a disk that loses power, in a world where everything that can
//! go wrong does, through thousands of histories, each repeated by its seed.
//!
//! The engine and the writer do one step when the history says so, on one thread; what the oracle says must hold after
//! every start, after every power cut, for any power cut that could come after a write, and at the end, when faults are
//! over and everything has to be delivered within twice the longest pause.
//!
//! | module | what it is |
//! | --- | --- |
//! | `disk` | what a disk keeps, and what a power cut leaves of the rest |
//! | `fs` | the calls to it, each of which can fail or be the last |
//! | `world` | clocks, connections, and what waits for the writer |
//! | `link` | the real session at one end of a connection, a server at the other |
//! | `provider` | a server: octets in, replies out, mails kept |
//! | `paused` | the loop itself, on tokio's paused clock |
//! | `weather` | what a provider is like |
//! | `health` | what a provider was like, and so until when it may be left out |
//! | `mailbox` | a folder for mail on the same disk, written by the product's own calls |
//! | `drill` | a session without a mail |
//! | `reach` | how the engine reaches that world |
//! | `agent` | the hands and the desk, driven by hand |
//! | `alert` | what a hook has to say |
//! | `hooks` | where it says that, and what it is told |
//! | `asked` | what is known of an alert |
//! | `oracle` | what has to be true |
//! | `remembered` | and of what a start has read back |
//! | `own` | and of notices |
//! | `punctual` | and of a day: nobody waits who can be served |
//! | `rates` | and nobody is asked without end |
//! | `story` | one history, step by step |
//! | `settled` | the end of a history, when everything has to be in order |
//! | `chance` | dice that a seed determines |
//! | `histories` | histories by chance |
//! | `days` | days by chance, on a clock that goes from event to event |
//! | `menu` | what can happen on one |
//! | `drawn` | what a day's configuration says |
//! | `marks` | what a run has come to |
//! | `mutants` | defects on purpose, each of which has to be found |
//! | `seeds` | plays many seeds and says which fail |
//! | `scenarios` | short histories with a crash and a fault at every call |
//!
//! What it does not play: an agent that dies after a failed sync of the journal and before its lines are in a new file,
//! with a power cut behind it (see `Story::agent_is_gone`); names that change while a hook is in the middle of its calls; the spare folder; a
//! spool that is replaced under a running agent.
//!
//! `ALERTMAIL_MODEL_SEED=n` repeats one history or day and tells its steps; `ALERTMAIL_MODEL_RUNS=n` plays so many;
//! `ALERTMAIL_MODEL_DAYS=n` plays so many days; `ALERTMAIL_MODEL_FROM=n` is the first of either.

mod agent;
mod alert;
mod asked;
mod chance;
mod days;
mod disk;
mod drawn;
mod drill;
mod fs;
mod health;
mod histories;
mod hooks;
mod link;
mod mailbox;
mod marks;
mod menu;
mod mutants;
mod oracle;
mod own;
mod paused;
mod provider;
mod punctual;
mod rates;
mod reach;
mod remembered;
mod scenarios;
mod seeds;
mod settled;
mod story;
mod totals;
mod weather;
mod world;

use std::sync::Mutex;

use seeds::{number, play_each};
use totals::Totals;

/// Repeats one history or day.
const SEED: &str = "ALERTMAIL_MODEL_SEED";

/// Histories that are played in every run of the tests.
const RUNS: u64 = 1_000;

/// Days that are played in every run of the tests.
const DAYS: u64 = 10;

#[test]
fn whatever_happens_no_alert_is_lost_and_none_is_sent_twice_without_a_reason() {
    let play = |seed, tells| drop(histories::play(seed, tells));
    match number(SEED) {
        Some(seed) => play(seed, true),
        None => play_each(number("ALERTMAIL_MODEL_RUNS").unwrap_or(RUNS), SEED, |seed| play(seed, false)),
    }
}

#[test]
fn on_whatever_day_a_critical_alert_is_no_later_than_the_providers_allow() {
    let totals = Mutex::new(Totals::default());
    let play = |seed, tells| {
        let mut of_the_day = Totals::default();
        days::play(seed, tells, &mut of_the_day);
        totals.lock().expect("no panic while it is held").add(&of_the_day);
    };
    if let Some(seed) = number(SEED) {
        return play(seed, true);
    }
    let days = number("ALERTMAIL_MODEL_DAYS").unwrap_or(DAYS);
    play_each(days, SEED, |seed| play(seed, false));
    let totals = totals.into_inner().expect("no panic while it was held");
    println!("{days} days: {totals}");
    for mark in marks::MUST {
        let has_come = totals.marks.hits.contains_key(mark);
        assert!(days < DAYS || has_come, "no day has come to this: {mark}");
    }
}

#[test]
fn an_end_at_any_call_of_the_writer_loses_nothing() {
    for scenario in scenarios::ALL {
        println!("{}: {} crash points", scenario.name, scenario.crash_everywhere());
    }
}

#[test]
fn an_error_at_any_call_of_the_writer_loses_nothing() {
    for scenario in scenarios::ALL {
        println!("{}: {} faults", scenario.name, scenario.fail_everywhere());
    }
}
