//! What fuzzers call: any octets that a program hands over, and what has to hold whatever they are.
//!
//! Each function panics if a promise is broken, and does nothing else. libFuzzer calls them through `fuzz_targets/`, and
//! `enqueue/receive/tests/fuzz.rs` in every test run.

use receive::envelope;
use receive::session::{Kept, LineEnds, Message, Protocol, Session, Settings, Step};

/// Takes `octets` for what a client says, whole and in pieces, in each manner. Says whether a message came of it.
pub fn session(octets: &[u8]) -> bool {
    let manners = [
        (Protocol::Smtp, LineEnds::Strict),
        (Protocol::Smtp, LineEnds::AsFirst),
        (Protocol::Lmtp, LineEnds::Strict),
    ];
    let mut any = false;
    for (protocol, line_ends) in manners {
        let settings = || Settings { protocol, line_ends, ..Settings::default() };
        let whole = play(settings(), octets, octets.len().max(1));
        assert_eq!(
            whole,
            play(settings(), octets, 1),
            "the result does not depend on how the octets were cut"
        );
        let (said, messages) = whole;
        let lines = 1 + octets.split(|octet| *octet == b'\n').count()
            * if protocol == Protocol::Lmtp { 100 } else { 5 };
        assert!(said.split(|octet| *octet == b'\n').count() <= lines + 1, "no line has more than its reply");
        if line_ends == LineEnds::Strict {
            let ends = octets.windows(5).filter(|five| five == b"\r\n.\r\n").count();
            assert!(messages.len() <= ends, "each ends with CR LF . CR LF and nothing else");
        }
        for message in messages {
            any = true;
            assert!(!message.recipients.is_empty() && message.octets.len() <= octets.len());
            let paths = || message.recipients.iter().chain([&message.sender]);
            assert!(paths().all(|path| !path.contains(char::is_control)), "{message:?}");
        }
    }
    any
}

fn play(settings: Settings, octets: &[u8], size: usize) -> (Vec<u8>, Vec<Message>) {
    let mut session = Session::new(settings);
    let (mut said, mut messages) = (Vec::new(), Vec::new());
    for piece in std::iter::once(&b""[..]).chain(octets.chunks(size)) {
        let mut left = piece;
        loop {
            match session.take(&mut left) {
                Step::Reply(reply) => said.extend(reply),
                Step::Message(message) => {
                    messages.push(message);
                    session.kept(&Kept::Yes("x".to_owned()));
                }
                Step::Close => return (said, messages),
                Step::More => break,
            }
        }
        assert!(left.is_empty(), "what was not taken would be lost");
    }
    (said, messages)
}

/// Takes `octets` for a message. Says whether it names anybody.
pub fn message(octets: &[u8]) -> bool {
    let named = envelope::named(octets);
    let everybody = || named.to.iter().chain(&named.cc).chain(&named.bcc);
    assert!(everybody().all(|name| !name.is_empty() && !name.contains(char::is_control)));
    if let Some(left) = envelope::without_blind_copies(octets) {
        assert_eq!(envelope::without_blind_copies(&left), None, "{}", left.escape_ascii());
        assert!(envelope::named(&left).bcc.is_empty());
        // What a blind copy's list goes on with is none of the text.
        let (before, after) = (receive::fields::split(octets), receive::fields::split(&left));
        assert!(after.body == before.body || after.body.ends_with(before.body), "the text stays");
    }
    everybody().next().is_some()
}

/// Takes `octets` for a list of addresses. Says whether there are two.
pub fn addresses(octets: &[u8]) -> bool {
    let found = receive::addresses::list(&String::from_utf8_lossy(octets));
    assert!(found.iter().all(|entry| !entry.is_empty() && !entry.contains(char::is_control)), "{found:?}");
    found.len() > 1
}
