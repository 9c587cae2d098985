//! The one thread that writes below `queue/`.
//!
//! The engine hands it batches of [`Deed`]s, in order. It takes all that wait and does them together, so that many
//! alerts share one sync: first the copies, then the lines of the journal, then the sync, then the removals. So a copy
//! is durable before the line that speaks of it, and the line before the file goes.
//!
//! A disk that fails stops no mail: what could not be written is owed, named in the log, and tried again every
//! second; until then no file goes whose line is not on the disk.

mod aside;
mod copies;
pub mod ground;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use spool_format::folder::file_name;
use spool_format::fs::SpoolFs as _;
use spool_format::fs::StdFs;
use spool_format::{AlertId, Entry, Event, Folder, Layout};

use super::journal::Journal;
use super::{Folders, OpenError};
use crate::edge::clock;
use crate::log;
use aside::Told;

/// How long owed work waits for the next try.
const PAUSE_WHILE_OWING: Duration = Duration::from_secs(1);

/// Batches that are done together at most.
const BATCHES_MAX: usize = 512;

/// One thing to do.
#[derive(Debug, PartialEq)]
pub enum Deed {
    /// Append a line to the journal.
    Line(Event),
    /// Put the octets of an alert durably into a folder.
    Copy {
        /// Which alert.
        id: AlertId,
        /// Where it has to lie.
        to: Folder,
        /// Its file, as it was read.
        octets: Arc<[u8]>,
    },
    /// Remove an alert's file.
    Unlink {
        /// Which alert.
        id: AlertId,
        /// Where it lies.
        folder: Folder,
    },
    /// Say when everything before it is done: nothing will come back.
    Forget(AlertId),
    /// Move what is not an alert from `incoming/` to `corrupt/`, with a file that says why.
    SetAside {
        /// Its name, whatever octets it has.
        name: OsString,
        /// Why, for people.
        reason: String,
    },
    /// Remove a half-written file of our own.
    Litter {
        /// Its hidden name.
        name: String,
        /// Where it lies.
        folder: Folder,
    },
}

/// Deeds that belong together.
#[derive(Debug, Default)]
pub struct Batch {
    /// In order.
    pub deeds: Vec<Deed>,
    /// Whether its lines have to be on the disk, and not only in the kernel.
    pub sync: bool,
    /// Comes back with [`Ack::Written`] once the lines are written (or synced, if asked for).
    pub token: Option<u64>,
}

/// What the writer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ack {
    /// The batch with this token is as safe as it can be made now.
    Written(u64),
    /// Nothing is left of this alert outside the journal and the dead letters.
    Forgotten(AlertId),
    /// This name was moved out of `incoming/`, or could not be.
    SetAside(OsString),
}

/// The handle of the thread.
#[derive(Debug)]
pub struct Writer {
    batches: Sender<Batch>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Opens the folders and starts the thread. `acks` is called on it.
    pub fn start(layout: &Layout, acks: impl Fn(Ack) + Send + 'static) -> Result<Self, OpenError> {
        let folders = Folders::open(&StdFs, layout)?;
        let (batches, receiver) = channel();
        let state = State {
            folders,
            journal: Journal::new(layout.journal()),
            acks: Box::new(acks),
            owed: Owed::default(),
            stranded: BTreeSet::new(),
            stuck: BTreeSet::new(),
            told: Told::default(),
        };
        Ok(Self { batches, thread: std::thread::spawn(move || state.serve(&receiver)) })
    }

    /// Hands over a batch.
    pub fn send(&self, batch: Batch) {
        // The thread ends only when this handle is gone.
        let _ = self.batches.send(batch);
    }

    /// Lets the thread finish what it has, and waits for it.
    pub fn finish(self) {
        drop(self.batches);
        if self.thread.join().is_err() {
            log::writer_died();
        }
    }
}

