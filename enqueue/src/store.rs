//! Puts a composed alert into the spool, and says in the caller's terms what went wrong if it did not get there.
//!
//! `Ok` means durable: `spool_format::publish` is the only way in. Never waits, never tries again what the disk
//! refused: a hook is waiting for the exit code.

use std::io;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::{SpoolFs, StdFs};
use spool_format::publish::{PublishError, publish};
use spool_format::{Alert, AlertId, Folder, Layout};

use crate::World;
use crate::alert::too_large;
use crate::exit::{Exit, Refusal};

/// Ids to try. That even one is taken means that a clock and 80 bits of chance repeat; a third time is no accident.
const IDS_MAX: u32 = 3;

/// Publishes the alert under an id of its own, and returns that id once nothing can take the alert away any more.
pub(crate) fn store(alert: &mut Alert, spool: &Path, world: &mut World<'_>) -> Result<AlertId, Refusal> {
    let incoming = StdFs
        .open_dir(&Layout::new(spool).folder(Folder::Incoming))
        .map_err(|error| refuse(&format!("cannot open the spool: {error}"), &error, spool))?;
    let mut ids_left = IDS_MAX;
    loop {
        let id = AlertId::new(world.now, (world.entropy)().map_err(|error| no_chance(&error))?);
        alert.id = Some(id);
        let octets = alert.to_octets();
        fits(octets.len())?;
        ids_left -= 1;
        match publish(&StdFs, &incoming, &temporary_name(id), &file_name(id), ALERT_MODE, &octets) {
            Ok(()) => return Ok(id),
            Err(error) if error.is_unsure() => return Err(unsure(id, spool, &error)),
            Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists && ids_left > 0 => {}
            Err(error) => return Err(refuse(&error.to_string(), &error.source, spool)),
        }
    }
}

/// Says whether a file of that size may be written at all.
///
/// Above the limit of `ulimit -f` the kernel would kill the process in the middle of the write (SIGXFSZ), and the
/// hidden file would stay; nothing here can ignore that signal. The size is known, so it is asked beforehand.
fn fits(octets: usize) -> Result<(), Refusal> {
    if octets > ALERT_OCTETS_MAX {
        return Err(too_large("what was given"));
    }
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

fn no_chance(error: &io::Error) -> Refusal {
    Refusal::new(
        Exit::TryAgain,
        format!("the system gives no random octets for an id: {error}; try again later"),
    )
}

fn unsure(id: AlertId, spool: &Path, error: &PublishError) -> Refusal {
    let spool = spool.display();
    let text =
        format!("{error}, nor can it be taken back; id {id} in {spool}; trying again may send it twice");
    Refusal::unsure(Exit::TryAgain, text)
}

/// Sorts what the kernel said by what the caller can do about it.
fn refuse(what: &str, error: &io::Error, spool: &Path) -> Refusal {
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
            let mut line = Vec::new();
            refusal.write_to(&mut line);
            let line = String::from_utf8(line).expect("text");
            assert!(line.starts_with("enqueue: not stored: ") && line.contains("; "), "{line}");
            assert_eq!(line.matches('\n').count(), 1, "{line}");
        }
    }
}
