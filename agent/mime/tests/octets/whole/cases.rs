//! Bug reports against other programs, and what the alert adds to a message.

use super::reader;
use crate::reading::{ID, body, check_promises, draft, field, fields, identity, mailbox, subject};
use mime::{Draft, Identity, Importance, Treatment, WholeMail, compose_whole, summary};

fn alert() -> Draft {
    Draft { subject: String::new(), body: String::new(), ..draft() }
}

fn whole(message: &str) -> WholeMail {
    whole_of(message, &alert())
}

fn whole_of(message: &str, draft: &Draft) -> WholeMail {
    let mail = compose_whole(message.as_bytes(), draft, &identity());
    check_promises(&mail.octets);
    mail
}

#[test]
fn case_mbox_from_line() {
    for mark in ["From", ">From"] {
        for end in ["\n", "\r\n"] {
            let message = format!(
                "{mark} root Mon Nov 14 23:42 UTC 2016\nTo: ops@example.com\nSubject: Cron <root@db1> job\n\nhi\nFrom here on all is well\n"
            );
            let octets = whole(&message.replace('\n', end)).octets;
            assert_eq!(subject(&octets), "Cron <root@db1> job");
            assert_eq!(field(&octets, "To"), "ops@example.com");
            assert_eq!(body(&octets), "hi\r\nFrom here on all is well\r\n");
            assert!(!String::from_utf8_lossy(&octets).contains("2016"));
        }
    }
}

