//! STARTTLS: required or not used, and nothing from before it is believed.

use crate::script::{CONTENT, login, play};
use smtp::{Security, Step};

const HELLO: &str = "begin a\nS: 220 mx.example.com\nC: EHLO client.example.jp\n";
const OFFERED: &str = "S: 250-mx.example.com\nS: 250 STARTTLS\nC: STARTTLS\n";

fn starttls(script: &str) {
    play(&login(Security::StartTls), &format!("{HELLO}{script}"));
}

#[test]
fn plaintext_behind_the_starttls_reply_ends_the_session() {
    for (name, injected) in [
        ("whole reply", "S: 220 go\nS: 250 injected"),
        ("whole EHLO reply", "S: 220 go\nS: 250-mx\nS: 250 AUTH PLAIN"),
        ("piece of one", "S: 220 go\nS: 250-in"),
        ("another 220", "S: 220 go\nS: 220 go"),
        ("going away", "S: 220 go\nS: 421 bye"),
        ("no reply at all", "S: 220 go\nS: hello"),
    ] {
        let script = format!("{HELLO}{OFFERED}{injected}\nsettled failed starttls protocol\ndone\n");
        let session = play(&login(Security::StartTls), &script);
        assert!(!session.is_tls(), "{name}");
    }
}

#[test]
fn even_the_first_octets_of_a_goodbye_in_clear_end_the_session() {
    let mut session = play(&login(Security::StartTls), &format!("{HELLO}{OFFERED}"));
    session.received(b"220 go\r\n42");
    assert!(matches!(session.next(), Step::Settled(_)));
}

#[test]
fn case_starttls_required_but_gone() {
    starttls("S: 250-mx\nS: 250 AUTH PLAIN\nsettled failed starttls starttls missing\ndone\n");
    starttls(&format!("{OFFERED}S: 454 4.7.0 not now\nsettled failed starttls 454\ndone\n"));
    starttls(&format!("{OFFERED}S: 220 go\ntls fails\nsettled failed tls tls\ndone\n"));
}

#[test]
fn what_was_offered_before_tls_is_forgotten() {
    let session = play(
        &login(Security::StartTls),
        &format!(
            "{HELLO}S: 250-mx\nS: 250-STARTTLS\nS: 250-AUTH LOGIN\nS: 250-PIPELINING\nS: 250 SIZE 10\n\
             C: STARTTLS\n\
             S: 220 go\ntls\nC: EHLO client.example.jp\nS: 250-mx\nS: 250-AUTH PLAIN\nS: 250 SIZE 1000000\n\
             C: AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuanAAY29ycmVjdCBob3JzZQ==\nS: 235 ok\n\
             C: MAIL FROM:<alert@example.jp> SIZE=31\nS: 250 ok\nC: RCPT TO:<a@example.com>\nS: 250 ok\n\
             grant data\n\
             C: DATA\nS: 354 go\ngrant dot\n{CONTENT}S: 250 ok\nsettled delivered\nidle\n"
        ),
    );
    assert!(session.is_tls());
    assert_eq!(session.capabilities().auth(), ["PLAIN"]);
    assert!(!session.capabilities().pipelining());
}

#[test]
fn while_tls_starts_nothing_is_known_of_the_server() {
    let session = play(&login(Security::StartTls), &format!("{HELLO}{OFFERED}S: 220 go\n"));
    assert_eq!(session.capabilities().keywords().count(), 0);
}

#[test]
fn a_handshake_that_hangs_or_breaks_is_reported_as_such() {
    for (trouble, what) in [("close", "closed"), ("silent", "silent")] {
        starttls(&format!("{OFFERED}S: 220 go\n{trouble}\nsettled failed tls {what}\ndone\n"));
    }
}

#[test]
fn a_failed_handshake_of_an_implicit_tls_server_is_the_outcome_too() {
    let mut session = play(&login(Security::Implicit), "begin a\nwait greeting\n");
    session.tls_failed("unknown issuer");
    let Step::Settled(outcome) = session.next() else { panic!("no outcome") };
    let [smtp::RecipientOutcome::Failed(failure)] = &outcome.recipients[..] else { panic!("not failed") };
    assert_eq!(failure.to_string(), "at tls: no TLS with this server: unknown issuer");
}

#[test]
fn an_answer_to_a_handshake_nobody_asked_for_does_not_turn_tls_on() {
    let mut session = play(&login(Security::StartTls), "begin a\nwait greeting\n");
    session.tls_ready();
    assert!(!session.is_tls());
}
