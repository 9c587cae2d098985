//! Recipients, gates, kept connections, the dot.

use std::sync::Arc;

use crate::script::{CONTENT, path, plain, play, transaction};
use smtp::{Outcome, RecipientOutcome, Session, Step, Transaction, Trouble};

const HELLO: &str = "S: 220 mx.example.com\nC: EHLO client.example.jp\n";
const SIMPLE: &str = "S: 250 mx.example.com\n";
const PIPELINING: &str = "S: 250-mx.example.com\nS: 250 PIPELINING\n";
const FLIGHT: &str =
    "C: MAIL FROM:<alert@example.jp>\nC: RCPT TO:<a@example.com>\nC: RCPT TO:<b@example.com>\nC: DATA\n";

/// A dialogue with a server that offers PIPELINING.
fn pipelined(script: &str) -> Session {
    play(&plain(), &format!("{HELLO}{PIPELINING}{script}"))
}

/// A dialogue with a server that offers nothing.
fn simple(script: &str) -> Session {
    play(&plain(), &format!("{HELLO}{SIMPLE}{script}"))
}

#[test]
fn case_partial_recipient_mix() {
    let outcome = "settled delivered, failed rcpt 550, failed rcpt 450\nidle\n";
    simple(&format!(
        "begin a b c\nC: MAIL FROM:<alert@example.jp>\nS: 250 ok\nC: RCPT TO:<a@example.com>\nS: 250 ok\n\
         C: RCPT TO:<b@example.com>\nS: 550 5.1.1 no such user\nC: RCPT TO:<c@example.com>\n\
         S: 450 4.7.1 greylisted, try in 60 s\ngrant data\nC: DATA\nS: 354 go\ngrant dot\n\
         {CONTENT}S: 250 ok\n{outcome}"
    ));
    pipelined(&format!(
        "begin a b c\ngrant data\nC: MAIL FROM:<alert@example.jp>\nC: RCPT TO:<a@example.com>\n\
         C: RCPT TO:<b@example.com>\nC: RCPT TO:<c@example.com>\nC: DATA\nS: 250 ok\nS: 250 ok\n\
         S: 550 5.1.1 no such user\nS: 450 4.7.1 greylisted, try in 60 s\nS: 354 go\ngrant dot\n\
         {CONTENT}S: 250 ok\n{outcome}"
    ));
}

#[test]
fn a_server_that_forwards_or_cannot_verify_has_accepted() {
    for reply in ["251 2.1.5 will forward", "252 2.1.5 will try"] {
        pipelined(&format!(
            "begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: {reply}\nS: 452 4.3.1 storage\nS: 354 go\n\
             grant dot\n{CONTENT}S: 250 ok\nsettled delivered, failed rcpt 452\nidle\n"
        ));
    }
}

#[test]
fn if_all_are_refused_no_message_is_sent() {
    let outcome = "settled failed rcpt 550, failed rcpt 450\nidle\n";
    simple(&format!(
        "begin a b\nC: MAIL FROM:<alert@example.jp>\nS: 250 ok\nC: RCPT TO:<a@example.com>\nS: 550 no\n\
         C: RCPT TO:<b@example.com>\nS: 450 no\n{outcome}begin a\nC: RSET\nS: 250 ok\n\
         C: MAIL FROM:<alert@example.jp>\n"
    ));
    pipelined(&format!(
        "begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 550 no\nS: 450 no\nS: 554 no valid recipients\n\
         {outcome}\
         begin a b\ngrant data\nC: RSET\n{FLIGHT}S: 250 ok\nS: 250 ok\n"
    ));
}

#[test]
fn a_server_that_wants_a_message_for_nobody_gets_an_empty_one() {
    for reply in ["554 5.5.1 no valid recipients", "250 2.0.0 thanks", "451 4.3.0 hm"] {
        pipelined(&format!(
            "begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 550 no\nS: 450 no\nS: 354 go\nC: .\nwait dot\n\
             S: {reply}\n\
             settled failed rcpt 550, failed rcpt 450\nidle\nbegin a b\ngrant data\nC: RSET\n{FLIGHT}"
        ));
    }
    let flight = format!("begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 550 no\nS: 450 no\nS: 354 go\nC: .\n");
    pipelined(&format!("{flight}close\nsettled failed rcpt 550, failed rcpt 450\ndone\n"));
}

