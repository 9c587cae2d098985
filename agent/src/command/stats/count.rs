//! Counts what the journal tells.

use std::collections::{BTreeMap, BTreeSet};

use spool_format::{AlertId, Entry, Event, Settlement, Wall};

/// For machines: what `stats --json` prints.
#[derive(Debug, serde::Serialize)]
pub(in super::super) struct Counts {
    /// When this was true.
    at: Wall,
    /// Each day of UTC, oldest first.
    pub(super) days: Vec<Day>,
    /// Each provider that was asked, by name.
    pub(super) providers: Vec<Provider>,
    /// From the acceptance of an alert to the moment when it was sent, in milliseconds.
    pub(super) accept_to_sent_ms: Spread,
}

/// One day.
#[derive(Debug, Default, serde::Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the document")]
pub(super) struct Day {
    /// As `2026-11-25`.
    pub(super) day: String,
    /// Alerts.
    pub(super) accepted: u64,
    pub(super) sent: u64,
    /// How often one had to wait.
    pub(super) deferred: u64,
    pub(super) dead: u64,
    /// Files that were set aside.
    pub(super) corrupt: u64,
    /// Attempts that ended, and those of them that left somebody without it.
    pub(super) attempts: u64,
    pub(super) failed: u64,
}

/// One provider.
#[derive(Debug, serde::Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the document")]
pub(super) struct Provider {
    pub(super) provider: String,
    /// Attempts that ended.
    pub(super) attempts: u64,
    /// Those that left nobody without it.
    pub(super) taken: u64,
    /// The attempts of each day, oldest first.
    pub(super) attempts_by_day: Vec<u64>,
    /// How long an attempt took that was taken, in milliseconds.
    pub(super) taken_ms: Spread,
    /// What went wrong, once for each recipient, the most frequent first.
    pub(super) failures: Vec<Failure>,
}

/// One kind of failure.
#[derive(Debug, serde::Serialize)]
pub(super) struct Failure {
    /// Whose fault: `provider`, `recipient`, `message`; null if nobody judged it.
    pub(super) scope: Option<String>,
    /// `soft` or `hard`; null if nobody judged it.
    pub(super) duration: Option<String>,
    /// The rule; null if nobody judged it.
    pub(super) rule: Option<String>,
    pub(super) count: u64,
}

/// How values are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Spread {
    /// How many there are; the others are 0 if there are none.
    pub(super) count: u64,
    pub(super) p50: u64,
    pub(super) p90: u64,
    pub(super) p99: u64,
    pub(super) max: u64,
}

impl Spread {
    /// By nearest rank: of each percentile a value that there is.
    fn of(values: &mut [u64]) -> Self {
        values.sort_unstable();
        let at = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100);
            values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
        };
        Self {
            count: values.len() as u64,
            p50: at(50),
            p90: at(90),
            p99: at(99),
            max: values.last().copied().unwrap_or_default(),
        }
    }
}

type Class = (Option<String>, Option<String>, Option<String>);

#[derive(Debug, Default)]
struct AtProvider {
    attempts: u64,
    taken: u64,
    by_day: BTreeMap<String, u64>,
    taken_ms: Vec<u64>,
    failures: BTreeMap<Class, u64>,
}

/// Counts entries.
#[derive(Debug)]
pub(super) struct Counter {
    /// The first day that counts.
    first: String,
    days: BTreeMap<String, Day>,
    providers: BTreeMap<String, AtProvider>,
    /// When alerts were accepted that are not sent.
    accepted: BTreeMap<AlertId, Wall>,
    /// Alerts that were accepted: a restart writes the line once more.
    known: BTreeSet<AlertId>,
    latencies: Vec<u64>,
}

impl Counter {
    /// Begins with this day.
    pub(super) fn new(first: &str) -> Self {
        Self {
            first: first.to_owned(),
            days: BTreeMap::new(),
            providers: BTreeMap::new(),
            accepted: BTreeMap::new(),
            known: BTreeSet::new(),
            latencies: Vec::new(),
        }
    }

