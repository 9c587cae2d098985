//! The dispatcher: one event in, commands out. It decides, and touches nothing.
//!
//! It holds every alert that is not settled, the attempts that run, and who waits for what. All that lasts goes
//! through [`Command::Record`]; what it says about files is carried out in the order in which it is said, so the
//! order here is promise 1: a copy before the line that speaks of it, the line before the removal.

mod results;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use smtp::{Gate, Outcome};
use spool_format::{Address, AlertId, Event as Fact, Folder, Settlement, Severity};

use crate::alert::{Alert, Arrival};
use crate::chance::Chance;
use crate::command::{AttemptId, Command, Event, Sync};
use crate::pass::Pass;
use crate::queue::{Age, Queue};
use crate::retry::RetryPlan;
use crate::time::{Monotonic, Now};

/// As long after its birth an alert counts as fresh, in its first pass.
const FRESH_MS: i64 = 5 * 60 * 1_000;

/// One provider, as far as the dispatcher needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name in the configuration and the journal.
    pub name: String,
    /// How many attempts may run there at the same time; at least 1.
    pub connections: usize,
}

/// What the dispatcher is told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// In order of preference; at least one.
    pub providers: Vec<Provider>,
    /// Pauses and life times.
    pub retry: RetryPlan,
}

/// An attempt that runs.
#[derive(Debug)]
struct Attempt {
    id: AlertId,
    provider: usize,
    /// Counts the attempts of the alert, over restarts.
    number: u32,
    recipients: Vec<Address>,
    began: Monotonic,
    /// Whether the provider may have seen DATA: from then on the attempt is finished, not let go.
    in_data: bool,
    /// How its mail differs from what the alert asked for.
    notes: Vec<String>,
    /// The alert's whole text, if its mail does not hold all of it.
    text: Option<String>,
}

/// When, where, and what next, for all alerts.
#[derive(Debug)]
pub struct Dispatcher {
    settings: Settings,
    chance: Chance,
    alerts: BTreeMap<AlertId, Alert>,
    attempts: BTreeMap<AttemptId, Attempt>,
    /// Attempts that run, for each provider.
    running: Vec<usize>,
    queue: Queue,
    last_attempt: u64,
    stopping: bool,
}

impl Dispatcher {
    /// A dispatcher without alerts. The seed spreads retries and nothing else.
    pub fn new(settings: Settings, seed: u64) -> Self {
        assert!(!settings.providers.is_empty(), "the configuration refuses a list without providers");
        let providers = settings.providers.len();
        Self {
            settings,
            chance: Chance::new(seed),
            alerts: BTreeMap::new(),
            attempts: BTreeMap::new(),
            running: vec![0; providers],
            queue: Queue::new(providers),
            last_attempt: 0,
            stopping: false,
        }
    }

