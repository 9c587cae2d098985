//! The first place: a file in `incoming/`, by `spool_format::publish` alone.
//!
//! Never waits, never tries again what the disk refused: a hook is waiting for the exit code.

use std::io;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::{SpoolFs, StdFs};
use spool_format::publish::{PublishError, publish_if};
use spool_format::{AlertId, Folder, Layout};

use crate::exit::{Exit, Refusal};
use crate::place::{Failure, Parcel};

/// What came of it.
#[derive(Debug)]
pub(crate) enum Kept {
    /// The file is durable.
    Durably,
    /// Another alert has this id.
    IdTaken(PublishError),
}

/// Publishes the alert; asks `may_appear` before the file becomes visible.
pub(crate) fn keep(parcel: &Parcel, may_appear: impl FnOnce() -> io::Result<()>) -> Result<Kept, Failure> {
    let spool = &parcel.places.spool;
    let incoming = StdFs
        .open_dir(&Layout::new(spool).folder(Folder::Incoming))
        .map_err(|error| Failure::NextPlace(cannot_open(&error, spool)))?;
    match publish_into(&incoming, parcel, may_appear)? {
        Ok(()) => Ok(Kept::Durably),
        Err(error) if error.is_unsure() => Err(Failure::Unsure(unsure(parcel.id, spool, &error.to_string()))),
        Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => Ok(Kept::IdTaken(error)),
        Err(error) => Err(Failure::NextPlace(refuse(&error.to_string(), &error.source, spool))),
    }
}

/// Publishes into an open folder. The outer error: no file of that size may be written at all.
pub(crate) fn publish_into(
    folder: &<StdFs as SpoolFs>::Dir,
    parcel: &Parcel,
    may_appear: impl FnOnce() -> io::Result<()>,
) -> Result<Result<(), PublishError>, Failure> {
    fits(parcel.octets.len()).map_err(Failure::NextPlace)?;
    let (draft, name) = (temporary_name(parcel.id), file_name(parcel.id));
    Ok(publish_if(&StdFs, folder, &draft, &name, ALERT_MODE, &parcel.octets, may_appear))
}

/// Above the limit of `ulimit -f` the kernel would kill the process in the middle of the write (SIGXFSZ), and the
/// hidden file would stay; nothing here can ignore that signal. The size is known, so it is asked beforehand.
fn fits(octets: usize) -> Result<(), Refusal> {
    match getrlimit(Resource::Fsize).current {
        Some(limit) if octets as u64 > limit => {
            let text = format!(
                "the alert has {octets} octets and this process may write files of {limit} at most; raise ulimit -f"
            );
            Err(Refusal::new(Exit::TryAgain, text))
        }
        _ => Ok(()),
    }
}

/// The refusal of a spool that cannot even be opened.
pub(crate) fn cannot_open(error: &io::Error, spool: &Path) -> Refusal {
    refuse(&format!("cannot open the spool: {error}"), error, spool)
}

/// The file may be there, and nobody can say so.
pub(crate) fn unsure(id: AlertId, spool: &Path, what: &str) -> Refusal {
    let spool = spool.display();
    let text =
        format!("{what}, nor can it be taken back; id {id} in {spool}; trying again may send it twice");
    Refusal::unsure(Exit::TryAgain, text)
}

/// Sorts what the kernel said by what the caller can do about it.
#[cold]
pub(crate) fn refuse(what: &str, error: &io::Error, spool: &Path) -> Refusal {
    let place = spool.display();
    let (exit, text) = match Errno::from_io_error(error) {
        Some(Errno::NOENT) => {
            (Exit::NoSpool, format!("no spool at {place}; make it with: alertmail spool init {place}"))
        }
        Some(Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG) => {
            (Exit::NoSpool, format!("{place} cannot be a spool: {error}; name another one with --spool"))
        }
        Some(Errno::ROFS) => (
            Exit::NoSpool,
            format!("the spool {place} can only be read: {error}; make its file system writable"),
        ),
        Some(Errno::ACCESS | Errno::PERM) => (
            Exit::NotPermitted,
            format!(
                "no permission to write into the spool {place}: {error}; ask its owner, or name another one with --spool"
            ),
        ),
        Some(Errno::NOSPC | Errno::DQUOT) => {
            (Exit::TryAgain, format!("no room in the spool {place}: {error}; make room, then try again"))
        }
        _ => (Exit::TryAgain, format!("{what}, in the spool {place}; try again later")),
    };
    Refusal::new(exit, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_the_kernel_has_the_exit_code_that_tells_what_to_do() {
        for (errno, exit) in [
            (Errno::NOENT, Exit::NoSpool),
            (Errno::NOTDIR, Exit::NoSpool),
            (Errno::ROFS, Exit::NoSpool),
            (Errno::ACCESS, Exit::NotPermitted),
            (Errno::PERM, Exit::NotPermitted),
            (Errno::NOSPC, Exit::TryAgain),
            (Errno::DQUOT, Exit::TryAgain),
            (Errno::IO, Exit::TryAgain),
            (Errno::MFILE, Exit::TryAgain),
            (Errno::NFILE, Exit::TryAgain),
            (Errno::EXIST, Exit::TryAgain),
            (Errno::FBIG, Exit::TryAgain),
        ] {
            let refusal = refuse("cannot write the file: disk on fire", &errno.into(), Path::new("/spool"));
            assert_eq!(refusal.exit, exit, "{errno:?}");
            let line = refusal.line();
            assert!(line.starts_with("enqueue: not stored: ") && line.contains("; "), "{line}");
            assert_eq!(line.matches('\n').count(), 1, "{line}");
        }
    }
}
