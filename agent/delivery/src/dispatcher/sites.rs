//! How each provider stands, and what becomes of those who wait for it when that changes.

use spool_format::{AlertId, Event as Fact, Severity};

use super::choice::is_fresh;
use super::{Age, Command, Dispatcher, Now, Sync};
use crate::blame::Blame;
use crate::breaker::{Breaker, Change, Witness};
use crate::crowd::Crowd;
use crate::pass::HeldUp;
use crate::quota::{Budget, Cost};
use crate::time::Monotonic;

/// As many times the patience with a provider it may take to get on with what it has in hand, while others wait for it.
const STUCK_AFTER: u32 = 5;

/// How a provider stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Site {
    pub(super) breaker: Breaker,
    /// Attempts that run there, also those that were taken back and have not ended.
    pub(super) running: usize,
    /// How many connections it takes.
    pub(super) crowd: Crowd,
    /// What is left of its quota.
    pub(super) budget: Budget,
    /// Whether somebody found no room there, and would find it if an attempt that runs ended early.
    pub(super) turned_away: bool,
    /// When anything went on there last.
    pub(super) progress: Monotonic,
    /// When to look whether those who wait for it wait in vain.
    pub(super) look_at: Option<Monotonic>,
}

impl Site {
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, ..Self::default() }
    }

    pub(super) fn begins(&mut self, now: Monotonic, asks: bool, cost: Cost) -> Witness {
        self.running += 1;
        self.budget.promise(cost);
        self.progress = now;
        if asks {
            self.breaker.is_being_asked();
        }
        Witness { epoch: self.breaker.epoch(), asks }
    }

    pub(super) const fn ends(&mut self, now: Monotonic) {
        self.running -= 1;
        self.progress = now;
    }
}

impl Dispatcher {
    /// How many connections at a time each provider gets now, as long as it is used: as many as it was to get, or as few as
    /// it has been found to take.
    pub fn connections_now(&self) -> impl Iterator<Item = (&str, usize)> {
        let each = self.settings.providers.iter().zip(&self.sites);
        each.map(|(provider, site)| (provider.name.as_str(), site.crowd.most(provider.connections)))
    }

    /// An attempt has not used what it was promised: whoever found no room may find it now.
    pub(super) fn gives_back(&mut self, now: Now, place: usize, cost: Cost) {
        self.sites[place].budget.take_back(cost);
        if std::mem::take(&mut self.sites[place].turned_away) {
            self.wake_parked(now.monotonic);
        }
    }

    /// From when on a provider has room for a mail to so many; `None` if it has now.
    pub(super) fn full_until(
        &self,
        now: Monotonic,
        place: usize,
        recipients: usize,
        severity: Severity,
    ) -> Option<Monotonic> {
        let cost = self.settings.providers[place].quota.cost(recipients);
        self.sites[place].budget.full_until(now, cost, severity)
    }

    /// Takes in what an attempt tells of its provider, and of the network.
    pub(super) fn learn(
        &mut self,
        now: Now,
        place: usize,
        witness: Witness,
        blame: &Blame,
    ) -> Option<Change> {
        if matches!(blame, Blame::Works | Blame::Fails(..)) && self.no_network.take().is_some() {
            self.wake_parked(now.monotonic);
        }
        let draw = self.chance.next();
        self.sites[place].breaker.learn(now, witness, blame, &self.settings.retry, draw)
    }

    /// Lets those go on who wait for this provider, as far as the news is for them.
    pub(super) fn after(
        &mut self,
        now: Now,
        place: usize,
        witness: Witness,
        change: Option<&Change>,
        out: &mut Vec<Command>,
    ) {
        match change {
            Some(Change::Closed) => {
                self.wake_parked(now.monotonic);
                self.wake_held_up_by(place, now.monotonic);
            }
            Some(Change::Opened(_)) => return self.move_on(now, place, out),
            None if witness.asks => return self.move_on(now, place, out),
            None => {}
        }
        self.use_free_connection(now, place, out);
    }

    /// A session there has taken all but the last octets: others may begin beside it. That it asks for leave to enter DATA
    /// says less, since with pipelining it does so before MAIL.
    pub(super) fn is_ready(&mut self, now: Now, place: usize, out: &mut Vec<Command>) {
        self.sites[place].progress = now.monotonic;
        self.sites[place].breaker.is_ready(now.monotonic);
        self.use_free_connection(now, place, out);
    }

