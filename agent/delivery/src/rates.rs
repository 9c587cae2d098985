//! How many mails the readers at some domains are given: a carrier that gets too many at a time takes none for hours.
//!
//! The windows are those of `quota`; each recipient of a mail counts as one, however the mail gets there and whichever
//! provider takes it there. A recipient without room waits, and nobody else does. What several attempts of an alert beside
//! each other would bring counts once, since only one of them sends.
//!
//! A critical alert does not go beyond a rate: it has the last tenth of a day, and is the first when a minute has room.

use std::collections::{BTreeMap, BTreeSet};

use spool_format::{Address, AlertId, Severity};

use crate::command::AttemptId;
use crate::quota::{Budget, Cost, Quota};
use crate::routing::Whom;
use crate::time::Monotonic;

/// One recipient of one mail.
const ONE: Cost = Cost { messages: 1, recipients: 1 };

/// How much some recipients together are given; `None` where there is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Who they are.
    pub whom: Vec<Whom>,
    /// Mails in any 60 seconds.
    pub messages_per_minute: Option<u32>,
    /// Mails in any 24 hours.
    pub messages_per_day: Option<u32>,
}

impl Rate {
    const fn quota(&self) -> Quota {
        Quota {
            messages_per_minute: self.messages_per_minute,
            messages_per_day: self.messages_per_day,
            recipients_per_day: None,
            recipients_per_message: None,
        }
    }

    /// In words, as a part of a sentence.
    fn words(&self) -> String {
        let limit = |most: Option<u32>, time| most.map(|most| format!("{most} in any {time}"));
        let limits = [limit(self.messages_per_minute, "minute"), limit(self.messages_per_day, "24 hours")];
        limits.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

/// What is left of all rates.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// The first one that fits a recipient counts.
    each: Vec<(Rate, Budget)>,
    /// Mails that run, and the attempts that may bring each of them.
    promised: BTreeMap<(AlertId, Address), BTreeSet<AttemptId>>,
    /// Whether somebody found no room, and would find it if a mail that runs came to nothing.
    turned_away: bool,
}

/// Recipients, by whether there is room for them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parted {
    pub(crate) go: Vec<Address>,
    pub(crate) wait: Vec<Address>,
    /// When the first of those who wait has room, if nothing else goes out before.
    pub(crate) until: Option<Monotonic>,
}

impl Rates {
    pub(crate) fn new(rates: &[Rate]) -> Self {
        let each = rates.iter().map(|rate| (rate.clone(), Budget::new(&rate.quota()))).collect();
        Self { each, ..Self::default() }
    }

    fn place(&self, to: &Address) -> Option<usize> {
        self.each.iter().position(|(rate, _)| rate.whom.iter().any(|whom| whom.has(to)))
    }

    /// Which of these recipients of an alert there is room for, one beside the other.
    pub(crate) fn part(
        &mut self,
        now: Monotonic,
        (id, severity): (AlertId, Severity),
        recipients: Vec<Address>,
    ) -> Parted {
        if self.each.is_empty() {
            return Parted { go: recipients, ..Parted::default() };
        }
        let mut parted = Parted::default();
        let mut tried: BTreeMap<usize, Budget> = BTreeMap::new();
        for to in recipients {
            let Some(place) = self.place(&to).filter(|_| !self.is_promised(id, &to)) else {
                parted.go.push(to);
                continue;
            };
            let budget = tried.entry(place).or_insert_with(|| self.each[place].1.clone());
            if let Some(until) = budget.full_until(now, ONE, severity) {
                parted.until = Some(parted.until.map_or(until, |soonest| soonest.min(until)));
                parted.wait.push(to);
            } else {
                budget.promise(ONE);
                parted.go.push(to);
            }
        }
        self.turned_away |= !parted.wait.is_empty();
        parted
    }

    fn is_promised(&self, id: AlertId, to: &Address) -> bool {
        // The map is empty where nobody has a rate.
        !self.promised.is_empty() && self.promised.contains_key(&(id, to.clone()))
    }

    /// Why a recipient waits, in words.
    pub(crate) fn why(&self, to: &Address) -> Option<String> {
        let rate = &self.each[self.place(to)?].0;
        Some(format!("{to} waits: [[recipient]] gives {} no more mails than {}", to.domain(), rate.words()))
    }

    /// An attempt begins.
    pub(crate) fn promise(&mut self, id: AlertId, attempt: AttemptId, recipients: &[Address]) {
        for to in recipients {
            let Some(place) = self.place(to) else { continue };
            let attempts = self.promised.entry((id, to.clone())).or_default();
            if attempts.is_empty() {
                self.each[place].1.promise(ONE);
            }
            attempts.insert(attempt);
        }
    }

    /// The last octets of an attempt go out: whatever runs beside it brings nothing.
    pub(crate) fn goes(&mut self, now: Monotonic, id: AlertId, recipients: &[Address]) {
        for to in recipients {
            let Some(place) = self.place(to) else { continue };
            if self.promised.remove(&(id, to.clone())).is_some() {
                self.each[place].1.goes(now, ONE);
            }
        }
    }

    /// An attempt is over. Says whether somebody who found no room may find it now.
    pub(crate) fn ends(&mut self, id: AlertId, attempt: AttemptId, recipients: &[Address]) -> bool {
        let mut gives_back = false;
        for to in recipients {
            let Some(place) = self.place(to) else { continue };
            let key = (id, to.clone());
            let Some(attempts) = self.promised.get_mut(&key) else { continue };
            if attempts.remove(&attempt) && attempts.is_empty() {
                self.promised.remove(&key);
                self.each[place].1.take_back(ONE);
                gives_back = true;
            }
        }
        gives_back && std::mem::take(&mut self.turned_away)
    }

    /// Takes up what went out so long ago, in an earlier run.
    pub(crate) fn have_gone(&mut self, now: Monotonic, age: std::time::Duration, recipients: &[Address]) {
        for to in recipients {
            if let Some(place) = self.place(to) {
                self.each[place].1.has_gone(now, age, ONE);
            }
        }
    }
}
