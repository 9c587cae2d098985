//! More alerts at once than the kernel can tell the agent of: it says so, and a scan finds what was missed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use harness::{Agent, Cut, Fate, PATIENCE, Sandbox, signal, watched_from_aside};
use rustix::process::Signal;
use spool_format::folder::file_name;
use spool_format::{AlertId, Folder};

use crate::{id_of, place, sandbox};

/// Before the agent is started, and again between its watch and its first scan.
const EARLY: u32 = 50;
/// While it stands still; more than the 16,384 events that the kernel keeps by default.
const FLOOD: u32 = 20_000;
/// For the whole flood, on a slow machine with other things to do.
const DEADLINE: Duration = Duration::from_mins(5);
/// How long the agent is held up between its watch and its first scan.
const LINGER_MS: u64 = 3_000;

fn numbered(number: u32) -> AlertId {
    let mut chance = *b"flood     ";
    chance[6..].copy_from_slice(&number.to_be_bytes());
    id_of(chance)
}

/// Events of years ago: no mail says that it is late, which would change its subject.
fn rename_into_place(sandbox: &Sandbox, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let alert = format!(
            "{{\"version\":1,\"to\":[\"oncall@example.jp\"],\"subject\":\"alert {number}\",\"severity\":\"critical\",\"created\":\"2020-01-02T03:04:05Z\"}}"
        );
        place(sandbox, &file_name(numbered(number)), alert.as_bytes());
    }
}

/// How many events the kernel keeps for one watcher.
fn queued_events_max() -> u32 {
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").expect("Linux has it");
    limit.trim().parse().expect("a number")
}

/// Whether the kernel watches a folder for this process.
fn is_watching(agent: &Agent) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{}/fdinfo", agent.pid())) else { return false };
    let says_so = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains("inotify wd:"));
    files.filter_map(Result::ok).any(|file| says_so(&file.path()))
}

/// Starts an agent, and gives it alerts when it watches the folder and has not looked into it yet.
fn start_between_watch_and_scan(sandbox: &Sandbox) -> Agent {
    let cut = Cut { name: "inotify_add_watch", when: "1".to_owned(), fate: Fate::Linger(LINGER_MS) };
    let log = sandbox.path().join("calls");
    let mut agent = sandbox.start_agent_by(|command| watched_from_aside(command, &log, &[cut]));
    sandbox.wait_for("the agent watches", PATIENCE, || is_watching(&agent) || agent.has_ended());
    rename_into_place(sandbox, EARLY..2 * EARLY);
    assert!(
        !agent.log().contains("started "),
        "it says this before its first scan, and was to be held up until now"
    );
    agent
}

#[test]
fn case_inotify_overflow_rescan() {
    if queued_events_max() >= FLOOD {
        println!("not quite tried: this kernel keeps {} events, so none is lost", queued_events_max());
    }
    // No scan by the clock comes to help, and subjects stay as they are, though these ids were born long ago.
    let (sandbox, server) = sandbox(|config| config.limit("rescan", "1h").alerts("late_after", "\"never\""));
    rename_into_place(&sandbox, 0..EARLY);
    let agent = start_between_watch_and_scan(&sandbox);
    sandbox.wait_for("all early alerts are sent", PATIENCE, || server.mails().len() >= 2 * EARLY as usize);
    assert_eq!(agent.stop(), Some(0));

    let agent = sandbox.start_agent();
    signal(agent.pid(), Signal::STOP);
    let all = 2 * EARLY + FLOOD;
    rename_into_place(&sandbox, 2 * EARLY..all);
    signal(agent.pid(), Signal::CONT);
    assert!(server.wait_for_mails(all as usize, DEADLINE), "{} of {all} arrived", server.mails().len());
    sandbox.wait_for("their files are gone", DEADLINE, || sandbox.names_in(Folder::Incoming).is_empty());
    assert_eq!(agent.stop(), Some(0));

    let mut copies = BTreeMap::new();
    for mail in server.mails() {
        *copies.entry(mail.header("Subject").expect("a subject")).or_insert(0) += 1;
    }
    let expected: BTreeMap<String, i32> = (0..all).map(|number| (format!("alert {number}"), 1)).collect();
    let wrong: Vec<_> =
        copies.iter().filter(|(subject, count)| expected.get(*subject) != Some(*count)).collect();
    assert!(copies == expected, "each arrives once, of {} these not: {wrong:?}", copies.len());
}
