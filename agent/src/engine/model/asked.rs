//! What the oracle knows of an alert: what was promised, who has it, and when it may be tried.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use delivery::Monotonic;
use spool_format::{AlertId, Severity};

const HOUR: Duration = Duration::from_hours(1);

/// How often one alert is tried within an hour at most: by its pauses some thirty times, at a few providers, and called up
/// when one of them works.
const TRIES_PER_HOUR: usize = 250;

/// How sure it is that something will be remembered. The order counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// It did not happen, or nobody knows.
    #[default]
    No,
    /// The agent knows.
    Heard,
    /// The kernel has the line: it survives `kill -9`.
    Written,
    /// The disk has it.
    Synced,
}

/// What whoever enqueued an alert was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// Exit 0.
    Made,
    /// Nothing was said, or nothing certain: it may be there.
    Open,
    /// It failed before there was a name.
    Refused,
}

/// One recipient of an alert.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Copies that providers have.
    pub(super) mails: usize,
    /// Attempts of which nobody can say whether they delivered.
    pub(super) doubts: usize,
    pub(super) has_it: Known,
    /// When the agent heard of that.
    pub(super) heard: Monotonic,
    /// When the last attempt that had leave for its final dot was over: until then it was in good hands.
    pub(super) freed: Monotonic,
    /// Providers that refused it for good.
    pub(super) refused_by: BTreeSet<usize>,
    /// Whether all who were configured had refused it when the agent gave it up.
    pub(super) is_given_up: bool,
}

/// An alert that somebody tried to enqueue.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) promise: Promise,
    pub(super) octets: Vec<u8>,
    /// `None`: it is the agent's own, and nobody was told.
    pub(super) severity: Option<Severity>,
    /// For which provider alone it is, if it is a canary.
    pub(super) canary_of: Option<usize>,
    pub(super) at: Monotonic,
    /// When the agent has met it at the latest, if it runs.
    pub(super) met: Monotonic,
    pub(super) life: Duration,
    /// The pauses between its passes; the last one repeats. None of the agent's own, which is nobody's business here.
    pub(super) pauses: Vec<Duration>,
    pub(super) tallies: BTreeMap<String, Tally>,
    /// Who is to have it if nobody knows any more who has submitted it, as long as nobody was promised anything.
    pub(super) if_nobody_knows: BTreeSet<String>,
    /// Whether it came on the socket.
    pub(super) is_submitted: bool,
    pub(super) message_ids: BTreeSet<String>,
    pub(super) sent: Known,
    pub(super) dead: Known,
    /// Whether the agent ever said that it is dead.
    pub(super) has_died: bool,
    /// Not to be tried before.
    pub(super) not_before: Monotonic,
    /// When that was said.
    pub(super) put_off: Monotonic,
    /// When it was tried within the last hour.
    tried: VecDeque<Monotonic>,
    /// When its pass began, if it is in one.
    pub(super) pass: Option<Monotonic>,
    /// Passes that were counted: when each began, and until when it was put off then.
    pub(super) waits: Vec<(Monotonic, Monotonic)>,
    /// Passes that were counted.
    pub(super) passes: u32,
    /// Since when it waits for a provider or the network and nothing else: what brings them back makes it due.
    pub(super) parked: Option<Monotonic>,
    /// Whether a person has stopped it.
    pub(super) is_held: bool,
}

/// An attempt that has leave for its final dot.
#[derive(Clone, Debug)]
pub(super) struct Dot {
    pub(super) id: AlertId,
    /// Who it is for, by their places among the recipients of the attempt.
    pub(super) recipients: BTreeMap<usize, String>,
    /// All recipients of the attempt: those whom the server does not take wait for its end.
    pub(super) attempted: Vec<String>,
}

impl Asked {
    pub(super) fn new(
        promise: Promise,
        octets: Vec<u8>,
        at: Monotonic,
        (life, pauses): (Duration, Vec<Duration>),
        to: &[&str],
    ) -> Self {
        let tallies = to.iter().map(|to| ((*to).to_owned(), Tally::default())).collect();
        let (message_ids, not_before) = (BTreeSet::new(), Monotonic::default());
        Self {
            promise,
            octets,
            severity: None,
            canary_of: None,
            at,
            met: at,
            life,
            pauses,
            tallies,
            if_nobody_knows: BTreeSet::new(),
            is_submitted: false,
            message_ids,
            sent: Known::No,
            dead: Known::No,
            has_died: false,
            not_before,
            put_off: not_before,
            tried: VecDeque::new(),
            pass: None,
            waits: Vec::new(),
            passes: 0,
            parked: None,
            is_held: false,
        }
    }

    /// It is for these, says the agent; or for these among others.
    pub(super) fn is_for<'a>(&mut self, recipients: impl Iterator<Item = &'a str>, among_others: bool) {
        let named: BTreeSet<String> = recipients.map(str::to_owned).collect();
        let is_new = named.iter().any(|to| !self.tallies.contains_key(to));
        let is_so = if among_others {
            is_new && named.is_subset(&self.if_nobody_knows)
        } else {
            named == self.if_nobody_knows
        };
        if self.promise == Promise::Open && self.is_submitted && is_so {
            self.tallies.retain(|to, _| self.if_nobody_knows.contains(to));
            for to in &self.if_nobody_knows {
                self.tallies.entry(to.clone()).or_default();
            }
        }
    }

    /// It is tried: now and then, whatever providers do.
    pub(super) fn is_tried(&mut self, id: AlertId, now: Monotonic) {
        self.tried.push_back(now);
        while self.tried.front().is_some_and(|first| now.since(*first) >= HOUR) {
            self.tried.pop_front();
        }
        let times = self.tried.len();
        assert!(times <= TRIES_PER_HOUR, "{id}: it is tried for the {times}th time within an hour");
    }

    /// The longest of its pauses.
    pub(super) fn longest_pause(&self) -> Duration {
        self.pauses.iter().copied().max().unwrap_or_default()
    }

    /// It is put off for so long after a pass.
    pub(super) fn expect_no_longer_pause(&self, id: AlertId, pause: Duration) {
        let at = usize::try_from(self.passes.saturating_sub(1)).expect("it is small");
        let Some(most) = self.pauses.get(at).or(self.pauses.last()) else { return };
        assert!(pause <= *most, "{id}: it waits for {pause:?} after pass {}, {most:?} at most", self.passes);
    }

    /// Until when it waits after the last pass that had begun before `then`.
    pub(super) fn waits_until(&self, then: Monotonic) -> Monotonic {
        let begun = self.waits.iter().rev().find(|(began, _)| *began < then);
        begun.map_or(then, |(_, until)| *until)
    }
}
