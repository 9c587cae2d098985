//! Several attempts for one alert beside each other. A provider that is not ready for the message in time gets company: the
//! next one starts beside it. Whoever is ready first sends, the others are taken back. No second mail can come of it, since
//! only one attempt for a recipient has leave to enter DATA. Who has it and then falls silent loses it again, if anybody else is
//! there: up to the last octets nobody has the message.

use std::collections::BTreeSet;
use std::time::Duration;

use smtp::{Failure, Gate, Phase, Trouble};
use spool_format::{AlertId, Severity};

use super::results;
use super::{Attempt, AttemptId, Command, Dispatcher, Now, Sync};
use crate::breaker::Change;

/// Of the time that an attempt has taken up to its leave, it may take this part to its last octets: who was slow is slow, and
/// another one would have to begin from the beginning.
const PART_IN_DATA: u32 = 4;

/// What the slowest line that counts as working carries: 16 KiB a second.
const OCTETS_PER_MS: u64 = 16;

impl Dispatcher {
    /// The attempts of an alert that run.
    pub(super) fn running_of(&self, id: AlertId) -> Vec<AttemptId> {
        let pass = self.alerts.get(&id).and_then(|alert| alert.pass.as_ref());
        pass.map_or_else(Vec::new, |pass| pass.attempts.clone())
    }

    /// Whether an attempt is not ready in time, so that another one may start beside it.
    pub(super) fn is_slow_without_leave(&self, id: AttemptId) -> bool {
        self.attempts.get(&id).is_some_and(|attempt| attempt.is_slow && attempt.leave.is_none())
    }

    /// The places of the providers that may be asked for the recipients of an attempt.
    fn places_for(&self, attempt: &Attempt) -> BTreeSet<usize> {
        let Some(alert) = self.alerts.get(&attempt.id) else { return BTreeSet::new() };
        let groups = alert.groups_of(&attempt.recipients);
        groups.iter().flat_map(|group| alert.groups[*group].order.iter().copied()).collect()
    }

    /// How long this attempt may take to be ready.
    pub(super) fn patience_with(&self, attempt: &Attempt) -> Duration {
        let hedge_after = self.settings.providers[attempt.provider].hedge_after;
        self.alerts.get(&attempt.id).map_or(hedge_after.others, |alert| hedge_after.of(alert.severity))
    }

    /// Starts the next provider beside each one that is not ready in time.
    pub(super) fn lose_patience(&mut self, now: Now, out: &mut Vec<Command>) {
        while let Some((end, id)) = self.patience.first().copied().filter(|(end, _)| *end <= now.monotonic) {
            self.patience.remove(&(end, id));
            let Some(attempt) =
                self.attempts.get_mut(&id).filter(|attempt| attempt.leave != Some(Gate::FinalDot))
            else {
                continue;
            };
            let alert = attempt.id;
            if attempt.leave.is_some() {
                self.lose_leave(now, alert, id, out);
                continue;
            }
            if !std::mem::replace(&mut attempt.is_slow, true) {
                self.is_slow(now, id, out);
            }
            self.go_on(now, alert, out);
        }
    }

    /// An attempt that has leave is not through with its message in time: somebody else gets it.
    fn lose_leave(&mut self, now: Now, alert_id: AlertId, id: AttemptId, out: &mut Vec<Command>) {
        let (Some(alert), Some(attempt)) = (self.alerts.get(&alert_id), self.attempts.get(&id)) else {
            return;
        };
        let Some(pass) = &alert.pass else { return };
        let (groups, severity) = (alert.groups_of(&attempt.recipients), alert.severity);
        let left = groups.iter().flat_map(|group| pass.left(*group).iter().map(|place| (*group, *place)));
        let mut others = left.filter(|(group, place)| !alert.open_for(*group, *place).is_empty()).peekable();
        if others.peek().is_none() {
            return;
        }
        if others.all(|(_, place)| self.is_left_out(now, place, severity)) {
            let again =
                now.monotonic.plus(self.attempts.get(&id).map_or(Duration::MAX, |it| self.patience_with(it)));
            self.patience.insert((again, id));
            return;
        }
        self.is_slow(now, id, out);
        if let Some(pass) = self.alerts.get_mut(&alert_id).and_then(|alert| alert.pass.as_mut()) {
            pass.leave.retain(|other| *other != id);
            pass.attempts.retain(|other| *other != id);
        }
        self.dismiss(now, alert_id, id, out);
        self.go_on(now, alert_id, out);
    }

