//! One bad file never stops the queue, and no good one is missed, whenever it came.
//!
//! Anybody may put anything into `incoming/`. Here somebody does, while the real agent works.

mod elsewhere;
mod flood;
mod manner;
mod replaced;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use harness::{Config, PATIENCE, Programs, Provider, Sandbox, write_file};
use lab::{Personality, Server};
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::{AlertId, Event, Folder, State, Wall};

/// A good alert is not to wait for bad ones longer than this, on a machine with other things to do.
const A_FEW_SECONDS: Duration = Duration::from_secs(5);

const GOOD: &[&str] = &["--to", "oncall@example.jp", "--subject", "disk full", "now"];

/// A sandbox with one provider that takes everything.
fn sandbox(configure: impl FnOnce(Config) -> Config) -> (Sandbox, Rc<Server>) {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let server = sandbox.server("home", Personality::plain());
    sandbox.configure(&configure(Config::of([Provider::clear("home", server.port())])));
    (sandbox, server)
}

/// Different ids for different numbers, all born in 2026.
fn id(number: u8) -> AlertId {
    id_of([number; 10])
}

fn id_of(chance: [u8; 10]) -> AlertId {
    AlertId::new(Wall::from_unix_ms(1_795_580_000_000), chance)
}

fn name(number: u8) -> String {
    file_name(id(number))
}

/// Puts a file into `incoming/` in one step, as a careful stranger does.
fn place(sandbox: &Sandbox, name: &str, octets: &[u8]) {
    let draft = sandbox.path().join("draft");
    write_file(&draft, ALERT_MODE, octets);
    make_visible(&draft, &sandbox.folder(Folder::Incoming).join(name));
}

/// The same with a file that is one octet too large.
fn place_huge_file(sandbox: &Sandbox, name: &str) {
    let draft = sandbox.path().join("draft");
    fs::File::create(&draft).and_then(|file| file.set_len(ALERT_OCTETS_MAX as u64 + 1)).expect("a hole");
    make_visible(&draft, &sandbox.folder(Folder::Incoming).join(name));
}

#[expect(clippy::disallowed_methods, reason = "a stranger's way of making a file visible")]
fn make_visible(draft: &Path, path: &Path) {
    fs::rename(draft, path).expect("a place in incoming/");
}

