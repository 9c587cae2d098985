//! Plays many seeds, on as many threads as the machine has, and says which of them fail.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// So many seeds that fail are enough.
const FAILED_MAX: usize = 20;

/// The number in this variable.
pub(super) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays so many seeds, from that of `ALERTMAIL_MODEL_FROM` or 1 on, and tells every hundredth. Panics with those that
/// fail, after all have had their turn; the variable `by` repeats one.
pub(super) fn play_each(many: u64, by: &str, play: impl Fn(u64) + Sync) {
    let from = number("ALERTMAIL_MODEL_FROM").unwrap_or(1);
    let (next, failed) = (AtomicU64::new(from), Mutex::new(BTreeSet::new()));
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        let has_had_enough = |failed: &BTreeSet<u64>| failed.len() >= FAILED_MAX;
        if seed >= from + many || has_had_enough(&failed.lock().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        if seed % 100 == 0 {
            eprintln!("seed {seed}");
        }
        if catch_unwind(AssertUnwindSafe(|| play(seed))).is_err() {
            eprintln!("this was seed {seed}; repeat it with {by}={seed}");
            failed.lock().unwrap_or_else(PoisonError::into_inner).insert(seed);
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(failed.is_empty(), "these seeds fail; repeat one with {by}: {failed:?}");
}
