//! One alert through each kind of provider in each charset, as files: the octets (`testdata/providers/*.eml`), and beside
//! them what an independent reader makes of them (`*.txt`), which is what a review looks at.

use crate::golden::check_golden;
use crate::reading::{body, draft, fields, mailbox, parse};
use mime::{CharsetPolicy, Draft, Head, Identity, Importance, Level, Limits, Manner, compose_in};
use std::fmt::Write as _;

/// An alert with everything in it that providers and charsets treat in different ways.
fn alert() -> Draft {
    Draft {
        key: Some("web1/disk".to_owned()),
        importance: Importance::Critical,
        subject: "①号機 ディスク使用率 98% ㈱例示 〜至急〜".to_owned(),
        body: "ﾎｽﾄ: web1\n使用率: 98 %  ─ 残り 5㎜\n料金: ¥100\n担当: 髙橋\n.\n".to_owned(),
        to: vec![
            mailbox("", "oncall@docomo.example.jp"),
            mailbox("運用, 夜間", "\"old..name\"@docomo.example.jp"),
        ],
        reply_to: Some(mailbox("", "root@web1.example.jp")),
        headers: vec![("X-Check".to_owned(), "disk".to_owned())],
        ..draft()
    }
}

/// How a kind of provider has its mails.
fn personalities() -> [(&'static str, Identity, Manner); 5] {
    let identity = |name, address| Identity { from: mailbox(name, address), charset: CharsetPolicy::Auto };
    let head = Some(Head { level: Level::Critical, host: "web1.example.jp".to_owned() });
    let sender = Some(mailbox("", "alert@example.jp"));
    let limits = Limits { subject: Some(25), body: Some(200), octets: None };
    [
        // From is free: the alert's own sender stands there.
        ("self-hosted", identity("監視", "root@web1.example.jp"), Manner { sender, ..Manner::default() }),
        // A registered address.
        ("yahoo-bb", identity("監視", "example@yahoo.example.jp"), Manner::default()),
        // It has gone out of service; its mails were never special.
        (
            "goo",
            identity("", "example@goo.example.jp"),
            Manner { late_ms: Some(11_520_000), ..Manner::default() },
        ),
        // To a phone: short, and what counts first.
        (
            "docomo",
            identity("①監視", "example@docomo.example.jp"),
            Manner { head, limits, ..Manner::default() },
        ),
        // From is replaced, whatever it is.
        ("gmail", identity("Example 監視", "example@gmail.example.com"), Manner::default()),
    ]
}

/// What a reader shows, field by field, and what the caller is told.
fn shown(octets: &[u8], notes: &[String]) -> String {
    let mut shown = String::new();
    for line in fields(octets) {
        let (name, value) = line.split_once(':').expect("a field");
        let field = format!("Subject:{value}\r\n\r\n");
        let decoded = parse(field.as_bytes()).subject().unwrap_or_default().to_owned();
        writeln!(shown, "{name}: {decoded}").expect("a string takes everything");
    }
    writeln!(shown, "\n{}", body(octets).replace("\r\n", "\n")).expect("a string takes everything");
    for note in notes {
        writeln!(shown, "note: {note}").expect("a string takes everything");
    }
    shown
}

#[test]
fn each_kind_of_provider_in_each_charset_has_the_octets_of_its_file() {
    for (name, identity, manner) in personalities() {
        for (word, charset) in [
            ("auto", CharsetPolicy::Auto),
            ("utf-8", CharsetPolicy::Utf8),
            ("iso-2022-jp", CharsetPolicy::Iso2022Jp),
        ] {
            let mail = compose_in(&alert(), &Identity { charset, ..identity.clone() }, &manner);
            crate::reading::check_wire(&mail.octets);
            check_golden(&format!("providers/{name}-{word}.eml"), &mail.octets);
            check_golden(
                &format!("providers/{name}-{word}.txt"),
                shown(&mail.octets, &mail.notes).as_bytes(),
            );
        }
    }
}