#[test]
fn a_refused_sender_is_the_reason_for_all_whatever_is_said_of_the_recipients() {
    let outcome = "settled failed mail 530, failed mail 530\nidle\n";
    pipelined(&format!(
        "begin a b\ngrant data\n{FLIGHT}S: 530 5.7.0 log in\nS: 503 no\nS: 503 no\nS: 503 no\n{outcome}"
    ));
    pipelined(&format!(
        "begin a b\ngrant data\n{FLIGHT}S: 530 5.7.0 log in\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: .\n\
         S: 554 no\n{outcome}"
    ));
    simple(&format!("begin a b\nC: MAIL FROM:<alert@example.jp>\nS: 530 5.7.0 log in\n{outcome}"));
}

#[test]
fn trouble_in_the_middle_of_a_flight_leaves_known_refusals_as_they_are() {
    let flight = format!("begin a b\ngrant data\n{FLIGHT}wait mail\nS: 250 ok\nwait rcpt\nS: 550 5.1.1 no\n");
    for (trouble, what) in [
        ("S: 421 4.3.2 bye", "rcpt 421"),
        ("close", "rcpt closed"),
        ("silent", "rcpt silent"),
        ("S: nonsense", "rcpt protocol"),
        ("S: 250 ok\nS: 421 bye", "data 421"),
        ("S: 250 ok\nclose", "data closed"),
        ("S: 250 ok\nS: 451 no", "data 451"),
    ] {
        pipelined(&format!("{flight}{trouble}\nsettled failed rcpt 550, failed {what}\n"));
    }
}

#[test]
fn a_withdrawn_data_gate_leaves_the_connection_usable() {
    let both = "settled failed data withdrawn, failed data withdrawn\nidle\n";
    pipelined(&format!("begin a b\nwithdraw data\n{both}begin a b\ngrant data\n{FLIGHT}"));
    simple(
        "begin a b\nC: MAIL FROM:<alert@example.jp>\nS: 250 ok\nC: RCPT TO:<a@example.com>\nS: 550 no\n\
         C: RCPT TO:<b@example.com>\nS: 250 ok\nwithdraw data\n\
         settled failed rcpt 550, failed data withdrawn\nidle\n\
         begin a\nC: RSET\nS: 250 ok\nC: MAIL FROM:<alert@example.jp>\n",
    );
}

#[test]
fn a_withdrawn_dot_closes_the_connection_without_another_octet() {
    let flight = format!("begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 250 ok\nS: 550 no\nS: 354 go\n");
    let session =
        pipelined(&format!("{flight}withdraw dot\nsettled failed data withdrawn, failed rcpt 550\ndone\n"));
    assert!(session.output().is_empty());
}

#[test]
fn a_connection_lost_at_a_gate_leaves_no_doubt() {
    pipelined("begin a\nclose\nsettled failed mail closed\ndone\n");
    pipelined("begin a\nS: 421 idle too long\nsettled failed mail 421\ndone\n");
    let open = format!("begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\n");
    for (trouble, what) in [("close", "closed"), ("S: 421 idle too long", "421"), ("S: 250 ok", "protocol")] {
        pipelined(&format!("{open}{trouble}\nsettled failed data {what}, failed data {what}\ndone\n"));
    }
}

