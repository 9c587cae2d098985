//! Servers that take only so many recipients at a time (RFC 5321 section 4.5.3.1.10, RFC 9422): the others get the message
//! in a further round on the same connection.

use crate::script::{CONTENT, plain, play};
use smtp::Session;

const HELLO: &str = "S: 220 mx.example.com\nC: EHLO client.example.jp\n";
const PIPELINING: &str = "S: 250-mx.example.com\nS: 250 PIPELINING\n";
const MAIL: &str = "C: MAIL FROM:<alert@example.jp>\n";

fn pipelined(script: &str) -> Session {
    play(&plain(), &format!("{HELLO}{PIPELINING}{script}"))
}

/// The flight up to DATA.
fn flight(names: &str) -> String {
    let recipients: String =
        names.split(' ').flat_map(|name| ["C: RCPT TO:<", name, "@example.com>\n"]).collect();
    format!("grant data\n{MAIL}{recipients}C: DATA\n")
}

/// The rest of a round that goes well.
fn rest() -> String {
    format!("S: 354 go\ngrant dot\n{CONTENT}S: 250 ok\n")
}

#[test]
fn who_is_too_many_for_one_round_gets_the_message_in_the_next() {
    for refusal in
        ["452 4.5.3 too many recipients", "552 5.5.3 too many", "452 too many", "552 too many recipients"]
    {
        pipelined(&format!(
            "begin a b c\n{}S: 250 ok\nS: 250 ok\nS: {refusal}\nS: {refusal}\n{}\
             {}S: 250 ok\nS: 250 ok\n{}{}S: 250 ok\nS: 250 ok\n{}settled delivered, delivered, delivered\nidle\n",
            flight("a b c"),
            rest(),
            flight("b"),
            rest(),
            flight("c"),
            rest(),
        ));
    }
}

#[test]
fn the_server_is_not_asked_for_more_than_it_took_before() {
    let session = format!(
        "begin a b c\n{}S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 452 4.5.3 enough\n{}{}S: 250 ok\nS: 250 ok\n{}\
         settled delivered, delivered, delivered\nidle\n",
        flight("a b c"),
        rest(),
        flight("c"),
        rest(),
    );
    pipelined(&format!("{session}begin a b c\n{}", flight("a b")));
}

#[test]
fn without_pipelining_it_is_the_same() {
    let envelope = |names: &str| -> String {
        let recipients: String =
            names.split(' ').flat_map(|name| ["C: RCPT TO:<", name, "@example.com>\nS: 250 ok\n"]).collect();
        format!("{MAIL}S: 250 ok\n{recipients}")
    };
    let data = "grant data\nC: DATA\n";
    play(
        &plain(),
        &format!(
            "{HELLO}S: 250 mx.example.com\nbegin a b\n{}C: RCPT TO:<b@example.com>\nS: 452 4.5.3 enough\n{data}{}\
             {}{data}{}settled delivered, delivered\nidle\n",
            envelope("a"),
            rest(),
            envelope("b"),
            rest(),
        ),
    );
}

#[test]
fn a_server_that_tells_its_limit_is_believed() {
    let offer = "S: 250-mx.example.com\nS: 250-PIPELINING\nS: 250 LIMITS RCPTMAX=2 MAILMAX=20\n";
    play(
        &plain(),
        &format!(
            "{HELLO}{offer}begin a b c\n{}S: 250 ok\nS: 250 ok\nS: 550 no\n{}{}S: 250 ok\nS: 250 ok\n{}\
             settled delivered, failed rcpt 550, delivered\nidle\n",
            flight("a b"),
            rest(),
            flight("c"),
            rest(),
        ),
    );
}

#[test]
fn a_round_of_refused_recipients_is_cleared_away_before_the_next() {
    let offer = "S: 250-mx.example.com\nS: 250-PIPELINING\nS: 250 LIMITS RCPTMAX=1\n";
    let second = flight("b").replacen("C: MAIL", "C: RSET\nC: MAIL", 1);
    play(
        &plain(),
        &format!(
            "{HELLO}{offer}begin a b\n{}S: 250 ok\nS: 550 no\nS: 554 nobody\n{second}S: 250 ok\nS: 250 ok\nS: 250 ok\n\
             {}settled failed rcpt 550, delivered\nidle\n",
            flight("a"),
            rest(),
        ),
    );
}

#[test]
fn a_full_house_without_anybody_in_it_is_a_refusal() {
    pipelined(&format!(
        "begin a b\n{}S: 250 ok\nS: 452 4.5.3 too many\nS: 452 4.5.3 too many\nS: 554 nobody\n\
         settled failed rcpt 452, failed rcpt 452\nidle\n",
        flight("a b"),
    ));
    // Another reason under the same number.
    pipelined(&format!(
        "begin a b\n{}S: 250 ok\nS: 250 ok\nS: 452 4.2.2 mailbox full\n{}settled delivered, failed rcpt 452\nidle\n",
        flight("a b"),
        rest(),
    ));
}

#[test]
fn what_was_refused_to_the_first_round_is_not_offered_to_another() {
    let begun =
        format!("begin a b c\n{}S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 452 4.5.3 enough\n", flight("a b c"));
    for (said, outcome) in [
        (
            format!("S: 354 go\ngrant dot\n{CONTENT}S: 554 5.7.1 spam\n"),
            "failed dot 554, failed dot 554, failed rcpt 452",
        ),
        ("S: 451 not now\n".to_owned(), "failed data 451, failed data 451, failed rcpt 452"),
        ("S: 421 bye\n".to_owned(), "failed data 421, failed data 421, failed rcpt 452"),
        (
            format!("S: 354 go\ngrant dot\n{CONTENT}close\n"),
            "uncertain dot closed, uncertain dot closed, failed rcpt 452",
        ),
    ] {
        pipelined(&format!("{begun}{said}settled {outcome}\n"));
    }
}

#[test]
fn a_later_round_that_fails_takes_nothing_back() {
    let begun = format!("begin a b\n{}S: 250 ok\nS: 250 ok\nS: 452 4.5.3 enough\n{}", flight("a b"), rest());
    let flight = flight("b");
    for (said, outcome) in [
        (format!("{flight}close\n"), "failed mail closed"),
        (format!("{flight}S: 421 too many messages\n"), "failed mail 421"),
        (
            format!("{flight}S: 250 ok\nS: 250 ok\nS: 354 go\ngrant dot\n{CONTENT}silent\n"),
            "uncertain dot silent",
        ),
        ("withdraw data\n".to_owned(), "failed data withdrawn"),
    ] {
        pipelined(&format!("{begun}{said}settled delivered, {outcome}\n"));
    }
}
