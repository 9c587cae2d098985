//! The status page: what is answered to whom, and what people see of it in a real browser.

mod asked;
mod browser;
mod seen;
mod story;

use harness::{Programs, Sandbox};

/// The program under test.
const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(ALERTMAIL))
}
