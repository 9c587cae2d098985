//! What the journal's entries make of each alert: its state, its recipients, its attempts, what comes next.
//!
//! The same reading serves the agent at its start and the commands that show a spool to people, so that
//! both always say the same. The folder is the coarse state, the journal the fine one: see [`State`]. An entry that does
//! not fit the state before it is counted, never believed and never fatal.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::alert::Severity;
use crate::event::{Entry, Event, RecipientResult, Settlement};
use crate::id::AlertId;
use crate::wall::Wall;

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Accepted; its turn has not come, or the agent stopped before it came.
    Ready,
    /// A provider is being tried, or was when the agent died.
    Trying,
    /// Waits for its next attempt.
    Deferred {
        /// When it is due.
        until: Wall,
    },
    /// A person stopped it.
    Held,
    /// Delivered; nothing is left to do.
    Sent,
    /// Nobody will take it.
    Dead,
}

impl State {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "incoming",
            Self::Trying => "trying",
            Self::Deferred { .. } => "deferred",
            Self::Held => "held",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }

    /// Whether nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Dead)
    }

    /// The state after an event; `None` where the table of legal moves has none.
    ///
    /// After `sent` nothing is legal: whatever comes back under that id after a power cut is only removed.
    pub const fn after(self, event: &Event) -> Option<Self> {
        match (self, event) {
            (Self::Sent, _) => None,
            (Self::Ready | Self::Trying, Event::Accepted { .. }) => Some(Self::Ready),
            (Self::Deferred { .. } | Self::Held | Self::Dead, Event::Accepted { .. }) => Some(self),
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Attempt { .. }) => Some(Self::Trying),
            (Self::Trying, Event::DotSent { .. } | Event::Outcome { .. }) => Some(Self::Trying),
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Deferred { until, .. }) => {
                Some(Self::Deferred { until: *until })
            }
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Held { .. }) => Some(Self::Held),
            (Self::Held, Event::Released { .. }) => Some(Self::Ready),
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Sent { .. }) => Some(Self::Sent),
            (Self::Ready | Self::Trying | Self::Deferred { .. } | Self::Held, Event::Dead { .. }) => {
                Some(Self::Dead)
            }
            _ => None,
        }
    }
}

/// One attempt, as the journal tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptRecord {
    /// Counts from 1.
    pub number: u32,
    /// Name of the provider.
    pub provider: String,
    /// When it began.
    pub at: Wall,
    /// When the last octets went out, if they did.
    pub dot_sent: Option<Wall>,
    /// How it ended; absent while it runs, or when the agent died in it.
    pub ended: Option<Ended>,
}

/// The end of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// From its start, in milliseconds.
    pub took_ms: u64,
    /// One for each recipient that it was for.
    pub recipients: Vec<RecipientResult>,
}

impl AttemptRecord {
    /// Whether the provider may have the message though no reply ever said so.
    pub const fn was_interrupted_behind_the_dot(&self) -> bool {
        self.dot_sent.is_some() && self.ended.is_none()
    }
}

/// Everything that the journal knows of one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Where it stands.
    pub state: State,
    /// Owner of the file.
    pub uid: u32,
    /// Lane.
    pub severity: Severity,
    /// Thread.
    pub key: Option<String>,
    /// Subject as given.
    pub subject: String,
    /// Message-ID of its mails, with brackets.
    pub message_id: Option<String>,
    /// Names that led to nobody.
    pub unusable: Vec<String>,
    /// How it stands with each recipient.
    pub recipients: BTreeMap<Address, Settlement>,
    /// All attempts, oldest first.
    pub attempts: Vec<AttemptRecord>,
    /// Passes over the providers that ended with somebody still open.
    pub passes: u32,
    /// Why it is dead, in words.
    pub dead_reason: Option<String>,
    /// When the journal last said something of it.
    pub last: Wall,
    /// Entries that did not fit.
    pub misfits: u32,
}

impl History {
    fn new(at: Wall) -> Self {
        Self {
            state: State::Ready,
            uid: 0,
            severity: Severity::default(),
            key: None,
            subject: String::new(),
            message_id: None,
            unusable: Vec::new(),
            recipients: BTreeMap::new(),
            attempts: Vec::new(),
            passes: 0,
            dead_reason: None,
            last: at,
            misfits: 0,
        }
    }

    /// Takes in one entry about this alert.
    pub fn take(&mut self, entry: &Entry) {
        self.last = entry.at;
        let Some(state) = self.state.after(&entry.event) else {
            self.misfits += 1;
            return;
        };
        self.state = state;
        match &entry.event {
            Event::Accepted { uid, recipients, unusable, severity, key, subject, message_id, .. } => {
                (self.uid, self.severity) = (*uid, *severity);
                self.key.clone_from(key);
                self.subject.clone_from(subject);
                self.unusable.clone_from(unusable);
                if self.message_id.is_none() {
                    self.message_id.clone_from(message_id);
                }
                for to in recipients {
                    self.recipients.entry(to.clone()).or_insert(Settlement::Open);
                }
            }
            Event::Attempt { attempt, provider, .. } => {
                self.attempts.push(AttemptRecord {
                    number: *attempt,
                    provider: provider.clone(),
                    at: entry.at,
                    dot_sent: None,
                    ended: None,
                });
            }
            Event::DotSent { attempt, .. } => {
                if let Some(record) = self.attempt_mut(*attempt) {
                    record.dot_sent = Some(entry.at);
                }
            }
            Event::Outcome { attempt, took_ms, recipients, .. } => {
                for result in recipients {
                    self.recipients.insert(result.to.clone(), result.result);
                }
                let ended = Ended { took_ms: *took_ms, recipients: recipients.clone() };
                if let Some(record) = self.attempt_mut(*attempt) {
                    record.ended = Some(ended);
                }
            }
            Event::Deferred { passes, .. } => self.passes = *passes,
            Event::Sent { delivered, refused, .. } => {
                self.settle(delivered, Settlement::Delivered);
                self.settle(refused, Settlement::Refused);
            }
            Event::Dead { reason, .. } => self.dead_reason = Some(reason.clone()),
            Event::Held { .. }
            | Event::Released { .. }
            | Event::Started { .. }
            | Event::Stopped
            | Event::Corrupt { .. } => {}
        }
    }