#[test]
fn case_after_the_final_dot() {
    let sent = format!(
        "begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 250 ok\nS: 550 no\nS: 354 go\ngrant dot\n\
         {CONTENT}wait dot\n"
    );
    let delivered = "settled delivered, failed rcpt 550\n";
    for script in [
        "S: 250 2.0.0 queued\nquit\nDELIVERED\nC: QUIT\nclose\ndone\n",
        "S: 250 2.0.0 queued\nDELIVERED\nidle\nquit\nC: QUIT\nS: 421 bye\ndone\n",
        "S: 250 2.0.0 queued\nDELIVERED\nidle\nquit\nC: QUIT\nsilent\ndone\n",
        "S: 250 2.0.0 queued\nDELIVERED\nidle\nquit\nC: QUIT\nS: nonsense\ndone\n",
        "S: 250 2.0.0 queued\nclose\nDELIVERED\ndone mail closed\n",
        "S: 250 2.0.0 queued\nS: 421 too many\nDELIVERED\ndone mail 421\n",
        "S: 250 2.0.0 queued\nS: 250 and more\nDELIVERED\ndone mail protocol\n",
        "close\nsettled uncertain dot closed, failed rcpt 550\ndone\n",
        "silent\nsettled uncertain dot silent, failed rcpt 550\ndone\n",
        "S: 25\nsettled uncertain dot protocol, failed rcpt 550\ndone\n",
        "S: 354 go\nsettled uncertain dot protocol, failed rcpt 550\ndone\n",
        "S: 421 4.3.2 bye\nsettled failed dot 421, failed rcpt 550\ndone\n",
        "S: 552 5.3.4 too big\nsettled failed dot 552, failed rcpt 550\nidle\n",
    ] {
        pipelined(&format!("{sent}{}", script.replace("DELIVERED\n", delivered)));
    }
}

#[test]
fn a_write_of_the_message_that_breaks_leaves_doubt() {
    let open =
        format!("begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\ngrant dot\n");
    pipelined(&format!("{open}close\nsettled uncertain dot closed, uncertain dot closed\ndone\n"));
}

#[test]
fn a_kept_connection_takes_one_message_after_the_other() {
    let one = format!(
        "begin a b\ngrant data\n{FLIGHT}S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\ngrant dot\n\
         {CONTENT}S: 250 ok\nsettled delivered, delivered\nidle\n"
    );
    pipelined(&format!("{one}{one}quit\nC: QUIT\nS: 221 bye\ndone\n"));
    let one = format!(
        "begin a\nC: MAIL FROM:<alert@example.jp>\nS: 250 ok\nC: RCPT TO:<a@example.com>\nS: 250 ok\n\
         grant data\nC: DATA\nS: 354 go\ngrant dot\n{CONTENT}S: 250 ok\nsettled delivered\nidle\n"
    );
    simple(&format!("{one}{one}quit\nC: QUIT\nS: 221 bye\ndone\n"));
}

#[test]
fn a_server_that_does_not_forget_the_last_transaction_is_left() {
    let refused = format!(
        "begin a b\ngrant data\n{FLIGHT}S: 550 no\nS: 503 no\nS: 503 no\nS: 503 no\n\
         settled failed mail 550, failed mail 550\n"
    );
    pipelined(&format!(
        "{refused}begin a b\ngrant data\nC: RSET\n{FLIGHT}wait rset\nS: 502 no\nS: 250 ok\n\
         settled failed rset 502, failed rset 502\ndone\n"
    ));
}

#[test]
fn what_happens_while_idle_ends_the_session_with_its_reason() {
    for (trouble, what) in [
        ("S: 421 4.4.2 idle too long", "mail 421"),
        ("close", "mail closed"),
        ("silent", "mail silent"),
        ("S: 250 ok", "mail protocol"),
        ("S: 2", "mail protocol"),
    ] {
        simple(&format!("idle\n{trouble}\ndone {what}\n"));
        // Whoever comes too late learns why.
        simple(&format!("idle\n{trouble}\nbegin a\nsettled failed {what}\ndone {what}\n"));
    }
}

#[test]
fn a_transaction_after_goodbye_fails_at_once() {
    simple("quit\nC: QUIT\nbegin a b\nsettled failed quit closed, failed quit closed\nwait quit\n");
}

#[test]
fn the_size_is_told_where_it_is_asked_for_and_checked_where_a_limit_is_known() {
    play(
        &plain(),
        &format!("{HELLO}S: 250-mx\nS: 250 SIZE\nbegin a\nC: MAIL FROM:<alert@example.jp> SIZE=31\n"),
    );
    play(
        &plain(),
        &format!("{HELLO}S: 250-mx\nS: 250 SIZE 31\nbegin a\nC: MAIL FROM:<alert@example.jp> SIZE=31\n"),
    );
    let refused = "settled failed mail larger than 30, failed mail larger than 30\nidle\n";
    play(
        &plain(),
        &format!("{HELLO}S: 250-mx\nS: 250 SIZE 30\nbegin a b\n{refused}begin a b\n{refused}quit\nC: QUIT\n"),
    );
}

