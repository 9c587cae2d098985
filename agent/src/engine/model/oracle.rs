//! What has to be true whatever happens: nothing lost, nothing twice without a reason, nothing that nobody asked for.
//!
//! It hears what hooks were promised, what providers have, which lines the writer had to bring to the disk, and what
//! each start reads back; it never asks the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use delivery::{AttemptId, Monotonic, Now};
use smtp::{RecipientOutcome, Trouble};
use spool_format::{Address, AlertId, Event as Fact, Ledger, NoticeKind, Settlement, State};

use crate::spool::writer::{Batch, Deed};

/// How sure it is that something will be remembered. The order counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// It did not happen, or nobody knows.
    #[default]
    No,
    /// The agent knows.
    Heard,
    /// The kernel has the line: it survives `kill -9`.
    Written,
    /// The disk has it.
    Synced,
}

/// What whoever enqueued an alert was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// Exit 0.
    Made,
    /// Nothing was said, or nothing certain: it may be there.
    Open,
    /// It failed before there was a name.
    Refused,
}

/// One recipient of an alert.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Copies that providers have.
    pub(super) mails: usize,
    /// Attempts of which nobody can say whether they delivered.
    pub(super) doubts: usize,
    pub(super) has_it: Known,
    /// When the agent heard of that.
    heard: Monotonic,
    /// Providers that refused it for good.
    pub(super) refused_by: BTreeSet<usize>,
}

/// An alert that somebody tried to enqueue.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) promise: Promise,
    pub(super) octets: Vec<u8>,
    pub(super) at: Monotonic,
    pub(super) life: Duration,
    /// The longest pause between two passes.
    pause: Duration,
    pub(super) tallies: BTreeMap<String, Tally>,
    pub(super) message_ids: BTreeSet<String>,
    pub(super) sent: Known,
    pub(super) dead: Known,
    /// Whether the agent ever said that it is dead.
    has_died: bool,
    /// Not to be tried before.
    not_before: Monotonic,
    /// Passes that were counted.
    passes: u32,
    /// Since when it waits for a provider or the network and nothing else: what brings them back makes it due.
    parked: Option<Monotonic>,
}

/// An attempt that has leave for its final dot.
#[derive(Clone, Debug)]
struct Dot {
    id: AlertId,
    /// By their places among the recipients of the attempt.
    recipients: BTreeMap<usize, String>,
}

/// The oracle.
#[derive(Clone, Debug)]
pub(super) struct Oracle {
    pub(super) alerts: BTreeMap<AlertId, Asked>,
    pub(super) providers: usize,
    pub(super) longest_pause: Duration,
    dots: BTreeMap<AttemptId, Dot>,
    /// What the writer was told to write, and has not said that it did.
    handed: Vec<Fact>,
    sync_asked: bool,
    /// It could not write what it was told.
    owes: bool,
    /// Attempts, by their alerts, of which the kernel has the line that their final dot is about to go out.
    dots_written: BTreeMap<AlertId, u32>,
    lost_power: bool,
    started: Monotonic,
    /// When the agent last heard from anybody.
    last_answer: Monotonic,
    /// When this run of the agent last told of what.
    pub(super) told: BTreeMap<(NoticeKind, String, bool), Monotonic>,
    /// Alerts that nobody enqueued, since they are notices.
    pub(super) notices: usize,
}

/// What cannot be an outcome of the agent's doing.
pub(super) const HOUR: Duration = Duration::from_hours(1);

impl Asked {
    pub(super) fn new(
        promise: Promise,
        octets: Vec<u8>,
        at: Monotonic,
        (life, pause): (Duration, Duration),
        to: &[&str],
    ) -> Self {
        let tallies = to.iter().map(|to| ((*to).to_owned(), Tally::default())).collect();
        let (message_ids, not_before) = (BTreeSet::new(), Monotonic::default());
        Self {
            promise,
            octets,
            at,
            life,
            pause,
            tallies,
            message_ids,
            sent: Known::No,
            dead: Known::No,
            has_died: false,
            not_before,
            passes: 0,
            parked: None,
        }
    }
}

