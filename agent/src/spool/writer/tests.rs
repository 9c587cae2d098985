//! The writer on real folders: copy, line, removal, also where the disk refuses.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use spool_format::folder::file_name;
use spool_format::journal::replay;
use spool_format::{Address, Wall};

use super::*;

/// No floor, since nobody knows how full the disk is under a test, and no reserve.
const KEEPING: Keeping =
    Keeping { journal: Duration::from_hours(24), corrupt: Duration::from_hours(24), floor: 0, reserve: 0 };

struct Stage {
    folder: tempfile::TempDir,
    layout: Layout,
    writer: Writer,
    acks: Receiver<Ack>,
    /// What was heard while something else was waited for.
    heard: RefCell<Vec<Ack>>,
    troubles: Receiver<Vec<(NoticeKind, String)>>,
}

fn id() -> AlertId {
    AlertId::new(Wall::from_unix_ms(1_000), [7; 10])
}

fn sent() -> Deed {
    let to = Address::parse("a@example.jp").expect("an address");
    Deed::Line(Event::Sent { id: id(), delivered: vec![to], refused: vec![] })
}

fn copy() -> Deed {
    Deed::Copy { id: id(), to: Folder::Deferred, octets: b"{}".as_slice().into() }
}

#[expect(clippy::disallowed_methods, reason = "what an earlier run left")]
fn write_deferred(stage: &Stage) {
    fs::write(stage.place(Folder::Deferred), b"{}").expect("written");
}

impl Stage {
    /// A spool with one alert in `incoming/`.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        for path in layout.all_folders() {
            fs::create_dir_all(path).expect("a folder");
        }
        fs::File::create(layout.folder(Folder::Incoming).join(file_name(id()))).expect("a file");
        Self::with(folder, layout)
    }

    /// A writer for a spool that is there.
    fn with(folder: tempfile::TempDir, layout: Layout) -> Self {
        let ((sender, acks), (tell, troubles)) = (channel(), channel());
        let hear = move |ack| match ack {
            Ack::Troubles(now) => drop(tell.send(now)),
            other => drop(sender.send(other)),
        };
        let writer = Writer::start(&layout, KEEPING, hear).expect("a spool");
        Self { folder, layout, writer, acks, heard: RefCell::default(), troubles }
    }

    fn place(&self, folder: Folder) -> PathBuf {
        self.layout.folder(folder).join(file_name(id()))
    }

    fn send(&self, deeds: Vec<Deed>) {
        self.writer.send(Batch { deeds, sync: true, early: None, token: Some(1) });
    }

    /// Waits for this word. Who waits for a sync hears of it before the removals behind it are done.
    fn hears(&self, ack: &Ack) {
        let mut heard = self.heard.borrow_mut();
        while !heard.contains(ack) {
            let Ok(next) = self.acks.recv_timeout(Duration::from_secs(20)) else {
                panic!("no {ack:?} behind {heard:?}")
            };
            heard.push(next);
        }
        heard.retain(|other| other != ack);
    }

    /// Waits until all removals so far were tried.
    fn settles(&self) {
        let other = AlertId::new(Wall::from_unix_ms(2_000), [8; 10]);
        let deeds = vec![Deed::Forget(other)];
        self.writer.send(Batch { deeds, sync: false, early: None, token: None });
        self.hears(&Ack::Forgotten(other));
    }

    fn lines(&self) -> usize {
        let files = fs::read_dir(self.layout.journal()).expect("a journal");
        files
            .map(|file| replay(&fs::read(file.expect("a file").path()).expect("readable")).entries.len())
            .sum()
    }
}

#[test]
fn a_sent_alert_is_forgotten_when_its_line_is_written_and_its_file_gone() {
    let stage = Stage::new();
    stage.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())]);
    stage.hears(&Ack::Written(1));
    stage.hears(&Ack::Forgotten(id()));
    assert!(!stage.place(Folder::Incoming).exists());
    assert_eq!(stage.lines(), 1);
}