    /// How long an attempt may take from its leave, which it gets now, to its last octets.
    fn patience_in_data(&self, now: Now, attempt: &Attempt) -> Duration {
        let octets = self.alerts.get(&attempt.id).map_or(0, |alert| alert.octets);
        let as_before = now.monotonic.since(attempt.began) / PART_IN_DATA;
        self.patience_with(attempt).max(as_before) + Duration::from_millis(octets / OCTETS_PER_MS)
    }

    /// Whoever was to come after it goes elsewhere, if anybody else is there.
    fn is_slow(&mut self, now: Now, id: AttemptId, out: &mut Vec<Command>) {
        let Some(attempt) = self.attempts.get(&id) else { return };
        let (place, witness, within) = (attempt.provider, attempt.witness, self.patience_with(attempt));
        let others = self.places_for(attempt);
        let severity = self.alerts.get(&attempt.id).map_or(Severity::Info, |alert| alert.severity);
        let is_elsewhere =
            others.iter().any(|other| *other != place && !self.is_left_out(now, *other, severity));
        if !is_elsewhere && !witness.asks {
            return;
        }
        let draw = self.chance.next();
        let change = self.sites[place].breaker.is_slow(now, witness, within, &self.settings.retry, draw);
        self.tell(place, change.as_ref(), out);
        if let Some(attempt) = self.attempts.get_mut(&id) {
            // What it asked is answered.
            attempt.witness.asks = false;
        }
        if witness.asks || matches!(change, Some(Change::Opened(_))) {
            self.move_on(now, place, out);
        }
    }

    fn is_left_out(&self, now: Now, place: usize, severity: Severity) -> bool {
        self.full_until(now.monotonic, place, 1, severity).is_some()
            || self.sites[place].breaker.is_open() && !self.is_there(now, place)
    }

    /// This attempt sends; the others for its recipients are taken back. Says whether anybody else was among theirs, who
    /// may go on by themselves.
    pub(super) fn take_leave(&mut self, now: Now, id: AttemptId, out: &mut Vec<Command>) -> bool {
        self.patience.retain(|(_, of)| *of != id);
        let Some(attempt) = self.attempts.get(&id) else { return false };
        let alert_id = attempt.id;
        let Some(alert) = self.alerts.get_mut(&alert_id) else { return false };
        let groups = alert.groups_of(&attempt.recipients);
        let of = |other: &AttemptId| {
            let other = self.attempts.get(other);
            other.map_or_else(BTreeSet::new, |other| alert.groups_of(&other.recipients))
        };
        let running = alert.pass.iter().flat_map(|pass| &pass.attempts).filter(|other| **other != id);
        let (others, theirs): (Vec<AttemptId>, Vec<BTreeSet<usize>>) = running
            .map(|other| (*other, of(other)))
            .filter(|(_, theirs)| !theirs.is_disjoint(&groups))
            .unzip();
        let Some(pass) = &mut alert.pass else { return false };
        debug_assert!(
            pass.leave.iter().all(|leave| !others.contains(leave)),
            "{alert_id}: two attempts may send"
        );
        pass.leave.push(id);
        pass.attempts.retain(|other| !others.contains(other));
        let end = now.monotonic.plus(self.patience_in_data(now, &self.attempts[&id]));
        self.patience.insert((end, id));
        // The first in order shall be the first to be asked again.
        for other in others.into_iter().rev() {
            self.dismiss(now, alert_id, other, out);
        }
        theirs.iter().any(|theirs| !theirs.is_subset(&groups))
    }

    pub(super) fn dismiss(&mut self, now: Now, alert_id: AlertId, id: AttemptId, out: &mut Vec<Command>) {
        self.patience.retain(|(_, of)| *of != id);
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        attempt.is_dismissed = true;
        let Some(alert) = self.alerts.get_mut(&alert_id) else { return };
        let groups = alert.groups_of(&attempt.recipients);
        if let Some(pass) = &mut alert.pass {
            for group in groups {
                pass.may_ask_again(group, attempt.provider);
            }
        }
        let provider = &self.settings.providers[attempt.provider].name;
        let failure = Failure::new(Phase::Data, Trouble::Withdrawn);
        let results =
            attempt.recipients.iter().map(|to| results::withdrawn(to, alert.standing(to), &failure));
        let fact = attempt.outcome(now.monotonic, (provider, Vec::new()), results.collect());
        out.push(Command::Record { fact, sync: Sync::Grouped });
        out.push(Command::Withdraw { attempt: id });
    }
}
