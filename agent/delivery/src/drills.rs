//! Drills: which provider is asked without an alert whether it could take one, and when.
//!
//! The first drill of each comes some minutes after the start, then one in each interval, with jitter, never two at the
//! same time. However often the agent is started again, there is at most one login a provider and interval: what begins is
//! written down before it begins, and what has no end counts as a login. Who has taken an alert within the interval has proved
//! that the login works, and is looked at without one. A provider that was not reached is asked again sooner.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `news` | what is to be said of what a drill has seen |

mod news;
#[cfg(test)]
mod tests;

use std::time::Duration;

use smtp::Failure;
use spool_format::{Cause, Drill, DrillResult, Wall};

use crate::chance::Chance;
use crate::time::{Monotonic, Now};

/// The first drills begin so long after the start at least, and within twice that.
const FIRST_AFTER: Duration = Duration::from_mins(2);

/// What cannot be done now is looked at again after this time.
const LATER: Duration = Duration::from_mins(1);

/// All pauses that follow from the interval: the first drill, jitter.
const PART: u32 = 8;

/// Who was not reached is asked again after this part of the interval.
const AGAIN_PART: u32 = 24;

/// What a drill has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sighting {
    /// Why it did not get to its end.
    pub failure: Option<Failure>,
    /// Whether there was a login, refused or not.
    pub login: bool,
    /// How long it took.
    pub took: Duration,
    /// Version of TLS.
    pub tls: Option<String>,
    /// When the certificate ends, if anybody cares.
    pub certificate_end: Option<Wall>,
    /// Digest of the certificate's key.
    pub key: Option<String>,
    /// Keywords of EHLO, and one `AUTH …` for each mechanism; `None` if it did not get so far.
    pub offers: Option<Vec<String>>,
    /// The largest message in octets.
    pub size: Option<u64>,
}

/// How providers are drilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Each once in so long.
    pub every: Duration,
    /// A certificate that ends within this time deserves a word.
    pub certificate_ends: Duration,
}

/// A drill that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// Place of the provider.
    pub(crate) place: usize,
    /// Whether to log in.
    pub(crate) login: bool,
    /// For the journal.
    pub(crate) line: Drill,
}

/// When each provider is drilled.
#[derive(Debug)]
pub struct Drills {
    /// `None`: never.
    every: Option<Duration>,
    certificate_ends: Duration,
    chance: Chance,
    providers: Vec<Provider>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Provider {
    name: String,
    /// When it is its turn; `None` if it is to be left alone.
    due: Option<Monotonic>,
    /// Until when the last alert that went out there is proof enough.
    proven_until: Monotonic,
    known: Option<Drill>,
}

#[derive(Debug)]
struct Running {
    place: usize,
    began: Monotonic,
    /// What was known before it began.
    before: Option<Drill>,
}

impl Drills {
    /// Nobody is ever drilled.
    pub const fn never() -> Self {
        Self {
            every: None,
            certificate_ends: Duration::ZERO,
            chance: Chance::new(0),
            providers: Vec::new(),
            running: None,
        }
    }

    /// Each of these providers, in order, is drilled by this plan, if the word beside its name says so. The seed spreads
    /// them and nothing else.
    pub fn new(
        now: Now,
        Plan { every, certificate_ends }: Plan,
        providers: impl IntoIterator<Item = (String, bool)>,
        seed: u64,
    ) -> Self {
        let mut chance = Chance::new(seed);
        let mut provider = |(name, is_wanted): (String, bool)| {
            let due = is_wanted.then(|| now.monotonic.plus(first_after(every, &mut chance)));
            Provider { name, due, proven_until: Monotonic::default(), known: None }
        };
        let providers = providers.into_iter().map(&mut provider).collect();
        Self { every: Some(every), certificate_ends, chance, providers, running: None }
    }

    /// Takes up what the journal knows of an earlier drill. A wall clock that was set back costs one interval at most.
    pub fn recall(&mut self, now: Now, drill: Drill) {
        let Some(every) = self.every else { return };
        let Some(provider) = self.providers.iter_mut().find(|it| it.name == drill.provider) else { return };
        let left = |at: Wall| every.saturating_sub(now.wall.since(at));
        let was_not_reached =
            !drill.is_running() && drill.result.as_ref().is_some_and(|result| !result.ok && !result.login);
        if let Some(due) = provider.due.filter(|_| !was_not_reached) {
            provider.due = Some(due.max(now.monotonic.plus(left(drill.begun))));
        }
        if let Some(delivered) = drill.delivered {
            provider.proven_until = now.monotonic.plus(left(delivered));
        }
        provider.known = Some(drill);
    }

    /// An alert went out there.
    pub(crate) fn is_proven(&mut self, now: Now, place: usize) {
        let Some(every) = self.every else { return };
        if let Some(provider) = self.providers.get_mut(place) {
            provider.proven_until = now.monotonic.plus(every);
            if let Some(known) = &mut provider.known {
                known.delivered = Some(now.wall);
            }
        }
    }

    /// When to look next; `None` if nothing waits for a time.
    pub(crate) fn next_wake(&self) -> Option<Monotonic> {
        if self.running.is_some() {
            return None;
        }
        self.providers.iter().filter_map(|provider| provider.due).min()
    }