impl Oracle {
    pub(super) fn new(providers: usize, longest_pause: Duration) -> Self {
        Self {
            alerts: BTreeMap::new(),
            providers,
            longest_pause,
            dots: BTreeMap::new(),
            handed: Vec::new(),
            sync_asked: false,
            owes: false,
            dots_written: BTreeMap::new(),
            lost_power: false,
            started: Monotonic::default(),
            last_answer: Monotonic::default(),
            told: BTreeMap::new(),
            notices: 0,
        }
    }

    pub(super) fn asked(&mut self, id: AlertId) -> &mut Asked {
        self.alerts.get_mut(&id).unwrap_or_else(|| panic!("{id}: nobody enqueued it"))
    }

    /// An attempt begins.
    pub(super) fn begins(&mut self, now: Monotonic, id: AlertId, recipients: &[String]) {
        let (owes, last_answer) = (self.owes, self.last_answer);
        let asked = self.asked(id);
        assert_ne!(asked.promise, Promise::Refused, "{id}: it was never visible, and is sent");
        assert_eq!((asked.sent, asked.dead), (Known::No, Known::No), "{id}: it is over, and is tried");
        let is_called_up = asked.parked.is_some_and(|parked| parked <= last_answer);
        assert!(now >= asked.not_before || is_called_up, "{id}: it is tried before its time");
        // A writer that is slow for longer than a pause holds nobody up.
        let is_safe = |tally: &Tally| matches!(tally.has_it, Known::No | Known::Synced) || tally.heard < now;
        assert!(owes || asked.tallies.values().all(is_safe), "{id}: it goes on before it is safe who has it");
        for to in recipients {
            let tally = asked.tallies.get(to).unwrap_or_else(|| panic!("{id}: {to} is not to have it"));
            assert_eq!(tally.has_it, Known::No, "{id}: {to} has it already, and is tried again");
        }
    }

