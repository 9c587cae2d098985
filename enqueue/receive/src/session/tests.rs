//! Whole dialogues, however their octets are cut, and what clients try.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Kept, Limits, LineEnds, Login, Message, Protocol, Recipients, Session, Settings, Step};

/// Plays octets in pieces; all that was said, and every message.
fn play(settings: Settings, pieces: &[&[u8]]) -> (String, Vec<Message>, bool) {
    let mut session = Session::new(settings);
    let (mut said, mut messages) = (Vec::new(), Vec::new());
    let mut is_closed = false;
    for piece in [b"".as_slice()].iter().chain(pieces) {
        let mut octets = *piece;
        loop {
            match session.take(&mut octets) {
                Step::Reply(reply) => said.extend(reply),
                Step::Message(message) => {
                    messages.push(message);
                    session.kept(&Kept::Yes(format!("number{}", messages.len())));
                }
                Step::Close => {
                    is_closed = true;
                    break;
                }
                Step::More => break,
            }
        }
    }
    (String::from_utf8(said).expect("UTF-8"), messages, is_closed)
}

fn strict() -> Settings {
    Settings { host: "db1".to_owned(), ..Settings::default() }
}

fn codes(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
}

fn codes_of(settings: Settings, dialogue: &str) -> Vec<String> {
    let (said, _, _) = play(settings, &[dialogue.as_bytes()]);
    codes(&said).into_iter().map(str::to_owned).collect()
}

const GOOD: &[u8] = b"EHLO x\r\nMAIL FROM:<a@x> BODY=8BITMIME\r\nRCPT TO:<root>\r\nRCPT TO:<b@x>\r\nDATA\r\n\
    Subject: s\r\n\r\n..b\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@x>\r\nDATA\r\n.\r\nQUIT\r\n";

#[test]
fn a_dialogue_gives_its_messages_and_a_name_for_each() {
    let (said, messages, is_closed) = play(strict(), &[GOOD]);
    assert_eq!(
        codes(&said),
        ["220", "250", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"]
    );
    assert!(said.contains("250 2.0.0 kept as number2"), "{said}");
    assert!(is_closed);
    let recipients: Vec<_> = messages.iter().map(|message| message.recipients.join(" ")).collect();
    assert_eq!(recipients, ["root b@x", "c@x"]);
    assert_eq!(messages[0].octets, b"Subject: s\r\n\r\n.b\r\n");
    assert_eq!((messages[0].sender.as_str(), messages[1].sender.as_str()), ("a@x", ""));
}

#[test]
fn in_lmtp_every_recipient_has_its_reply() {
    let lmtp = Settings { protocol: Protocol::Lmtp, ..strict() };
    let dialogue =
        "EHLO x\r\nLHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\nDATA\r\nb\r\n.\r\nQUIT\r\n";
    assert_eq!(
        codes_of(lmtp, dialogue),
        ["220", "500", "250", "250", "250", "250", "354", "250", "250", "221"]
    );
}

#[test]
fn nothing_is_taken_for_a_second_message_that_the_client_did_not_send_as_one() {
    let smuggled = "\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nsecond\r\n";
    for end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n\0.\r\n"] {
        let dialogue = format!(
            "EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nfirst{end}{smuggled}\r\n.\r\nQUIT\r\n"
        );
        let (_, messages, _) = play(strict(), &[dialogue.as_bytes()]);
        assert_eq!(messages.len(), 1, "{end:?}");
        assert_eq!(messages[0].sender, "a@x", "{end:?}");
    }
    // A command that ends with LF alone ends the session, so that nothing behind it counts.
    let (said, messages, is_closed) = play(strict(), &[b"EHLO x\r\nNOOP\nMAIL FROM:<a@x>\r\n"]);
    assert_eq!((codes(&said), messages.len(), is_closed), (vec!["220", "250", "500"], 0, true));
}

