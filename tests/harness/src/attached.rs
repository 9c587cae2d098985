//! `strace` on a program that is at work already, so that counting begins now.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

use crate::child;
use crate::cut::{Call, Cut, calls, options};
use crate::patience::{PATIENCE, becomes_true};

/// Which threads are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// All of this process.
    All(u32),
    /// This one.
    One(u32),
}

/// A `strace` that watches a running program. It lets go when this value is dropped.
#[derive(Debug)]
pub struct Attached {
    strace: Child,
    log: PathBuf,
}

impl Attached {
    /// Begins to watch; from now on every call goes into `log`, and what `cuts` say happens.
    #[track_caller]
    pub fn to(threads: Threads, log: &Path, cuts: &[Cut<'_>]) -> Self {
        Self::to_paths(threads, &[], log, cuts)
    }

    /// As [`Attached::to`], with eyes only for calls that have to do with these files; all if there are none.
    #[track_caller]
    pub fn to_paths(threads: Threads, paths: &[&Path], log: &Path, cuts: &[Cut<'_>]) -> Self {
        let said = log.with_extension("said");
        let stderr = fs::File::create(&said).expect("a file of ours");
        let mut command = Command::new("strace");
        let id = match threads {
            Threads::All(id) => {
                command.arg("-f");
                id
            }
            Threads::One(id) => id,
        };
        for path in paths {
            command.arg("-P").arg(path);
        }
        command.args(options(log, cuts)).arg("-p").arg(id.to_string());
        let strace = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn();
        let mut attached = Self { strace: strace.expect("strace is installed"), log: log.to_owned() };
        let mut words = String::new();
        let begun = becomes_true(PATIENCE, || {
            words = fs::read_to_string(&said).unwrap_or_default();
            words.contains(" attached") || attached.has_ended()
        });
        assert!(begun && words.contains(" attached"), "strace cannot watch thread {id}: {words}");
        attached
    }

    /// Whether it has ended, as it does when the program does.
    pub fn has_ended(&mut self) -> bool {
        self.strace.try_wait().expect("a child of ours").is_some()
    }

    /// The calls that were seen so far.
    #[track_caller]
    pub fn calls(&self) -> Vec<Call> {
        calls(&self.log)
    }

    /// Lets go, unless the program has ended, and gives the calls that were seen.
    #[track_caller]
    pub fn finish(mut self) -> Vec<Call> {
        if !self.has_ended() {
            child::signal(self.strace.id(), Signal::TERM);
        }
        let let_go = becomes_true(PATIENCE, || self.has_ended());
        assert!(let_go, "strace does not let go");
        calls(&self.log)
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if !self.has_ended() {
            // Asked kindly, it leaves the program as it was.
            child::signal(self.strace.id(), Signal::TERM);
        }
        becomes_true(PATIENCE, || self.has_ended());
        child::end(&mut self.strace);
    }
}
