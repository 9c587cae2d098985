//! `alertmail import`: what other programs' files become, whether mail goes out by it, and what waits in their queues.
//!
//! `cases/` holds, for each case, a folder with files as people write them; beside it stand the configuration and the notes
//! that come of it (`ALERTMAIL_UPDATE_GOLDEN=1` accepts new ones).

mod delivery;
mod golden;
mod queue;
mod real;

use std::path::Path;
use std::process::Command;

use harness::{Ended, Programs, Sandbox, in_english, run, write_file};

/// The program under test.
const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(ALERTMAIL))
}

/// `alertmail import` with these words, where the files of `root` are the machine's.
fn import_command(peer: &str, root: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(ALERTMAIL);
    in_english(command.env_remove("ALERTMAIL_SPOOL").env_remove("ALERTMAIL_CONFIG").env("HOME", "/root"));
    command.args(["import", peer, "--root"]).arg(root).args(more);
    command
}

fn import(peer: &str, root: &Path, more: &[&str]) -> Ended {
    run(&mut import_command(peer, root, more), b"")
}

/// Writes files of that machine.
fn furnish(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder of ours");
        write_file(&path, 0o600, text.as_bytes());
    }
}
