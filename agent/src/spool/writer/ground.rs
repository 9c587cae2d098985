//! What the writer stands on: the folders below `queue/`, and a file system that keeps its word.
//!
//! Runs once, before anything else is touched. A folder that is missing is made; a file system on which a file cannot
//! get its name in one step, without replacing another, is refused, since nothing there would be safe.

use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::PathBuf;

use rustix::fs::Mode;
use spool_format::Layout;
use spool_format::folder::ALERT_MODE;
use spool_format::fs::{SpoolFs, StdFs};

/// Names of the try-out; hidden, so that nobody takes them for alerts.
const NAMES: [&str; 3] = [".try-1.tmp", ".try-2.tmp", ".try-3.tmp"];

/// Why no agent can work on a spool.
#[derive(Debug, thiserror::Error)]
pub enum GroundError {
    /// A folder is missing and cannot be made.
    #[error("cannot make the folder `{path}`: {source}")]
    Folder {
        /// Which.
        path: String,
        /// What the kernel said.
        source: io::Error,
    },
    /// The file system does not do what alerts need to be safe.
    #[error(
        "the file system of `{path}` {what}: {source}; an alert would not be safe there: put the spool on ext4, xfs or btrfs"
    )]
    FileSystem {
        /// The folder that was tried.
        path: String,
        /// What it does not do.
        what: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl GroundError {
    /// What the kernel said.
    pub const fn source(&self) -> &io::Error {
        match self {
            Self::Folder { source, .. } | Self::FileSystem { source, .. } => source,
        }
    }
}

/// Makes the folders that are missing below `queue/`, with the mode of `queue/`; gives their paths. `queue/` has to be
/// there.
pub fn make_missing_folders(layout: &Layout) -> Result<Vec<PathBuf>, GroundError> {
    let queue = layout.root().join("queue");
    let cannot = |path: &PathBuf, source| GroundError::Folder { path: path.display().to_string(), source };
    let like = std::fs::metadata(&queue).map_err(|source| cannot(&queue, source))?.mode() & 0o777;
    let mut made = Vec::new();
    // The set-gid bit comes from `queue/` by itself; whoever is not in its group would lose it by a chmod. So the mode
    // has to be right from the beginning, whatever the umask.
    let umask = rustix::process::umask(Mode::empty());
    let below = layout.all_folders().into_iter().filter(|path| path.parent() == Some(&queue));
    let result = below.into_iter().try_for_each(|path| {
        match std::fs::DirBuilder::new().mode(like).create(&path) {
            Ok(()) => made.push(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(cannot(&path, source)),
        }
        Ok(())
    });
    rustix::process::umask(umask);
    result.map(|()| made)
}

/// Tries in `queue/` what every alert needs.
pub fn try_file_system(layout: &Layout) -> Result<(), GroundError> {
    let queue = layout.root().join("queue");
    let failed = |(what, source)| GroundError::FileSystem { path: queue.display().to_string(), what, source };
    let dir = StdFs.open_dir(&queue).map_err(|source| failed(("cannot be opened", source)))?;
    let tried = try_in(&StdFs, &dir);
    clear(&StdFs, &dir);
    match tried {
        // A full disk says nothing about what the file system can do, and the agent has mail to send.
        Err((_, error))
            if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
        {
            Ok(())
        }
        other => other.map_err(failed),
    }
}

fn try_in<F: SpoolFs>(fs: &F, dir: &F::Dir) -> Result<(), (&'static str, io::Error)> {
    let [first, second, third] = NAMES;
    // Left by an agent that was killed here.
    clear(fs, dir);
    for name in [first, second] {
        let mut file = fs.create(dir, name, ALERT_MODE).map_err(|error| ("makes no file", error))?;
        fs.write_all(&mut file, name.as_bytes()).map_err(|error| ("takes no data", error))?;
        fs.sync_file(&file).map_err(|error| ("brings no file to the disk", error))?;
    }
    fs.rename(dir, first, third).map_err(|error| ("cannot rename without replacing", error))?;
    match fs.rename(dir, second, third) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Ok(()) => return Err(("replaces a file by renaming another", io::ErrorKind::Other.into())),
        Err(error) => return Err(("cannot rename without replacing", error)),
    }
    fs.sync_dir(dir).map_err(|error| ("brings no name to the disk", error))
}

fn clear<F: SpoolFs>(fs: &F, dir: &F::Dir) {
    for name in NAMES {
        let _ = fs.unlink(dir, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::fs::{Found, StdDir};
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    /// The real file system, with a rename like that of one which has no rename without replacing, or none at all.
    struct Poor(fn(&StdDir, &str, &str) -> io::Result<()>);

    impl SpoolFs for Poor {
        type Dir = StdDir;
        type File = File;
        fn open_dir(&self, path: &Path) -> io::Result<StdDir> {
            StdFs.open_dir(path)
        }
        fn is_readable(&self, dir: &StdDir) -> bool {
            StdFs.is_readable(dir)
        }
        fn names(&self, dir: &StdDir) -> io::Result<Vec<OsString>> {
            StdFs.names(dir)
        }
        fn read(&self, dir: &StdDir, name: &str, octets_max: usize) -> io::Result<Found> {
            StdFs.read(dir, name, octets_max)
        }
        fn create(&self, dir: &StdDir, name: &str, mode: u32) -> io::Result<File> {
            StdFs.create(dir, name, mode)
        }
        fn write_all(&self, file: &mut File, octets: &[u8]) -> io::Result<()> {
            StdFs.write_all(file, octets)
        }
        fn sync_file(&self, file: &File) -> io::Result<()> {
            StdFs.sync_file(file)
        }
        fn rename(&self, dir: &StdDir, from: &str, to: &str) -> io::Result<()> {
            (self.0)(dir, from, to)
        }
        fn sync_dir(&self, dir: &StdDir) -> io::Result<()> {
            StdFs.sync_dir(dir)
        }
        fn unlink(&self, dir: &StdDir, name: &str) -> io::Result<()> {
            StdFs.unlink(dir, name)
        }
        fn move_to(&self, from: &StdDir, name: &OsStr, to: &StdDir, new_name: &str) -> io::Result<()> {
            StdFs.move_to(from, name, to, new_name)
        }
    }

    fn spool() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path().join("spool"));
        for path in layout.all_folders() {
            std::fs::create_dir_all(path).expect("a folder");
        }
        (folder, layout)
    }

    #[test]
    fn folders_that_are_missing_are_made_like_the_one_above_them() {
        let (_folder, layout) = spool();
        let queue = layout.root().join("queue");
        std::fs::set_permissions(&queue, std::fs::Permissions::from_mode(0o2750)).expect("our own folder");
        let missing = [layout.folder(spool_format::Folder::Corrupt), layout.journal()];
        for path in &missing {
            std::fs::remove_dir(path).expect("removed");
        }
        assert_eq!(make_missing_folders(&layout).expect("made"), missing);
        for path in &missing {
            assert_eq!(std::fs::metadata(path).expect("made").mode() & 0o7777, 0o2750, "{}", path.display());
        }
        assert_eq!(make_missing_folders(&layout).expect("nothing to do"), [""; 0].map(PathBuf::from));
    }

    #[test]
    fn a_file_system_that_keeps_its_word_is_left_as_it_was() {
        let (_folder, layout) = spool();
        let queue = StdFs.open_dir(&layout.root().join("queue")).expect("a folder");
        let before = StdFs.list(&queue).expect("names").len();
        StdFs.create(&queue, NAMES[2], ALERT_MODE).expect("left by an earlier try");
        try_file_system(&layout).expect("this one works");
        assert_eq!(StdFs.list(&queue).expect("names").len(), before);
    }

    #[test]
    fn a_file_system_that_replaces_or_cannot_rename_is_found_out() {
        let (_folder, layout) = spool();
        let dir = StdFs.open_dir(&layout.root().join("queue")).expect("a folder");
        let replaces = Poor(|dir, from, to| {
            let _ = StdFs.unlink(dir, to);
            StdFs.rename(dir, from, to)
        });
        assert!(matches!(try_in(&replaces, &dir), Err((what, _)) if what.starts_with("replaces")));
        let cannot = Poor(|_, _, _| Err(io::ErrorKind::Unsupported.into()));
        assert!(matches!(try_in(&cannot, &dir), Err((what, _)) if what.starts_with("cannot rename")));
        clear(&StdFs, &dir);
    }
}
