//! Bug reports against other programs, as far as composing decides them. Each test has its case's slug.

use crate::reading::{
    body, check_jis, composed, composed_for, draft, encoded_words, field, fields, identity, mailbox,
    own_field, recipients, spelling, subject,
};
use mime::{Charset, CharsetPolicy, Draft, Identity, message_id};
use std::collections::BTreeSet;

fn subject_of(text: &str) -> Vec<u8> {
    composed(&Draft { subject: text.to_owned(), ..draft() }).octets
}

#[test]
fn case_word_inner_encoding() {
    for text in [
        "Température élevée\u{A0}: baie n° 7, seuil dépassé à 08h15",
        "障害 発生  復旧 未了",
        "Größe OK",
        "OK Größe",
        "überprüft ",
        "障害 ",
    ] {
        assert_eq!(subject(&subject_of(text)), text);
    }
}

#[test]
fn case_jp_subject_word_states() {
    let base =
        "【重要】データベースサーバーのディスク使用率が九十五パーセントを超えました。至急確認してください。";
    let characters: Vec<char> = base.chars().collect();
    assert_eq!(characters.len(), 49);
    let spliced = (0..=characters.len()).map(|n| {
        let (head, tail) = characters.split_at(n);
        format!("{} db-01 {}", head.iter().collect::<String>(), tail.iter().collect::<String>())
    });
    for text in spliced.chain([base.to_owned()]) {
        let octets = subject_of(&text);
        assert_eq!(subject(&octets), text);
        let value = field(&octets, "Subject");
        let words = encoded_words(&value);
        assert!(words.iter().all(|word| word.starts_with("=?ISO-2022-JP?B?")), "{value}");
        let (_, early) = words.split_last().unwrap();
        assert!(early.iter().all(|word| !word.ends_with("=?=")), "padded before the last: {value}");
    }
}

#[test]
fn case_jp_unmappable_chars() {
    let text = "①号機 ㈱例示 髙橋 Ⅱ系 ｱﾗｰﾑ ～ 🚨";
    let many_lines = format!("{}①\n", "障害\n".repeat(499));
    for charset in [CharsetPolicy::Auto, CharsetPolicy::Iso2022Jp, CharsetPolicy::Utf8] {
        let identity = Identity { charset, ..identity() };
        let draft = |lines: &str| Draft { subject: text.to_owned(), body: lines.to_owned(), ..draft() };
        let mail = composed_for(&draft(text), &identity);
        assert_eq!(mail.body_charset, Charset::Utf8, "the emoji has no replacement");
        assert_eq!(subject(&mail.octets), text);
        assert_eq!(body(&mail.octets), format!("{text}\r\n"));

        let mail = composed_for(&draft(&many_lines), &identity);
        let lines = body(&mail.octets).replace("\r\n", "\n");
        if charset == CharsetPolicy::Iso2022Jp {
            assert_eq!(mail.body_charset, Charset::Iso2022Jp);
            assert_eq!(lines, many_lines.replace('①', "(1)"));
            assert!(mail.notes.iter().any(|note| note.contains("① as (1)")), "{:?}", mail.notes);
        } else {
            assert_eq!(mail.body_charset, Charset::Utf8);
            assert_eq!(lines, many_lines);
            assert!(mail.notes.is_empty(), "{:?}", mail.notes);
        }
    }
    // One field's characters do not decide for another.
    let mail = composed(&Draft { subject: text.to_owned(), body: "障害".to_owned(), ..draft() });
    assert_eq!(mail.body_charset, Charset::Iso2022Jp);
}

#[test]
fn case_display_name_specials() {
    let long = "x".repeat(300);
    for name in [
        "Ops, Night shift",
        "Support (Billing)",
        "The \"B\" rack",
        "back\\slash",
        "ops@site-a",
        "A: B; C",
        "Équipe Ops, Zone 2",
        "障害監視, 東京",
        "root <root>",
        "",
        &long,
    ] {
        let to = vec![mailbox(name, "a@example.com"), mailbox(name, "b@example.com")];
        let identity = Identity { from: mailbox(name, "alert@example.jp"), ..identity() };
        let octets = composed_for(&Draft { to, ..draft() }, &identity).octets;
        let expected =
            ["a@example.com", "b@example.com"].map(|address| (name.to_owned(), address.to_owned()));
        assert_eq!(recipients(&octets), expected, "{}", field(&octets, "To"));
        let from = field(&octets, "From");
        assert!(from == "alert@example.jp" || from.ends_with(" <alert@example.jp>"), "{from}");
        // Between the quotes of a quoted string there is no encoded word.
        let between_quotes = from.replace("\\\"", "");
        assert!(between_quotes.split('"').skip(1).step_by(2).all(|inside| !inside.contains("=?")), "{from}");
    }
}

