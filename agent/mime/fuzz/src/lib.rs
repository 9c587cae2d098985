//! What fuzzers call.
//!
//! Each function panics if a promise is broken, and does nothing else. libFuzzer calls them through `fuzz_targets/`, and
//! `agent/mime/tests/fuzz.rs` in every test run.

mod alert;
mod whole;

pub use alert::compose;
pub use whole::whole;
