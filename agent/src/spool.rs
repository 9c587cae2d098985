//! The agent's side of the spool.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`lock`] | one agent per spool |
//! | [`recover`] | what a start makes of the journal and the folders |
//! | [`view`] | what people see of a spool: read only |
//! | [`verify`], [`repair`] | whether everything is in order, and how it is put in order |
//! | [`watch`] | notify says where to look: a hint |
//! | [`intake`] | reads what lies in `incoming/`: the truth, and hostile |
//! | [`socket`] | takes alerts from those who cannot write into `incoming/` |
//! | [`status`] | what the agent says of itself |
//! | [`writer`] | the one thread that writes below `queue/` |
//! | [`journal`] | the open file of the journal |
//! | [`read_back`] | the journal, read again |
//! | [`sends`] | which mails went out lately, for the quotas of providers |
//! | [`queue_fs`] | what the agent needs of a file system |
//! | [`audit`] | who could read, remove or replace the alerts of others |
//! | [`ownership`] | owners and modes of a machine's spool, and how they are brought about |
//!
//! Only the writer makes names visible and removes them, so that the order of its work is the order of promise 1.

pub mod audit;
pub mod intake;
pub mod journal;
pub mod lock;
pub mod ownership;
pub mod queue_fs;
pub mod read_back;
pub mod recover;
pub mod repair;
pub mod search;
pub mod sends;
pub mod socket;
pub mod status;
pub mod verify;
pub mod view;
pub mod watch;
pub mod writer;

use std::io;
use std::path::{Path, PathBuf};

use spool_format::fs::{SpoolFs, StdFs};
use spool_format::{Folder, Layout};

/// The folders of a spool, held open: what happens to their paths later does not matter.
#[derive(Debug)]
pub struct Folders<F: SpoolFs = StdFs> {
    queue: F::Dir,
    incoming: F::Dir,
    spare: Option<F::Dir>,
    deferred: F::Dir,
    dead: F::Dir,
    corrupt: F::Dir,
    journal: F::Dir,
}

/// What is at the path of a spool, compared with what is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What is open.
    Same,
    /// Nothing, for now.
    Gone,
    /// Another one: it was made anew, or something was mounted or unmounted there.
    Replaced,
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

impl OpenError {
    fn new(path: &Path, layout: &Layout, source: io::Error) -> Self {
        Self { path: path.display().to_string(), root: layout.root().display().to_string(), source }
    }
}

/// Sees whether there is a queue at all.
pub fn open_queue(layout: &Layout) -> Result<(), OpenError> {
    let queue = layout.root().join("queue");
    StdFs.open_dir(&queue).map(drop).map_err(|source| OpenError::new(&queue, layout, source))
}

impl<F: SpoolFs> Folders<F> {
    /// Opens all of them.
    pub fn open(fs: &F, layout: &Layout) -> Result<Self, OpenError> {
        let open = |path: PathBuf| fs.open_dir(&path).map_err(|source| OpenError::new(&path, layout, source));
        Ok(Self {
            queue: open(layout.queue())?,
            // It is there only if the administrator wants it.
            spare: layout.spare().and_then(|path| fs.open_dir(&path).ok()),
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

    /// The folder that is the agent's own.
    pub const fn queue(&self) -> &F::Dir {
        &self.queue
    }

    /// The folder in memory that takes alerts when nothing else does, if there is one.
    pub const fn spare(&self) -> Option<&F::Dir> {
        self.spare.as_ref()
    }

    /// The folder of the journal's files.
    pub const fn journal(&self) -> &F::Dir {
        &self.journal
    }
}

impl Folders<StdFs> {
    /// Whether the path still leads to these folders.
    pub fn place(&self, layout: &Layout) -> Place {
        let held = Folder::ALL.map(|folder| (self.of(folder), layout.folder(folder)));
        let held = held.into_iter().chain([(&self.queue, layout.queue()), (&self.journal, layout.journal())]);
        let mut place = Place::Same;
        for (dir, path) in held {
            let (Ok(open), Ok(there)) = (rustix::fs::fstat(dir.fd()), rustix::fs::stat(&path)) else {
                return Place::Gone;
            };
            if (open.st_dev, open.st_ino) != (there.st_dev, there.st_ino) {
                place = Place::Replaced;
            }
        }
        place
    }
}
