//! The dozen calls that we make to a file system, and what each one promises after a crash.
//!
//! They stand behind a trait so that a model of a disk that loses power can take the place of the real one.
//! All names are relative to an open folder: whoever replaces the path meanwhile does not lead us astray.
//! No call here waits for anything but the disk, and none follows a symbolic link in its last step.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

/// What an untrusted name in a folder turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A regular file with one name, read whole. This copy is the alert: its writer can still change the file.
    File {
        /// The content.
        octets: Vec<u8>,
        /// Numeric owner: the identity of the writer.
        uid: u32,
    },
    /// A regular file above the limit; not read.
    TooLarge {
        /// Its size.
        octets: u64,
    },
    /// Something else, in words: `a FIFO`, `a directory`, `a file with 2 names` …
    Other(&'static str),
}

/// What a spool needs of a file system.
pub trait SpoolFs {
    /// An open folder.
    type Dir;
    /// A file that is being written.
    type File;

    /// Opens a folder; also one that may be written but not read, which then cannot be listed or synced.
    fn open_dir(&self, path: &Path) -> io::Result<Self::Dir>;
    /// Whether [`SpoolFs::sync_dir`] and [`SpoolFs::names`] can work on this folder.
    fn is_readable(&self, dir: &Self::Dir) -> bool;
    /// Names in the folder, in no order, without `.` and `..`. A stranger may give a file any octets as its name.
    fn names(&self, dir: &Self::Dir) -> io::Result<Vec<OsString>>;
    /// The same for people and for folders of our own: what is not UTF-8 is shown with U+FFFD.
    fn list(&self, dir: &Self::Dir) -> io::Result<Vec<String>> {
        let lossy = |name: OsString| match name.into_string() {
            Ok(name) => name,
            Err(name) => name.to_string_lossy().into_owned(),
        };
        Ok(self.names(dir)?.into_iter().map(lossy).collect())
    }
    /// Reads a name that a stranger put there. Never waits for a FIFO, never follows a link.
    fn read(&self, dir: &Self::Dir, name: &str, octets_max: usize) -> io::Result<Found>;
    /// Creates a file that did not exist, with exactly this mode whatever the umask. After a crash it may be gone; after
    /// an error there is none of ours.
    fn create(&self, dir: &Self::Dir, name: &str, mode: u32) -> io::Result<Self::File>;
    /// Writes everything. After a crash any part of it may be missing, or the file may be empty.
    fn write_all(&self, file: &mut Self::File, octets: &[u8]) -> io::Result<()>;
    /// fsync: after it the content survives a crash, and on ext4, xfs and btrfs so does the name that the file has
    /// now (fdatasync would not do that). After an error the file is lost: nobody may sync it a second time.
    fn sync_file(&self, file: &Self::File) -> io::Result<()>;
    /// Renames within the folder, atomically, without replacing; after a crash either name may stand.
    fn rename(&self, dir: &Self::Dir, from: &str, to: &str) -> io::Result<()>;
    /// Makes the names in the folder survive a crash: those that came and those that went.
    fn sync_dir(&self, dir: &Self::Dir) -> io::Result<()>;
    /// Removes a name. After a crash the file may be back.
    fn unlink(&self, dir: &Self::Dir, name: &str) -> io::Result<()>;
    /// Moves whatever the name is, unread, into another folder of the same file system, without replacing.
    fn move_to(&self, from: &Self::Dir, name: &OsStr, to: &Self::Dir, new_name: &str) -> io::Result<()>;
}

/// The file system of the kernel.
#[derive(Clone, Copy, Debug, Default)]
pub struct StdFs;

/// A folder that [`StdFs`] opened.
#[derive(Debug)]
pub struct StdDir {
    fd: OwnedFd,
    readable: bool,
}

impl StdDir {
    /// The descriptor, for calls that the trait does not have (watching, asking for free space).
    pub const fn fd(&self) -> &OwnedFd {
        &self.fd
    }
}

impl SpoolFs for StdFs {
    type Dir = StdDir;
    type File = File;

