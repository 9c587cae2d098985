//! How long what is over is kept, and room on the spool's disk.

use std::time::Duration;

use super::keys::Place;
use super::section::Section;

/// How long what is over is kept, and room on the spool's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// How long the journal remembers what is over.
    pub journal: Duration,
    /// How long files that are no alerts are kept.
    pub corrupt: Duration,
    /// Octets that stay free for the journal.
    pub floor: u64,
    /// Octets taken up beforehand, to be given free when the disk is full.
    pub reserve: u64,
}

impl Default for Keeping {
    fn default() -> Self {
        let month = Duration::from_hours(24 * 30);
        Self { journal: month, corrupt: month, floor: 16 << 20, reserve: 4 << 20 }
    }
}

/// Reads `[keep]` and `[disk]`.
pub(super) fn keeping(root: &Section<'_, '_>) -> Keeping {
    let mut keeping = Keeping::default();
    if let Some(section) = root.section("keep", "[keep]", Place::Keep) {
        keeping.journal = section.time("journal").unwrap_or(keeping.journal);
        keeping.corrupt = section.time("corrupt").unwrap_or(keeping.corrupt);
    }
    if let Some(section) = root.section("disk", "[disk]", Place::Disk) {
        let octets = |key| section.number(key, 0, u16::MAX).map(|mib| u64::from(mib) << 20);
        keeping.floor = octets("floor_mib").unwrap_or(keeping.floor);
        keeping.reserve = octets("reserve_mib").unwrap_or(keeping.reserve);
    }
    keeping
}
