//! The two kinds of time. [`Wall`] is stored and shown; [`Monotonic`] is compared and waited for. No arithmetic
//! between them exists, so a wall clock that jumps by years neither expires nor floods anything.

use std::time::Duration;

use spool_format::Wall;

/// A moment of this run of the agent, in milliseconds since an origin that means nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monotonic(u64);

impl Monotonic {
    /// The moment `ms` milliseconds after the origin.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the origin.
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// This moment plus a duration.
    #[must_use]
    pub fn plus(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
    }

    /// How long ago `earlier` was.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// For what is written down.
    pub wall: Wall,
    /// For what is waited for.
    pub monotonic: Monotonic,
}
