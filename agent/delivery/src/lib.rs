//! When, where, what next: the scheduler of alerts, without a clock, a socket or a file.

pub mod chance;
pub mod queue;
pub mod retry;
pub mod time;

pub use retry::RetryPlan;
pub use time::{Monotonic, Now};