    /// An attempt has leave for its final dot.
    pub(super) fn dot_granted(
        &mut self,
        attempt: AttemptId,
        id: AlertId,
        recipients: BTreeMap<usize, String>,
    ) {
        let is_known = self.owes || self.dots_written.contains_key(&id);
        assert!(is_known, "{id}: its dot goes out, and the journal does not know of it");
        self.dots.insert(attempt, Dot { id, recipients });
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

    /// The agent hears how an attempt ended.
    pub(super) fn heard(&mut self, now: Monotonic, attempt: AttemptId, outcomes: &[RecipientOutcome]) {
        let is_no_network = |outcome: &RecipientOutcome| match outcome {
            RecipientOutcome::Failed(failure) => matches!(failure.trouble, Trouble::NoNetwork(_)),
            RecipientOutcome::Delivered(_)
            | RecipientOutcome::Taken { .. }
            | RecipientOutcome::Uncertain(_) => false,
        };
        if !outcomes.iter().all(is_no_network) {
            self.last_answer = now;
        }
        let Some(Dot { id, recipients }) = self.dots.remove(&attempt) else { return };
        let asked = self.asked(id);
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
                    asked.parked = (asked.passes == *passes).then_some(now.monotonic);
                    asked.passes = *passes;
                }
                Deed::Line(Fact::Attempt { id, .. }) => self.asked(*id).not_before = Monotonic::default(),
                Deed::Line(Fact::Sent { id, delivered, refused }) => {
                    let providers = self.providers;
                    let asked = self.asked(*id);
                    asked.sent = Known::Heard;
                    for to in delivered {
                        assert!(asked.tallies[to.as_str()].mails > 0, "{id}: {to} is said to have it");
                    }
                    for to in refused {
                        let by = asked.tallies[to.as_str()].refused_by.len();
                        assert_eq!(by, providers, "{id}: {to} is said to be refused by all");
                    }
                    let named: BTreeSet<&str> =
                        delivered.iter().chain(refused).map(Address::as_str).collect();
                    assert!(asked.tallies.keys().all(|to| named.contains(to.as_str())), "{id}: {named:?}");
                }
                Deed::Line(Fact::Dead { id, reason, .. }) => self.died(now.monotonic, *id, reason),
                Deed::Line(Fact::Accepted { id, notice: true, .. }) => self.keeps_its_own(*id, batch),
                Deed::Line(Fact::Notice(notice)) => self.told(now.monotonic, notice),
                _ => {}
            }
        }
    }

    fn died(&mut self, now: Monotonic, id: AlertId, reason: &str) {
        let (providers, started) = (self.providers, self.started);
        let asked = self.asked(id);
        if reason.starts_with("its life was over") {
            let met = asked.at.max(started);
            assert!(now.since(met) >= asked.life.min(HOUR), "{id}: dead after {:?}", now.since(met));
        } else if reason.starts_with("every provider refused") {
            let by_all = |tally: &Tally| tally.refused_by.len() == providers;
            assert!(asked.tallies.values().all(by_all), "{id}: {reason}: {:?}", asked.tallies);
        } else if reason.starts_with("it names no recipient") {
            assert!(asked.tallies.is_empty(), "{id}: {reason}");
        } else {
            assert!(asked.has_died, "{id}: nobody let it die before, and yet {reason}");
        }
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
                Fact::DotSent { id, attempt, .. } => {
                    self.dots_written.insert(id, attempt);
                }
                Fact::Outcome { id, recipients, .. } => {
                    self.dots_written.remove(&id);
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

    /// The agent is gone, or the machine.
    pub(super) fn crashed(&mut self, lost_power: bool) {
        self.handed.clear();
        (self.sync_asked, self.owes) = (false, false);
        self.lost_power |= lost_power;
    }

    /// A start has read the journal. `is_there` says of which alerts there are files.
    pub(super) fn recovered(&mut self, now: Now, ledger: &Ledger, is_there: impl Fn(AlertId) -> bool) {
        self.started = now.monotonic;
        self.told.clear();
        // What was on its way when the last agent died.
        let dots = std::mem::take(&mut self.dots);
        let under_way: BTreeSet<(AlertId, &String)> =
            dots.values().flat_map(|dot| dot.recipients.values().map(|to| (dot.id, to))).collect();
        for (id, number) in std::mem::take(&mut self.dots_written) {
            let under_way = ledger.alerts.get(&id).and_then(|history| history.under_way.first());
            let is_forgotten = under_way.is_some_and(|attempt| attempt.number == number && !attempt.dot_sent);
            assert!(self.lost_power || !is_forgotten, "{id}: that its dot went out is forgotten");
        }
        let certain = if self.lost_power { Known::Synced } else { Known::Written };
        for (id, asked) in &mut self.alerts {
            let is_sent = ledger.sent.contains(id);
            if asked.sent == Known::Synced && !is_sent && !is_there(*id) {
                // It is over, and the journal need not remember it for ever.
                continue;
            }
            assert!(is_sent || asked.sent < certain, "{id}: that it was sent is forgotten");
            asked.sent = if is_sent { Known::Synced } else { Known::No };
            let history = ledger.alerts.get(id);
            for (to, tally) in &mut asked.tallies {
                let settled = history.is_some_and(|history| {
                    history
                        .recipients
                        .iter()
                        .any(|(who, stands)| who.as_str() == to && *stands == Settlement::Delivered)
                });
                if settled {
                    assert!(tally.mails > 0, "{id}: the journal says that {to} has it");
                }
                if settled || (is_sent && tally.mails > 0) {
                    tally.has_it = Known::Synced;
                    continue;
                }
                assert!(tally.has_it < certain, "{id}: that {to} has it is forgotten");
                let is_in_doubt = tally.has_it > Known::No || under_way.contains(&(*id, to));
                tally.doubts += usize::from(is_in_doubt);
                tally.has_it = Known::No;
            }
            asked.not_before = match history.map(|history| history.state) {
                Some(State::Deferred { until }) => now.monotonic.plus(until.since(now.wall).min(asked.pause)),
                _ => Monotonic::default(),
            };
            (asked.passes, asked.parked) = (history.map_or(0, |history| history.passes), None);
            let is_dead = history.is_some_and(|history| history.state == State::Dead);
            // It is remembered for as long as its file lies there. A notice has none if a full disk took no copy.
            let has_no_file = asked.promise == Promise::Open && !is_there(*id);
            let is_forgotten = asked.dead >= certain && !is_dead && !is_sent && !has_no_file;
            assert!(!is_forgotten, "{id}: that it is dead is forgotten");
            asked.dead = if is_dead { Known::Synced } else { Known::No };
        }
        self.lost_power = false;
    }
}
