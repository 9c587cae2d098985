//! Envelope and message in one flight: BDAT (RFC 3030) where a server offers it along with PIPELINING, and has just shown
//! that it takes mail.

use std::sync::Arc;

use crate::script::{CONTENT, plain, play, transaction};
use smtp::{Gate, Session, Settings, Step, Transaction};

const HELLO: &str = "S: 220 mx.example.com\nC: EHLO client.example.jp\n";
const OFFER: &str = "S: 250-mx.example.com\nS: 250-PIPELINING\nS: 250 CHUNKING\n";
const MESSAGE: &str = "C: Subject: disk full\nC:\nC: .hidden\n";
const ENVELOPE: &str =
    "C: MAIL FROM:<alert@example.jp>\nC: RCPT TO:<a@example.com>\nC: RCPT TO:<b@example.com>\n";

/// The whole flight for a and b.
fn flight() -> String {
    format!("grant data\ngrant dot\n{ENVELOPE}C: BDAT 31 LAST\n{MESSAGE}")
}

/// A first message, which is never sent before its envelope was taken.
fn proof() -> String {
    format!(
        "begin a b\ngrant data\n{ENVELOPE}C: DATA\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\ngrant dot\n{CONTENT}\
         S: 250 ok\nsettled delivered, delivered\nidle\n"
    )
}

/// A dialogue with a server that offers both extensions and has taken a message.
fn chunked(script: &str) -> Session {
    play(&plain(), &format!("{HELLO}{OFFER}{}{script}", proof()))
}

#[test]
fn a_message_takes_one_flight_and_no_dot_is_doubled() {
    let one = format!(
        "begin a b\n{}wait dot\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 250 2.0.0 queued\n\
         settled delivered, delivered\nidle\n",
        flight()
    );
    chunked(&format!("{one}{one}quit\nC: QUIT\nS: 221 bye\ndone\n"));
}

#[test]
fn only_who_was_refused_goes_without() {
    chunked(&format!(
        "begin a b\n{}S: 250 ok\nS: 550 5.1.1 no\nS: 250 ok\nS: 250 ok\nsettled failed rcpt 550, delivered\nidle\n",
        flight()
    ));
}

#[test]
fn a_chunk_for_nobody_is_no_failure_of_the_message_and_is_cleared_away() {
    for last in ["S: 554 5.5.1 no valid recipients", "S: 503 no", "S: 250 thanks"] {
        chunked(&format!(
            "begin a b\n{}S: 250 ok\nS: 550 no\nS: 450 no\n{last}\nsettled failed rcpt 550, failed rcpt 450\nidle\n\
             begin a b\ngrant data\nC: RSET\n{ENVELOPE}C: DATA\n",
            flight()
        ));
    }
}

#[test]
fn a_refused_sender_or_message_is_the_reason_for_all() {
    let flight = flight();
    chunked(&format!(
        "begin a b\n{flight}S: 530 log in\nS: 503 no\nS: 503 no\nS: 503 no\n\
         settled failed mail 530, failed mail 530\nidle\n"
    ));
    chunked(&format!(
        "begin a b\n{flight}S: 250 ok\nS: 250 ok\nS: 550 no\nS: 554 5.7.1 spam\n\
         settled failed dot 554, failed rcpt 550\nidle\n"
    ));
}

#[test]
fn a_lost_reply_leaves_doubt_and_a_goodbye_does_not() {
    let flight = format!("begin a b\n{}", flight());
    for (said, outcome) in [
        ("close", "uncertain dot closed, uncertain dot closed"),
        ("S: 250 ok\nS: 250 ok\nS: 550 no\nclose", "uncertain dot closed, failed rcpt 550"),
        ("S: 250 ok\nS: 250 ok\nsilent", "uncertain dot silent, uncertain dot silent"),
        ("S: 421 4.4.2 idle", "failed mail 421, failed mail 421"),
        ("S: 250 ok\nS: 421 4.4.2 idle", "failed rcpt 421, failed rcpt 421"),
        ("S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 421 4.4.2 idle", "failed dot 421, failed dot 421"),
    ] {
        chunked(&format!("{flight}{said}\nsettled {outcome}\ndone\n"));
    }
}

#[test]
fn a_server_that_takes_the_message_for_commands_is_left_at_once() {
    let flight = flight();
    for code in [500, 502] {
        let session = chunked(&format!(
            "begin a b\n{flight}S: 250 ok\nS: 250 ok\nS: 250 ok\nS: {code} what?\n\
             settled failed dot {code}, failed dot {code}\ndone\n"
        ));
        assert!(session.output().is_empty());
    }
}

#[test]
fn a_withdrawal_before_the_flight_leaves_the_connection_usable() {
    let both = "settled failed data withdrawn, failed data withdrawn\nidle\n";
    chunked(&format!(
        "begin a b\nwithdraw data\n{both}begin a b\ngrant data\nwithdraw dot\n{both}begin a b\n{}",
        flight()
    ));
}

#[test]
fn without_pipelining_or_against_the_settings_the_message_goes_by_data() {
    let by_data = "begin a\nC: MAIL FROM:<alert@example.jp>\nS: 250 ok\nC: RCPT TO:<a@example.com>\nS: 250 ok\n\
                   grant data\nC: DATA\n";
    play(&plain(), &format!("{HELLO}S: 250-mx.example.com\nS: 250 CHUNKING\n{by_data}"));
    let settings = Settings { chunking: false, ..plain() };
    play(&settings, &format!("{HELLO}{OFFER}{}begin a b\ngrant data\n{ENVELOPE}C: DATA\n", proof()));
}

/// Goes on to the first gate, opens it, and tells what comes next.
fn behind_the_first_gate(rested: bool, content: &[u8]) -> Step {
    let mut session = play(&plain(), &format!("{HELLO}{OFFER}{}", proof()));
    if rested {
        session.rested();
    }
    session.begin(Transaction { content: Arc::from(content), ..transaction(&["a"]) });
    assert_eq!(session.next(), Step::Ask(Gate::Data));
    session.granted();
    session.next()
}

#[test]
fn a_connection_that_has_rested_is_asked_before_it_gets_the_message() {
    assert_eq!(behind_the_first_gate(false, b"a"), Step::Ask(Gate::FinalDot));
    assert_eq!(behind_the_first_gate(true, b"a"), Step::Send);
}

#[test]
fn a_large_message_waits_for_the_envelope() {
    let large = b"0123456789abcdef\r\n".repeat(4096);
    assert_eq!(behind_the_first_gate(false, &large), Step::Send);
}
