//! Folders that are not what they were, and watchers that do not watch: alerts are found all the same.

use std::fs;

use harness::{Cut, Fate, PATIENCE, watched_from_aside};
use spool_format::Folder;

use crate::{GOOD, make_visible, sandbox};

#[test]
fn a_folder_that_was_replaced_is_opened_anew() {
    let (sandbox, server) = sandbox(|config| config.limit("rescan", "100ms"));
    let agent = sandbox.start_agent();
    let incoming = sandbox.folder(Folder::Incoming);
    make_visible(&incoming, &sandbox.path().join("old"));
    fs::create_dir(&incoming).expect("a new folder at its place");
    sandbox.wait_for("the agent sees it", PATIENCE, || agent.log().contains("another folder is at"));
    for _ in 0..2 {
        let id = sandbox.enqueue(GOOD);
        sandbox.wait_until_sent(id);
    }
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn a_spool_that_goes_away_and_comes_back_is_used_again_and_what_waits_in_it_is_sent() {
    let (sandbox, server) = sandbox(|config| config.limit("rescan", "100ms"));
    let agent = sandbox.start_agent();
    let away = sandbox.path().join("away");
    make_visible(sandbox.spool(), &away);
    sandbox.wait_for("the agent misses it", PATIENCE, || agent.log().contains("is gone"));
    make_visible(&away, sandbox.spool());
    let id = sandbox.enqueue(GOOD);
    sandbox.wait_until_sent(id);
    // Another spool altogether, as a volume that is mounted over it.
    make_visible(sandbox.spool(), &away);
    let made = sandbox.alertmail(&["spool", "init", sandbox.spool().to_str().expect("UTF-8")]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let id = sandbox.enqueue(GOOD);
    sandbox.wait_until_sent(id);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn without_inotify_the_agent_lives_by_scans_says_so_once_and_misses_nothing() {
    let (sandbox, server) = sandbox(|config| config);
    let cut = Cut { name: "inotify_init1", when: "1+".to_owned(), fate: Fate::Fail("EMFILE") };
    let log = sandbox.path().join("calls");
    let agent = sandbox.start_agent_by(|command| watched_from_aside(command, &log, &[cut]));
    sandbox.wait_for("it has started", PATIENCE, || agent.log().contains("started "));
    for _ in 0..3 {
        let id = sandbox.enqueue(GOOD);
        sandbox.wait_until_sent(id);
    }
    assert_eq!(agent.log().matches("cannot watch incoming/").count(), 1, "{}", agent.log());
    let check = sandbox.alertmail(&["check", "--spool", sandbox.spool().to_str().expect("UTF-8")]);
    assert!(check.stdout.contains("incoming/ cannot be watched"), "{}", check.stdout);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails().len(), 3);
}
