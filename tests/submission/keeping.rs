//! Connections that serve more than one attempt.

use std::time::Duration;

use alertmail::submit::Limits;
use lab::{Authority, Personality, Server};
use smtp::{Gate, Security};

use crate::counter::{Counter, Farewell};
use crate::desk::{Desk, LIMITS, clear, is_delivered, target};

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn one_connection_serves_one_attempt_after_the_other() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, LIMITS);
    for _ in 0..3 {
        assert!(is_delivered(&desk.submit().await));
    }
    assert_eq!((server.mails().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn attempts_at_the_same_time_have_connections_of_their_own() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, LIMITS);
    desk.begin();
    desk.begin();
    assert!(is_delivered(&desk.end().await));
    assert!(is_delivered(&desk.end().await));
    assert_eq!((server.mails().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_kept_connection_that_has_died_is_replaced_without_a_word() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, LIMITS);
    assert!(is_delivered(&desk.submit().await));
    server.close_all();
    assert!(is_delivered(&desk.submit().await));
    assert_eq!((server.mails().len(), server.connections()), (2, 2));
    assert!(desk.is_quiet());
}

#[tokio::test]
async fn a_connection_without_work_says_goodbye_after_a_while() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, Limits { keep: Duration::from_millis(50), ..LIMITS });
    assert!(is_delivered(&desk.submit().await));
    let waited = tokio::task::spawn_blocking(move || {
        (server.wait_for_open_connections(0, PATIENCE), server.commands())
    });
    let (is_closed, commands) = waited.await.expect("a wait");
    assert!(is_closed);
    assert_eq!(commands.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn at_the_end_every_kept_connection_says_goodbye() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut desk = clear(&server, LIMITS);
    assert!(is_delivered(&desk.submit().await));
    desk.carrier.close().await;
    assert_eq!(server.commands().last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn a_message_on_a_kept_connection_costs_two_round_trips() {
    let server = Counter::start(Farewell::Never).await;
    let mut desk = Desk::new(target(&[(server.port, Security::None)]), None, LIMITS);
    assert!(is_delivered(&desk.submit().await));
    assert_eq!(server.round_trips(), 3, "EHLO; envelope and DATA; the message");
    for _ in 0..5 {
        assert!(is_delivered(&desk.submit().await));
    }
    assert_eq!(server.round_trips(), 3 + 5 * 2);
    assert_eq!((server.connections(), server.messages(), server.resets()), (1, 6, 0));
}

#[tokio::test]
async fn a_further_message_to_a_server_that_takes_chunks_costs_one_round_trip() {
    let server = Counter::start_offering("CHUNKING", Farewell::Never).await;
    let mut desk = Desk::new(target(&[(server.port, Security::None)]), None, LIMITS);
    for _ in 0..6 {
        assert!(is_delivered(&desk.submit().await));
    }
    assert_eq!(server.round_trips(), 1 + 2 + 5, "EHLO; the first in two; each further one with its envelope");
    assert_eq!((server.connections(), server.messages(), server.resets()), (1, 6, 0));
}

#[tokio::test]
async fn a_connection_that_has_rested_has_to_show_that_it_lives_before_it_gets_a_message() {
    let server = Counter::start_offering("CHUNKING", Farewell::Unsaid).await;
    let mut desk = Desk::new(target(&[(server.port, Security::None)]), None, LIMITS);
    assert!(is_delivered(&desk.submit().await));
    tokio::time::sleep(Duration::from_millis(3_200)).await;
    assert!(is_delivered(&desk.submit().await), "nothing is in doubt");
    assert_eq!((server.connections(), server.messages()), (2, 2));
}

#[tokio::test]
async fn a_transaction_that_was_taken_back_is_reset_without_a_round_trip_of_its_own() {
    let server = Counter::start(Farewell::Never).await;
    let mut desk = Desk::new(target(&[(server.port, Security::None)]), None, LIMITS);
    let attempt = desk.begin_for("nobody@example.jp");
    desk.reaches(Gate::Data).await;
    desk.carrier.grant(attempt);
    // Nobody is to get it: the 354 of the server is answered with a dot alone.
    assert!(!is_delivered(&desk.end().await));
    let before = server.round_trips();
    assert!(is_delivered(&desk.submit().await));
    assert_eq!((server.round_trips() - before, server.resets(), server.connections()), (2, 1, 1));
}

#[tokio::test]
async fn a_kept_connection_that_the_server_gives_up_in_the_envelope_costs_no_attempt() {
    for farewell in [Farewell::Said, Farewell::SaidLater, Farewell::Unsaid, Farewell::Unasked] {
        let server = Counter::start(farewell).await;
        let mut desk = Desk::new(target(&[(server.port, Security::None)]), None, LIMITS);
        for n in 1..4 {
            assert!(is_delivered(&desk.submit().await));
            assert_eq!((server.connections(), server.messages()), (n, n));
        }
        assert!(desk.is_quiet());
    }
}

#[tokio::test]
async fn after_so_many_messages_a_connection_says_goodbye() {
    let server = Server::start(Personality::plain()).expect("a server");
    let mut home = target(&[(server.port(), Security::None)]);
    home.messages_per_connection = 2;
    let mut desk = Desk::new(home, None, LIMITS);
    for _ in 0..5 {
        assert!(is_delivered(&desk.submit().await));
    }
    assert_eq!(server.connections(), 3);
    let quits = server.commands().iter().filter(|command| *command == "QUIT").count();
    assert_eq!(quits, 2);
}

#[tokio::test]
async fn a_server_that_closes_without_the_goodbye_of_tls_has_closed_all_the_same() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(Personality::self_hosted(&authority)).expect("a server");
    let home = || target(&[(server.port(), Security::StartTls)]);
    let mut desk = Desk::new(home(), Some(&authority), LIMITS);
    assert!(is_delivered(&desk.submit().await));
    server.close_all();
    assert!(is_delivered(&desk.submit().await));
    desk.carrier.close().await;
    assert_eq!((server.mails().len(), server.connections()), (2, 2));
    assert_eq!(server.commands().last().map(String::as_str), Some("QUIT"));
}