    fn settle(&mut self, who: &[Address], settlement: Settlement) {
        for to in who {
            self.recipients.insert(to.clone(), settlement);
        }
    }

    fn attempt_mut(&mut self, number: u32) -> Option<&mut AttemptRecord> {
        self.attempts.iter_mut().rev().find(|record| record.number == number)
    }

    /// Whether an attempt was interrupted between the last octets and the reply.
    pub fn is_uncertain(&self) -> bool {
        self.attempts.last().is_some_and(AttemptRecord::was_interrupted_behind_the_dot)
    }
}

/// What a whole journal tells: each alert's history, and how the last agent ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// One for each alert that the journal names.
    pub alerts: BTreeMap<AlertId, History>,
    /// Boot id of the last start.
    pub boot: Option<String>,
    /// Whether the last start was followed by a stop in good order.
    pub stopped_cleanly: bool,
    /// Files set aside so far.
    pub corrupt: Vec<(Wall, String, String)>,
}

impl Ledger {
    /// Takes in the next entry.
    pub fn take(&mut self, entry: &Entry) {
        if let Some(id) = entry.event.alert() {
            self.alerts.entry(id).or_insert_with(|| History::new(entry.at)).take(entry);
        }
        match &entry.event {
            Event::Started { boot, .. } => {
                self.boot = Some(boot.clone());
                self.stopped_cleanly = false;
            }
            Event::Stopped => self.stopped_cleanly = true,
            Event::Corrupt { name, reason } => self.corrupt.push((entry.at, name.clone(), reason.clone())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> AlertId {
        AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id")
    }

    fn to() -> Address {
        Address::parse("oncall@example.jp").expect("an address")
    }

    fn ledger(events: Vec<Event>) -> Ledger {
        let mut ledger = Ledger::default();
        for (at, event) in (1..).zip(events) {
            ledger.take(&Entry { at: Wall::from_unix_ms(at), event });
        }
        ledger
    }

    fn accepted() -> Event {
        Event::Accepted {
            id: id(),
            uid: 7,
            recipients: vec![to()],
            unusable: vec![],
            message_id: None,
            severity: Severity::Critical,
            key: None,
            subject: "s".into(),
        }
    }

    fn attempt() -> Event {
        Event::Attempt { id: id(), attempt: 1, provider: "home".into(), recipients: vec![to()] }
    }

    fn dot() -> Event {
        Event::DotSent { id: id(), attempt: 1, provider: "home".into() }
    }

    #[test]
    fn nothing_brings_a_sent_alert_back() {
        let sent = Event::Sent { id: id(), delivered: vec![to()], refused: vec![] };
        let ledger = ledger(vec![accepted(), attempt(), dot(), sent, accepted(), attempt()]);
        let history = &ledger.alerts[&id()];
        assert_eq!((history.state, history.misfits), (State::Sent, 2));
        assert_eq!(history.recipients[&to()], Settlement::Delivered);
    }

    #[test]
    fn an_attempt_that_ends_behind_the_dot_is_uncertain_until_its_outcome() {
        let mut events = vec![accepted(), attempt(), dot()];
        assert!(ledger(events.clone()).alerts[&id()].is_uncertain());
        events.push(Event::Outcome {
            id: id(),
            attempt: 1,
            provider: "home".into(),
            took_ms: 3,
            recipients: vec![],
        });
        assert!(!ledger(events).alerts[&id()].is_uncertain());
    }

    #[test]
    fn accepting_again_after_a_lost_restart_forgets_no_settlement() {
        let outcome = RecipientResult {
            to: to(),
            result: Settlement::Delivered,
            phase: "dot".into(),
            code: Some(250),
            enhanced: None,
            text: "ok".into(),
            scope: None,
            duration: None,
            rule: None,
        };
        let ended = Event::Outcome {
            id: id(),
            attempt: 1,
            provider: "home".into(),
            took_ms: 3,
            recipients: vec![outcome],
        };
        assert_eq!(
            ledger(vec![accepted(), attempt(), dot(), ended, accepted()]).alerts[&id()].recipients[&to()],
            Settlement::Delivered
        );
    }

    #[test]
    fn the_first_message_id_stays() {
        let named = |name: Option<&str>| match accepted() {
            Event::Accepted { id, uid, recipients, unusable, severity, key, subject, .. } => {
                Event::Accepted {
                    id,
                    uid,
                    recipients,
                    unusable,
                    severity,
                    key,
                    subject,
                    message_id: name.map(str::to_owned),
                }
            }
            other => other,
        };
        let ledger = ledger(vec![named(None), named(Some("<1@a>")), named(Some("<1@b>"))]);
        assert_eq!(ledger.alerts[&id()].message_id.as_deref(), Some("<1@a>"));
    }

    #[test]
    fn a_clean_stop_is_told_from_a_crash() {
        let started = || Event::Started { boot: "b1".into(), program: "0.1.0".into() };
        assert!(ledger(vec![started(), Event::Stopped]).stopped_cleanly);
        assert!(!ledger(vec![started(), Event::Stopped, started()]).stopped_cleanly);
    }
}
