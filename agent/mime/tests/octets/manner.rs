//! Severity and host in front, lateness, and limits, as readers see them.

use crate::properties::{policy, text};
use crate::reading::{
    ID, body, columns, composed, composed_in, draft, field, fields, mailbox, parse, recipients, subject,
};
use mime::{Attachment, Charset, CharsetPolicy, Draft, Head, Language, Level, Limits, Manner, compose_in};
use proptest::prelude::*;

const AUTO: CharsetPolicy = CharsetPolicy::Auto;

fn web1(level: Level) -> Head {
    Head { level, host: "web1.example.jp".to_owned() }
}

fn limited(limits: Limits) -> Manner {
    Manner { limits, ..Manner::default() }
}

#[test]
fn a_manner_that_says_nothing_changes_nothing() {
    assert_eq!(compose_in(&draft(), &crate::reading::identity(), &Manner::default()), composed(&draft()));
}

#[test]
fn a_late_mail_says_so_and_keeps_its_date_and_its_id() {
    for (given, shown, first_line) in [
        ("障害発生", "[遅延 3h12m] 障害発生", "発生時刻: 2026-11-25 14:14:02 +0900"),
        ("down", "[late 3h12m] down", "Time of the event: 2026-11-25 14:14:02 +0900"),
    ] {
        let alert = Draft { subject: given.to_owned(), ..draft() };
        let manner = Manner { late_ms: Some((3 * 60 + 12) * 60_000), ..Manner::default() };
        let (late, prompt) = (composed_in(&alert, AUTO, &manner), composed(&alert));
        assert_eq!(subject(&late.octets), shown);
        assert_eq!(body(&late.octets), format!("{first_line}\r\n\r\ndisk full on web1\r\n"));
        for name in ["Date", "Message-ID"] {
            assert_eq!(field(&late.octets, name), field(&prompt.octets, name));
        }
        assert!(late.notes.is_empty(), "{:?}", late.notes);
    }
}

#[test]
fn the_language_of_added_words_is_the_alerts_or_the_one_that_was_asked_for() {
    let shown = |text: &str, language| {
        let alert = Draft { subject: text.to_owned(), ..draft() };
        let manner = Manner { head: Some(web1(Level::Critical)), language, ..Manner::default() };
        subject(&composed_in(&alert, AUTO, &manner).octets)
    };
    assert_eq!(shown("停止", Language::Auto), "[重大] web1: 停止");
    assert_eq!(shown("down", Language::Auto), "[CRIT] web1: down");
    assert_eq!(shown("down", Language::Japanese), "[重大] web1: down");
    assert_eq!(shown("停止", Language::English), "[CRIT] web1: 停止");
}

#[test]
fn a_text_over_its_limit_is_cut_with_a_mark_and_the_caller_gets_all_of_it() {
    let alert =
        Draft { subject: "障害".to_owned(), body: "発生しました。\n".repeat(400), ..draft() };
    let manner = limited(Limits { subject: Some(40), body: Some(2000), octets: None });
    let mail = composed_in(&alert, AUTO, &manner);
    let shown = body(&mail.octets);
    assert!(columns(&shown.replace('\r', "")) <= 4000, "{}", columns(&shown));
    assert!(
        shown.ends_with(&format!("\r\n…\r\n（以下省略。全文: alertmail show --body {ID}）\r\n")),
        "{shown}"
    );
    assert_eq!(mail.whole_text.as_ref(), Some(&alert.body));
    assert_eq!(mail.notes, ["text: cut to its limit"]);
    let short = Draft { body: "短い".to_owned(), ..alert };
    assert_eq!(composed_in(&short, AUTO, &manner).whole_text, None);
}

#[test]
fn a_subject_over_its_limit_ends_in_dots_behind_its_head() {
    let alert = Draft { subject: "ディスクがいっぱいです。".repeat(9), ..draft() };
    let manner = Manner {
        head: Some(web1(Level::Warning)),
        limits: Limits { subject: Some(40), ..Limits::default() },
        ..Manner::default()
    };
    let mail = composed_in(&alert, AUTO, &manner);
    let shown = subject(&mail.octets);
    assert!(shown.starts_with("[警告] web1: ディスク") && shown.ends_with("..."), "{shown}");
    assert!(columns(&shown) <= 80 && columns(&shown) > 76, "{shown}");
    assert_eq!(mail.notes, ["Subject: cut to its limit"]);
}

