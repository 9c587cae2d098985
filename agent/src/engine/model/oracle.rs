//! What has to be true whatever happens: nothing lost, nothing twice without a reason, nothing that nobody asked for.
//!
//! It hears what hooks were promised, what providers have, which lines the writer had to bring to the disk, and what
//! each start reads back; it never asks the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use delivery::routing::Rule;
use delivery::{AttemptId, Monotonic, Now};
use smtp::{Failure, RecipientOutcome, Trouble};
use spool_format::{Address, AlertId, Event as Fact, NoticeKind, Settlement, Severity};

use super::agent::Setup;
pub(super) use super::asked::{Asked, Dot, Known, Promise, Tally};
use crate::spool::writer::{Batch, Deed};
use crate::submit::Report;

/// The oracle.
#[derive(Clone, Debug)]
pub(super) struct Oracle {
    pub(super) alerts: BTreeMap<AlertId, Asked>,
    /// The places of those that are configured, in order.
    pub(super) listed: Vec<usize>,
    pub(super) longest_pause: Duration,
    pub(super) routing: Vec<Rule>,
    /// Between two notices of the same thing.
    pub(super) notices_every: Duration,
    /// When the agent was told last that the network may be back.
    pub(super) network_told: Option<Monotonic>,
    pub(super) dots: BTreeMap<AttemptId, Dot>,
    /// What the writer was told to write, and has not said that it did.
    pub(super) handed: Vec<Fact>,
    pub(super) sync_asked: bool,
    /// It could not write what it was told.
    pub(super) owes: bool,
    /// Attempts, with their alerts and providers, of which the kernel has the line that their final dot is about to go out.
    pub(super) dots_written: BTreeSet<(AlertId, usize, u32)>,
    pub(super) lost_power: bool,
    pub(super) started: Monotonic,
    /// When the agent last heard from anybody.
    last_answer: Monotonic,
    /// When it last said that a provider is used again: that calls up whom the provider has held up.
    last_recovery: Monotonic,
    /// Attempts before their time, of which no line has said why yet: when their alert was put off, and what to say.
    pub(super) early: Vec<(Monotonic, String)>,
    /// When this run of the agent last told of what.
    pub(super) told: BTreeMap<(NoticeKind, String, bool), Monotonic>,
    /// Alerts that nobody enqueued, since they are notices.
    pub(super) notices: usize,
}

/// So long after it was told of the network the agent may act upon it.
const ACTS_WITHIN: Duration = Duration::from_secs(30);

/// What cannot be an outcome of the agent's doing.
pub(super) const HOUR: Duration = Duration::from_hours(1);

/// The place of a provider by its name.
pub(super) fn place(name: &str) -> usize {
    name[1..].parse().expect("p and a number")
}

impl Oracle {
    pub(super) fn new(setup: &Setup, longest_pause: Duration) -> Self {
        Self {
            alerts: BTreeMap::new(),
            listed: setup.listed(),
            longest_pause,
            routing: setup.routing.clone(),
            notices_every: setup.notices_every,
            network_told: None,
            dots: BTreeMap::new(),
            handed: Vec::new(),
            sync_asked: false,
            owes: false,
            dots_written: BTreeSet::new(),
            lost_power: false,
            started: Monotonic::default(),
            last_answer: Monotonic::default(),
            last_recovery: Monotonic::default(),
            early: Vec::new(),
            told: BTreeMap::new(),
            notices: 0,
        }
    }

    pub(super) fn asked(&mut self, id: AlertId) -> &mut Asked {
        self.alerts.get_mut(&id).unwrap_or_else(|| panic!("{id}: nobody enqueued it"))
    }

    /// The providers that may be asked for a recipient, in order.
    pub(super) fn order(&self, severity: Option<Severity>, to: &str) -> Vec<usize> {
        let to = Address::parse(to).expect("an address");
        let rule =
            severity.and_then(|severity| self.routing.iter().find(|rule| rule.fits(severity, None, &to)));
        match rule {
            Some(rule) => rule.providers.iter().map(|name| place(name)).collect(),
            None => self.listed.clone(),
        }
    }

