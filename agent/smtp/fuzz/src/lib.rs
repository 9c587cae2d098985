//! What fuzzers call: any octets, said by a server, and what has to hold whatever they are.
//!
//! Each function panics if a promise is broken, and does nothing else. libFuzzer calls them through `fuzz_targets/`, and
//! `agent/smtp/tests/fuzz.rs` in every test run.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smtp::limits::{REPLY_LINES_MAX, SCRAM_ITERATIONS_MAX, SHOWN_CHARS_MAX};
use smtp::{
    AuthPolicy, Credentials, Mechanism, ReplyParser, Secret, Security, Seed, Session, Settings, Step, Trouble,
};

/// Iterations beyond which an input only costs time.
const CHEAP_ITERATIONS: u32 = 5_000;

/// Reads `octets` as replies, whole and in pieces. Says whether there is any.
pub fn reply(octets: &[u8]) -> bool {
    let read = |size: usize| {
        let (mut parser, mut replies) = (ReplyParser::new(), Vec::new());
        for piece in octets.chunks(size) {
            let mut fed = piece;
            loop {
                match parser.feed(fed) {
                    Ok(Some(reply)) => replies.push(reply),
                    Ok(None) => break,
                    Err(error) => return (replies, Some(error)),
                }
                fed = &[];
            }
        }
        assert!(parser.leftovers().chars().count() <= SHOWN_CHARS_MAX + 1);
        (replies, None)
    };
    let whole = read(octets.len().max(1));
    assert_eq!(whole, read(1), "the result does not depend on how the octets were cut");
    for reply in &whole.0 {
        assert!((200..=599).contains(&reply.code.0) && (1..=REPLY_LINES_MAX).contains(&reply.lines.len()));
        assert!(!reply.lines.iter().any(|line| line.contains(char::is_control)));
        assert!(reply.enhanced.is_none_or(|status| status.class == reply.code.class()));
    }
    !whole.0.is_empty()
}

/// Says `octets` in answer to EHLO. Says whether the session knows of any extension.
pub fn ehlo(octets: &[u8]) -> bool {
    let mut session = greeted(AuthPolicy::None);
    session.received(octets);
    let offered = session.capabilities();
    let names: Vec<&str> = offered.keywords().collect();
    for (at, name) in names.iter().enumerate() {
        assert!(!name.is_empty() && !name.contains([' ', '=']) && !names[..at].contains(name), "{names:?}");
        assert!(offered.has(&name.to_ascii_lowercase()));
    }
    assert!(offered.auth().iter().all(|name| !name.is_empty() && !name.contains([' ', '=', ','])));
    assert!(offered.size_limit().is_none_or(|limit| limit > 0 && offered.size()));
    !names.is_empty()
}

/// Says what stands before the first line feed as a challenge of DIGEST-MD5, and what stands behind as the proof. Says
/// whether the challenge is answered.
pub fn digest_md5(octets: &[u8]) -> bool {
    let (challenge, proof) = in_two(octets);
    let mut session = logging_in(Mechanism::DigestMd5);
    let Some(response) = answer(&mut session, challenge) else { return false };
    assert!(response.len() < 4096, "the standard allows no more");
    let tail = response.strip_suffix(b",qop=auth").expect("a bare qop, last");
    let at = tail.len() - 32;
    assert!(tail[at..].iter().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(digit)));
    assert!(tail[..at].ends_with(b",response="));
    let (mut is_quoted, mut skip) = (false, false);
    for octet in &response {
        match octet {
            _ if skip => skip = false,
            b'\\' => skip = true,
            b'"' => is_quoted = !is_quoted,
            _ => {}
        }
    }
    assert!(!is_quoted && !skip, "quotes are closed");
    expect_no_trust(session, proof);
    true
}

