//! Whom an alert names, and to whom that leads.

use spool_format::{Address, Alert};

use super::Policy;

/// Names of an alert, looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recipients {
    pub(super) to: Vec<Address>,
    pub(super) cc: Vec<Address>,
    pub(super) bcc: Vec<Address>,
    /// Neither aliases nor addresses.
    pub(super) unknown: Vec<String>,
    /// Addresses that its writer may not name.
    pub(super) forbidden: Vec<Address>,
}

impl Recipients {
    pub(super) fn of(alert: &Alert, policy: &Policy) -> Self {
        let mut found = Self::default();
        for (names, list) in
            [(&alert.to, &mut found.to), (&alert.cc, &mut found.cc), (&alert.bcc, &mut found.bcc)]
        {
            for name in names {
                match policy.lead(name) {
                    Some(addresses) => list.extend(addresses),
                    None => found.unknown.push(name.clone()),
                }
            }
        }
        found
    }

    /// Drops whoever may not be named.
    pub(super) fn keep(&mut self, may: impl Fn(&Address) -> bool) {
        for list in [&mut self.to, &mut self.cc, &mut self.bcc] {
            self.forbidden.extend(list.extract_if(.., |address| !may(address)));
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.to.is_empty() && self.cc.is_empty() && self.bcc.is_empty()
    }

    /// Nobody twice: the first place in to, cc, bcc counts.
    pub(super) fn without_doubles(mut self) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        for list in [&mut self.to, &mut self.cc, &mut self.bcc] {
            list.retain(|address| seen.insert(address.clone()));
        }
        self
    }

    pub(super) fn all(&self) -> Vec<Address> {
        self.to.iter().chain(&self.cc).chain(&self.bcc).cloned().collect()
    }
}
