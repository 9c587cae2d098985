//! How many of something took how long.

use std::time::Duration;

/// Seconds, by bounds that do not change while the process lives.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    bounds: &'static [f64],
    /// How many are in the bucket below each bound, and not in one before.
    buckets: Vec<u64>,
    count: u64,
    sum: f64,
}

impl Histogram {
    /// An empty one. `bounds`: in seconds, each larger than the one before.
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, buckets: vec![0; bounds.len()], count: 0, sum: 0.0 }
    }

    pub(super) fn take(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        self.count += 1;
        self.sum += seconds;
        if let Some(place) = self.bounds.iter().position(|bound| seconds <= *bound) {
            self.buckets[place] += 1;
        }
    }

    /// Each bound with how many were at most so large.
    pub(super) fn buckets(&self) -> Vec<(f64, u64)> {
        let mut so_many = 0;
        let each = self.bounds.iter().zip(&self.buckets);
        each.map(|(bound, count)| {
            so_many += count;
            (*bound, so_many)
        })
        .collect()
    }

    /// How many there were.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// All of them together, in seconds.
    pub(super) const fn sum(&self) -> f64 {
        self.sum
    }
}
