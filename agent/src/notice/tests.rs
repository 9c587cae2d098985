//! What people get to read, in both languages.

use std::fmt::Write as _;

use delivery::Telling;
use delivery::notices::Word;
use mime::Language;
use spool_format::{Address, AlertId, Notice, NoticeKind, Severity, Wall};

use super::{Announcement, Tongue, told_by};

/// Wide characters of a subject that every phone shows.
const SHOWN: usize = 15;

fn at(minute: u64) -> Wall {
    Wall::parse("2026-11-25T05:14:02Z").expect("a time").plus(std::time::Duration::from_secs(60 * minute))
}

fn telling(kind: NoticeKind, is_over: bool) -> Telling {
    let is_about_one =
        matches!(kind, NoticeKind::ProviderFailing | NoticeKind::Retired) || kind.is_of_drills();
    let reason = match kind {
        NoticeKind::ProviderFailing => "535 5.7.8 no; alerts go out through `docomo`",
        NoticeKind::NoProvider => "softbank: no answer; docomo: connection refused",
        NoticeKind::DeadLetter => "every provider refused every recipient for good",
        NoticeKind::Corrupt => "x.json",
        NoticeKind::SpoolFull => "3 MiB are free, less than [disk] floor",
        NoticeKind::Journal | NoticeKind::Copies => "No space left on device (os error 28)",
        NoticeKind::Retired => "its last day was 2026-02-25",
        NoticeKind::DrillFailed => "at auth: the server answered `535 5.7.8 no`",
        NoticeKind::CertificateEnds => "it ends on 2026-12-06",
        NoticeKind::OffersLess => "it no longer offers AUTH PLAIN, 8BITMIME",
        NoticeKind::Stuck | NoticeKind::Other => "",
    };
    let word = match (kind.is_counted(), is_over) {
        (true, _) => Word::Happened,
        (false, true) => Word::Over,
        (false, false) => Word::Begins,
    };
    let subject = if is_about_one { "softbank" } else { "" };
    let notice = Notice {
        open: word == Word::Begins,
        reason: reason.to_owned(),
        count: 12_345,
        told: Some(at(1)),
        told_over: is_over.then(|| at(75)),
        ..Notice::new(kind, subject.to_owned(), at(0))
    };
    Telling { word, notice }
}

fn all() -> impl Iterator<Item = Telling> {
    NoticeKind::ALL.into_iter().flat_map(|kind| {
        let over = (!kind.is_counted()).then(|| telling(kind, true));
        [Some(telling(kind, false)), over].into_iter().flatten()
    })
}

fn id() -> AlertId {
    AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id")
}

fn announced(telling: Telling, tongue: Tongue) -> Announcement {
    Announcement::new(telling, tongue, "db1", |_| 540)
}

#[test]
fn notices_in_both_languages_read_as_they_were_agreed() {
    let goldens =
        [(Tongue::English, include_str!("tests/en.txt")), (Tongue::Japanese, include_str!("tests/ja.txt"))];
    for (tongue, golden) in goldens {
        let mut text = String::new();
        for telling in all() {
            let alert = announced(telling, tongue).alert(id(), &[]);
            let resolves = if alert.resolves { ", resolves" } else { "" };
            let _ = writeln!(text, "== {} {}{resolves}", alert.key.expect("a key"), alert.severity.as_str());
            let _ = writeln!(text, "{}\n\n{}", alert.subject, alert.body);
        }
        assert_eq!(text.trim_end(), golden.trim_end(), "\n{text}");
    }
}

#[test]
fn the_first_fifteen_wide_characters_of_a_subject_say_it_all() {
    for tongue in [Tongue::English, Tongue::Japanese] {
        for telling in all() {
            let kind = telling.notice.kind;
            let subject = announced(telling, tongue).alert(id(), &[]).subject;
            let (title, _) = subject.split_once(" (alertmail db1)").expect("and then who says so");
            assert_eq!(mime::cut(title, 2 * SHOWN), title, "{kind:?} in {tongue:?} is too long");
        }
    }
}

#[test]
fn an_alert_of_the_agents_own_is_recognised_by_what_its_file_says() {
    for telling in all() {
        let told = telling.notice.clone();
        let announcement = announced(telling, Tongue::English);
        let to = [Address::parse("ops@example.jp").expect("an address")];
        let found = told_by(&announcement.alert(id(), &to), id()).expect("a notice");
        assert_eq!((found.kind, &found.subject, found.open), (told.kind, &told.subject, told.open));
    }
    let mut other = announced(telling(NoticeKind::Stuck, false), Tongue::English).alert(id(), &[]);
    for key in [None, Some("disk"), Some("alertmail:"), Some("alertmail:disk"), Some("stuck")] {
        other.key = key.map(str::to_owned);
        assert_eq!(told_by(&other, id()), None, "{key:?}");
    }
}

#[test]
fn a_program_gets_one_json_object_and_one_line_whatever_a_server_said() {
    let mut telling = telling(NoticeKind::ProviderFailing, false);
    telling.notice.reason = "550 \"no\"\r\n\u{1b}[2J; alerts go out through `b`".to_owned();
    let announcement = announced(telling, Tongue::English);
    let json = announcement.to_json();
    assert_eq!(json.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let fields =
        ["notice", "what", "subject", "severity", "host"].map(|field| value[field].as_str().expect(field));
    assert_eq!(fields, ["provider-failing", "begins", "softbank", "warning", "db1"]);
    assert_eq!(value["count"], 12_345);
    assert!(!announcement.line().contains(char::is_control), "{:?}", announcement.line());
    assert_eq!(announcement.severity(), Severity::Warning);
}

#[test]
fn the_language_is_that_of_the_configuration_or_else_of_the_environment() {
    let (auto, ja, en) = (Language::Auto, Language::Japanese, Language::English);
    for (notices, alerts, environment, expected) in [
        (ja, en, "C", Tongue::Japanese),
        (en, ja, "ja_JP.UTF-8", Tongue::English),
        (auto, ja, "C", Tongue::Japanese),
        (auto, auto, "ja_JP.UTF-8", Tongue::Japanese),
        (auto, auto, "en_GB.UTF-8", Tongue::English),
        (auto, auto, "", Tongue::English),
    ] {
        let read = |name: &str| (name == "LANG").then(|| environment.to_owned());
        assert_eq!(Tongue::choose(notices, alerts, read), expected, "{notices:?} {alerts:?} {environment}");
    }
    let read = |name: &str| Some(if name == "LC_ALL" { "ja_JP.UTF-8" } else { "C" }.to_owned());
    assert_eq!(Tongue::choose(auto, auto, read), Tongue::Japanese, "LC_ALL before LANG");
}
