//! Any octets at all: the promises hold, texts come back, blind copies stay blind.

use super::inputs::{all, encoded};
use crate::reading::{body, check_promises, draft, identity, spelling};
use mime::{CharsetPolicy, Draft, Identity, Importance, Treatment, WholeMail, compose_whole};
use proptest::prelude::*;

fn composed(message: &[u8], policy: CharsetPolicy) -> WholeMail {
    let draft = Draft {
        subject: String::new(),
        key: Some("disk".to_owned()),
        importance: Importance::Critical,
        headers: vec![("X-Own".to_owned(), "値".to_owned())],
        ..draft()
    };
    let identity = Identity { charset: policy, ..identity() };
    let mail = compose_whole(message, &draft, &identity);
    check_promises(&mail.octets);
    assert_eq!(mail, compose_whole(message, &draft, &identity), "the same on every attempt");
    mail
}

fn policy() -> impl Strategy<Value = CharsetPolicy> {
    prop::sample::select(vec![CharsetPolicy::Auto, CharsetPolicy::Utf8, CharsetPolicy::Iso2022Jp])
}

/// Pieces that messages are made of, with those that make trouble far more often than in life.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\r\r\n",
        "\0",
        ":",
        " ",
        "\t",
        ",",
        ";",
        "=",
        "--b",
        "--b\n",
        "--b--\n",
        "--c\n",
        "From root Mon Nov 14 23:42 UTC 2016\n",
        "Subject: ",
        "To: ",
        "Bcc: ",
        "bCC : ",
        "From: ",
        "Reply-To: ",
        "Date: ",
        "Message-ID: ",
        "Received: ",
        "References: ",
        "X-A: ",
        "Resent-To: ",
        "DKIM-Signature: v=1\n",
        "Content-Type: text/plain; charset=",
        "Content-Type: multipart/mixed; boundary=b\n",
        "Content-Type: multipart/signed; boundary=c\n",
        "Content-Type: message/rfc822\n",
        "Content-Type: text/html; name=\"",
        "Content-Disposition: attachment; filename=\"",
        "Content-Transfer-Encoding: ",
        "base64\n",
        "quoted-printable\n",
        "8bit\n",
        "utf-8\n",
        "iso-2022-jp\n",
        "shift_jis\n",
        "utf-16\n",
        "utf-7\n",
        "\"",
        "root",
        "a@example.com",
        "<a@example.com>",
        "a..b@example.com",
        "(x)",
        "=?utf-8?B?6Zqc5a6z?=",
        "=?utf-8?Q?=E9?=",
        "障害",
        "é",
        "\u{85}",
        "\u{2028}",
        "\u{202E}",
        "\x1b$B>c32\x1b(B",
        "\x1b(B\x1b$B",
        "\x1b[31m",
        "=E9=9A",
        "6Zqc5a6z",
        "disk full",
    ];
    prop_oneof![
        12 => prop::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..6),
        1 => prop::sample::select(vec!["x".repeat(1100), "障".repeat(400), "x ".repeat(600), "N".repeat(1100) + ":"])
            .prop_map(String::into_bytes),
        1 => prop::sample::select(vec![encoding_rs::EUC_JP, encoding_rs::SHIFT_JIS])
            .prop_map(|encoding| encoded("ディスク障害", encoding)),
    ]
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

/// A real message with a piece put in somewhere.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let messages: Vec<Vec<u8>> = all().into_iter().map(|input| input.message).collect();
    (prop::sample::select(messages), any::<prop::sample::Index>(), 0_usize..20, piece()).prop_map(
        |(mut message, at, cut, piece)| {
            let at = at.index(message.len() + 1);
            let end = (at + cut).min(message.len());
            message.splice(at..end, piece);
            message
        },
    )
}

/// A text whose characters every charset here has.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::char::range(' ', '~'),
        4 => prop::char::range('ぁ', 'ん'),
        4 => prop::char::range('ァ', 'ヴ'),
        2 => prop::sample::select("障害発生監視東京使用率確認重要・。、「」\t".chars().collect::<Vec<_>>()),
        1 => Just('\n'),
    ];
    prop::collection::vec(character, 0..300).prop_map(String::from_iter)
}