#[test]
fn case_body_line_over_998() {
    for (name, text) in [
        ("5000 letters", "x".repeat(5000)),
        ("1200 kana", "あ".repeat(1200)),
        ("997 to 1000", [997, 998, 999, 1000].map(|n| "x".repeat(n)).join("\n")),
        ("998", "x".repeat(998)),
        ("76 and one", format!("{}Y", "X".repeat(76))),
        ("75 and an equals sign", format!("{}=", "X".repeat(75))),
        ("blanks before the line end", "tail \t \nnext".to_owned()),
    ] {
        let octets = composed(&Draft { body: text.clone(), ..draft() }).octets;
        assert_eq!(body(&octets), format!("{}\r\n", text.replace('\n', "\r\n")), "{name}");
    }
    let headers = vec![("X-Alert-Data".to_owned(), "d".repeat(2000))];
    let octets = composed(&Draft { headers, ..draft() }).octets;
    assert_eq!(own_field(&octets, "X-Alert-Data"), "d".repeat(2000));
}

#[test]
fn case_date_and_message_id() {
    for (offset, date) in [
        (540, "Wed, 25 Nov 2026 14:14:02 +0900"),
        (-210, "Wed, 25 Nov 2026 01:44:02 -0330"),
        (345, "Wed, 25 Nov 2026 10:59:02 +0545"),
        (0, "Wed, 25 Nov 2026 05:14:02 +0000"),
    ] {
        let octets = composed(&Draft { utc_offset_minutes: offset, ..draft() }).octets;
        assert_eq!(field(&octets, "Date"), date);
    }
    let ids: BTreeSet<_> = (0..1000)
        .map(|n| {
            let draft = Draft { id: format!("01j9x3c4d5e6f7g8h9j0k1{n:04}"), ..draft() };
            let id = field(&composed(&draft).octets, "Message-ID");
            assert_eq!(id, message_id(&draft.id, &draft.domain));
            id
        })
        .collect();
    assert_eq!(ids.len(), 1000);
    // Another provider is another From and nothing else that a reader tells mails apart by.
    let elsewhere = Identity { from: mailbox("", "example@docomo.example.jp"), charset: CharsetPolicy::Utf8 };
    let (here, there) = (composed(&draft()), composed_for(&draft(), &elsewhere));
    for name in ["Date", "Message-ID"] {
        assert_eq!(field(&here.octets, name), field(&there.octets, name));
    }
}

#[test]
fn case_subject_newline_injection() {
    for breaking in ["\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\0", "\r\n\r\n"] {
        let text = format!("disk full{breaking}Bcc: spy@example.net{breaking}{breaking}fake");
        for text in [text.clone(), format!("障害{text}")] {
            let headers =
                vec![("X-Host".to_owned(), text.clone()), (format!("X-A: 1{breaking}X-B"), "2".to_owned())];
            let to = vec![mailbox(&text, "ops@example.com")];
            let mail = composed(&Draft { subject: text.clone(), headers, to, ..draft() });
            let names: Vec<_> =
                fields(&mail.octets).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
            assert!(!names.iter().any(|name| ["Bcc", "X-B", "X-A"].contains(&&**name)), "{names:?}");
            assert_eq!(body(&mail.octets), "disk full on web1\r\n");
            assert_eq!(recipients(&mail.octets).len(), 1);
            let joint = if breaking == "\0" { "" } else { " " };
            let shown = text.replace(&format!("{breaking}{breaking}"), joint).replace(breaking, joint);
            assert_eq!(subject(&mail.octets), shown);
            assert_eq!(mail.notes.len(), 1, "{:?}", mail.notes);
            assert!(
                mail.notes[0].starts_with("header `X-A: 1")
                    && mail.notes[0].ends_with("left out: not a valid name")
            );
        }
    }
}

#[test]
fn a_text_that_looks_encoded_arrives_as_it_was_written() {
    for text in ["=?UTF-8?B?eA==?=", "a =?utf-8?q?x?= b", "=?", "a=?b", "tail =?= "] {
        let octets = composed(&Draft {
            subject: text.to_owned(),
            to: vec![mailbox(text.trim(), "a@example.jp")],
            ..draft()
        })
        .octets;
        assert_eq!(subject(&octets), text);
        assert_eq!(recipients(&octets)[0].0, text.trim());
    }
}

#[test]
fn every_vector_that_fits_reaches_the_reader_under_the_label_iso_2022_jp() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../testdata/iso2022jp.json")).unwrap();
    for vector in vectors.as_array().unwrap() {
        let (name, text) = (&vector["name"], vector["text"].as_str().unwrap());
        let Some(hex) = vector["iso2022jp_hex"].as_str() else { continue };
        let mail = composed(&Draft { body: text.to_owned(), subject: text.to_owned(), ..draft() });
        let expected = if text.is_ascii() { Charset::UsAscii } else { Charset::Iso2022Jp };
        assert_eq!(mail.body_charset, expected, "{name}");
        let lines = text.replace("\r\n", "\n").replace('\n', "\r\n");
        assert_eq!(
            spelling(body(&mail.octets).trim_end_matches("\r\n")),
            spelling(lines.trim_end_matches("\r\n")),
            "{name}"
        );
        // As octets, too: 7bit bodies without a line end stand on the wire as the vector has them.
        if !text.contains('\n') && hex.len() <= 2 * 998 {
            let octets: Vec<u8> =
                (0..hex.len()).step_by(2).map(|n| u8::from_str_radix(&hex[n..n + 2], 16).unwrap()).collect();
            check_jis(&octets);
            let wire = [b"\r\n\r\n", &octets[..], b"\r\n"].concat();
            assert!(mail.octets.ends_with(&wire), "{name}");
        }
    }
}
