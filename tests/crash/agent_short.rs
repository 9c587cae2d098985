//! The spool of an agent at work is really full, and then it is not.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use harness::{Config, PATIENCE, Programs, Provider, Sandbox, mount, signal, unmount, with_own_mounts};
use lab::Personality;
use rustix::process::Signal;
use spool_format::{Folder, State};

/// More of them than what is left of a page of the journal.
const ALERTS: usize = 40;

/// Fills a file system to the last octet; the ballast is not in the agent's way.
fn fill(spool: &Path) -> PathBuf {
    let path = spool.join("ballast");
    let mut file = fs::File::create_new(&path).expect("there is room yet");
    for size in [4096, 1] {
        while file.write_all(&vec![b'x'; size]).is_ok() {}
    }
    path
}

fn full_and_free_again() {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let spool = sandbox.spool().to_owned();
    // Room for the alerts, and for nothing that an agent would set aside of its own accord.
    mount(&["-t", "tmpfs", "-o", "size=2m", "tmpfs"], &spool).expect("a small file system");
    sandbox.alertmail(&["spool", "init", &spool.to_string_lossy()]).expect_success();
    let server = sandbox.server("home", Personality::plain());
    sandbox.configure(&Config::of([Provider::clear("home", server.port())]));

    let agent = sandbox.start_agent();
    signal(agent.pid(), Signal::STOP);
    let subject = |n: usize| format!("alert {n:02}");
    let enqueue = |n| sandbox.enqueue(&["--to", "oncall@example.jp", "--subject", &subject(n), "text"]);
    let ids: Vec<_> = (0..ALERTS).map(enqueue).collect();
    let ballast = fill(&spool);
    signal(agent.pid(), Signal::CONT);

    assert!(server.wait_for_mails(ALERTS, PATIENCE), "a full disk holds up no mail: {}", agent.log());
    let known = ids.iter().filter(|id| sandbox.state(**id) == Some(State::Sent)).count();
    assert!(known < ALERTS, "the disk was not full: the journal has everything");
    fs::remove_file(ballast).expect("the ballast");
    for id in &ids {
        sandbox.wait_until_sent(*id);
    }
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(sandbox.names_in(Folder::Incoming), [""; 0]);
    let mut subjects: Vec<String> = server.mails().iter().filter_map(|mail| mail.header("Subject")).collect();
    subjects.sort();
    assert_eq!(subjects, (0..ALERTS).map(subject).collect::<Vec<_>>(), "each once");
    for id in ids {
        assert_eq!(sandbox.history(id).misfits, 0, "the journal tells everything in order");
    }
    unmount(&spool);
}

#[test]
fn a_spool_that_is_full_for_a_while_holds_up_no_mail_and_has_the_whole_journal_afterwards() {
    let test =
        "agent_short::a_spool_that_is_full_for_a_while_holds_up_no_mail_and_has_the_whole_journal_afterwards";
    let told = with_own_mounts(test, full_and_free_again);
    println!("{}", told.unwrap_or_else(|why| why));
}