    fn open_dir(&self, path: &Path) -> io::Result<StdDir> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(path, flags | OFlags::RDONLY, Mode::empty()) {
            Ok(fd) => Ok(StdDir { fd, readable: true }),
            // A folder of mode 3733 lets strangers create and rename, but not look.
            Err(Errno::ACCESS) => Ok(StdDir {
                fd: rustix::fs::open(path, flags | OFlags::PATH, Mode::empty())?,
                readable: false,
            }),
            Err(errno) => Err(errno.into()),
        }
    }

    fn is_readable(&self, dir: &StdDir) -> bool {
        dir.readable
    }

    fn names(&self, dir: &StdDir) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&dir.fd)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn read(&self, dir: &StdDir, name: &str, octets_max: usize) -> io::Result<Found> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let fd = match rustix::fs::openat(&dir.fd, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::LOOP) => return Ok(Found::Other("a symbolic link")),
            Err(Errno::NXIO) => return Ok(Found::Other("a socket")),
            Err(errno) => return Err(errno.into()),
        };
        let stat = rustix::fs::fstat(&fd)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind != FileType::RegularFile {
            return Ok(Found::Other(kind_in_words(kind)));
        }
        if stat.st_nlink > 1 {
            return Ok(Found::Other("a file with more than one name (hard link)"));
        }
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        if size > octets_max as u64 {
            return Ok(Found::TooLarge { octets: size });
        }
        let mut octets = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        // One octet more than allowed shows a file that grows under our eyes.
        File::from(fd).take(octets_max as u64 + 1).read_to_end(&mut octets)?;
        if octets.len() > octets_max {
            return Ok(Found::TooLarge { octets: octets.len() as u64 });
        }
        Ok(Found::File { octets, uid: stat.st_uid })
    }

    fn create(&self, dir: &StdDir, name: &str, mode: u32) -> io::Result<File> {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&dir.fd, name, flags, Mode::RUSR | Mode::WUSR)?;
        if let Err(errno) = rustix::fs::fchmod(&fd, Mode::from_raw_mode(mode)) {
            // To the caller nothing was created, so nobody else would remove it.
            let _ = rustix::fs::unlinkat(&dir.fd, name, AtFlags::empty());
            return Err(errno.into());
        }
        Ok(File::from(fd))
    }

    fn write_all(&self, file: &mut File, octets: &[u8]) -> io::Result<()> {
        file.write_all(octets)
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        Ok(rustix::fs::fsync(file)?)
    }

    fn rename(&self, dir: &StdDir, from: &str, to: &str) -> io::Result<()> {
        rename_no_replace(&dir.fd, OsStr::new(from), &dir.fd, OsStr::new(to))
    }

    fn sync_dir(&self, dir: &StdDir) -> io::Result<()> {
        match rustix::fs::fsync(&dir.fd) {
            // Some network file systems cannot sync a folder and have made the change durable already.
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    fn unlink(&self, dir: &StdDir, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&dir.fd, name, AtFlags::empty())?)
    }

    fn move_to(&self, from: &StdDir, name: &OsStr, to: &StdDir, new_name: &str) -> io::Result<()> {
        rename_no_replace(&from.fd, name, &to.fd, OsStr::new(new_name))
    }
}

fn rename_no_replace(from: &OwnedFd, name: &OsStr, to: &OwnedFd, new_name: &OsStr) -> io::Result<()> {
    match rustix::fs::renameat_with(from, name, to, new_name, RenameFlags::NOREPLACE) {
        // Older file systems do not know the flag. Not link and unlink: in between the file has two names, and an agent
        // that looks just then takes it for somebody's hard link and sets it aside. That the name comes up between the
        // look and the rename would take a second file with the same 80 bits of chance.
        Err(Errno::INVAL | Errno::NOSYS) => match rustix::fs::statat(to, new_name, AtFlags::SYMLINK_NOFOLLOW)
        {
            Ok(_) => Err(Errno::EXIST.into()),
            Err(Errno::NOENT) => Ok(rustix::fs::renameat(from, name, to, new_name)?),
            Err(errno) => Err(errno.into()),
        },
        other => Ok(other?),
    }
}

const fn kind_in_words(kind: FileType) -> &'static str {
    match kind {
        FileType::Fifo => "a FIFO",
        FileType::Directory => "a directory",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Symlink => "a symbolic link",
        _ => "not a regular file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &tempfile::TempDir) -> StdDir {
        StdFs.open_dir(folder.path()).expect("a folder")
    }

    #[test]
    fn nothing_that_a_stranger_can_put_there_blocks_or_misleads_a_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = open(&folder);
        let path = |name: &str| folder.path().join(name);
        rustix::fs::mkfifoat(dir.fd(), "fifo", Mode::RWXU).expect("a FIFO");
        std::fs::create_dir(path("directory")).expect("a directory");
        std::os::unix::fs::symlink("/etc/passwd", path("link")).expect("a link");
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("a socket");
        let mut file = StdFs.create(&dir, "two-names", 0o600).expect("a file");
        StdFs.write_all(&mut file, b"12345").expect("room");
        std::fs::hard_link(path("two-names"), path("second")).expect("a link");
        for name in ["fifo", "directory", "link", "socket", "two-names"] {
            assert!(matches!(StdFs.read(&dir, name, 9), Ok(Found::Other(_))), "{name}");
        }
        StdFs.unlink(&dir, "second").expect("unlinked");
        assert_eq!(StdFs.read(&dir, "two-names", 4).expect("readable"), Found::TooLarge { octets: 5 });
        assert!(
            matches!(StdFs.read(&dir, "two-names", 5), Ok(Found::File { octets, .. }) if octets == b"12345")
        );
    }

    #[test]
    fn a_name_of_any_octets_is_listed_as_it_is_and_can_be_moved() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = open(&folder);
        let name = OsStr::from_bytes(b"b\xff\n.json");
        File::create(folder.path().join(name)).expect("a file");
        assert_eq!(StdFs.names(&dir).expect("names"), [name]);
        StdFs.move_to(&dir, name, &dir, "b").expect("moved");
        assert_eq!(StdFs.list(&dir).expect("names"), ["b"]);
    }

    #[test]
    fn a_rename_never_replaces() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = open(&folder);
        for name in ["a", "b"] {
            StdFs.create(&dir, name, 0o600).expect("a file");
        }
        assert_eq!(StdFs.rename(&dir, "a", "b").expect_err("b exists").kind(), io::ErrorKind::AlreadyExists);
    }
}
