//! What the kernel says of a running process.

use std::fs;

/// Memory and wake-ups of a process until now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Process {
    /// Resident now, in MiB.
    pub(crate) resident_mib: f64,
    /// Resident at most until now, in MiB.
    pub(crate) peak_mib: f64,
    /// Resident now, pages that others share in proportion, in MiB.
    pub(crate) proportional_mib: f64,
    /// How often any thread of it waited and was woken.
    pub(crate) wakeups: u64,
}

impl Process {
    /// Asks the kernel.
    pub(crate) fn look(pid: u32) -> Result<Self, String> {
        let read = |path: String| {
            fs::read_to_string(&path)
                .map_err(|error| format!("cannot read `{path}`: {error}; the agent has ended"))
        };
        let status = read(format!("/proc/{pid}/status"))?;
        let rollup = read(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| error.to_string())?;
        let threads = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
        Ok(Self {
            resident_mib: mib(field(&status, "VmRSS:")),
            peak_mib: mib(field(&status, "VmHWM:")),
            proportional_mib: mib(field(&rollup, "Pss:")),
            wakeups: threads.map(|status| field(&status, "voluntary_ctxt_switches:")).sum(),
        })
    }
}

/// The number behind a name.
fn field(text: &str, name: &str) -> u64 {
    let rest = text.lines().find_map(|line| line.strip_prefix(name));
    rest.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "less than 2^53 KiB")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_and_a_peak() {
        let this = Process::look(std::process::id()).expect("it runs");
        assert!(this.resident_mib > 0.1 && this.peak_mib >= this.resident_mib, "{this:?}");
    }
}
