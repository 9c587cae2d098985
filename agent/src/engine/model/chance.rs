//! Everything that is left to chance in a history comes from its seed.

use delivery::chance::Chance;

/// Dice that a seed determines.
#[derive(Clone, Debug)]
pub(super) struct Dice(Chance);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    /// The next number.
    pub(super) const fn next(&mut self) -> u64 {
        self.0.next()
    }

    /// A number from 0 to below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    /// Whether something happens that happens once in `times` times; 0 is never.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        times > 0 && self.below(times) == 0
    }

    /// One of them.
    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}
