//! What days were played, and what was met on them.

use super::marks::Marks;

/// What was played.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) hours: u64,
    pub(super) alerts: u64,
    pub(super) notices: u64,
    pub(super) starts: u64,
    pub(super) marks: Marks,
}

impl Totals {
    pub(super) fn add(&mut self, other: &Self) {
        self.hours += other.hours;
        self.alerts += other.alerts;
        self.notices += other.notices;
        self.starts += other.starts;
        self.marks.add(&other.marks);
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { hours, alerts, notices, starts, marks } = self;
        writeln!(f, "{hours} hours, {alerts} alerts, {notices} notices, {starts} starts")?;
        marks.hits.iter().try_for_each(|(what, times)| writeln!(f, "{times:9} {what}"))
    }
}
