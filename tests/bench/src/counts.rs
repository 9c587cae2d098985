//! What one run costs in numbers that are the same on every machine: system calls, syncs, instructions.

use std::process::{Command, Stdio};

use crate::contender::Contender;

/// Of one run, children included.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// All system calls, execve and exit included; `None` without strace.
    pub(crate) calls: Option<u64>,
    /// fsync and fdatasync among them.
    pub(crate) syncs: Option<u64>,
    /// Instructions outside the kernel; `None` without valgrind.
    pub(crate) instructions: Option<u64>,
    /// Memory that was resident at most, of its largest process, in KiB; `None` without GNU time.
    pub(crate) peak_kib: Option<u64>,
}

/// Runs it three times more, under those who count. `n` to `n + 2` are numbers that no run had yet.
pub(crate) fn count(contender: &Contender, n: usize) -> Counts {
    let strace = ["strace", "-f", "-qq", "-e", "signal=none"];
    let traced = under(&strace, contender, n).map(|said| calls_and_syncs(&said));
    let valgrind = ["valgrind", "--tool=callgrind", "--trace-children=yes", "--callgrind-out-file=/dev/null"];
    let collected = under(&valgrind, contender, n + 1);
    let timed = under(&["/usr/bin/time", "-f", "peak %M"], contender, n + 2);
    Counts {
        peak_kib: timed.and_then(|said| peak_kib(&said)),
        calls: traced.map(|(calls, _)| calls),
        syncs: traced.map(|(_, syncs)| syncs),
        instructions: collected.and_then(|said| instructions(&said)),
    }
}

/// What the program in front says on stderr about the n-th run; `None` if it is not there or fails.
fn under(front: &[&str], contender: &Contender, n: usize) -> Option<String> {
    let command = contender.command(n);
    let mut whole = Command::new(front[0]);
    for (name, value) in command.get_envs() {
        whole.env(name, value.unwrap_or_default());
    }
    whole.args(&front[1..]).arg(command.get_program()).args(command.get_args());
    let output = whole.stdin(contender.stdin()).stdout(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// One call a line; what another thread cut in two stands there as `resumed` once more.
fn calls_and_syncs(trace: &str) -> (u64, u64) {
    let is_call = |line: &&str| line.contains('(') && !line.contains("resumed>");
    let calls: Vec<&str> = trace.lines().filter(is_call).collect();
    let is_sync = |line: &&&str| line.contains("fsync(") || line.contains("fdatasync(");
    (calls.len() as u64, calls.iter().filter(is_sync).count() as u64)
}

/// The sum of all processes: `==1== I   refs:      129,868`.
fn instructions(said: &str) -> Option<u64> {
    let lines = said.lines().filter(|line| line.contains("refs:") && line.contains("I "));
    let digits = lines.map(|line| -> String {
        line.rsplit(':').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect()
    });
    digits.map(|digits| digits.parse::<u64>().ok()).sum()
}

/// Behind whatever the program said itself.
fn peak_kib(said: &str) -> Option<u64> {
    said.lines().rev().find_map(|line| line.strip_prefix("peak "))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strace_and_valgrind_say_is_understood() {
        let trace = "execve(\"a\") = 0\n[pid 7] fsync(3 <unfinished ...>\n[pid 7] <... fsync resumed>) = 0\n";
        assert_eq!(calls_and_syncs(trace), (2, 1));
        let said = "==1== Collected : 9\n==1== I   refs:      129,868\n==2== I   refs:      2\n";
        assert_eq!(instructions(said), Some(129_870));
        assert_eq!(peak_kib("dma: so it is\npeak 1234\n"), Some(1234));
    }
}
