//! What has to be true of notices: seldom, and as safe as any alert.

use std::time::Duration;

use delivery::Monotonic;
use spool_format::{AlertId, Notice, NoticeKind};

use super::agent::NOTICES_TO;
use super::oracle::{Asked, HOUR, Oracle, Promise};
use crate::spool::writer::{Batch, Deed};

impl Oracle {
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

    /// Of one thing an agent tells seldom, and of its own alerts never.
    pub(super) fn told(&mut self, now: Monotonic, notice: &Notice) {
        if notice.kind == NoticeKind::DeadLetter {
            let others_died = self.alerts.values().any(|asked| asked.severity.is_some() && asked.has_died);
            assert!(others_died, "a notice tells of the death of none but a notice: {notice:?}");
        }
        let key = (notice.kind, notice.subject.clone(), notice.open);
        if let Some(before) = self.told.insert(key, now) {
            assert!(
                now.since(before) >= self.notices_every,
                "told again after {:?}: {notice:?}",
                now.since(before)
            );
        }
    }
}