#[test]
fn who_waits_for_the_kernel_is_answered_before_the_sync_and_no_file_goes_before_it() {
    let stage = Stage::new();
    let folders = Folders::open(&StdFs, &stage.layout).expect("a spool");
    let mut desk = Desk::new(StdFs, folders, KEEPING);
    let deeds = vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())];
    let batch = Batch { deeds, sync: true, early: Some(1), token: Some(2) };
    assert_eq!(desk.write(Wall::from_unix_ms(1), vec![batch]), [Ack::Written(1)]);
    assert_eq!(stage.lines(), 1);
    assert!(desk.is_waited_for() && stage.place(Folder::Incoming).exists());
    assert_eq!(desk.sync(), [Ack::Written(2)]);
    assert!(!desk.is_waited_for() && desk.has_removals() && stage.place(Folder::Incoming).exists());
    assert_eq!(desk.remove_some(2), [Ack::Forgotten(id())]);
    assert!(!desk.owes() && !stage.place(Folder::Incoming).exists());
}

#[test]
fn between_removals_others_are_written_and_what_is_wanted_again_stays() {
    const REMOVED: u8 = 40;
    let stage = Stage::new();
    let folders = Folders::open(&StdFs, &stage.layout).expect("a spool");
    let mut desk = Desk::new(StdFs, folders, KEEPING);
    let unlink = Deed::Unlink { id: id(), folder: Folder::Incoming };
    let others = (1..REMOVED).map(|n| Deed::Forget(AlertId::new(Wall::from_unix_ms(1), [n; 10])));
    let deeds = others.chain([unlink]).collect();
    let now = Wall::from_unix_ms(1);
    assert_eq!(desk.write(now, vec![Batch { deeds, sync: false, early: None, token: None }]), []);
    assert_eq!(desk.sync(), []);
    let some = desk.remove_some(4).len();
    assert!(
        some > 0 && some < usize::from(REMOVED) && stage.place(Folder::Incoming).exists(),
        "{some} at once"
    );

    let copy = Deed::Copy { id: id(), to: Folder::Incoming, octets: Arc::from(*b"{}") };
    let batch = Batch { deeds: vec![sent(), copy], sync: false, early: Some(1), token: None };
    let acks = desk.write(now, vec![batch]);
    assert!(acks.contains(&Ack::Written(1)) && stage.lines() == 1, "{acks:?}");
    let left = desk.finish().len();
    assert_eq!((some + left, desk.owes()), (usize::from(REMOVED) - 1, false));
    assert!(stage.place(Folder::Incoming).exists(), "its removal is void");
}

#[test]
fn a_sync_for_which_nobody_waits_comes_all_the_same() {
    let stage = Stage::new();
    let deeds = vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())];
    stage.writer.send(Batch { deeds, sync: true, early: None, token: None });
    stage.hears(&Ack::Forgotten(id()));
    assert!(!stage.place(Folder::Incoming).exists());
}

#[test]
fn a_deferred_alert_is_never_without_a_file() {
    let stage = Stage::new();
    stage.send(vec![copy(), Deed::Unlink { id: id(), folder: Folder::Incoming }]);
    stage.hears(&Ack::Copied { id: id(), to: Folder::Deferred });
    stage.settles();
    assert!(!stage.place(Folder::Incoming).exists());
    assert_eq!(fs::read(stage.place(Folder::Deferred)).expect("the copy"), b"{}");
}

/// A start found a copy that no line speaks of, and removes it; before the writer comes to that, a first pass has failed
/// and the alert is to lie there again.
#[test]
fn a_copy_that_was_to_go_and_is_wanted_again_stays() {
    let stage = Stage::new();
    fs::hard_link(stage.place(Folder::Incoming), stage.place(Folder::Deferred)).expect("an earlier copy");
    let folders = Folders::open(&StdFs, &stage.layout).expect("a spool");
    let unlink = |folder| Deed::Unlink { id: id(), folder };
    let deeds = [vec![unlink(Folder::Deferred)], vec![copy(), unlink(Folder::Incoming)]];
    let batches = deeds.map(|deeds| Batch { deeds, sync: true, early: None, token: None });
    Desk::new(StdFs, folders, KEEPING).carry_out(Wall::from_unix_ms(1), batches.into());
    assert!(!stage.place(Folder::Incoming).exists());
    assert!(stage.place(Folder::Deferred).exists(), "the only one");
}

