//! The writer on real folders: copy, line, removal, also where the disk refuses.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use spool_format::journal::replay;
use spool_format::{Address, Wall};

use super::*;

struct Desk {
    folder: tempfile::TempDir,
    layout: Layout,
    writer: Writer,
    acks: Receiver<Ack>,
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

impl Desk {
    /// A spool with one alert in `incoming/`.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        for path in layout.all_folders() {
            fs::create_dir_all(path).expect("a folder");
        }
        fs::File::create(layout.folder(Folder::Incoming).join(file_name(id()))).expect("a file");
        let (sender, acks) = channel();
        let writer = Writer::start(&layout, move |ack| drop(sender.send(ack))).expect("a spool");
        Self { folder, layout, writer, acks }
    }

    fn place(&self, folder: Folder) -> PathBuf {
        self.layout.folder(folder).join(file_name(id()))
    }

    fn send(&self, deeds: Vec<Deed>) {
        self.writer.send(Batch { deeds, sync: true, token: Some(1) });
    }

    fn hears(&self, ack: &Ack) {
        let heard = self.acks.recv_timeout(Duration::from_secs(20)).expect("an acknowledgement");
        assert_eq!(heard, *ack);
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
    let desk = Desk::new();
    desk.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())]);
    desk.hears(&Ack::Forgotten(id()));
    assert!(!desk.place(Folder::Incoming).exists());
    assert_eq!(desk.lines(), 1);
    desk.hears(&Ack::Written(1));
}

#[test]
fn a_deferred_alert_is_never_without_a_file() {
    let desk = Desk::new();
    desk.send(vec![copy(), Deed::Unlink { id: id(), folder: Folder::Incoming }]);
    desk.hears(&Ack::Written(1));
    assert!(!desk.place(Folder::Incoming).exists());
    assert_eq!(fs::read(desk.place(Folder::Deferred)).expect("the copy"), b"{}");
}

#[test]
fn where_no_copy_can_be_made_the_original_stays_and_goes_with_the_alert() {
    let desk = Desk::new();
    fs::remove_dir(desk.layout.folder(Folder::Deferred)).expect("removed");
    desk.send(vec![copy(), Deed::Unlink { id: id(), folder: Folder::Incoming }]);
    desk.hears(&Ack::Written(1));
    assert!(desk.place(Folder::Incoming).exists());
    desk.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Deferred }, Deed::Forget(id())]);
    desk.hears(&Ack::Forgotten(id()));
    assert!(!desk.place(Folder::Incoming).exists());
}

#[test]
fn while_the_journal_cannot_be_written_no_file_goes_and_afterwards_nothing_is_missing() {
    let desk = Desk::new();
    fs::remove_dir(desk.layout.journal()).expect("removed");
    desk.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())]);
    desk.hears(&Ack::Written(1));
    assert!(desk.place(Folder::Incoming).exists());
    fs::create_dir(desk.layout.journal()).expect("made again");
    desk.hears(&Ack::Forgotten(id()));
    assert!(!desk.place(Folder::Incoming).exists());
    assert_eq!(desk.lines(), 1);
}

#[test]
fn a_file_that_cannot_be_removed_is_not_forgotten_lest_it_be_sent_again() {
    let desk = Desk::new();
    fs::remove_file(desk.place(Folder::Incoming)).expect("removed");
    fs::create_dir(desk.place(Folder::Incoming)).expect("something that unlink does not remove");
    desk.send(vec![sent(), Deed::Unlink { id: id(), folder: Folder::Incoming }, Deed::Forget(id())]);
    desk.hears(&Ack::Written(1));
}

#[test]
fn what_is_set_aside_lies_in_corrupt_with_its_reason_under_a_harmless_name() {
    let desk = Desk::new();
    for _ in 0..2 {
        let nasty = "ev\u{1b}il letter";
        fs::File::create(desk.layout.folder(Folder::Incoming).join(nasty)).expect("a file");
        desk.send(vec![Deed::SetAside { name: nasty.into(), reason: "no alert".into() }]);
        desk.hears(&Ack::SetAside(nasty.into()));
        desk.hears(&Ack::Written(1));
    }
    let corrupt = desk.layout.folder(Folder::Corrupt);
    for name in ["ev_il_letter", "ev_il_letter.2"] {
        assert!(corrupt.join(name).exists(), "{name}");
        let reason = fs::read_to_string(corrupt.join(format!("{name}.reason"))).expect("a reason");
        assert_eq!(reason, "no alert\n");
    }
}

#[test]
fn the_last_batch_is_written_before_the_writer_ends() {
    let desk = Desk::new();
    desk.send(vec![Deed::Line(Event::Stopped)]);
    let Desk { folder, layout, writer, .. } = desk;
    writer.finish();
    let (sender, acks) = channel();
    let writer = Writer::start(&layout, move |ack| drop(sender.send(ack))).expect("a spool");
    assert_eq!(Desk { folder, layout, writer, acks }.lines(), 1);
}
