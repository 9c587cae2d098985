//! Where it is measured: the programs, the disk, the machine.

use std::fs;
use std::path::{Path, PathBuf};

use harness::Programs;

use crate::clock;

/// Programs and disk.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The folder of `alertmail` and `enqueue`.
    bin: PathBuf,
    /// Where spools are made.
    disk: PathBuf,
}

impl Place {
    /// Programs beside this one unless said otherwise; everything temporary goes below `disk`.
    pub(crate) fn new(bin: Option<PathBuf>, disk: &Path) -> Result<Self, String> {
        let here = || Some(std::env::current_exe().ok()?.parent()?.to_owned());
        let bin = bin.or_else(here).ok_or("cannot see where this program is; give --programs DIR")?;
        for name in ["alertmail", "enqueue"] {
            if !bin.join(name).is_file() {
                let text = "is missing; run: cargo build --release --workspace";
                return Err(format!("`{}` {text}", bin.join(name).display()));
            }
        }
        let disk = disk.canonicalize().map_err(|error| format!("no folder `{}`: {error}", disk.display()))?;
        // Whoever was earlier has set the same.
        let _ = tempfile::env::override_temp_dir(&disk);
        Ok(Self { bin, disk })
    }

    /// For sandboxes.
    pub(crate) fn programs(&self) -> Programs {
        Programs::beside(self.bin.join("alertmail"))
    }

    /// One of the programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The same program as another profile builds it, if it was built.
    pub(crate) fn of_profile(&self, profile: &str, name: &str) -> Option<PathBuf> {
        let path = self.bin.parent()?.join(profile).join(name);
        path.is_file().then_some(path)
    }

    /// A new folder on the disk that is measured; gone with the value.
    pub(crate) fn folder(&self) -> Result<tempfile::TempDir, String> {
        let folder = tempfile::Builder::new().prefix("alertmail-bench-").tempdir_in(&self.disk);
        folder.map_err(|error| format!("no room in `{}`: {error}", self.disk.display()))
    }

    /// What a reader has to know of the numbers.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let uname = rustix::system::uname();
        let kernel = format!("{} {}", uname.sysname().to_string_lossy(), uname.release().to_string_lossy());
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        let build = if cfg!(debug_assertions) { "debug: the numbers mean nothing" } else { "release" };
        vec![
            ("date", clock::wall_now().day()),
            ("kernel", kernel),
            ("cpus", cpus.to_string()),
            ("file system", file_system(&self.disk)),
            ("build", build.to_owned()),
        ]
    }
}

/// Type of the file system that a path is on, with the journal if it is an ext4 without one.
fn file_system(path: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut found = (0, "unknown");
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        if let (Some(at), Some(kind)) = (words.next(), words.next())
            && path.starts_with(at)
            && at.len() >= found.0
        {
            found = (at.len(), kind);
        }
    }
    let journals = fs::read_dir("/proc/fs/jbd2").map_or(0, Iterator::count);
    let without = found.1 == "ext4" && journals == 0;
    if without { "ext4 without a journal".to_owned() } else { found.1.to_owned() }
}
