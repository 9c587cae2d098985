//! Connections that serve more than one attempt.

use std::time::Duration;

use alertmail::submit::Limits;
use lab::{Personality, Server};

use crate::desk::{LIMITS, clear, is_delivered};

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
