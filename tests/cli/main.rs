//! What people see and type: the demonstration, every command of the README, JSON, refusals and exit codes.

mod at_work;
mod config;
mod demo;
#[path = "../../agent/src/notice/english.rs"]
mod english;
mod first_hour;
mod golden;
mod helps;
mod jq;
mod json;
mod newcomer;
mod pane;
mod people;
mod preview;
mod providers;
mod readme;
mod refusals;
mod route;
mod setup;
mod shown;
mod steady;
mod tongue;
mod watch;

use std::path::Path;
use std::process::Command;

use harness::{Programs, Sandbox};

/// The program under test.
const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(ALERTMAIL))
}

/// The program in an environment that knows nothing of this machine's own spool and configuration.
fn alertmail(arguments: &[&str]) -> Command {
    let mut command = Command::new(ALERTMAIL);
    harness::in_english(command.args(arguments).env_remove("ALERTMAIL_SPOOL").env_remove("ALERTMAIL_CONFIG"));
    command
}

/// A file of the repository.
fn repository(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
