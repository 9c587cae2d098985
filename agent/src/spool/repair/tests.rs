//! Each kind of damage is found, told, and mended without anything thrown away.

use std::fs;
use std::path::Path;

use spool_format::{Address, Entry, Severity, State, Wall};

use super::*;
use crate::spool::read_back::{Reach, read_back};
use crate::spool::verify::{Cure, Verdict, verify};

const DAY: &str = "2026-11-25.jsonl";

struct Spool {
    folder: tempfile::TempDir,
    layout: Layout,
}

fn id(n: u8) -> AlertId {
    AlertId::new(Wall::from_unix_ms(1_764_000_000_000), [n; 10])
}

fn accepted(n: u8) -> Event {
    Event::Accepted {
        id: id(n),
        uid: 0,
        octets: 1,
        recipients: vec![Address::parse("a@example.jp").expect("an address")],
        unusable: Vec::new(),
        severity: Severity::Warning,
        key: None,
        subject: "disk".to_owned(),
        created: None,
        ttl: None,
        message_id: None,
        notice: false,
        canary: None,
    }
}

fn deferred(n: u8) -> [Event; 2] {
    [accepted(n), Event::Deferred { id: id(n), passes: 1, until: Wall::from_unix_ms(9), why: None }]
}

fn line(event: Event) -> Vec<u8> {
    let mut octets = Vec::new();
    Entry { at: Wall::from_unix_ms(1_764_000_000_000), event }.write_line(&mut octets);
    octets
}

/// A spool with two alerts that wait, as an agent leaves it.
fn spool() -> Spool {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout::new(folder.path());
    for path in layout.all_folders() {
        fs::create_dir_all(path).expect("a folder");
    }
    let spool = Spool { folder, layout };
    let lines: Vec<u8> = [deferred(1), deferred(2)].into_iter().flatten().flat_map(line).collect();
    spool.put(&format!("queue/journal/{DAY}"), &lines);
    for n in [1, 2] {
        spool.put(&format!("queue/deferred/{}", file_name(id(n))), alert(n).as_bytes());
    }
    spool
}

fn alert(n: u8) -> String {
    format!(r#"{{"version":1,"id":"{}","subject":"disk","body":"full"}}"#, id(n))
}

impl Spool {
    #[expect(clippy::disallowed_methods, reason = "a disk or a person has changed it")]
    fn put(&self, at: &str, octets: &[u8]) {
        fs::write(self.folder.path().join(at), octets).expect("room");
    }

    fn read(&self, at: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join(at)).ok()
    }

    fn verify(&self) -> Verdict {
        let mut verdict = verify(&self.layout).expect("a spool");
        // Who owns the folder of a test is nobody's business.
        verdict.faults.retain(|fault| fault.kind.cure() != Cure::Person);
        verdict
    }

    fn kinds(&self) -> Vec<Kind> {
        self.verify().faults.into_iter().map(|fault| fault.kind).collect()
    }

    fn repair(&self) {
        let keeping = Keeping { floor: 0, reserve: 0, ..Keeping::default() };
        repair(&self.layout, keeping, &self.verify().faults, (1000, "boot")).expect("it can be mended");
        assert_eq!(self.verify().faults, [], "all is in order then");
    }

    fn state(&self, n: u8) -> Option<State> {
        let journal = StdFs.open_dir(&self.layout.journal()).expect("a folder");
        let read = read_back(&StdFs, &journal, spool_format::Detail::Full, Reach::All).expect("a journal");
        read.ledger.alerts.get(&id(n)).map(|history| history.state)
    }

    fn names(&self, at: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path().join(Path::new(at)))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        names
    }
}

#[test]
fn a_spool_as_an_agent_leaves_it_is_in_order() {
    let verdict = spool().verify();
    assert_eq!((verdict.files, verdict.entries, verdict.faults), (2, 4, Vec::new()));
}

