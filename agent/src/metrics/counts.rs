//! What is counted: fed with each line that the journal gets, and with what the writer says of the disk. Pure.
//!
//! Notices and canary mails are the agent's own: what becomes of them is seen in attempts and drills, and they are no
//! alerts that wait, are sent or are dead.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use spool_format::{
    AlertId, Canary, Drill, Event as Fact, History, Ledger, NoticeKind, Outage, RecipientResult, Settlement,
    Severity, State, Wall,
};

use super::histogram::Histogram;

/// Seconds of an attempt: a round trip in the house up to the limit of the reply to a dot.
const ATTEMPT_BOUNDS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0];

/// Seconds from an alert's beginning to its end: an instant up to three days.
const DELIVERY_BOUNDS: &[f64] =
    &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0, 259_200.0];

/// How an attempt ended, by the best that came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Came {
    Delivered,
    Uncertain,
    Withdrawn,
    Refused,
    Failed,
}

impl Came {
    pub(super) const ALL: [Self; 5] =
        [Self::Delivered, Self::Uncertain, Self::Withdrawn, Self::Refused, Self::Failed];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Uncertain => "uncertain",
            Self::Withdrawn => "withdrawn",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    fn of(recipients: &[RecipientResult]) -> Self {
        let each = recipients.iter().map(|it| match it.result {
            _ if it.rule.as_deref() == Some("withdrawn") => Self::Withdrawn,
            Settlement::Delivered => Self::Delivered,
            Settlement::Uncertain => Self::Uncertain,
            Settlement::Refused => Self::Refused,
            Settlement::Open => Self::Failed,
        });
        each.min().unwrap_or(Self::Failed)
    }
}

/// An alert that is not at its end, or is a dead letter.
#[derive(Clone, Debug)]
struct Alert {
    severity: Severity,
    state: State,
    /// Who took a mail of it last.
    through: Option<usize>,
}

/// One provider.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub(super) name: String,
    /// Alerts that are sent, the last mail of which it took.
    pub(super) sent: BTreeMap<Severity, u64>,
    pub(super) attempts: BTreeMap<Came, u64>,
    pub(super) took: Histogram,
    /// Why it is left out, if it is.
    pub(super) outage: Option<Outage>,
    /// How often it began to be left out.
    pub(super) openings: u64,
    pub(super) drill: Option<Drill>,
    pub(super) canary: Option<Canary>,
    /// How many connections at a time it gets, while it is configured.
    pub(super) connections_now: Option<usize>,
}

impl Provider {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            sent: BTreeMap::new(),
            attempts: BTreeMap::new(),
            took: Histogram::new(ATTEMPT_BOUNDS),
            outage: None,
            openings: 0,
            drill: None,
            canary: None,
            connections_now: None,
        }
    }
}

/// Everything that is counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    alerts: BTreeMap<AlertId, Alert>,
    /// In the order of the configuration; those that it names no more stay, since counters do not end.
    pub(super) providers: Vec<Provider>,
    pub(super) accepted: BTreeMap<Severity, u64>,
    pub(super) dead: BTreeMap<Severity, u64>,
    pub(super) delivery: BTreeMap<Severity, Histogram>,
    pub(super) corrupt: u64,
    pub(super) notices: BTreeMap<NoticeKind, u64>,
    /// What people know to last, by kind and subject.
    pub(super) conditions: BTreeSet<(NoticeKind, String)>,
    /// What the disk does not do.
    pub(super) troubles: BTreeSet<NoticeKind>,
}

impl Counts {
    /// Goes on from what the journal tells, with these providers.
    pub(super) fn begin(&mut self, providers: &[String], ledger: &Ledger) {
        for name in providers {
            self.provider(name);
        }
        let is_own = |history: &History| history.is_notice || history.canary.is_some();
        let known = ledger.alerts.iter().filter(|(_, history)| !is_own(history));
        self.alerts = known
            .map(|(id, it)| (*id, Alert { severity: it.severity, state: it.state, through: None }))
            .collect();
        for provider in &mut self.providers {
            provider.outage = ledger.providers.get(&provider.name).cloned();
            provider.drill = ledger.drills.get(&provider.name).cloned();
            provider.canary = ledger.canaries.get(&provider.name).cloned();
        }
        let open = ledger.notices.iter().filter(|(_, notice)| notice.open);
        self.conditions = open.map(|(key, _)| key.clone()).collect();
        self.troubles.clear();
    }

