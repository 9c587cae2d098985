//! A message that is composed anew is presented as an alert of ours: late ones say so, and limits hold.

use crate::reading::{ID, body, check_promises, columns, draft, identity, subject};
use mime::{
    Draft, Head, Language, Level, Limits, Manner, Treatment, WholeMail, compose_whole, compose_whole_in,
};

const LATE_MS: u64 = (3 * 60 + 12) * 60_000;

fn presented(message: &str, manner: &Manner) -> WholeMail {
    let alert = Draft { subject: String::new(), body: String::new(), ..draft() };
    let mail = compose_whole_in(message.as_bytes(), &alert, &identity(), manner);
    check_promises(&mail.octets);
    mail
}

fn manner(limits: Limits) -> Manner {
    let head = Head { level: Level::Critical, host: "web1".to_owned() };
    Manner { limits, head: Some(head), late_ms: Some(LATE_MS), language: Language::Auto, sender: None }
}

#[test]
fn a_text_of_somebody_elses_that_comes_late_says_so_and_from_where() {
    let manner = manner(Limits::default());
    for (message, shown, first) in [
        ("Subject: raid degraded\n\nmd0\n", "[CRIT] web1: [late 3h12m] raid degraded", "Time of the event: "),
        ("Subject: =?UTF-8?B?6Zqc5a6z?=\n\nmd0\n", "[重大] web1: [遅延 3h12m] 障害", "発生時刻: "),
        ("Subject: cron\n\nディスク\n", "[重大] web1: [遅延 3h12m] cron", "発生時刻: "),
        ("To: a@example.jp\n\nmd0\n", "[CRIT] web1: [late 3h12m] ", "Time of the event: "),
    ] {
        let mail = presented(message, &manner);
        assert_eq!((subject(&mail.octets).as_str(), mail.notes), (shown, vec![]), "{message}");
        let text = body(&mail.octets);
        assert!(text.starts_with(first) && text.contains("\r\n\r\n"), "{text}");
        assert_eq!(mail.whole_text, None);
    }
}

#[test]
fn a_text_of_somebody_elses_that_is_too_long_is_cut_with_a_mark() {
    let long = "発生しました。\n".repeat(400);
    let message = format!("Subject: {}\nContent-Type: text/plain; charset=UTF-8\n\n{long}", "a".repeat(200));
    let cut = format!("\r\n…\r\n（以下省略。全文: alertmail show --body {ID}）\r\n");
    let limits = |limits| Manner { limits, ..Manner::default() };

    let mail = presented(&message, &limits(Limits { subject: Some(40), body: Some(2000), octets: None }));
    let text = body(&mail.octets);
    assert!(text.ends_with(&cut) && columns(&text.replace('\r', "")) <= 4000, "{text}");
    assert!(subject(&mail.octets).ends_with("...") && columns(&subject(&mail.octets)) <= 80);
    assert_eq!(mail.notes, ["Subject: cut to its limit", "text: cut to its limit"]);
    assert!(mail.whole_text.as_ref() == Some(&long));

    let mail = presented(&message, &limits(Limits { octets: Some(3000), ..Limits::default() }));
    assert!((2900..=3000).contains(&mail.octets.len()), "{}", mail.octets.len());
    assert!(body(&mail.octets).ends_with(&cut));
    assert!(mail.whole_text.as_ref() == Some(&long));

    let mail = presented(&message, &limits(Limits { octets: Some(100), ..Limits::default() }));
    let notes = ["larger than 100 octets even without its text", "text: cut to its limit"];
    assert_eq!(mail.notes, notes);
}

#[test]
fn nothing_is_put_into_or_cut_out_of_a_message_that_is_passed_through() {
    let message = "Subject: report\nContent-Type: text/html\n\n<p>md0</p>\n";
    let mail = presented(message, &manner(Limits { subject: Some(2), body: Some(1), octets: Some(50) }));
    let plain = presented(message, &Manner::default());
    assert_eq!((mail.treatment, &mail.octets), (Treatment::PassedThrough, &plain.octets));
    assert_eq!(mail.notes, ["larger than 50 octets, and nothing can be cut out of it"]);
}

#[test]
fn without_a_manner_a_subject_stays_as_it_came() {
    let message = "Subject:  two  blanks\n\n";
    let mail = compose_whole(message.as_bytes(), &draft(), &identity());
    let text = String::from_utf8_lossy(&mail.octets).into_owned();
    assert!(text.contains("Subject:  two  blanks\r\n"), "{text}");
}
