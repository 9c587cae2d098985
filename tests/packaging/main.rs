//! What is installed beside the programs: pages, completions, units and the package itself, judged by those who read them.

mod booted;
mod copy;
mod package;
mod pages;
mod shells;
mod under_systemd;
mod units;

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::run;

/// The program under test.
const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");

fn alertmail(arguments: &[&str]) -> String {
    run(Command::new(ALERTMAIL).args(arguments), b"").expect_success()
}

/// A file or folder of contrib/.
fn contrib(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib").join(path)
}

/// Whether this program is there; who reads the log hears of it if not.
#[track_caller]
fn has(program: &str) -> bool {
    let folders = std::env::var("PATH").unwrap_or_default();
    let is_there = folders.split(':').any(|folder| Path::new(folder).join(program).exists());
    if !is_there {
        harness::not_tried(&format!("left out: there is no {program} here"));
    }
    is_there
}
