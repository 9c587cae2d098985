//! Names and addresses, on real sockets: who is tried, how long, and where nothing may go.

use std::time::Duration;

use alertmail::submit::Limits;
use harness::BlackHole;
use lab::{Personality, Port, Server};
use smtp::{Phase, Security, Trouble};
use tokio::time::Instant;

use crate::desk::{Desk, LIMITS, is_delivered, target};

#[tokio::test]
async fn a_port_that_never_answers_leaves_time_for_the_next_one() {
    let hole = BlackHole::at(([127, 0, 0, 1], 0));
    let server = Server::start(Personality::plain()).expect("a server");
    let both = target(&[(hole.address.port(), Security::None), (server.port(), Security::None)]);
    let limits = Limits { connect: Duration::from_secs(1), ..LIMITS };
    let start = Instant::now();
    assert!(is_delivered(&Desk::new(both, None, limits).submit().await));
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(500), "half of the limit was its share: {took:?}");
}

#[tokio::test]
async fn one_limit_holds_for_all_ways_in_and_each_is_told_of() {
    let (hole, closed) = (BlackHole::at(([127, 0, 0, 1], 0)), Port::reserve().expect("a port"));
    let both = target(&[(closed.number(), Security::None), (hole.address.port(), Security::None)]);
    let limits = Limits { connect: Duration::from_millis(300), ..LIMITS };
    let failure = Desk::new(both, None, limits).fails().await;
    let expected = format!(
        "127.0.0.1 port {}: connection refused; 127.0.0.1 port {}: no answer within 0.3 s",
        closed.number(),
        hole.address.port()
    );
    assert_eq!((failure.phase, failure.trouble), (Phase::Connect, Trouble::Unreachable(expected)));
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    // `localhost` is ::1 and 127.0.0.1 on most machines, and the server listens on the latter only.
    let server = Server::start(Personality::plain()).expect("a server");
    let mut home = target(&[(server.port(), Security::None)]);
    home.host = "localhost".to_owned();
    assert!(is_delivered(&Desk::new(home, None, LIMITS).submit().await));
}

#[tokio::test]
async fn ipv6_is_spoken() {
    let Ok(listener) = tokio::net::TcpListener::bind("[::1]:0").await else {
        // Without IPv6 on this machine there is nothing to test.
        return;
    };
    let port = listener.local_addr().expect("an address").port();
    let mut home = target(&[(port, Security::None)]);
    home.host = "::1".to_owned();
    let mut desk = Desk::new(home, None, LIMITS);
    desk.begin();
    let (stream, _) = listener.accept().await.expect("a client");
    assert!(stream.peer_addr().expect("an address").is_ipv6());
    drop(stream);
    assert!(!is_delivered(&desk.end().await));
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_named_and_says_nothing_about_the_alert() {
    let mut home = target(&[(587, Security::StartTls)]);
    home.host = "no-such-host.invalid".to_owned();
    home.trust = alertmail::submit::Trust::Pins(Vec::new());
    let failure = Desk::new(home, None, LIMITS).fails().await;
    match &failure.trouble {
        Trouble::Unreachable(why) => {
            assert!(why.starts_with("the name `no-such-host.invalid` cannot be resolved ("), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_goes_to_the_internet_without_tls() {
    // Nobody is asked: the address says it. Were it tried, it would be unreachable or silent, and said to be so.
    for host in ["192.0.2.7", "2001:db8::7"] {
        let mut home = target(&[(587, Security::None)]);
        home.host = host.to_owned();
        let failure = Desk::new(home, None, LIMITS).fails().await;
        match &failure.trouble {
            Trouble::Settings(why) => assert!(why.starts_with(&format!("`{host}` is neither")), "{why}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(failure.phase, Phase::Connect);
    }
}
