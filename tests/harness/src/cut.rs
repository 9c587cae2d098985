//! Cuts a program off at a system call of its life, or makes that call fail: `strace` holds the knife.
//!
//! A clean run under [`watched`] is listed with [`calls`]; each [`Call`] names itself by the number that it has among
//! the calls of its name in its thread, which is how `strace` counts. A run with a [`Cut`] at such a call then ends, or
//! goes wrong, exactly there. A kill takes place *before* the call has any effect, which is *after* the call before it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

/// One system call of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The thread's id at that time; 0 if only one was watched.
    pub thread: u32,
    /// Its name: `fsync`.
    pub name: String,
    /// How many calls of this name the thread had made, with this one.
    pub nth: usize,
    /// As `strace` printed it, each descriptor with its path: `fsync(4</spool/x>) = 0`.
    pub text: String,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate<'a> {
    /// The whole program is killed (SIGKILL) before the call has any effect.
    Kill,
    /// The call does nothing and gives this error: `ENOSPC`.
    Fail(&'a str),
    /// The call is done, and returns so many milliseconds later.
    Linger(u64),
}

/// Something that happens to some calls of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut<'a> {
    /// To which calls, by name.
    pub name: &'a str,
    /// To which of them, as `strace` has it: `3`, `3+`, `3..5`.
    pub when: String,
    /// What.
    pub fate: Fate<'a>,
}

impl Call {
    /// A cut at this call alone.
    pub fn cut<'a>(&'a self, fate: Fate<'a>) -> Cut<'a> {
        Cut { name: &self.name, when: self.nth.to_string(), fate }
    }

    /// The call as a failing test should name it: `fsync #2`.
    pub fn label(&self) -> String {
        format!("{} #{}", self.name, self.nth)
    }
}

impl Cut<'_> {
    /// For the option `-e`.
    fn expression(&self) -> String {
        let what = match self.fate {
            Fate::Kill => "signal=SIGKILL".to_owned(),
            Fate::Fail(error) => format!("error={error}"),
            Fate::Linger(ms) => format!("delay_exit={ms}ms"),
        };
        format!("inject={}:{what}:when={}", self.name, self.when)
    }
}

