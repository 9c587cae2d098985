//! Histories of drills, with agents that die in them: never two logins in an interval, and never no drill for long.

use std::collections::BTreeMap;

use proptest::prelude::*;
use smtp::{Failure, Phase, Reply, ReplyCode, Trouble};

use super::*;

const EVERY: Duration = Duration::from_hours(24);
const PLAN: Plan = Plan { every: EVERY, certificate_ends: Duration::from_hours(14 * 24) };
const NAMES: [&str; 3] = ["home", "docomo", "yahoo"];

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many minutes pass.
    Pass(u16),
    /// Time passes until somebody is due; the drill begins.
    Begin,
    EndWell,
    EndRefused,
    EndUnreached,
    EndOffline,
    /// It is killed, wherever it is, and started again after so many minutes.
    Kill(u16),
    /// An alert goes out at this provider.
    Deliver(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0..2000_u16).prop_map(Step::Pass),
        3 => Just(Step::Begin),
        2 => Just(Step::EndWell),
        2 => Just(Step::EndRefused),
        1 => Just(Step::EndUnreached),
        1 => Just(Step::EndOffline),
        1 => (0..2000_u16).prop_map(Step::Kill),
        1 => (0..NAMES.len()).prop_map(Step::Deliver),
    ]
}

/// An agent that has nothing to do but drills, and what lasts of it.
struct Town {
    now: Now,
    drills: Drills,
    /// The last line of each provider.
    journal: BTreeMap<String, Drill>,
    running: Option<Start>,
    /// For each provider, when a login began, as far as anybody knows.
    logins: [Vec<Monotonic>; 3],
    seed: u64,
}

impl Town {
    fn new(seed: u64) -> Self {
        let now = Now { wall: Wall::from_unix_ms(1_000_000_000_000), monotonic: Monotonic::from_ms(500) };
        let drills = Self::start(now, seed, &BTreeMap::new());
        Self { now, drills, journal: BTreeMap::new(), running: None, logins: Default::default(), seed }
    }

    fn start(now: Now, seed: u64, journal: &BTreeMap<String, Drill>) -> Drills {
        let mut drills = Drills::new(now, PLAN, NAMES.map(|name| (name.to_owned(), true)), seed);
        for drill in journal.values() {
            drills.recall(now, drill.clone());
        }
        drills
    }

    fn pass(&mut self, wait: Duration) {
        self.now = Now { wall: self.now.wall.plus(wait), monotonic: self.now.monotonic.plus(wait) };
    }

    fn begin(&mut self) {
        let Some(wake) = self.drills.next_wake() else { return };
        self.pass(wake.since(self.now.monotonic));
        let place = self.drills.due(self.now.monotonic).expect("somebody is due when it wakes");
        let start = self.drills.begin(self.now, place, false).expect("there are drills");
        assert_eq!(self.drills.due(self.now.monotonic), None, "never two at the same time");
        self.journal.insert(start.line.provider.clone(), start.line.clone());
        if start.login {
            self.logins[place].push(self.now.monotonic);
        }
        self.running = Some(start);
    }

    fn end(&mut self, step: Step) {
        let Some(Start { place, login, .. }) = self.running.take() else { return };
        let reply = Reply::new(ReplyCode(535), ["5.7.8 no"]);
        let failure = match step {
            Step::EndRefused if login => Some(Failure::new(Phase::Auth, Trouble::Reply(reply))),
            Step::EndUnreached | Step::EndOffline => Some(Failure::connect("connection refused")),
            _ => None,
        };
        let was_reached = !matches!(step, Step::EndUnreached | Step::EndOffline);
        if login && !was_reached {
            self.logins[place].pop();
        }
        self.pass(Duration::from_secs(1));
        let line = if matches!(step, Step::EndOffline) {
            self.drills.came_to_nothing(self.now.monotonic, place)
        } else {
            let sighting = Sighting { failure, login: login && was_reached, ..Sighting::default() };
            self.drills.ended(self.now, place, &sighting, None)
        };
        if let Some(line) = line {
            self.journal.insert(line.provider.clone(), line);
        }
    }

