//! The only way in which a file becomes visible in a spool: write, sync, rename, sync.
//!
//! After `Ok` the file survives `kill -9` and a power cut. After an error it is not visible, with the one
//! exception that [`PublishError::is_unsure`] names. It takes two syncs: the content before the rename, and after it
//! the folder; who may not open the folder syncs the file a second time instead, which carries its new name to the
//! disk on ext4, xfs and btrfs. Callers: `enqueue`, and the agent's spool writer.

use std::io;

use crate::fs::SpoolFs;

/// Which step went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Creating the hidden file.
    Create,
    /// Writing or syncing its content.
    Write,
    /// Giving it its name.
    Rename,
    /// Making the name durable.
    SyncName,
}

/// Why a file was not published.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", .step.in_words())]
pub struct PublishError {
    /// Where it went wrong.
    pub step: Step,
    /// What the kernel said.
    pub source: io::Error,
    /// Whether the file is visible all the same.
    visible: bool,
}

impl PublishError {
    /// Whether the file may be visible and even durable: it could be neither completed nor taken back.
    pub const fn is_unsure(&self) -> bool {
        self.visible
    }
}

impl Step {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Create => "cannot create a file",
            Self::Write => "cannot write the file",
            Self::Rename => "cannot give the file its name",
            Self::SyncName => "cannot make the file's name durable",
        }
    }
}

/// Publishes `octets` as `name` in `dir`, by way of the hidden `temporary` name.
pub fn publish<F: SpoolFs>(
    fs: &F,
    dir: &F::Dir,
    temporary: &str,
    name: &str,
    mode: u32,
    octets: &[u8],
) -> Result<(), PublishError> {
    publish_if(fs, dir, temporary, name, mode, octets, || Ok(()))
}

/// The same, but asks `may_appear` right before the file gets its name: an error means that it must not.
///
/// From the moment in which that returned `Ok` the file may be visible, whatever comes back later, or never.
pub fn publish_if<F: SpoolFs>(
    fs: &F,
    dir: &F::Dir,
    temporary: &str,
    name: &str,
    mode: u32,
    octets: &[u8],
    may_appear: impl FnOnce() -> io::Result<()>,
) -> Result<(), PublishError> {
    let failed = |step: Step| move |source: io::Error| PublishError { step, source, visible: false };
    let mut file = fs.create(dir, temporary, mode).map_err(failed(Step::Create))?;
    let written =
        fs.write_all(&mut file, octets).and_then(|()| fs.sync_file(&file)).map_err(failed(Step::Write));
    let named = written.and_then(|()| {
        may_appear().and_then(|()| fs.rename(dir, temporary, name)).map_err(failed(Step::Rename))
    });
    if let Err(error) = named {
        // The hidden file is litter now; that it cannot be removed changes nothing for the caller.
        let _ = fs.unlink(dir, temporary);
        return Err(error);
    }
    let synced = if fs.is_readable(dir) { fs.sync_dir(dir) } else { fs.sync_file(&file) };
    synced.or_else(|source| take_back(fs, dir, name, source))
}