/// The same command under the eyes of `strace`, which writes every call into `log` and does what `cuts` say.
///
/// It ends as the command ends: with its exit code, or without one if a signal ended it.
pub fn watched(command: &Command, log: &Path, cuts: &[Cut<'_>]) -> Command {
    under_strace("-f", command, log, cuts)
}

/// As [`watched`], for a program that stays: the child is the program itself, which can be signalled as ever, and
/// `strace` goes when it does.
pub fn watched_from_aside(command: &Command, log: &Path, cuts: &[Cut<'_>]) -> Command {
    under_strace("-fD", command, log, cuts)
}

fn under_strace(mode: &str, command: &Command, log: &Path, cuts: &[Cut<'_>]) -> Command {
    let mut strace = Command::new("strace");
    strace.arg(mode).args(options(log, cuts)).arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace
}

/// What both ways of watching say to `strace`.
pub(crate) fn options(log: &Path, cuts: &[Cut<'_>]) -> Vec<OsString> {
    let mut options: Vec<OsString> = ["-y", "-s", "32", "-o"].map(OsString::from).to_vec();
    options.push(log.into());
    for cut in cuts {
        options.extend([OsString::from("-e"), cut.expression().into()]);
    }
    options
}

/// The calls that `strace` wrote into `log`, in order; one that the program did not come back from is the last of its
/// thread.
#[track_caller]
pub fn calls(log: &Path) -> Vec<Call> {
    let octets = fs::read(log).unwrap_or_else(|error| panic!("cannot read {}: {error}", log.display()));
    let mut calls: Vec<Call> = Vec::new();
    for line in String::from_utf8_lossy(&octets).lines() {
        let Some((thread, name, text)) = begun(line) else {
            resume(line, &mut calls);
            continue;
        };
        let before = calls.iter().filter(|call| call.thread == thread && call.name == name).count();
        calls.push(Call { thread, name: name.to_owned(), nth: before + 1, text: text.to_owned() });
    }
    calls
}

/// Puts the end of a call to its beginning, where the calls of other threads stand in between.
fn resume(line: &str, calls: &mut [Call]) {
    let Some((thread, text)) = line.split_once(' ') else { return };
    let Some((name, end)) = text.trim_start().strip_prefix("<... ").and_then(|it| it.split_once(" resumed>"))
    else {
        return;
    };
    let of_it = |call: &&mut Call| call.name == name && thread.parse() == Ok(call.thread);
    if let Some(call) = calls.iter_mut().rev().find(of_it)
        && let Some(beginning) = call.text.strip_suffix(" <unfinished ...>")
    {
        call.text = format!("{beginning}{end}");
    }
}

/// Thread (0 if only one was watched), name and text, if a call begins in this line.
fn begun(line: &str) -> Option<(u32, &str, &str)> {
    let (thread, text) = match line.split_once(' ') {
        Some((thread, text)) if thread.bytes().all(|octet| octet.is_ascii_digit()) => {
            (thread, text.trim_start())
        }
        _ => ("0", line),
    };
    let (name, _) = text.split_once('(')?;
    let is_name =
        name.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_');
    (is_name && !name.is_empty()).then_some((thread.parse().ok()?, name, text))
}

/// Ends every `strace` that writes below `folder`: one that watched from aside may outlive a program that it killed.
pub(crate) fn end_watchers_of(folder: &Path) {
    let Ok(processes) = fs::read_dir("/proc") else { return };
    let needle = folder.as_os_str().as_encoded_bytes();
    for process in processes.filter_map(Result::ok) {
        let Ok(line) = fs::read(process.path().join("cmdline")) else { continue };
        let is_watcher =
            line.starts_with(b"strace\0") && line.windows(needle.len()).any(|part| part == needle);
        let pid = process.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| is_watcher) {
            // It is gone when the signal comes too late.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::run;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn calls_are_counted_by_name_and_thread_and_other_lines_are_no_calls() {
        let folder = folder();
        let log = folder.path().join("log");
        let text = "7  open(\"/x\", O_RDONLY) = 3\n8  open(\"/y\", O_RDONLY <unfinished ...>\n7  close(3) = 0\n\
            8  <... open resumed>) = 4\n7  open(\"/z\", O_RDONLY) = 3\n8  +++ killed by SIGKILL +++\n";
        crate::write_file(&log, 0o600, text.as_bytes());
        let seen: Vec<String> =
            calls(&log).iter().map(|call| format!("{} {}", call.thread, call.label())).collect();
        assert_eq!(seen, ["7 open #1", "8 open #1", "7 close #1", "7 open #2"]);
    }

    #[test]
    fn a_program_is_cut_off_before_the_call_and_a_failing_call_does_nothing() {
        let folder = folder();
        let (log, file) = (folder.path().join("log"), folder.path().join("file"));
        let mut command = Command::new("mkdir");
        command.arg(&file);
        let clean = run(&mut watched(&command, &log, &[]), b"");
        assert_eq!(clean.code, Some(0), "{}", clean.stderr);
        let make =
            calls(&log).into_iter().find(|call| call.name.starts_with("mkdir")).expect("it made a folder");
        fs::remove_dir(&file).expect("the folder");

        let killed = run(&mut watched(&command, &log, &[make.cut(Fate::Kill)]), b"");
        assert_eq!((killed.code, file.exists()), (None, false));
        let failed = run(&mut watched(&command, &log, &[make.cut(Fate::Fail("EROFS"))]), b"");
        assert_eq!((failed.code, file.exists()), (Some(1), false));
        assert!(failed.stderr.contains("Read-only"), "{}", failed.stderr);
    }
}
