//! What the agent needs of a file system beyond what every writer needs: its own files below `queue/`.
//!
//! A trait for the same reason as [`SpoolFs`]: a model of a disk that loses power takes the place of the real one. The
//! names are ours, in folders of ours; still nothing here follows a link.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};

use rustix::fs::{AtFlags, FallocateFlags, Mode, OFlags};
use rustix::io::Errno;
use spool_format::Wall;
use spool_format::fs::{SpoolFs, StdDir, StdFs};

/// A file system that can hold a queue.
pub trait QueueFs: SpoolFs + Clone {
    /// A file of our own that is being read.
    type Reading: Read;

    /// Opens a file for reading from its start.
    fn open(&self, dir: &Self::Dir, name: &str) -> io::Result<Self::Reading>;
    /// Opens a file for appending, makes it if it is not there, and says how long it is.
    fn append_to(&self, dir: &Self::Dir, name: &str, mode: u32) -> io::Result<(Self::File, u64)>;
    /// Cuts a file that is open for appending. Not durable before the next sync.
    fn truncate(&self, file: &Self::File, octets: u64) -> io::Result<()>;
    /// fdatasync: everything appended so far survives a crash, if the file's name does. After an error nothing is known
    /// of what was appended since the last one, and nobody may sync the file again.
    fn sync_data(&self, file: &Self::File) -> io::Result<()>;
    /// Renames within the folder, atomically, in the place of what is there.
    fn replace(&self, dir: &Self::Dir, from: &str, to: &str) -> io::Result<()>;
    /// Whether the folder has such a name.
    fn is_there(&self, dir: &Self::Dir, name: &OsStr) -> bool;
    /// When the file was last written to.
    fn modified(&self, dir: &Self::Dir, name: &str) -> io::Result<Wall>;
    /// Octets that this process may still write below the folder.
    fn room(&self, dir: &Self::Dir) -> io::Result<u64>;
    /// Takes up room with a file that holds nothing.
    fn allocate(&self, file: &Self::File, octets: u64) -> io::Result<()>;
}

impl QueueFs for StdFs {
    type Reading = File;

    fn open(&self, dir: &StdDir, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::openat(dir.fd(), name, flags, Mode::empty())?))
    }

    fn append_to(&self, dir: &StdDir, name: &str, mode: u32) -> io::Result<(File, u64)> {
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::openat(dir.fd(), name, flags, Mode::from_raw_mode(mode))?);
        let octets = file.metadata()?.len();
        Ok((file, octets))
    }

    fn truncate(&self, file: &File, octets: u64) -> io::Result<()> {
        Ok(rustix::fs::ftruncate(file, octets)?)
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        Ok(rustix::fs::fdatasync(file)?)
    }

    fn replace(&self, dir: &StdDir, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(dir.fd(), from, dir.fd(), to)?)
    }

    fn is_there(&self, dir: &StdDir, name: &OsStr) -> bool {
        rustix::fs::statat(dir.fd(), name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    fn modified(&self, dir: &StdDir, name: &str) -> io::Result<Wall> {
        let stat = rustix::fs::statat(dir.fd(), name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Wall::from_unix_ms(stat.st_mtime.saturating_mul(1_000)))
    }

    fn room(&self, dir: &StdDir) -> io::Result<u64> {
        let stat = rustix::fs::fstatvfs(dir.fd())?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn allocate(&self, file: &File, octets: u64) -> io::Result<()> {
        match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, octets) {
            // Where it cannot be done there is nothing to give free later, which is no harm.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }
}