#[test]
fn a_mail_over_its_size_loses_attachments_first_and_names_them() {
    let file = |name: &str, len| Attachment {
        name: name.to_owned(),
        media_type: "text/plain".to_owned(),
        octets: vec![b'x'; len],
    };
    let attachments = vec![file("small.txt", 100), file("large.bin", 200_000), file("last.txt", 10)];
    let alert = Draft { attachments, ..draft() };
    let manner = limited(Limits { octets: Some(50_000), ..Limits::default() });
    let mail = composed_in(&alert, AUTO, &manner);
    assert!(mail.octets.len() <= 50_000);
    assert_eq!(parse(&mail.octets).attachment_count(), 1);
    assert_eq!(
        body(&mail.octets),
        "disk full on web1\r\n\r\n(2 too large to attach: large.bin, last.txt)\r\n"
    );
    assert_eq!(
        mail.notes,
        ["attachment `large.bin` left out: too large", "attachment `last.txt` left out: too large"]
    );
    let long = Draft { body: "障害🚨\n".repeat(20_000), ..alert };
    let mail = composed_in(&long, AUTO, &manner);
    assert!((49_000..=50_000).contains(&mail.octets.len()), "{}", mail.octets.len());
    assert_eq!(mail.whole_text.as_ref(), Some(&long.body));
    assert_eq!(parse(&mail.octets).attachment_count(), 0);
}

#[test]
fn reply_to_and_sender_stand_there_only_where_from_is_somebody_else() {
    let own = mailbox("", "root@web1.example.jp");
    let alert = Draft { reply_to: Some(own.clone()), ..draft() };
    let names = |identity: &mime::Identity, manner: &Manner| {
        let octets = compose_in(&alert, identity, manner).octets;
        let names = fields(&octets).into_iter().filter_map(|line| Some(line.split_once(':')?.0.to_owned()));
        names.filter(|name| ["Sender", "Reply-To"].contains(&&**name)).collect::<Vec<_>>()
    };
    let imposed = crate::reading::identity();
    assert_eq!(names(&imposed, &Manner::default()), ["Reply-To"]);
    let free = mime::Identity { from: mailbox("web1", "root@WEB1.example.jp"), ..imposed.clone() };
    let manner = Manner { sender: Some(imposed.from.clone()), ..Manner::default() };
    assert_eq!(names(&free, &manner), ["Sender"]);
    assert_eq!(names(&imposed, &manner), ["Reply-To"]);
}

proptest! {
    #[test]
    fn whatever_an_alert_holds_its_limits_hold_and_its_head_is_seen(
        (subject_given, body_given, host) in (text(200), text(3000), "[a-z]{1,10}(\\.[a-z]{1,9}){0,3}"),
        charset in policy(),
        wide_max in 15_usize..60,
        body_max in 200_usize..600,
        octets_max in prop::option::of(4_000_usize..40_000),
        late_ms in prop::option::of(0..400_000_000_u64),
        attachments in prop::collection::vec((text(60), 0..20_000_usize), 0..3),
        japanese in any::<bool>(),
    ) {
        let attachments = attachments.into_iter().map(|(name, len)| {
            Attachment { name, media_type: "image/png".to_owned(), octets: vec![7; len] }
        });
        let alert = Draft { subject: subject_given, body: body_given, attachments: attachments.collect(), ..draft() };
        let manner = Manner {
            limits: Limits { subject: Some(wide_max), body: Some(body_max), octets: octets_max },
            head: Some(Head { level: Level::Critical, host: host.clone() }),
            late_ms,
            language: if japanese { Language::Japanese } else { Language::English },
            sender: Some(mailbox("", "account@example.jp")),
        };
        let mail = composed_in(&alert, charset, &manner);
        let shown = subject(&mail.octets);
        // A replacement can be wider than what it stands for: the limit is kept before it.
        if charset != CharsetPolicy::Iso2022Jp {
            prop_assert!(columns(&shown) <= 2 * wide_max + marks(&shown), "{}", shown);
            let text = body(&mail.octets).replace("\r\n", "\n");
            prop_assert!(columns(&text) <= 2 * body_max + marks(&text) + 1, "{}", text);
        }
        let first: String = shown.chars().take(30).collect::<String>().to_lowercase();
        prop_assert!(first.contains(host.split('.').next().unwrap_or_default()), "{}", shown);
        prop_assert!(first.contains("crit") || first.contains("重大") || first.contains("emerg") || first.contains("fatal") || first.contains("緊急"), "{}", shown);
        if let Some(most) = octets_max {
            prop_assert!(mail.octets.len() <= most, "{} octets", mail.octets.len());
        }
        prop_assert_eq!(mail.body_charset == Charset::Iso2022Jp && charset == CharsetPolicy::Utf8, false);
        prop_assert_eq!(recipients(&mail.octets).len(), 1);
    }
}

/// What this test counts and nobody sees: marks on the character before.
fn marks(text: &str) -> usize {
    let is_mark = |c: &char| matches!(c, '\u{300}'..='\u{36F}' | '\u{200D}' | '\u{20D0}'..='\u{20F0}' | '\u{3099}' | '\u{309A}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E01EF}');
    2 * text.chars().filter(is_mark).count()
}
