//! An alert as it comes to the dispatcher: what was read of it, and what earlier runs of the agent left.

use std::time::Duration;

use spool_format::{Address, AlertId, Folder, History, Settlement, Severity, State, Wall};

/// An alert that the agent has read.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Its id.
    pub id: AlertId,
    /// Where its file lies.
    pub folder: Folder,
    /// Its lane.
    pub severity: Severity,
    /// What it is about: rules may ask for it.
    pub key: Option<String>,
    /// Who is to have it. Nobody means that it is dead on arrival.
    pub recipients: Vec<Address>,
    /// When it was made.
    pub born: Wall,
    /// Its own life time, if it has one.
    pub ttl: Option<Duration>,
    /// Size of its file.
    pub octets: u64,
    /// Whether it is the agent's own, with a word about its own condition.
    pub is_notice: bool,
    /// The provider whose canary mail it is: no other one is asked.
    pub canary: Option<String>,
    /// What an earlier run of the agent left.
    pub past: Past,
}

/// What the journal tells of an alert that an earlier run has worked on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Recipients that are settled.
    pub settled: Vec<(Address, Settlement)>,
    /// Who was refused for good by which provider.
    pub refused_by: Vec<(Address, String)>,
    /// Passes that left somebody open.
    pub passes: u32,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is due.
    pub until: Option<Wall>,
    /// Whether a person has stopped it.
    pub is_held: bool,
    /// For whom which provider may have it already, since no reply to its last octets was ever read.
    pub uncertain_at: Vec<(Address, String)>,
}

impl Past {
    /// Reads the past of an alert from its history.
    pub fn from_history(history: &History) -> Self {
        let settled = history
            .recipients
            .iter()
            .filter(|(_, settlement)| matches!(settlement, Settlement::Delivered | Settlement::Refused))
            .map(|(to, settlement)| (to.clone(), *settlement));
        Self {
            settled: settled.collect(),
            refused_by: history.refused_by.clone(),
            passes: history.passes,
            attempts: history.last_attempt,
            until: match history.state {
                State::Deferred { until } => Some(until),
                _ => None,
            },
            is_held: history.state == State::Held,
            uncertain_at: history.uncertain_at(),
        }
    }
}
