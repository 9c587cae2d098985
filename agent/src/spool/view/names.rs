//! The names in the folders of a spool: all, those that begin in a way, or one.

use std::io;
use std::thread;

use rustix::fs::RawDir;
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::{AlertId, Folder, Layout};

use crate::spool::queue_fs::QueueFs as _;

/// Names of a folder are asked for so many octets at a time.
const NAMES_OCTETS: usize = 256 * 1024;

/// The names in a folder. A folder that others may only write into hides what is in it.
pub(crate) fn list(layout: &Layout, folder: Folder) -> io::Result<Vec<String>> {
    let dir = StdFs.open_dir(&layout.folder(folder))?;
    if StdFs.is_readable(&dir) { StdFs.list(&dir) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}

/// The names in a folder that begin so.
pub(super) fn list_beginning(layout: &Layout, folder: Folder, begins: &str) -> io::Result<Vec<String>> {
    let dir = StdFs.open_dir(&layout.folder(folder))?;
    if !StdFs.is_readable(&dir) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut found = Vec::new();
    let mut octets = Vec::with_capacity(NAMES_OCTETS);
    let mut entries = RawDir::new(dir.fd(), octets.spare_capacity_mut());
    while let Some(entry) = entries.next().transpose()? {
        let name = entry.file_name().to_bytes();
        if name.starts_with(begins.as_bytes()) {
            found.push(String::from_utf8_lossy(name).into_owned());
        }
    }
    Ok(found)
}

/// Does one thing on a thread of its own, if it may have one, and the other one here.
pub(super) fn beside<T: Send, U>(there: impl Fn() -> T + Sync, here: impl FnOnce() -> U) -> (T, U) {
    thread::scope(|scope| {
        let begun = thread::Builder::new().spawn_scoped(scope, &there);
        let done = here();
        let result = begun.map_or_else(
            |_| there(),
            |begun| begun.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        );
        (result, done)
    })
}

/// The name of one alert, if it is in a folder.
pub(super) fn list_one(layout: &Layout, folder: Folder, id: AlertId) -> io::Result<Vec<String>> {
    let dir = StdFs.open_dir(&layout.folder(folder))?;
    if !StdFs.is_readable(&dir) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let name = spool_format::folder::file_name(id);
    Ok(StdFs.is_there(&dir, name.as_ref()).then_some(name).into_iter().collect())
}
