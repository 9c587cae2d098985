//! What the oracle knows of an alert: what was promised, who has it, and when it may be tried.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use delivery::Monotonic;
use spool_format::{AlertId, Severity};

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
    pub(super) life: Duration,
    /// The longest pause between two passes.
    pub(super) pause: Duration,
    pub(super) tallies: BTreeMap<String, Tally>,
    pub(super) message_ids: BTreeSet<String>,
    pub(super) sent: Known,
    pub(super) dead: Known,
    /// Whether the agent ever said that it is dead.
    pub(super) has_died: bool,
    /// Not to be tried before.
    pub(super) not_before: Monotonic,
    /// When that was said.
    pub(super) put_off: Monotonic,
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
    /// By their places among the recipients of the attempt.
    pub(super) recipients: BTreeMap<usize, String>,
}

impl Asked {
    pub(super) fn new(
        promise: Promise,
        octets: Vec<u8>,
        at: Monotonic,
        (life, pause): (Duration, Duration),
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
            life,
            pause,
            tallies,
            message_ids,
            sent: Known::No,
            dead: Known::No,
            has_died: false,
            not_before,
            put_off: not_before,
            passes: 0,
            parked: None,
            is_held: false,
        }
    }
}
