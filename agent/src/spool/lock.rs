//! One agent per spool: a lock that the kernel holds, so that none goes stale.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use fs2::FileExt as _;

/// The lock, as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
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
            Ok(()) => Ok(Self { _file: file }),
            Err(error) if error.kind() == fs2::lock_contended_error().kind() => Err(LockError::Held(shown)),
            Err(source) => Err(LockError::Io { path: shown, source }),
        }
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
}
