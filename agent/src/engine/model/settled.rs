//! The end of a history: faults are over, providers take what they get, and then everything has to be in order.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use spool_format::{Detail, Ledger, State, Wall};

use super::disk::{Disk, Place};
use super::fs::{Machine, ModelFs};
use super::oracle::{Known, Promise};
use super::story::{Step, Story};
use super::weather::Weather;
use super::world::OWN;
use crate::spool::read_back::{Reach, ReadBack, read_back};

/// Between two scans.
const RESCAN: Duration = Duration::from_secs(5);

/// Disks that take no copy.
const DISKS: [&str; 4] = [
    "a full disk",
    "a user's quota of the disk used up",
    "a disk that became read-only",
    "a disk with errors",
];

/// Reads the journal on a disk.
pub(super) fn ledger(disk: &Disk) -> ReadBack {
    read(disk, Detail::Brief)
}

fn read(disk: &Disk, detail: Detail) -> ReadBack {
    let machine = Machine::new(disk.clone(), Wall::from_unix_ms(0));
    let fs = ModelFs { machine: Rc::new(RefCell::new(machine)), uid: OWN, may_list: true };
    read_back(&fs, &Place::Journal, detail, Reach::All).expect("a disk without trouble")
}

impl Story {
    /// Ends it well: whatever is left is delivered within twice the longest pause. Then a restart finds nothing to do.
    pub(super) fn settle(&mut self) {
        {
            let mut machine = self.machine.borrow_mut();
            (machine.fault, machine.fuse, machine.is_low) = (None, None, false);
            let weather = &mut self.outside.borrow_mut().weather;
            weather.fill(Weather::FAIR);
        }
        self.go(Step::Start { clock: 0, domain: None });
        self.run_until_quiet();
        self.go(Step::Stop);
        self.go(Step::Start { clock: 0, domain: None });
        self.run_until_quiet();
        self.expect_order();
    }

    fn run_until_quiet(&mut self) {
        let longest = self.outside.borrow().oracle.longest_pause;
        let start = self.outside.borrow().now.monotonic;
        loop {
            self.go(Step::Hear(20));
            self.go(Step::Write(20));
            let goes_on = self.outside.borrow_mut().let_a_session_go_on(&mut self.dice);
            let agent = self.agent.as_ref().expect("it runs");
            let is_done = agent.has_heard_all() && self.outside.borrow().is_quiet();
            let now = self.outside.borrow().now.monotonic;
            if goes_on || !is_done || agent.next_wake().is_some_and(|wake| wake <= now) {
                continue;
            }
            if agent.is_idle() && self.is_settled() {
                return;
            }
            let waited = now.since(start);
            assert!(waited <= 2 * longest + 4 * RESCAN, "after {waited:?}: {}", self.left());
            let wait = agent.next_wake().map_or(RESCAN, |wake| wake.since(now).min(RESCAN));
            self.pass(wait);
            self.go(Step::Rescan);
        }
    }

    /// Names that still have to go.
    pub(super) fn left(&self) -> String {
        let machine = self.machine.borrow();
        let names =
            [Place::Incoming, Place::Deferred].into_iter().flat_map(|place| machine.disk.names(place));
        let left = names.map(|name| name.to_string_lossy()).filter(|name| !name.starts_with('.'));
        left.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn is_settled(&self) -> bool {
        self.left().is_empty()
    }

    fn expect_order(&self) {
        let machine = self.machine.borrow();
        let disk = &machine.disk;
        self.expect_promises_kept(disk, "at the end");
        let read = read(disk, Detail::Full);
        let has_holes = machine.has_lost && !read.broken_lines.is_empty();
        assert!(has_holes || read.broken_lines.is_empty(), "broken lines: {:?}", read.broken_lines);
        for place in [Place::Deferred, Place::Dead, Place::Corrupt] {
            let litter: Vec<_> =
                disk.names(place).filter(|name| name.to_string_lossy().starts_with('.')).collect();
            assert!(litter.is_empty(), "{place:?} has {litter:?}");
        }
        expect_reasons(disk);
        self.expect_accounts(disk, &read.ledger);
    }

    fn expect_accounts(&self, disk: &Disk, ledger: &Ledger) {
        if !self.machine.borrow().has_lost {
            let outside = self.outside.borrow();
            let was_there = |mark: &&str| outside.marks.hits.contains_key(*mark);
            let knew_no_network = was_there(&"an attempt without a network");
            let had_no_disk = DISKS.iter().any(was_there);
            let is_lost = |id| had_no_disk && disk.alert(id).next().is_none();
            outside.oracle.expect_no_canary_on_its_way(&ledger.canaries, knew_no_network, is_lost);
        }
        for (id, asked) in &self.outside.borrow().oracle.alerts {
            let dead = disk.alert(*id).find(|(place, _)| *place == Place::Dead);
            if let Some((_, node)) = dead {
                assert_eq!(disk.octets(node), asked.octets, "{id}: a dead letter is kept as it came");
                assert!(asked.dead > Known::No, "{id}: dead, and nobody said so");
                let state = ledger.alerts.get(id).map(|history| history.state);
                assert_eq!(state, Some(State::Dead), "{id}: it lies in dead/");
            }
            // What nobody was promised can vanish in a power cut after it was met.
            let is_final = ledger.alerts.get(id).is_none_or(|history| history.state.is_final());
            assert!(is_final || asked.promise != Promise::Made, "{id}: the journal says that it waits");
            let is_over = dead.is_some() || asked.sent > Known::No;
            assert!(
                is_over || asked.promise != Promise::Made,
                "{id}: neither sent nor dead: {:?}",
                asked.tallies
            );
            assert!(dead.is_none() || asked.sent == Known::No, "{id}: sent and dead");
            for (to, tally) in &asked.tallies {
                assert!(tally.mails <= 1 + tally.doubts, "{id}: {to} has it {tally:?}");
                let has = tally.mails > 0 || tally.is_given_up;
                assert!(has || asked.sent == Known::No, "{id}: sent, and {to} is without it");
            }
        }
    }
}

/// What is set aside has a reason, and nothing else lies there.
fn expect_reasons(disk: &Disk) {
    let names: BTreeSet<String> =
        disk.names(Place::Corrupt).map(|name| name.to_string_lossy().into_owned()).collect();
    for name in &names {
        let is_reason = name.strip_suffix(".reason").is_some_and(|of| names.contains(of));
        assert!(
            is_reason || names.contains(&format!("{name}.reason")),
            "corrupt/ has {name} without a reason"
        );
    }
}
