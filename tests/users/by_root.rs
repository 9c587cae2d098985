//! What root does with a spool whose agent is down is done as the agent's user: the next agent can go on.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use harness::write_file;
use spool_format::{Event, Folder};

use crate::{AGENT, ALICE, machine};

/// Everything below the queue that is not the agent's.
fn foreign(queue: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![queue.to_owned()];
    while let Some(path) = left.pop() {
        let data = fs::symlink_metadata(&path).expect("readable");
        if data.is_dir() {
            left.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        }
        if data.uid() != AGENT {
            found.push(path);
        }
    }
    found
}

#[test]
fn an_act_and_a_repair_by_root_leave_nothing_that_the_agent_cannot_write() {
    let Some((sandbox, server)) = machine(|config| config) else { return };
    let (config, spool) = (sandbox.config_file(), sandbox.spool().display().to_string());
    let say = |words: &[&str]| {
        let begin = ["--config", config.to_str().expect("a path of ours"), "--spool", &spool];
        sandbox.alertmail(&[&begin[..], words].concat()).expect_success()
    };
    let id = sandbox.enqueue_as(ALICE, &["--to", "ops", "--subject", "disk", "full"]);
    say(&["hold", id.as_str()]);
    let queue = sandbox.spool().join("queue");
    assert_eq!(foreign(&queue), Vec::<PathBuf>::new(), "after an act");
    assert!(
        sandbox.events(id).contains(&Event::Held { id, by: 0 }),
        "it was root's act: {:?}",
        sandbox.events(id)
    );

    let journal = fs::read_dir(queue.join("journal"))
        .expect("a folder")
        .next()
        .expect("a day")
        .expect("an entry")
        .path();
    let whole = fs::read_to_string(&journal).expect("lines");
    let mut file = fs::File::options().append(true).open(&journal).expect("root may");
    file.write_all(b"damaged\n").expect("room");
    say(&["spool", "repair"]);
    assert_eq!(foreign(&queue), Vec::<PathBuf>::new(), "after a repair");
    assert!(fs::read_to_string(&journal).expect("lines").starts_with(&whole), "what was sound is there");

    let agent = sandbox.start_agent();
    say(&["release", id.as_str()]);
    sandbox.wait_until_sent(id);
    assert_eq!((server.mails().len(), agent.stop()), (1, Some(0)));
}

#[test]
fn verify_reads_a_spool_beside_its_agent_and_says_that_it_is_in_order() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue_as(ALICE, &["--to", "ops", "--subject", "disk", "full"]);
    sandbox.wait_until_sent(id);
    let spool = sandbox.spool().display().to_string();
    let said = sandbox.alertmail(&["spool", "verify", &spool]).expect_success();
    assert!(said.starts_with(&format!("{spool} is in order; ")), "{said}");
    let repaired = sandbox.alertmail(&["spool", "repair", &spool]);
    assert_eq!(repaired.code, Some(69), "an agent is at work: {}", repaired.stderr);
    write_file(&sandbox.folder(Folder::Deferred).join(format!("{id}.json")), 0o600, b"no alert");
    let said = sandbox.alertmail(&["spool", "verify", &spool]);
    assert_eq!(said.code, Some(65), "{}", said.stdout);
    assert!(
        said.stdout.contains("cannot be read as an alert") && said.stdout.contains("stop the agent"),
        "{}",
        said.stdout
    );
    agent.stop();
}