/// The name is visible but perhaps not durable, so the caller must not hear of success. If the file can be removed it
/// is as if nothing had happened; if it is gone, the agent has read it, and that is success.
fn take_back<F: SpoolFs>(fs: &F, dir: &F::Dir, name: &str, source: io::Error) -> Result<(), PublishError> {
    match fs.unlink(dir, name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => Err(PublishError { step: Step::SyncName, source, visible: removed.is_err() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{Found, StdFs};
    use std::cell::Cell;
    use std::ffi::{OsStr, OsString};
    use std::path::Path;

    /// The real file system with its n-th call failing.
    struct FailsAt {
        call: Cell<u32>,
        n: u32,
    }

    impl FailsAt {
        fn step(&self) -> io::Result<()> {
            self.call.set(self.call.get() + 1);
            if self.call.get() == self.n { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }
    }

    impl SpoolFs for FailsAt {
        type Dir = <StdFs as SpoolFs>::Dir;
        type File = <StdFs as SpoolFs>::File;
        fn open_dir(&self, path: &Path) -> io::Result<Self::Dir> {
            StdFs.open_dir(path)
        }
        fn is_readable(&self, dir: &Self::Dir) -> bool {
            StdFs.is_readable(dir)
        }
        fn names(&self, dir: &Self::Dir) -> io::Result<Vec<OsString>> {
            StdFs.names(dir)
        }
        fn read(&self, dir: &Self::Dir, name: &str, octets_max: usize) -> io::Result<Found> {
            StdFs.read(dir, name, octets_max)
        }
        fn create(&self, dir: &Self::Dir, name: &str, mode: u32) -> io::Result<Self::File> {
            self.step().and_then(|()| StdFs.create(dir, name, mode))
        }
        fn write_all(&self, file: &mut Self::File, octets: &[u8]) -> io::Result<()> {
            self.step().and_then(|()| StdFs.write_all(file, octets))
        }
        fn sync_file(&self, file: &Self::File) -> io::Result<()> {
            self.step().and_then(|()| StdFs.sync_file(file))
        }
        fn rename(&self, dir: &Self::Dir, from: &str, to: &str) -> io::Result<()> {
            self.step().and_then(|()| StdFs.rename(dir, from, to))
        }
        fn sync_dir(&self, dir: &Self::Dir) -> io::Result<()> {
            self.step().and_then(|()| StdFs.sync_dir(dir))
        }
        fn unlink(&self, dir: &Self::Dir, name: &str) -> io::Result<()> {
            self.step().and_then(|()| StdFs.unlink(dir, name))
        }
        fn move_to(&self, from: &Self::Dir, name: &OsStr, to: &Self::Dir, new_name: &str) -> io::Result<()> {
            StdFs.move_to(from, name, to, new_name)
        }
    }

    #[test]
    fn a_failure_at_any_call_leaves_either_the_whole_file_and_success_or_nothing() {
        for n in 1.. {
            let folder = tempfile::tempdir().expect("a folder");
            let fs = FailsAt { call: Cell::new(0), n };
            let dir = fs.open_dir(folder.path()).expect("a folder");
            let result = publish(&fs, &dir, ".x.tmp", "x.json", 0o640, b"whole\n");
            let names = fs.list(&dir).expect("names");
            match result {
                Ok(()) => {
                    assert_eq!(names, ["x.json"], "call {n}");
                    assert_eq!(std::fs::read(folder.path().join("x.json")).expect("readable"), b"whole\n");
                    assert!(n > 5, "five calls make a file durable, and each failure of one must show");
                    return;
                }
                Err(error) => assert_eq!(names, Vec::<String>::new(), "call {n}: {error}"),
            }
        }
    }

    #[test]
    fn a_file_that_must_not_appear_any_more_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = StdFs.open_dir(folder.path()).expect("a folder");
        let late = || Err(io::ErrorKind::TimedOut.into());
        let error = publish_if(&StdFs, &dir, ".x.tmp", "x.json", 0o640, b"x", late).expect_err("too late");
        assert_eq!((error.step, error.is_unsure()), (Step::Rename, false));
        assert_eq!(StdFs.list(&dir).expect("names"), Vec::<String>::new());
    }

    #[test]
    fn a_name_that_exists_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = StdFs.open_dir(folder.path()).expect("a folder");
        publish(&StdFs, &dir, ".x.tmp", "x.json", 0o640, b"first").expect("published");
        let error = publish(&StdFs, &dir, ".x.tmp", "x.json", 0o640, b"second").expect_err("it exists");
        assert_eq!(error.step, Step::Rename);
        assert_eq!(std::fs::read(folder.path().join("x.json")).expect("readable"), b"first");
        assert_eq!(StdFs.list(&dir).expect("names"), ["x.json"]);
    }
}
