//! The agent as a child process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::child;
use crate::patience::{PATIENCE, becomes_true};

/// A running agent. It ends with this value, whatever happens.
#[derive(Debug)]
pub struct Agent {
    child: Child,
    log: PathBuf,
}

impl Agent {
    /// Starts it with its stderr in the file `log`, and waits until it says that it is at work.
    #[track_caller]
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let mut agent = Self::spawn(command, log);
        let mut ended = None;
        let started = becomes_true(PATIENCE, || {
            ended = agent.child.try_wait().expect("a child of ours");
            ended.is_some() || agent.log().lines().any(|line| line.starts_with("started "))
        });
        assert!(
            started,
            "the agent did not start within {} s; it said:\n{}",
            PATIENCE.as_secs(),
            agent.log()
        );
        assert_eq!(ended, None, "the agent ended at once; it said:\n{}", agent.log());
        agent
    }

    /// Starts it, and does not wait for anything.
    #[track_caller]
    pub(crate) fn spawn(command: &mut Command, log: &Path) -> Self {
        let stderr = fs::File::create_new(log).expect("each start has its own log");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        Self { child, log: log.to_owned() }
    }

    /// Whether it has ended, by itself or by somebody else's signal.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_some()
    }

    /// The ids of its threads, in the order in which they were started.
    #[track_caller]
    pub fn threads(&self) -> Vec<u32> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).expect("it is at work");
        let id = |task: std::io::Result<fs::DirEntry>| task.ok()?.file_name().to_str()?.parse().ok();
        let mut ids: Vec<u32> = tasks.filter_map(id).collect();
        ids.sort_unstable();
        ids
    }

    /// Processor time that it has used, all threads together, in the kernel and outside.
    #[track_caller]
    pub fn cpu_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).expect("it is at work");
        // Behind the name, which may contain anything: the 12th and 13th field there, in ticks of 10 ms.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(10 * ticks)
    }

    /// The most memory that it ever had in use at a time, in KiB (`VmHWM`).
    #[track_caller]
    pub fn peak_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it is at work");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel says it");
        line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
    }

    /// What it said on stderr so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as a service manager would, and waits for its exit code; `None` if a signal ended it.
    #[track_caller]
    pub fn stop(mut self) -> Option<i32> {
        child::signal(self.child.id(), Signal::TERM);
        let mut code = None;
        let stopped = becomes_true(PATIENCE, || {
            let status = self.child.try_wait().expect("a child of ours");
            code = status.and_then(|status| status.code());
            status.is_some()
        });
        assert!(stopped, "the agent did not stop within {} s; it said:\n{}", PATIENCE.as_secs(), self.log());
        code
    }

    /// Kills it in the middle of whatever it does (SIGKILL) and waits until it is gone.
    pub fn kill(mut self) {
        child::end(&mut self.child);
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        child::end(&mut self.child);
    }
}
