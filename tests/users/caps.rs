//! One user's heap of alerts keeps nobody else waiting, and nothing of it is lost.

use harness::{Config, PATIENCE, Provider};
use lab::{Act, Personality, Stage};
use spool_format::folder::file_name;
use spool_format::{Folder, State};

use crate::{ALICE, BOB, machine};

const ALERT: [&str; 5] = ["--to", "ops", "--subject", "disk full", "now"];

#[test]
fn what_a_user_has_above_his_cap_waits_and_is_sent_later_and_others_do_not_wait_for_it() {
    let Some((sandbox, server)) = machine(|config| config) else { return };
    let silent = sandbox.server("silent", Personality::plain().at(Stage::Mail, Act::Silence));
    let config = |name: &str, port| {
        Config::of([Provider::clear(name, port)])
            .alias("ops", &["oncall@example.jp"])
            .submit("alerts_per_user", "2")
    };
    sandbox.configure(&config("silent", silent.port()));
    let of_alice: Vec<_> = (0..5).map(|_| sandbox.enqueue_as(ALICE, &ALERT)).collect();
    let of_bob = sandbox.enqueue_as(BOB, &ALERT);
    let agent = sandbox.start_agent();
    sandbox.wait_for("the first two are taken up, and the one of another user", PATIENCE, || {
        sandbox.state(of_bob).is_some() && of_alice[..2].iter().all(|id| sandbox.state(*id).is_some())
    });
    let root = sandbox.enqueue(&ALERT);
    sandbox.wait_for("root has no cap", PATIENCE, || sandbox.state(root).is_some());
    assert!(of_alice[2..].iter().all(|id| sandbox.state(*id).is_none()), "above the cap");
    assert!(sandbox.names_in(Folder::Incoming).contains(&file_name(of_alice[4])), "left in place");
    let told = agent.log().lines().filter(|line| line.contains("stays in incoming/")).count();
    assert_eq!(told, 1, "{}", agent.log());
    agent.kill();

    sandbox.configure(&config("home", server.port()));
    let agent = sandbox.start_agent();
    for id in of_alice.into_iter().chain([of_bob, root]) {
        sandbox.wait_until_sent(id);
        assert_eq!(sandbox.state(id), Some(State::Sent));
    }
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails().len(), 7);
}
