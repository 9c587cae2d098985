//! What the dispatcher knows of one alert: who is still without it, who refused whom, and what an earlier run left.

use std::collections::BTreeSet;
use std::time::Duration;

use spool_format::{Address, AlertId, Folder, History, RecipientResult, Settlement, Severity, State, Wall};

use crate::pass::Pass;
use crate::time::Monotonic;

/// An alert that the agent has read.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Its id.
    pub id: AlertId,
    /// Where its file lies.
    pub folder: Folder,
    /// Its lane.
    pub severity: Severity,
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
    /// The provider that may have it already, since no reply to its last octets was ever read.
    pub uncertain_at: Option<String>,
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
            uncertain_at: history.uncertain_at().map(str::to_owned),
        }
    }
}

/// One recipient of an alert.
#[derive(Clone, Debug)]
struct Recipient {
    to: Address,
    settlement: Settlement,
    /// Places of the providers that refused it for good.
    refused_by: BTreeSet<usize>,
}

impl Recipient {
    const fn is_open(&self) -> bool {
        matches!(self.settlement, Settlement::Open | Settlement::Uncertain)
    }
}

/// What an attempt came to for one recipient, before it is known whether another provider can help.
#[derive(Debug)]
pub(crate) struct Judged {
    /// For the journal; `Open` may still become `Refused`.
    pub(crate) result: RecipientResult,
    /// Whether this provider need not be asked for the recipient again.
    pub(crate) refused_for_good: bool,
    /// What went wrong, for the reason of a death.
    pub(crate) trouble: Option<String>,
}

/// An alert that is not settled.
#[derive(Clone, Debug)]
pub(crate) struct Alert {
    pub(crate) folder: Folder,
    pub(crate) severity: Severity,
    pub(crate) ends: Monotonic,
    /// Size of its file.
    pub(crate) octets: u64,
    recipients: Vec<Recipient>,
    pub(crate) passes: u32,
    pub(crate) attempts: u32,
    /// The provider to ask first, since it may have the alert already.
    pub(crate) first: Option<usize>,
    /// Whether that provider has said nothing since.
    is_in_doubt: bool,
    pub(crate) pass: Option<Pass>,
    last_trouble: Option<String>,
}

impl Alert {
    /// Takes in an arrival and its past; `providers` are their names in order. What was told of a provider that the
    /// configuration no longer has is of no use.
    pub(crate) fn new(arrival: Arrival, ends: Monotonic, providers: &[&str]) -> Self {
        let place = |name: &str| providers.iter().position(|provider| *provider == name);
        let past = arrival.past;
        let mut recipients: Vec<Recipient> = Vec::with_capacity(arrival.recipients.len());
        for to in arrival.recipients {
            if recipients.iter().any(|other| other.to == to) {
                continue;
            }
            let settled = past.settled.iter().find(|(who, _)| *who == to);
            let refusals = past.refused_by.iter().filter(|(who, _)| *who == to);
            recipients.push(Recipient {
                settlement: settled.map_or(Settlement::Open, |(_, settlement)| *settlement),
                refused_by: refusals.filter_map(|(_, name)| place(name)).collect(),
                to,
            });
        }
        Self {
            folder: arrival.folder,
            severity: arrival.severity,
            ends,
            octets: arrival.octets,
            recipients,
            passes: past.passes,
            attempts: past.attempts,
            first: past.uncertain_at.as_deref().and_then(place),
            is_in_doubt: past.uncertain_at.as_deref().and_then(place).is_some(),
            pass: None,
            last_trouble: None,
        }
    }

    /// Recipients that this provider can still be asked for.
    pub(crate) fn open_for(&self, provider: usize) -> Vec<Address> {
        let skip_uncertain = self.pass.as_ref().is_some_and(|pass| pass.waits_for_certainty);
        self.recipients
            .iter()
            .filter(|recipient| recipient.is_open() && !recipient.refused_by.contains(&provider))
            .filter(|recipient| !(skip_uncertain && recipient.settlement == Settlement::Uncertain))
            .map(|recipient| recipient.to.clone())
            .collect()
    }

    /// The provider that has to be asked before any other one may be, since it may have the alert: a second copy is worth
    /// it to a critical alert alone.
    pub(crate) fn waits_for_word_of(&self) -> Option<usize> {
        self.first.filter(|_| self.is_in_doubt && self.severity != Severity::Critical)
    }

    /// Whether every recipient is settled.
    pub(crate) fn nobody_is_open(&self) -> bool {
        !self.recipients.iter().any(Recipient::is_open)
    }

    /// How it stands with one recipient.
    pub(crate) fn standing(&self, to: &Address) -> Settlement {
        let known = self.recipients.iter().find(|recipient| recipient.to == *to);
        known.map_or(Settlement::Open, |recipient| recipient.settlement)
    }

    pub(crate) fn settled_as(&self, settlement: Settlement) -> Vec<Address> {
        let as_asked = self.recipients.iter().filter(|recipient| recipient.settlement == settlement);
        as_asked.map(|recipient| recipient.to.clone()).collect()
    }

    /// Takes in what an attempt at one of `providers` providers came to, and gives the lines for the journal: who was
    /// refused for good by the last provider that was left is refused.
    pub(crate) fn settle(
        &mut self,
        provider: usize,
        providers: usize,
        judged: Vec<Judged>,
    ) -> Vec<RecipientResult> {
        let mut results = Vec::with_capacity(judged.len());
        for Judged { mut result, refused_for_good, trouble } in judged {
            if let Some(recipient) = self.recipients.iter_mut().find(|recipient| recipient.to == result.to) {
                if refused_for_good {
                    recipient.refused_by.insert(provider);
                    if recipient.refused_by.len() == providers {
                        result.result = Settlement::Refused;
                    }
                }
                recipient.settlement = result.result;
            }
            match result.result {
                // The one that may have it is asked first; only a critical alert risks a second copy meanwhile.
                Settlement::Uncertain => {
                    (self.first, self.is_in_doubt) = (Some(provider), true);
                    if let Some(pass) = &mut self.pass {
                        pass.waits_for_certainty |= self.severity != Severity::Critical;
                    }
                }
                Settlement::Delivered if self.first == Some(provider) => {
                    (self.first, self.is_in_doubt) = (None, false);
                }
                Settlement::Open | Settlement::Refused if self.first == Some(provider) => {
                    self.is_in_doubt = false;
                }
                Settlement::Delivered | Settlement::Open | Settlement::Refused => {}
            }
            if trouble.is_some() {
                self.last_trouble = trouble;
            }
            results.push(result);
        }
        results
    }

    /// Why nothing more will be tried, in words; `None` while something will.
    pub(crate) fn cause_of_death(&self, now: Monotonic) -> Option<String> {
        if self.recipients.is_empty() {
            return Some(
                "it names no recipient that can be used, and no default recipient is configured".to_owned(),
            );
        }
        let last = self
            .last_trouble
            .as_ref()
            .map_or_else(String::new, |trouble| format!("; last trouble: {trouble}"));
        if self.nobody_is_open() {
            return Some(format!("every provider refused every recipient for good{last}"));
        }
        if now < self.ends {
            return None;
        }
        let without: Vec<&str> = self
            .recipients
            .iter()
            .filter(|recipient| recipient.is_open())
            .map(|recipient| recipient.to.as_str())
            .collect();
        Some(format!("its life was over before {} had it{last}", without.join(", ")))
    }
}