/// Quoted-printable in its plainest form.
fn quoted_printable(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for (n, octet) in octets.iter().enumerate() {
        if *octet == b'\n' {
            out.push('\n');
        } else {
            write!(out, "={octet:02X}").expect("a string takes everything");
        }
        if n % 20 == 19 {
            out.push_str("=\n");
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_octets_give_a_mail_that_keeps_the_promises(octets in prop::collection::vec(any::<u8>(), 0..600), policy in policy()) {
        composed(&octets, policy);
    }

    #[test]
    fn any_pieces_of_a_message_give_a_mail_that_keeps_the_promises(message in message(), policy in policy()) {
        composed(&message, policy);
    }

    #[test]
    fn any_damage_to_a_real_message_leaves_the_promises(message in damaged(), policy in policy()) {
        composed(&message, policy);
    }

    #[test]
    fn a_text_comes_back_whatever_charset_and_encoding_it_came_in(
        text in text(),
        charset in prop::sample::select(vec!["UTF-8", "EUC-JP", "Shift_JIS", "ISO-2022-JP"]),
        way in 0..4_usize,
        policy in policy(),
    ) {
        use base64::Engine as _;
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap();
        let octets = encoded(&text, encoding);
        let (name, content) = match way {
            0 => ("8bit", octets),
            1 => ("binary", octets),
            2 => ("base64", base64::engine::general_purpose::STANDARD.encode(&octets).into_bytes()),
            _ => ("quoted-printable", quoted_printable(&octets).into_bytes()),
        };
        let header = format!(
            "Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=\"{charset}\"\nContent-Transfer-Encoding: {name}\n\n"
        );
        let mail = composed(&[header.as_bytes(), &content].concat(), policy);
        prop_assert_eq!(mail.treatment, Treatment::Recomposed);
        let mut lines = text.replace('\n', "\r\n");
        if !lines.ends_with("\r\n") {
            lines.push_str("\r\n");
        }
        prop_assert_eq!(spelling(&body(&mail.octets)), spelling(&lines));
    }

    #[test]
    fn no_blind_copy_goes_out_in_whatever_spelling_its_field_stands(
        before in prop::collection::vec(prop::sample::select(vec!["Subject: x", "To: a@example.com", "X-A: b", "X-B: c\n d", "Cc: e@example.com"]), 1..4),
        name in prop::sample::select(vec!["Bcc", "bcc", "BCC", "bCC", "Resent-Bcc", "RESENT-BCC", "Bcc ", "bcC\t", "Bcc \t "]),
        values in prop::collection::vec(
            prop::sample::select(vec!["secret1@example.net", "\"Se, cret\" <secret2@example.net>", "secret3@example.net (x)", " ", "秘密 <secret4@example.net>"]),
            1..4,
        ),
        join in prop::sample::select(vec![",", ",\n ", ",\n\t", ",\r\n  ", ",\n \n ", ",\r ", ",\n", ",\r\n", "\n\t,", "\u{0},\n "]),
        times in 1..3_usize,
        content in prop::sample::select(vec!["", "Content-Type: multipart/mixed; boundary=b\n", "DKIM-Signature: v=1; h=bcc\n", "Content-Type: text/html\n"]),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r", "\r\r\n"]),
    ) {
        // A value that begins its own line is one whose field is not the last line.
        let list = values.join(join);
        let blind = format!("{name}:{list}\n").repeat(times);
        let text = format!("{}\n{blind}{content}To: z@example.com\n\n--b\n\nBcc: not a header\n", before.join("\n"));
        let message = text.replace("\r\n", "\n").replace('\n', line_end);
        let mail = composed(message.as_bytes(), CharsetPolicy::Auto);
        let text = String::from_utf8(mail.octets).unwrap();
        prop_assert!(!text.contains("secret"), "{message:?}\n{text}");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        prop_assert!(!head.to_ascii_lowercase().contains("bcc:"), "{head}");
        prop_assert!(body.contains("Bcc: not a header"), "{body}");
    }

    #[test]
    fn a_clean_body_of_parts_goes_octet_for_octet(
        lines in prop::collection::vec(
            prop::sample::select(vec!["text", "", " ", "--", "--b2", "=20", "Subject: x", "From me", ".", "\tx", "-- "]),
            0..12,
        ),
        kind in prop::sample::select(vec!["mixed", "signed", "alternative", "report"]),
        preamble in prop::sample::select(vec!["", "\n", "preamble\n", "a\n\n"]),
        epilogue in prop::sample::select(vec!["", "\n", "epilogue\n", "\n\n"]),
    ) {
        let lines = lines.join("\n");
        let body = format!(
            "{preamble}--b\nContent-Type: text/plain\n\n{lines}\n--b\nContent-Type:  application/x-y;\n\tname=z\n\n{lines}\n--b--\n{epilogue}"
        );
        let message = format!("Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary=b\n\n{body}");
        let mail = composed(message.as_bytes(), CharsetPolicy::Auto);
        prop_assert_eq!(mail.treatment, Treatment::PassedThrough);
        let wire = String::from_utf8(mail.octets).unwrap();
        prop_assert_eq!(wire.split_once("\r\n\r\n").unwrap().1, body.replace('\n', "\r\n"));
    }
}
