//! Tokens that are over: one is fetched anew and tried once, on a new connection, and nothing is tried for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alertmail::submit::TokenSource;
use lab::{Authority, Personality, Server};
use smtp::{Secret, Security, Trouble};

use crate::desk::{Desk, LIMITS, is_delivered, target, with_tokens};

fn manners(authority: &Authority, mechanism: &str, token: &str) -> Personality {
    let personality = Personality::self_hosted(authority).without_capability("AUTH");
    personality.capability(&format!("AUTH {mechanism}")).login("alert", token)
}

/// Tokens `t1`, `t2` and so on, and how many there were.
fn tokens() -> (TokenSource, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&count);
    let next = move || Ok(Secret::new(format!("t{}", calls.fetch_add(1, Ordering::SeqCst) + 1)));
    (TokenSource::new(next), count)
}

#[tokio::test]
async fn a_token_that_is_over_is_fetched_anew_and_the_same_attempt_delivers() {
    for mechanism in ["OAUTHBEARER", "XOAUTH2"] {
        let authority = Authority::new().expect("an authority");
        let server = Server::start(manners(&authority, mechanism, "t1")).expect("a server");
        let (source, count) = tokens();
        let home = with_tokens(target(&[(server.port(), Security::StartTls)]), source);
        let mut desk = Desk::new(home, Some(&authority), LIMITS);
        assert!(is_delivered(&desk.submit().await));
        server.replace(manners(&authority, mechanism, "t2"));
        server.close_all();
        assert!(is_delivered(&desk.submit().await), "{mechanism}");
        assert_eq!(count.load(Ordering::SeqCst), 2, "{mechanism}");
        assert!(desk.is_quiet(), "one outcome an attempt");
    }
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_too_is_the_end_of_the_attempt() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(manners(&authority, "XOAUTH2", "another")).expect("a server");
    let (source, count) = tokens();
    let home = with_tokens(target(&[(server.port(), Security::StartTls)]), source);
    let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
    assert!(matches!(&failure.trouble, Trouble::TokenRefused(_)), "{failure}");
    let words = failure.to_string();
    assert!(words.contains("535") && words.contains("invalid_token"), "{words}");
    assert_eq!((count.load(Ordering::SeqCst), server.connections()), (2, 2));
}

#[tokio::test]
async fn the_same_token_again_is_not_tried_again() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(manners(&authority, "XOAUTH2", "another")).expect("a server");
    let source = TokenSource::new(|| Ok(Secret::new("the-same".to_owned())));
    let home = with_tokens(target(&[(server.port(), Security::StartTls)]), source);
    let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
    assert!(matches!(&failure.trouble, Trouble::TokenRefused(_)), "{failure}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn without_a_token_nobody_is_asked() {
    let authority = Authority::new().expect("an authority");
    let server = Server::start(manners(&authority, "XOAUTH2", "t1")).expect("a server");
    let source = TokenSource::new(|| Err("command `oama` gave no token: exit status: 1".to_owned()));
    let home = with_tokens(target(&[(server.port(), Security::StartTls)]), source);
    let failure = Desk::new(home, Some(&authority), LIMITS).fails().await;
    assert!(failure.to_string().contains("command `oama` gave no token"), "{failure}");
    assert_eq!(server.connections(), 0);
}
