//! The dispatcher: one event in, commands out. It decides, and touches nothing.
//!
//! It holds every alert that is not settled, the attempts that run, and who waits for what. All that lasts goes
//! through [`Command::Record`]; what it says about files is carried out in the order in which it is said, so the
//! order here is promise 1: a copy before the line that speaks of it, the line before the removal.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `attempt` | what is known of an attempt that runs |
//! | `choice` | which provider is next for an alert |
//! | `hedge` | when another provider starts beside a slow one, and which of them sends |
//! | `sites` | what becomes of those who wait when a provider changes |
//! | `network` | what is known of this machine's network, and who waits for it |
//! | `canaries` | mails that show whether mail gets through a provider |
//! | `drills` | when a provider is asked without an alert |
//! | `outcome` | what the end of an attempt means for its alert and its provider |
//! | `people` | what people do with an alert |
//! | `ending` | what becomes of an alert at the end of a pass |
//! | `results` | an outcome in the journal's words |
//! | `settings` | what it is told once |

mod attempt;
mod canaries;
mod choice;
mod drills;
mod ending;
mod hedge;
mod network;
mod outcome;
mod people;
mod results;
mod settings;
mod sites;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use smtp::Gate;
use spool_format::{Address, AlertId, Event as Fact, Outage, Wall};

use crate::alert::Alert;
use crate::arrival::Arrival;
use crate::blame::Blame;
use crate::breaker::Witness;
use crate::canaries::Canaries;
use crate::chance::Chance;
use crate::changes::Changes;
use crate::command::{AttemptId, Command, Differences, Event, Sync};
use crate::drills::Drills;
use crate::queue::{Age, Queue};
use crate::quota::Budget;
use crate::rates::Rates;
use crate::routing::Rule;
use crate::time::{Monotonic, Now};
use attempt::Attempt;
use choice::{Choice, Start};
pub(crate) use people::Wish;
pub use settings::{HedgeAfter, Provider, Settings};
use sites::Site;

/// As long after its birth an alert counts as fresh, in its first pass.
const FRESH_FOR: Duration = Duration::from_mins(5);

/// When, where, and what next, for all alerts.
#[derive(Debug)]
pub struct Dispatcher {
    settings: Settings,
    chance: Chance,
    /// For each rule of the routing the places of its providers; the last is for those for whom there is no rule.
    orders: Vec<Arc<[usize]>>,
    alerts: BTreeMap<AlertId, Alert>,
    attempts: BTreeMap<AttemptId, Attempt>,
    /// How each provider stands.
    sites: Vec<Site>,
    /// What is left for recipients.
    rates: Rates,
    queue: Queue,
    /// Until when each attempt may take to be ready for its message.
    patience: BTreeSet<(Monotonic, AttemptId)>,
    /// Alerts that wait for a provider or the network, and for nothing else.
    parked: BTreeSet<AlertId>,
    /// While this machine has no network: when the next alert finds out.
    no_network: Option<Monotonic>,
    /// What was told of the network and not acted upon.
    changes: Changes,
    last_attempt: u64,
    canaries: Canaries,
    drills: Drills,
    /// That of the drill that runs.
    drill_witness: Option<Witness>,
    stopping: bool,
    /// Whether nothing begins.
    is_paused: bool,
}

impl Dispatcher {
    /// A dispatcher without alerts. The seed spreads retries and nothing else.
    pub fn new(settings: Settings, seed: u64) -> Self {
        assert!(!settings.providers.is_empty(), "the configuration refuses a list without providers");
        let providers = settings.providers.len();
        let sites = settings.providers.iter().map(|it| Site::new(Budget::new(&it.quota))).collect();
        let rates = Rates::new(&settings.rates);
        let place = |name: &String| settings.providers.iter().position(|provider| provider.name == *name);
        let order = |rule: &Rule| rule.providers.iter().filter_map(place).collect();
        let orders = settings.routing.iter().map(order).chain([(0..providers).collect()]).collect();
        Self {
            settings,
            chance: Chance::new(seed),
            orders,
            alerts: BTreeMap::new(),
            attempts: BTreeMap::new(),
            sites,
            rates,
            queue: Queue::new(providers),
            patience: BTreeSet::new(),
            parked: BTreeSet::new(),
            no_network: None,
            changes: Changes::default(),
            last_attempt: 0,
            canaries: Canaries::never(),
            drills: Drills::never(),
            drill_witness: None,
            stopping: false,
            is_paused: false,
        }
    }

    /// Takes up that an earlier run left a provider out; `was_stopped` says whether that run ended in good order, so that
    /// a person may have mended something since. One that the configuration no longer has is of no interest.
    pub fn remember(&mut self, now: Now, provider: &str, outage: Outage, was_stopped: bool) {
        if let Some(place) = self.place_of(provider) {
            self.sites[place].breaker.restore(now, outage, was_stopped, &self.settings.retry);
        }
    }

