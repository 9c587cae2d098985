//! How long an alert waits after a pass that left somebody without it, and when its life is over; how long a provider that
//! does not work is left out.
//!
//! A table, not a formula: what an operator reads in the configuration is what happens. Half of each pause is fixed
//! and half is drawn, so that alerts which failed together do not come back together, and none hammers.

use std::time::Duration;

use spool_format::{Cause, Severity, Wall};

use crate::time::{Monotonic, Now};

/// Pauses and life times. Pauses repeat their last entry for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPlan {
    /// Pauses of critical alerts.
    pub critical: Vec<Duration>,
    /// Pauses of all others.
    pub others: Vec<Duration>,
    /// Life of critical alerts.
    pub life_critical: Duration,
    /// Life of all others.
    pub life_others: Duration,
    /// For how long a provider that does not work is left out: the first time, the next …
    pub provider: Vec<Duration>,
    /// For how long one is left out that refuses the login.
    pub login: Duration,
}

/// What an alert has left to live at least when the agent meets it, however old it looks: the machine was off, or its
/// clock is wrong, and the network may be up in a minute.
pub const GRACE: Duration = Duration::from_hours(1);

/// The pause where a plan has none.
const FALLBACK_PAUSE: Duration = Duration::from_mins(1);

/// The first and the longest pause of a provider that has had too much for now.
const THROTTLED: Duration = Duration::from_mins(1);
const THROTTLED_MAX: Duration = Duration::from_mins(30);

/// The first and the longest pause of one that has had enough for a day. When its day is over nobody knows: in its time
/// zone, or 24 hours after the first mail. So it is asked now and then, and never waited for until tomorrow.
const EXHAUSTED: Duration = Duration::from_hours(1);
const EXHAUSTED_MAX: Duration = Duration::from_hours(4);

/// The pause of the `times`-th time (from 1), each twice as long as the one before.
fn doubled(first: Duration, times: u32) -> Duration {
    first.saturating_mul(1 << times.saturating_sub(1).min(16))
}

impl Default for RetryPlan {
    fn default() -> Self {
        let seconds = |list: &[u64]| list.iter().copied().map(Duration::from_secs).collect();
        Self {
            critical: seconds(&[5, 15, 30, 60, 120, 300]),
            others: seconds(&[30, 120, 300, 600, 900, 1800]),
            life_critical: Duration::from_hours(48),
            life_others: Duration::from_hours(72),
            provider: seconds(&[30, 60, 120, 300]),
            login: Duration::from_mins(15),
        }
    }
}

impl RetryPlan {
    /// The pause after the `passes`-th pass (from 1) that left somebody open: between half of its table entry and all of it.
    pub fn pause(&self, severity: Severity, passes: u32, draw: u64) -> Duration {
        drawn(self.full_pause(severity, passes), draw)
    }

    /// The pause after a pass that found this machine without a network.
    pub fn pause_without_network(&self, draw: u64) -> Duration {
        drawn(self.full_pause(Severity::Critical, 1), draw)
    }

    /// For how long a provider is left out that was found out of order `openings` times in a row (from 1).
    pub fn provider_pause(&self, cause: Cause, openings: u32, draw: u64) -> Duration {
        let full = self.full_provider_pause(cause, openings);
        match cause {
            // Who comes too early is told so again, and some begin to count anew.
            Cause::Throttled | Cause::Exhausted => full,
            _ => drawn(full, draw),
        }
    }

    /// The same, at most. What does not pass by itself is asked as rarely as what has lasted.
    pub fn full_provider_pause(&self, cause: Cause, openings: u32) -> Duration {
        match cause {
            Cause::Login => self.login,
            Cause::Refused => entry(&self.provider, u32::MAX),
            Cause::Throttled => doubled(THROTTLED, openings).min(THROTTLED_MAX),
            Cause::Exhausted => doubled(EXHAUSTED, openings).min(EXHAUSTED_MAX),
            Cause::Trouble | Cause::Silent => entry(&self.provider, openings),
        }
    }

    /// The longest pause that the plan can give.
    pub fn longest_pause(&self, severity: Severity) -> Duration {
        self.table(severity).iter().copied().max().unwrap_or(FALLBACK_PAUSE)
    }

    fn full_pause(&self, severity: Severity, passes: u32) -> Duration {
        entry(self.table(severity), passes)
    }

    fn table(&self, severity: Severity) -> &[Duration] {
        match severity {
            Severity::Critical => &self.critical,
            Severity::Warning | Severity::Info => &self.others,
        }
    }