#[test]
fn case_bcc_strip_folded() {
    let octets = whole(
        "To: a@example.com\nbCC: b@example.com,\n c@example.com\nBcc : d@example.com\nSubject: s\nBcc:\n\te@example.com\n\n\
         Bcc: not a header\n",
    )
    .octets;
    let text = String::from_utf8_lossy(&octets).to_lowercase();
    for hidden in ["b@example.com", "c@example.com", "d@example.com", "e@example.com"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(fields(&octets).iter().all(|field| !field.to_lowercase().starts_with("bcc")), "{text}");
    assert_eq!(field(&octets, "To"), "a@example.com");
    assert_eq!(body(&octets), "Bcc: not a header\r\n");
}

#[test]
fn case_local_root_alias() {
    let one = alert();
    let two = Draft { to: vec![mailbox("", "a@example.jp"), mailbox("", "b@example.jp")], ..alert() };
    for (name, header, draft, to) in [
        ("a bare name, one recipient", "To: root\n", &one, "root <oncall@example.jp>"),
        // The second may have been a blind copy.
        ("a bare name, two recipients", "To: root\n", &two, "root :;"),
        ("a bare name beside an address", "To: root, c@example.com\n", &two, "root :;, c@example.com"),
        ("nobody, one recipient", "", &one, "oncall@example.jp"),
        ("nobody, two recipients", "", &two, "undisclosed-recipients:;"),
        ("an empty list", "To:\n", &two, "undisclosed-recipients:;"),
        ("a group", "To: undisclosed-recipients:;\n", &two, "undisclosed-recipients:;"),
        ("two fields", "To: a@example.com\nTo: b@example.com\n", &one, "a@example.com, b@example.com"),
        ("dots of a phone", "To: a..b@docomo.example.jp\n", &one, "\"a..b\"@docomo.example.jp"),
        ("a quoted local part", "To: \"a b\"@example.com\n", &one, "\"a b\"@example.com"),
        (
            "octets kept",
            "To:   Ops\t<a@example.com>,\n b@example.com\n",
            &one,
            "Ops\t<a@example.com>, b@example.com",
        ),
    ] {
        let octets = whole_of(&format!("{header}Subject: s\n\nb\n"), draft).octets;
        assert_eq!(field(&octets, "To"), to, "{name}");
        assert!(!String::from_utf8_lossy(&octets).contains("b@example.jp"), "{name}");
    }
    let octets = whole_of("To: root\nCc: backup\nSubject: s\n\nb\n", &two).octets;
    assert_eq!((field(&octets, "To"), field(&octets, "Cc")), ("root :;".to_owned(), "backup :;".to_owned()));
}

#[test]
fn case_lone_dot_input() {
    let octets = whole("Subject: t\n\none\n.\n..two\n.three\n").octets;
    assert_eq!(body(&octets), "one\r\n.\r\n..two\r\n.three\r\n");
}

#[test]
fn from_is_the_providers_and_answers_go_to_whom_the_message_came_from() {
    for (name, header, from, reply_to) in [
        ("an address", "From: a@example.com\n", "alerts <alert@example.jp>", "a@example.com"),
        ("a name", "From: Job <a@example.com>\n", "Job <alert@example.jp>", "Job <a@example.com>"),
        ("a comment", "From: a@example.com (Job)\n", "Job <alert@example.jp>", "Job <a@example.com>"),
        (
            "several",
            "From: a@example.com, b@example.com\n",
            "alerts <alert@example.jp>",
            "a@example.com, b@example.com",
        ),
        (
            "its own Reply-To",
            "From: a@example.com\nReply-To: B <b@example.com>\n",
            "alerts <alert@example.jp>",
            "B <b@example.com>",
        ),
        (
            "an empty Reply-To",
            "From: a@example.com\nReply-To:\n",
            "alerts <alert@example.jp>",
            "a@example.com",
        ),
        ("a bare name", "From: root (Cron Daemon)\n", "Cron Daemon <alert@example.jp>", ""),
        ("a name without a domain", "From: Watch <root>\n", "Watch <alert@example.jp>", ""),
        ("a name alone", "From: root\n", "alerts <alert@example.jp>", ""),
        ("nobody", "", "alerts <alert@example.jp>", ""),
        (
            "a sender",
            "Sender: s@example.com\nFrom: a@example.com\n",
            "alerts <alert@example.jp>",
            "a@example.com",
        ),
        (
            "the provider's own",
            "From: \"Own Name\"  <alert@example.jp>\n",
            "\"Own Name\"  <alert@example.jp>",
            "",
        ),
    ] {
        let octets = whole(&format!("{header}Subject: s\n\nb\n")).octets;
        assert_eq!(field(&octets, "From"), from, "{name}");
        let found: Vec<_> =
            fields(&octets).into_iter().filter(|field| field.starts_with("Reply-To:")).collect();
        let expected: Vec<_> =
            Some(format!("Reply-To: {reply_to}")).filter(|_| !reply_to.is_empty()).into_iter().collect();
        assert_eq!(found, expected, "{name}");
        assert!(!fields(&octets).iter().any(|field| field.starts_with("Sender")), "{name}");
    }
}

#[test]
fn what_the_alert_says_is_for_what_the_message_does_not() {
    let alert = Draft {
        subject: "from the alert".to_owned(),
        key: Some("disk".to_owned()),
        importance: Importance::Critical,
        reply_to: Some(mailbox("", "answers@example.com")),
        headers: vec![
            ("X-Site".to_owned(), "東京".to_owned()),
            ("Bcc".to_owned(), "x@example.com".to_owned()),
        ],
        ..alert()
    };
    let bare = whole_of("To: a@example.com\n\nb\n", &alert);
    assert_eq!(subject(&bare.octets), "from the alert");
    assert_eq!(field(&bare.octets, "Reply-To"), "answers@example.com");
    assert_eq!(field(&bare.octets, "X-Priority"), "1");
    assert!(field(&bare.octets, "References").starts_with("<key-"));
    assert_eq!(field(&bare.octets, "Message-ID"), format!("<{ID}@web1.example.jp>"));
    assert_eq!(field(&bare.octets, "Date"), "Wed, 25 Nov 2026 14:14:02 +0900");
    assert_eq!(bare.notes, ["header `Bcc` left out: only alertmail and mail servers write it"]);

    let full = whole_of(
        "Subject: its own\nFrom: a@example.com\nImportance: low\nReferences: <r@example.com>\n\
         Message-Id:  <own.1@example.com>\nDate: Tue, 24 Nov 2026 01:02:03 -0500 (EST)\nAuto-Submitted: auto-replied\n\
         List-Id: x <l.example.com>\nX-A:  two  blanks\nPrecedence: bulk\n\nb\n",
        &alert,
    );
    for (name, value) in [
        ("Subject", "its own"),
        ("Reply-To", "a@example.com"),
        ("Importance", "low"),
        ("References", "<r@example.com>"),
        ("Message-Id", "<own.1@example.com>"),
        ("Date", "Tue, 24 Nov 2026 01:02:03 -0500 (EST)"),
        ("Auto-Submitted", "auto-replied"),
        ("List-Id", "x <l.example.com>"),
        ("X-A", "two  blanks"),
        ("X-Site", "=?ISO-2022-JP?B?GyRCRWw1fhsoQg==?="),
    ] {
        assert_eq!(field(&full.octets, name), value);
    }
    let text = String::from_utf8(full.octets).unwrap();
    assert!(
        !text.contains("X-Priority") && !text.contains("<key-") && !text.contains("In-Reply-To"),
        "{text}"
    );
    let order = [
        "Subject",
        "From",
        "Importance",
        "References",
        "Message-Id",
        "Date",
        "Auto-Submitted",
        "List-Id",
        "X-A",
    ];
    let places: Vec<_> = order.iter().map(|name| text.find(&format!("{name}: "))).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{text}");
}

#[test]
fn an_identifier_or_a_date_that_is_none_is_ours_and_the_note_says_so() {
    for value in
        ["x", "<x>", "<@example.com>", "<a b@example.com>", "<a@b> <c@d>", "<障@example.com>", "<a@b@c>", ""]
    {
        let mail = whole(&format!("Message-ID: {value}\nSubject: s\n\nb\n"));
        assert_eq!(field(&mail.octets, "Message-ID"), format!("<{ID}@web1.example.jp>"), "{value}");
        assert!(mail.notes[0].starts_with("no valid Message-ID"), "{:?}", mail.notes);
    }
    for value in ["yesterday", "2026-11-25 14:14", "Mon, 25 Nov 2026 14:14:02 +0900", "水, 25 11月 2026"] {
        let mail = whole(&format!("Date: {value}\nSubject: s\n\nb\n"));
        assert_eq!(field(&mail.octets, "Date"), "Wed, 25 Nov 2026 14:14:02 +0900", "{value}");
        assert!(mail.notes[0].starts_with("no valid Date"), "{:?}", mail.notes);
    }
    for value in ["<1@example.com>", "<a+b%c.d@[192.0.2.1]>", "<20261125.x@localhost>"] {
        let message = format!("Message-ID: bad\nMessage-ID: {value}\nSubject: s\n\nb\n");
        assert_eq!(field(&whole(&message).octets, "Message-ID"), value);
        assert_eq!(summary(message.as_bytes()).message_id.as_deref(), Some(value));
    }
}

#[test]
fn a_mail_signed_by_dkim_under_the_providers_own_from_is_not_touched() {
    let message = "DKIM-Signature: v=1; a=rsa-sha256; h=From:Subject; bh=x;\n b=y\nFrom: Me <alert@example.jp>\nTo: a@example.com\n\
        Subject: =?utf-8?q?caf=C3=A9?=\nMime-Version: 1.0\nDate: Wed, 25 Nov 2026 14:14:02 +0900\n\
        Message-ID: <a@example.jp>\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
        caf=C3=A9  =20\n\n";
    let mail = whole(message);
    assert_eq!(mail.treatment, Treatment::PassedThrough);
    let text = String::from_utf8(mail.octets).unwrap();
    let (head, body) = message.split_once("\n\n").unwrap();
    for line in head.lines().filter(|line| !line.starts_with("Mime-Version")) {
        assert!(text.contains(&format!("{line}\r\n")), "{line}\n{text}");
    }
    assert_eq!(text.split_once("\r\n\r\n").unwrap().1, body.replace('\n', "\r\n"));
}

#[test]
fn long_and_raw_fields_are_folded_or_encoded_and_none_is_lost() {
    let references: Vec<_> = (0..60).map(|n| format!(" <{n}.{}@example.com>", "x".repeat(20))).collect();
    let references = references.concat();
    let long = "y".repeat(1500);
    let raw = "N".repeat(80);
    let message = format!(
        "References:{references}\nX-Long: {long}\nX-Raw: 障害\nX-Esc: \x1b$B>c32\x1b(B\n{raw}: 障\nSubject: s\n\nb\n"
    );
    let mail = whole(&message);
    assert_eq!(field(&mail.octets, "References"), references.trim());
    assert_eq!(crate::reading::own_field(&mail.octets, "X-Long"), long);
    assert_eq!(crate::reading::own_field(&mail.octets, "X-Raw"), "障害");
    assert_eq!(crate::reading::own_field(&mail.octets, "X-Esc"), "障害");
    assert_eq!(mail.notes, [format!("header `{}` left out: name too long", "N".repeat(40))]);
}

#[test]
fn parts_without_end_are_attached_rather_than_lost_and_clean_ones_go_as_they_are() {
    let deep = |text: &str| {
        let open: Vec<_> =
            (0..60).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}x\n\n--b{n}x\n")).collect();
        let open = open.concat();
        format!("Subject: 深い\nMessage-ID: <own@example.com>\nMIME-Version: 1.0\n{open}\n{text}\n")
    };
    let clean = whole(&deep("text"));
    assert_eq!(clean.treatment, Treatment::PassedThrough);
    let raw = whole(&deep("障害"));
    assert_eq!(raw.treatment, Treatment::Attached);
    assert_eq!(field(&raw.octets, "Message-ID"), "<own@example.com>");
    let many = format!(
        "Subject: many\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{}障\n--b--\n",
        "--b\n\n".repeat(200_000)
    );
    let many = whole(&many);
    assert_eq!(many.treatment, Treatment::Attached);
    let readings = reader::read([&raw.octets[..]]);
    assert_eq!(readings[0]["subject"], "深い");
    assert_eq!(readings[0]["parts"][1][2], "message.eml");
    assert_eq!(readings[0]["parts"][1][1].as_str().unwrap(), deep("障害"));
}

