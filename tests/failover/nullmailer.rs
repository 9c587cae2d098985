//! What the first of two relays did when nullmailer lost an alert, or nearly did. Here the second one delivers.

use harness::Config;
use lab::{Act, Port, Stage};
use spool_format::Settlement;

use crate::stand::{self, FIRST_FROM, ONCALL, SECOND, SECOND_FROM, Stand};

const GONE: &str = "gone@example.jp";

fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

#[test]
fn a_554_greeting_moves_the_alert_on() {
    Stand::with(|server| server.at(Stage::Greeting, say("554 5.3.2 no service for you")))
        .expect_next_provider_in_the_same_pass(554);
}

#[test]
fn a_530_at_mail_from_moves_the_alert_on() {
    Stand::with(|server| server.at(Stage::Mail, say("530 5.7.0 authentication required")))
        .expect_next_provider_in_the_same_pass(530);
}

#[test]
fn a_password_that_auth_login_refuses_moves_the_alert_on() {
    Stand::with_provider(
        |server| server.login(stand::USER, "changed yesterday"),
        |provider| provider.mechanisms(&["login"]),
    )
    .expect_next_provider_in_the_same_pass(535);
}

#[test]
fn a_password_that_auth_plain_refuses_moves_the_alert_on() {
    Stand::with_provider(
        |server| server.login(stand::USER, "changed yesterday"),
        |provider| provider.mechanisms(&["plain"]),
    )
    .expect_next_provider_in_the_same_pass(535);
}

#[test]
fn a_451_anywhere_moves_the_alert_on() {
    use Stage::{Auth, Data, Dot, Ehlo, Greeting, Mail, Rcpt};
    for stage in [Greeting, Ehlo, Auth, Mail, Rcpt, Data, Dot] {
        Stand::with(|server| server.at(stage, say("451 4.3.0 not now")))
            .expect_next_provider_in_the_same_pass(451);
    }
}

#[test]
fn an_alert_from_before_a_long_time_without_power_is_not_given_up_at_the_first_refused_connection() {
    let sandbox = stand::sandbox();
    let dead = Port::reserve().expect("a port");
    let well = sandbox.server(SECOND, stand::healthy(&sandbox));
    sandbox.configure(&Config::of([stand::first(dead.number()), stand::second(well.port())]));
    let id = stand::publish_from_five_days_ago(&sandbox);
    let _agent = sandbox.start_agent();
    stand::expect_sent_by_second_in_one_pass(&sandbox, id, &well);
}

#[test]
fn one_refused_recipient_costs_the_other_one_nothing() {
    let stand = Stand::with(|server| server.recipient(GONE, "550 5.1.1 unknown user"));
    let id = stand.sandbox.enqueue(&["--to", ONCALL, "--to", GONE, "--subject", "disk full", "now"]);
    stand.sandbox.wait_until_sent(id);

    let by = |mails: Vec<lab::Mail>| {
        mails.into_iter().map(|mail| (mail.sender, mail.recipients)).collect::<Vec<_>>()
    };
    assert_eq!(by(stand.first.mails()), [(FIRST_FROM.to_owned(), vec![ONCALL.to_owned()])]);
    assert_eq!(by(stand.second.mails()), [(SECOND_FROM.to_owned(), vec![GONE.to_owned()])]);
    let history = stand.sandbox.history(id);
    assert_eq!((history.passes, history.attempts.len()), (0, 2));
    let settled: Vec<Settlement> = history.recipients.into_iter().map(|(_, settlement)| settlement).collect();
    assert_eq!(settled, [Settlement::Delivered; 2]);
}