    /// Whether everybody who may be asked has refused a recipient for good.
    pub(super) fn is_refused_by_all(&self, asked: &Asked, to: &str) -> bool {
        let by = &asked.tallies[to].refused_by;
        // Of which severity a notice is, and so who may be asked, is nobody's business here.
        asked.severity.is_none() && !by.is_empty()
            || self.order(asked.severity, to).iter().all(|place| by.contains(place))
    }

    /// An attempt begins.
    pub(super) fn begins(&mut self, now: Monotonic, id: AlertId, provider: usize, recipients: &[String]) {
        let (owes, last_answer, told) = (self.owes, self.last_answer, self.network_told);
        let severity = self.asked(id).severity;
        let canary_of = self.asked(id).canary_of;
        assert!(
            canary_of.is_none_or(|place| place == provider),
            "{id}: a canary of p{canary_of:?} at p{provider}"
        );
        let order = self.order(severity, &recipients[0]);
        let goes_with = |to: &String| severity.is_none() || self.order(severity, to) == order;
        let together: BTreeSet<String> =
            self.alerts[&id].tallies.keys().filter(|to| goes_with(to)).cloned().collect();
        let may_ask = |to: &String| severity.is_none() || self.order(severity, to).contains(&provider);
        assert!(recipients.iter().all(may_ask), "{id}: p{provider} is not to be asked for {recipients:?}");
        let (mut early, asked) = (None, self.asked(id));
        assert_ne!(asked.promise, Promise::Refused, "{id}: it was never visible, and is sent");
        assert_eq!((asked.sent, asked.dead), (Known::No, Known::No), "{id}: it is over, and is tried");
        assert!(!asked.is_held, "{id}: it is held, and is tried");
        let is_called_up = asked.parked.is_some_and(|parked| parked <= last_answer)
            || told.is_some_and(|told| asked.put_off <= told.plus(ACTS_WITHIN));
        if now < asked.not_before && !is_called_up {
            let why = format!(
                "{id}: it is tried at {now:?}, before its time ({:?}); put off at {:?}, parked since {:?}, last answer {last_answer:?}, \
                 news of the network {told:?}",
                asked.not_before, asked.put_off, asked.parked
            );
            early = Some((asked.put_off, why));
        }
        asked.pass.get_or_insert(now);
        // A writer that is slow for longer than a pause holds nobody up, nor do those who have other providers.
        let is_safe = |(to, tally): (&String, &Tally)| {
            let is_known = matches!(tally.has_it, Known::No | Known::Synced);
            is_known || tally.heard < now || !together.contains(to)
        };
        assert!(owes || asked.tallies.iter().all(is_safe), "{id}: it goes on before it is safe who has it");
        asked.is_for(recipients.iter().map(String::as_str), true);
        for to in recipients {
            let tally = asked.tallies.get(to).unwrap_or_else(|| panic!("{id}: {to} is not to have it"));
            assert_eq!(tally.has_it, Known::No, "{id}: {to} has it already, and is tried again");
        }
        self.early.extend(early);
    }

    /// An attempt has leave for its final dot.
    pub(super) fn dot_granted(
        &mut self,
        attempt: AttemptId,
        (id, provider): (AlertId, usize),
        recipients: BTreeMap<usize, String>,
        attempted: Vec<String>,
    ) {
        let mut there = self.dots_written.range((id, provider, 0)..=(id, provider, u32::MAX));
        let is_known = self.owes || there.next().is_some();
        assert!(is_known, "{id}: its dot goes out, and the journal does not know of it");
        self.dots.insert(attempt, Dot { id, recipients, attempted });
    }

    /// Whether an attempt for this recipient has leave for its final dot, and nobody else is asked meanwhile.
    pub(super) fn is_in_hand(&self, id: AlertId, to: &str) -> bool {
        self.dots.values().any(|dot| dot.id == id && dot.attempted.iter().any(|it| it == to))
    }

