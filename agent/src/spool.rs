//! The agent's side of the spool.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`lock`] | one agent per spool |
//! | [`recover`] | what a start makes of the journal and the folders |
//! | [`view`] | what people see of a spool: read only |
//! | [`watch`] | notify says where to look: a hint |
//! | [`intake`] | reads what lies in `incoming/`: the truth, and hostile |
//! | [`socket`] | takes alerts from those who cannot write into `incoming/` |
//! | [`writer`] | the one thread that writes below `queue/` |
//! | [`journal`] | the open file of the journal |
//!
//! Only the writer makes names visible and removes them, so that the order of its work is the order of promise 1.

pub mod intake;
pub mod journal;
pub mod lock;
pub mod recover;
pub mod socket;
pub mod view;
pub mod watch;
pub mod writer;

use std::io;

use spool_format::fs::{SpoolFs, StdFs};
use spool_format::{Folder, Layout};

/// The folders of a spool, held open: what happens to their paths later does not matter.
#[derive(Debug)]
pub struct Folders<F: SpoolFs = StdFs> {
    incoming: F::Dir,
    deferred: F::Dir,
    dead: F::Dir,
    corrupt: F::Dir,
    journal: F::Dir,
}

/// A spool that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open `{path}`: {source}; make the spool with: alertmail spool init {root}")]
pub struct OpenError {
    path: String,
    root: String,
    /// What the kernel said.
    pub source: io::Error,
}

impl<F: SpoolFs> Folders<F> {
    /// Opens all of them.
    pub fn open(fs: &F, layout: &Layout) -> Result<Self, OpenError> {
        let open = |path: std::path::PathBuf| {
            fs.open_dir(&path).map_err(|source| OpenError {
                path: path.display().to_string(),
                root: layout.root().display().to_string(),
                source,
            })
        };
        Ok(Self {
            incoming: open(layout.folder(Folder::Incoming))?,
            deferred: open(layout.folder(Folder::Deferred))?,
            dead: open(layout.folder(Folder::Dead))?,
            corrupt: open(layout.folder(Folder::Corrupt))?,
            journal: open(layout.journal())?,
        })
    }

    /// The folder that holds alerts in this state.
    pub const fn of(&self, folder: Folder) -> &F::Dir {
        match folder {
            Folder::Incoming => &self.incoming,
            Folder::Deferred => &self.deferred,
            Folder::Dead => &self.dead,
            Folder::Corrupt => &self.corrupt,
        }
    }

    /// The folder of the journal's files.
    pub const fn journal(&self) -> &F::Dir {
        &self.journal
    }
}
