//! The reply parser against tidy, odd and hostile servers.

use super::*;
use proptest::prelude::*;

type Parsed = (Vec<Reply>, Option<ReplyError>, bool);

/// Feeds the pieces and returns all replies, the error that ended it, and whether octets were left.
fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Parsed {
    let mut parser = ReplyParser::new();
    let mut replies = Vec::new();
    for piece in pieces {
        let mut fed = parser.feed(piece);
        while let Ok(Some(reply)) = fed {
            replies.push(reply);
            fed = parser.feed(&[]);
        }
        if let Err(error) = fed {
            return (replies, Some(error), true);
        }
    }
    (replies, None, parser.has_leftovers())
}

fn one(octets: &[u8]) -> Reply {
    let (mut replies, error, leftovers) = parse([octets]);
    assert_eq!((replies.len(), error, leftovers), (1, None, false), "{}", printable(octets));
    replies.remove(0)
}

#[test]
fn a_bare_250_without_text_is_a_whole_reply() {
    for octets in [&b"250\r\n"[..], b"250\n", b"250 \r\n", b"250-\r\n250\r\n"] {
        let reply = one(octets);
        assert_eq!(reply.code, ReplyCode(250));
        assert_eq!(reply.text(), "");
    }
}

#[test]
fn lines_of_one_reply_are_kept_apart_and_shown_joined() {
    let reply = one(b"220-mx.example.com ESMTP\r\n220-no spam please\r\n220\r\n");
    assert_eq!(reply.lines, ["mx.example.com ESMTP", "no spam please", ""]);
    assert_eq!(reply.to_string(), "220 mx.example.com ESMTP no spam please");
}

#[test]
fn a_second_digit_above_five_is_accepted() {
    assert_eq!(one(b"579 5.7.1 odd\r\n").code, ReplyCode(579));
}

#[test]
fn text_in_a_foreign_charset_does_not_hide_the_code() {
    let reply = one(b"535 \xc7\xeb\xca\xb9\xd3\xc3\r\n");
    assert_eq!(reply.to_string(), "535 \\xC7\\xEB\\xCA\\xB9\\xD3\\xC3");
}

#[test]
fn what_is_not_a_reply_is_an_error_as_soon_as_it_can_be_seen() {
    for (name, octets, error) in [
        ("another protocol", &b"SSH-2.0"[..], ReplyError::NotAReply),
        ("tls alert", &[0x15, 3, 1], ReplyError::NotAReply),
        ("empty line", b"\r\n", ReplyError::NotAReply),
        ("bare lf", b"\n", ReplyError::NotAReply),
        ("two digits", b"25\r\n", ReplyError::NotAReply),
        ("two digits and lf", b"25\n", ReplyError::NotAReply),
        ("four digits", b"2500", ReplyError::NotAReply),
        ("class one", b"150 ", ReplyError::NotAReply),
        ("class six", b"650 ", ReplyError::NotAReply),
        ("no separator", b"250OK", ReplyError::NotAReply),
        ("cr in the middle", b"250\rx", ReplyError::NotAReply),
        ("codes differ", b"250-a\r\n550 b\r\n", ReplyError::CodesDiffer),
        ("blank before", b" 250 ok\r\n", ReplyError::NotAReply),
    ] {
        assert_eq!(parse([octets]).1, Some(error), "{name}");
    }
}

#[test]
fn endless_replies_end_at_the_limit() {
    let empty_lines = b"250-\r\n".repeat(REPLY_LINES_MAX + 1);
    let one_line = [&b"250 "[..], &vec![b'x'; REPLY_OCTETS_MAX]].concat();
    let long_lines = [&b"250-"[..], &[b'x'; 4000], b"\r\n"].concat().repeat(10);
    for (name, octets) in
        [("empty continuation lines", empty_lines), ("one line", one_line), ("long lines", long_lines)]
    {
        assert_eq!(parse([&octets[..]]).1, Some(ReplyError::TooLong), "{name}");
    }
}

#[test]
fn as_many_lines_as_allowed_are_read() {
    let octets = [b"250-x\r\n".repeat(REPLY_LINES_MAX - 1), b"250 x\r\n".to_vec()].concat();
    assert_eq!(one(&octets).lines.len(), REPLY_LINES_MAX);
}

#[test]
fn octets_behind_a_reply_are_kept_and_can_be_seen() {
    let mut parser = ReplyParser::new();
    let reply = parser.feed(b"220 go\r\n250 in").unwrap().unwrap();
    assert_eq!(reply.code, ReplyCode(220));
    assert!(parser.has_leftovers());
    assert_eq!(parser.feed(b"jected\r\n").unwrap().unwrap().text(), "injected");
    assert!(!parser.has_leftovers());
}

#[test]
fn an_error_stays() {
    let mut parser = ReplyParser::new();
    assert!(parser.feed(b"HTTP/1.1 400 Bad Request\r\n").is_err());
    assert_eq!(parser.leftovers(), "HTTP/1.1 400 Bad Request");
    assert!(parser.feed(b"250 ok\r\n").is_err());
}

/// Octets that look like replies often enough to reach every corner.
fn server_octets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => "[2-5][0-9]{2}[ -][a-z.0-9]{0,9}\r?\n".prop_map(String::into_bytes),
        2 => "[2-5][0-9]{2}\r\n".prop_map(String::into_bytes),
        4 => "(250-[A-Z]{0,5}\r\n){0,3}250 x\r\n".prop_map(String::into_bytes),
        1 => Just(b"250-\r\n".repeat(REPLY_LINES_MAX - 1)),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_splitting_gives_the_same_replies(octets in server_octets(), cuts: Vec<proptest::sample::Index>) {
        let whole = parse([&octets[..]]);
        prop_assert_eq!(&parse(octets.chunks(1)), &whole);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
        at.extend([0, octets.len()]);
        at.sort_unstable();
        prop_assert_eq!(&parse(at.windows(2).map(|pair| &octets[pair[0]..pair[1]])), &whole);
    }

    #[test]
    fn random_octets_never_panic_and_never_show_control_characters(octets: Vec<u8>) {
        for reply in parse([&octets[..]]).0 {
            prop_assert!(!reply.to_string().chars().any(char::is_control));
        }
    }
}
