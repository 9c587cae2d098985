//! The disk fails under an agent that is at work: mail goes out all the same, and nothing is missing afterwards.
//!
//! `strace` makes one kind of call of the writing thread fail from now on, with one error. While that lasts the agent has
//! to stay, to send, and to keep quiet; when it is over everything has to get in order.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use harness::{Attached, Cut, Fate, PATIENCE, Threads, becomes_true};
use spool_format::Layout;

use crate::siege::{Scenario, Siege};

/// Processor time that a struggling agent may use; one that spins uses a second a second.
const CPU_MAX: Duration = Duration::from_millis(600);

/// How long an agent may take to mend what is not the journal when the disk works again. What it does not try again by
/// itself the next start does.
const A_FEW_TRIES: Duration = Duration::from_secs(4);

/// Which call fails. Only writes into the journal: the writing thread also writes to wake others.
const JOURNAL: &str = "write";

/// How everything got in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mended {
    /// The agent did it.
    ByItself,
    /// The next start did it.
    ByTheNextStart,
}

fn concerns_the_journal(name: &str) -> bool {
    [JOURNAL, "fdatasync"].contains(&name)
}

/// The place of the writing thread among the agent's: the one that syncs.
#[track_caller]
fn writer(siege: &mut Siege) -> usize {
    let points = siege.points();
    points.iter().find(|point| point.call.name.contains("sync")).expect("somebody syncs").thread
}

fn journal_files(siege: &Siege) -> Vec<PathBuf> {
    let folder = Layout::new(siege.sandbox.spool()).journal();
    fs::read_dir(folder).expect("a journal").filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// Lets one kind of call fail while alerts come in, and sees everything end well.
#[track_caller]
fn endure(siege: &mut Siege, writer: usize, name: &str, error: &str) -> Mended {
    let label = format!("{error} at every {name}");
    let mut agent = siege.sandbox.start_agent();
    let files = journal_files(siege);
    let paths: Vec<_> = if name == JOURNAL { files.iter().map(PathBuf::as_path).collect() } else { vec![] };
    let cut = Cut { name, when: "1+".to_owned(), fate: Fate::Fail(error) };
    let thread = Threads::One(agent.threads()[writer]);
    let attached = Attached::to_paths(thread, &paths, &siege.log(), &[cut]);

    let before = (siege.server.mails().len(), agent.cpu_time());
    let arrivals = siege.arrive();
    let count = before.0 + arrivals.alerts.len();
    assert!(
        siege.server.wait_for_mails(count, PATIENCE),
        "{label}: the mails wait for the disk\n{}",
        agent.log()
    );
    // Time enough for a second try where there is one, and to be seen spinning.
    becomes_true(Duration::from_millis(1500), || {
        attached.calls().iter().filter(|call| call.name == name).count() > 1
    });
    assert!(!agent.has_ended(), "{label}: the agent has ended: {}", agent.log());
    let used = agent.cpu_time().saturating_sub(before.1);
    assert!(used < CPU_MAX, "{label}: it spins: {used:?}");
    let calls = attached.finish();
    let failed = calls.iter().filter(|call| call.name == name && call.text.contains("(INJECTED)")).count();
    assert!(failed > 0, "{label}: there was no such call: {calls:?}");
    assert!(failed < 40, "{label}: {failed} failed tries in a second or two");

    let mut mended = Mended::ByItself;
    if !becomes_true(if concerns_the_journal(name) { PATIENCE } else { A_FEW_TRIES }, || {
        siege.is_settled(&arrivals)
    }) {
        mended = Mended::ByTheNextStart;
        assert_eq!(agent.stop(), Some(0));
        agent = siege.sandbox.start_agent();
        siege.wait_until_settled(&arrivals, &label);
    }
    assert_eq!(agent.stop(), Some(0));
    let remains = siege.remains(&arrivals);
    siege.expect_nothing_lost(&arrivals, &remains, &label);
    mended
}

/// Every call and error for one scenario; says what was mended how.
#[track_caller]
fn endure_all(scenario: Scenario, faults: &[(&str, &str)]) -> String {
    let mut siege = Siege::of(scenario, None).expect("it needs no disk");
    let writer = writer(&mut siege);
    let mut told = Vec::new();
    for (name, error) in faults {
        let mended = endure(&mut siege, writer, name, error);
        told.push(format!("{scenario:?}, {error} at {name}: mended {mended:?}"));
        if concerns_the_journal(name) {
            assert_eq!(mended, Mended::ByItself, "the journal is tried again every second");
        }
    }
    told.join("\n")
}

#[test]
fn while_the_journal_cannot_be_written_or_synced_mail_goes_out_and_nothing_is_lost() {
    let faults = [
        (JOURNAL, "ENOSPC"),
        (JOURNAL, "EIO"),
        (JOURNAL, "EROFS"),
        ("fdatasync", "EIO"),
        ("fdatasync", "ENOSPC"),
    ];
    println!("{}", endure_all(Scenario::Taken, &faults));
}

#[test]
fn a_journal_that_could_not_be_synced_for_a_while_tells_everything_once() {
    let mut siege = Siege::of(Scenario::Taken, None).expect("it needs no disk");
    let writer = writer(&mut siege);
    endure(&mut siege, writer, "fdatasync", "EIO");
    for (id, history) in siege.sandbox.ledger().alerts {
        assert_eq!(history.misfits, 0, "lines of {id} that say again, or too late, what was said before");
    }
}

#[test]
fn while_no_copy_can_be_made_alerts_wait_where_they_are_and_go_out_in_time() {
    let faults = [
        ("openat", "ENOSPC"),
        ("openat", "EMFILE"),
        ("fsync", "EIO"),
        ("renameat2", "EROFS"),
        ("write", "EIO"),
    ];
    println!("{}", endure_all(Scenario::Deferred, &faults));
}

#[test]
fn while_nothing_can_be_removed_nothing_is_sent_twice() {
    println!("{}", endure_all(Scenario::Taken, &[("unlinkat", "EIO"), ("unlinkat", "EROFS")]));
    println!("{}", endure_all(Scenario::Deferred, &[("unlinkat", "EIO")]));
}

#[test]
fn while_no_dead_letter_can_be_made_the_alert_stays() {
    println!(
        "{}",
        endure_all(Scenario::ForNobody, &[("openat", "ENOSPC"), ("fsync", "EIO"), ("unlinkat", "EIO")])
    );
}
