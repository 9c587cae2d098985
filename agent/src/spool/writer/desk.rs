//! What the writer's thread does with the batches that wait: copies, lines, sync, removals, in this order.
//!
//! Lines are written at once, since somebody may wait for them before a final dot. For the sync nobody waits as a rule,
//! so that many batches share it. The removals behind it can be done a few at a time: a disk may take its time over each.
//!
//! It knows no thread and no clock, so that a model of a disk can take the place of the real one. What it could not
//! write it owes, and tries again whenever it is called; nothing is removed whose line is owed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;

use spool_format::folder::{file_name, parse_file_name};
use spool_format::{AlertId, Entry, Event, Folder, Layout, Wall};

use super::aside::Told;
use super::copies::Uncopied;
use super::trouble::{Troubles, What};
use super::{Ack, Batch, Deed, Keeping, Pulse};
use crate::log;
use crate::spool::Folders;
use crate::spool::journal::Journal;
use crate::spool::queue_fs::QueueFs;

/// The writer's work.
pub struct Desk<F: QueueFs> {
    pub(super) fs: F,
    pub(super) folders: Folders<F>,
    pub(super) keeping: Keeping,
    pub(super) journal: Journal<F>,
    pub(super) troubles: Troubles,
    pub(super) acks: Vec<Ack>,
    pub(super) owed: Owed,
    /// Removals and what follows from them, in order, whose lines are on the disk.
    cleared: VecDeque<Deed>,
    /// Alerts whose copy could not be made: what there is of them stays where it is.
    pub(super) uncopied: BTreeMap<AlertId, Uncopied>,
    /// Alerts whose file could not be removed: they stay in hand, so that no scan takes them for new ones.
    stuck: BTreeMap<AlertId, Stuck>,
    /// What could not be set aside.
    pub(super) told: Told,
    pub(super) pulse: Option<Pulse>,
    /// What the status file says.
    pub(super) status: String,
    /// The day on which old files were last looked for.
    pub(super) swept: String,
}

/// What could not be removed of an alert.
#[derive(Debug, Default)]
struct Stuck {
    places: BTreeSet<Folder>,
    /// Whether it is to be forgotten as soon as it is removed.
    forget: bool,
}

/// What could not be done yet.
#[derive(Debug, Default)]
pub(super) struct Owed {
    pub(super) lines: Vec<u8>,
    sync: bool,
    /// Removals and what follows from them, in order, that wait for the sync of their lines.
    pub(super) removals: Vec<Deed>,
    /// Of batches whose lines have to be on the disk.
    tokens: Vec<u64>,
}

impl<F: QueueFs> Desk<F> {
    /// A desk in front of these folders.
    pub fn new(fs: F, folders: Folders<F>, keeping: Keeping) -> Self {
        Self {
            fs,
            folders,
            keeping,
            journal: Journal::default(),
            troubles: Troubles::default(),
            acks: Vec::new(),
            owed: Owed::default(),
            cleared: VecDeque::new(),
            uncopied: BTreeMap::new(),
            stuck: BTreeMap::new(),
            told: Told::default(),
            pulse: None,
            status: String::new(),
            swept: String::new(),
        }
    }

    /// Whether something is left to do: what [`Desk::finish`] does, or what could not be written and has to be tried again.
    pub fn owes(&self) -> bool {
        let Owed { lines, sync, removals, tokens } = &self.owed;
        let all_is_synced = lines.is_empty() && !*sync && removals.is_empty() && tokens.is_empty();
        !all_is_synced || self.has_removals()
    }

    /// Whether [`Desk::remove_some`] has something to do.
    pub fn has_removals(&self) -> bool {
        !self.cleared.is_empty()
    }

    /// Whether lines could not be written to the file, or not be brought to the disk.
    pub fn is_in_trouble(&self) -> bool {
        self.troubles.has(What::Journal)
    }

    /// Whether somebody waits for what [`Desk::sync`] does.
    pub fn is_waited_for(&self) -> bool {
        !self.owed.tokens.is_empty() || self.owed.removals.iter().any(|deed| matches!(deed, Deed::Confirm(_)))
    }

    /// Carries out batches that came together, as one, and what is owed. `now` is the time of their lines.
    pub fn carry_out(&mut self, now: Wall, batches: Vec<Batch>) -> Vec<Ack> {
        let mut acks = self.write(now, batches);
        acks.append(&mut self.finish());
        acks
    }

