//! What has to be true of notices: seldom, and as safe as any alert.

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::Monotonic;
use spool_format::{AlertId, Canary, Notice, NoticeKind};

use super::agent::NOTICES_TO;
use super::oracle::{Asked, HOUR, Known, Oracle, Promise, place};
use crate::spool::writer::{Batch, Deed};

/// When a canary that nobody has taken is given up.
const CANARY_LIFE: Duration = Duration::from_mins(10);

impl Oracle {
    /// The agent makes an alert of its own. Nobody was promised anything, and its severity is nobody's business here.
    pub(super) fn makes_its_own(&mut self, now: Monotonic, id: AlertId) {
        let asked = Asked::new(Promise::Open, Vec::new(), now, (HOUR, Vec::new()), &[NOTICES_TO]);
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

    /// The same of one that is for this provider alone.
    pub(super) fn keeps_a_canary(&mut self, id: AlertId, provider: usize, batch: &Batch) {
        let asked = self.asked(id);
        (asked.canary_of, asked.life) = (Some(provider), CANARY_LIFE);
        self.keeps_its_own(id, batch);
    }

    /// What is said of a canary is true.
    pub(super) fn canary_is(&mut self, canary: &Canary) {
        let asked = self.asked(canary.alert);
        assert_eq!(asked.canary_of, Some(place(&canary.provider)), "{canary:?}");
        let has_it = asked.tallies.values().any(|tally| tally.mails > 0);
        assert!(!canary.ok || has_it, "nobody has it: {canary:?}");
    }

    /// The places of those of which one is neither sent nor given up.
    pub(super) fn canaries_under_way(&self) -> Vec<usize> {
        let is_open = |asked: &&Asked| (asked.sent, asked.dead) == (Known::No, Known::No);
        self.alerts.values().filter(is_open).filter_map(|asked| asked.canary_of).collect()
    }

    /// At the end no canary is said to be on its way of which everybody knows that it has arrived, or is given up. `knew_no_network`:
    /// whether one may have been given up that has told nothing of its provider. `is_lost`: whether it was in the memory of
    /// an agent alone that has ended, since the disk took no copy.
    pub(super) fn expect_no_canary_on_its_way(
        &self,
        canaries: &BTreeMap<String, Canary>,
        knew_no_network: bool,
        is_lost: impl Fn(AlertId) -> bool,
    ) {
        for canary in canaries.values().filter(|canary| canary.ended.is_none()) {
            let is_given_up = self.alerts.get(&canary.alert).is_some_and(|asked| asked.dead > Known::No);
            let has_no_end = knew_no_network && is_given_up || is_lost(canary.alert);
            assert!(has_no_end, "it is said to be on its way: {canary:?}");
        }
    }

    /// Of one thing an agent tells seldom, and of its own alerts never.
    pub(super) fn told(&mut self, now: Monotonic, notice: &Notice) {
        if notice.kind == NoticeKind::DeadLetter {
            let others_died = self.alerts.values().any(|asked| asked.severity.is_some() && asked.has_died);
            assert!(others_died, "a notice tells of the death of none but a notice: {notice:?}");
        }
        if notice.kind == NoticeKind::DrillFailed && notice.reason.starts_with("a canary mail") && notice.open
        {
            let of = place(&notice.subject);
            let is_lost = |asked: &Asked| asked.canary_of == Some(of) && asked.has_died;
            assert!(self.alerts.values().any(is_lost), "no canary of p{of} was lost: {notice:?}");
            assert!(self.listed.contains(&of), "nobody has asked for p{of}: {notice:?}");
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
