//! The three programs that write alerts: ours, and the two examples.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use harness::{Ended, Sandbox, run};

use crate::{ALERTMAIL, ONCALL, published};

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    Enqueue,
    Shell,
    Python,
}

/// What is to be said, in words that all three understand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    pub(crate) to: &'a [&'a str],
    pub(crate) severity: &'a str,
    pub(crate) key: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) body: &'a OsStr,
}

impl Writer {
    pub(crate) const ALL: [Self; 3] = [Self::Enqueue, Self::Shell, Self::Python];
    pub(crate) const EXAMPLES: [Self; 2] = [Self::Shell, Self::Python];

    /// The program and its first arguments. Python is the system's, as the examples promise to need nothing else.
    fn program(self) -> Vec<std::ffi::OsString> {
        match self {
            Self::Enqueue => vec![Path::new(ALERTMAIL).with_file_name("enqueue").into()],
            Self::Shell => vec!["sh".into(), published("examples/alert.sh").into()],
            Self::Python => vec!["/usr/bin/python3".into(), published("examples/alert.py").into()],
        }
    }

    /// The same for a plain alert, with a program in front that starts it: strace, setpriv.
    pub(crate) fn behind(self, starter: &[&OsStr], spool: &Path, said: &Said<'_>) -> Command {
        let mut words: Vec<&OsStr> = starter.to_vec();
        let program = self.program();
        words.extend(program.iter().map(std::ffi::OsString::as_os_str));
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("ALERTMAIL_SPOOL", spool);
        let (severity, key) = match self {
            Self::Enqueue => ("--severity", "--key"),
            Self::Shell | Self::Python => ("-l", "-k"),
        };
        for to in said.to {
            command.args(["-t", to]);
        }
        command.args([severity, said.severity, key, said.key]);
        if self == Self::Enqueue {
            command.arg("--subject");
        }
        command.arg(said.subject).arg(said.body);
        command
    }

    /// Lets it write into the sandbox's spool.
    #[track_caller]
    pub(crate) fn write(self, sandbox: &Sandbox, said: &Said<'_>) -> Ended {
        run(&mut self.behind(&[], sandbox.spool(), said), b"")
    }

    /// Runs it with arguments of its own.
    #[track_caller]
    pub(crate) fn run(self, spool: &Path, arguments: &[&str], stdin: &[u8]) -> Ended {
        let program = self.program();
        run(
            Command::new(&program[0]).args(&program[1..]).args(arguments).env("ALERTMAIL_SPOOL", spool),
            stdin,
        )
    }
}

impl Said<'static> {
    /// An alert without difficulties.
    pub(crate) fn plain() -> Self {
        Self {
            to: &[ONCALL],
            severity: "critical",
            key: "disk-db1",
            subject: "disk full",
            body: OsStr::new("/var is at 100 %"),
        }
    }
}
