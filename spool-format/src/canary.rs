//! What became of the last canary mail of a provider: a small mail on a schedule, to see that mail gets through there.

use serde::{Deserialize, Serialize};

use crate::id::AlertId;
use crate::wall::Wall;

/// How a provider stands by its canary mails. Each line holds all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// Its name.
    pub provider: String,
    /// The alert that is the last canary.
    pub alert: AlertId,
    /// When that was made.
    pub begun: Wall,
    /// When it was settled; absent while it is on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Wall>,
    /// Whether the provider has taken it.
    pub ok: bool,
    /// Why not, in words; empty if all is well.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// When an alert went out there last, as far as it is of interest: it is worth more than a canary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Wall>,
}

impl Canary {
    /// One that has just been made.
    pub const fn new(provider: String, alert: AlertId, begun: Wall) -> Self {
        Self { provider, alert, begun, ended: None, ok: false, text: String::new(), delivered: None }
    }

    /// When the provider did not take the last one, if no alert has gone out there since.
    pub fn failed(&self) -> Option<Wall> {
        let ended = self.ended.filter(|_| !self.ok)?;
        self.delivered.is_none_or(|at| at < ended).then_some(ended)
    }
}