    /// A provider has it.
    pub(super) fn mailed(&mut self, id: AlertId, to: &str, message_id: &str) {
        let asked = self.asked(id);
        asked.message_ids.insert(message_id.to_owned());
        assert_eq!(asked.message_ids.len(), 1, "{id}: one alert, one Message-ID: {:?}", asked.message_ids);
        asked.tallies.get_mut(to).expect("it was begun").mails += 1;
    }

    /// A provider refused a recipient for good.
    pub(super) fn refused(&mut self, id: AlertId, to: &str, provider: usize) {
        self.asked(id).tallies.get_mut(to).expect("it was begun").refused_by.insert(provider);
    }

    /// The agent hears something of its carrier.
    pub(super) fn heard(&mut self, now: Monotonic, report: &Report) {
        let is_no_network = |failure: &Failure| matches!(failure.trouble, Trouble::NoNetwork(_));
        match report {
            Report::Ended { attempt, outcome } => {
                let found_none = |recipient: &RecipientOutcome| match recipient {
                    RecipientOutcome::Failed(failure) => is_no_network(failure),
                    RecipientOutcome::Delivered(_)
                    | RecipientOutcome::Taken { .. }
                    | RecipientOutcome::Uncertain(_) => false,
                };
                if !outcome.recipients.iter().all(found_none) {
                    self.last_answer = now;
                }
                self.ended(now, *attempt, &outcome.recipients);
            }
            Report::Drilled { sighting, .. } => {
                if !sighting.failure.as_ref().is_some_and(is_no_network) {
                    self.last_answer = now;
                }
            }
            Report::Reached { .. } | Report::Noted { .. } | Report::Addresses(_) => {}
        }
    }

