//! What went wrong in other composers and readers, as inputs: each has to come out of ours in a form that even those
//! readers show rightly.

use crate::reading::{
    body, composed, composed_for, draft, encoded_words, field, fields, identity, parse, recipients, spelling,
    subject,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mime::{Attachment, Charset, CharsetPolicy, Composed, Draft, Identity};

fn with_subject(text: &str) -> Composed {
    composed(&Draft { subject: text.to_owned(), ..draft() })
}

/// What a reader sees that joins the base64 of neighbours before it decodes it, and stops at the first pad.
fn glued(subject: &str) -> String {
    let payloads: String =
        encoded_words(subject).iter().map(|word| word.split('?').nth(3).expect("a payload")).collect();
    let until_pad = payloads.trim_end_matches('=').split('=').next().unwrap_or_default().to_owned();
    let octets = STANDARD.decode(padded(&until_pad)).expect("base64");
    let charset =
        if subject.contains("=?ISO-2022-JP?") { encoding_rs::ISO_2022_JP } else { encoding_rs::UTF_8 };
    // Where two words meet there is a switch to ASCII and one back: fine for those who read them as octets.
    let octets = String::from_utf8(octets.clone())
        .map_or(octets, |text| text.replace("\x1b(B\x1b$B", "").into_bytes());
    charset.decode_without_bom_handling(&octets).0.into_owned()
}

fn padded(base64: &str) -> String {
    format!("{base64}{}", "=".repeat((4 - base64.len() % 4) % 4))
}

#[test]
fn a_reader_that_glues_words_together_still_shows_long_japanese_subjects() {
    for text in [
        "データベースサーバーのディスク使用率が九十五パーセントを超えましたので至急確認してください"
            .repeat(2),
        "障a害b発c生d".repeat(20),
        "障害が発生 db-01 ディスク 95% a停止bc ".repeat(4).trim_end().to_owned(),
        "障害🚨".repeat(30),
        "２２２２２２２２２２２２２２２２２２２２２２".to_owned(),
    ] {
        let mail = with_subject(&text);
        let on_wire = field(&mail.octets, "Subject");
        let words = encoded_words(&on_wire);
        let (_, early) = words.split_last().expect("words");
        if early.iter().all(|word| !word.ends_with("=?=")) {
            assert_eq!(spelling(&glued(&on_wire)), spelling(&text));
        } else {
            // Octets of UTF-8 do not always come in threes.
            assert!(on_wire.contains("=?UTF-8?"), "{on_wire}");
        }
        assert_eq!(subject(&mail.octets), text);
    }
}

#[test]
fn no_subject_loses_a_blank_a_character_or_its_end() {
    for text in [
        // A word that splits a surrogate pair, or a run of such characters.
        "障𠀀𠀀𠀀𠀀𠀀𠀀𠀀",
        &"𠀀".repeat(60),
        // An ASCII tag in front, words and numbers between, and an end that some readers lost.
        "[web1][CRIT] 磁盘已满",
        "Диск 95 заполнен 100 процентов",
        "短い 件名 の 終わり",
        // Blanks: doubled, at the ends, around brackets.
        "障害  発生",
        "障害 ",
        " 障害",
        "サーバ(本番)です",
        "サーバ (本番) です",
        // What looks like an encoded word, also in pieces.
        "=?UTF-8?B?eA==?=",
        "障害 =?x?= 発生",
        "=?ISO-2022-JP?B?",
        // Seven bits, and still not ASCII to a reader.
        "\u{ff5e}\u{301c}",
        // Vendor characters under the label ISO-2022-JP.
        "①②㈱髙㎜㎏",
        "ｶﾞｷﾞｸﾞ ﾎｽﾄ",
        // Length without a blank.
        &"x".repeat(1200),
        &format!("    {}", "indented ".repeat(30)),
        &"あ".repeat(500),
        "―—‖∥",
    ] {
        let mail = with_subject(text);
        assert_eq!(spelling(&subject(&mail.octets)), spelling(text), "{}", field(&mail.octets, "Subject"));
        assert!(!subject(&mail.octets).contains(['\u{FFFD}', '?']) || text.contains('?'));
    }
}

#[test]
fn what_vendors_added_is_never_labelled_iso_2022_jp() {
    for c in "①⑳ⅠⅩ㍉㍻№㏍℡㊤㈱㈹≒髙﨑ⅰ￤".chars().filter(|c| *c != '≒') {
        for charset in [CharsetPolicy::Auto, CharsetPolicy::Iso2022Jp] {
            let draft = Draft { subject: format!("障{c}"), body: format!("障{c}\n"), ..draft() };
            let mail = composed_for(&draft, &Identity { charset, ..identity() });
            // The helper has checked each octet; here it is whether the reader is told the truth.
            let shown = subject(&mail.octets);
            assert_eq!(mail.body_charset == Charset::Utf8, shown == draft.subject, "{c}");
        }
    }
}

#[test]
fn a_body_always_has_a_version_a_charset_and_a_transfer_encoding() {
    for text in ["plain", "障害", "🚨", "", "a\nb", &"x".repeat(2000)] {
        let octets = composed(&Draft { body: text.to_owned(), ..draft() }).octets;
        assert_eq!(field(&octets, "MIME-Version"), "1.0");
        assert!(field(&octets, "Content-Type").starts_with("text/plain; charset="));
        let transfer = field(&octets, "Content-Transfer-Encoding");
        assert!(["7bit", "base64"].contains(&&*transfer), "{transfer}");
        assert!(fields(&octets).iter().any(|line| line.starts_with("Message-ID: <")));
    }
}

#[test]
fn line_ends_are_crlf_before_base64_sees_them() {
    let octets = composed(&Draft { body: "🚨\n二行目\r三行目\r\n".to_owned(), ..draft() }).octets;
    let text = String::from_utf8(octets.clone()).expect("7-bit");
    let payload: String = text.split_once("\r\n\r\n").expect("a body").1.split("\r\n").collect();
    let decoded = STANDARD.decode(payload).expect("base64");
    assert_eq!(decoded, "🚨\r\n二行目\r\n三行目\r\n".as_bytes());
    assert_eq!(body(&octets), "🚨\r\n二行目\r\n三行目\r\n");
}

#[test]
fn a_japanese_file_name_is_given_in_utf_8_and_never_split_in_a_shift() {
    for name in ["障害報告.csv", "ログ;2026'11'25%.txt", &format!("{}.log", "障".repeat(80))] {
        let file =
            Attachment { name: name.to_owned(), media_type: "text/csv".to_owned(), octets: b"x".to_vec() };
        let octets = composed(&Draft { attachments: vec![file], ..draft() }).octets;
        let text = String::from_utf8(octets.clone()).expect("7-bit");
        assert!(text.contains("filename*=UTF-8''"), "{text}");
        assert!(!text.contains("filename=") && !text.contains("filename*0"), "{text}");
        let message = parse(&octets);
        let attachment = message.attachments().next().expect("one");
        assert_eq!(mail_parser::MimeHeaders::attachment_name(attachment), Some(name));
    }
}

#[test]
fn names_with_commas_brackets_and_escapes_stay_beside_their_address() {
    for name in ["監視, 東京 (本番) <x@y>", "ESC\u{1b}$B;3\u{1b}(B", "Кириллица 12 слово", "\u{202E}gpj.exe"]
    {
        let to = vec![crate::reading::mailbox(name, "ops@example.jp")];
        let octets = composed(&Draft { to, ..draft() }).octets;
        let got = recipients(&octets);
        assert_eq!(got.len(), 1, "{got:?}");
        assert_eq!(got[0].1, "ops@example.jp");
        assert!(!got[0].0.contains(['\u{1b}', '\u{202E}']));
    }
}
