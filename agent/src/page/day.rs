//! The last 24 hours in half hours: how many alerts went out, how long they took, what each provider did.
//!
//! Pure: it is given the journal's entries.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use spool_format::{AlertId, Entry, Event, Settlement, Wall};

/// Slots of the plots.
pub(super) const SLOTS: usize = 48;
/// The length of one.
pub(super) const SLOT: Duration = Duration::from_mins(30);

/// The last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// When the first slot begins.
    pub begins: Option<Wall>,
    /// The oldest first; the last one is under way.
    pub slots: Vec<Slot>,
    /// What each provider did, by name.
    pub providers: BTreeMap<String, Work>,
    seen: BTreeSet<AlertId>,
}

/// What happened in half an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Alerts that were given up.
    pub dead: usize,
    /// From the making of an alert to its delivery, in milliseconds; one for each that went out. In order, once all is counted.
    pub took_ms: Vec<u32>,
}

/// What a provider did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Attempts that failed.
    pub failed: usize,
    /// How long the attempts took in which somebody got the mail, in milliseconds; in order, once all is counted.
    pub took_ms: Vec<u32>,
}

impl Day {
    /// The 24 hours that end with the half hour in which it is `now`, by the clock of a zone so far east of UTC.
    pub fn ending(now: Wall, offset_minutes: i32) -> Self {
        let slot = i64::try_from(SLOT.as_millis()).unwrap_or(i64::MAX);
        let offset = i64::from(offset_minutes) * 60_000;
        let last = (now.unix_ms() + offset).div_euclid(slot) * slot - offset;
        let slots = i64::try_from(SLOTS).unwrap_or(i64::MAX);
        let begins = Wall::from_unix_ms(last - slot * (slots - 1));
        Self { begins: Some(begins), slots: vec![Slot::default(); SLOTS], ..Self::default() }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, entry: &Entry) {
        let Some(slot) = self.slot(entry.at) else { return };
        match &entry.event {
            // A line that was repeated after a failed sync tells nothing new.
            Event::Sent { id, .. } if self.seen.insert(*id) => {
                self.slots[slot].took_ms.push(ms(entry.at.since(id.born())));
            }
            Event::Dead { id, .. } if self.seen.insert(*id) => self.slots[slot].dead += 1,
            Event::Outcome { provider, took_ms, recipients, .. } => {
                let work = self.providers.entry(provider.clone()).or_default();
                if recipients.iter().any(|it| it.result == Settlement::Delivered) {
                    work.took_ms.push(u32::try_from(*took_ms).unwrap_or(u32::MAX));
                } else {
                    work.failed += 1;
                }
            }
            _ => {}
        }
    }

    fn slot(&self, at: Wall) -> Option<usize> {
        let begins = self.begins?;
        let slot = usize::try_from(at.since(begins).as_millis() / SLOT.as_millis()).ok()?;
        (at >= begins && slot < self.slots.len()).then_some(slot)
    }

    /// Puts everything in order; nothing is taken in afterwards.
    #[must_use]
    pub fn counted(mut self) -> Self {
        self.slots.iter_mut().for_each(|slot| slot.took_ms.sort_unstable());
        self.providers.values_mut().for_each(|work| work.took_ms.sort_unstable());
        self.seen.clear();
        self
    }

    /// Alerts that went out.
    pub fn sent(&self) -> usize {
        self.slots.iter().map(|slot| slot.took_ms.len()).sum()
    }

    /// Alerts that were given up.
    pub fn dead(&self) -> usize {
        self.slots.iter().map(|slot| slot.dead).sum()
    }

    /// How long all of them took, in order.
    pub fn took_ms(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.slots.iter().flat_map(|slot| slot.took_ms.iter().copied()).collect();
        all.sort_unstable();
        all
    }
}

/// The value that so many in a hundred do not exceed, of values in order; `None` without any.
pub(super) fn percentile(ordered: &[u32], percent: usize) -> Option<u32> {
    let rank = (ordered.len() * percent).div_ceil(100);
    ordered.get(rank.max(1) - 1).copied()
}

fn ms(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Wall {
        Wall::parse(text).expect("a time")
    }

    fn sent(at: Wall, id: AlertId) -> Entry {
        Entry { at, event: Event::Sent { id, delivered: Vec::new(), refused: Vec::new() } }
    }

    #[test]
    fn slots_begin_at_half_hours_of_the_zone_and_the_last_one_is_under_way() {
        for (offset, begins) in [
            (0, "2026-11-24T04:30:00Z"),
            (9 * 60, "2026-11-24T04:30:00Z"),
            (5 * 60 + 45, "2026-11-24T04:15:00Z"),
        ] {
            let now =
                if offset == 5 * 60 + 45 { at("2026-11-25T04:10:00Z") } else { at("2026-11-25T04:23:30Z") };
            let day = Day::ending(now, offset);
            let begins = if offset == 5 * 60 + 45 { at("2026-11-24T04:15:00Z") } else { at(begins) };
            assert_eq!((day.begins, day.slots.len()), (Some(begins), SLOTS), "{offset}");
        }
    }

    #[test]
    fn an_alert_counts_once_in_the_slot_in_which_it_went_out_and_an_older_one_not_at_all() {
        let now = at("2026-11-25T04:23:30Z");
        let id = AlertId::new(at("2026-11-25T04:09:58Z"), [1; 10]);
        let mut day = Day::ending(now, 0);
        day.take(&sent(at("2026-11-25T04:10:00Z"), id));
        day.take(&sent(at("2026-11-25T04:10:00Z"), id));
        day.take(&sent(at("2026-11-24T04:10:00Z"), AlertId::new(at("2026-11-24T04:09:58Z"), [2; 10])));
        let day = day.counted();
        assert_eq!((day.sent(), &day.slots[SLOTS - 1].took_ms), (1, &vec![2_000]));
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[7], 95), Some(7));
        let all: Vec<u32> = (1..=100).collect();
        assert_eq!(
            [0, 1, 50, 95, 100].map(|percent| percentile(&all, percent)),
            [1, 1, 50, 95, 100].map(Some)
        );
    }
}