    fn ended(&mut self, now: Monotonic, attempt: AttemptId, outcomes: &[RecipientOutcome]) {
        let Some(Dot { id, recipients, attempted }) = self.dots.remove(&attempt) else { return };
        let asked = self.asked(id);
        for to in attempted {
            asked.tallies.get_mut(&to).expect("it was begun").freed = now;
        }
        for (at, to) in recipients {
            let tally = asked.tallies.get_mut(&to).expect("it was begun");
            match &outcomes[at] {
                RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } => {
                    (tally.has_it, tally.heard) = (Known::Heard, now);
                }
                RecipientOutcome::Uncertain(_) => tally.doubts += 1,
                RecipientOutcome::Failed(_) => {}
            }
        }
    }

    /// The engine hands a batch to the writer.
    pub(super) fn handed_over(&mut self, now: Now, batch: &Batch) {
        for deed in &batch.deeds {
            match deed {
                Deed::Line(Fact::Deferred { id, until, passes, .. }) => {
                    let asked = self.asked(*id);
                    asked.not_before = now.monotonic.plus(until.since(now.wall));
                    asked.put_off = now.monotonic;
                    asked.parked = (asked.passes == *passes).then_some(now.monotonic);
                    asked.passes = *passes;
                    let began = asked.pass.take().unwrap_or(now.monotonic);
                    if asked.parked.is_none() {
                        asked.expect_no_longer_pause(*id, until.since(now.wall));
                        asked.waits.push((began, asked.not_before));
                    }
                }
                Deed::Line(Fact::Held { id, .. }) => self.asked(*id).is_held = true,
                Deed::Line(Fact::Released { id, .. }) => self.asked(*id).is_held = false,
                Deed::Line(Fact::Attempt { id, .. }) => self.asked(*id).not_before = Monotonic::default(),
                Deed::Line(Fact::Sent { id, delivered, refused }) => {
                    self.asked(*id).sent = Known::Heard;
                    let asked = &self.alerts[id];
                    for to in delivered {
                        assert!(asked.tallies[to.as_str()].mails > 0, "{id}: {to} is said to have it");
                    }
                    for to in refused {
                        let is_refused = self.is_refused_by_all(asked, to.as_str());
                        assert!(is_refused, "{id}: {to} is said to be refused by all");
                    }
                    let named: BTreeSet<&str> =
                        delivered.iter().chain(refused).map(Address::as_str).collect();
                    assert!(asked.tallies.keys().all(|to| named.contains(to.as_str())), "{id}: {named:?}");
                    let tallies = &mut self.asked(*id).tallies;
                    for to in refused {
                        tallies.entry(to.as_str().to_owned()).or_default().is_given_up = true;
                    }
                }
                Deed::Line(Fact::Dead { id, reason, .. }) => self.died(now.monotonic, *id, reason),
                Deed::Line(Fact::Accepted { id, notice: false, canary: None, recipients, .. }) => {
                    self.asked(*id).is_for(recipients.iter().map(Address::as_str), false);
                }
                Deed::Line(Fact::Accepted { id, notice: true, .. }) => self.keeps_its_own(*id, batch),
                Deed::Line(Fact::Accepted { id, canary: Some(provider), .. }) => {
                    self.keeps_a_canary(*id, place(provider), batch);
                }
                Deed::Line(Fact::Canary(canary)) => self.canary_is(canary),
                Deed::Line(Fact::Provider { outage: None, .. }) => self.last_recovery = now.monotonic,
                Deed::Line(Fact::Notice(notice)) => self.told(now.monotonic, notice),
                _ => {}
            }
        }
        for (put_off, why) in self.early.drain(..) {
            assert!(put_off <= self.last_recovery, "{why}, last recovery {:?}", self.last_recovery);
        }
    }

    fn died(&mut self, now: Monotonic, id: AlertId, reason: &str) {
        let (asked, started) = (&self.alerts[&id], self.started);
        if reason.starts_with("its life was over") {
            let met = asked.at.max(started);
            assert!(now.since(met) >= asked.life.min(HOUR), "{id}: dead after {:?}", now.since(met));
        } else if reason.starts_with("every provider refused") {
            let by_all = |to: &String| self.is_refused_by_all(asked, to);
            assert!(asked.tallies.keys().all(by_all), "{id}: {reason}: {:?}", asked.tallies);
        } else if reason.starts_with("it names no recipient") {
            assert!(asked.tallies.is_empty(), "{id}: {reason}");
        } else {
            assert!(asked.has_died, "{id}: nobody let it die before, and yet {reason}");
        }
        let asked = self.asked(id);
        (asked.dead, asked.has_died) = (Known::Heard, true);
    }

    /// The writer begins with these batches.
    pub(super) fn writes(&mut self, batches: &[Batch]) {
        for batch in batches {
            self.sync_asked |= batch.sync;
            self.handed.extend(batch.deeds.iter().filter_map(|deed| match deed {
                Deed::Line(fact) => Some(fact.clone()),
                _ => None,
            }));
        }
    }

    /// The writer has written what it was given, or owes it.
    pub(super) fn has_written(&mut self, owes: bool) {
        self.owes = owes;
        if owes {
            return;
        }
        for fact in std::mem::take(&mut self.handed) {
            match fact {
                Fact::DotSent { id, attempt, provider, .. } => {
                    self.dots_written.insert((id, place(&provider), attempt));
                }
                Fact::Outcome { id, attempt, provider, recipients, .. } => {
                    self.dots_written.remove(&(id, place(&provider), attempt));
                    for result in recipients.iter().filter(|it| it.result == Settlement::Delivered) {
                        let asked = self.asked(id);
                        let tally = asked.tallies.get_mut(result.to.as_str()).expect("it was begun");
                        tally.has_it = tally.has_it.max(Known::Written);
                    }
                }
                Fact::Sent { id, .. } => self.asked(id).sent = Known::Written,
                Fact::Dead { id, .. } => self.asked(id).dead = Known::Written,
                _ => {}
            }
        }
    }

    /// The writer has brought to the disk what it was asked to, or owes it.
    pub(super) fn has_finished(&mut self, owes: bool) {
        self.has_written(owes);
        if !owes && std::mem::take(&mut self.sync_asked) {
            for asked in self.alerts.values_mut() {
                let has = asked.tallies.values_mut().map(|tally| &mut tally.has_it);
                for known in
                    has.chain([&mut asked.sent, &mut asked.dead]).filter(|known| **known == Known::Written)
                {
                    *known = Known::Synced;
                }
            }
        }
    }
}
