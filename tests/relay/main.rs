//! Through a mail server that we have not written: a real Postfix takes what the agent submits, and an independent
//! parser reads what arrives.

/// Each mechanism of AUTH against Cyrus SASL.
mod mechanisms;
/// Messages that come whole.
mod whole;

use harness::{Agent, Config, Postfix, Programs, Provider, Sample, Sandbox, mails_of};
use lab::Personality;
use spool_format::State;

const USER: &str = "alert";
const PASSWORD: &str = "open sesame";
const FROM: &str = "alert@example.jp";
const MAILBOX: &str = "oncall";
const TO: &str = "oncall@example.jp";

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")))
}

/// Sends every sample through the Postfix, and reads every one in the mailbox. The short ones go as chunks, or none.
fn expect_all_to_arrive(chunks: bool, provider: impl FnOnce(&Postfix) -> Provider) {
    let postfix = Postfix::start(USER, PASSWORD, MAILBOX);
    let sandbox = sandbox();
    sandbox.also_trust(&postfix.ca_pem());
    sandbox.configure(&Config::of([provider(&postfix)
        .login(USER, PASSWORD)
        .from(FROM)
        .key("connections", "1")]));
    let agent: Agent = sandbox.start_traced_agent();
    let samples = Sample::all();
    let ids: Vec<_> = samples.iter().map(|sample| sample.enqueue(&sandbox, &[TO])).collect();
    for &id in &ids {
        sandbox.wait_until_sent(id);
        assert_eq!(sandbox.history(id).attempts.len(), 1, "{id} went through at the first attempt");
    }
    let mails = postfix.wait_for_mails(MAILBOX, samples.len());
    assert_eq!(mails.len(), samples.len(), "each alert arrived once");
    for (sample, id) in samples.iter().zip(ids) {
        let found = mails_of(&mails, id);
        assert_eq!(found.len(), 1, "one mail has the Message-ID of {id}");
        sample.expect_to_be(found[0], id, FROM, TO);
        let raw = String::from_utf8_lossy(found[0]);
        assert!(raw.starts_with(&format!("Return-Path: <{FROM}>")), "the envelope sender: {raw}");
        assert!(raw.contains(" with ESMTPSA "), "Postfix took it with TLS and AUTH: {raw}");
    }
    let said = agent.log();
    assert_eq!(said.contains("home tls>: BDAT "), chunks, "{said}");
    assert!(said.contains("home tls>: DATA"), "the long one always goes by DATA: {said}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn postfix_takes_every_alert_after_starttls_and_each_arrives_as_it_was_meant() {
    expect_all_to_arrive(true, |postfix| Provider::starttls("home", postfix.submission));
}

#[test]
fn postfix_takes_every_alert_over_implicit_tls_and_each_arrives_as_it_was_meant() {
    expect_all_to_arrive(false, |postfix| Provider::implicit("home", postfix.smtps).key("chunking", "false"));
}

#[test]
fn a_password_that_postfix_refuses_moves_the_alert_on() {
    let postfix = Postfix::start(USER, PASSWORD, MAILBOX);
    let sandbox = sandbox();
    sandbox.also_trust(&postfix.ca_pem());
    let spare = sandbox.server("spare", Personality::self_hosted(sandbox.authority()).login(USER, PASSWORD));
    sandbox.configure(&Config::of([
        Provider::starttls("home", postfix.submission).login(USER, "forgotten").from(FROM),
        Provider::starttls("spare", spare.port()).login(USER, PASSWORD).from("alert@spare.example.jp"),
    ]));
    let _agent = sandbox.start_agent();
    let id = Sample::ascii().enqueue(&sandbox, &[TO]);
    sandbox.wait_until_sent(id);

    let history = sandbox.history(id);
    assert_eq!((history.state, history.passes, history.attempts.len()), (State::Sent, 0, 2));
    let refusal = &history.attempts[0].ended.as_ref().expect("an outcome").recipients[0];
    assert_eq!(
        (&*refusal.phase, refusal.code, refusal.enhanced.as_deref()),
        ("auth", Some(535), Some("5.7.8"))
    );
    assert_eq!(spare.mails().len(), 1);
    assert!(postfix.log().contains("authentication failed"), "{}", postfix.log());
}
