//! What a smarthost did when dma gave up a mail for good, and the one thing that it handled well.
//!
//! With a second provider the alert moves on in the same pass. Without one it waits, whatever was said, and goes out
//! when the provider has recovered.

use harness::{Config, PATIENCE};
use lab::{Act, Personality, Stage};
use spool_format::{Event, Folder, State};

use crate::stand::{self, FIRST, Stand};

fn ehlo_421(server: Personality) -> Personality {
    server.at(Stage::Ehlo, Act::SayAndClose("421 4.3.2 try again later".to_owned()))
}

fn auth_535(server: Personality) -> Personality {
    server.login(stand::USER, "changed yesterday")
}

fn greeting_554(server: Personality) -> Personality {
    server.at(Stage::Greeting, Act::SayAndClose("554 5.3.2 no service here".to_owned()))
}

fn rcpt_451(server: Personality) -> Personality {
    server.at(Stage::Rcpt, Act::Say("451 4.2.0 greylisted".to_owned()))
}

#[test]
fn a_421_to_ehlo_moves_the_alert_on() {
    Stand::with(ehlo_421).expect_next_provider_in_the_same_pass(421);
}

#[test]
fn a_535_to_cram_md5_moves_the_alert_on() {
    Stand::with_provider(auth_535, |provider| provider.mechanisms(&["cram-md5"]))
        .expect_next_provider_in_the_same_pass(535);
}

#[test]
fn a_554_greeting_with_a_closed_connection_moves_the_alert_on() {
    Stand::with(greeting_554).expect_next_provider_in_the_same_pass(554);
}

#[test]
fn a_451_at_the_recipient_moves_the_alert_on() {
    Stand::with(rcpt_451).expect_next_provider_in_the_same_pass(451);
}

#[test]
fn a_421_to_ehlo_of_the_only_provider_is_waited_out() {
    expect_to_be_waited_out(ehlo_421);
}

#[test]
fn a_535_of_the_only_provider_is_waited_out() {
    expect_to_be_waited_out(auth_535);
}

#[test]
fn a_554_greeting_of_the_only_provider_is_waited_out() {
    expect_to_be_waited_out(greeting_554);
}

#[test]
fn a_451_of_the_only_provider_is_waited_out() {
    expect_to_be_waited_out(rcpt_451);
}

fn expect_to_be_waited_out(sicken: impl FnOnce(Personality) -> Personality) {
    let sandbox = stand::sandbox();
    let server = sandbox.server(FIRST, sicken(stand::healthy(&sandbox)));
    sandbox.configure(&Config::of([stand::first(server.port())]).pause("1s"));
    let _agent = sandbox.start_agent();
    let id = stand::enqueue(&sandbox);
    sandbox.wait_for("the alert is deferred", PATIENCE, || {
        matches!(sandbox.state(id), Some(State::Deferred { .. }))
    });
    sandbox.wait_for("its file has moved", PATIENCE, || {
        sandbox.names_in(Folder::Incoming).is_empty()
            && sandbox.names_in(Folder::Deferred) == [format!("{id}.json")]
    });
    assert_eq!(sandbox.names_in(Folder::Dead), [""; 0]);

    // A kept connection would go on as it began.
    server.replace(stand::healthy(&sandbox));
    server.close_all();
    sandbox.wait_until_sent(id);
    assert_eq!(server.mails().len(), 1);
    let died = sandbox.events(id).into_iter().find(|event| matches!(event, Event::Dead { .. }));
    assert_eq!(died, None, "nothing that one provider says is the last word");
}