    /// Writes down how a provider stands now.
    pub(super) fn tell(&self, place: usize, change: Option<&Change>, out: &mut Vec<Command>) {
        if let Some(change) = change {
            let outage = match change {
                Change::Opened(outage) => Some(outage.clone()),
                Change::Closed => None,
            };
            let provider = self.settings.providers[place].name.clone();
            let fact = Fact::Provider { provider, outage };
            out.push(Command::Record { fact, sync: Sync::Grouped });
        }
    }

    /// Lets an alert wait for a free connection there.
    pub(super) fn wait_for(&mut self, now: Now, place: usize, id: AlertId) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        if let Some(pass) = &mut alert.pass {
            pass.waits_at.push(place);
        }
        let age = if is_fresh(alert, now) { Age::Fresh } else { Age::Old };
        self.queue.wait_for(place, (alert.severity, age), id);
        let end = now.monotonic.plus(self.stuck_after(place));
        self.sites[place].look_at.get_or_insert(end);
    }

    fn stuck_after(&self, place: usize) -> std::time::Duration {
        self.settings.providers[place].hedge_after.critical.saturating_mul(STUCK_AFTER)
    }

    /// Whether all its connections are busy and none has got on for long.
    pub(super) fn is_stuck(&self, now: Monotonic, place: usize) -> bool {
        now.since(self.sites[place].progress) >= self.stuck_after(place)
    }

    /// Sees to those who wait for a provider that does not get on.
    pub(super) fn look_at_lanes(&mut self, now: Now, out: &mut Vec<Command>) {
        for place in 0..self.sites.len() {
            let site = &mut self.sites[place];
            if site.look_at.is_none_or(|at| at > now.monotonic) {
                continue;
            }
            site.look_at = None;
            if self.is_stuck(now.monotonic, place) {
                self.move_on(now, place, out);
            } else if self.queue.is_waited_for(place) {
                let end = self.sites[place].progress.plus(self.stuck_after(place));
                self.sites[place].look_at = Some(end);
            }
        }
    }

    /// Everybody who waits for this provider looks for the next one.
    pub(super) fn move_on(&mut self, now: Now, place: usize, out: &mut Vec<Command>) {
        for id in self.queue.take_all(place) {
            self.call_up(now, place, id, out);
        }
    }

    fn use_free_connection(&mut self, now: Now, place: usize, out: &mut Vec<Command>) {
        while self.has_room(now.monotonic, place) {
            let Some(id) = self.queue.take_next(place) else { return };
            self.call_up(now, place, id, out);
        }
    }

    /// An alert that waited there goes on, if it still waits.
    fn call_up(&mut self, now: Now, place: usize, id: AlertId, out: &mut Vec<Command>) {
        let pass = self.alerts.get(&id).and_then(|alert| alert.pass.as_ref());
        if pass.is_some_and(|pass| pass.waits_at.contains(&place)) {
            self.go_on(now, id, out);
        }
    }

    /// Whoever waits for a provider or the network alone is due.
    pub(super) fn wake_parked(&mut self, now: Monotonic) {
        for id in std::mem::take(&mut self.parked) {
            if self.alerts.get(&id).is_some_and(|alert| alert.pass.is_none()) {
                self.queue.wait_until(id, now);
            }
        }
    }
    /// Who has held an alert up in an earlier run, with so many passes, is not written down: whoever is left out now may have.
    pub(super) fn held_up_before(&self, passes: u32) -> HeldUp {
        let is_left_out = |place: &usize| passes > 0 && self.sites[*place].breaker.is_open();
        HeldUp::By((0..self.sites.len()).filter(is_left_out).collect())
    }

    /// A provider works again: whoever it has held up is due, whatever the pause. With whom it failed when it had heard of
    /// the alert waits on, since that may be the alert's fault.
    fn wake_held_up_by(&mut self, place: usize, now: Monotonic) {
        for (id, alert) in self.alerts.iter_mut().filter(|(_, alert)| alert.is_held_up_by(place)) {
            alert.held_up = HeldUp::CalledUp;
            self.queue.wait_until(*id, now);
        }
    }
}
