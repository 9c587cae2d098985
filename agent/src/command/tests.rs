//! What people read, word by word, about one spool in which everything happens.

mod checks;
mod ids;
mod notices;
pub(crate) mod pages;

use std::time::Duration;

use spool_format::folder::{file_name, journal_name};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::{
    Address, Alert, AlertId, Attachment, Entry, Event, Folder, Layout, RecipientResult, Settlement, Severity,
    Wall,
};

use super::{check, list, show};
use crate::notice::Tongue;
use crate::output::terminal::Look;
use crate::spool::read_back::Reach;
use crate::spool::status::{Pulse, Status};
use crate::spool::view::View;

const TONGUES: [Tongue; 2] = [Tongue::English, Tongue::Japanese];

struct Spool {
    _folder: tempfile::TempDir,
    layout: Layout,
    now: Wall,
}

fn at(seconds: u64) -> Wall {
    Wall::parse("2026-11-25T03:00:00Z").expect("a time").plus(Duration::from_secs(seconds))
}

/// The alert that was made `seconds` after three.
fn id(seconds: u64) -> AlertId {
    AlertId::new(at(seconds), [u8::try_from(seconds % 251).expect("small"); 10])
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn failed(to: &str, phase: &str, code: Option<u16>, text: &str, rule: &str) -> RecipientResult {
    RecipientResult {
        to: address(to),
        result: Settlement::Open,
        phase: phase.into(),
        code,
        enhanced: code.map(|_| "5.7.8".into()),
        text: text.into(),
        scope: Some("provider".into()),
        duration: Some("hard".into()),
        rule: Some(rule.into()),
    }
}

fn write(folder: &std::path::Path, name: &str, octets: &[u8]) {
    let dir = StdFs.open_dir(folder).expect("a folder");
    let mut file = StdFs.create(&dir, name, 0o600).expect("a file");
    StdFs.write_all(&mut file, octets).expect("room");
}

impl Spool {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        for path in layout.all_folders() {
            std::fs::create_dir_all(path).expect("a folder");
        }
        Self { _folder: folder, layout, now: at(300) }
    }

    fn put(&self, folder: Folder, id: AlertId) {
        let alert = Alert {
            version: 1,
            subject: "not looked at yet".into(),
            to: vec!["ops".into()],
            ..Alert::default()
        };
        write(&self.layout.folder(folder), &file_name(id), &alert.to_octets());
    }

    fn journal(&self, entries: Vec<(Wall, Event)>) {
        let mut octets = Vec::new();
        for (at, event) in entries {
            Entry { at, event }.write_line(&mut octets);
        }
        write(&self.layout.journal(), &journal_name("2026-11-25"), &octets);
    }

    fn view(&self) -> View {
        View::read(&self.layout, Reach::All).expect("a spool")
    }

    /// Deferred, dead, sent, new, unreadable, and a file that is no alert.
    fn with_everything() -> Self {
        let spool = Self::new();
        let accepted = |n: u64, severity, subject: &str, to: &[&str]| Event::Accepted {
            id: id(n),
            uid: 1000,
            octets: 0,
            created: None,
            ttl: None,
            recipients: to.iter().map(|to| address(to)).collect(),
            unusable: vec![],
            message_id: None,
            notice: false,
            canary: None,
            severity,
            key: (n == 60).then(|| "disk-db1".into()),
            subject: subject.into(),
        };
        let attempt = |n: u64, number, provider: &str| Event::Attempt {
            id: id(n),
            attempt: number,
            provider: provider.into(),
            recipients: vec![],
            beside: None,
        };
        let outcome = |n: u64, number, provider: &str, result: RecipientResult| Event::Outcome {
            id: id(n),
            attempt: number,
            provider: provider.into(),
            took_ms: 12,
            preferred: Vec::new(),
            recipients: vec![result],
        };
        let to = "oncall@docomo.example.jp";
        spool.journal(vec![
            (at(1), accepted(0, Severity::Info, "all is well", &["ops@example.jp"])),
            (at(1), Event::Sent { id: id(0), delivered: vec![address("ops@example.jp")], refused: vec![] }),
            (
                at(30),
                accepted(
                    30,
                    Severity::Warning,
                    "evil \u{1b}[31m\u{202e}subject",
                    &["a@example.jp", "b@example.jp"],
                ),
            ),
            (
                at(31),
                Event::Dead {
                    id: id(30),
                    reason: "every provider refused every recipient for good".into(),
                    by: None,
                },
            ),
            (at(60), accepted(60, Severity::Critical, "ディスクがいっぱいです", &[to])),
            (at(60), attempt(60, 1, "home")),
            (
                at(60),
                outcome(
                    60,
                    1,
                    "home",
                    failed(to, "auth", Some(535), "5.7.8 bad credentials", "login-refused"),
                ),
            ),
            (at(60), attempt(60, 2, "yahoo")),
            (at(65), outcome(60, 2, "yahoo", failed(to, "ehlo", None, "no answer for 5 s", "silent"))),
            (at(65), Event::Deferred { id: id(60), passes: 1, until: at(340), why: None }),
        ]);
        spool.put(Folder::Dead, id(30));
        spool.put(Folder::Deferred, id(60));
        spool.put(Folder::Incoming, id(290));
        write(&spool.layout.folder(Folder::Incoming), &file_name(id(295)), b"{");
        let corrupt = spool.layout.folder(Folder::Corrupt);
        write(&corrupt, "letter.txt", b"hello");
        write(&corrupt, "letter.txt.reason", b"the file name is not an alert's\n");
        spool
    }

    fn listed(&self, tongue: Tongue, columns: usize) -> String {
        let view = self.view();
        let ids: Vec<AlertId> = view.alerts.iter().map(|item| item.id).collect();
        let args = list::Args::default();
        list::text(
            &list::choose(&view, &args, self.now),
            &view.corrupt,
            &ids,
            self.now,
            Look { columns, colour: false, tongue },
        )
    }

    fn shown(&self, n: u64) -> String {
        self.shown_in(Tongue::English, n)
    }

    fn shown_in(&self, tongue: Tongue, n: u64) -> String {
        let view = View::about(&self.layout, id(n).as_str()).expect("a spool");
        show::text(&view.alerts[0], &view.entries, self.now, 9 * 60, tongue)
    }
}

