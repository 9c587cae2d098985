//! What happens after the final dot, over TLS: a reply that is late, lost or followed by a rude end is one copy all the same,
//! or a doubt that is told as such.

use std::time::Duration;

use harness::{Agent, Config, PATIENCE, Sandbox, Tap};
use lab::{Act, Server, Stage};
use spool_format::{AlertId, Event, Folder, Settlement, State};

use crate::stand::{self, FIRST, ONCALL, SECOND, healthy};

/// Longer than most programs wait for a reply.
const LATE: Duration = Duration::from_secs(45);

fn warn(sandbox: &Sandbox) -> AlertId {
    sandbox.enqueue(&["--to", ONCALL, "--subject", "disk full", "now"])
}

/// One copy, delivered at the first attempt, nothing left, and an agent that is not held up by it.
#[track_caller]
fn expect_one_copy(sandbox: &Sandbox, agent: Agent, server: &Server, id: AlertId) {
    sandbox.wait_until_sent(id);
    assert!(server.wait_for_open_connections(0, PATIENCE), "the connection is left");
    assert_eq!(agent.stop(), Some(0));
    assert_eq!((server.mails().len(), sandbox.history(id).attempts.len()), (1, 1));
    assert!(Folder::ALL.into_iter().all(|folder| sandbox.names_in(folder).is_empty()));
}

#[test]
fn case_after_the_final_dot() {
    let say = |text: &str| Act::Say(text.to_owned());
    for (name, stage, act) in [
        ("A, at once", Stage::Dot, Act::SayAndHangUp("250 2.0.0 queued".to_owned())),
        ("A, at QUIT", Stage::Quit, Act::SayAndHangUp(String::new())),
        ("D", Stage::Quit, say("421 4.3.2 no time for goodbyes")),
        ("E", Stage::Quit, Act::Silence),
    ] {
        let sandbox = stand::sandbox();
        let server = sandbox.server(FIRST, healthy(&sandbox).at(stage, act));
        sandbox.configure(&Config::of([stand::first(server.port())]).limit("keep", "100ms").pause("100ms"));
        let agent = sandbox.start_agent();
        let id = warn(&sandbox);
        expect_one_copy(&sandbox, agent, &server, id);
        let asked = server.commands().iter().any(|line| line == "QUIT");
        assert_eq!(asked, stage == Stage::Quit, "{name}");
    }
}

#[test]
fn case_after_the_final_dot_with_a_reply_that_takes_45_seconds() {
    let sandbox = stand::sandbox();
    let late = u64::try_from(LATE.as_millis()).expect("it fits");
    let server = sandbox.server(FIRST, healthy(&sandbox).at(Stage::Dot, Act::DelayMs(late)));
    let tap = Tap::before(server.port());
    sandbox.configure(&Config::of([stand::first(tap.port())]).pause("100ms"));
    let agent = sandbox.start_agent();
    let id = warn(&sandbox);
    let is_there = || server.transcript().iter().any(|line| line.text.starts_with("message of "));
    sandbox.wait_for("the message is there", PATIENCE, is_there);
    let with_dot = tap.heard();
    sandbox.wait_for("the reply", LATE + PATIENCE, || sandbox.state(id) == Some(State::Sent));
    assert_eq!(tap.heard(), with_dot, "nothing is said between the dot and its reply");
    assert_eq!(agent.stop(), Some(0));
    assert_eq!((server.mails().len(), sandbox.history(id).attempts.len()), (1, 1));
    let took = sandbox.history(id).attempts[0].ended.as_ref().expect("an outcome").took_ms;
    assert!(took >= late, "{took} ms");
}

/// The server takes the message and never says so. `tries` counts them at the first provider.
fn lost_for_ever(severity: &str, life: &'static str) -> (Sandbox, AlertId, usize, usize, String) {
    let sandbox = stand::sandbox();
    let lossy = |sandbox: &Sandbox| healthy(sandbox).at(Stage::Dot, Act::KeepThenClose);
    let (first, second) = (sandbox.server(FIRST, lossy(&sandbox)), sandbox.server(SECOND, lossy(&sandbox)));
    let config = Config::of([stand::first(first.port()), stand::second(second.port())]).pause("400ms");
    sandbox.configure(&config.retry(life, "\"2s\""));
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", ONCALL, "--severity", severity, "--subject", "disk full", "now"]);
    sandbox.wait_for("its life is over", PATIENCE, || sandbox.state(id) == Some(State::Dead));
    let log = agent.log();
    assert_eq!(agent.stop(), Some(0));
    let mails = [first.mails(), second.mails()].concat();
    let ids: Vec<String> = mails.iter().filter_map(|mail| mail.header("Message-ID")).collect();
    assert!(ids.len() == mails.len() && ids.iter().all(|id| *id == ids[0]), "one Message-ID: {ids:?}");
    let tries = first.mails().len();
    (sandbox, id, tries, second.mails().len(), log)
}

#[test]
fn case_after_the_final_dot_without_any_reply() {
    // Choice: unless the alert is critical, no other provider is used in the same pass, and the one that may have it is asked
    // three times before another one has its turn.
    let (sandbox, id, first, elsewhere, log) = lost_for_ever("warning", "life_others");
    let tries = first + elsewhere;
    assert!((2..=12).contains(&tries), "{tries} tries in 2 s, 0.2 to 0.4 s apart");
    let attempts = sandbox.history(id).attempts;
    assert!(attempts.iter().take(3).all(|attempt| attempt.provider == FIRST), "{attempts:?}");
    let told: Vec<_> = log.lines().filter(|line| line.starts_with("uncertain ")).collect();
    assert_eq!(told.len(), tries, "{log}");
    let entries = sandbox.journal();
    let mut due = None;
    let mut doubts = 0;
    for entry in &entries {
        match &entry.event {
            Event::Attempt { .. } => {
                assert!(
                    due.is_none_or(|due| entry.at.unix_ms() + 50 >= due),
                    "not sooner than the normal pause"
                );
            }
            Event::Deferred { until, .. } => due = Some(until.unix_ms()),
            Event::Outcome { recipients, .. } => {
                assert_eq!(
                    (recipients[0].result, recipients[0].phase.as_str()),
                    (Settlement::Uncertain, "dot")
                );
                doubts += 1;
            }
            _ => {}
        }
    }
    assert_eq!(
        (doubts, sandbox.names_in(Folder::Dead)),
        (tries, vec![format!("{id}.json")]),
        "bounded, and kept"
    );

    let (_, _, tries, elsewhere, _) = lost_for_ever("critical", "life_critical");
    assert!(tries > 0 && elsewhere > 0, "a critical alert risks a second copy: {tries} and {elsewhere}");
}