/// The same for SCRAM-SHA-256; an `N` behind `r=` stands for our nonce.
pub fn scram(octets: &[u8]) -> bool {
    let (challenge, proof) = in_two(octets);
    if costs_time(challenge) {
        return false;
    }
    let mut session = logging_in(Mechanism::ScramSha256);
    let first = STANDARD
        .decode(sent(&mut session).strip_prefix("AUTH SCRAM-SHA-256 ").expect("AUTH"))
        .expect("base64");
    let first = String::from_utf8(first).expect("text");
    let nonce = first.strip_prefix("n,,n=alert,r=").expect("the first message");
    let challenge = match challenge.strip_prefix(b"r=N") {
        Some(rest) => [b"r=", nonce.as_bytes(), rest].concat(),
        None => challenge.to_vec(),
    };
    let Some(last) = answer(&mut session, &challenge) else { return false };
    let last = String::from_utf8(last).expect("text");
    let (head, proof_of_ours) = last.rsplit_once(",p=").expect("a proof");
    let theirs =
        head.strip_prefix("c=biws,r=").and_then(|both| both.strip_prefix(nonce)).expect("both nonces");
    assert!(!theirs.is_empty() && !theirs.contains(','));
    assert_eq!(STANDARD.decode(proof_of_ours).expect("base64").len(), 32);
    expect_no_trust(session, proof);
    true
}

fn costs_time(challenge: &[u8]) -> bool {
    let text = String::from_utf8_lossy(challenge);
    let counts = text.split(',').filter_map(|part| part.strip_prefix("i=")?.parse::<u32>().ok());
    counts.into_iter().any(|count| (CHEAP_ITERATIONS..=SCRAM_ITERATIONS_MAX).contains(&count))
}

fn in_two(octets: &[u8]) -> (&[u8], Option<&[u8]>) {
    match octets.iter().position(|octet| *octet == b'\n') {
        Some(at) => (&octets[..at], Some(&octets[at + 1..])),
        None => (octets, None),
    }
}

/// A session that waits for the answer to EHLO.
fn greeted(auth: AuthPolicy) -> Session {
    let credentials = Credentials::with_password("alert", Secret::new("correct horse".to_owned()));
    let mut session = Session::new(Settings {
        host: "mx.example.jp".to_owned(),
        port: 465,
        helo: "client.example.jp".to_owned(),
        security: Security::Implicit,
        auth,
        chunking: true,
        recipients_max: smtp::limits::RECIPIENTS_MAX,
        credentials: Some(Arc::new(credentials)),
        seed: Seed::new([7; 32]),
    });
    session.received(b"220 mx\r\n");
    session.sent();
    session
}

/// A session that has said AUTH.
fn logging_in(mechanism: Mechanism) -> Session {
    let mut session = greeted(AuthPolicy::Listed(vec![mechanism]));
    session.received(format!("250-mx\r\n250 AUTH {}\r\n", mechanism.as_str().to_uppercase()).as_bytes());
    session
}

/// The line that is to be sent, without its end.
fn sent(session: &mut Session) -> String {
    assert_eq!(session.next(), Step::Send);
    let line = String::from_utf8(session.output().to_vec()).expect("text");
    session.sent();
    let line = line.strip_suffix("\r\n").expect("a line");
    assert!(!line.contains(['\r', '\n']), "one line");
    line.to_owned()
}

/// What is answered to a challenge; `None` if the session gives up, as it may.
fn answer(session: &mut Session, challenge: &[u8]) -> Option<Vec<u8>> {
    if session.next() == Step::Send {
        session.sent();
    }
    session.received(format!("334 {}\r\n", STANDARD.encode(challenge)).as_bytes());
    match session.next() {
        Step::Send => Some(STANDARD.decode(sent(session)).expect("base64")),
        Step::Done(Some(failure)) => {
            let known = matches!(
                failure.trouble,
                Trouble::MechanismUnusable { .. } | Trouble::ServerUnproven(_) | Trouble::Protocol(_)
            );
            assert!(known, "{failure}");
            None
        }
        other => panic!("{other:?}"),
    }
}

/// Whatever the server says now, it does not know the password and must not get any mail.
fn expect_no_trust(mut session: Session, proof: Option<&[u8]>) {
    if let Some(proof) = proof {
        session.received(format!("334 {}\r\n", STANDARD.encode(proof)).as_bytes());
        if session.next() == Step::Send {
            assert_eq!(sent(&mut session), "", "only a refusal is answered, with an empty line");
        }
    }
    session.received(b"235 2.7.0 ok\r\n");
    match session.next() {
        Step::Done(Some(failure)) => {
            assert!(matches!(failure.trouble, Trouble::ServerUnproven(_)), "{failure}");
        }
        other => panic!("{other:?}"),
    }
}
