//! An attempt that runs: one alert at one provider.

use smtp::Gate;
use spool_format::{Address, AlertId, Event as Fact, RecipientResult};

use crate::breaker::Witness;
use crate::command::Differences;
use crate::quota::Cost;
use crate::time::Monotonic;

/// An attempt that runs.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) id: AlertId,
    pub(super) provider: usize,
    /// Counts the attempts of the alert, over restarts.
    pub(super) number: u32,
    pub(super) recipients: Vec<Address>,
    /// What it takes of the provider's quota.
    pub(super) cost: Cost,
    pub(super) began: Monotonic,
    /// The last gate that it has leave for. From DATA on a stop finishes the attempt, and does not let it go; behind the
    /// final dot nothing takes it back.
    pub(super) leave: Option<Gate>,
    /// Whether the provider was not ready in time.
    pub(super) is_slow: bool,
    /// Whether it was taken back, and the journal says so: what comes of it is no news for its alert.
    pub(super) is_dismissed: bool,
    pub(super) witness: Witness,
    pub(super) differs: Differences,
}

impl Attempt {
    /// Its outcome, for the journal; `preferred` are the providers before this one for those who have it.
    pub(super) fn outcome(
        &self,
        now: Monotonic,
        (provider, preferred): (&str, Vec<String>),
        recipients: Vec<RecipientResult>,
    ) -> Fact {
        Fact::Outcome {
            id: self.id,
            attempt: self.number,
            provider: provider.to_owned(),
            took_ms: u64::try_from(now.since(self.began).as_millis()).unwrap_or(u64::MAX),
            preferred,
            recipients,
        }
    }
}