    /// Whose turn it is, if it is anybody's: the one that has waited longest.
    pub(crate) fn due(&self, now: Monotonic) -> Option<usize> {
        if self.running.is_some() {
            return None;
        }
        let due = self.providers.iter().enumerate().filter_map(|(place, it)| Some((it.due?, place)));
        due.filter(|(due, _)| *due <= now).min().map(|(_, place)| place)
    }

    /// It cannot be now.
    pub(crate) fn postpone(&mut self, now: Monotonic, place: usize) {
        let Some(every) = self.every else { return };
        self.providers[place].due = Some(now.plus(LATER.min(every / PART)));
    }

    /// It begins. Whatever becomes of it, the next one has an interval to wait.
    pub(crate) fn begin(&mut self, now: Now, place: usize, is_left_out: bool) -> Option<Start> {
        let pause = self.next_after()?;
        let provider = &mut self.providers[place];
        provider.due = Some(now.monotonic.plus(pause));
        let before = provider.known.clone();
        let result = before.as_ref().and_then(|known| known.result.clone());
        // In the same millisecond it would look like the one that has ended, and not like one that runs.
        let is_at_once = result.as_ref().is_some_and(|result| result.ended == now.wall);
        let line = Drill {
            provider: provider.name.clone(),
            begun: now.wall.plus(Duration::from_millis(u64::from(is_at_once))),
            result,
            delivered: before.as_ref().and_then(|known| known.delivered),
        };
        provider.known = Some(line.clone());
        self.running = Some(Running { place, began: now.monotonic, before });
        let login = is_left_out || provider.proven_until <= now.monotonic;
        Some(Start { place, login, line })
    }

    /// It is over; `cause` is what its failure means for an alert. Gives what is known now, for the journal.
    pub(crate) fn ended(
        &mut self,
        now: Now,
        place: usize,
        sighting: &Sighting,
        cause: Option<Cause>,
    ) -> Option<Drill> {
        let running = self.running.take_if(|running| running.place == place)?;
        let again = self.again_after()?;
        let certificate_ends = self.certificate_ends;
        let provider = &mut self.providers[place];
        let is_without_login = sighting.failure.is_some() && !sighting.login;
        if is_without_login {
            provider.due = Some(running.began.plus(again));
        }
        let known = provider.known.as_mut()?;
        let ended = now.wall.max(known.begun);
        known.result = Some(result(ended, (sighting, cause), known.result.as_ref(), certificate_ends));
        Some(known.clone())
    }

    /// It came to nothing, and nobody is to blame: this machine has no network. Gives what is known again, if anything is.
    pub(crate) fn came_to_nothing(&mut self, now: Monotonic, place: usize) -> Option<Drill> {
        let running = self.running.take_if(|running| running.place == place)?;
        let again = self.again_after()?;
        let provider = &mut self.providers[place];
        provider.due = Some(now.plus(again));
        provider.known = running.before;
        provider.known.clone()
    }

    fn next_after(&mut self) -> Option<Duration> {
        let every = self.every?;
        Some(every + jitter(every / PART, &mut self.chance))
    }

    fn again_after(&mut self) -> Option<Duration> {
        let again = self.every? / AGAIN_PART;
        Some(again + jitter(again, &mut self.chance))
    }
}

/// The pause before what comes once in `every` comes first.
pub(crate) fn first_after(every: Duration, chance: &mut Chance) -> Duration {
    let least = FIRST_AFTER.min(every / PART);
    least + jitter(least, chance)
}

/// Something below `most`.
pub(crate) fn jitter(most: Duration, chance: &mut Chance) -> Duration {
    let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX).max(1);
    Duration::from_millis(chance.next() % most)
}

/// What this drill saw, and of what it did not get to see, what was seen last.
fn result(
    ended: Wall,
    (seen, cause): (&Sighting, Option<Cause>),
    last: Option<&DrillResult>,
    certificate_ends: Duration,
) -> DrillResult {
    let news::News { warnings: news, missing, changes } = news::of(ended, seen, last, certificate_ends);
    let failures = last.map_or(0, |last| last.failures);
    let (phase, text) = match &seen.failure {
        Some(failure) => (failure.phase.as_str().to_owned(), failure.trouble.to_string()),
        None => ("quit".to_owned(), String::new()),
    };
    let has_seen_all = seen.offers.is_some();
    let size = if has_seen_all { seen.size } else { last.and_then(|last| last.size) };
    DrillResult {
        ended,
        ok: seen.failure.is_none(),
        login: seen.login,
        phase,
        text,
        cause,
        failures: if seen.failure.is_some() { failures.saturating_add(1) } else { 0 },
        took_ms: u64::try_from(seen.took.as_millis()).unwrap_or(u64::MAX),
        tls: seen.tls.clone().or_else(|| last?.tls.clone()),
        // Who has shown a certificate has shown its end, unless nobody asks for it any more.
        certificate_end: seen
            .certificate_end
            .or_else(|| last.filter(|_| seen.key.is_none())?.certificate_end),
        key: seen.key.clone().or_else(|| last?.key.clone()),
        offers: seen.offers.clone().or_else(|| Some(last?.offers.clone())).unwrap_or_default(),
        size,
        news,
        missing,
        changes,
    }
}
