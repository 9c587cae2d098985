//! The one thread that writes below `queue/`.
//!
//! The engine hands it batches of [`Deed`]s, in order. It takes all that wait and does them together, so that many
//! alerts share one sync: first the copies, then the lines of the journal, then the sync, then the removals. So a copy
//! is durable before the line that speaks of it, and the line before the file goes. A sync for which nobody waits also
//! waits a moment for the batches that come next, and between a few removals and the next few it takes up what has come.
//!
//! A disk that fails stops no mail: what could not be written is owed, named in the log, and tried again every
//! second; until then no file goes whose line is not on the disk.

mod aside;
mod copies;
mod desk;
pub mod ground;
mod tend;
#[cfg(test)]
mod tests;
mod trouble;

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use spool_format::fs::StdFs;
use spool_format::{AlertId, Event, Folder, Layout, NoticeKind};

pub use super::status::Pulse;
use super::{Folders, OpenError};
use crate::config::Keeping;
use crate::edge::clock;
use crate::log;
pub use desk::Desk;

/// How long owed work waits for the next try.
const PAUSE_WHILE_OWING: Duration = Duration::from_secs(1);

/// Batches that are done together at most.
const BATCHES_MAX: usize = 512;

/// How long a sync for which nobody waits, and the removals behind it, wait for others to share them. A power cut in it
/// costs what it costs while the reply to the dot is on its way: the alert counts as possibly sent.
const LINGER: Duration = Duration::from_millis(1);

/// Batches that share one sync at most.
const UNFINISHED_MAX: usize = 64;

/// Removals in a row while others may wait for their lines, unless many times as many are to be done.
const REMOVALS: usize = 8;

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
    /// The octets for a copy could not be had: what there is of the alert stays where it is.
    Strand {
        /// Which alert.
        id: AlertId,
        /// Where it should have come to lie.
        to: Folder,
    },
    /// Move a dead letter whose move was cut off from where it lies to `dead/`.
    Bury {
        /// Which alert.
        id: AlertId,
        /// Where it lies.
        from: Folder,
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
    /// Say whether what stands before it in this batch is on the disk.
    Confirm(AlertId),
    /// Remove a file from the spare folder, once its copy and the lines before are on the disk.
    UnlinkSpare {
        /// Which alert.
        id: AlertId,
        /// Its name there.
        name: String,
    },
    /// Open the folders at this place: other ones are there now.
    OpenAnew(Layout),
    /// Write down the addresses of hosts, for those who come after this run. Nothing is missing without them.
    KeepAddresses(String),
    /// Look after what is not about one alert: the reserve, what has been kept for long enough, the status.
    Tend(Pulse),
    /// Move what is not an alert from `incoming/` to `corrupt/`, with a file that says why.
    SetAside {
        /// Its name, whatever octets it has.
        name: OsString,
        /// Why, for people.
        reason: String,
    },
    /// Write a reason for what lies in `corrupt/` without one.
    Explain {
        /// Its name there.
        name: String,
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
    /// Comes back with [`Ack::Written`] as soon as the kernel has the lines.
    pub early: Option<u64>,
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
    /// The copy of this alert is on the disk, so that its octets need not stay in memory.
    Copied {
        /// Which alert.
        id: AlertId,
        /// Where the copy is.
        to: Folder,
    },
    /// What stood before [`Deed::Confirm`] is on the disk, or is not.
    Confirmed {
        /// Which alert.
        id: AlertId,
        /// Whether it survives a power cut.
        durable: bool,
    },
    /// This name was moved out of `incoming/`, or could not be.
    SetAside {
        /// Its name.
        name: OsString,
        /// Whether the journal tells of a file that is no alert.
        is_news: bool,
    },
    /// What the disk does not do at present, with reasons, whenever that has changed; at first nothing is wrong.
    Troubles(Vec<(NoticeKind, String)>),
}

/// The handle of the thread.
#[derive(Debug)]
pub struct Writer {
    batches: Sender<Batch>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Opens the folders and starts the thread. `acks` is called on it.
    pub fn start(
        layout: &Layout,
        keeping: Keeping,
        acks: impl Fn(Ack) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let desk = Desk::new(StdFs, Folders::open(&StdFs, layout)?, keeping);
        let (batches, receiver) = channel();
        Ok(Self { batches, thread: std::thread::spawn(move || serve(desk, &receiver, acks)) })
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

fn serve(mut desk: Desk<StdFs>, batches: &Receiver<Batch>, acks: impl Fn(Ack)) {
    let mut unfinished = 0;
    loop {
        // Removals wait for nobody, and let everybody past.
        let patience = match (desk.has_removals(), desk.owes(), desk.is_in_trouble()) {
            (true, ..) => Some(Duration::ZERO),
            (false, false, _) => None,
            (false, true, false) => Some(LINGER),
            (false, true, true) => Some(PAUSE_WHILE_OWING),
        };
        let first = match patience {
            None => batches.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(patience) => batches.recv_timeout(patience),
        };
        let first = match first {
            Ok(batch) => Some(batch),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let has_waited = first.is_none() && !desk.has_removals();
        let more = std::iter::from_fn(|| batches.try_recv().ok());
        let together: Vec<Batch> = first.into_iter().chain(more).take(BATCHES_MAX).collect();
        unfinished += together.len();
        desk.write(clock::wall_now(), together).into_iter().for_each(&acks);
        if has_waited || unfinished >= UNFINISHED_MAX || desk.is_waited_for() {
            unfinished = 0;
            desk.sync().into_iter().for_each(&acks);
        }
        desk.remove_some(REMOVALS).into_iter().for_each(&acks);
    }
    if desk.owes() {
        desk.carry_out(clock::wall_now(), Vec::new());
    }
}
