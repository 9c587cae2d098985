//! Reads what lies in `incoming/`, where anybody may put anything.
//!
//! Never waits for a FIFO, follows a link or believes a name. What is not an alert is told apart from what cannot be
//! read now: the first is set aside with a reason, the second is looked at again later. Hidden names are drafts of
//! writers and are left alone.

use std::ffi::OsStr;
use std::io;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::parse_file_name;
use spool_format::fs::{Found, SpoolFs};
use spool_format::{AlertError, AlertId};

use crate::accept::{Accepted, Policy, Reach};
use crate::output::terminal::printable;

/// Characters of a reason at most.
const REASON_CHARACTERS_MAX: usize = 300;

/// What a name in `incoming/` came to.
#[derive(Debug)]
pub enum Taken {
    /// An alert.
    Alert(Box<NewAlert>),
    /// Never an alert; the reason is for people.
    Corrupt {
        /// Why.
        reason: String,
    },
    /// Nothing to do: a writer's draft, or gone already.
    Nothing,
    /// Cannot be read now.
    Later(io::Error),
}

/// An alert as it was read.
#[derive(Debug)]
pub struct NewAlert {
    /// From the name of its file.
    pub id: AlertId,
    /// The file's octets: this copy is the alert, whatever its writer does to the file from now on.
    pub octets: Vec<u8>,
    /// Owner of the file: the only word on who wrote it.
    pub uid: u32,
    /// What they mean.
    pub accepted: Accepted,
}

/// Reads one name. `reach` says whom the owner of the file may name; it is asked only if the alert names others than
/// the configuration does.
pub fn take<F: SpoolFs>(
    fs: &F,
    dir: &F::Dir,
    name: &OsStr,
    policy: &Policy,
    reach: impl FnOnce(u32) -> Reach,
) -> Taken {
    if name.as_encoded_bytes().starts_with(b".") {
        return Taken::Nothing;
    }
    let corrupt = |reason: &str| Taken::Corrupt { reason: reason.to_owned() };
    let Some((name, id)) = name.to_str().and_then(|name| Some((name, parse_file_name(name)?))) else {
        return corrupt(
            "the file name is not an alert's: 26 characters of 0-9 and a-z without i, l, o, u, then .json",
        );
    };
    let (octets, uid) = match fs.read(dir, name, ALERT_OCTETS_MAX) {
        Ok(Found::File { octets, uid }) => (octets, uid),
        Ok(Found::TooLarge { octets }) => {
            let octets = usize::try_from(octets).unwrap_or(usize::MAX);
            return corrupt(&AlertError::TooLarge { octets }.to_string());
        }
        Ok(Found::Other(what)) => return corrupt(&format!("it is {what}; an alert is a regular file")),
        Err(error) => return unreadable(error),
    };
    match Accepted::read(&octets, id, policy, || reach(uid)) {
        Ok(accepted) => Taken::Alert(Box::new(NewAlert { id, octets, uid, accepted })),
        Err(error) => corrupt(&in_short(&error.to_string())),
    }
}

/// What a reader of JSON says holds the very text that it did not like: it may be long, and meant for a terminal.
fn in_short(reason: &str) -> String {
    let shown = printable(reason);
    match shown.char_indices().nth(REASON_CHARACTERS_MAX) {
        Some((end, _)) => format!("{} …", &shown[..end]),
        None => shown,
    }
}

fn unreadable(error: io::Error) -> Taken {
    match error.kind() {
        io::ErrorKind::NotFound => Taken::Nothing,
        io::ErrorKind::PermissionDenied => Taken::Corrupt {
            reason: "the agent may not read it; its mode has to be 0640, so that the agent's group can"
                .to_owned(),
        },
        _ => Taken::Later(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::fs::StdFs;
    use std::os::unix::ffi::OsStrExt as _;

    const NAME: &str = "01kax3tzzzzzzzzzzzzzzzzzzz.json";

    fn take_after(prepare: impl FnOnce(&std::path::Path)) -> Taken {
        let folder = tempfile::tempdir().expect("a folder");
        prepare(&folder.path().join(NAME));
        let dir = StdFs.open_dir(folder.path()).expect("a folder");
        take(&StdFs, &dir, NAME.as_ref(), &Policy::default(), |_| Reach::Anybody)
    }

    fn reason(taken: &Taken) -> &str {
        match taken {
            Taken::Corrupt { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a stranger writes as it likes")]
    fn write(path: &std::path::Path, octets: &[u8]) {
        std::fs::write(path, octets).expect("written");
    }

    #[test]
    fn what_is_not_an_alert_gets_a_reason_and_never_blocks() {
        assert!(reason(&take_after(|path| write(path, b""))).contains("empty"));
        assert!(reason(&take_after(|path| write(path, b"{\"version\":1,"))).contains("not an alert in JSON"));
        let huge = take_after(|path| {
            let file = std::fs::File::create(path).expect("a file");
            file.set_len(ALERT_OCTETS_MAX as u64 + 1).expect("a hole");
        });
        assert!(reason(&huge).contains("8388609 octets"), "{huge:?}");
        let directory = take_after(|path| std::fs::create_dir(path).expect("a directory"));
        assert!(reason(&directory).contains("a directory"));
        let fifo = take_after(|path| {
            rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
                .expect("a FIFO");
        });
        assert!(reason(&fifo).contains("a FIFO"));
        let link = take_after(|path| std::os::unix::fs::symlink("/etc/passwd", path).expect("a link"));
        assert!(reason(&link).contains("symbolic link"));
    }

    #[test]
    fn drafts_and_names_that_are_gone_are_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = StdFs.open_dir(folder.path()).expect("a folder");
        let look = |name: &str| take(&StdFs, &dir, name.as_ref(), &Policy::default(), |_| Reach::Anybody);
        assert!(matches!(look(".01kax3tzzzzzzzzzzzzzzzzzzz.tmp"), Taken::Nothing));
        assert!(matches!(look(NAME), Taken::Nothing));
        assert!(reason(&look("letter.txt")).contains("file name"));
        let octets =
            |name| take(&StdFs, &dir, OsStr::from_bytes(name), &Policy::default(), |_| Reach::Anybody);
        assert!(reason(&octets(b"\xff.json")).contains("file name"));
        assert!(matches!(octets(b".\xff"), Taken::Nothing));
    }
}
