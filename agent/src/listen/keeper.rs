//! An alert into `incoming/`, as `enqueue` does it: durable before anybody is told so. What cannot be kept in time does not
//! appear later, so that a client that tries again sends nothing twice.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::publish::publish_if;
use spool_format::{Alert, AlertId, Folder, Layout};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::edge::{chance, clock};

/// For the disk, with those who wait before us.
const WITHIN: Duration = Duration::from_secs(20);

/// Ids to try. That even one is taken means that a clock and 80 bits of chance repeat.
const IDS_MAX: u32 = 3;

/// Why an alert was not kept. The text is for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotKept {
    /// Perhaps later.
    Later(String),
    /// It is no better the next time.
    Never(String),
}

/// Keeps alerts.
#[derive(Clone)]
pub(super) struct Keeper {
    incoming: PathBuf,
    writers: Arc<Semaphore>,
}

/// Who comes first: the file, or the end of the client's patience.
#[derive(Debug, Default)]
struct Race(AtomicU8);

const OPEN: u8 = 0;
const APPEARS: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Race {
    fn win(&self, with: u8) -> bool {
        self.0.compare_exchange(OPEN, with, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl Keeper {
    pub(super) fn new(layout: &Layout, writers: usize) -> Self {
        Self { incoming: layout.folder(Folder::Incoming), writers: Arc::new(Semaphore::new(writers)) }
    }

    /// Keeps the alert that `make` makes, under the id that it has or a new one. Under an id that is there already it
    /// is that alert.
    pub(super) async fn keep(
        &self,
        make: impl FnOnce(AlertId) -> Result<Alert, String> + Send + 'static,
    ) -> Result<AlertId, NotKept> {
        let race = Arc::new(Race::default());
        let (incoming, judge) = (self.incoming.clone(), Arc::clone(&race));
        let writers = Arc::clone(&self.writers);
        let kept = async move {
            let Ok(turn) = writers.acquire_owned().await else { return Err(later("nobody writes any more")) };
            let written = spawn_blocking(move || write(&incoming, make, &judge, turn)).await;
            written.unwrap_or_else(|_| Err(later("the one who wrote it has failed")))
        };
        match timeout(WITHIN, kept).await {
            Ok(kept) => kept,
            Err(_) if race.win(GIVEN_UP) => Err(later("the disk is too slow; nothing was kept")),
            Err(_) => Err(later("the disk is too slow; perhaps it was kept")),
        }
    }
}

fn later(why: &str) -> NotKept {
    NotKept::Later(why.to_owned())
}

fn write(
    incoming: &std::path::Path,
    make: impl FnOnce(AlertId) -> Result<Alert, String>,
    race: &Race,
    _turn: OwnedSemaphorePermit,
) -> Result<AlertId, NotKept> {
    let dir =
        StdFs.open_dir(incoming).map_err(|error| later(&format!("the spool cannot be opened: {error}")))?;
    let own = AlertId::new(clock::wall_now(), chance::names());
    let mut alert = make(own).map_err(NotKept::Never)?;
    let given = alert.id;
    let mut id = given.unwrap_or(own);
    for _ in 0..IDS_MAX {
        alert.id = Some(id);
        let octets = alert.to_octets();
        if octets.len() > ALERT_OCTETS_MAX {
            let text = format!("the alert has {} octets; {ALERT_OCTETS_MAX} are allowed", octets.len());
            return Err(NotKept::Never(text));
        }
        let may_appear = || if race.win(APPEARS) { Ok(()) } else { Err(io::ErrorKind::TimedOut.into()) };
        let (draft, name) = (temporary_name(id), file_name(id));
        match publish_if(&StdFs, &dir, &draft, &name, ALERT_MODE, &octets, may_appear) {
            Ok(()) => return Ok(id),
            Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {
                // The name was there before; it is no draft of somebody who is at it just now.
                if given.is_some() && StdFs.sync_dir(&dir).is_ok() && incoming.join(&name).exists() {
                    return Ok(id);
                }
                if given.is_some() {
                    return Err(later(&format!("somebody else is sending the alert {id} just now")));
                }
                race.0.store(OPEN, Ordering::SeqCst);
                id = AlertId::new(clock::wall_now(), chance::names());
            }
            Err(error) => return Err(later(&error.to_string())),
        }
    }
    Err(later("every id is taken"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper(root: &std::path::Path) -> (Keeper, PathBuf) {
        let layout = Layout::new(root);
        let incoming = layout.folder(Folder::Incoming);
        std::fs::create_dir_all(&incoming).expect("a folder");
        (Keeper::new(&layout, 1), incoming)
    }

    fn alert(id: Option<AlertId>) -> Alert {
        Alert { version: 1, subject: "s".to_owned(), id, ..Alert::default() }
    }

    fn names(incoming: &std::path::Path) -> usize {
        std::fs::read_dir(incoming).expect("a folder").count()
    }

    #[tokio::test]
    async fn an_alert_that_is_sent_again_under_its_id_is_the_same_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (keeper, incoming) = keeper(folder.path());
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz");
        for _ in 0..2 {
            assert_eq!(keeper.keep(move |_| Ok(alert(id))).await, Ok(id.expect("an id")));
        }
        assert_eq!(names(&incoming), 1);
        assert!(keeper.keep(|_| Ok(alert(None))).await.is_ok());
        assert_eq!(names(&incoming), 2);
    }

    #[tokio::test]
    async fn what_cannot_be_kept_is_said_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (keeper, incoming) = keeper(folder.path());
        let huge = |_| Ok(Alert { body: "x".repeat(ALERT_OCTETS_MAX), ..alert(None) });
        assert!(matches!(keeper.keep(huge).await, Err(NotKept::Never(_))));
        assert_eq!(names(&incoming), 0);
        std::fs::remove_dir(&incoming).expect("removed");
        assert!(matches!(keeper.keep(|_| Ok(alert(None))).await, Err(NotKept::Later(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_given_up_does_not_appear_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let (keeper, incoming) = keeper(folder.path());
        let turn = Arc::clone(&keeper.writers).acquire_owned().await.expect("open");
        let kept = keeper.keep(|_| Ok(alert(None))).await;
        assert_eq!(kept, Err(later("the disk is too slow; nothing was kept")));
        drop(turn);
        assert_eq!(names(&incoming), 0);
        // Also if the one who writes has come so far already.
        let race = Race::default();
        assert!(race.win(GIVEN_UP));
        let turn = Arc::clone(&keeper.writers).acquire_owned().await.expect("open");
        let late = write(&incoming, |_| Ok(alert(None)), &race, turn);
        assert!(matches!(late, Err(NotKept::Later(_))), "{late:?}");
        assert_eq!(names(&incoming), 0);
    }
}