    /// When the life of an alert ends, on the clock that nobody can set; never before [`GRACE`] is over.
    pub fn end_of_life(&self, severity: Severity, ttl: Option<Duration>, born: Wall, now: Now) -> Monotonic {
        let life = ttl.unwrap_or(match severity {
            Severity::Critical => self.life_critical,
            Severity::Warning | Severity::Info => self.life_others,
        });
        let left = life.saturating_sub(now.wall.since(born));
        // A short time to live is its author's wish; only the age that a clock claims is doubted.
        now.monotonic.plus(left.max(GRACE.min(life)))
    }

    /// When an alert that was deferred in an earlier run is due: at the time that was written down. One that is further
    /// away than the longest pause was written by a clock that was wrong, or waits for what is looked at anew: it is due
    /// now. If it were put off by a longest pause, a few restarts would put it off for hours.
    pub fn resumes_at(&self, severity: Severity, until: Wall, now: Now) -> Monotonic {
        let pause = until.since(now.wall);
        if pause > self.longest_pause(severity) { now.monotonic } else { now.monotonic.plus(pause) }
    }
}

/// The entry of a table for the `count`-th time (from 1); its last one repeats.
fn entry(table: &[Duration], count: u32) -> Duration {
    let at = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
    table.get(at).or(table.last()).copied().unwrap_or(FALLBACK_PAUSE)
}

/// Between half of a pause and all of it.
fn drawn(full: Duration, draw: u64) -> Duration {
    let half = full / 2;
    let spread = u64::try_from(full.saturating_sub(half).as_millis()).unwrap_or(u64::MAX);
    half + Duration::from_millis(if spread == 0 { 0 } else { draw % (spread + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    fn now(wall_s: i64) -> Now {
        Now { wall: Wall::from_unix_ms(wall_s * 1000), monotonic: Monotonic::from_ms(0) }
    }

    #[test]
    fn pauses_follow_the_table_and_then_repeat_its_end() {
        let plan = RetryPlan::default();
        let full: Vec<u64> =
            (1..=8).map(|pass| plan.full_pause(Severity::Critical, pass).as_secs()).collect();
        assert_eq!(full, [5, 15, 30, 60, 120, 300, 300, 300]);
        let full: Vec<u64> = (1..=8).map(|pass| plan.full_pause(Severity::Info, pass).as_secs()).collect();
        assert_eq!(full, [30, 120, 300, 600, 900, 1800, 1800, 1800]);
    }

    #[test]
    fn jitter_stays_between_half_and_all_of_a_pause() {
        let plan = RetryPlan::default();
        for draw in [0, 1, 2_499, 2_500, 2_501, u64::MAX / 3, u64::MAX] {
            let pause = plan.pause(Severity::Critical, 1, draw).as_millis();
            assert!((2_500..=5_000).contains(&pause), "{draw}: {pause}");
        }
        assert_eq!(plan.pause(Severity::Critical, 1, 2_500).as_millis(), 5_000);
    }

    #[test]
    fn no_clock_can_make_an_alert_expire_at_once() {
        let plan = RetryPlan::default();
        let born = Wall::from_unix_ms(1_000_000);
        for wall_s in [0, 1_000, 1_000 + 40 * 365 * 24 * 3600] {
            let end = plan.end_of_life(Severity::Critical, None, born, now(wall_s));
            assert!(end.ms() >= HOUR * 1000, "{wall_s}");
            assert!(end.ms() <= 48 * HOUR * 1000, "{wall_s}");
        }
    }

    #[test]
    fn a_short_time_to_live_is_honoured() {
        let end = RetryPlan::default().end_of_life(
            Severity::Info,
            Some(Duration::from_secs(90)),
            Wall::from_unix_ms(0),
            now(50),
        );
        assert_eq!(end.ms(), 90_000);
    }

    #[test]
    fn a_written_time_far_in_the_future_is_not_waited_for() {
        let plan = RetryPlan::default();
        let in_years = Wall::from_unix_ms(i64::MAX);
        assert_eq!(plan.resumes_at(Severity::Critical, in_years, now(0)).ms(), 0, "no clock puts it off");
        let in_time = Wall::from_unix_ms(300_000);
        assert_eq!(plan.resumes_at(Severity::Critical, in_time, now(0)).ms(), 300_000);
        assert_eq!(plan.resumes_at(Severity::Critical, Wall::from_unix_ms(0), now(9)).ms(), 0);
    }
}
