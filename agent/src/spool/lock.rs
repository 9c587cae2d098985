//! One agent per spool: a lock that the kernel holds, so that none goes stale.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

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

impl Lock {
    /// Takes the lock without waiting.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let shown = path.display().to_string();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
        let file = file.map_err(|source| LockError::Io { path: shown.clone(), source })?;
        match file.try_lock_exclusive() {
            Ok(()) => Ok(Self { file }),
            Err(error) if error.kind() == fs2::lock_contended_error().kind() => Err(LockError::Held(shown)),
            Err(source) => Err(LockError::Io { path: shown, source }),
        }
    }
}

/// Whether an agent holds the lock. A lock that we get is given back at once.
pub fn is_held(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| match FileExt::try_lock_shared(&file) {
        Ok(()) => {
            let _ = FileExt::unlock(&file);
            false
        }
        Err(error) => error.kind() == fs2::lock_contended_error().kind(),
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
