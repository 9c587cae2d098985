//! What docomo makes of a mail: its conversion matrix, cell by cell, and everything that it loses or refuses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mime::carrier::docomo::{GETA, listed, mailbox, relay};
use mime::carrier::{Letter, Piece, Weight};
use proptest::prelude::*;

const OWN: &str = "watch@docomo.ne.jp";

/// A mail whose names, subject and text are this text in this charset.
fn mail(charset: &str, text: &str) -> Vec<u8> {
    let encoding = match charset {
        "ISO-2022-JP" => encoding_rs::ISO_2022_JP,
        "Shift_JIS" => encoding_rs::SHIFT_JIS,
        "EUC-JP" => encoding_rs::EUC_JP,
        _ => encoding_rs::UTF_8,
    };
    let (octets, _, lacks) = encoding.encode(text);
    assert!(!lacks, "{text} in {charset}");
    let payload = STANDARD.encode(&octets);
    let (word, transfer, body) = match charset {
        "US-ASCII" => (text.to_owned(), "7bit", octets.into_owned()),
        "ISO-2022-JP" => (format!("=?{charset}?B?{payload}?="), "7bit", octets.into_owned()),
        _ => (format!("=?{charset}?B?{payload}?="), "base64", payload.into_bytes()),
    };
    let mut mail = format!(
        "From: {word} <{OWN}>\r\nTo: {word} <a@docomo.ne.jp>\r\nSubject: {word}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n"
    )
    .into_bytes();
    mail.extend(body);
    mail.extend(b"\r\n");
    mail
}

/// Charset and encoding of a part.
fn form(letter: &Letter, piece: Piece) -> String {
    let form = &letter.part(piece).expect("a part").form;
    format!("{} {}", form.charset, form.transfer.as_str())
}

fn text(letter: &Letter, piece: Piece) -> &str {
    letter.part(piece).expect("a part").text.trim_end()
}

fn read(octets: &[u8]) -> Letter {
    Letter::read(octets)
}

#[test]
fn every_cell_of_the_matrix_is_as_it_was_measured() {
    const JIS: &str = "ISO-2022-JP base64";
    const SJIS: &str = "SHIFT_JIS base64";
    let mixed = "ISO-2022-JP base64, ASCII bare";
    for (charset, given, relayed, received) in [
        ("US-ASCII", "disk full", [JIS, JIS, "US-ASCII bare", "ISO-2022-JP 7bit"], [SJIS; 4]),
        ("ISO-2022-JP", "web1 障害", [JIS, JIS, mixed, "ISO-2022-JP 7bit"], [SJIS; 4]),
        ("Shift_JIS", "web1 障害", [JIS, JIS, mixed, "ISO-2022-JP 7bit"], [SJIS; 4]),
        ("EUC-JP", "web1 障害", [JIS, JIS, mixed, "ISO-2022-JP 7bit"], [SJIS; 4]),
        (
            "UTF-8",
            "web1 障害",
            [JIS, JIS, "UTF-8 base64", "UTF-8 base64"],
            [SJIS, SJIS, "UTF-8 base64", "UTF-8 base64"],
        ),
        (
            "UTF-8",
            "disk full",
            [JIS, JIS, "US-ASCII bare", "UTF-8 base64"],
            [SJIS, SJIS, "UTF-8 base64", "UTF-8 base64"],
        ),
    ] {
        let letter = read(&mail(charset, given));
        for (way, cells) in [(relay(&letter, OWN), relayed), (mailbox(&letter, true), received)] {
            let converted = way.letter.expect("taken");
            let pieces = [Piece::From, Piece::To, Piece::Subject, Piece::Text];
            assert_eq!(pieces.map(|piece| form(&converted, piece)), cells, "{charset} {given}");
            assert_eq!(text(&converted, Piece::Subject), given, "{charset}");
            assert_eq!(text(&converted, Piece::Text), given, "{charset}");
            assert_eq!(text(&converted, Piece::From), format!("{given} <{OWN}>"), "{charset}");
            assert_eq!(way.remarks, [], "{charset} {given}");
        }
    }
}

#[test]
fn a_mail_that_goes_out_and_comes_in_is_converted_twice() {
    let letter = read(&mail("US-ASCII", "disk full"));
    let relayed = relay(&letter, OWN).letter.expect("taken");
    let received = mailbox(&relayed, true).letter.expect("taken");
    assert_eq!(form(&received, Piece::Text), "SHIFT_JIS base64");
    assert_eq!(text(&received, Piece::Subject), "disk full");
}

#[test]
fn a_name_loses_what_its_charset_lacks_and_the_subject_does_not() {
    let letter = read(&mail("UTF-8", "監視🚨 ①é"));
    let relayed = relay(&letter, OWN);
    let taken = relayed.letter.expect("taken");
    assert_eq!(text(&taken, Piece::From), format!("監視{GETA} ①{GETA} <{OWN}>"));
    assert_eq!(text(&taken, Piece::Subject), "監視🚨 ①é");
    let said: Vec<_> = relayed.remarks.iter().map(|remark| (remark.weight, remark.text.as_str())).collect();
    let for_name = |name: &str| {
        [
            (Weight::Lost, format!("{name}: ISO-2022-JP has nothing for é 🚨; 〓 stands for it here")),
            (Weight::InDoubt, format!("{name}: ① is not in every ISO-2022-JP, and may be lost")),
        ]
    };
    let expected: Vec<_> = ["From", "To"].into_iter().flat_map(for_name).collect();
    assert_eq!(said, expected.iter().map(|(weight, text)| (*weight, text.as_str())).collect::<Vec<_>>());
}