#[test]
fn a_pipe_may_have_the_line_ends_of_its_first_line() {
    let pipe = || Settings { line_ends: LineEnds::AsFirst, ..strict() };
    let bare = String::from_utf8_lossy(GOOD).replace('\r', "");
    let (_, messages, _) = play(pipe(), &[bare.as_bytes()]);
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0].octets, b"Subject: s\n\n.b\n");
    let (_, messages, _) = play(pipe(), &[GOOD]);
    assert_eq!(messages[0].octets, b"Subject: s\r\n\r\n.b\r\n");
    let mixed =
        b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nfirst\n.\nMAIL FROM:<evil@x>\r\n.\r\n";
    let (_, messages, _) = play(pipe(), &[mixed]);
    assert_eq!(messages.len(), 1, "who began with CR LF ends with it");
}

#[test]
fn mail_is_taken_for_those_alone_whom_the_driver_lets_in() {
    let judge = |to: &str| to.eq_ignore_ascii_case("root") || to.ends_with("@example.jp");
    let settings = Settings { recipients: Recipients::Judged(Arc::new(judge)), ..strict() };
    let dialogue = "EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<ROOT>\r\nRCPT TO:<@relay:any@example.jp>\r\n\
        RCPT TO:<b@x.jp>\r\nRCPT TO:<\"b@example.jp\"@x.com>\r\nDATA\r\nb\r\n.\r\n";
    let (said, messages, _) = play(settings, &[dialogue.as_bytes()]);
    assert_eq!(codes(&said)[3..], ["250", "250", "550", "550", "354", "250"]);
    assert_eq!(messages[0].recipients, ["ROOT", "any@example.jp"]);
}

#[test]
fn whoever_insists_on_a_login_has_one_where_that_is_wanted_and_it_changes_nothing() {
    let any = || Settings { login: Login::Any, ..strict() };
    assert!(play(any(), &[b"EHLO x\r\n"]).0.contains("\r\n250-AUTH PLAIN LOGIN\r\n"));
    assert!(!play(strict(), &[b"EHLO x\r\n"]).0.contains("AUTH"));
    for (login, expected) in [
        ("AUTH PLAIN AGEAYg==\r\n", vec!["235"]),
        ("auth plain\r\nAGEAYg==\r\n", vec!["334", "235"]),
        ("AUTH LOGIN\r\nYQ==\r\nYg==\r\n", vec!["334", "334", "235"]),
        ("AUTH LOGIN YQ==\r\nYg==\r\n", vec!["334", "235"]),
        // What looks like a command is an answer.
        ("AUTH PLAIN\r\nMAIL FROM:<a@x>\r\n", vec!["334", "235"]),
        ("AUTH LOGIN\r\n*\r\nAUTH PLAIN x\r\n", vec!["334", "501", "235"]),
        ("AUTH CRAM-MD5\r\nAUTH PLAIN x\r\nAUTH PLAIN x\r\n", vec!["504", "235", "503"]),
    ] {
        let dialogue = format!(
            "EHLO x\r\n{login}MAIL FROM:<a@x>\r\nAUTH PLAIN x\r\nRCPT TO:<b@x>\r\nDATA\r\nb\r\n.\r\n"
        );
        let expected = [&["220", "250"], &expected[..], &["250", "503", "250", "354", "250"]].concat();
        assert_eq!(codes_of(any(), &dialogue), expected, "{login:?}");
        let (_, messages, _) = play(any(), &[dialogue.as_bytes()]);
        assert_eq!((messages.len(), messages[0].octets.as_slice()), (1, &b"b\r\n"[..]), "{login:?}");
    }
    assert_eq!(codes_of(any(), "AUTH PLAIN x\r\n"), ["220", "503"], "EHLO comes first");
}