#[test]
fn whatever_is_no_alert_is_set_aside_with_a_reason_and_delays_nobody() {
    let (sandbox, server) = sandbox(|config| config);
    let agent = sandbox.start_agent();
    let incoming = |number: u8| -> PathBuf { sandbox.folder(Folder::Incoming).join(name(number)) };
    let victim = sandbox.path().join("victim");
    write_file(
        &victim,
        0o600,
        b"{\"version\":1,\"subject\":\"of somebody else\",\"to\":[\"oncall@example.jp\"]}",
    );

    place(&sandbox, &name(1), b"{\"version\":1,\"subject\":");
    rustix::fs::mknodat(rustix::fs::CWD, incoming(2), rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
        .expect("a FIFO");
    fs::create_dir(incoming(3)).expect("a directory");
    place(&sandbox, &name(4), b"");
    place_huge_file(&sandbox, &name(5));
    std::os::unix::fs::symlink(&victim, incoming(6)).expect("a symbolic link");
    place(
        &sandbox,
        &name(7),
        b"{\"version\":2,\"subject\":\"from the future\",\"to\":[\"oncall@example.jp\"]}",
    );
    place(&sandbox, "letter.txt", b"{\"version\":1,\"subject\":\"x\",\"to\":[\"oncall@example.jp\"]}");
    let expected = [
        (name(1), "not an alert in JSON"),
        (name(2), "a FIFO"),
        (name(3), "a directory"),
        (name(4), "empty"),
        (name(5), "8388609 octets"),
        (name(6), "a symbolic link"),
        (name(7), "version 2"),
        ("letter.txt".to_owned(), "file name"),
    ];

    let good = sandbox.enqueue(GOOD);
    sandbox.wait_for("a good alert is sent", A_FEW_SECONDS, || sandbox.state(good) == Some(State::Sent));
    sandbox.wait_for("all bad files are set aside", PATIENCE, || {
        sandbox.names_in(Folder::Incoming).is_empty()
            && sandbox.names_in(Folder::Corrupt).len() == 2 * expected.len()
    });
    for (name, part) in &expected {
        let reason = fs::read_to_string(sandbox.folder(Folder::Corrupt).join(format!("{name}.reason")));
        let reason = reason.unwrap_or_else(|error| panic!("{name} has no reason: {error}"));
        assert!(reason.contains(part), "{name}: {reason}");
        assert!(sandbox.names_in(Folder::Corrupt).contains(name), "{name} is kept");
    }
    let of_corrupt = |event| match event {
        Event::Corrupt { name, .. } => Some(name),
        _ => None,
    };
    let mut told: Vec<String> =
        sandbox.journal().into_iter().filter_map(|entry| of_corrupt(entry.event)).collect();
    told.sort();
    let mut names: Vec<String> = expected.into_iter().map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(told, names, "the journal tells of each of them once");
    assert_eq!(server.mails().len(), 1, "nothing but the good alert was sent");
    assert!(
        fs::read(&victim).is_ok_and(|octets| octets.starts_with(b"{")),
        "what the link points to is untouched"
    );
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn an_alert_for_nobody_is_kept_as_a_dead_letter_and_delays_nobody() {
    let (sandbox, server) = sandbox(|config| config);
    let _agent = sandbox.start_agent();
    let lost = sandbox.enqueue(&["--to", "nobody-knows-me", "--subject", "lost", "text"]);
    let good = sandbox.enqueue(GOOD);
    sandbox.wait_for("the good alert is sent", A_FEW_SECONDS, || sandbox.state(good) == Some(State::Sent));
    sandbox.wait_for("the other one is dead", PATIENCE, || {
        sandbox.names_in(Folder::Dead) == [file_name(lost)] && sandbox.names_in(Folder::Incoming).is_empty()
    });
    let history = sandbox.history(lost);
    assert_eq!((history.state, history.attempts.len()), (State::Dead, 0));
    assert_eq!(history.unusable, ["nobody-knows-me"]);
    assert!(history.dead_reason.is_some_and(|reason| reason.contains("no recipient")));
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn an_alert_for_nobody_reaches_the_default_recipients_if_there_are_any() {
    let (sandbox, server) = sandbox(|config| config.default_to("night@example.jp"));
    let _agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", "nobody-knows-me", "--subject", "found", "text"]);
    sandbox.wait_until_sent(id);
    assert_eq!(server.mails()[0].recipients, ["night@example.jp"]);
}

#[test]
fn what_a_writer_has_not_finished_is_left_alone() {
    let (sandbox, server) = sandbox(|config| config);
    let hidden = temporary_name(id(1));
    place(&sandbox, &hidden, b"{\"version\":1,");
    let agent = sandbox.start_agent();
    let second = temporary_name(id(2));
    place(&sandbox, &second, b"");
    let good = sandbox.enqueue(GOOD);
    sandbox.wait_until_sent(good);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(sandbox.names_in(Folder::Incoming), [hidden, second]);
    assert_eq!(sandbox.names_in(Folder::Corrupt), [""; 0]);
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn an_alert_that_came_while_no_agent_was_there_is_sent_by_the_next_one() {
    let (sandbox, server) = sandbox(|config| config);
    let early = [sandbox.enqueue(GOOD), sandbox.enqueue(GOOD)];
    let _agent = sandbox.start_agent();
    for id in early {
        sandbox.wait_until_sent(id);
    }
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn an_agent_that_is_killed_again_and_again_loses_no_alert() {
    const KILLS: usize = 4;
    const ALERTS_BETWEEN: usize = 10;
    // What `connections` is without being configured.
    const AT_THE_SAME_TIME: usize = 4;
    let (sandbox, server) = sandbox(|config| config.pause("1s"));
    let mut ids = Vec::new();
    for _ in 0..KILLS {
        ids.extend((0..ALERTS_BETWEEN).map(|_| sandbox.enqueue(GOOD)));
        let agent = sandbox.start_agent();
        // Some have gone out, some have not, and one may be half-way.
        assert!(server.wait_for_mails(ids.len() - ALERTS_BETWEEN / 2, PATIENCE));
        agent.kill();
    }
    let _agent = sandbox.start_agent();
    for id in &ids {
        sandbox.wait_until_sent(*id);
    }
    let mails = server.mails();
    let named = |mail: &lab::Mail| mail.header("Message-ID").expect("a Message-ID");
    let arrived: BTreeSet<String> = mails.iter().map(named).collect();
    let expected: BTreeSet<String> = ids.iter().map(|id| format!("<{id}@example.jp>")).collect();
    assert_eq!(arrived, expected, "each alert arrived, and a second copy has the name of the first");
    let copies = mails.len() - ids.len();
    assert!(
        copies <= KILLS * AT_THE_SAME_TIME,
        "only what was in the air at a kill was sent twice: {copies}"
    );
}

#[test]
fn a_new_file_is_noticed_without_a_scan() {
    let (sandbox, server) = sandbox(|config| config.limit("rescan", "1h"));
    let _agent = sandbox.start_agent();
    for count in 1..=3 {
        let id = sandbox.enqueue(GOOD);
        sandbox.wait_until_sent(id);
        assert_eq!(server.mails().len(), count);
    }
}

#[test]
fn the_journal_tells_the_whole_way_of_an_alert_in_order() {
    let (sandbox, _server) = sandbox(|config| config);
    let _agent = sandbox.start_agent();
    let id = sandbox.enqueue(GOOD);
    sandbox.wait_until_sent(id);
    let words: Vec<&str> = sandbox.events(id).iter().map(word).collect();
    assert_eq!(words, ["accepted", "attempt", "dot-sent", "outcome", "sent"]);
}

const fn word(event: &Event) -> &'static str {
    match event {
        Event::Accepted { .. } => "accepted",
        Event::Attempt { .. } => "attempt",
        Event::DotSent { .. } => "dot-sent",
        Event::Outcome { .. } => "outcome",
        Event::Sent { .. } => "sent",
        _ => "something else",
    }
}
