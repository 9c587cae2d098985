//! How a provider is and was, and until when it may be left out for that after it is well again.

use std::time::Duration;

use delivery::{Monotonic, RetryPlan};
use spool_format::{Cause, Severity};

use super::weather::Weather;

/// An attempt that began while a provider was out of order can be stuck for so long, and blame it then.
const STUCK: Duration = Duration::from_mins(2);

/// Critical alerts that have no other way wait for this part of a provider's pause.
const URGENT_PART: u32 = 6;

/// How one provider is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    /// Since when it is well, if it is and gets as much as there is.
    pub(super) well: Option<Monotonic>,
    /// Since when it is down for everybody, if it is.
    pub(super) down: Option<Monotonic>,
    /// For how long somebody may leave it out at most who finds what is wrong with it, or has found what ever was: that is
    /// remembered until it works.
    pause: Duration,
    /// Until when it may be left out for what it was like before: by critical alerts, and by others.
    left_out: [Monotonic; 2],
}

impl Health {
    /// Nothing was ever wrong. `is_free`: whether it gets as much as there is.
    pub(super) fn perfect(is_free: bool) -> Self {
        Self { well: is_free.then(Monotonic::default), ..Self::default() }
    }

    /// It becomes like this.
    pub(super) fn becomes(&mut self, now: Monotonic, weather: Weather, is_well: bool) {
        let stuck_until = now.plus(STUCK);
        self.left_out[0] = self.left_out[0].max(stuck_until.plus(self.pause / URGENT_PART));
        self.left_out[1] = self.left_out[1].max(stuck_until.plus(self.pause));
        self.pause = self.pause.max(longest_pause(weather));
        self.down = weather.is_down().then_some(now);
        self.is_seen(now, is_well);
    }

    /// Whether it is well may be another matter now.
    pub(super) fn is_seen(&mut self, now: Monotonic, is_well: bool) {
        self.well = if is_well { self.well.or(Some(now)) } else { None };
    }

    /// Until when it may be left out by an agent that began at `started`: what it remembers begins anew, if the clock is another.
    pub(super) fn is_left_out_until(&self, severity: Severity, started: Monotonic) -> Monotonic {
        let (left_out, part) = match severity {
            Severity::Critical => (self.left_out[0], URGENT_PART),
            Severity::Warning | Severity::Info => (self.left_out[1], 1),
        };
        left_out.max(started.plus(self.pause / part))
    }
}

/// The longest pause of a provider that is like this.
fn longest_pause(weather: Weather) -> Duration {
    let has_full_mailboxes = weather.has_full_mailboxes;
    let cause = match weather {
        _ if weather.says_goodbye > 0 => Cause::Throttled,
        _ if weather.refuses_login > 0 => Cause::Login,
        _ if weather == (Weather { has_full_mailboxes, ..Weather::FAIR }) => return Duration::ZERO,
        _ => Cause::Trouble,
    };
    RetryPlan::default().full_provider_pause(cause, u32::MAX)
}
