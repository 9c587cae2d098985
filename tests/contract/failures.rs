//! A writer whose disk or place fails says so with the right exit code, and leaves nothing that could be sent.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use harness::{Ended, Sandbox, run};
use spool_format::Folder;

use crate::sandbox;
use crate::writers::{Said, Writer};

/// Runs a writer whose system calls fail as strace is told to let them.
fn with_fault(sandbox: &Sandbox, writer: Writer, fault: &str, only_on: Option<&Path>) -> Ended {
    let mut words: Vec<&OsStr> =
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", fault].map(OsStr::new).into();
    if let Some(path) = only_on {
        words.extend([OsStr::new("-P"), path.as_os_str()]);
    }
    run(&mut writer.behind(&words, sandbox.spool(), &Said::plain()), b"")
}

#[track_caller]
fn expect_not_stored(sandbox: &Sandbox, what: &str, writer: Writer, ended: &Ended) {
    assert_eq!(ended.code, Some(75), "{writer:?}, {what}: {}", ended.stderr);
    assert_eq!(ended.stdout, "", "{writer:?}, {what}: no id is told");
    assert!(ended.stderr.contains("not stored"), "{writer:?}, {what}: {}", ended.stderr);
    assert_eq!(sandbox.names_in(Folder::Incoming), Vec::<String>::new(), "{writer:?}, {what}");
}

#[test]
fn whichever_step_fails_nothing_is_left_and_the_caller_is_told() {
    let sandbox = sandbox();
    let incoming = sandbox.folder(Folder::Incoming);
    for (what, fault, only_on) in [
        ("mode", "inject=fchmod,fchmodat:error=EIO", None),
        ("first sync", "inject=fsync:error=ENOSPC", None),
        ("rename", "inject=rename,renameat,renameat2:error=EDQUOT", None),
        ("sync of the folder", "inject=fsync:error=EIO", Some(incoming.as_path())),
    ] {
        for writer in Writer::ALL {
            let ended = with_fault(&sandbox, writer, fault, only_on);
            expect_not_stored(&sandbox, what, writer, &ended);
        }
    }
}

#[test]
fn a_file_that_may_not_be_that_large_is_an_error_and_not_the_end_of_the_writer() {
    let sandbox = sandbox();
    let body = "x".repeat(3000);
    let said = Said { body: OsStr::new(&body), ..Said::plain() };
    for writer in Writer::ALL {
        let words = ["prlimit", "--fsize=2048"].map(OsStr::new);
        let ended = run(&mut writer.behind(&words, sandbox.spool(), &said), b"");
        expect_not_stored(&sandbox, "file size", writer, &ended);
    }
}

#[test]
fn what_the_caller_can_mend_has_an_exit_code_of_its_own() {
    let sandbox = sandbox();
    let nowhere = sandbox.path().join("nowhere");
    for writer in Writer::EXAMPLES {
        for (what, spool, arguments, code) in [
            ("no spool", nowhere.as_path(), &["subject", "body"][..], 73),
            ("no such severity", sandbox.spool(), &["-l", "loud", "subject", "body"], 64),
            ("no such option", sandbox.spool(), &["-x", "subject", "body"], 64),
            ("no subject at all", sandbox.spool(), &[], 64),
            ("nothing to tell", sandbox.spool(), &["", ""], 65),
        ] {
            let ended = writer.run(spool, arguments, b"");
            assert_eq!(ended.code, Some(code), "{writer:?}, {what}: {}", ended.stderr);
            assert!(!ended.stderr.is_empty() && ended.stdout.is_empty(), "{writer:?}, {what}");
        }
    }
    assert!(!nowhere.exists(), "a writer makes no spool");
    assert_eq!(fs::read_dir(sandbox.folder(Folder::Incoming)).expect("a folder").count(), 0);
}

#[test]
fn an_alert_above_the_limit_is_refused_before_anything_is_written() {
    let sandbox = sandbox();
    let stdin = vec![b'x'; spool_format::alert::ALERT_OCTETS_MAX];
    let ended = Writer::Python.run(sandbox.spool(), &["subject"], &stdin);
    assert_eq!(ended.code, Some(65), "{}", ended.stderr);
    assert_eq!(sandbox.names_in(Folder::Incoming), Vec::<String>::new());
}
