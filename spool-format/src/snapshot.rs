//! What a checkpoint says of one alert: where it stands, without how it came there.
//!
//! A day's file of the journal begins with one for each alert that is alive, so that a start has to read the newest
//! file and the one before it, and older ones may go.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::alert::Severity;
use crate::event::Settlement;
use crate::history::History;
use crate::id::AlertId;
use crate::state::State;
use crate::wall::Wall;

/// An alert that is alive, or whose file is still there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The alert.
    pub id: AlertId,
    /// Where it stands.
    pub state: Word,
    /// When it is due, if it is deferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Wall>,
    /// Owner of the file as it was put into the spool, if the journal knew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// Size of the file, if the journal knew it.
    #[serde(default)]
    pub octets: u64,
    /// How it stands with each recipient.
    pub recipients: Vec<Standing>,
    /// Names that led to nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusable: Vec<String>,
    /// Lane.
    pub severity: Severity,
    /// Thread, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Subject as given.
    pub subject: String,
    /// When the event happened, if the alert says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Wall>,
    /// Seconds after which nobody wants it any more, if the alert says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
    /// Message-ID of its mails, with brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Whether it is the agent's own, with a word about its own condition.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub notice: bool,
    /// The provider whose canary mail it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<String>,
    /// Number of its last attempt.
    pub attempts: u32,
    /// Passes over the providers that ended with somebody still open.
    pub passes: u32,
    /// Attempts that have no end yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under_way: Vec<UnderWay>,
    /// Why it is dead, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When a person took it out of the dead letters, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requeued: Option<Wall>,
    /// Whether a person changed who is to have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

/// A [`State`] in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// [`State::Ready`].
    Ready,
    /// [`State::Trying`].
    Trying,
    /// [`State::Deferred`].
    Deferred,
    /// [`State::Held`].
    Held,
    /// [`State::Sent`].
    Sent,
    /// [`State::Dead`].
    Dead,
}

impl Word {
    /// The word as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Trying => "trying",
            Self::Deferred => "deferred",
            Self::Held => "held",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }

    /// The word for a state, and when it is due.
    pub(crate) const fn of(state: State) -> (Self, Option<Wall>) {
        match state {
            State::Ready => (Self::Ready, None),
            State::Trying => (Self::Trying, None),
            State::Deferred { until } => (Self::Deferred, Some(until)),
            State::Held => (Self::Held, None),
            State::Sent => (Self::Sent, None),
            State::Dead => (Self::Dead, None),
        }
    }

    /// The state; deferred without a time is due now.
    pub(crate) fn state(self, until: Option<Wall>) -> State {
        match self {
            Self::Ready => State::Ready,
            Self::Trying => State::Trying,
            Self::Deferred => State::Deferred { until: until.unwrap_or(Wall::from_unix_ms(0)) },
            Self::Held => State::Held,
            Self::Sent => State::Sent,
            Self::Dead => State::Dead,
        }
    }
}

/// How it stands with one recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Who.
    pub to: Address,
    /// How it stands.
    pub result: Settlement,
    /// Names of the providers that refused it for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_by: Vec<String>,
    /// Name of the provider that was asked last, if its reply to the final dot was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertain_at: Option<String>,
}

/// An attempt without an end: it runs, or the agent died in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Which attempt.
    pub number: u32,
    /// Name of the provider.
    pub provider: String,
    /// For whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Address>,
    /// Whether the last octets went out.
    pub dot_sent: bool,
}

impl History {
    /// What the agent's next life has to know of it, without the older files of the journal.
    pub fn snapshot(&self, id: AlertId) -> Snapshot {
        let standing = |(to, result): &(Address, Settlement)| Standing {
            to: to.clone(),
            result: *result,
            refused_by: self.refusals_of(to).map(str::to_owned).collect(),
            uncertain_at: self
                .uncertain
                .iter()
                .find(|(who, _)| who == to)
                .map(|(_, provider)| provider.clone()),
        };
        let (state, until) = Word::of(self.state);
        Snapshot {
            id,
            state,
            until,
            uid: self.uid,
            octets: self.octets,
            recipients: self.recipients.iter().map(standing).collect(),
            unusable: self.unusable.clone(),
            severity: self.severity,
            key: self.key.clone(),
            subject: self.subject.clone(),
            created: self.created,
            ttl: self.ttl,
            message_id: self.message_id.clone(),
            notice: self.is_notice,
            canary: self.canary.clone(),
            attempts: self.last_attempt,
            passes: self.passes,
            under_way: self.under_way.clone(),
            reason: self.dead_reason.clone(),
            requeued: self.requeued,
            edited: self.is_edited,
        }
    }

    fn refusals_of<'h>(&'h self, to: &'h Address) -> impl Iterator<Item = &'h str> {
        self.refused_by.iter().filter(move |(who, _)| who == to).map(|(_, provider)| provider.as_str())
    }

    pub(crate) fn restore(&mut self, snapshot: &Snapshot) {
        self.state = snapshot.state.state(snapshot.until);
        (self.uid, self.octets) = (snapshot.uid, snapshot.octets);
        self.recipients.clear();
        self.refused_by.clear();
        self.uncertain.clear();
        self.recipients.reserve_exact(snapshot.recipients.len());
        for standing in &snapshot.recipients {
            self.recipients.push((standing.to.clone(), standing.result));
            let refusals = standing.refused_by.iter().map(|provider| (standing.to.clone(), provider.clone()));
            self.refused_by.extend(refusals);
            let doubt =
                standing.uncertain_at.as_ref().map(|provider| (standing.to.clone(), provider.clone()));
            self.uncertain.extend(doubt);
        }
        self.unusable.clone_from(&snapshot.unusable);
        self.severity = snapshot.severity;
        self.key.clone_from(&snapshot.key);
        self.subject.clone_from(&snapshot.subject);
        (self.created, self.ttl) = (snapshot.created, snapshot.ttl);
        self.message_id.clone_from(&snapshot.message_id);
        self.is_notice = snapshot.notice;
        self.canary.clone_from(&snapshot.canary);
        (self.last_attempt, self.passes) = (snapshot.attempts, snapshot.passes);
        self.under_way.clone_from(&snapshot.under_way);
        self.dead_reason.clone_from(&snapshot.reason);
        (self.requeued, self.is_edited) = (snapshot.requeued, snapshot.edited);
    }
}
