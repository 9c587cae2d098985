//! Each way to log in, through the whole program: configuration, secret file, agent, TLS, a server that speaks one
//! mechanism only and judges it by its own arithmetic.

use std::rc::Rc;

use harness::{Config, Programs, Provider, Sandbox};
use lab::{Personality, Server};
use spool_format::AlertId;

/// Every character that some mechanism has to escape, and some that are not ASCII.
const USER: &str = r#"al"er\t=,+監視@example.jp"#;
const PASSWORD: &str = r#" p"a\s,s=w;o:r d §パス "#;
const TOKEN: &str = "ya29.a0AfH6SMB-_~+/token==";

fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")))
}

/// A server with this mechanism alone.
fn server(sandbox: &Sandbox, mechanism: &str, secret: &str) -> Rc<Server> {
    let personality = Personality::self_hosted(sandbox.authority()).without_capability("AUTH");
    sandbox.server("home", personality.capability(&format!("AUTH {mechanism}")).login(USER, secret))
}

fn enqueue(sandbox: &Sandbox) -> AlertId {
    sandbox.enqueue(&["--to", "oncall@example.jp", "--subject", "disk full"])
}

fn provider(server: &Server, mechanism: &str, secret: &str) -> Provider {
    let provider = Provider::starttls("home", server.port());
    if mechanism.contains("OAUTH") { provider.token(USER, secret) } else { provider.login(USER, secret) }
}

#[track_caller]
fn expect_no_secret(sandbox: &Sandbox, log: &str, secret: &str) {
    let told = format!("{log}{:?}", sandbox.journal());
    for part in [secret, secret.trim(), "ya29", "パス"] {
        assert!(!told.contains(part), "the secret is in what is told: {told}");
    }
}

#[track_caller]
fn expect_delivery(mechanism: &str, secret: &str) {
    let sandbox = sandbox();
    let server = server(&sandbox, mechanism, secret);
    sandbox.configure(&Config::of([provider(&server, mechanism, secret)]));
    let agent = sandbox.start_agent();
    let id = enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert_eq!(sandbox.history(id).attempts.len(), 1, "at the first attempt");
    assert_eq!(server.mails()[0].user.as_deref(), Some(USER));
    let began = server.commands().iter().any(|word| word.starts_with(&format!("AUTH {mechanism}")));
    assert!(began, "{:?}", server.commands());
    expect_no_secret(&sandbox, &agent.log(), secret);
}

/// The alert goes on to a second provider, and what is told of the first has the server's words and no secret.
#[track_caller]
fn expect_refusal(mechanism: &str, wrong: &str, words: &str) {
    let sandbox = sandbox();
    let server = server(&sandbox, mechanism, "another one");
    let spare = sandbox.server("spare", Personality::self_hosted(sandbox.authority()).without_auth());
    sandbox.configure(&Config::of([
        provider(&server, mechanism, wrong),
        Provider::starttls("spare", spare.port()),
    ]));
    let agent = sandbox.start_agent();
    let id = enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    let attempts = sandbox.history(id).attempts;
    assert_eq!(attempts.len(), 2);
    let refusal = &attempts[0].ended.as_ref().expect("an outcome").recipients[0];
    assert_eq!((&*refusal.phase, refusal.code), ("auth", Some(535)), "{refusal:?}");
    assert!(refusal.text.contains(words), "{refusal:?}");
    assert!(server.mails().is_empty());
    expect_no_secret(&sandbox, &agent.log(), wrong);
}

#[test]
fn scram_sha_256_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("SCRAM-SHA-256", PASSWORD);
    expect_refusal("SCRAM-SHA-256", PASSWORD, "invalid-proof");
}

#[test]
fn scram_sha_1_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("SCRAM-SHA-1", PASSWORD);
    expect_refusal("SCRAM-SHA-1", PASSWORD, "invalid-proof");
}

#[test]
fn plain_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("PLAIN", PASSWORD);
    expect_refusal("PLAIN", PASSWORD, "");
}

#[test]
fn login_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("LOGIN", PASSWORD);
    expect_refusal("LOGIN", PASSWORD, "");
}

#[test]
fn digest_md5_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("DIGEST-MD5", PASSWORD);
    expect_refusal("DIGEST-MD5", PASSWORD, "");
}

#[test]
fn cram_md5_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("CRAM-MD5", PASSWORD);
    expect_refusal("CRAM-MD5", PASSWORD, "");
}

#[test]
fn oauthbearer_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("OAUTHBEARER", TOKEN);
    expect_refusal("OAUTHBEARER", TOKEN, "invalid_token");
}

#[test]
fn xoauth2_delivers_and_a_refusal_moves_the_alert_on() {
    expect_delivery("XOAUTH2", TOKEN);
    expect_refusal("XOAUTH2", TOKEN, "invalid_token");
}

#[test]
fn mechanisms_that_hide_the_password_deliver_without_tls_and_others_send_nothing() {
    for mechanism in ["SCRAM-SHA-256", "DIGEST-MD5", "CRAM-MD5"] {
        let sandbox = sandbox();
        let offers = Personality::plain().capability(&format!("AUTH PLAIN {mechanism}"));
        let server = sandbox.server("home", offers.login(USER, PASSWORD));
        sandbox.configure(&Config::of([Provider::clear("home", server.port()).login(USER, PASSWORD)]));
        let _agent = sandbox.start_agent();
        sandbox.wait_until_sent(enqueue(&sandbox));
        assert!(
            !server.commands().iter().any(|word| word.starts_with("AUTH PLAIN")),
            "{:?}",
            server.commands()
        );
    }
}

#[test]
fn a_token_file_that_was_written_anew_is_read_when_the_old_token_is_refused() {
    let sandbox = sandbox();
    let manners = |token: &str| {
        let personality = Personality::self_hosted(sandbox.authority()).without_capability("AUTH");
        personality.capability("AUTH XOAUTH2").login(USER, token)
    };
    let server = sandbox.server("home", manners("t1"));
    let config = |token: &str| Config::of([Provider::starttls("home", server.port()).token(USER, token)]);
    sandbox.configure(&config("t1"));
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(enqueue(&sandbox));
    server.replace(manners("t2"));
    server.close_all();
    sandbox.configure(&config("t2"));
    let id = enqueue(&sandbox);
    sandbox.wait_until_sent(id);
    assert_eq!(sandbox.history(id).attempts.len(), 1, "the same attempt went on");
}