    /// The first half: makes the copies and writes the lines, as one. Who waits only for the kernel to have the lines
    /// gets the word now. Several of these may share one [`Desk::sync`].
    pub fn write(&mut self, now: Wall, batches: Vec<Batch>) -> Vec<Ack> {
        let mut tokens = Vec::new();
        let mut copied = Vec::new();
        for mut batch in batches {
            self.copy_all(&mut batch.deeds, &mut copied);
            self.owed.sync |= batch.sync;
            tokens.extend(batch.early);
            let waiting = if batch.sync { &mut self.owed.tokens } else { &mut tokens };
            waiting.extend(batch.token);
            for deed in batch.deeds {
                if matches!(deed, Deed::Tend(_)) {
                    self.copy_again(&mut copied);
                    self.remove_again();
                }
                self.take(now, deed);
            }
        }
        self.sync_copies(copied);
        if let Err(error) = self.write_lines(now) {
            self.troubles.is(What::Journal, &error);
        }
        self.acks.extend(tokens.into_iter().map(Ack::Written));
        if self.pulse.is_some() {
            self.write_status(now);
        }
        self.acks.extend(self.troubles.news().map(Ack::Troubles));
        std::mem::take(&mut self.acks)
    }

    /// Brings what was written to the disk if that was asked for, and then removes what may go.
    pub fn finish(&mut self) -> Vec<Ack> {
        let mut acks = self.sync();
        while self.has_removals() {
            acks.append(&mut self.remove_some(usize::MAX));
        }
        acks
    }

    /// The second half: brings what was written to the disk if that was asked for. What waits for that may go then.
    pub fn sync(&mut self) -> Vec<Ack> {
        self.settle();
        let tokens = std::mem::take(&mut self.owed.tokens);
        self.acks.extend(tokens.into_iter().map(Ack::Written));
        self.acks.extend(self.troubles.news().map(Ack::Troubles));
        std::mem::take(&mut self.acks)
    }

    /// Removes `few` of those that may go, or more if many wait: they become fewer though others come.
    pub fn remove_some(&mut self, few: usize) -> Vec<Ack> {
        let some = few.max(self.cleared.len() / 4).min(self.cleared.len());
        for deed in self.cleared.drain(..some).collect::<Vec<_>>() {
            self.remove_what(deed);
        }
        std::mem::take(&mut self.acks)
    }

    fn take(&mut self, now: Wall, deed: Deed) {
        match deed {
            Deed::Line(event) => self.owe_line(now, event),
            Deed::SetAside { name, reason } => self.set_aside(now, &name, reason),
            Deed::Explain { name } => self.explain(now, name),
            Deed::Litter { name, folder } => {
                if let Err(error) = self.fs.unlink(self.folders.of(folder), &name) {
                    log::cannot_remove(&name, folder, &error);
                }
            }
            Deed::Unlink { .. } | Deed::UnlinkSpare { .. } | Deed::Forget(_) | Deed::Confirm(_) => {
                self.owed.removals.push(deed);
            }
            Deed::Tend(pulse) => self.tend(now, pulse),
            Deed::KeepAddresses(text) => self.keep_addresses(&text),
            Deed::OpenAnew(layout) => self.open_anew(&layout),
            // Copies are done before the lines.
            Deed::Copy { .. } | Deed::Strand { .. } | Deed::Bury { .. } => {}
        }
    }

    fn open_anew(&mut self, layout: &Layout) {
        match Folders::open(&self.fs, layout) {
            Ok(folders) => {
                self.folders = folders;
                self.journal.open_anew();
                self.status.clear();
            }
            Err(error) => self.troubles.says(What::Journal, &error.to_string()),
        }
    }

    pub(super) fn owe_line(&mut self, now: Wall, event: Event) {
        Entry { at: now, event }.write_line(&mut self.owed.lines);
    }

    /// Syncs what is owed, and clears what waits for that.
    fn settle(&mut self) {
        if !self.owed.lines.is_empty() {
            // They could not be written, which has been said.
            return self.let_nobody_wait();
        }
        if let Err(error) = self.sync_lines() {
            self.troubles.is(What::Journal, &error);
            return self.let_nobody_wait();
        }
        self.troubles.over(What::Journal);
        self.cleared.extend(self.owed.removals.drain(..));
    }

    fn remove_what(&mut self, deed: Deed) {
        match deed {
            Deed::Unlink { id, folder } => self.unlink(id, folder),
            Deed::UnlinkSpare { id, name } => self.unlink_spare(id, &name),
            Deed::Forget(id) => self.forget(id),
            Deed::Confirm(id) => {
                let durable = !self.uncopied.contains_key(&id);
                self.acks.push(Ack::Confirmed { id, durable });
            }
            Deed::Line(_)
            | Deed::Copy { .. }
            | Deed::Strand { .. }
            | Deed::Bury { .. }
            | Deed::SetAside { .. }
            | Deed::Explain { .. }
            | Deed::Litter { .. }
            | Deed::KeepAddresses(_)
            | Deed::OpenAnew(_)
            | Deed::Tend(_) => {}
        }
    }

