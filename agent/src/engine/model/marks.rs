//! Which interesting situations a run has come to. A simulator that reaches nothing proves nothing.

use std::collections::{BTreeMap, BTreeSet};

use smtp::{Outcome, RecipientOutcome, Trouble};
use spool_format::{AlertId, Cause, Event as Fact, Settlement};

use crate::spool::writer::{Batch, Deed};

/// What each long run has to come to at least once.
pub(super) const MUST: [&str; 47] = [
    "a kept connection used",
    "a kept connection was over",
    "taken back",
    "another beside a slow one",
    "the other one was faster",
    "doubt",
    "doubt resolved",
    "left out for trouble",
    "left out as silent",
    "left out for its refusals",
    "left out for its login",
    "used again",
    "put off without a counted pass",
    "an attempt without a network",
    "no network",
    "no name server",
    "the network is back, and says so",
    "one recipient refused, another has it",
    "dead",
    "a quota used up",
    "another order by a rule",
    "a drill",
    "a drill that failed",
    "an alert on the socket",
    "the same on the socket again",
    "kept, says the socket",
    "a file that is no alert",
    "set aside",
    "a notice",
    "a notice that it is over",
    "a full disk",
    "a user's quota of the disk used up",
    "a disk that became read-only",
    "a disk with errors",
    "a disk that cannot be read",
    "a sync that failed",
    "the clock set while it runs",
    "the end in the middle of a write",
    "killed",
    "a power cut",
    "stopped",
    "other settings",
    "a program asked",
    "a folder for mail asked",
    "a canary taken",
    "a canary lost",
    "no more canaries with one under way",
];

/// How often each situation was come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    pub(super) hits: BTreeMap<&'static str, u64>,
    beside: BTreeSet<(AlertId, u32)>,
    doubts: BTreeMap<AlertId, String>,
    passes: BTreeMap<AlertId, u32>,
}

impl Marks {
    pub(super) fn hit(&mut self, what: &'static str) {
        *self.hits.entry(what).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (what, times) in &other.hits {
            *self.hits.entry(what).or_default() += times;
        }
    }

    pub(super) fn end(&mut self, outcome: &Outcome) {
        for recipient in &outcome.recipients {
            if let RecipientOutcome::Failed(failure) = recipient
                && matches!(failure.trouble, Trouble::NoNetwork(_))
            {
                self.hit("an attempt without a network");
            }
        }
    }

    /// Reads them from what the journal is told.
    pub(super) fn note(&mut self, batch: &Batch) {
        for deed in &batch.deeds {
            if let Deed::SetAside { .. } = deed {
                self.hit("set aside");
            }
            let Deed::Line(fact) = deed else { continue };
            match fact {
                Fact::Attempt { id, attempt, beside: Some(_), .. } => {
                    self.beside.insert((*id, *attempt));
                    self.hit("another beside a slow one");
                }
                Fact::Outcome { id, attempt, provider, recipients, .. } => {
                    let some = |result| recipients.iter().any(|it| it.result == result);
                    if some(Settlement::Delivered) {
                        if self.beside.contains(&(*id, *attempt)) {
                            self.hit("the other one was faster");
                        }
                        if self.doubts.remove(id).is_some_and(|at| at == *provider) {
                            self.hit("doubt resolved");
                        }
                        if some(Settlement::Open) || some(Settlement::Refused) {
                            self.hit("one recipient refused, another has it");
                        }
                    }
                    if some(Settlement::Uncertain) {
                        self.doubts.insert(*id, provider.clone());
                        self.hit("doubt");
                    }
                }
                Fact::Provider { outage: Some(outage), .. } => self.hit(match outage.cause {
                    Cause::Trouble => "left out for trouble",
                    Cause::Silent => "left out as silent",
                    Cause::Refused => "left out for its refusals",
                    Cause::Login => "left out for its login",
                    Cause::Throttled => "left out since it is asked too much",
                    Cause::Exhausted => "left out for the day",
                }),
                Fact::Provider { outage: None, .. } => self.hit("used again"),
                Fact::Deferred { id, passes, .. }
                    if self.passes.insert(*id, *passes).unwrap_or(0) == *passes =>
                {
                    self.hit("put off without a counted pass");
                }
                Fact::Dead { .. } => self.hit("dead"),
                Fact::Canary(canary) if canary.ended.is_none() => self.hit("a canary"),
                Fact::Canary(canary) if canary.ok => self.hit("a canary taken"),
                Fact::Canary(_) => self.hit("a canary lost"),
                Fact::Notice(notice) => {
                    self.hit(if notice.open { "a notice" } else { "a notice that it is over" });
                }
                _ => {}
            }
        }
    }
}
