//! `submit/` and `queue/` on two file systems.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::process::Command;

use harness::{PATIENCE, run, write_file};
use spool_format::Folder;
use spool_format::folder::ALERT_MODE;

use crate::{ALICE, machine, not_tested};

/// A file system in memory that every Linux has.
const MEMORY: &str = "/dev/shm";

#[test]
fn with_incoming_and_queue_on_two_file_systems_bad_files_are_copied_and_the_rest_is_left() {
    let Some((sandbox, server)) = machine(|config| config.limit("rescan", "50ms")) else { return };
    let device = |path: &Path| fs::metadata(path).map(|data| data.dev()).ok();
    if device(Path::new(MEMORY)).is_none_or(|other| Some(other) == device(sandbox.spool())) {
        not_tested("/dev/shm is no file system of its own here");
        return;
    }
    let memory = tempfile::Builder::new().prefix("alertmail-test-").tempdir_in(MEMORY).expect("a folder");
    fs::set_permissions(memory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("our own");
    let queue = sandbox.spool().join("queue");
    run(Command::new("cp").arg("-a").arg(&queue).arg(memory.path()), b"").expect_success();
    fs::remove_dir_all(&queue).expect("our own");
    symlink(memory.path().join("queue"), &queue).expect("a link");

    let letter = sandbox.folder(Folder::Incoming).join("letter.txt");
    write_file(&letter, ALERT_MODE, b"no alert");
    std::os::unix::fs::chown(&letter, Some(ALICE), None).expect("root gives files away");
    sandbox.shell(ALICE, "mkfifo $incoming/fifo").expect_success();
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue_as(ALICE, &["--to", "ops", "--subject", "good", "text"]);
    sandbox.wait_until_sent(id);
    sandbox.wait_for("the letter is set aside", PATIENCE, || {
        sandbox.names_in(Folder::Corrupt) == ["letter.txt", "letter.txt.reason"]
            && sandbox.names_in(Folder::Incoming) == ["fifo"]
    });
    assert_eq!(fs::read(sandbox.folder(Folder::Corrupt).join("letter.txt")).expect("a copy"), b"no alert");
    sandbox.wait_for("the FIFO is told of", PATIENCE, || agent.log().contains("left-alone name=\"fifo\""));
    let id = sandbox.enqueue_as(ALICE, &["--to", "ops", "--subject", "good", "text"]);
    sandbox.wait_until_sent(id);
    assert_eq!(agent.log().lines().filter(|line| line.contains("\"fifo\"")).count(), 1, "{}", agent.log());
    assert_eq!((server.mails().len(), agent.stop()), (2, Some(0)));
}