    fn live(&mut self, step: Step) {
        match step {
            Step::Pass(minutes) => self.pass(Duration::from_mins(minutes.into())),
            Step::Begin => self.begin(),
            Step::Kill(minutes) => {
                self.pass(Duration::from_mins(minutes.into()));
                self.running = None;
                self.seed += 1;
                self.drills = Self::start(self.now, self.seed, &self.journal);
            }
            Step::Deliver(place) => {
                self.drills.is_proven(self.now, place);
                // As the ledger does.
                if let Some(line) = self.journal.get_mut(NAMES[place]) {
                    line.delivered = Some(self.now.wall);
                }
            }
            ends => self.end(ends),
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_there_is_one_login_a_provider_and_interval_at_most_and_a_drill_in_the_next(
        steps in prop::collection::vec(step(), 0..60), seed: u32,
    ) {
        let mut town = Town::new(seed.into());
        for step in steps {
            town.live(step);
            for logins in &town.logins {
                for pair in logins.windows(2) {
                    prop_assert!(pair[1].since(pair[0]) >= EVERY, "{:?}", logins);
                }
            }
        }
        // Left alone, each is looked at within the next interval and its jitter.
        town.end(Step::EndWell);
        let (until, mut seen) = (town.now.monotonic.plus(EVERY + EVERY / PART + LATER), [false; 3]);
        while town.drills.next_wake().is_some_and(|wake| wake <= until) {
            town.begin();
            seen[town.running.as_ref().expect("it has begun").place] = true;
            town.end(Step::EndWell);
        }
        prop_assert_eq!(seen, [true; 3]);
    }
}

#[test]
fn one_that_begins_in_the_millisecond_in_which_the_last_one_has_ended_is_known_to_run() {
    let mut town = Town::new(1);
    town.drills = Drills::new(town.now, PLAN, [("home".to_owned(), true)], 5);
    town.begin();
    // Longer than the pause before the next one.
    town.pass(Duration::from_hours(3));
    town.end(Step::EndUnreached);
    town.begin();
    assert!(town.journal["home"].is_running(), "{:?}", town.journal["home"]);
}

#[test]
fn the_first_drills_come_within_minutes_and_the_next_after_an_interval() {
    let mut town = Town::new(7);
    let mut begun = Vec::new();
    for _ in 0..6 {
        town.begin();
        begun.push((town.now.monotonic.ms() - 500) / 60_000);
        town.end(Step::EndWell);
    }
    let (first, second) = begun.split_at(3);
    assert!(first.iter().all(|minute| (2..=4).contains(minute)), "{first:?}");
    assert!(second.iter().all(|minute| (24 * 60 + 2..=27 * 60 + 4).contains(minute)), "{second:?}");
}

#[test]
fn who_has_taken_an_alert_is_looked_at_without_a_login_unless_it_is_left_out() {
    for (is_left_out, expected) in [(false, false), (true, true)] {
        let mut town = Town::new(1);
        town.drills.is_proven(town.now, 1);
        let wake = Monotonic::from_ms(600_000);
        town.now.monotonic = wake;
        let start = town.drills.begin(town.now, 1, is_left_out).expect("there are drills");
        assert_eq!(start.login, expected);
    }
}

#[test]
fn a_provider_that_was_not_reached_is_asked_again_sooner_and_one_that_refuses_the_login_is_not() {
    for (end, most) in
        [(Step::EndUnreached, 2 * 60 + 1), (Step::EndOffline, 2 * 60 + 1), (Step::EndRefused, 27 * 60)]
    {
        let mut drills = Town::new(3);
        drills.drills = Drills::new(drills.now, PLAN, [("home".to_owned(), true)], 5);
        drills.begin();
        let began = drills.now.monotonic;
        drills.end(end);
        let wait = drills.drills.next_wake().expect("once more").since(began);
        assert!(wait <= Duration::from_mins(most) && wait >= Duration::from_hours(1), "{end:?} {wait:?}");
        assert_eq!(wait >= EVERY, matches!(end, Step::EndRefused), "{end:?} {wait:?}");
    }
}

#[test]
fn nobody_is_drilled_who_is_to_be_left_alone_or_where_there_are_no_drills() {
    let now = Town::new(1).now;
    let drills = Drills::new(now, PLAN, [("home".to_owned(), false)], 5);
    assert_eq!(drills.next_wake(), None);
    assert_eq!(Drills::never().next_wake(), None);
}
