//! How much a provider is given: messages a minute, messages and recipients a day.
//!
//! Each limit holds in every window of its length, not from midnight to midnight, since nobody knows when the day of a
//! provider begins. What runs is promised and counts until it ends; what has gone out counts until its window is over. The
//! last tenth of a limit of a day is for critical alerts.
//!
//! Times of a window are kept as those at which it is free again, rounded up to a hundredth of its length: a window
//! never holds more than that many numbers, however much goes out.

use std::collections::BTreeMap;
use std::time::Duration;

use smtp::limits::RECIPIENTS_MAX;
use spool_format::Severity;

use crate::time::Monotonic;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// In so many steps a window becomes free.
const STEPS: u64 = 100;

/// One of so many parts of a day's limit is for critical alerts.
const KEPT_PART: u64 = 10;

/// What a provider may be given; `None` where there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// Messages in any 60 seconds.
    pub messages_per_minute: Option<u32>,
    /// Messages in any 24 hours.
    pub messages_per_day: Option<u32>,
    /// Recipients in any 24 hours, one of two messages counted twice.
    pub recipients_per_day: Option<u32>,
    /// Recipients of one message; the others get it in further ones.
    pub recipients_per_message: Option<u32>,
}

/// What an attempt takes of a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Messages.
    pub messages: u64,
    /// Recipients.
    pub recipients: u64,
}

impl Quota {
    /// Recipients of one transaction, at least 1.
    pub fn recipients_per_transaction(&self) -> usize {
        let most = self.recipients_per_message.and_then(|most| usize::try_from(most).ok());
        most.unwrap_or(RECIPIENTS_MAX).clamp(1, RECIPIENTS_MAX)
    }

    /// What an attempt for so many recipients takes.
    pub fn cost(&self, recipients: usize) -> Cost {
        let recipients = recipients as u64;
        let each = self.recipients_per_transaction() as u64;
        Cost { messages: recipients.div_ceil(each).max(1), recipients }
    }
}

/// What is left of a quota.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    windows: Vec<Window>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Messages.
    Messages,
    /// Recipients, one of two messages twice.
    Recipients,
}

impl Unit {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Recipients => "recipients",
        }
    }

    const fn of(self, cost: Cost) -> u64 {
        match self {
            Self::Messages => cost.messages,
            Self::Recipients => cost.recipients,
        }
    }
}

/// How much of one limit is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Of what.
    pub unit: Unit,
    /// In so long.
    pub length: Duration,
    /// The limit.
    pub most: u64,
    /// What went out in the window that ends now, and what runs; more than the limit if that was lowered.
    pub used: u64,
    /// So much of it is for critical alerts.
    pub kept: u64,
}

#[derive(Clone, Debug)]
struct Window {
    unit: Unit,
    length: Duration,
    most: u64,
    /// So much of it is for critical alerts.
    kept: u64,
    /// What went out, by when it does not count any more.
    gone: BTreeMap<Monotonic, u64>,
    /// What runs.
    promised: u64,
}

impl Window {
    fn new(unit: Unit, length: Duration, most: u32) -> Self {
        let most = u64::from(most.max(1));
        let kept = if length == DAY { most / KEPT_PART } else { 0 };
        Self { unit, length, most, kept, gone: BTreeMap::new(), promised: 0 }
    }

    /// From when on there is room, if nothing else goes out before; `None` if there is now.
    fn full_until(&self, now: Monotonic, cost: Cost, severity: Severity) -> Option<Monotonic> {
        let most = if severity == Severity::Critical { self.most } else { self.most - self.kept };
        // What is larger than all of it goes when nothing else has.
        let cost = self.unit.of(cost).min(most);
        let counts = self.gone.iter().filter(|(free, _)| **free > now);
        let mut used = self.promised + counts.clone().map(|(_, count)| count).sum::<u64>();
        if used + cost <= most {
            return None;
        }
        for (free, count) in counts {
            used -= count;
            if used + cost <= most {
                return Some(*free);
            }
        }
        Some(now.plus(self.length))
    }

    fn usage(&self, now: Monotonic) -> Usage {
        let gone: u64 = self.gone.iter().filter(|(free, _)| **free > now).map(|(_, count)| count).sum();
        let Self { unit, length, most, kept, .. } = *self;
        Usage { unit, length, most, used: self.promised + gone, kept }
    }

    fn goes(&mut self, now: Monotonic, left: Duration, count: u64) {
        self.gone.retain(|free, _| *free > now);
        let step = u64::try_from(self.length.as_millis()).unwrap_or(u64::MAX) / STEPS;
        let free = now.plus(left).ms().div_ceil(step).saturating_mul(step);
        *self.gone.entry(Monotonic::from_ms(free)).or_default() += count;
    }
}

impl Budget {
    /// All of a quota.
    pub fn new(quota: &Quota) -> Self {
        let limits = [
            (Unit::Messages, MINUTE, quota.messages_per_minute),
            (Unit::Messages, DAY, quota.messages_per_day),
            (Unit::Recipients, DAY, quota.recipients_per_day),
        ];
        let window = |(unit, length, most): (Unit, Duration, Option<u32>)| {
            most.map(|most| Window::new(unit, length, most))
        };
        Self { windows: limits.into_iter().filter_map(window).collect() }
    }

    /// From when on there is room for so much, if nothing else goes out before; `None` if there is now.
    pub fn full_until(&self, now: Monotonic, cost: Cost, severity: Severity) -> Option<Monotonic> {
        self.windows.iter().filter_map(|window| window.full_until(now, cost, severity)).max()
    }

    /// How much of each limit is used.
    pub fn usage(&self, now: Monotonic) -> impl Iterator<Item = Usage> {
        self.windows.iter().map(move |window| window.usage(now))
    }

    /// An attempt begins.
    pub fn promise(&mut self, cost: Cost) {
        self.windows.iter_mut().for_each(|window| window.promised += window.unit.of(cost));
    }

    /// An attempt ended before its last octets.
    pub fn take_back(&mut self, cost: Cost) {
        for window in &mut self.windows {
            window.promised = window.promised.saturating_sub(window.unit.of(cost));
        }
    }

    /// An attempt ended behind its last octets. They went out at some moment before now.
    pub fn goes(&mut self, now: Monotonic, cost: Cost) {
        self.take_back(cost);
        for window in &mut self.windows {
            window.goes(now, window.length, window.unit.of(cost));
        }
    }

    /// Takes up what went out so long ago, in an earlier run. Whoever sets the clock back has it count from now on.
    pub fn has_gone(&mut self, now: Monotonic, age: Duration, cost: Cost) {
        for window in &mut self.windows {
            let left = window.length.saturating_sub(age);
            if !left.is_zero() {
                window.goes(now, left, window.unit.of(cost));
            }
        }
    }
}

#[cfg(test)]
mod tests;
