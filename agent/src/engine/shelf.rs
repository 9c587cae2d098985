//! The alerts in hand: whose they are, and their octets while no copy on the disk can be trusted to be the same.
//!
//! An alert in `incoming/` can still be changed by its writer, so what was read of it stays in memory. One in
//! `deferred/` is a copy of ours and is read again when its turn comes: a hundred thousand of them cost little.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use spool_format::{Address, AlertId, Folder};

use crate::accept::Reach;

/// Every alert in hand.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    alerts: BTreeMap<AlertId, Kept>,
    /// Octets in memory, and of how many alerts.
    in_memory: Load,
    /// What each user has in hand.
    users: BTreeMap<u32, Load>,
    /// Right sides of Message-IDs: a few, shared by many.
    domains: BTreeSet<Arc<str>>,
}

/// A number of alerts, and their octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// How many.
    pub alerts: usize,
    /// How large together.
    pub octets: u64,
}

/// An alert in hand.
#[derive(Debug)]
pub(super) struct Kept {
    /// Its file as it was read; `None` when the copy in `place` is ours.
    pub(super) octets: Option<Arc<[u8]>>,
    /// Size of its file.
    pub(super) size: u64,
    /// Where its file is.
    pub(super) place: Folder,
    /// Who wrote it.
    pub(super) uid: u32,
    /// Right side of its Message-ID, which stays whatever becomes of the configuration.
    pub(super) domain: Arc<str>,
    /// Whom its writer could name when it was accepted: that is not asked again, also for what the mail shows.
    pub(super) reach: Reach,
    /// Whom it is for, if a person has changed that.
    pub(super) to: Option<Arc<[Address]>>,
}

impl Load {
    fn add(&mut self, octets: u64) {
        self.alerts += 1;
        self.octets += octets;
    }

    fn take(&mut self, octets: u64) {
        self.alerts = self.alerts.saturating_sub(1);
        self.octets = self.octets.saturating_sub(octets);
    }
}

impl Shelf {
    pub(super) fn len(&self) -> usize {
        self.alerts.len()
    }

    pub(super) fn has(&self, id: AlertId) -> bool {
        self.alerts.contains_key(&id)
    }

    pub(super) fn get(&self, id: AlertId) -> Option<&Kept> {
        self.alerts.get(&id)
    }

    /// What is in memory.
    pub(super) const fn in_memory(&self) -> Load {
        self.in_memory
    }

    /// What a user has in hand.
    pub(super) fn of_user(&self, uid: u32) -> Load {
        self.users.get(&uid).copied().unwrap_or_default()
    }

    /// One of the few right sides of Message-IDs, shared.
    pub(super) fn share(&mut self, domain: &str) -> Arc<str> {
        if let Some(known) = self.domains.get(domain) {
            return Arc::clone(known);
        }
        let domain: Arc<str> = Arc::from(domain);
        self.domains.insert(Arc::clone(&domain));
        domain
    }

    pub(super) fn put(&mut self, id: AlertId, kept: Kept) {
        self.remove(id);
        self.users.entry(kept.uid).or_default().add(kept.size);
        if kept.octets.is_some() {
            self.in_memory.add(kept.size);
        }
        self.alerts.insert(id, kept);
    }

    /// Forgets an alert, and says whose it was.
    pub(super) fn remove(&mut self, id: AlertId) -> Option<u32> {
        let kept = self.alerts.remove(&id)?;
        if kept.octets.is_some() {
            self.in_memory.take(kept.size);
        }
        if let Some(load) = self.users.get_mut(&kept.uid) {
            load.take(kept.size);
            if load.alerts == 0 {
                self.users.remove(&kept.uid);
            }
        }
        Some(kept.uid)
    }

    /// A person has changed whom it is for.
    pub(super) fn goes_to(&mut self, id: AlertId, to: Vec<Address>) {
        if let Some(kept) = self.alerts.get_mut(&id) {
            kept.to = Some(to.into());
        }
    }

    /// The copy in this folder is on the disk: the octets need not stay.
    pub(super) fn is_copied(&mut self, id: AlertId, place: Folder) {
        let Some(kept) = self.alerts.get_mut(&id) else { return };
        kept.place = place;
        if kept.octets.take().is_some() {
            self.in_memory.take(kept.size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::Wall;

    fn id(n: u8) -> AlertId {
        AlertId::new(Wall::from_unix_ms(1), [n; 10])
    }

    #[test]
    fn what_is_copied_does_not_weigh_on_memory_and_still_counts_for_its_user() {
        let mut shelf = Shelf::default();
        for n in 1..=2 {
            let domain = shelf.share("example.jp");
            let octets: Arc<[u8]> = Arc::from([0; 10].as_slice());
            let kept = Kept {
                octets: Some(octets),
                size: 10,
                place: Folder::Incoming,
                uid: 7,
                domain,
                reach: Reach::Anybody,
                to: None,
            };
            shelf.put(id(n), kept);
        }
        shelf.is_copied(id(1), Folder::Deferred);
        assert_eq!(shelf.in_memory(), Load { alerts: 1, octets: 10 });
        assert_eq!(shelf.of_user(7), Load { alerts: 2, octets: 20 });
        assert_eq!(shelf.remove(id(1)), Some(7));
        assert_eq!(shelf.of_user(7), Load { alerts: 1, octets: 10 });
        shelf.remove(id(2));
        assert_eq!((shelf.in_memory(), shelf.of_user(7)), (Load::default(), Load::default()));
    }
}