struct State {
    folders: Folders<StdFs>,
    journal: Journal,
    acks: Box<dyn Fn(Ack) + Send>,
    owed: Owed,
    /// Alerts whose copy could not be made, so that their file still lies in `incoming/`.
    stranded: BTreeSet<AlertId>,
    /// Alerts whose file could not be removed: they stay in hand, so that no scan takes them for new ones.
    stuck: BTreeSet<AlertId>,
    /// What could not be set aside.
    told: Told,
}

/// What could not be done yet.
#[derive(Default)]
struct Owed {
    lines: Vec<u8>,
    day: String,
    sync: bool,
    /// Removals and what follows from them, in order; nothing of it happens while lines are owed.
    removals: Vec<Deed>,
}

impl State {
    fn serve(mut self, batches: &Receiver<Batch>) {
        loop {
            let first = if self.owed.lines.is_empty() {
                batches.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                batches.recv_timeout(PAUSE_WHILE_OWING)
            };
            let first = match first {
                Ok(batch) => Some(batch),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let more = std::iter::from_fn(|| batches.try_recv().ok());
            let together: Vec<Batch> = first.into_iter().chain(more).take(BATCHES_MAX).collect();
            self.carry_out(together);
        }
        if !self.owed.lines.is_empty() {
            self.settle();
        }
    }

    /// Carries out batches that came together, as one.
    fn carry_out(&mut self, batches: Vec<Batch>) {
        let mut tokens = Vec::new();
        let mut copied = BTreeSet::new();
        for mut batch in batches {
            self.copy_all(&mut batch.deeds, &mut copied);
            self.owed.sync |= batch.sync;
            tokens.extend(batch.token);
            for deed in batch.deeds {
                self.take(deed);
            }
        }
        self.sync_copies(&copied);
        self.settle();
        for token in tokens {
            (self.acks)(Ack::Written(token));
        }
    }

    fn take(&mut self, deed: Deed) {
        match deed {
            Deed::Line(event) => self.owe_line(event),
            Deed::SetAside { name, reason } => self.set_aside(&name, reason),
            Deed::Litter { name, folder } => {
                if let Err(error) = StdFs.unlink(self.folders.of(folder), &name) {
                    log::cannot_remove(&name, folder, &error);
                }
            }
            Deed::Unlink { .. } | Deed::Forget(_) => self.owed.removals.push(deed),
            Deed::Copy { .. } => unreachable!("copies are done before the lines"),
        }
    }

    fn owe_line(&mut self, event: Event) {
        let entry = Entry { at: clock::wall_now(), event };
        self.owed.day = entry.at.day();
        entry.write_line(&mut self.owed.lines);
    }

    /// Writes and syncs what is owed, and then removes what may go.
    fn settle(&mut self) {
        if !self.owed.lines.is_empty() {
            let written = self.journal.append(&self.owed.day, &self.owed.lines);
            let synced = written.and_then(|()| if self.owed.sync { self.journal.sync() } else { Ok(()) });
            if let Err(error) = synced {
                log::journal_trouble(&error);
                return;
            }
            self.owed.lines.clear();
        }
        self.owed.sync = false;
        for deed in std::mem::take(&mut self.owed.removals) {
            match deed {
                Deed::Unlink { id, folder } => self.unlink(id, folder),
                Deed::Forget(id) if self.stuck.contains(&id) || self.stranded.contains(&id) => {}
                Deed::Forget(id) => (self.acks)(Ack::Forgotten(id)),
                Deed::Line(_) | Deed::Copy { .. } | Deed::SetAside { .. } | Deed::Litter { .. } => {}
            }
        }
    }

    fn unlink(&mut self, id: AlertId, folder: Folder) {
        let name = file_name(id);
        if folder == Folder::Incoming && self.stranded.contains(&id) {
            // Its only durable copy lies here.
            return;
        }
        let also_incoming = folder != Folder::Incoming && self.stranded.remove(&id);
        let places = [Some(folder), also_incoming.then_some(Folder::Incoming)];
        for folder in places.into_iter().flatten() {
            match StdFs.unlink(self.folders.of(folder), &name) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    log::cannot_remove(&name, folder, &error);
                    self.stuck.insert(id);
                }
            }
        }
    }
}
