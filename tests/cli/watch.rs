//! `alertmail list --watch` on a terminal, which a script plays: live, in place, as large as the terminal, ended by a key.

use std::path::Path;
use std::process::Command;

use harness::run;
use serde_json::Value;

use crate::{ALERTMAIL, alertmail, sandbox};

#[test]
fn a_list_that_is_watched_follows_the_spool_and_the_terminal_and_leaves_it_as_it_was() {
    let sandbox = sandbox();
    let spool = sandbox.spool().display().to_string();
    run(&mut alertmail(&["spool", "init", &spool]), b"").expect_success();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cli/watch.py");
    let mut python = Command::new("/usr/bin/python3");
    python.arg(script).arg(ALERTMAIL).arg(&spool).arg(Path::new(ALERTMAIL).with_file_name("enqueue"));
    let seen: Value = serde_json::from_str(&run(&mut python, b"").expect_success()).expect("a document");
    assert!(seen["first"].as_str().is_some_and(|screen| screen.contains("q ends")), "{seen}");
    assert!(seen["alerts"].as_str().is_some_and(|screen| screen.contains("alert 7")), "{seen}");
    let small = seen["small"].as_str().expect("a screen");
    assert!(small.matches('\n').count() < 6 && small.contains("8 incoming"), "{seen}");
    assert_eq!(
        (&seen["q"], &seen["ctrl_c"], &seen["echoes"]),
        (&0.into(), &0.into(), &true.into()),
        "{seen}"
    );
}
