//! The moment at which the caller wants to be back, and what is left until then.

use std::time::{Duration, Instant};

/// How long storing may take when `--timeout` does not say.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A moment on the clock that no administrator sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    end: Instant,
    /// Of which the first place may use two thirds, so that something is left for the others.
    total: Duration,
    clock: fn() -> Instant,
}

impl Deadline {
    /// Begins now.
    pub(crate) fn new(total: Duration, clock: fn() -> Instant) -> Self {
        Self { end: clock() + total, total, clock }
    }

    /// What is left; `None` when it is over.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.end.checked_duration_since((self.clock)()).filter(|left| !left.is_zero())
    }

    /// What is left of the first place's share.
    pub(crate) fn left_for_the_disk(&self) -> Option<Duration> {
        self.left()?.checked_sub(self.total / 3).filter(|left| !left.is_zero())
    }

    /// The whole span.
    pub(crate) fn total(&self) -> Duration {
        self.total
    }
}