    /// Takes in what happened and appends to `out` what is to be done, in order.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Vec<Command>) {
        match event {
            Event::Arrived(arrival) => self.arrived(now, arrival, out),
            Event::Composed { attempt, notes, text } => {
                if let Some(attempt) = self.attempts.get_mut(&attempt) {
                    (attempt.notes, attempt.text) = (notes, text);
                }
            }
            Event::Reached { attempt, gate } => self.reached(attempt, gate, out),
            Event::Ended { attempt, outcome } => self.ended(now, attempt, &outcome, out),
            Event::Woke => self.start_due(now, out),
            Event::Stopping => self.stop(out),
        }
    }

    /// When [`Event::Woke`] is to be told next; `None` if nothing waits for a time.
    pub fn next_wake(&self) -> Option<Monotonic> {
        if self.stopping { None } else { self.queue.next_due() }
    }

    /// Whether no attempt runs.
    pub fn is_idle(&self) -> bool {
        self.attempts.is_empty()
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
        let names: Vec<&str> =
            self.settings.providers.iter().map(|provider| provider.name.as_str()).collect();
        let alert = Alert::new(arrival, ends, &names);
        let nobody_is_open = alert.nobody_is_open();
        self.alerts.insert(id, alert);
        if nobody_is_open {
            // Nobody was named, or an earlier run died between the last outcome and the line that closes the alert.
            return self.end_pass(now, id, out);
        }
        self.queue.wait_until(id, due);
        self.start_due(now, out);
    }

    fn start_due(&mut self, now: Now, out: &mut Vec<Command>) {
        if self.stopping {
            return;
        }
        for id in self.queue.take_due(now.monotonic) {
            if let Some(alert) = self.alerts.get_mut(&id) {
                alert.pass = Some(Pass::new(self.settings.providers.len(), alert.first));
                self.go_on(now, id, out);
            }
        }
    }

    /// Brings an alert's pass to its next attempt, to the wait for a connection, or to its end.
    fn go_on(&mut self, now: Now, id: AlertId, out: &mut Vec<Command>) {
        loop {
            let Some(alert) = self.alerts.get_mut(&id) else { return };
            let Some(place) = alert.pass.as_ref().and_then(Pass::current) else {
                return self.end_pass(now, id, out);
            };
            let recipients = alert.open_for(place);
            if !recipients.is_empty() {
                let is_fresh = alert.passes == 0 && now.wall.unix_ms() - id.born().unix_ms() < FRESH_MS;
                let rank = (alert.severity, if is_fresh { Age::Fresh } else { Age::Old });
                if self.running[place] < self.settings.providers[place].connections.max(1) {
                    self.begin(now, id, place, recipients, out);
                } else {
                    self.queue.wait_for(place, rank, id);
                }
                return;
            }
            if let Some(pass) = &mut alert.pass {
                pass.advance();
            }
        }
    }

    fn begin(
        &mut self,
        now: Now,
        id: AlertId,
        place: usize,
        recipients: Vec<Address>,
        out: &mut Vec<Command>,
    ) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        self.last_attempt += 1;
        let attempt = AttemptId(self.last_attempt);
        alert.attempts = alert.attempts.saturating_add(1);
        let number = alert.attempts;
        if let Some(pass) = &mut alert.pass {
            pass.attempt = Some(attempt);
        }
        let provider = self.settings.providers[place].name.clone();
        let fact = Fact::Attempt { id, attempt: number, provider, recipients: recipients.clone() };
        out.push(Command::Record { fact, sync: Sync::Grouped });
        out.push(Command::Begin { attempt, id, provider: place, recipients: recipients.clone() });
        self.running[place] += 1;
        let running = Attempt {
            id,
            provider: place,
            number,
            recipients,
            began: now.monotonic,
            in_data: false,
            notes: Vec::new(),
            text: None,
        };
        self.attempts.insert(attempt, running);
    }

    fn reached(&mut self, id: AttemptId, gate: Gate, out: &mut Vec<Command>) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        match gate {
            Gate::Data if self.stopping => out.push(Command::Withdraw { attempt: id }),
            Gate::Data => {
                attempt.in_data = true;
                out.push(Command::Grant { attempt: id });
            }
            Gate::FinalDot => {
                let provider = self.settings.providers[attempt.provider].name.clone();
                let (notes, text) = (std::mem::take(&mut attempt.notes), attempt.text.take());
                let fact = Fact::DotSent { id: attempt.id, attempt: attempt.number, provider, notes, text };
                out.push(Command::Record { fact, sync: Sync::Written });
                out.push(Command::Grant { attempt: id });
            }
        }
    }

    fn ended(&mut self, now: Now, id: AttemptId, outcome: &Outcome, out: &mut Vec<Command>) {
        let Some(attempt) = self.attempts.remove(&id) else { return };
        self.running[attempt.provider] -= 1;
        if let Some(alert) = self.alerts.get_mut(&attempt.id) {
            let provider = &self.settings.providers[attempt.provider].name;
            let judged = results::judge_all(provider, &attempt.recipients, outcome);
            let recipients = alert.settle(attempt.provider, self.settings.providers.len(), judged);
            let somebody_has_it = recipients.iter().any(|result| result.result == Settlement::Delivered);
            let fact = Fact::Outcome {
                id: attempt.id,
                attempt: attempt.number,
                provider: provider.clone(),
                took_ms: u64::try_from(now.monotonic.since(attempt.began).as_millis()).unwrap_or(u64::MAX),
                recipients,
            };
            // While others are still open no closing line follows at once that would bring this one to the disk.
            let sync = if somebody_has_it && !alert.nobody_is_open() { Sync::Synced } else { Sync::Grouped };
            out.push(Command::Record { fact, sync });
            if let Some(pass) = &mut alert.pass {
                pass.attempt = None;
                pass.advance();
            }
            if !self.stopping || alert.nobody_is_open() {
                self.go_on(now, attempt.id, out);
            }
        }
        self.use_free_connection(now, attempt.provider, out);
    }

    fn use_free_connection(&mut self, now: Now, place: usize, out: &mut Vec<Command>) {
        while self.running[place] < self.settings.providers[place].connections.max(1) {
            let Some(id) = self.queue.take_next(place) else { return };
            self.go_on(now, id, out);
        }
    }

    /// Closes the alert, or lets it wait for its next pass.
    fn end_pass(&mut self, now: Now, id: AlertId, out: &mut Vec<Command>) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        alert.pass = None;
        let delivered = alert.settled_as(Settlement::Delivered);
        if alert.nobody_is_open() && !delivered.is_empty() {
            let fact = Fact::Sent { id, delivered, refused: alert.settled_as(Settlement::Refused) };
            out.push(Command::Record { fact, sync: Sync::Synced });
            out.push(Command::Unlink { id, from: alert.folder });
            return self.forget(id, out);
        }
        if let Some(reason) = alert.cause_of_death(now.monotonic) {
            let from = alert.folder;
            out.push(Command::Copy { id, from, to: Folder::Dead });
            out.push(Command::Record { fact: Fact::Dead { id, reason }, sync: Sync::Synced });
            out.push(Command::Unlink { id, from });
            return self.forget(id, out);
        }
        self.defer(now, id, out);
    }

    fn defer(&mut self, now: Now, id: AlertId, out: &mut Vec<Command>) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        alert.passes = alert.passes.saturating_add(1);
        let pause = self.settings.retry.pause(alert.severity, alert.passes, self.chance.next());
        // The last pass is at the end of its life, not some time after it.
        let due = now.monotonic.plus(pause).min(alert.ends);
        let until = now.wall.plus(due.since(now.monotonic));
        let was_incoming = alert.folder == Folder::Incoming;
        if was_incoming {
            out.push(Command::Copy { id, from: Folder::Incoming, to: Folder::Deferred });
            alert.folder = Folder::Deferred;
        }
        let fact = Fact::Deferred { id, passes: alert.passes, until };
        out.push(Command::Record { fact, sync: Sync::Synced });
        if was_incoming {
            out.push(Command::Unlink { id, from: Folder::Incoming });
        }
        self.queue.wait_until(id, due);
    }

    fn forget(&mut self, id: AlertId, out: &mut Vec<Command>) {
        self.alerts.remove(&id);
        out.push(Command::Forget { id });
    }

    fn stop(&mut self, out: &mut Vec<Command>) {
        self.stopping = true;
        self.queue.clear_lanes();
        let early = self.attempts.iter().filter(|(_, attempt)| !attempt.in_data);
        out.extend(early.map(|(id, _)| Command::Withdraw { attempt: *id }));
    }

    /// How many alerts are in hand, by lane.
    pub fn waiting(&self, severity: Severity) -> usize {
        self.alerts.values().filter(|alert| alert.severity == severity).count()
    }
}
