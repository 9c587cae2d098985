//! What people were told of the agent, where they look for it.

use spool_format::{Notice, NoticeKind};

use super::checks::{facts, judged};
use super::*;

#[test]
fn the_check_and_the_list_tell_what_people_were_told_and_still_lasts() {
    let spool = Spool::new();
    let told = |kind, subject: &str, open| {
        let notice =
            Notice { open, count: 12, ..Notice::new(kind, subject.to_owned(), Wall::from_unix_ms(0)) };
        (spool.now, Event::Notice(Box::new(notice)))
    };
    let failing = NoticeKind::ProviderFailing;
    spool.journal(vec![
        told(failing, "home", true),
        told(failing, "docomo", true),
        told(failing, "docomo", false),
    ]);
    let (code, line) = judged(&facts(&spool, true));
    let said = "home fails, others work since 1970-01-01T00:00:00.000Z, 12 alerts another way";
    assert!(code == 1 && line.starts_with(&format!("alertmail WARNING: {said} |")), "{line}");
    let spool = Spool::new();
    spool.journal(vec![told(NoticeKind::Stuck, "", true), told(failing, "gone", true)]);
    let (code, line) = judged(&facts(&spool, true));
    assert!(code == 2 && line.starts_with("alertmail CRITICAL: 12 critical stuck since 1970"), "{line}");
    assert!(!line.contains("gone"), "nobody configures it any more: {line}");
}
