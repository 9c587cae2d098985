//! What the kernel says of a running process.

use std::fs;
use std::time::Duration;

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

/// What a process and its children, and theirs, have used until now. Those that have ended count with who has waited
/// for them.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Tree {
    /// Processor time, in the kernel and outside.
    pub(crate) cpu: Duration,
    /// Resident now, in MiB; pages that they share count for each.
    pub(crate) resident_mib: f64,
}

/// A line of `/proc/PID/stat`.
struct Stat {
    pid: u32,
    parent: u32,
    cpu: Duration,
    pages: u64,
}

impl Tree {
    /// Asks the kernel about the tree below this process.
    pub(crate) fn of(root: u32) -> Self {
        let all = Stat::all();
        let members = below(&all, root);
        let of_it = || all.iter().filter(|stat| members.contains(&stat.pid));
        let page_kib = u64::try_from(rustix::param::page_size()).unwrap_or(4096) / 1024;
        Self {
            cpu: of_it().map(|stat| stat.cpu).sum(),
            resident_mib: mib(of_it().map(|stat| stat.pages * page_kib).sum()),
        }
    }

    /// Who belongs to it, the root first.
    pub(crate) fn members(root: u32) -> Vec<u32> {
        below(&Stat::all(), root)
    }
}

fn below(all: &[Stat], root: u32) -> Vec<u32> {
    let mut members = vec![root];
    let mut looked = 0;
    while let Some(parent) = members.get(looked).copied() {
        members.extend(all.iter().filter(|stat| stat.parent == parent).map(|stat| stat.pid));
        looked += 1;
    }
    members
}

impl Stat {
    fn all() -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        names.filter_map(Self::read).collect()
    }

    /// `None` if it has ended meanwhile.
    fn read(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // Behind the name, which may contain anything; times are in ticks of 10 ms.
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        let cpu = Duration::from_millis(10 * (11..=14).map(number).sum::<u64>());
        Some(Self { pid, parent: u32::try_from(number(1)).ok()?, cpu, pages: number(21) })
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
    fn a_tree_has_its_root_and_the_children() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let members = Tree::members(std::process::id());
        let tree = Tree::of(std::process::id());
        child.kill().and_then(|()| child.wait()).expect("a child of ours");
        assert_eq!(members[0], std::process::id());
        assert!(members.contains(&child.id()) && tree.resident_mib > 0.1, "{members:?} {tree:?}");
    }

    #[test]
    fn a_process_has_memory_and_a_peak() {
        let this = Process::look(std::process::id()).expect("it runs");
        assert!(this.resident_mib > 0.1 && this.peak_mib >= this.resident_mib, "{this:?}");
    }
}