/// A dead letter is taken up again, and is dead again at once, since it still names nobody.
#[test]
fn a_letter_that_is_taken_up_and_dead_again_within_one_batch_stays() {
    let stage = Stage::new();
    fs::hard_link(stage.place(Folder::Incoming), stage.place(Folder::Dead)).expect("a dead letter");
    fs::remove_file(stage.place(Folder::Incoming)).expect("removed");
    let folders = Folders::open(&StdFs, &stage.layout).expect("a spool");
    let unlink = |folder| Deed::Unlink { id: id(), folder };
    let copy_to = |to| Deed::Copy { id: id(), to, octets: b"{}".as_slice().into() };
    let deeds = vec![
        copy_to(Folder::Deferred),
        unlink(Folder::Dead),
        copy_to(Folder::Dead),
        unlink(Folder::Deferred),
        Deed::Forget(id()),
    ];
    let batch = Batch { deeds, sync: true, early: None, token: None };
    Desk::new(StdFs, folders, KEEPING).carry_out(Wall::from_unix_ms(1), vec![batch]);
    assert!(stage.place(Folder::Dead).exists(), "the only one");
    assert!(!stage.place(Folder::Deferred).exists());
}

#[test]
fn where_no_copy_can_be_made_the_original_stays_and_goes_with_the_alert() {
    let stage = Stage::new();
    fs::remove_dir(stage.layout.folder(Folder::Deferred)).expect("removed");
    stage.send(vec![copy(), Deed::Unlink { id: id(), folder: Folder::Incoming }]);
    stage.settles();
    assert!(stage.place(Folder::Incoming).exists());
    stage.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Deferred }, Deed::Forget(id())]);
    stage.hears(&Ack::Forgotten(id()));
    assert!(!stage.place(Folder::Incoming).exists());
}

#[test]
fn what_could_not_be_read_when_it_was_to_be_copied_is_copied_as_soon_as_it_can_be() {
    let stage = Stage::new();
    let strand = Deed::Strand { id: id(), to: Folder::Dead };
    stage.send(vec![strand, Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())]);
    stage.settles();
    assert!(stage.place(Folder::Incoming).exists(), "its only copy");
    stage.send(vec![Deed::Tend(Pulse { watching: true, in_hand: 1, ..Pulse::default() })]);
    stage.hears(&Ack::Copied { id: id(), to: Folder::Dead });
    stage.hears(&Ack::Forgotten(id()));
    assert!(stage.place(Folder::Dead).exists() && !stage.place(Folder::Incoming).exists());
}

#[test]
fn while_the_journal_cannot_be_written_no_file_goes_and_afterwards_nothing_is_missing() {
    let stage = Stage::new();
    let in_the_way = stage.layout.journal().join("9999-12-31.jsonl");
    fs::create_dir(&in_the_way).expect("what no line can be written into");
    stage.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())]);
    stage.hears(&Ack::Written(1));
    assert!(stage.place(Folder::Incoming).exists());
    fs::remove_dir(&in_the_way).expect("out of the way");
    stage.hears(&Ack::Forgotten(id()));
    assert!(!stage.place(Folder::Incoming).exists());
    assert_eq!(stage.lines(), 1);
    // The engine hears when that begins and when it is over, and nothing in between.
    let heard = || stage.troubles.recv_timeout(Duration::from_secs(20)).expect("word of a trouble");
    assert!(matches!(&heard()[..], [(NoticeKind::Journal, _)]));
    assert_eq!(heard(), []);
}

#[test]
fn a_file_that_cannot_be_removed_is_not_forgotten_lest_it_be_sent_again() {
    let stage = Stage::new();
    fs::remove_file(stage.place(Folder::Incoming)).expect("removed");
    fs::create_dir(stage.place(Folder::Incoming)).expect("something that unlink does not remove");
    stage.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())]);
    stage.settles();
    fs::remove_dir(stage.place(Folder::Incoming)).expect("out of the way");
    stage.send(vec![Deed::Tend(Pulse { watching: true, in_hand: 1, ..Pulse::default() })]);
    stage.hears(&Ack::Forgotten(id()));
}

