//! What the last drill of a provider has found: whether it could take an alert, without one.

use serde::{Deserialize, Serialize};

use crate::outage::Cause;
use crate::wall::Wall;

/// How a provider stands by its drills. Each line holds all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// Its name.
    pub provider: String,
    /// When the last drill began. Written before anything is said to the provider, so that a restart does not log in again.
    pub begun: Wall,
    /// What the last drill that came to an end has found; an older one while [`Drill::is_running`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<DrillResult>,
    /// When an alert went out there last, as far as it is of interest: it is worth more than a drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Wall>,
}

/// What a drill has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillResult {
    /// When it was over.
    pub ended: Wall,
    /// Whether the provider could take an alert.
    pub ok: bool,
    /// Whether there was a login. Who has just taken an alert is looked at without one.
    pub login: bool,
    /// Where in the session it ended: `quit` if all is well, else `connect`, `tls`, `auth` …
    pub phase: String,
    /// Why it ended there; empty if all is well.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What kind of trouble that is for an alert; absent if all is well, or if only the next one knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How many drills in a row have failed with this one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Version of TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// When the server's certificate ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_end: Option<Wall>,
    /// SHA-256 of the certificate's public key, as `pin_sha256` of the configuration has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What it offers (RFC 5321 section 4.1.1.1): keywords, and one `AUTH …` for each mechanism.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// The largest message in octets that it takes (RFC 1870).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What somebody should look at, one sentence each: why it failed, what it no longer offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<String>,
    /// What the drill before was offered and this one was not: keywords, one `AUTH …` for each mechanism, and `SIZE` if the
    /// largest message is smaller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What is otherwise than it was at the drill before, and is nothing bad by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
}

impl Drill {
    /// Whether the drill that began last has no end: it runs, or the agent died in it.
    pub fn is_running(&self) -> bool {
        self.result.as_ref().is_none_or(|result| result.ended < self.begun)
    }

    /// Why it could not take an alert, if the last drill says so and no alert has gone out there since.
    pub fn failure(&self) -> Option<&DrillResult> {
        let result = self.result.as_ref().filter(|result| !result.ok)?;
        self.delivered.is_none_or(|at| at < result.ended).then_some(result)
    }
}

impl DrillResult {
    /// Whether its trouble will not pass by itself, or has not from one drill to the next.
    pub fn is_lasting_trouble(&self) -> bool {
        !self.ok && (matches!(self.cause, Some(Cause::Refused | Cause::Login)) || self.failures > 1)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
