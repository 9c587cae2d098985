//! Canary mails: which provider is sent one, and when.
//!
//! A drill ends before MAIL; whether a provider still lets us send, and whether mail arrives, is seen by sending one. So each
//! provider, also one that is never needed, is sent a small mail on a schedule. The first comes some minutes after the start,
//! then one in each interval, with jitter, however often the agent is started.

use std::time::Duration;

use spool_format::{AlertId, Canary, Wall};

use crate::chance::Chance;
use crate::drills::{first_after, jitter};
use crate::time::{Monotonic, Now};

/// What cannot be now is looked at again after this time, or sooner if the interval is short.
const LATER: Duration = Duration::from_mins(1);

/// All pauses that follow from the interval.
const PART: u32 = 8;

/// When each provider is sent a canary.
#[derive(Debug)]
pub struct Canaries {
    /// `None`: never.
    every: Option<Duration>,
    /// How many people get each.
    recipients: usize,
    chance: Chance,
    providers: Vec<Provider>,
    /// Those on their way through providers that are sent none any more, or are gone.
    others: Vec<Canary>,
}

#[derive(Debug)]
struct Provider {
    name: String,
    /// When it is its turn; `None` if it is sent none.
    due: Option<Monotonic>,
    /// The last one.
    known: Option<Canary>,
}

impl Canaries {
    /// Nobody is sent any.
    pub const fn never() -> Self {
        Self { every: None, recipients: 0, chance: Chance::new(0), providers: Vec::new(), others: Vec::new() }
    }

    /// Each of these providers, in order, is sent one in `every`, for so many recipients, if the word beside its name says
    /// so. The seed spreads them and nothing else.
    pub fn new(
        now: Now,
        (every, recipients): (Duration, usize),
        providers: impl IntoIterator<Item = (String, bool)>,
        seed: u64,
    ) -> Self {
        let mut chance = Chance::new(seed);
        let mut provider = |(name, is_wanted): (String, bool)| {
            let due = is_wanted.then(|| now.monotonic.plus(first_after(every, &mut chance)));
            Provider { name, due, known: None }
        };
        let providers = providers.into_iter().map(&mut provider).collect();
        Self { every: Some(every), recipients, chance, providers, others: Vec::new() }
    }

    /// Takes up what the journal knows. A wall clock that was set back costs one interval at most. Of one that is on its way
    /// the journal is to hear how it ends, also if no other one follows.
    pub fn recall(&mut self, now: Now, canary: Canary) {
        let known = self.providers.iter_mut().find(|it| it.name == canary.provider);
        let Some((every, provider)) = self.every.zip(known) else {
            self.others.extend(canary.ended.is_none().then_some(canary));
            return;
        };
        let left = every.saturating_sub(now.wall.since(canary.begun));
        provider.due = provider.due.map(|due| due.max(now.monotonic.plus(left)));
        provider.known = Some(canary);
    }

    /// How many people get each.
    pub(crate) const fn recipients(&self) -> usize {
        self.recipients
    }

    /// When to look next; `None` if nothing waits for a time.
    pub(crate) fn next_wake(&self) -> Option<Monotonic> {
        self.providers.iter().filter_map(|provider| provider.due).min()
    }

    /// Whose turn it is, if it is anybody's: the one that has waited longest.
    pub(crate) fn due(&self, now: Monotonic) -> Option<usize> {
        let due = self.providers.iter().enumerate().filter_map(|(place, it)| Some((it.due?, place)));
        due.filter(|(due, _)| *due <= now).min().map(|(_, place)| place)
    }

    /// The last one of this provider, if it is not settled.
    pub(crate) fn under_way(&self, place: usize) -> Option<AlertId> {
        let known = self.providers.get(place)?.known.as_ref()?;
        known.ended.is_none().then_some(known.alert)
    }

    /// It cannot be now.
    pub(crate) fn postpone(&mut self, now: Monotonic, place: usize) {
        let Some(every) = self.every else { return };
        self.providers[place].due = Some(now.plus(LATER.min(every / PART)));
    }

    /// One is made. Whatever becomes of it, the next one has an interval to wait.
    pub(crate) fn is_made(&mut self, now: Monotonic, place: usize) {
        let Some(every) = self.every else { return };
        self.providers[place].due = Some(now.plus(every + jitter(every / PART, &mut self.chance)));
    }

    /// It is in hand. Gives what is known now, if that is news. One that is met again after a restart is none.
    pub(crate) fn begins(&mut self, now: Wall, provider: &str, alert: AlertId) -> Option<Canary> {
        let it = self.providers.iter_mut().find(|it| it.name == provider)?;
        if it.known.as_ref().is_some_and(|known| known.alert == alert) {
            return None;
        }
        it.known = Some(Canary::new(provider.to_owned(), alert, now));
        it.known.clone()
    }

    /// It is settled: taken, or not, for this reason. Gives what is known now.
    pub(crate) fn ended(&mut self, now: Wall, alert: AlertId, why: Option<String>) -> Option<Canary> {
        let known = self.providers.iter_mut().filter_map(|it| it.known.as_mut());
        let known = known.chain(&mut self.others).find(|known| known.alert == alert)?;
        known.ended = Some(now.max(known.begun));
        known.ok = why.is_none();
        known.text = why.unwrap_or_default();
        Some(known.clone())
    }
}