#[test]
fn what_comes_in_the_wrong_order_or_in_no_order_is_refused_and_costs_nothing() {
    for (dialogue, expected) in [
        ("MAIL FROM:<a@x>\r\n", "503"),
        ("EHLO x\r\nRCPT TO:<a@x>\r\n", "503"),
        ("EHLO x\r\nDATA\r\n", "503"),
        ("EHLO x\r\nMAIL FROM:<a@x>\r\nDATA\r\n", "554"),
        ("EHLO x\r\nMAIL FROM:<a@x>\r\nMAIL FROM:<a@x>\r\n", "503"),
        ("EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<>\r\n", "501"),
        ("EHLO x\r\nMAIL FROM:a@x>x<\u{7}\r\n", "501"),
        ("EHLO x\r\nMAIL FROM:<a@x> SIZE=99999999\r\n", "552"),
        ("EHLO x\r\nMAIL FROM:<a@x>\r\nRSET\r\nRCPT TO:<a@x>\r\n", "503"),
        ("EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<a@x>\r\nEHLO x\r\nDATA\r\n", "503"),
        ("STARTTLS\r\n", "502"),
        ("AUTH PLAIN x\r\n", "502"),
        ("\r\n", "502"),
        ("\0\u{ff}\r\n", "502"),
        ("VRFY root\r\n", "252"),
        ("GET / HTTP/1.1\r\nHost: x\r\nMAIL FROM:<a@x>\r\n", "421"),
    ] {
        assert_eq!(codes_of(strict(), dialogue).last().map(String::as_str), Some(expected), "{dialogue:?}");
    }
}

#[test]
fn every_limit_holds() {
    let limits = Limits { line_octets: 60, message_octets: 8, recipients: 1, errors: 2 };
    let settings = || Settings { limits, ..strict() };
    let long = format!("EHLO {}\r\nNOOP\r\n", "x".repeat(1000));
    assert_eq!(codes_of(settings(), &long), ["220", "500", "250"]);
    let (said, messages, _) = play(
        settings(),
        &[b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n0123456789\r\n.\r\nNOOP\r\n"],
    );
    assert_eq!(codes(&said), ["220", "250", "250", "250", "452", "354", "552", "250"]);
    assert_eq!(messages, []);
    assert_eq!(codes_of(settings(), "X\r\nX\r\nX\r\nNOOP\r\n"), ["220", "502", "502", "421"]);
}

#[test]
fn what_a_driver_says_of_a_message_has_no_line_of_its_own() {
    let mut session = Session::new(strict());
    let mut octets = &GOOD[..GOOD.len() - 6];
    while !matches!(session.take(&mut octets), Step::Message(_)) {}
    assert!(session.is_amid());
    session.kept(&Kept::Later("the disk\u{1b} hangs".to_owned()));
    let Step::Reply(reply) = session.take(&mut b"".as_slice()) else { panic!("no reply") };
    assert!(reply.ends_with(b"451 4.3.0 the disk hangs\r\n"), "{}", reply.escape_ascii());
    assert!(!session.is_amid() && !session.has_quit());
    session.end("the program ends");
    let Step::Reply(reply) = session.take(&mut b"".as_slice()) else { panic!("no reply") };
    assert_eq!(reply, b"421 4.3.2 the program ends\r\n");
    assert_eq!(session.take(&mut b"NOOP\r\n".as_slice()), Step::Close);
}

proptest! {
    #[test]
    fn it_does_not_matter_where_the_octets_are_cut(cuts in proptest::collection::vec(0..GOOD.len(), 0..20)) {
        let mut cuts: Vec<usize> = cuts.into_iter().chain([0, GOOD.len()]).collect();
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &GOOD[pair[0]..pair[1]]).collect();
        prop_assert_eq!(play(strict(), &pieces), play(strict(), &[GOOD]));
    }

    #[test]
    fn whatever_is_said_every_line_has_one_reply_and_the_session_stays_small(
        words in proptest::collection::vec(0..14_usize, 0..40), noise in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        const WORDS: [&[u8]; 14] = [b"EHLO x\r\n", b"MAIL FROM:<a@x>\r\n", b"RCPT TO:<b@x>\r\n", b"DATA\r\n", b".\r\n", b"\r\n", b"RSET\r\n",
            b"text\r\n", b"\n", b"\r", b".", b"NOOP\r\n", b"HELO x\r\n", b"LHLO x\r\n"];
        let mut octets: Vec<u8> = words.iter().flat_map(|word| WORDS[*word]).copied().collect();
        octets.extend(noise);
        let (said, messages, _) = play(strict(), &[&octets]);
        prop_assert!(codes(&said).len() <= 1 + octets.split(|octet| *octet == b'\n').count());
        for message in messages {
            prop_assert!(!message.recipients.is_empty());
            prop_assert!(message.octets.len() <= octets.len());
        }
    }
}
