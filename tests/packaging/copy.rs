//! A copy of this machine that nobody else sees, for what changes users, folders and packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Ended, mount, run};

/// A copy of this machine: what is written goes into memory.
pub(crate) struct Copy {
    pub(crate) root: PathBuf,
}

impl Copy {
    /// The error says why there can be none.
    pub(crate) fn new(place: &Path) -> Result<Self, String> {
        let within = |name: &str| place.join(name);
        mount(&["-t", "tmpfs", "none"], place)?;
        for name in ["upper", "work", "root"] {
            fs::create_dir(within(name)).expect("a folder");
        }
        let (upper, work) = (within("upper"), within("work"));
        let layers = format!("lowerdir=/,upperdir={},workdir={}", upper.display(), work.display());
        let root = within("root");
        mount(&["-t", "overlay", "none", "-o", &layers], &root)?;
        mount(&["--rbind", "/dev"], &root.join("dev"))?;
        mount(&["-t", "proc", "none"], &root.join("proc"))?;
        mount(&["-t", "tmpfs", "none"], &root.join("run"))?;
        // Else dpkg has man-db read all pages of the machine each time.
        let _ = fs::remove_file(root.join("var/lib/man-db/auto-update"));
        Ok(Self { root })
    }

    pub(crate) fn shell(&self, line: &str) -> Ended {
        let mut command = Command::new("chroot");
        command.arg(&self.root).args(["sh", "-c", line]).env("DEBIAN_FRONTEND", "noninteractive");
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
        command.env_remove("ALERTMAIL_SPOOL").env_remove("ALERTMAIL_CONFIG");
        run(&mut command, b"")
    }

    /// Has to end well; gives what it said.
    #[track_caller]
    pub(crate) fn does(&self, line: &str) -> String {
        let ended = self.shell(line);
        assert_eq!(ended.code, Some(0), "{line}: {}{}", ended.stdout, ended.stderr);
        ended.stdout + &ended.stderr
    }
}