    /// Takes in the next entry.
    pub(super) fn take(&mut self, entry: &Entry) {
        let is_new = match &entry.event {
            Event::Accepted { id, .. } => self.known.insert(*id),
            Event::Alive(snapshot) => {
                // It was accepted on an earlier day.
                self.known.insert(snapshot.id);
                false
            }
            _ => false,
        };
        if let Event::Accepted { id, .. } = &entry.event {
            self.accepted.entry(*id).or_insert(entry.at);
        }
        let accepted = match &entry.event {
            Event::Sent { id, .. } => self.accepted.remove(id),
            _ => None,
        };
        let day = entry.at.day();
        if day < self.first {
            return;
        }
        let counts = self.days.entry(day.clone()).or_default();
        match &entry.event {
            Event::Accepted { .. } if is_new => counts.accepted += 1,
            Event::Sent { .. } => {
                counts.sent += 1;
                self.latencies.extend(accepted.map(|accepted| ms(entry.at.since(accepted))));
            }
            Event::Deferred { .. } => counts.deferred += 1,
            Event::Dead { .. } => counts.dead += 1,
            Event::Corrupt { .. } => counts.corrupt += 1,
            Event::Outcome { provider, took_ms, recipients, .. } => {
                let is_taken = recipients.iter().all(|result| result.result == Settlement::Delivered);
                counts.attempts += 1;
                counts.failed += u64::from(!is_taken);
                let at = self.providers.entry(provider.clone()).or_default();
                at.attempts += 1;
                *at.by_day.entry(day).or_default() += 1;
                if is_taken {
                    at.taken += 1;
                    at.taken_ms.push(*took_ms);
                }
                for result in recipients.iter().filter(|result| result.result != Settlement::Delivered) {
                    let class = (result.scope.clone(), result.duration.clone(), result.rule.clone());
                    *at.failures.entry(class).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    /// What there is, for these days in order.
    pub(super) fn counts(mut self, at: Wall, days: Vec<String>) -> Counts {
        let providers = self.providers.into_iter().map(|(provider, mut at)| {
            let failure = |((scope, duration, rule), count)| Failure { scope, duration, rule, count };
            let mut failures: Vec<Failure> = at.failures.into_iter().map(failure).collect();
            failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
            Provider {
                provider,
                attempts: at.attempts,
                taken: at.taken,
                attempts_by_day: days.iter().map(|day| at.by_day.get(day).copied().unwrap_or(0)).collect(),
                taken_ms: Spread::of(&mut at.taken_ms),
                failures,
            }
        });
        let providers = providers.collect();
        let of_day = |day: String| Day { day: day.clone(), ..self.days.remove(&day).unwrap_or_default() };
        Counts {
            at,
            days: days.into_iter().map(of_day).collect(),
            providers,
            accept_to_sent_ms: Spread::of(&mut self.latencies),
        }
    }
}

fn ms(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_percentile_is_a_value_that_there_is() {
        let mut values: Vec<u64> = (1..=100).collect();
        let spread = Spread::of(&mut values);
        assert_eq!((spread.p50, spread.p90, spread.p99, spread.max), (50, 90, 99, 100));
        assert_eq!(Spread::of(&mut [7]), Spread { count: 1, p50: 7, p90: 7, p99: 7, max: 7 });
        assert_eq!(Spread::of(&mut []), Spread::default());
    }

    proptest! {
        #[test]
        fn at_most_half_is_below_the_median_and_the_order_holds(mut values in proptest::collection::vec(0_u64..1000, 1..60)) {
            let spread = Spread::of(&mut values);
            let below = values.iter().filter(|value| **value < spread.p50).count();
            prop_assert!(below * 2 <= values.len());
            prop_assert!(spread.p50 <= spread.p90 && spread.p90 <= spread.p99 && spread.p99 <= spread.max);
        }
    }
}
