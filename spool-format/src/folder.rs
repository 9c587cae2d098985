//! The folders of a spool: where they lie, what a name in them means, and with which modes they are made.
//!
//! The folder that a file is in says what it is. Nothing here touches a disk.

use std::path::{Path, PathBuf};

use crate::id::AlertId;

/// Mode of an alert file: its writer may change it, the agent's group may read it.
pub const ALERT_MODE: u32 = 0o640;
/// Mode of every folder of a private spool (one user, nobody else).
pub const PRIVATE_FOLDER_MODE: u32 = 0o700;
/// The spool of the whole machine.
pub const SYSTEM_SPOOL: &str = "/var/spool/alertmail";
/// What of the whole machine's spool lives in memory only: the socket, and the spare folder if there is one.
pub const SYSTEM_RUN: &str = "/run/alertmail";
/// Ending of an alert's file name.
pub const ALERT_ENDING: &str = ".json";

/// A folder that holds alerts, and so the state of an alert that lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// Put there by a hook; not tried yet, or being tried for the first time.
    Incoming,
    /// Not everybody has it yet; waits for its next attempt.
    Deferred,
    /// Nobody will take it: kept, counted, announced.
    Dead,
    /// Not an alert; the reason stands in a file beside it.
    Corrupt,
}

impl Folder {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Incoming, Self::Deferred, Self::Dead, Self::Corrupt];

    /// The word for people: also the folder's own name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Deferred => "deferred",
            Self::Dead => "dead",
            Self::Corrupt => "corrupt",
        }
    }

    const fn parent(self) -> &'static str {
        match self {
            Self::Incoming => "submit",
            Self::Deferred | Self::Dead | Self::Corrupt => "queue",
        }
    }
}

/// The places in one spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
    /// Where the socket is, if not where it is by itself.
    socket: Option<PathBuf>,
    /// Where the spare folder is, if not where it is by itself.
    spare: Option<PathBuf>,
}

impl Layout {
    /// The layout below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), socket: None, spare: None }
    }

    /// The same with the socket and the spare folder where somebody wants them.
    #[must_use]
    pub fn with(self, socket: Option<PathBuf>, spare: Option<PathBuf>) -> Self {
        Self { socket, spare, ..self }
    }

    /// The spool itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where `folder` lies.
    pub fn folder(&self, folder: Folder) -> PathBuf {
        self.root.join(folder.parent()).join(folder.as_str())
    }

    /// The folder that is the agent's own.
    pub fn queue(&self) -> PathBuf {
        self.root.join("queue")
    }

    /// Where the journal's daily files lie.
    pub fn journal(&self) -> PathBuf {
        self.root.join("queue/journal")
    }

    /// The file whose kernel lock says that an agent is at work.
    pub fn lock(&self) -> PathBuf {
        self.root.join("queue/lock")
    }

    /// The socket on which the agent takes alerts from those who cannot write into `incoming/`. The whole machine's spool
    /// has it outside, where a full or failing disk does not reach and the agent may make it.
    pub fn socket(&self) -> PathBuf {
        if let Some(socket) = &self.socket {
            socket.clone()
        } else if self.root == Path::new(SYSTEM_SPOOL) {
            Path::new(SYSTEM_RUN).join("submit.sock")
        } else {
            self.root.join("submit/socket")
        }
    }

    /// The folder in memory that takes alerts when nothing else does, if the administrator has made it; of the whole
    /// machine's spool alone. What is in it survives `kill -9` and no power cut.
    pub fn spare(&self) -> Option<PathBuf> {
        let by_itself =
            || (self.root == Path::new(SYSTEM_SPOOL)).then(|| Path::new(SYSTEM_RUN).join("spare"));
        self.spare.clone().or_else(by_itself)
    }

    /// What the agent says of itself, for display: one JSON object, replaced atomically.
    pub fn status(&self) -> PathBuf {
        self.root.join("queue/status.json")
    }

    /// The addresses that providers' hosts had, for when no name server answers: replaced atomically.
    pub fn addresses(&self) -> PathBuf {
        self.root.join("queue/addresses.json")
    }

    /// The socket on which the agent hears what people want of it.
    pub fn control(&self) -> PathBuf {
        self.root.join("queue/control.sock")
    }

    /// Room that the agent gives free when the disk is full.
    pub fn reserve(&self) -> PathBuf {
        self.root.join("queue/reserve")
    }

    /// Every folder, parents first: what `alertmail spool init` makes.
    pub fn all_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.root.clone(), self.root.join("submit"), self.root.join("queue")];
        folders.extend(Folder::ALL.map(|folder| self.folder(folder)));
        folders.push(self.journal());
        folders
    }
}

/// The file name of an alert.
pub fn file_name(id: AlertId) -> String {
    format!("{id}{ALERT_ENDING}")
}

/// The name under which an alert is written before it is published; hidden, so that no reader takes it.
pub fn temporary_name(id: AlertId) -> String {
    format!(".{id}.tmp")
}

/// The id in a file name; `None` unless the name is exactly `ID.json`.
pub fn parse_file_name(name: &str) -> Option<AlertId> {
    AlertId::parse(name.strip_suffix(ALERT_ENDING)?)
}

/// The file name of the journal of one day (`2026-11-25`).
pub fn journal_name(day: &str) -> String {
    format!("{day}.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_name_is_an_alert() {
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        assert_eq!(parse_file_name(&file_name(id)), Some(id));
        for name in [
            "",
            ".json",
            "01kax3tzzzzzzzzzzzzzzzzzzz",
            "01kax3tzzzzzzzzzzzzzzzzzzz.json.tmp",
            "x01kax3tzzzzzzzzzzzzzzzzzzz.json",
        ] {
            assert_eq!(parse_file_name(name), None, "{name}");
        }
        assert_eq!(parse_file_name(&temporary_name(id)), None);
    }

    #[test]
    fn parents_come_before_their_folders() {
        let folders = Layout::new("/spool").all_folders();
        for (at, folder) in folders.iter().enumerate().skip(1) {
            let parent = folder.parent().expect("below the root");
            assert!(folders[..at].iter().any(|earlier| earlier == parent), "{folder:?}");
        }
    }
}
