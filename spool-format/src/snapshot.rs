//! What a checkpoint says of one alert: where it stands, without how it came there.
//!
//! A day's file of the journal begins with one for each alert that is alive, so that a start has to read the newest
//! file and the one before it, and older ones may go.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::alert::Severity;
use crate::event::Settlement;
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
