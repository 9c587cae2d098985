//! Waiting for a condition, with an end.

use std::time::{Duration, Instant};

/// How long anything may take that happens within milliseconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks until the condition holds or the time is over; says whether it held.
#[expect(
    clippy::disallowed_methods,
    reason = "what is waited for happens in another process, which sends no event"
)]
pub fn becomes_true(within: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + within;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_looked_at_once_more_than_there_is_time() {
        let mut looks = 0;
        assert!(!becomes_true(Duration::ZERO, || {
            looks += 1;
            false
        }));
        assert_eq!(looks, 1);
        assert!(becomes_true(PATIENCE, || {
            looks += 1;
            looks == 4
        }));
    }
}
