//! What becomes of an alert in hand when the agent is asked to stop, is killed, or meets another agent.

use std::rc::Rc;

use harness::{Agent, Config, PATIENCE, Sandbox};
use lab::{Act, Kind, Server, Stage};
use spool_format::{AlertId, Event, Folder, State};

use crate::stand::{self, FIRST};

/// How long the provider thinks about a message: long enough for the test to act meanwhile.
const THINKING_MS: u64 = 2500;

/// An agent that has sent a whole message, and a provider that has not answered yet.
fn waiting_for_the_reply_to_a_dot() -> (Agent, Rc<Server>, AlertId, Sandbox) {
    let sandbox = stand::sandbox();
    let slow = stand::healthy(&sandbox).at(Stage::Dot, Act::DelayMs(THINKING_MS)).only_first(1);
    let server = sandbox.server(FIRST, slow);
    sandbox.configure(&Config::of([stand::first(server.port())]).pause("1s"));
    let agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_for("the provider has the whole message", PATIENCE, || {
        let is_note = |line: &lab::Line| line.kind == Kind::Note && line.text.starts_with("message of ");
        server.transcript().iter().any(is_note)
    });
    assert_eq!(server.mails(), [], "it is still thinking");
    (agent, server, id, sandbox)
}

fn has_outcome(sandbox: &Sandbox, id: AlertId) -> bool {
    sandbox.events(id).iter().any(|event| matches!(event, Event::Outcome { .. }))
}

#[test]
fn a_stop_waits_for_the_reply_to_the_dot() {
    let (agent, server, id, sandbox) = waiting_for_the_reply_to_a_dot();
    assert!(!has_outcome(&sandbox, id));
    assert_eq!(agent.stop(), Some(0));

    assert_eq!(server.mails().len(), 1);
    let last_two: Vec<Event> = sandbox.journal().into_iter().rev().take(2).map(|entry| entry.event).collect();
    assert!(
        matches!(&last_two[..], [Event::Stopped, Event::Sent { id: of, .. }] if *of == id),
        "{last_two:?}"
    );
    assert!(sandbox.ledger().stopped_cleanly);
    assert_eq!(sandbox.names_in(Folder::Incoming), [""; 0]);
}

#[test]
fn an_agent_that_is_killed_before_the_reply_sends_a_critical_alert_again_under_the_same_name() {
    let (agent, server, id, sandbox) = waiting_for_the_reply_to_a_dot();
    agent.kill();
    let history = sandbox.history(id);
    assert!(
        !history.uncertain_at().is_empty(),
        "the journal knew of the dot before the provider had it: {history:?}"
    );
    // The provider takes what it has, though nobody hears its reply any more.
    assert!(server.wait_for_mails(1, PATIENCE));

    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    assert_eq!(agent.stop(), Some(0));
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "better twice than perhaps never");
    let name = |mail: &lab::Mail| mail.header("Message-ID").expect("a Message-ID");
    assert_eq!(name(&mails[0]), name(&mails[1]), "a mail program can tell that it is one mail");
    assert_eq!(mails[0].octets, mails[1].octets);
}

#[test]
fn a_second_agent_on_the_same_spool_leaves_at_once_and_says_why() {
    let sandbox = stand::sandbox();
    let server = sandbox.server(FIRST, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(server.port())]));
    let agent = sandbox.start_agent();
    let second = sandbox.alertmail(&["run", "--config", &sandbox.config_file().to_string_lossy()]);
    assert_eq!((second.code, second.stdout.as_str()), (Some(69), ""), "{}", second.stderr);
    assert!(second.stderr.contains("another agent is at work on this spool"), "{}", second.stderr);

    let id = stand::enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert_eq!(sandbox.state(id), Some(State::Sent), "the first one works on");
    assert_eq!(agent.stop(), Some(0));
}
