//! Whole mails as files, compared octet by octet. `ALERTMAIL_UPDATE_GOLDEN=1` writes them anew.

use crate::reading::{composed, composed_for, draft, field, fields, mailbox};
use mime::{Attachment, CharsetPolicy, Composed, Draft, Identity, Importance};
use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "a golden file is source text, not a spool file")]
pub(crate) fn check_golden(name: &str, octets: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, octets).expect("testdata can be written");
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(
        kept == octets,
        "{name} differs (ALERTMAIL_UPDATE_GOLDEN=1 accepts the new one)\n--- kept\n{}\n--- composed\n{}",
        String::from_utf8_lossy(&kept),
        String::from_utf8_lossy(octets),
    );
}

fn english() -> Composed {
    composed(&Draft {
        key: Some("web1/disk".to_owned()),
        importance: Importance::Critical,
        subject: "[CRIT] web1: /var is 98 % full and will be full in about twenty minutes if nothing is done"
            .to_owned(),
        body: "Host:  web1\nUsage: 98 %\n\n-- \nsent by check-disk\n.\n".to_owned(),
        to: vec![mailbox("On call", "oncall@example.jp"), mailbox("Ops, night", "ops@example.jp")],
        cc: vec![mailbox("", "archive@example.com")],
        reply_to: Some(mailbox("web1", "root@web1.example.jp")),
        headers: vec![
            ("X-Check".to_owned(), "disk".to_owned()),
            ("Bcc".to_owned(), "spy@example.net".to_owned()),
        ],
        ..draft()
    })
}

#[test]
fn an_english_mail_has_the_octets_of_its_file() {
    check_golden("english.eml", &english().octets);
}

#[test]
fn a_japanese_mail_has_the_octets_of_its_file() {
    let draft = Draft {
        subject:
            "【重要】db-01 データベースサーバーのディスク使用率が 95% を超えました。至急確認してください。"
                .to_owned(),
        body: "障害が発生しました。\nﾎｽﾄ: db-01\n温度: 10〜20℃\n料金: ¥100\n".to_owned(),
        to: vec![
            mailbox("障害監視, 東京", "ops@docomo.example.jp"),
            mailbox("", "old..name.@docomo.example.jp"),
        ],
        ..draft()
    };
    let identity =
        Identity { from: mailbox("監視", "example@docomo.example.jp"), charset: CharsetPolicy::Auto };
    check_golden("japanese.eml", &composed_for(&draft, &identity).octets);
}

#[test]
fn an_emoji_mail_with_attachments_has_the_octets_of_its_file() {
    let file = |name: &str, media_type: &str, octets: &[u8]| Attachment {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        octets: octets.to_vec(),
    };
    let draft = Draft {
        subject: "🚨 障害発生 web1 🚨".to_owned(),
        body: "①号機が停止しました 🚨\n".to_owned(),
        attachments: vec![
            file("df.txt", "text/plain; charset=UTF-8", b"/dev/sda1 98% /var\n"),
            file("障害報告.csv", "text/csv", "時刻,値\r\n14:14,98\r\n".as_bytes()),
        ],
        ..draft()
    };
    check_golden("emoji-attachments.eml", &composed(&draft).octets);
}

#[test]
fn the_fields_stand_in_their_order() {
    let mail = english();
    let names: Vec<_> =
        fields(&mail.octets).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(
        names,
        [
            "From",
            "To",
            "Cc",
            "Reply-To",
            "Subject",
            "Date",
            "Message-ID",
            "In-Reply-To",
            "References",
            "X-Check",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "X-Priority",
            "Importance",
            "Priority",
            "X-Alertmail-Id",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        ]
    );
    assert_eq!(mail.notes, ["header `Bcc` left out: only alertmail and mail servers write it"]);
}

#[test]
fn a_normal_alert_without_a_key_has_no_fields_of_urgency_or_thread() {
    let names: Vec<_> = fields(&composed(&draft()).octets)
        .iter()
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect();
    for name in ["Cc", "Reply-To", "In-Reply-To", "References", "X-Priority", "Importance", "Priority"] {
        assert!(!names.iter().any(|present| present == name), "{name}");
    }
}

#[test]
fn a_mail_that_may_name_nobody_says_so_in_to() {
    let nobody = Draft { to: Vec::new(), ..draft() };
    assert_eq!(field(&composed(&nobody).octets, "To"), "undisclosed-recipients:;");
    let only_cc = Draft { cc: draft().to, ..nobody };
    assert!(!fields(&composed(&only_cc).octets).iter().any(|line| line.starts_with("To:")));
}

#[test]
fn fields_that_are_not_the_alerts_to_write_are_left_out_and_reported() {
    let refused = [
        "from",
        "BCC",
        "Date",
        "content-type",
        "Content-Anything",
        "Resent-To",
        "MIME-version",
        "X Y",
        "X:Y",
        "",
        "障害",
        &"X".repeat(73),
    ];
    let headers = refused.iter().map(|name| ((*name).to_owned(), "value".to_owned())).collect();
    let mail = composed(&Draft { headers, ..draft() });
    assert_eq!(mail.notes.len(), refused.len());
    assert_eq!(mail.octets, composed(&draft()).octets);
    let headers =
        vec![("List-Id".to_owned(), "<a.example.jp>".to_owned()), ("Résumé".to_owned(), String::new())];
    let mail = composed(&Draft { headers, ..draft() });
    assert_eq!(field(&mail.octets, "List-Id"), "<a.example.jp>");
    assert_eq!(mail.notes.len(), 1);
}
