//! What is kept, for how long, and the room that is held back.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use spool_format::fs::StdFs;
use spool_format::{Folder, Layout, Wall};

use super::*;
use crate::config::Keeping;
use crate::spool::Folders;

struct Stage {
    _folder: tempfile::TempDir,
    layout: Layout,
    desk: Desk<StdFs>,
}

impl Stage {
    fn new(floor: u64, reserve: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        for path in layout.all_folders() {
            fs::create_dir_all(path).expect("a folder");
        }
        let month = Duration::from_hours(24 * 30);
        let keeping = Keeping { journal: month, corrupt: month, floor, reserve };
        let folders = Folders::open(&StdFs, &layout).expect("a spool");
        Self { _folder: folder, layout, desk: Desk::new(StdFs, folders, keeping) }
    }

    fn tend(&mut self) {
        let pulse = Pulse { watching: true, in_hand: 0, notices: vec![], deaf: vec![], ..Pulse::default() };
        let batch = super::super::Batch {
            deeds: vec![super::super::Deed::Tend(pulse)],
            sync: false,
            early: None,
            token: None,
        };
        self.desk.carry_out(now(), vec![batch]);
    }
}

fn make(folder: &Path, name: &str, days_old: u64) {
    let file = File::create(folder.join(name)).expect("a file");
    let written = SystemTime::UNIX_EPOCH + Duration::from_millis(now().unix_ms().unsigned_abs());
    file.set_modified(written - Duration::from_hours(24 * days_old)).expect("our own");
}

fn now() -> Wall {
    Wall::parse("2026-11-25T12:00:00Z").expect("a time")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("ASCII"))
        .collect();
    names.sort();
    names
}

/// Files of the journal with these names; each of `whole` begins with a checkpoint.
#[expect(clippy::disallowed_methods, reason = "what earlier runs left")]
fn make_journal(stage: &Stage, names: &[&str], whole: &[&str]) {
    for name in names {
        let line: &[u8] = if whole.contains(name) { CHECKPOINT } else { b"" };
        fs::write(stage.layout.journal().join(name), line).expect("written");
    }
}

const CHECKPOINT: &[u8] = b"{\"at\":\"2026-11-25T00:00:00.000Z\",\"event\":\"checkpoint\",\"alive\":0}\n";

#[test]
fn old_days_of_the_journal_go_when_a_start_can_do_without_them() {
    let days = ["2026-01-01.jsonl", "2026-10-25.jsonl", "2026-10-26.jsonl", "2026-11-25.jsonl"];
    let mut stage = Stage::new(0, 0);
    make_journal(&stage, &days, &days[3..]);
    stage.tend();
    assert_eq!(names(&stage.layout.journal()), days[2..], "within 30 days, or needed");
    let mut stage = Stage::new(0, 0);
    make_journal(&stage, &days, &[]);
    stage.tend();
    assert_eq!(names(&stage.layout.journal()), days, "no checkpoint tells what is alive in them");
    let ancient = ["2020-01-01.jsonl", "2020-01-02.jsonl", "2020-01-03.jsonl"];
    let mut stage = Stage::new(0, 0);
    make_journal(&stage, &ancient, &ancient);
    stage.tend();
    assert_eq!(names(&stage.layout.journal()), ancient[1..], "the last two stay however old they are");
}

#[test]
fn files_that_are_no_alerts_go_after_their_time_with_their_reason_and_dead_letters_never() {
    let mut stage = Stage::new(0, 0);
    let (corrupt, dead) = (stage.layout.folder(Folder::Corrupt), stage.layout.folder(Folder::Dead));
    for (name, days_old) in [("old", 400), ("old.reason", 31), ("new", 400), ("new.reason", 29), ("odd", 400)]
    {
        make(&corrupt, name, days_old);
    }
    make(&dead, "01kax3tzzzzzzzzzzzzzzzzzzz.json", 4_000);
    stage.tend();
    assert_eq!(names(&corrupt), ["new", "new.reason", "odd"]);
    assert_eq!(names(&dead).len(), 1, "an operator decides about dead letters");
}

#[test]
fn drafts_that_nobody_finishes_go_after_a_day_and_alerts_stay() {
    let mut stage = Stage::new(0, 0);
    let incoming = stage.layout.folder(Folder::Incoming);
    let alert = "01kax3tzzzzzzzzzzzzzzzzzzz.json";
    for (name, days_old) in [(".a.tmp", 2), (".b.tmp", 0), (alert, 90)] {
        make(&incoming, name, days_old);
    }
    stage.tend();
    assert_eq!(names(&incoming), [".b.tmp", alert]);
}

#[test]
fn room_is_held_back_while_there_is_enough_of_it() {
    let mut stage = Stage::new(0, 1 << 20);
    stage.tend();
    let reserve = fs::metadata(stage.layout.reserve()).expect("it was made");
    assert_eq!(reserve.len(), 1 << 20);
    let mut stage = Stage::new(u64::MAX, 1 << 20);
    stage.tend();
    assert!(!stage.layout.reserve().exists(), "below the floor nothing is taken");
    let status = fs::read_to_string(stage.layout.status()).expect("a status");
    assert!(status.contains("the disk is nearly full"), "{status}");
}

#[test]
fn a_full_disk_gets_the_reserve_and_one_more_try() {
    let mut stage = Stage::new(0, 1 << 20);
    stage.tend();
    let full = || io::Error::from(io::ErrorKind::StorageFull);
    stage.desk.after_making_room(full(), |_| Ok(())).expect("there was a reserve");
    assert!(!stage.layout.reserve().exists());
    stage.desk.after_making_room(full(), |_| Ok(())).expect_err("there is none any more");
    let other = io::Error::from(io::ErrorKind::PermissionDenied);
    stage.tend();
    stage.desk.after_making_room(other, |_| Ok(())).expect_err("room would not help");
    assert!(stage.layout.reserve().exists());
}
