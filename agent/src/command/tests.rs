//! What people read, word by word, about one spool in which everything happens.

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
use crate::output::terminal::Look;
use crate::spool::read_back::Reach;
use crate::spool::status::{Pulse, Status};
use crate::spool::view::View;

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

    fn listed(&self, columns: usize) -> String {
        let view = self.view();
        let ids: Vec<AlertId> = view.alerts.iter().map(|item| item.id).collect();
        let args = list::Args::default();
        list::text(
            &list::choose(&view, &args, self.now),
            &view.corrupt,
            &ids,
            self.now,
            Look { columns, colour: false },
        )
    }

    fn shown(&self, n: u64) -> String {
        let view = View::about(&self.layout, id(n).as_str()).expect("a spool");
        show::text(&view.alerts[0], &view.entries, self.now, 9 * 60)
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
    let listed = Spool::with_everything().listed(200);
    assert_eq!(listed, expected, "\n{listed}");
}

#[test]
fn no_line_of_the_list_is_wider_than_the_terminal_if_the_terminal_is_wide_enough() {
    let listed = Spool::with_everything().listed(120);
    for line in listed.lines() {
        assert!(crate::output::terminal::columns(line) <= 120, "{line}");
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

fn facts(spool: &Spool, running: bool) -> check::Facts {
    let room = check::Room { free: 2 << 20, floor: 1 << 20 };
    let (quotas, warnings, findings) = (vec![], vec![], vec![]);
    let (view, providers) = (spool.view(), vec!["home".to_owned(), "docomo".to_owned()]);
    let (drills, canaries) = (view.drills.clone(), view.canaries.clone());
    let (status, now) = (None, spool.now);
    check::Facts { view, running, status, room, providers, drills, canaries, quotas, warnings, findings, now }
}

/// The limits of such options.
fn limits(options: &str) -> check::Limits {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: check::Args,
    }
    let words = std::iter::once("check").chain(options.split_whitespace());
    let line: Line = clap::Parser::try_parse_from(words).expect("such options");
    line.args.limits().expect("limits that make sense")
}

fn judged(facts: &check::Facts) -> (u8, String) {
    judged_by("", facts)
}

fn judged_by(options: &str, facts: &check::Facts) -> (u8, String) {
    let limits = limits(options);
    let (exit, report) = check::judge(&limits, facts);
    (exit.code(), report.line(&limits))
}

#[test]
fn the_check_tells_which_providers_are_left_out_and_that_none_works() {
    let quiet = Spool::new();
    let outage = |name: &str| Event::Provider {
        provider: name.to_owned(),
        outage: Some(spool_format::Outage {
            since: Wall::from_unix_ms(0),
            until: Wall::from_unix_ms(1),
            openings: 1,
            cause: spool_format::Cause::Login,
            reason: "at auth: no".to_owned(),
        }),
    };
    quiet.journal(vec![(quiet.now, outage("home")), (quiet.now, outage("gone"))]);
    let (code, line) = judged(&facts(&quiet, true));
    let said = "alertmail WARNING: provider `home` is left out since 1970-01-01T00:00:00.000Z: at auth: no; look with: alertmail probe home |";
    assert!(code == 1 && line.starts_with(said), "{line}");
    let quiet = Spool::new();
    quiet.journal(vec![(quiet.now, outage("home")), (quiet.now, outage("docomo"))]);
    let (code, line) = judged(&facts(&quiet, true));
    assert!(code == 2 && line.starts_with("alertmail CRITICAL: no provider works; "), "{line}");
}

#[test]
fn the_check_tells_what_the_disk_does_not_do() {
    let quiet = Spool::new();
    let mut facts = facts(&quiet, true);
    facts.room.free = 0;
    let (code, text) = judged(&facts);
    assert_eq!(code, 2);
    assert!(text.contains("0 MiB are free, less than [disk] floor_mib (1): make room"), "{text}");
    facts.room.free = 2 << 20;
    let troubles = vec!["cannot write the journal: no".to_owned()];
    facts.status = Some(Status { troubles, pulse: Pulse { watching: false, in_hand: 0, notices: vec![] } });
    let (code, text) = judged(&facts);
    assert_eq!(code, 2);
    assert!(text.contains("cannot write the journal: no; incoming/ cannot be watched"), "{text}");
    facts.running = false;
    assert!(!judged(&facts).1.contains("cannot write"), "what a dead agent said is not the case any more");
}

#[test]
fn the_check_names_the_worst_first_and_has_the_exit_code_of_a_plugin() {
    let line = |spool: &Spool, running| judged(&facts(spool, running));
    let everything = Spool::with_everything();
    assert_eq!(
        line(&everything, false),
        (
            2,
            "alertmail CRITICAL: no agent runs: start `alertmail run`; 1 dead: alertmail list --state dead; \
             a critical alert has waited for 4m; 1 corrupt: alertmail list --state corrupt; \
             the login is refused by home | oldest_critical=240s;120;900;0 oldest=240s;300;900;0 waiting=3;;;0 \
             deferred=1;;;0 dead=1;;0;0 corrupt=1;0;;0 left_out=0;0;;0 free=2097152B;;1048576:;0\n"
                .to_owned()
        )
    );
    let quiet = Spool::new();
    let (code, text) = line(&quiet, true);
    assert!(code == 0 && text.starts_with("alertmail OK: the agent runs, nothing waits |"), "{text}");
    quiet.put(Folder::Incoming, id(0));
    // Five minutes old: what is at a limit has not passed it.
    assert_eq!(line(&quiet, true).0, 0);
    let (code, text) = judged_by("--warning-oldest 299", &facts(&quiet, true));
    assert_eq!(code, 1);
    assert!(text.starts_with("alertmail WARNING: the oldest alert has waited for 5m |"), "{text}");
}

#[test]
fn a_limit_of_the_check_is_passed_by_what_is_above_it_and_stands_behind_its_number() {
    let everything = Spool::with_everything();
    let mut facts = facts(&everything, true);
    // What would be said anyway.
    facts.view.alerts.retain(|item| item.standing.waits());
    facts.view.corrupt.clear();
    let refused = "the login is refused by home";
    for (options, code, said, numbers) in [
        ("-w 240 -c 4m", 1, "", "oldest_critical=240s;240;240;0 "),
        ("-w 239", 1, "a critical alert has waited for 4m; ", "oldest_critical=240s;239;900;0 "),
        ("--warning 3m --critical 240s", 1, "a critical alert has waited for 4m; ", "=240s;180;240;0 "),
        ("-w 0 -c 239s", 2, "a critical alert has waited for 4m; ", "oldest_critical=240s;0;239;0 "),
        // The oldest alert is the critical one: said once, as the worse of the two.
        (
            "--critical-oldest 200s --warning-oldest 1",
            2,
            "the oldest alert has waited for 4m; ",
            "=240s;1;200;0 ",
        ),
        ("-w 5m --warning-oldest 4m", 1, "", "oldest=240s;240;900;0 "),
        ("-w 5m --warning-deferred 1", 1, "", "deferred=1;1;;0 "),
        (
            "-w 5m --warning-deferred 0",
            1,
            "1 deferred: alertmail list --state deferred; ",
            "deferred=1;0;;0 ",
        ),
        (
            "-w 5m --critical-deferred 0",
            2,
            "1 deferred: alertmail list --state deferred; ",
            "deferred=1;;0;0 ",
        ),
    ] {
        let (exit, line) = judged_by(options, &facts);
        let word = if code == 2 { "CRITICAL" } else { "WARNING" };
        let begins = format!("alertmail {word}: {said}{refused} | ");
        assert!(exit == code && line.starts_with(&begins) && line.contains(numbers), "{options}: {line}");
    }
    // Who holds an alert knows that it waits.
    for item in &mut facts.view.alerts {
        item.standing = crate::spool::view::Standing::Held;
    }
    let (_, line) = judged_by("-w 0 -c 0 --critical-deferred 0", &facts);
    assert!(
        line.contains("oldest_critical=0s;0;0;0 oldest=0s;300;900;0 waiting=3;;;0 deferred=0;;0;0"),
        "{line}"
    );
}
