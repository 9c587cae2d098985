//! The clocks of the measurements, and a pause: nothing else here reads or waits.

use std::time::{Duration, Instant, SystemTime};

use spool_format::Wall;

/// Now, on the clock that never jumps.
#[expect(clippy::disallowed_methods, reason = "a measurement is the difference of two such moments")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Now, on the clock on the wall.
#[expect(clippy::disallowed_methods, reason = "made-up alerts have a time of birth")]
pub(crate) fn wall_now() -> Wall {
    SystemTime::now().into()
}

/// Lets that much time go by, for counting what happens in it.
#[expect(clippy::disallowed_methods, reason = "an idle agent is watched for a length of time")]
pub(crate) fn let_pass(time: Duration) {
    std::thread::sleep(time);
}

/// Milliseconds with a fraction.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
