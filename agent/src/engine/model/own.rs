//! What has to be true of notices: seldom, and as safe as any alert. And what need not be true, though it should.

use std::time::Duration;

use delivery::Monotonic;
use spool_format::{AlertId, Notice};

use super::agent::{NOTICES_EVERY, NOTICES_TO};
use super::oracle::{Asked, HOUR, Known, Oracle, Promise};
use crate::spool::writer::{Batch, Deed};

impl Oracle {
    /// The agent ends while its journal fails. After a failed sync the writer cuts off what nobody can vouch for, before a
    /// new file has it; if it ends in between, the kernel has lines no more that it had. (The model's head says so.)
    pub(super) fn may_forget_what_is_not_synced(&mut self) {
        for asked in self.alerts.values_mut() {
            let has = asked.tallies.values_mut().map(|tally| &mut tally.has_it);
            for known in has.chain([&mut asked.sent, &mut asked.dead]).filter(|it| **it == Known::Written) {
                *known = Known::Heard;
            }
        }
    }

    /// The agent makes an alert of its own. Nobody was promised anything, and its severity is nobody's business here.
    pub(super) fn makes_its_own(&mut self, now: Monotonic, id: AlertId) {
        let asked = Asked::new(Promise::Open, Vec::new(), now, (HOUR, Duration::ZERO), &[NOTICES_TO]);
        assert!(self.alerts.insert(id, asked).is_none(), "{id}: told twice");
        self.notices += 1;
    }

    /// Its copy comes before its line.
    pub(super) fn keeps_its_own(&mut self, id: AlertId, batch: &Batch) {
        let copy = batch.deeds.iter().find_map(|deed| match deed {
            Deed::Copy { id: of, octets, .. } if *of == id => Some(octets.to_vec()),
            _ => None,
        });
        if let Some(octets) = copy {
            self.asked(id).octets = octets;
        }
    }

    /// Of one thing an agent tells seldom.
    pub(super) fn told(&mut self, now: Monotonic, notice: &Notice) {
        let key = (notice.kind, notice.subject.clone(), notice.open);
        if let Some(before) = self.told.insert(key, now) {
            assert!(
                now.since(before) >= NOTICES_EVERY,
                "told again after {:?}: {notice:?}",
                now.since(before)
            );
        }
    }
}
