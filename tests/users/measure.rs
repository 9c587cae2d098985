//! What a process costs, by what the kernel says of it.

use std::fs;

/// Clock ticks a second in `/proc`, on every Linux there is.
pub(crate) const TICKS_A_SECOND: u64 = 100;

/// Processor time that a process has used so far, in clock ticks.
pub(crate) fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process of ours");
    // The name of the program, in brackets, may hold blanks.
    let fields = stat.rsplit_once(") ").expect("a name in brackets").1;
    let number = |field: &str| field.parse::<u64>().expect("a number");
    fields.split(' ').skip(11).take(2).map(number).sum()
}

/// The most memory that a process had resident so far, in octets.
pub(crate) fn most_resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process of ours");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line about memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1_024
}
