//! Watches a disk that may hang, and brings the alert elsewhere when it does.
//!
//! A thread that waits for a disk cannot be called back, so a second one has to do it. That costs every run some forty
//! microseconds and two dozen system calls, so only those runs have it for which it is worth it: critical alerts, and
//! any with `--timeout`. What the second thread cannot do: end a process whose first thread waits *uninterruptibly*
//! (state D: a local disk that answers nothing, a frozen file system). Then the alert is elsewhere in time, but the
//! caller waits until the kernel gives up. NFS, FUSE and everything else that can be killed ends in time.
//!
//! Only one of the two may have the last word: [`Watch::may_appear`] and [`Watch::settle`] decide who.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::JoinHandle;

use crate::Outcome;
use crate::deadline::Deadline;
use crate::exit::{Exit, Refusal};
use crate::place::{self, Parcel, incoming};

/// The disk has the alert in hand, invisibly.
const WRITING: u8 = 0;
/// The file may be visible.
const APPEARING: u8 = 1;
/// The disk is done with it, one way or the other.
const SETTLED: u8 = 2;
/// The second thread has it.
const TAKEN_OVER: u8 = 3;

/// Octets of the second thread's stack: it formats some text and talks to a socket.
const STACK_OCTETS: usize = 128 * 1024;

/// The second thread.
#[derive(Debug)]
pub(crate) struct Watch {
    phase: Arc<AtomicU8>,
    thread: JoinHandle<Option<Outcome>>,
}

impl Watch {
    /// Begins to watch. When the disk's time is over, the alert goes elsewhere and `leave` gets the outcome.
    pub(crate) fn begin(parcel: Arc<Parcel>, deadline: Deadline, leave: fn(&Outcome)) -> io::Result<Self> {
        let phase = Arc::new(AtomicU8::new(WRITING));
        let theirs = Arc::clone(&phase);
        let thread = std::thread::Builder::new().stack_size(STACK_OCTETS).spawn(move || {
            let outcome = wait(&theirs, &parcel, &deadline)?;
            leave(&outcome);
            Some(outcome)
        })?;
        Ok(Self { phase, thread })
    }

    /// Whether the file may become visible: not once the alert is on its way elsewhere.
    pub(crate) fn may_appear(&self) -> io::Result<()> {
        let asked = self.phase.compare_exchange(WRITING, APPEARING, Ordering::AcqRel, Ordering::Acquire);
        asked.map(|_| ()).map_err(|_| io::ErrorKind::TimedOut.into())
    }

    /// The disk is done. If it came too late, waits for the other thread's outcome, and that is the one that counts.
    pub(crate) fn settle(self) -> Option<Outcome> {
        let phase = self.phase.swap(SETTLED, Ordering::AcqRel);
        if phase != TAKEN_OVER {
            self.thread.thread().unpark();
            return None;
        }
        self.thread.join().ok().flatten()
    }
}

fn wait(phase: &AtomicU8, parcel: &Parcel, deadline: &Deadline) -> Option<Outcome> {
    while let Some(left) = deadline.left_for_the_disk() {
        std::thread::park_timeout(left);
        if phase.load(Ordering::Acquire) == SETTLED {
            return None;
        }
    }
    loop {
        let seen = phase.load(Ordering::Acquire);
        if seen == SETTLED {
            return None;
        }
        if phase.compare_exchange(seen, TAKEN_OVER, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            return Some(Outcome::of(take_over(parcel, deadline, seen)));
        }
    }
}

fn take_over(parcel: &Parcel, deadline: &Deadline, seen: u8) -> Result<place::Stored, Refusal> {
    let spool = &parcel.places.spool;
    let waited_s = (deadline.total() * 2 / 3).as_secs().max(1);
    let hangs = format!("the disk hangs: {} did not answer within {waited_s} s", spool.display());
    if seen == APPEARING {
        let unsure = incoming::unsure(parcel.id, spool, &hangs);
        return Err(place::to_syslog(parcel, deadline, unsure));
    }
    let first = Refusal::new(Exit::TryAgain, format!("{hangs}; see what is wrong with it"));
    if hangs_as_well(&parcel.places.socket, spool) {
        return Err(place::to_syslog(parcel, deadline, first));
    }
    place::elsewhere(parcel, deadline, first)
}

/// A socket in the spool lies on the disk that hangs: even its name could not be looked up.
fn hangs_as_well(socket: &Path, spool: &Path) -> bool {
    socket.starts_with(spool)
}
