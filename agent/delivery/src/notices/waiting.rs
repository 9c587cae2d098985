//! Critical alerts that nobody has, and from when on that is too long.

use std::collections::{BTreeMap, BTreeSet};

use spool_format::AlertId;

use crate::time::Monotonic;

/// Critical alerts that nobody has.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    limits: BTreeMap<AlertId, Monotonic>,
    /// Those whose time has not come.
    coming: BTreeSet<(Monotonic, AlertId)>,
    /// Those that have waited for too long.
    overdue: BTreeSet<AlertId>,
}

impl Waiting {
    /// From `limit` on it has waited for too long.
    pub(super) fn add(&mut self, id: AlertId, limit: Monotonic) {
        if self.limits.insert(id, limit).is_none() {
            self.coming.insert((limit, id));
        }
    }

    pub(super) fn remove(&mut self, id: AlertId) {
        if let Some(limit) = self.limits.remove(&id) {
            self.coming.remove(&(limit, id));
            self.overdue.remove(&id);
        }
    }

    /// When the next one will have waited for too long.
    pub(super) fn next(&self) -> Option<Monotonic> {
        self.coming.first().map(|(limit, _)| *limit)
    }

    pub(super) fn look(&mut self, now: Monotonic) {
        while let Some((limit, id)) = self.coming.first().copied().filter(|(limit, _)| *limit <= now) {
            self.coming.remove(&(limit, id));
            self.overdue.insert(id);
        }
    }

    /// Those that have waited for too long, the oldest first.
    pub(super) const fn overdue(&self) -> &BTreeSet<AlertId> {
        &self.overdue
    }
}
