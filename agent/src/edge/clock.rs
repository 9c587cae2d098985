//! The two clocks, and the zone in which people here read the time.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use delivery::{Monotonic, Now};
use spool_format::Wall;

/// What the wall says.
#[expect(clippy::disallowed_methods, reason = "here the wall clock enters")]
pub fn wall_now() -> Wall {
    SystemTime::now().into()
}

/// What the clock says that nobody can set, for those who measure spans themselves.
#[expect(clippy::disallowed_methods, reason = "here the clock that nobody can set enters")]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// Both clocks.
pub fn now() -> Now {
    Now {
        wall: wall_now(),
        monotonic: Monotonic::from_ms(u64::try_from(running().as_millis()).unwrap_or(u64::MAX)),
    }
}

/// Since the first reading of this clock.
#[expect(clippy::disallowed_methods, reason = "here the clock that nobody can set enters")]
fn running() -> Duration {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed()
}

/// Minutes east of UTC at that moment in the zone of this machine.
pub fn offset_minutes(at: Wall) -> i32 {
    chrono::DateTime::from_timestamp_millis(at.unix_ms())
        .map_or(0, |utc| utc.with_timezone(&chrono::Local).offset().local_minus_utc() / 60)
}