    /// Whoever waits for a word gets it now: it is not on the disk.
    fn let_nobody_wait(&mut self) {
        self.owed.removals.retain(|deed| {
            if let Deed::Confirm(id) = deed {
                self.acks.push(Ack::Confirmed { id: *id, durable: false });
            }
            !matches!(deed, Deed::Confirm(_))
        });
    }

    fn write_lines(&mut self, now: Wall) -> io::Result<()> {
        if self.owed.lines.is_empty() {
            return Ok(());
        }
        let present = if self.journal.is_new_day(&now.day()) { self.present() } else { BTreeSet::new() };
        let append = |desk: &mut Self| {
            let still_there = |id| present.contains(&id);
            let dir = desk.folders.journal();
            desk.journal.append(&desk.fs, dir, now, &desk.owed.lines, still_there)
        };
        append(self).or_else(|error| self.after_making_room(error, append))?;
        self.owed.lines.clear();
        Ok(())
    }

    fn sync_lines(&mut self) -> io::Result<()> {
        if self.owed.sync {
            let sync = |desk: &mut Self| desk.journal.sync(&desk.fs, desk.folders.journal());
            sync(self).or_else(|error| self.after_making_room(error, sync))?;
            self.owed.sync = false;
        }
        Ok(())
    }

    /// Every alert of which a file is left. What is gone is gone for good then, also if the power goes: the file of the new day
    /// says nothing more of it, and the clock may be set to the next day at once.
    fn present(&self) -> BTreeSet<AlertId> {
        let folders = [Folder::Incoming, Folder::Deferred, Folder::Dead];
        for folder in folders {
            if let Err(error) = self.fs.sync_dir(self.folders.of(folder)) {
                log::cannot_sync(folder, &error);
            }
        }
        let names = folders.iter().filter_map(|folder| self.fs.list(self.folders.of(*folder)).ok());
        names.flatten().filter_map(|name| parse_file_name(&name)).collect()
    }

    /// A copy is to lie there: what was said before of removing it from there is void, since removals come after copies.
    pub(super) fn is_wanted_in(&mut self, id: AlertId, folder: Folder) {
        let is_void = Deed::Unlink { id, folder };
        self.owed.removals.retain(|deed| *deed != is_void);
        self.cleared.retain(|deed| *deed != is_void);
        if let Some(stuck) = self.stuck.get_mut(&id) {
            stuck.places.remove(&folder);
            if stuck.places.is_empty() && !stuck.forget {
                self.stuck.remove(&id);
            }
        }
    }

    fn unlink(&mut self, id: AlertId, folder: Folder) {
        let mut places = BTreeSet::from([folder]);
        if let Some(uncopied) = self.uncopied.get_mut(&id) {
            if uncopied.to != folder {
                // The only copy that is safe lies there.
                uncopied.kept_in.insert(folder);
                return;
            }
            // It never got to where it is removed from; it goes from where it was kept instead.
            places.append(&mut uncopied.kept_in);
            self.uncopied.remove(&id);
        }
        for folder in places {
            self.remove(id, folder);
        }
    }

    fn remove(&mut self, id: AlertId, folder: Folder) {
        let name = file_name(id);
        match self.fs.unlink(self.folders.of(folder), &name) {
            Ok(()) => self.is_removed(id, folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.is_removed(id, folder),
            Err(error) => {
                if self.stuck.entry(id).or_default().places.insert(folder) {
                    log::cannot_remove(&name, folder, &error);
                }
            }
        }
    }

    fn is_removed(&mut self, id: AlertId, folder: Folder) {
        let Some(stuck) = self.stuck.get_mut(&id) else { return };
        stuck.places.remove(&folder);
        if stuck.places.is_empty() {
            let forget = self.stuck.remove(&id).is_some_and(|stuck| stuck.forget);
            self.owed.removals.extend(forget.then_some(Deed::Forget(id)));
        }
    }

    /// Tries once more what could not be removed. Its line is on the disk since then.
    fn remove_again(&mut self) {
        let again: Vec<(AlertId, Folder)> = self
            .stuck
            .iter()
            .flat_map(|(id, stuck)| stuck.places.iter().map(|folder| (*id, *folder)))
            .collect();
        for (id, folder) in again {
            self.remove(id, folder);
        }
    }

    fn forget(&mut self, id: AlertId) {
        if let Some(uncopied) = self.uncopied.get_mut(&id) {
            uncopied.forget = true;
        } else if let Some(stuck) = self.stuck.get_mut(&id) {
            stuck.forget = true;
        } else {
            self.acks.push(Ack::Forgotten(id));
        }
    }

    fn unlink_spare(&mut self, id: AlertId, name: &str) {
        if let Some(uncopied) = self.uncopied.get_mut(&id) {
            uncopied.kept_spare = Some(name.to_owned());
            return;
        }
        let Some(spare) = self.folders.spare() else { return };
        match self.fs.unlink(spare, name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => log::cannot_remove_spare(name, &error),
            _ => {}
        }
    }
}
