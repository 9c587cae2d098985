//! What people do with an alert. Attempts are taken back for it, except where the last octets are under way: such a mail
//! cannot be called back, and what is wanted is done when it has failed.

use std::time::Duration;

use smtp::Gate;
use spool_format::{Address, AlertId, Event as Fact, Folder};

use super::{Alert, Command, Dispatcher, FRESH_FOR, Now, Sync};
use crate::act::{Act, Done, NotDone};

/// The life that is left, at least, to an alert that is released.
const LIFE_MIN: Duration = Duration::from_hours(1);

/// What is to be done when a mail has failed.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Hold { by: u32 },
    Drop { reason: String, by: u32 },
}

impl Dispatcher {
    /// Takes up alerts and starts nothing: for what people do while no agent runs.
    pub const fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Does what the person with this uid wants of an alert, and appends to `out` what that takes, in order.
    pub fn ask(
        &mut self,
        now: Now,
        id: AlertId,
        act: Act,
        by: u32,
        out: &mut Vec<Command>,
    ) -> Result<Done, NotDone> {
        let alert = self.alerts.get_mut(&id).ok_or(NotDone::Unknown)?;
        if alert.is_canary {
            return Err(NotDone::Canary);
        }
        match (act, alert.held) {
            (Act::Retry | Act::Hold, Some(_)) => Err(NotDone::Held),
            (Act::Release, None) => match alert.wish.take() {
                Some(Wish::Hold { .. }) => Ok(Done::Now),
                wish => {
                    alert.wish = wish;
                    Err(NotDone::NotHeld)
                }
            },
            (Act::Release, Some(since)) => {
                let held_for = now.monotonic.since(since);
                alert.held = None;
                alert.ends = alert.ends.plus(held_for).max(now.monotonic.plus(LIFE_MIN));
                out.push(Command::Record { fact: Fact::Released { id, by }, sync: Sync::Synced });
                self.is_due(now, id, out);
                Ok(Done::Now)
            }
            (Act::Retry, None) => {
                out.push(Command::Record { fact: Fact::Retry { id, by }, sync: Sync::Synced });
                self.is_due(now, id, out);
                Ok(Done::Now)
            }
            (Act::Hold, None) => Ok(self.stop_for(now, id, Wish::Hold { by }, out)),
            (Act::Drop { reason }, _) => Ok(self.stop_for(now, id, Wish::Drop { reason, by }, out)),
            (Act::Readdress { instead_of, to }, held) => {
                self.readdress(now, id, (instead_of, to), by, out)?;
                if held.is_none() {
                    self.is_due(now, id, out);
                }
                Ok(Done::Now)
            }
        }
    }

    /// Everybody whom an alert in hand is for.
    pub fn recipients(&self, id: AlertId) -> Vec<Address> {
        self.alerts.get(&id).map_or_else(Vec::new, Alert::everybody)
    }

    /// It is tried at once, as if it had just come; unless it is being tried already.
    fn is_due(&mut self, now: Now, id: AlertId, out: &mut Vec<Command>) {
        let Some(alert) = self.alerts.get_mut(&id).filter(|alert| alert.pass.is_none()) else { return };
        alert.urged_until = Some(now.monotonic.plus(FRESH_FOR));
        self.queue.wait_until(id, now.monotonic);
        self.start_due(now, out);
    }

    fn stop_for(&mut self, now: Now, id: AlertId, wish: Wish, out: &mut Vec<Command>) -> Done {
        self.call_back(now, id, out);
        if let Some(alert) = self.alerts.get_mut(&id) {
            alert.wish = Some(wish);
        }
        self.grant_wish(now, id, out);
        if self.alerts.get(&id).is_some_and(|alert| alert.wish.is_some()) {
            Done::AfterThisMail
        } else {
            Done::Now
        }
    }

    /// Does what waited for the end of an attempt, unless another one still runs. Nothing is left to do if the alert is out.
    pub(super) fn grant_wish(&mut self, now: Now, id: AlertId, out: &mut Vec<Command>) {
        if !self.running_of(id).is_empty() {
            return;
        }
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        if alert.nobody_is_open() {
            alert.wish = None;
            return self.end_pass(now, id, None, out);
        }
        match alert.wish.take() {
            Some(Wish::Hold { by }) => {
                alert.pass = None;
                alert.held = Some(now.monotonic);
                self.queue.forget_time(id);
                self.parked.remove(&id);
                out.push(Command::Record { fact: Fact::Held { id, by }, sync: Sync::Synced });
            }
            Some(Wish::Drop { reason, by }) => self.dies(id, reason, Some(by), out),
            None => {}
        }
    }

    fn readdress(
        &mut self,
        now: Now,
        id: AlertId,
        (instead_of, added): (Option<Address>, Vec<Address>),
        by: u32,
        out: &mut Vec<Command>,
    ) -> Result<(), NotDone> {
        let alert = self.alerts.get(&id).ok_or(NotDone::Unknown)?;
        let open = alert.open();
        let removed = match instead_of {
            None => open,
            Some(who) if open.contains(&who) => vec![who],
            Some(who) => return Err(NotDone::NotFor(who)),
        };
        if self.running_of(id).iter().any(|attempt| self.is_behind_the_dot(*attempt)) {
            return Err(NotDone::UnderWay);
        }
        self.call_back(now, id, out);
        let orders: Vec<_> = {
            let Some(alert) = self.alerts.get(&id) else { return Err(NotDone::Unknown) };
            added.iter().map(|to| self.order_for(alert.severity, alert.key.as_deref(), to)).collect()
        };
        if let Some(alert) = self.alerts.get_mut(&id) {
            alert.pass = None;
            alert.readdress(&removed, added.iter().cloned().zip(orders));
        }
        out.push(Command::Record { fact: Fact::Edited { id, by, removed, added }, sync: Sync::Synced });
        Ok(())
    }

    /// Takes back whatever of an alert can be taken back.
    fn call_back(&mut self, now: Now, id: AlertId, out: &mut Vec<Command>) {
        for attempt in self.running_of(id) {
            if self.is_behind_the_dot(attempt) {
                continue;
            }
            if let Some(pass) = self.alerts.get_mut(&id).and_then(|alert| alert.pass.as_mut()) {
                pass.attempts.retain(|other| *other != attempt);
                pass.leave.retain(|other| *other != attempt);
                pass.waits_at.clear();
            }
            self.dismiss(now, id, attempt, out);
        }
    }

    fn is_behind_the_dot(&self, id: super::AttemptId) -> bool {
        self.attempts.get(&id).is_some_and(|attempt| attempt.leave == Some(Gate::FinalDot))
    }

    /// It becomes a dead letter; `by` whom, if a person wants that.
    pub(super) fn dies(&mut self, id: AlertId, reason: String, by: Option<u32>, out: &mut Vec<Command>) {
        let Some(from) = self.alerts.get(&id).map(|alert| alert.folder) else { return };
        out.push(Command::Copy { id, from, to: Folder::Dead });
        out.push(Command::Record { fact: Fact::Dead { id, reason, by }, sync: Sync::Synced });
        out.push(Command::Unlink { id, from });
        self.forget(id, out);
    }
}
