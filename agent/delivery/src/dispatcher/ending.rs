//! What becomes of an alert at the end of a pass: it is over, or it waits for the next one.

use std::time::Duration;

use spool_format::{Address, AlertId, Event as Fact, Folder, Settlement};

use super::{Command, Dispatcher, Now, Sync};
use crate::pass::Pass;
use crate::time::Monotonic;

impl Dispatcher {
    /// Closes the alert, or lets it wait for its next pass. `until` is when a provider that was passed over may be asked.
    pub(super) fn end_pass(
        &mut self,
        now: Now,
        id: AlertId,
        until: Option<Monotonic>,
        out: &mut Vec<Command>,
    ) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        let pass = alert.pass.take();
        alert.urged_until = None;
        alert.is_unanswered = pass.as_ref().is_some_and(Pass::found_nobody);
        alert.held_up = alert.held_up.after(pass.as_ref());
        let delivered = alert.settled_as(Settlement::Delivered);
        if alert.nobody_is_open() && !delivered.is_empty() {
            let (from, refused) = (alert.folder, alert.settled_as(Settlement::Refused));
            // Behind the end of the alert it could be lost, and nobody would come back to it.
            self.canary_ends(now, id, None, out);
            let fact = Fact::Sent { id, delivered, refused };
            out.push(Command::Record { fact, sync: Sync::Synced });
            out.push(Command::Unlink { id, from });
            return self.forget(id, out);
        }
        if let Some(kept_back) = alert.all_kept_back() {
            return self.wait_for_room(now, id, kept_back, out);
        }
        // Nobody dies of being left out: a pass in which nobody was asked is none.
        let waits_for_a_provider = until.filter(|_| pass.as_ref().is_some_and(|pass| !pass.has_tried));
        if waits_for_a_provider.is_none()
            && let Some(reason) = alert.cause_of_death(now.monotonic)
        {
            if alert.is_canary {
                let (from, why) = (alert.folder, alert.last_trouble().unwrap_or_else(|| reason.clone()));
                // Without a network it has told nothing of its provider.
                if !pass.as_ref().is_some_and(Pass::found_no_network) {
                    self.canary_ends(now, id, Some(why), out);
                }
                out.push(Command::Record { fact: Fact::Dead { id, reason, by: None }, sync: Sync::Synced });
                out.push(Command::Unlink { id, from });
                return self.forget(id, out);
            }
            return self.dies(id, reason, None, out);
        }
        if let Some(until) = waits_for_a_provider {
            self.parked.insert(id);
            if alert.folder == Folder::Deferred {
                // The journal tells of the provider; that all of them wait for it, over and over, is no news.
                return self.queue.wait_until(id, until);
            }
            return self.defer(now, id, until.since(now.monotonic), None, out);
        }
        if pass.as_ref().is_some_and(Pass::found_no_network) {
            let pause = self.settings.retry.pause_without_network(self.chance.next());
            self.absolve(now, out);
            self.no_network = Some(now.monotonic.plus(pause));
            self.parked.insert(id);
            return self.defer(now, id, pause, None, out);
        }
        if pass.is_some_and(|pass| pass.is_outdated && pass.found_nobody()) {
            // It speaks of a network that is no more.
            return self.defer(now, id, Duration::ZERO, None, out);
        }
        alert.passes = alert.passes.saturating_add(1);
        let pause = self.settings.retry.pause(alert.severity, alert.passes, self.chance.next());
        self.defer(now, id, pause, None, out);
    }

    /// All who are still without it have had as much as they are given at present.
    fn wait_for_room(&mut self, now: Now, id: AlertId, kept_back: Vec<Address>, out: &mut Vec<Command>) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        let is_told = std::mem::replace(&mut alert.is_told_to_wait, true);
        let why: Vec<String> = kept_back.iter().filter_map(|to| self.rates.why(to)).collect();
        let parted = self.rates.part(now.monotonic, (id, alert.severity), kept_back);
        // Who has found room meanwhile is due at once.
        let until = parted.until.filter(|_| parted.go.is_empty()).unwrap_or(now.monotonic);
        self.parked.insert(id);
        if is_told {
            // That others were faster when there was room is no news.
            return self.queue.wait_until(id, until);
        }
        self.defer(now, id, until.since(now.monotonic), Some(why.join("; ")), out);
    }

    /// Nobody was slow: there was no network. Who was put off for their sake keeps the time that the journal names: without a
    /// network there is nothing to be early for, and whoever finds it again wakes them.
    fn absolve(&mut self, now: Now, out: &mut Vec<Command>) {
        for place in 0..self.sites.len() {
            let change = self.sites[place].breaker.is_absolved();
            self.tell(place, change.as_ref(), out);
            if change.is_some() {
                self.move_on(now, place, out);
            }
        }
    }

    fn defer(&mut self, now: Now, id: AlertId, pause: Duration, why: Option<String>, out: &mut Vec<Command>) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        let mut due = now.monotonic.plus(pause);
        if alert.ends > now.monotonic {
            // The last pass is at the end of its life, not some time after it.
            due = due.min(alert.ends);
        }
        alert.put_off_until = due;
        let until = now.wall.plus(due.since(now.monotonic));
        let was_incoming = alert.folder == Folder::Incoming;
        if was_incoming {
            out.push(Command::Copy { id, from: Folder::Incoming, to: Folder::Deferred });
            alert.folder = Folder::Deferred;
        }
        let fact = Fact::Deferred { id, passes: alert.passes, until, why };
        out.push(Command::Record { fact, sync: Sync::Synced });
        if was_incoming {
            out.push(Command::Unlink { id, from: Folder::Incoming });
        }
        self.queue.wait_until(id, due);
    }

    pub(super) fn forget(&mut self, id: AlertId, out: &mut Vec<Command>) {
        self.alerts.remove(&id);
        self.queue.forget_time(id);
        self.parked.remove(&id);
        out.push(Command::Forget { id });
    }
}
