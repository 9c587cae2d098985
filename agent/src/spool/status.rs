//! What the agent says of itself in `queue/status.json`: for display, and for `alertmail check`.
//!
//! What counts are the folders and the journal; without this file nothing is missing. It is replaced in one step when it
//! says something new.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};
use spool_format::Layout;

/// Name of the file, and of its draft.
pub(super) const STATUS: &str = "status.json";
pub(super) const STATUS_DRAFT: &str = ".status.tmp";

/// What it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// What the disk does not do at present, one sentence each.
    pub troubles: Vec<String>,
    /// How the engine is.
    #[serde(flatten)]
    pub pulse: Pulse,
}

/// How the engine is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// Whether new alerts are noticed at once, or found by scans alone.
    pub watching: bool,
    /// Alerts in hand.
    pub in_hand: usize,
    /// What is wrong with the agent's own condition, one sentence each.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Where alerts are not taken from a network, or not kept.
    #[serde(default)]
    pub deaf: Vec<Deaf>,
    /// How many connections at a time each provider gets, by name: fewer than it was to get where it takes fewer.
    #[serde(default)]
    pub connections_now: BTreeMap<String, usize>,
}

/// A listener that does not do its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deaf {
    /// What is spoken there.
    pub kind: String,
    /// Where.
    pub place: String,
    /// Whether somebody listens, but what came last was not kept.
    pub listens: bool,
    /// Why.
    pub why: String,
}

impl Status {
    /// What the last agent said; `None` if nobody has.
    pub fn read(layout: &Layout) -> io::Result<Option<Self>> {
        match std::fs::read(layout.status()) {
            Ok(octets) => Ok(serde_json::from_slice(&octets).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