    /// So many connections each provider gets now. Says whether that is news.
    pub(super) fn may_connect(&mut self, connections_now: &BTreeMap<String, usize>) -> bool {
        let mut is_news = false;
        for provider in &mut self.providers {
            let now = connections_now.get(&provider.name).copied();
            is_news |= std::mem::replace(&mut provider.connections_now, now) != now;
        }
        is_news
    }

    /// The journal gets this line.
    pub(super) fn take(&mut self, now: Wall, fact: &Fact) {
        match fact {
            Fact::Accepted { id, severity, notice: false, canary: None, .. } => self.accepted(*id, *severity),
            Fact::Outcome { id, provider, took_ms, recipients, .. } => {
                let came = Came::of(recipients);
                let place = self.provider(provider);
                let provider = &mut self.providers[place];
                *provider.attempts.entry(came).or_default() += 1;
                provider.took.take(Duration::from_millis(*took_ms));
                if came == Came::Delivered
                    && let Some(alert) = self.alerts.get_mut(id)
                {
                    alert.through = Some(place);
                }
            }
            Fact::Provider { provider, outage } => {
                let place = self.provider(provider);
                let provider = &mut self.providers[place];
                if outage.is_some() && provider.outage.is_none() {
                    provider.openings += 1;
                }
                provider.outage.clone_from(outage);
            }
            Fact::Drill(drill) => {
                let place = self.provider(&drill.provider);
                self.providers[place].drill = Some(Drill::clone(drill));
            }
            Fact::Canary(canary) => {
                let place = self.provider(&canary.provider);
                self.providers[place].canary = Some(Canary::clone(canary));
            }
            Fact::Notice(notice) => {
                let key = (notice.kind, notice.subject.clone());
                *self.notices.entry(notice.kind).or_default() += 1;
                let _ = if notice.open { self.conditions.insert(key) } else { self.conditions.remove(&key) };
            }
            _ => {}
        }
        self.moves(now, fact);
    }

    fn accepted(&mut self, id: AlertId, severity: Severity) {
        // After a start the journal hears of what waits in `incoming/` once more.
        if !self.alerts.contains_key(&id) {
            *self.accepted.entry(severity).or_default() += 1;
            self.alerts.insert(id, Alert { severity, state: State::Ready, through: None });
        }
    }

    fn moves(&mut self, now: Wall, fact: &Fact) {
        let Some(id) = fact.alert() else { return };
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        let Some(state) = alert.state.after(fact) else { return };
        alert.state = state;
        let severity = alert.severity;
        match fact {
            Fact::Sent { .. } => {
                let took = now.since(id.born());
                self.delivery.entry(severity).or_insert_with(|| Histogram::new(DELIVERY_BOUNDS)).take(took);
                if let Some(provider) = alert.through.and_then(|place| self.providers.get_mut(place)) {
                    *provider.sent.entry(severity).or_default() += 1;
                }
            }
            Fact::Dead { .. } => *self.dead.entry(severity).or_default() += 1,
            _ => {}
        }
        if state == State::Sent || matches!(fact, Fact::Purged { .. }) {
            self.alerts.remove(&id);
        }
    }

    /// A file was set aside that is no alert.
    pub(super) fn is_set_aside(&mut self) {
        self.corrupt += 1;
    }

    /// How many alerts are on their way, by state and severity.
    pub(super) fn on_their_way(&self) -> BTreeMap<(&'static str, Severity), u64> {
        let mut each = BTreeMap::new();
        for alert in self.alerts.values().filter(|alert| !alert.state.is_final()) {
            *each.entry((alert.state.as_str(), alert.severity)).or_default() += 1;
        }
        each
    }

    /// When the oldest alert began that nobody holds and nobody has; for each severity that has one.
    pub(super) fn oldest(&self) -> BTreeMap<Severity, Wall> {
        let mut oldest = BTreeMap::new();
        let waits = |alert: &Alert| !alert.state.is_final() && alert.state != State::Held;
        for (id, alert) in self.alerts.iter().filter(|(_, alert)| waits(alert)) {
            let born: &mut Wall = oldest.entry(alert.severity).or_insert_with(|| id.born());
            *born = (*born).min(id.born());
        }
        oldest
    }

    fn provider(&mut self, name: &str) -> usize {
        self.providers.iter().position(|it| it.name == name).unwrap_or_else(|| {
            self.providers.push(Provider::new(name));
            self.providers.len() - 1
        })
    }
}