#[test]
fn a_dead_letter_that_cannot_be_copied_is_kept_where_it_is_until_it_can() {
    let stage = Stage::new();
    let dead = stage.layout.folder(Folder::Dead);
    fs::remove_dir(&dead).expect("removed");
    write_deferred(&stage);
    let to_dead = Deed::Copy { id: id(), to: Folder::Dead, octets: b"{}".as_slice().into() };
    stage.send(vec![to_dead, Deed::Unlink { id: id(), folder: Folder::Deferred }, Deed::Forget(id())]);
    stage.settles();
    assert!(stage.place(Folder::Deferred).exists(), "its only copy");
    fs::create_dir(&dead).expect("made again");
    stage.send(vec![
        Deed::OpenAnew(stage.layout.clone()),
        Deed::Tend(Pulse { watching: true, in_hand: 1, notices: vec![], deaf: vec![], ..Pulse::default() }),
    ]);
    stage.hears(&Ack::Copied { id: id(), to: Folder::Dead });
    stage.hears(&Ack::Forgotten(id()));
    assert!(stage.place(Folder::Dead).exists() && !stage.place(Folder::Deferred).exists());
}

#[test]
fn what_is_set_aside_lies_in_corrupt_with_its_reason_under_a_harmless_name() {
    let stage = Stage::new();
    for _ in 0..2 {
        let nasty = "ev\u{1b}il letter";
        fs::File::create(stage.layout.folder(Folder::Incoming).join(nasty)).expect("a file");
        stage.send(vec![Deed::SetAside { name: nasty.into(), reason: "no alert".into() }]);
        stage.hears(&Ack::SetAside { name: nasty.into(), is_news: true });
        stage.hears(&Ack::Written(1));
    }
    let corrupt = stage.layout.folder(Folder::Corrupt);
    for name in ["ev_il_letter", "ev_il_letter.2"] {
        assert!(corrupt.join(name).exists(), "{name}");
        let reason = fs::read_to_string(corrupt.join(format!("{name}.reason"))).expect("a reason");
        assert_eq!(reason, "no alert\n");
    }
}

#[test]
fn the_last_batch_is_written_before_the_writer_ends() {
    let stage = Stage::new();
    stage.send(vec![Deed::Line(Event::Stopped)]);
    let Stage { folder, layout, writer, .. } = stage;
    writer.finish();
    assert_eq!(Stage::with(folder, layout).lines(), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what earlier runs left")]
fn an_old_journal_stays_until_a_newer_one_has_a_checkpoint() {
    let stage = Stage::new();
    let path = |day: &str| stage.layout.journal().join(format!("{day}.jsonl"));
    let days = ["2000-01-01", "2000-01-02", "2000-01-03", "2000-01-04"];
    let checkpoint = b"{\"at\":\"2000-01-02T00:00:00Z\",\"event\":\"checkpoint\",\"alive\":0}\n";
    for (day, octets) in days.into_iter().zip([b"".as_slice(), checkpoint, b"", b""]) {
        fs::write(path(day), octets).expect("written");
    }
    let tend = || {
        Deed::Tend(Pulse { watching: true, in_hand: 0, notices: vec![], deaf: vec![], ..Pulse::default() })
    };
    stage.send(vec![tend()]);
    stage.hears(&Ack::Written(1));
    assert_eq!(days.map(|day| path(day).exists()), [true; 4], "the last two days began and hold nothing");

    fs::write(path("2000-01-03"), checkpoint).expect("written");
    let Stage { folder, layout, writer, .. } = stage;
    writer.finish();
    let stage = Stage::with(folder, layout);
    stage.send(vec![tend()]);
    stage.hears(&Ack::Written(1));
    let path = |day: &str| stage.layout.journal().join(format!("{day}.jsonl"));
    assert_eq!(days.map(|day| path(day).exists()), [false, true, true, true]);
}