#[test]
fn notes_are_few_however_many_things_were_wrong() {
    let mail = whole(&format!("{}\nb\n", "Subject: x\n".repeat(5000)));
    assert_eq!((mail.notes.len(), mail.notes.last().map(String::as_str)), (21, Some("and 4979 more")));
}

#[test]
fn the_name_of_the_alert_is_shown_where_the_message_has_none() {
    let identity = Identity { from: mailbox("CronDaemon", "alert@example.jp"), ..identity() };
    let from = |message: &str| field(&compose_whole(message.as_bytes(), &alert(), &identity).octets, "From");
    assert_eq!(from("Subject: s\n\nb\n"), "CronDaemon <alert@example.jp>");
    assert_eq!(from("From: a@example.com\n\nb\n"), "CronDaemon <alert@example.jp>");
    assert_eq!(from("From: Job <a@example.com>\n\nb\n"), "Job <alert@example.jp>");
}

#[test]
fn the_summary_is_what_a_list_of_alerts_shows() {
    for (message, shown) in [
        ("Subject: =?utf-8?B?6Zqc5a6z?= x\n\nb", "障害 x"),
        ("subject:\nSubject: 障害\n\nb", "障害"),
        ("To: a@example.com\n\nSubject: no", ""),
        ("Subject: a\x1b[31m\u{202E}b\n\n", "a[31mb"),
        ("disk full", ""),
    ] {
        assert_eq!(summary(message.as_bytes()).subject, shown);
    }
}