#[test]
fn half_width_katakana_become_full_width_on_the_way_out_and_stay_on_the_way_in() {
    let letter = read(&mail("Shift_JIS", "ｱﾗｰﾑ ｶﾞｽ"));
    let relayed = relay(&letter, OWN);
    assert_eq!(text(&relayed.letter.expect("taken"), Piece::Subject), "アラーム ガス");
    assert!(relayed.remarks.iter().all(|remark| remark.weight == Weight::Changed), "{:?}", relayed.remarks);
    let received = mailbox(&letter, true);
    assert_eq!(text(&received.letter.expect("taken"), Piece::Subject), "ｱﾗｰﾑ ｶﾞｽ");
    assert_eq!(received.remarks, []);
}

#[test]
fn a_backslash_may_look_like_yen_on_a_phone_and_not_in_utf_8() {
    let said = |charset| mailbox(&read(&mail(charset, "C:\\log")), true).remarks.len();
    assert_eq!((said("US-ASCII"), said("UTF-8")), (2, 0), "subject and text");
}

#[test]
fn what_docomo_does_not_take_is_told() {
    let ours = "From: a <watch@docomo.ne.jp>\r\nSubject: s\r\n\r\ntext\r\n";
    let long = |octets| format!("{ours}{}\r\n", "x".repeat(octets));
    for (name, message, relayed, received) in [
        ("ours", ours.to_owned(), None, None),
        ("no header", "disk full\r\n".to_owned(), Some("without a header"), None),
        ("no end", "From: watch@docomo.ne.jp\r\ntext".to_owned(), Some("without a header"), None),
        ("no From", "Subject: s\r\n\r\ntext\r\n".to_owned(), Some("without an address in From"), None),
        (
            "another From",
            "From: root@web1.example.jp\r\n\r\ntext\r\n".to_owned(),
            Some("whose From is root@web1.example.jp: it has to be watch@docomo.ne.jp"),
            None,
        ),
        ("a long line", long(998), None, None),
        ("a longer line", long(999), Some("a line of 999 octets"), Some("a line of 999 octets")),
    ] {
        let letter = read(message.as_bytes());
        for (way, expected) in [(relay(&letter, OWN), relayed), (mailbox(&letter, true), received)] {
            let refusal = way.remarks.iter().find(|remark| remark.weight == Weight::Refused);
            assert_eq!(refusal.is_some(), expected.is_some(), "{name}: {:?}", way.remarks);
            assert_eq!(way.letter.is_none(), expected.is_some(), "{name}");
            if let (Some(refusal), Some(part)) = (refusal, expected) {
                assert!(refusal.text.contains(part), "{name}: {}", refusal.text);
            }
        }
    }
}

#[test]
fn what_a_user_may_have_set_is_in_doubt() {
    let from = |from: &str, text: &str| format!("From: {from}\r\nSubject: s\r\n\r\n{text}\r\n");
    let file = "From: a@example.jp\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\n\r\ntext\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=x.csv\r\n\r\n1\r\n--b--\r\n";
    let html = "From: a@example.jp\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>x\r\n";
    let lines = format!("{}\r\n", "x".repeat(98)).repeat(10_100);
    for (name, message, doubt) in [
        ("another's From", from("a@example.jp", "x"), None),
        ("docomo's From", from("a@docomo.ne.jp", "x"), Some("taken for a forgery")),
        ("a link", from("a@example.jp", "see https://example.com/"), Some("a link in the text")),
        ("a large mail", from("a@example.jp", &lines), Some("set to take 1000000 at most")),
        ("a file", file.to_owned(), Some("files: the matrix says nothing")),
        ("HTML", html.to_owned(), Some("HTML: the matrix says nothing")),
    ] {
        let said = mailbox(&read(message.as_bytes()), false).remarks;
        assert_eq!(said.len(), usize::from(doubt.is_some()), "{name}: {said:?}");
        if let (Some(remark), Some(part)) = (said.first(), doubt) {
            assert_eq!(remark.weight, Weight::InDoubt, "{name}");
            assert!(remark.text.contains(part), "{name}: {}", remark.text);
        }
    }
}

#[test]
fn a_list_on_a_phone_shows_fifteen_wide_characters() {
    assert_eq!(listed("[重大] web1: ディスク使用率が98%になりました"), "[重大] web1: ディスク使用率が9");
    assert_eq!(listed("disk full"), "disk full");
}

proptest! {
    #[test]
    fn any_message_has_its_way_and_what_is_refused_is_told(
        head in "(From: [a-z=?BQ障🚨@.<>]{0,20}\r\n)?(Subject: [a-z=?障①ｶ ]{0,20}\r\n)?",
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let octets = [head.as_bytes(), b"\r\n", &body].concat();
        let letter = read(&octets);
        for way in [relay(&letter, OWN), mailbox(&letter, false)] {
            let is_refused = way.remarks.iter().any(|remark| remark.weight == Weight::Refused);
            prop_assert_eq!(way.letter.is_none(), is_refused);
        }
    }
}