/// Lets the driver grant everything and the server accept everything; returns what was written, and the outcome.
fn accept_everything(transaction: Transaction) -> (String, Outcome) {
    let mut session = Session::new(plain());
    session.begin(transaction);
    let mut written = String::new();
    loop {
        match session.next() {
            Step::Send => {
                written.push_str(std::str::from_utf8(session.output()).expect("the messages here are ASCII"));
                session.sent();
            }
            Step::Receive(smtp::Phase::Greeting) => session.received(b"220 mx\r\n"),
            Step::Receive(smtp::Phase::Data) => session.received(b"354 go\r\n"),
            Step::Receive(_) => session.received(b"250 ok\r\n"),
            Step::Ask(_) => session.granted(),
            Step::Settled(outcome) => return (written, outcome),
            other @ (Step::StartTls | Step::Idle | Step::Done(_)) => panic!("unexpected {other:?}"),
        }
    }
}

#[test]
fn old_carrier_addresses_are_quoted_on_the_wire() {
    let recipients = vec![path("a..b@docomo.ne.jp"), path("a.@ezweb.ne.jp")];
    let (written, _) = accept_everything(Transaction { recipients, ..transaction(&[]) });
    assert!(
        written.contains("RCPT TO:<\"a..b\"@docomo.ne.jp>\r\nRCPT TO:<\"a.\"@ezweb.ne.jp>\r\n"),
        "{written}"
    );
}

#[test]
fn a_message_of_any_shape_ends_where_it_should() {
    for content in [&b"a\n.\nMAIL FROM:<x>"[..], b"a\r.\rMAIL FROM:<x>", b"a\r\n.\r\nMAIL FROM:<x>\r\n"] {
        let (written, _) =
            accept_everything(Transaction { content: Arc::from(content), ..transaction(&["a"]) });
        assert!(written.ends_with("DATA\r\na\r\n..\r\nMAIL FROM:<x>\r\n.\r\n"), "{written}");
    }
}

#[test]
fn recipients_beyond_the_limit_get_the_message_in_a_second_round() {
    let names: Vec<String> = (0..103).map(|number| format!("r{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (written, outcome) = accept_everything(transaction(&names));
    let rounds: Vec<usize> =
        written.split("MAIL FROM").skip(1).map(|round| round.matches("RCPT TO").count()).collect();
    assert_eq!(rounds, [100, 3]);
    assert!(outcome.recipients.iter().all(|one| matches!(one, RecipientOutcome::Delivered(_))));
}

#[test]
fn eight_bit_octets_go_only_where_they_are_taken_and_are_announced_only_then() {
    let eight_bit =
        || Transaction { content: Arc::from("Subject: \u{8b66}\r\n".as_bytes()), ..transaction(&["a"]) };
    for (offer, transaction, mail) in [
        ("8BITMIME", eight_bit(), Some("MAIL FROM:<alert@example.jp> BODY=8BITMIME\r\n")),
        ("8BITMIME", transaction(&["a"]), Some("MAIL FROM:<alert@example.jp>\r\n")),
        ("SIZE", eight_bit(), None),
    ] {
        let mut session = Session::new(plain());
        session.received(b"220 mx\r\n");
        session.sent();
        session.received(format!("250-mx\r\n250 {offer}\r\n").as_bytes());
        session.begin(transaction);
        match (session.next(), mail) {
            (Step::Send, Some(mail)) => assert_eq!(String::from_utf8_lossy(session.output()), mail),
            (Step::Settled(outcome), None) => {
                let RecipientOutcome::Failed(failure) = &outcome.recipients[0] else { panic!("{outcome:?}") };
                assert_eq!(failure.trouble, Trouble::EightBitMissing);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_transaction_for_nobody_is_settled_without_a_word() {
    let (written, outcome) = accept_everything(transaction(&[]));
    assert_eq!((written.as_str(), outcome.recipients.len()), ("EHLO client.example.jp\r\n", 0));
}
