//! One agent per spool: a lock that the kernel holds, so that none goes stale.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use fs2::FileExt;

/// The lock, as long as it lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Why the lock was not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another agent is at work.
    #[error("another agent is at work on this spool (it holds `{0}`); one is enough")]
    Held(String),
    /// The lock file cannot be opened or locked.
    #[error("cannot lock `{path}`: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the kernel said.
        source: io::Error,
    },
}

/// How often a lock that somebody has is asked for. Who only looks whether an agent is at work ([`is_held`]) has it for
/// a moment, and must not keep one from its start.
const TRIES: u32 = 20;

/// The time between two tries.
const PAUSE: Duration = Duration::from_millis(10);

impl Lock {
    /// Takes the lock; who has it for longer than a moment keeps it.
    #[expect(clippy::disallowed_methods, reason = "the kernel tells nobody when a lock is free")]
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let shown = path.display().to_string();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
        let file = file.map_err(|source| LockError::Io { path: shown.clone(), source })?;
        for _ in 1..TRIES {
            match file.try_lock_exclusive() {
                Ok(()) => return Ok(Self { file }),
                Err(error) if is_contended(&error) => thread::sleep(PAUSE),
                Err(source) => return Err(LockError::Io { path: shown, source }),
            }
        }
        Err(LockError::Held(shown))
    }
}

fn is_contended(error: &io::Error) -> bool {
    error.kind() == fs2::lock_contended_error().kind()
}

/// Whether an agent holds the lock. A lock that we get is given back at once.
pub fn is_held(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| match FileExt::try_lock_shared(&file) {
        Ok(()) => {
            let _ = FileExt::unlock(&file);
            false
        }
        Err(error) => is_contended(&error),
    })
}

impl Lock {
    /// Takes the lock of what is at `path` now, unless that is the file which is held.
    pub fn renew(&mut self, path: &Path) -> Result<(), LockError> {
        let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
        let held = self.file.metadata().map(identity);
        let there = std::fs::metadata(path).map(identity);
        if !matches!((held, there), (Ok(held), Ok(there)) if held == there) {
            *self = Self::take(path)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_looks_whether_an_agent_is_at_work_keeps_none_from_its_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let looked_at = File::create(&path).expect("a lock file");
        FileExt::try_lock_shared(&looked_at).expect("nobody has it");
        let looker = thread::spawn(move || {
            #[expect(clippy::disallowed_methods, reason = "a look takes a moment")]
            thread::sleep(PAUSE * 3);
            drop(looked_at);
        });
        assert!(Lock::take(&path).is_ok());
        looker.join().expect("it looked");
    }

    #[test]
    fn a_second_agent_is_told_who_is_in_its_way_and_a_dead_one_leaves_no_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let first = Lock::take(&path).expect("nobody has it");
        assert!(matches!(Lock::take(&path), Err(LockError::Held(_))));
        drop(first);
        Lock::take(&path).expect("the lock went with its holder");
    }

    #[test]
    fn an_agent_is_not_in_its_own_way_and_still_minds_others_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let mut lock = Lock::take(&path("here")).expect("nobody has it");
        lock.renew(&path("here")).expect("it is its own");
        let other = Lock::take(&path("there")).expect("nobody has it");
        assert!(matches!(lock.renew(&path("there")), Err(LockError::Held(_))));
        drop(other);
        lock.renew(&path("there")).expect("nobody has it any more");
        assert!(matches!(Lock::take(&path("there")), Err(LockError::Held(_))));
    }
}
