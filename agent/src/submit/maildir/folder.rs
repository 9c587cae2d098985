//! How a mail gets into the folder, call by call, on any file system: a model of a disk that loses power takes the place of
//! the real one.
//!
//! Each try writes under a draft's name of its own. A disk that hangs holds up a thread that we do not wait for; when it goes
//! on, it finds its own draft gone, and cannot make visible what a later try has written half.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;
use smtp::Trouble;
use spool_format::fs::{SpoolFs, StdDir, StdFs};

/// Owner alone: alerts tell of the insides of machines.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// What a folder for mail needs of a file system beside what a spool needs.
pub(crate) trait MailFs: SpoolFs {
    /// Makes a folder if there is none, and says whether it did.
    fn make_dir(&self, path: &Path, mode: u32) -> io::Result<bool>;
    /// Gives a file one more name, in another folder. Where no file can have two, it gets the new one instead.
    fn link(&self, from: &Self::Dir, name: &str, to: &Self::Dir, new_name: &str) -> io::Result<()>;
}

impl MailFs for StdFs {
    fn make_dir(&self, path: &Path, mode: u32) -> io::Result<bool> {
        match rustix::fs::mkdir(path, Mode::from_raw_mode(mode)) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    fn link(&self, from: &StdDir, name: &str, to: &StdDir, new_name: &str) -> io::Result<()> {
        match rustix::fs::linkat(from.fd(), name, to.fd(), new_name, AtFlags::empty()) {
            Ok(()) => Ok(()),
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK) => {
                Ok(rustix::fs::renameat(from.fd(), name, to.fd(), new_name)?)
            }
            Err(errno) => Err(errno.into()),
        }
    }
}

/// A folder for mail on a file system.
#[derive(Debug)]
pub(crate) struct Folder<'a, F> {
    pub(crate) fs: &'a F,
    pub(crate) path: &'a Path,
}

/// A mail that is written and that nobody sees yet, unless it was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// What it is called where readers look.
    pub(crate) name: String,
    /// What it is called before.
    draft: String,
    /// Where it was found, if it was there.
    found: Option<PathBuf>,
    path: PathBuf,
}

/// A mail that did not become visible, as far as is known.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) may_be_there: bool,
    pub(crate) trouble: Trouble,
}

impl Written {
    pub(crate) const fn is_there_already(&self) -> bool {
        self.found.is_some()
    }

    /// Where it is.
    pub(crate) fn in_words(&self) -> String {
        match &self.found {
            Some(path) => format!("it was there: {}", path.display()),
            None => format!("written to {}", self.path.join("new").join(&self.name).display()),
        }
    }
}

impl<F: MailFs> Folder<'_, F> {
    /// Writes a mail durably where nobody sees it, unless one of this stem is there. `draft` is a number that no other try
    /// has.
    pub(crate) fn write(
        &self,
        (stem, host): (&str, &str),
        draft: u64,
        mail: &[u8],
    ) -> Result<Written, Trouble> {
        let here = |error| trouble(self.path, &error);
        self.make().map_err(here)?;
        let found = self.find(stem).map_err(here)?;
        let (name, path) = (format!("{stem}{host}"), self.path.to_owned());
        let draft = format!("{stem}{draft:016x}.{host}");
        if found.is_none() {
            self.put(stem, &draft, mail).map_err(|error| trouble(&self.path.join("tmp"), &error))?;
        }
        Ok(Written { name, draft, found, path })
    }

    fn put(&self, stem: &str, draft: &str, mail: &[u8]) -> io::Result<()> {
        let tmp = self.open("tmp")?;
        // Tries that were cut off have left them, or hang; nobody is to make them visible any more.
        for left in self.fs.list(&tmp)?.iter().filter(|name| name.starts_with(stem)) {
            let _ = self.fs.unlink(&tmp, left);
        }
        let mut file = self.fs.create(&tmp, draft, FILE_MODE)?;
        let written = self.fs.write_all(&mut file, mail).and_then(|()| self.fs.sync_file(&file));
        written.inspect_err(|_| {
            let _ = self.fs.unlink(&tmp, draft);
        })
    }

    /// Makes it visible for readers, for good.
    pub(crate) fn publish(&self, written: &Written) -> Result<(), Lost> {
        let lost =
            |may_be_there| move |error: io::Error| Lost { may_be_there, trouble: trouble(self.path, &error) };
        let open = |folder: &str| self.open(folder).map_err(lost(false));
        let (tmp, new) = (open("tmp")?, open("new")?);
        match self.fs.link(&tmp, &written.draft, &new, &written.name) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(lost(false)(error)),
            // An earlier try went on after all.
            Ok(()) | Err(_) => {}
        }
        self.fs.sync_dir(&new).map_err(lost(true))?;
        let _ = self.fs.unlink(&tmp, &written.draft);
        Ok(())
    }

    /// Removes what was written for nothing. What stays is removed by readers, in time: it is in `tmp`.
    pub(crate) fn remove(&self, written: &Written) {
        let _ = self.open("tmp").and_then(|tmp| self.fs.unlink(&tmp, &written.draft));
    }

    fn open(&self, folder: &str) -> io::Result<F::Dir> {
        self.fs.open_dir(&self.path.join(folder))
    }

    /// Makes what is missing of the folder.
    fn make(&self) -> io::Result<()> {
        let mut is_new = self.fs.make_dir(self.path, FOLDER_MODE)?;
        for folder in ["tmp", "new", "cur"] {
            is_new |= self.fs.make_dir(&self.path.join(folder), FOLDER_MODE)?;
        }
        if is_new {
            self.fs.sync_dir(&self.fs.open_dir(self.path)?)?;
            let above = self.path.parent().filter(|above| !above.as_os_str().is_empty());
            // One that may not be read cannot be synced; then the folder may have to be made again.
            let above = self.fs.open_dir(above.unwrap_or(Path::new(".")))?;
            if self.fs.is_readable(&above) {
                self.fs.sync_dir(&above)?;
            }
        }
        Ok(())
    }

    /// The mail whose name begins so, where readers see it. It is there for good: whoever made it visible may have been
    /// killed before it was.
    fn find(&self, stem: &str) -> io::Result<Option<PathBuf>> {
        for folder in ["new", "cur"] {
            let dir = self.open(folder)?;
            let names = self.fs.list(&dir)?;
            if let Some(name) = names.into_iter().find(|name| name.starts_with(stem)) {
                self.fs.sync_dir(&dir)?;
                return Ok(Some(self.path.join(folder).join(name)));
            }
        }
        Ok(None)
    }
}

pub(super) fn trouble(path: &Path, error: &io::Error) -> Trouble {
    Trouble::Local(format!("cannot write to {}: {error}", path.display()))
}
