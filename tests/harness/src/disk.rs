//! A file system in a file, of which the power can be cut.
//!
//! The cut is the kernel's own (`FS_IOC_SHUTDOWN` without a flush of the log, as the tests of the kernel's file systems
//! do it): from that moment nothing more gets from memory to the disk. What was not synced is gone at the next mount,
//! which replays the log. A disk that lies about its own write cache is not part of it. Only for tests in
//! [`crate::with_own_mounts`].

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::run;
use crate::mounts::{mount, unmount};

/// Which file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// Linux's usual one.
    Ext4,
    /// The other one that servers have.
    Xfs,
}

/// A disk that is mounted or without power.
#[derive(Debug)]
pub struct Disk {
    image: PathBuf,
    at: PathBuf,
}

impl FileSystem {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ext4, Self::Xfs];

    /// The smallest that its tools make without being asked twice, in MiB.
    const fn size_mib(self) -> u64 {
        match self {
            Self::Ext4 => 32,
            Self::Xfs => 320,
        }
    }

    const fn maker(self) -> (&'static str, &'static [&'static str]) {
        match self {
            // All of its tables are written at once, so that nothing is left for the kernel to do behind our backs.
            Self::Ext4 => ("mkfs.ext4", &["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"]),
            Self::Xfs => ("mkfs.xfs", &["-q", "-f"]),
        }
    }
}

impl Disk {
    /// Makes a file system in the file `image` and mounts it at `at`; the error is why that cannot be.
    pub fn plug_in(kind: FileSystem, image: &Path, at: &Path) -> Result<Self, String> {
        let file = std::fs::File::create_new(image).and_then(|file| file.set_len(kind.size_mib() << 20));
        file.map_err(|error| format!("{}: {error}", image.display()))?;
        let (program, options) = kind.maker();
        run(Command::new(program).args(options).arg(image), b"").expect_success();
        let disk = Self { image: image.to_owned(), at: at.to_owned() };
        disk.mount()?;
        // Of ext4; a spool is to be empty.
        let _ = std::fs::remove_dir(at.join("lost+found"));
        Ok(disk)
    }

    fn mount(&self) -> Result<(), String> {
        mount(&["-o", "loop", &self.image.to_string_lossy()], &self.at)
    }

    /// Brings everything to the disk, so that the next cut takes only what is done from now on.
    #[track_caller]
    pub fn settle(&self) {
        unmount(&self.at);
        self.mount().unwrap_or_else(|error| panic!("cannot mount {}: {error}", self.image.display()));
    }

    /// Cuts the power and brings it back. Nobody may have a file open there.
    #[track_caller]
    pub fn cut_power(&self) {
        run(Command::new("xfs_io").args(["-x", "-c", "shutdown"]).arg(&self.at), b"").expect_success();
        let probe = std::fs::File::create(self.at.join("probe"));
        assert!(probe.is_err(), "the power was cut, and {} can still be written to", self.at.display());
        self.settle();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // If somebody still works on it the kernel takes it away with this process.
        let _ = run(Command::new("umount").arg("--lazy").arg(&self.at), b"");
    }
}
