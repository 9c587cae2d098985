//! Watches a disk that may hang, and brings the alert elsewhere when it does.
//!
//! A thread that waits for a disk cannot be called back, so a second one has to do it. That costs every run some seventy
//! microseconds and two dozen system calls, and every run is worth it: a hook that hangs on a dying disk tells nobody
//! of the dying disk. What the second thread cannot do: end a process whose first thread waits *uninterruptibly*
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
    #[cold]
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
            return Some(Outcome::of(take_over(parcel, deadline, seen), parcel.places.voice));
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
        return place::without_the_agent(parcel, deadline, first);
    }
    place::elsewhere(parcel, deadline, first)
}

/// A socket in the spool lies on the disk that hangs: even its name could not be looked up.
fn hangs_as_well(socket: &Path, spool: &Path) -> bool {
    socket.starts_with(spool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Places;
    use crate::syslog::Syslog;
    use spool_format::{Alert, AlertId, Wall};
    use std::time::{Duration, Instant};

    #[expect(clippy::disallowed_methods, reason = "tests wait in real time")]
    fn clock() -> Instant {
        Instant::now()
    }

    /// A parcel for a spool that is there, with a spare folder; and the folders.
    fn parcel() -> (tempfile::TempDir, Arc<Parcel>) {
        let folder = tempfile::tempdir().expect("a folder");
        let [spool, spare] = ["spool", "spare"].map(|name| folder.path().join(name));
        std::fs::create_dir_all(spool.join("submit/incoming")).expect("a folder");
        std::fs::create_dir(&spare).expect("a folder");
        let id = AlertId::new(Wall::from_unix_ms(0), [7; 10]);
        let alert = Alert { version: 1, id: Some(id), subject: "x".into(), ..Alert::default() };
        let (octets, syslog) = (alert.to_octets(), Syslog::nowhere());
        let places = Places {
            socket: spool.join("submit/socket"),
            spare: Some(spare),
            spool,
            syslog,
            voice: crate::Voice::Id,
        };
        (folder, Arc::new(Parcel { id, alert, octets, places }))
    }

    fn begin(parcel: &Arc<Parcel>, total: Duration) -> Watch {
        Watch::begin(Arc::clone(parcel), Deadline::new(total, clock), |_| ()).expect("a thread")
    }

    fn wait_for_the_other_thread(watch: &Watch) {
        let patience = clock() + Duration::from_mins(1);
        while !watch.thread.is_finished() {
            assert!(clock() < patience, "the watch does not end");
            std::thread::yield_now();
        }
    }

    fn names(folder: &Path) -> usize {
        std::fs::read_dir(folder).expect("a folder").count()
    }

    #[test]
    fn a_disk_that_comes_back_after_the_alert_went_elsewhere_must_not_show_it() {
        let (_folder, parcel) = parcel();
        let watch = begin(&parcel, Duration::from_millis(30));
        wait_for_the_other_thread(&watch);
        let kept = incoming::keep(&parcel, || watch.may_appear());
        assert!(matches!(kept, Err(place::Failure::NextPlace(_))), "{kept:?}");
        assert_eq!(names(&parcel.places.spool.join("submit/incoming")), 0);
        let outcome = watch.settle().expect("the other thread has the last word");
        assert_eq!((outcome.exit, outcome.stdout), (Exit::Done, format!("{}\n", parcel.id)));
        assert!(outcome.stderr.starts_with("enqueue: stored in memory only"), "{}", outcome.stderr);
    }

    #[test]
    fn a_disk_that_hangs_with_the_alert_perhaps_visible_leaves_it_uncertain_and_nowhere_else() {
        let (_folder, parcel) = parcel();
        let watch = begin(&parcel, Duration::from_secs(2));
        watch.may_appear().expect("in time");
        wait_for_the_other_thread(&watch);
        let outcome = watch.settle().expect("the other thread has the last word");
        assert_eq!((outcome.exit, outcome.stdout.as_str()), (Exit::TryAgain, ""));
        assert!(
            outcome.stderr.starts_with("enqueue: perhaps not stored: the disk hangs"),
            "{}",
            outcome.stderr
        );
        assert_eq!(names(parcel.places.spare.as_ref().expect("a folder")), 0);
    }

    #[test]
    fn a_disk_that_is_done_in_time_ends_the_watch_without_a_word() {
        let (_folder, parcel) = parcel();
        let watch = begin(&parcel, Duration::from_hours(1));
        incoming::keep(&parcel, || watch.may_appear()).expect("stored");
        assert_eq!(watch.settle(), None);
    }
}
