//! An agent that is killed at each system call with which it brings a mail into a folder: afterwards the mail is there, once.

use std::collections::BTreeSet;

use harness::{Call, Config, Fate, PATIENCE, Programs, Sandbox, becomes_true, calls, watched_from_aside};

const MAILDIR: &str =
    "[[provider]]\nkind = \"maildir\"\nname = \"box\"\npath = \"Maildir\"\nfrom = \"alert@example.jp\"\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    sandbox.configure(&Config::of([]).pause("1s").more(MAILDIR));
    sandbox
}

fn mails(sandbox: &Sandbox) -> usize {
    std::fs::read_dir(sandbox.path().join("Maildir/new")).map_or(0, Iterator::count)
}

/// The calls that have to do with the folder.
fn points() -> Vec<Call> {
    let sandbox = sandbox();
    let log = sandbox.path().join("calls");
    let agent = sandbox.start_agent_by(|command| watched_from_aside(command, &log, &[]));
    let id = sandbox.enqueue(&["--to", "oncall@example.jp", "x"]);
    sandbox.wait_until_sent(id);
    agent.stop();
    let mut labels = BTreeSet::new();
    let mut points = calls(&log);
    points.retain(|call| call.text.contains("Maildir") && labels.insert(call.label()));
    points
}

#[test]
fn an_agent_that_is_killed_at_any_call_leaves_one_mail_in_the_folder_in_the_end() {
    let points = points();
    let names: BTreeSet<&str> = points.iter().map(|call| &*call.name).collect();
    assert!(names.contains("linkat") && names.contains("fsync") && points.len() > 8, "{names:?}");
    let mut killed = 0;
    for call in &points {
        let sandbox = sandbox();
        let log = sandbox.path().join("calls");
        let id = sandbox.enqueue(&["--to", "oncall@example.jp", "--severity", "critical", "x"]);
        let cut = [call.cut(Fate::Kill)];
        let mut agent = sandbox.start_agent_by(|command| watched_from_aside(command, &log, &cut));
        let is_sent = || sandbox.state(id) == Some(spool_format::State::Sent);
        assert!(becomes_true(PATIENCE, || agent.has_ended() || is_sent()), "{}: neither", call.label());
        killed += usize::from(agent.has_ended());
        agent.kill();
        let _next = sandbox.start_agent();
        sandbox.wait_until_sent(id);
        assert_eq!(mails(&sandbox), 1, "killed at {}: {}", call.label(), call.text);
    }
    println!("killed at {killed} of {} calls", points.len());
    assert!(killed * 2 > points.len(), "{killed}");
}