#[test]
fn the_list_has_the_most_urgent_first_and_says_why_each_one_is_there() {
    let expected = "\
AGE  ID        SEV   TO                        SUBJECT                 STATE     NEXT    WHY
4m   01m88ac   crit  oncall@docomo.example.jp  ディスクがいっぱいです  deferred  in 40s  home: 535 5.7.8 bad credentials; yahoo: no answer for 5 s
10s  01m88akg  warn  ops                       not looked at yet       incoming  now
5s   01m88akm  warn  (default)                                         incoming  now     cannot be read: not an alert in JSON: EOF while parsing an object at line 1 column 1
4m   01m88ab   warn  a@example.jp +1           evil \u{fffd}[31m\u{fffd}subject      dead              every provider refused every recipient for good
corrupt/letter.txt: the file name is not an alert's
2 incoming, 1 deferred, 1 dead, 1 corrupt; the oldest has waited for 4m
";
    let listed = Spool::with_everything().listed(Tongue::English, 200);
    assert_eq!(listed, expected, "\n{listed}");
}

#[test]
fn no_line_of_the_list_is_wider_than_the_terminal_if_the_terminal_is_wide_enough() {
    for tongue in TONGUES {
        let listed = Spool::with_everything().listed(tongue, 120);
        for line in listed.lines() {
            assert!(crate::output::terminal::columns(line) <= 120, "{line}");
        }
    }
}

#[test]
fn an_alert_that_no_agent_has_seen_and_one_that_is_dead_say_so() {
    let spool = Spool::with_everything();
    assert!(spool.shown(290).contains("next       the agent takes it as soon as it runs\n"));
    assert!(spool.shown(295).contains("next       the agent will set it aside: not an alert in JSON"));
    let dead = spool.shown(30);
    assert!(dead.contains("next       nothing: every provider refused every recipient for good\n"), "{dead}");
    assert!(!dead.contains(['\u{1b}', '\u{202e}']), "{dead:?}");
}

#[test]
fn an_attempt_that_was_cut_off_behind_the_dot_may_have_arrived() {
    let spool = Spool::new();
    let attempt =
        Event::Attempt { id: id(60), attempt: 1, provider: "home".into(), recipients: vec![], beside: None };
    let accepted = Event::Accepted {
        id: id(60),
        uid: 0,
        octets: 0,
        created: None,
        ttl: None,
        recipients: vec![address("a@example.jp")],
        unusable: vec![],
        message_id: None,
        notice: false,
        canary: None,
        severity: Severity::Warning,
        key: None,
        subject: "s".into(),
    };
    let dot = Event::DotSent {
        id: id(60),
        attempt: 1,
        provider: "home".into(),
        notes: vec![],
        text: None,
        files: vec![],
    };
    spool.journal(vec![(at(60), accepted), (at(60), attempt), (at(60), dot)]);
    spool.put(Folder::Incoming, id(60));
    let shown = spool.shown(60);
    assert!(shown.contains("it may then arrive twice, since a reply was lost"), "{shown}");
    assert!(shown.ends_with("attempt 1: home gets the last octets\n"), "{shown}");
}

#[test]
fn a_mail_that_differs_says_how_and_its_whole_text_is_kept_with_what_was_left_out() {
    let spool = Spool::new();
    let left_out = Attachment { name: "df.txt".into(), media_type: "text/plain".into(), data: "ZGYK".into() };
    let attempt =
        Event::Attempt { id: id(60), attempt: 1, provider: "home".into(), recipients: vec![], beside: None };
    let dot = Event::DotSent {
        id: id(60),
        attempt: 1,
        provider: "home".into(),
        notes: vec!["text: cut to its limit".into()],
        text: Some("all of it\n\tand \u{1b}[31mmore\n".into()),
        files: vec![left_out.clone()],
    };
    let result = RecipientResult {
        result: Settlement::Delivered,
        ..failed("a@example.jp", "dot", Some(250), "ok", "")
    };
    let ended = Event::Outcome {
        id: id(60),
        attempt: 1,
        provider: "home".into(),
        took_ms: 1,
        preferred: Vec::new(),
        recipients: vec![result],
    };
    let sent = Event::Sent { id: id(60), delivered: vec![address("a@example.jp")], refused: vec![] };
    spool.journal(vec![(at(60), attempt), (at(60), dot), (at(60), ended), (at(60), sent)]);
    assert!(spool.shown(60).contains("    mail: text: cut to its limit\n"), "{}", spool.shown(60));
    let view = spool.view();
    let item = view.alerts.iter().find(|item| item.id == id(60)).expect("it is there");
    assert_eq!(item.text(&spool.layout).as_deref(), Ok("all of it\n\tand \u{1b}[31mmore\n"));
    assert_eq!(item.files(&spool.layout), Ok(vec![left_out]));
}
