//! Who may name whom: identity is the owner of the file, and what is not permitted reaches somebody all the same.

use lab::{Act, Personality, Stage};
use spool_format::{Folder, State};

use harness::{PATIENCE, Provider};

use crate::{AGENT, ALICE, BOB, machine};

/// An address that no configuration names.
const STRANGER: &str = "stranger@example.com";

fn alert(to: &str) -> [&str; 5] {
    ["--to", to, "--subject", "disk full", "now"]
}

#[test]
fn only_those_who_are_permitted_reach_recipients_that_the_configuration_does_not_name() {
    let alice = ALICE.to_string();
    let free = [alice.as_str()];
    let configured = machine(|config| config.free_recipients(&free).default_to("night@example.jp"));
    let Some((sandbox, server)) = configured else { return };
    let agent = sandbox.start_agent();
    for (uid, to, reached) in [
        (ALICE, STRANGER, STRANGER),
        (AGENT, STRANGER, STRANGER),
        (0, STRANGER, STRANGER),
        (BOB, STRANGER, "night@example.jp"),
        (BOB, "ops", "oncall@example.jp"),
        (BOB, "oncall@example.jp", "oncall@example.jp"),
        (BOB, "night@example.jp", "night@example.jp"),
    ] {
        let before = server.mails().len();
        let id = sandbox.enqueue_as(uid, &alert(to));
        sandbox.wait_until_sent(id);
        assert_eq!(server.mails()[before].recipients, [reached], "uid {uid} names {to}");
        let history = sandbox.history(id);
        assert_eq!(history.uid, Some(uid));
        let forbidden = reached != to && to == STRANGER;
        let expected: &[&str] = if forbidden { &["stranger@example.com (not permitted)"] } else { &[] };
        assert_eq!(history.unusable, expected, "uid {uid} names {to}");
    }
    let mails = server.mails();
    let of_bob = &mails[3];
    assert!(
        !of_bob.header("To").expect("a To").contains("stranger"),
        "the mail shows nobody who did not get it"
    );
    let told = agent.log().lines().filter(|line| line.starts_with("not-permitted ")).count();
    assert_eq!(told, 1, "{}", agent.log());
}

#[test]
fn who_was_permitted_stays_so_after_a_restart_and_who_was_not_does_not_become_so() {
    let alice = ALICE.to_string();
    let free = [alice.as_str()];
    let configured = machine(|config| config.free_recipients(&free).pause("1s"));
    let Some((sandbox, _)) = configured else { return };
    let sick = sandbox.server("sick", Personality::plain().at(Stage::Mail, Act::Close));
    let config = |port| {
        harness::Config::of([Provider::clear("home", port)])
            .alias("ops", &["oncall@example.jp"])
            .free_recipients(&free)
            .pause("1s")
    };
    sandbox.configure(&config(sick.port()));
    let agent = sandbox.start_agent();
    let of_alice = sandbox.enqueue_as(ALICE, &alert(STRANGER));
    let of_bob = sandbox.enqueue_as(BOB, &["--to", "ops", "--to", STRANGER, "--subject", "s", "text"]);
    sandbox.wait_for("both wait", PATIENCE, || {
        sandbox.names_in(Folder::Deferred).len() == 2 && sandbox.names_in(Folder::Incoming).is_empty()
    });
    assert_eq!(agent.stop(), Some(0));
    let well = sandbox.server("well", Personality::plain());
    sandbox.configure(&config(well.port()));
    let _agent = sandbox.start_agent();
    for id in [of_alice, of_bob] {
        sandbox.wait_until_sent(id);
        assert_eq!(sandbox.state(id), Some(State::Sent));
    }
    let mut reached: Vec<String> = well.mails().into_iter().flat_map(|mail| mail.recipients).collect();
    reached.sort();
    assert_eq!(reached, ["oncall@example.jp", STRANGER]);
}

#[test]
fn an_account_that_does_not_exist_is_a_warning_and_no_obstacle() {
    let Some((sandbox, _server)) = machine(|config| config.free_recipients(&["@no-such-group"])) else {
        return;
    };
    let agent = sandbox.start_agent();
    assert!(agent.log().contains("no group `no-such-group`"), "{}", agent.log());
    assert_eq!(agent.stop(), Some(0));
}