#[test]
fn damaged_lines_go_where_they_can_be_read_and_the_others_stay_as_they_are() {
    let spool = spool();
    let at = format!("queue/journal/{DAY}");
    let sound = spool.read(&at).expect("lines");
    let later = b"{\"at\":\"2026-11-25T00:00:00.000Z\",\"event\":\"folded\"}\n";
    let end = sound.iter().position(|octet| *octet == b'\n').expect("a line") + 1;
    spool.put(
        &at,
        &[&sound[..end], b"\xff\0 broken\n", &sound[end..], later, b"{\"at\":\n", b"torn"].concat(),
    );
    assert_eq!(spool.kinds(), [Kind::BrokenLine, Kind::BrokenLine, Kind::TornLine]);
    let places: Vec<String> = spool.verify().faults.into_iter().map(|fault| fault.at).collect();
    assert_eq!(places, [format!("{at}:2"), format!("{at}:7"), at.clone()]);
    spool.repair();
    assert_eq!(spool.read(&at), Some([&sound[..], later].concat()));
    assert_eq!(
        spool.read(&format!("queue/corrupt/journal-{DAY}.broken")),
        Some(b"\xff\0 broken\n{\"at\":\ntorn".to_vec())
    );
    assert!(spool.names("queue/corrupt").contains(&format!("journal-{DAY}.broken.reason")));
    assert!(matches!(spool.state(1), Some(State::Deferred { .. })));
    // And once more on the same day.
    spool.put(&at, &[&sound[..], b"again\n"].concat());
    spool.repair();
    assert_eq!(spool.read(&format!("queue/corrupt/journal-{DAY}.broken.1")), Some(b"again\n".to_vec()));
}

#[test]
fn a_repair_that_was_killed_half_way_is_done_again() {
    let spool = spool();
    let at = format!("queue/journal/{DAY}");
    let sound = spool.read(&at).expect("lines");
    spool.put(&at, &[&sound[..], b"broken\n"].concat());
    spool.put(&format!("queue/journal/.{DAY}.repair"), b"half");
    for half in [format!(".journal-{DAY}.broken"), format!(".journal-{DAY}.broken.reason")] {
        spool.put(&format!("queue/corrupt/{half}"), b"half");
    }
    spool.repair();
    assert_eq!(spool.read(&at), Some(sound));
    assert_eq!(spool.read(&format!("queue/corrupt/journal-{DAY}.broken")), Some(b"broken\n".to_vec()));
}

#[test]
fn an_alert_that_cannot_be_read_is_kept_beside_a_reason_and_is_dead() {
    let spool = spool();
    let at = format!("queue/deferred/{}", file_name(id(1)));
    spool.put(&at, b"zeros");
    assert_eq!(spool.kinds(), [Kind::Unreadable]);
    spool.repair();
    assert_eq!(spool.read(&format!("queue/corrupt/{}", file_name(id(1)))), Some(b"zeros".to_vec()));
    assert_eq!((spool.state(1), spool.read(&at)), (Some(State::Dead), None));
    assert!(matches!(spool.state(2), Some(State::Deferred { .. })), "nobody else is touched");
}

#[test]
fn a_copy_that_cannot_be_read_costs_no_alert_whose_original_is_there() {
    let spool = spool();
    spool.put(&format!("queue/deferred/{}", file_name(id(1))), b"");
    spool.put(&format!("submit/incoming/{}", file_name(id(1))), alert(1).as_bytes());
    spool.repair();
    assert!(matches!(spool.state(1), Some(State::Deferred { .. })));
    assert_eq!(spool.names("submit/incoming"), [file_name(id(1))]);
}

#[test]
fn an_alert_whose_file_is_nowhere_is_told_of_and_no_longer_waits() {
    let spool = spool();
    fs::remove_file(spool.folder.path().join(format!("queue/deferred/{}", file_name(id(2)))))
        .expect("a file");
    assert_eq!(spool.kinds(), [Kind::NoFile]);
    spool.repair();
    assert_eq!(spool.state(2), Some(State::Dead));
}

#[test]
fn what_a_start_would_do_is_done_too() {
    let spool = spool();
    let sent = Event::Sent { id: id(1), delivered: Vec::new(), refused: Vec::new() };
    let at = format!("queue/journal/{DAY}");
    let attempt =
        Event::Attempt { id: id(1), attempt: 1, provider: "p".into(), recipients: Vec::new(), beside: None };
    let lines = [spool.read(&at).expect("lines"), line(attempt), line(sent)].concat();
    spool.put(&at, &lines);
    spool.put(&format!("queue/dead/{}", file_name(id(2))), alert(2).as_bytes());
    spool.put("queue/deferred/.half", b"x");
    spool.put("queue/corrupt/letter.txt", b"x");
    assert_eq!(spool.kinds(), [Kind::TwoFiles, Kind::Settled, Kind::Litter, Kind::Unexplained]);
    spool.repair();
    assert_eq!(spool.names("queue/deferred"), Vec::<String>::new());
    assert_eq!(spool.names("queue/dead"), [file_name(id(2))]);
}

#[test]
fn missing_folders_are_named_before_anything_else_is_judged() {
    let spool = spool();
    fs::remove_dir(spool.folder.path().join("queue/dead")).expect("it was empty");
    let faults = spool.verify().faults;
    assert_eq!(
        faults.iter().map(|fault| (fault.kind, &*fault.at)).collect::<Vec<_>>(),
        [(Kind::MissingFolder, "queue/dead")]
    );
}
