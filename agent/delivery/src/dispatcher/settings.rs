//! What the dispatcher is told once: providers in their order, rules, pauses.

use std::time::Duration;

use spool_format::Severity;

use crate::quota::Quota;
use crate::rates::Rate;
use crate::retry::RetryPlan;
use crate::routing::Rule;
use crate::verdict::Phrases;

/// One provider, as far as the dispatcher needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name in the configuration and the journal.
    pub name: String,
    /// How many attempts may run there at the same time; at least 1.
    pub connections: usize,
    /// How much it is given.
    pub quota: Quota,
    /// How long it may take to be ready for a message.
    pub hedge_after: HedgeAfter,
    /// What it is known to mean by its replies.
    pub phrases: Phrases,
}

/// How long a provider may take to be ready for a message before the next one starts beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeAfter {
    /// For critical alerts.
    pub critical: Duration,
    /// For all others.
    pub others: Duration,
}

impl HedgeAfter {
    pub(super) const fn of(self, severity: Severity) -> Duration {
        match severity {
            Severity::Critical => self.critical,
            Severity::Warning | Severity::Info => self.others,
        }
    }
}

/// What the dispatcher is told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// In order of preference; at least one.
    pub providers: Vec<Provider>,
    /// Who may be asked for which recipients; the first rule that fits counts.
    pub routing: Vec<Rule>,
    /// How much recipients are given; the first one that fits counts.
    pub rates: Vec<Rate>,
    /// Pauses and life times.
    pub retry: RetryPlan,
}
