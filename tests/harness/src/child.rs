//! Child processes that cannot outlive their test: each is ended by its own process id.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::patience::PATIENCE;

/// Lets a program speak English, whatever language this machine has.
pub fn in_english(command: &mut Command) -> &mut Command {
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG")
}

/// How a program ended, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Ended {
    /// What it wrote to stdout, if it ended well.
    #[track_caller]
    pub fn expect_success(self) -> String {
        assert_eq!(self.code, Some(0), "stdout: {}stderr: {}", self.stdout, self.stderr);
        self.stdout
    }
}

/// Runs a program to its end with this on its stdin. One that takes longer than [`PATIENCE`] is killed.
#[track_caller]
pub fn run(command: &mut Command, stdin: &[u8]) -> Ended {
    run_within(PATIENCE, command, stdin)
}

/// As [`run`], for a program that may take longer.
#[track_caller]
pub fn run_within(deadline: Duration, command: &mut Command, stdin: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let pid = child.id();
    let mut pipe = child.stdin.take().expect("stdin was asked for");
    let stdin = stdin.to_vec();
    let (ended, end) = channel();
    // Two threads: a program that says much before it has read all would otherwise wait for us, and we for it.
    thread::spawn(move || {
        // A program may end without reading what it was offered.
        let _ = pipe.write_all(&stdin);
    });
    thread::spawn(move || {
        let _ = ended.send(child.wait_with_output());
    });
    let Ok(output) = end.recv_timeout(deadline) else {
        signal(pid, Signal::KILL);
        panic!("{command:?} did not end within {} s", deadline.as_secs());
    };
    let output = output.unwrap_or_else(|error| panic!("cannot read what {command:?} says: {error}"));
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Sends a signal to a child of ours that has not been waited for, so that its id is still its own.
pub fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a child has a positive id");
    kill_process(pid, signal).expect("a child that was not waited for can be signalled");
}

/// Kills a child, unless it has ended by itself, and waits for it.
pub(crate) fn end(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(Some(_))) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_its_input_and_all_that_it_says_is_kept() {
        let ended = run(Command::new("sh").args(["-c", "cat; echo no >&2; exit 3"]), b"yes");
        assert_eq!(ended, Ended { code: Some(3), stdout: "yes".into(), stderr: "no\n".into() });
    }

    #[test]
    fn a_program_may_say_much_before_it_has_read_all() {
        let much = vec![b'x'; 4 << 20];
        assert_eq!(run(&mut Command::new("cat"), &much).expect_success().len(), much.len());
    }

    #[test]
    fn a_program_that_was_ended_by_a_signal_has_no_exit_code() {
        assert_eq!(run(Command::new("sh").args(["-c", "kill -9 $$"]), b"").code, None);
    }
}