    /// Takes up that in an earlier run a mail for these recipients went to a provider, at this time. Nobody is named where
    /// nobody knows for whom it was.
    pub fn remember_mail(&mut self, now: Now, provider: &str, at: Wall, recipients: &[Address]) {
        let age = now.wall.since(at);
        self.rates.have_gone(now.monotonic, age, recipients);
        if let Some(place) = self.place_of(provider) {
            let cost = self.settings.providers[place].quota.cost(recipients.len().max(1));
            self.sites[place].budget.has_gone(now.monotonic, age, cost);
        }
    }

    /// Takes in what happened and appends to `out` what is to be done, in order.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Vec<Command>) {
        match event {
            Event::Arrived(arrival) => self.arrived(now, arrival, out),
            Event::Composed { attempt, differs } => {
                if let Some(attempt) = self.attempts.get_mut(&attempt) {
                    attempt.differs = differs;
                }
            }
            Event::Noted { attempt, note } => {
                self.attempts.entry(attempt).and_modify(|attempt| attempt.differs.notes.push(note));
            }
            Event::Reached { attempt, gate } => self.reached(now, attempt, gate, out),
            Event::Ended { attempt, outcome } => {
                let blame = self.blame(now, attempt, &outcome);
                self.ended(now, attempt, &outcome, &blame, out);
            }
            Event::NotBegun { attempt, outcome } => self.ended(now, attempt, &outcome, &Blame::Nobody, out),
            Event::Drilled { provider, sighting } => self.drilled(now, provider, &sighting, out),
            Event::NetworkChanged => self.network_has_changed(now),
            Event::Hurry => {
                self.queue.hurry(now.monotonic);
                self.start_due(now, out);
            }
            Event::Woke => self.woke(now, out),
            Event::Stopping => self.stop(out),
        }
    }

    /// When [`Event::Woke`] is to be told next; `None` if nothing waits for a time.
    pub fn next_wake(&self) -> Option<Monotonic> {
        if self.stopping {
            return None;
        }
        let patience = self.patience.first().map(|(end, _)| *end);
        let looks = self.sites.iter().filter_map(|site| site.look_at);
        [
            self.queue.next_due(),
            patience,
            self.changes.due(),
            self.drills.next_wake(),
            self.canaries.next_wake(),
        ]
        .into_iter()
        .flatten()
        .chain(looks)
        .min()
    }

    /// Whether no attempt runs that matters to an alert.
    pub fn is_idle(&self) -> bool {
        self.attempts.values().all(|attempt| attempt.is_dismissed)
    }

    /// Whether it has this alert in hand.
    pub fn knows(&self, id: AlertId) -> bool {
        self.alerts.contains_key(&id)
    }

    fn arrived(&mut self, now: Now, arrival: Arrival, out: &mut Vec<Command>) {
        if self.stopping || self.knows(arrival.id) {
            return;
        }
        let id = arrival.id;
        let retry = &self.settings.retry;
        let ends = retry.end_of_life(arrival.severity, arrival.ttl, arrival.born, now);
        let due = match arrival.past.until {
            Some(until) => retry.resumes_at(arrival.severity, until, now),
            None => now.monotonic,
        };
        // From here on no wall clock has a say in it.
        let fresh_until = now.monotonic.plus(FRESH_FOR.saturating_sub(now.wall.since(id.born())));
        let (severity, key) = (arrival.severity, arrival.key.clone());
        let canary = arrival.canary.clone();
        let order = |to: &Address| match &canary {
            Some(provider) => self.place_of(provider).into_iter().collect(),
            None => self.order_for(severity, key.as_deref(), to),
        };
        let times = (ends, fresh_until, now.monotonic);
        let mut alert = Alert::new(arrival, times, |name| self.place_of(name), order);
        alert.held_up = self.held_up_before(alert.passes);
        let nobody_is_open = alert.nobody_is_open();
        let is_held = alert.held.is_some();
        self.alerts.insert(id, alert);
        if is_held {
            return;
        }
        if let Some(provider) = canary {
            self.canary_begins(now, &provider, id, out);
        }
        if nobody_is_open {
            // Nobody was named, or an earlier run died between the last outcome and the line that closes the alert.
            return self.end_pass(now, id, None, out);
        }
        self.queue.wait_until(id, due);
        self.start_due(now, out);
    }

    fn woke(&mut self, now: Now, out: &mut Vec<Command>) {
        if self.stopping {
            return;
        }
        if self.changes.is_due(now.monotonic) {
            self.try_the_network(now);
        }
        self.lose_patience(now, out);
        self.look_at_lanes(now, out);
        self.start_due(now, out);
        self.start_canaries(now, out);
        self.start_drills(now, out);
    }

    fn start_due(&mut self, now: Now, out: &mut Vec<Command>) {
        if self.stopping || self.is_paused {
            return;
        }
        let mut due = self.queue.take_due(now.monotonic);
        // Of those who waited for the same room the most urgent gets it.
        due.sort_by_key(|id| self.alerts.get(id).map(|alert| alert.severity));
        // What is held stays, whatever has woken it.
        let is_held = |id: &AlertId| self.alerts.get(id).is_some_and(|alert| alert.held.is_some());
        due.retain(|id| !is_held(id));
        for id in due {
            if self.waits_for_the_network(now, id) {
                continue;
            }
            self.parked.remove(&id);
            if let Some(alert) = self.alerts.get_mut(&id) {
                alert.begin_pass();
                self.go_on(now, id, out);
            }
        }
    }

    /// Brings an alert's pass to its next attempts, to a wait, or to its end.
    fn go_on(&mut self, now: Now, id: AlertId, out: &mut Vec<Command>) {
        if self.alerts.get(&id).is_some_and(|alert| alert.wish.is_some()) {
            return self.grant_wish(now, id, out);
        }
        loop {
            if let Some(pass) = self.alerts.get_mut(&id).and_then(|alert| alert.pass.as_mut()) {
                // Where it may still stand in line, it does not wait any more.
                pass.waits_at.clear();
            }
            match self.choose(now, id) {
                Choice::Begin(start) => self.begin(now, id, start, out),
                Choice::WaitFor(places) => {
                    return places.into_iter().for_each(|place| self.wait_for(now, place, id));
                }
                Choice::Nothing { until } => {
                    let running = self.running_of(id);
                    if running.is_empty() {
                        return self.end_pass(now, id, until, out);
                    }
                    // Beside the one that is slow nobody can start now; later, perhaps.
                    let slow = running.iter().rfind(|attempt| self.is_slow_without_leave(**attempt)).copied();
                    self.patience.extend(until.zip(slow));
                    return;
                }
                Choice::None => return,
            }
        }
    }

    fn begin(
        &mut self,
        now: Now,
        id: AlertId,
        Start { place, groups, recipients, asks }: Start,
        out: &mut Vec<Command>,
    ) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        self.last_attempt += 1;
        let attempt = AttemptId(self.last_attempt);
        alert.attempts = alert.attempts.saturating_add(1);
        let number = alert.attempts;
        alert.are_asked(&recipients);
        let mut beside = None;
        if let Some(pass) = &mut alert.pass {
            beside = pass.attempts.last().and_then(|it| self.attempts.get(it)).map(|other| other.number);
            pass.attempts.push(attempt);
            for group in groups {
                pass.is_done_with(group, place);
            }
            pass.has_tried = true;
        }
        let provider = self.settings.providers[place].name.clone();
        let fact = Fact::Attempt { id, attempt: number, provider, recipients: recipients.clone(), beside };
        out.push(Command::Record { fact, sync: Sync::Grouped });
        out.push(Command::Begin { attempt, id, provider: place, recipients: recipients.clone() });
        let limit = self.settings.providers[place].hedge_after.of(alert.severity);
        self.patience.insert((now.monotonic.plus(limit), attempt));
        let cost = self.settings.providers[place].quota.cost(recipients.len());
        let witness = self.sites[place].begins(now.monotonic, asks, cost);
        self.rates.promise(id, attempt, &recipients);
        let running = Attempt {
            id,
            provider: place,
            number,
            recipients,
            cost,
            began: now.monotonic,
            leave: None,
            is_slow: false,
            is_dismissed: false,
            witness,
            differs: Differences::default(),
        };
        self.attempts.insert(attempt, running);
    }

    fn reached(&mut self, now: Now, id: AttemptId, gate: Gate, out: &mut Vec<Command>) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        let place = attempt.provider;
        match gate {
            _ if attempt.is_dismissed => out.push(Command::Withdraw { attempt: id }),
            Gate::Data if self.stopping => out.push(Command::Withdraw { attempt: id }),
            Gate::Data => {
                attempt.leave = Some(gate);
                let alert = attempt.id;
                let others_are_free = self.take_leave(now, id, out);
                out.push(Command::Grant { attempt: id });
                self.sites[place].progress = now.monotonic;
                if others_are_free {
                    self.go_on(now, alert, out);
                }
            }
            Gate::FinalDot => {
                attempt.leave = Some(gate);
                self.rates.goes(now.monotonic, attempt.id, &attempt.recipients);
                let provider = self.settings.providers[place].name.clone();
                let Differences { notes, text, files } = std::mem::take(&mut attempt.differs);
                let (alert, attempt) = (attempt.id, attempt.number);
                let fact = Fact::DotSent { id: alert, attempt, provider, notes, text, files };
                out.push(Command::Record { fact, sync: Sync::Written });
                out.push(Command::Grant { attempt: id });
                self.is_ready(now, place, out);
                self.patience.retain(|(_, of)| *of != id);
            }
        }
    }

    fn stop(&mut self, out: &mut Vec<Command>) {
        self.stopping = true;
        self.queue.clear_lanes();
        let early =
            self.attempts.iter().filter(|(_, attempt)| attempt.leave.is_none() && !attempt.is_dismissed);
        out.extend(early.map(|(id, _)| Command::Withdraw { attempt: *id }));
    }
}
