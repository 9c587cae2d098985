//! Everything that is left to chance in a history comes from its seed.

use std::time::Duration;

use delivery::chance::Chance;

/// Dice that a seed determines.
#[derive(Clone, Debug)]
pub(super) struct Dice(Chance);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    /// Dice of somebody's own, so that what others throw changes nothing for him.
    pub(super) const fn fork(&mut self) -> Self {
        Self::new(self.0.next())
    }

    /// A number from 0 to below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next() % end as u64).expect("below a usize")
    }

    /// Whether something happens that happens once in `times` times; 0 is never.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        times > 0 && self.below(times) == 0
    }

    /// One of them.
    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// So many seconds.
    pub(super) fn seconds(&mut self, all: &[u64]) -> Duration {
        Duration::from_secs(self.one_of(all))
    }

    /// Mostly no time, else up to `most`, in milliseconds.
    pub(super) fn time(&mut self, most: Duration) -> Duration {
        let most = usize::try_from(most.as_millis()).expect("a short time");
        let ms = match self.below(4) {
            0 | 1 => 0,
            2 => self.below(most / 50 + 1),
            _ => self.below(most + 1),
        };
        Duration::from_millis(ms as u64)
    }
}
