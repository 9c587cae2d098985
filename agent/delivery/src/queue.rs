//! Which alert is due, and which of two goes first: by severity, then by birth (ids sort by it).
//!
//! Among those of one severity the fresh and the old take turns: what has just happened does not wait behind the heap
//! that an outage has left, and the heap gets every other connection.

use std::collections::{BTreeMap, BTreeSet};

use spool_format::{AlertId, Severity};

use crate::time::Monotonic;

/// Alerts that wait for their time, and alerts that wait for a free connection.
#[derive(Debug, Default)]
pub struct Queue {
    by_time: BTreeSet<(Monotonic, AlertId)>,
    times: BTreeMap<AlertId, Monotonic>,
    lanes: Vec<Lane>,
}

/// How long an alert has waited already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It has just come.
    Fresh,
    /// It was tried before, or lay there for a while.
    Old,
}

/// Alerts that wait for a free connection to one provider.
#[derive(Clone, Debug, Default)]
struct Lane {
    fresh: BTreeSet<(Severity, AlertId)>,
    old: BTreeSet<(Severity, AlertId)>,
    /// Whether a fresh one went last.
    fresh_went: bool,
}

impl Lane {
    fn take_next(&mut self) -> Option<AlertId> {
        let severity =
            |waiting: &BTreeSet<(Severity, AlertId)>| waiting.first().map(|(severity, _)| *severity);
        self.fresh_went = match (severity(&self.fresh), severity(&self.old)) {
            (Some(fresh), Some(old)) if fresh == old => !self.fresh_went,
            (Some(fresh), Some(old)) => fresh < old,
            (fresh, _) => fresh.is_some(),
        };
        let first = if self.fresh_went { self.fresh.pop_first() } else { self.old.pop_first() };
        first.map(|(_, id)| id)
    }
}

impl Queue {
    /// A queue with a lane for each of `providers` providers.
    pub fn new(providers: usize) -> Self {
        Self { by_time: BTreeSet::new(), times: BTreeMap::new(), lanes: vec![Lane::default(); providers] }
    }

    /// Lets an alert wait until `due`, in place of any earlier time.
    pub fn wait_until(&mut self, id: AlertId, due: Monotonic) {
        self.forget_time(id);
        self.by_time.insert((due, id));
        self.times.insert(id, due);
    }

    /// Takes out everything that is due.
    pub fn take_due(&mut self, now: Monotonic) -> Vec<AlertId> {
        let mut due = Vec::new();
        while let Some((time, id)) = self.by_time.first().copied().filter(|(time, _)| *time <= now) {
            self.by_time.remove(&(time, id));
            self.times.remove(&id);
            due.push(id);
        }
        due
    }

    /// Everything that waits for a time is due now, unless it was due before.
    pub fn hurry(&mut self, now: Monotonic) {
        let later: Vec<AlertId> =
            self.times.iter().filter(|(_, due)| **due > now).map(|(id, _)| *id).collect();
        for id in later {
            self.wait_until(id, now);
        }
    }

    /// The next time at which something is due.
    pub fn next_due(&self) -> Option<Monotonic> {
        self.by_time.first().map(|(time, _)| *time)
    }

    /// Lets an alert wait for a free connection to a provider.
    pub fn wait_for(&mut self, provider: usize, (severity, age): (Severity, Age), id: AlertId) {
        let lane = &mut self.lanes[provider];
        let waiting = match age {
            Age::Fresh => &mut lane.fresh,
            Age::Old => &mut lane.old,
        };
        waiting.insert((severity, id));
    }

    /// The most urgent alert that waits for this provider.
    pub fn take_next(&mut self, provider: usize) -> Option<AlertId> {
        self.lanes[provider].take_next()
    }

    /// Everybody who waits for this provider, the most urgent first.
    pub fn take_all(&mut self, provider: usize) -> Vec<AlertId> {
        std::iter::from_fn(|| self.take_next(provider)).collect()
    }

    /// Whether anybody waits for this provider.
    pub fn is_waited_for(&self, provider: usize) -> bool {
        let lane = &self.lanes[provider];
        !(lane.fresh.is_empty() && lane.old.is_empty())
    }

    /// Forgets everybody who waits for a connection.
    pub fn clear_lanes(&mut self) {
        self.lanes.fill(Lane::default());
    }

    /// Lets an alert wait for no time.
    pub fn forget_time(&mut self, id: AlertId) {
        if let Some(time) = self.times.remove(&id) {
            self.by_time.remove(&(time, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::Wall;

    fn id(born: i64) -> AlertId {
        AlertId::new(Wall::from_unix_ms(born), [0; 10])
    }

    #[test]
    fn the_more_urgent_goes_first_and_then_the_older() {
        let mut queue = Queue::new(1);
        queue.wait_for(0, (Severity::Info, Age::Fresh), id(1));
        queue.wait_for(0, (Severity::Critical, Age::Fresh), id(3));
        queue.wait_for(0, (Severity::Critical, Age::Fresh), id(2));
        let order: Vec<_> = std::iter::from_fn(|| queue.take_next(0)).collect();
        assert_eq!(order, [id(2), id(3), id(1)]);
    }

    #[test]
    fn the_fresh_and_the_old_of_one_severity_take_turns_and_neither_passes_the_more_urgent() {
        let mut queue = Queue::new(1);
        for n in 1..=4 {
            queue.wait_for(0, (Severity::Warning, Age::Old), id(n));
        }
        queue.wait_for(0, (Severity::Warning, Age::Fresh), id(8));
        queue.wait_for(0, (Severity::Warning, Age::Fresh), id(9));
        queue.wait_for(0, (Severity::Critical, Age::Old), id(5));
        queue.wait_for(0, (Severity::Info, Age::Fresh), id(7));
        let order: Vec<_> = std::iter::from_fn(|| queue.take_next(0)).collect();
        assert_eq!(order, [5, 8, 1, 9, 2, 3, 4, 7].map(id));
    }

    #[test]
    fn who_is_in_a_hurry_waits_for_no_time() {
        let mut queue = Queue::new(1);
        for (n, due) in [(1, 30), (2, 5), (3, u64::MAX)] {
            queue.wait_until(id(n), Monotonic::from_ms(due));
        }
        queue.hurry(Monotonic::from_ms(10));
        assert_eq!(queue.take_due(Monotonic::from_ms(10)), [id(2), id(1), id(3)]);
    }

    #[test]
    fn nothing_is_due_before_its_time_and_a_new_time_takes_the_place_of_the_old() {
        let mut queue = Queue::new(1);
        queue.wait_until(id(1), Monotonic::from_ms(10));
        queue.wait_until(id(1), Monotonic::from_ms(30));
        assert_eq!(queue.take_due(Monotonic::from_ms(29)), []);
        assert_eq!(queue.next_due(), Some(Monotonic::from_ms(30)));
        assert_eq!(queue.take_due(Monotonic::from_ms(30)), [id(1)]);
        assert_eq!(queue.next_due(), None);
    }
}
