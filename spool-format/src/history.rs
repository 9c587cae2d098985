//! What the journal's entries make of one alert: its recipients, its attempts, what comes next.
//!
//! The same reading serves the agent at its start and the commands that show a spool to people, so that both always
//! say the same. The agent keeps the sums alone; people see each attempt: [`Detail`].

use crate::address::Address;
use crate::alert::{Attachment, Severity};
use crate::entry::Entry;
use crate::event::{Event, RecipientResult, Settlement};
use crate::snapshot::UnderWay;
use crate::state::State;
use crate::wall::Wall;

/// How much is kept of what is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Every attempt with every reply, for people.
    #[default]
    Full,
    /// What the next attempt depends on: small, for a hundred thousand alerts.
    Brief,
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
    /// How the mail differed from what the alert asked for.
    pub notes: Vec<String>,
    /// The alert's whole text, where the mail did not hold all of it.
    pub text: Option<String>,
    /// Attachments that the mail did not hold.
    pub files: Vec<Attachment>,
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

/// Everything that the journal knows of one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Where it stands.
    pub state: State,
    /// Owner of the file; `None` until the journal says so.
    pub uid: Option<u32>,
    /// Size of the file; 0 until the journal says so.
    pub octets: u64,
    /// Lane.
    pub severity: Severity,
    /// Thread.
    pub key: Option<String>,
    /// Subject as given.
    pub subject: String,
    /// When the event happened, as far as the alert says.
    pub created: Option<Wall>,
    /// Seconds after which nobody wants it any more, if the alert says so.
    pub ttl: Option<u64>,
    /// Message-ID of its mails, with brackets.
    pub message_id: Option<String>,
    /// Whether it is the agent's own, with a word about its own condition.
    pub is_notice: bool,
    /// The provider whose canary mail it is, if it is one.
    pub canary: Option<String>,
    /// Names that led to nobody.
    pub unusable: Vec<String>,
    /// How it stands with each recipient, in the order in which they were named.
    pub recipients: Vec<(Address, Settlement)>,
    /// Who was refused for good, and by the provider of which name.
    pub refused_by: Vec<(Address, String)>,
    /// Number of the last attempt; 0 before the first.
    pub last_attempt: u32,
    /// Attempts without an end.
    pub under_way: Vec<UnderWay>,
    /// Whose last reply to a final dot was lost, and by the provider of which name.
    pub uncertain: Vec<(Address, String)>,
    /// All attempts, oldest first; empty in [`Detail::Brief`].
    pub attempts: Vec<AttemptRecord>,
    /// Passes over the providers that ended with somebody still open.
    pub passes: u32,
    /// What it waits for, where that is not another try.
    pub waits_for: Option<String>,
    /// Why it is dead, in words.
    pub dead_reason: Option<String>,
    /// When a person took it out of the dead letters, the last time.
    pub requeued: Option<Wall>,
    /// Whether a person changed who is to have it.
    pub is_edited: bool,
    /// What people did with it, oldest first; empty in [`Detail::Brief`].
    pub acts: Vec<(Wall, Event)>,
    /// When the journal last said something of it.
    pub last: Wall,
    /// Entries that did not fit.
    pub misfits: u32,
}

impl History {
    /// Of an alert of which the journal says nothing before this moment.
    pub const fn new(at: Wall) -> Self {
        Self {
            state: State::Ready,
            uid: None,
            octets: 0,
            severity: Severity::Warning,
            key: None,
            subject: String::new(),
            created: None,
            ttl: None,
            message_id: None,
            is_notice: false,
            canary: None,
            unusable: Vec::new(),
            recipients: Vec::new(),
            refused_by: Vec::new(),
            last_attempt: 0,
            under_way: Vec::new(),
            uncertain: Vec::new(),
            attempts: Vec::new(),
            passes: 0,
            waits_for: None,
            dead_reason: None,
            requeued: None,
            is_edited: false,
            acts: Vec::new(),
            last: at,
            misfits: 0,
        }
    }

    /// Takes in one entry about this alert.
    pub fn take(&mut self, entry: Entry, detail: Detail) {
        let Entry { at, event } = entry;
        self.last = at;
        if let Event::Alive(snapshot) = &event {
            // Who has read how it began knows more than the snapshot says. Where a reading begins in the middle, since the
            // beginning of a day was lost with the power or is kept no longer, a few lines about it may come before.
            if self.uid.is_none() {
                self.restore(snapshot);
            }
            return;
        }
        let Some(state) = self.state.after(&event) else {
            self.misfits += 1;
            return;
        };
        self.state = state;
        if detail == Detail::Full && event.by().is_some() {
            self.acts.push((at, event.clone()));
        }
        match event {
            Event::Accepted { .. } => self.accepted(event),
            Event::Attempt { attempt, provider, recipients, beside, .. } => {
                self.began(at, (attempt, beside), (provider, recipients), detail);
            }
            Event::DotSent { attempt, notes, text, files, .. } => {
                self.reached_the_dot(at, attempt, (notes, text, files));
            }
            Event::Outcome { attempt, provider, took_ms, recipients, .. } => {
                self.ended(attempt, &provider, took_ms, recipients);
            }
            Event::Deferred { passes, why, .. } => {
                self.passes = passes;
                self.waits_for = why;
            }
            Event::Sent { delivered, refused, .. } => {
                self.settle_all(&delivered, Settlement::Delivered);
                self.settle_all(&refused, Settlement::Refused);
            }
            Event::Dead { reason, .. } => self.dead_reason = Some(reason),
            Event::Edited { removed, added, .. } => self.edited(&removed, added),
            Event::Requeued { .. } => self.goes_again(at),
            Event::Held { .. }
            | Event::Released { .. }
            | Event::Retry { .. }
            | Event::Purged { .. }
            | Event::Started { .. }
            | Event::Stopped
            | Event::Provider { .. }
            | Event::Drill(_)
            | Event::Canary(_)
            | Event::Notice(_)
            | Event::Alive(_)
            | Event::Checkpoint { .. }
            | Event::Corrupt { .. } => {}
        }
    }

    fn accepted(&mut self, event: Event) {
        let Event::Accepted {
            uid,
            octets,
            recipients,
            unusable,
            severity,
            key,
            subject,
            created,
            ttl,
            message_id,
            notice,
            canary,
            ..
        } = event
        else {
            return;
        };
        (self.uid, self.octets, self.severity) = (Some(uid), octets, severity);
        (self.created, self.ttl, self.is_notice) = (created, ttl, notice);
        (self.key, self.canary, self.subject, self.unusable) = (key, canary, subject, unusable);
        if self.message_id.is_none() {
            self.message_id = message_id;
        }
        self.recipients.reserve_exact(recipients.len());
        self.add(recipients);
    }

    fn edited(&mut self, removed: &[Address], added: Vec<Address>) {
        self.is_edited = true;
        self.recipients
            .retain(|(to, settlement)| *settlement == Settlement::Delivered || !removed.contains(to));
        self.uncertain.retain(|(to, _)| !removed.contains(to));
        self.add(added);
    }

    /// Who is named twice is to have it once.
    fn add(&mut self, recipients: Vec<Address>) {
        for to in recipients {
            if self.settlement_of(&to).is_none() {
                self.recipients.push((to, Settlement::Open));
            }
        }
    }

    /// As if it had just come, for those who do not have it.
    pub fn goes_again(&mut self, at: Wall) {
        self.requeued = Some(at);
        self.passes = 0;
        self.dead_reason = None;
        self.refused_by.clear();
        for (_, settlement) in &mut self.recipients {
            if *settlement == Settlement::Refused {
                *settlement = Settlement::Open;
            }
        }
    }

    fn began(
        &mut self,
        at: Wall,
        (number, beside): (u32, Option<u32>),
        (provider, recipients): (String, Vec<Address>),
        detail: Detail,
    ) {
        self.last_attempt = self.last_attempt.max(number);
        self.waits_for = None;
        self.uncertain.retain(|(to, _)| !recipients.contains(to));
        // An earlier one without an end was cut off, and this one follows from that; unless it runs beside it.
        if beside.is_none() {
            self.under_way.clear();
        }
        self.under_way.retain(|attempt| attempt.number != number);
        // A line that was repeated after a failed sync tells nothing new.
        let is_known = self.attempts.last().is_some_and(|last| last.number >= number);
        if detail == Detail::Full && !is_known {
            self.attempts.push(AttemptRecord {
                number,
                provider: provider.clone(),
                at,
                dot_sent: None,
                notes: Vec::new(),
                text: None,
                files: Vec::new(),
                ended: None,
            });
        }
        self.under_way.push(UnderWay { number, provider, recipients, dot_sent: false });
    }

    fn reached_the_dot(
        &mut self,
        at: Wall,
        number: u32,
        (notes, text, files): (Vec<String>, Option<String>, Vec<Attachment>),
    ) {
        if let Some(attempt) = self.under_way.iter_mut().find(|attempt| attempt.number == number) {
            attempt.dot_sent = true;
        }
        if let Some(record) = self.attempt_mut(number) {
            record.dot_sent = Some(at);
            (record.notes, record.text, record.files) = (notes, text, files);
        }
    }

    fn ended(&mut self, number: u32, provider: &str, took_ms: u64, results: Vec<RecipientResult>) {
        self.under_way.retain(|attempt| attempt.number != number);
        // Of a hundred thousand alerts that wait, each would keep the room.
        self.under_way.shrink_to_fit();
        for result in &results {
            self.uncertain.retain(|(to, _)| *to != result.to);
            if result.result == Settlement::Uncertain {
                self.uncertain.push((result.to.clone(), provider.to_owned()));
            }
            self.settle(&result.to, result.result);
            if result.is_refusal_for_good() {
                self.refused_by.push((result.to.clone(), provider.to_owned()));
            }
        }
        if let Some(record) = self.attempt_mut(number) {
            record.ended = Some(Ended { took_ms, recipients: results });
        }
    }

    fn settle_all(&mut self, who: &[Address], settlement: Settlement) {
        for to in who {
            self.settle(to, settlement);
        }
    }

    fn settle(&mut self, to: &Address, settlement: Settlement) {
        match self.recipients.iter_mut().find(|(known, _)| known == to) {
            Some((_, stands)) => *stands = settlement,
            None => self.recipients.push((to.clone(), settlement)),
        }
    }

    fn attempt_mut(&mut self, number: u32) -> Option<&mut AttemptRecord> {
        self.attempts.iter_mut().rev().find(|record| record.number == number)
    }

    /// How it stands with one recipient; `None` if the alert is not for it.
    pub fn settlement_of(&self, to: &Address) -> Option<Settlement> {
        self.recipients.iter().find(|(known, _)| known == to).map(|(_, settlement)| *settlement)
    }

    /// Whose message a provider, by its name, may have though no reply ever said so.
    pub fn uncertain_at(&self) -> Vec<(Address, String)> {
        let cut_off = self.under_way.iter().filter(|attempt| attempt.dot_sent);
        let of = |attempt: &UnderWay| self.asked_in(attempt);
        cut_off.flat_map(of).chain(self.uncertain.iter().cloned()).collect()
    }

    /// For whom an attempt without an end was, each with the name of its provider. A journal that does not say so means
    /// everybody.
    pub fn asked_in(&self, attempt: &UnderWay) -> Vec<(Address, String)> {
        let with_provider = |to: &Address| (to.clone(), attempt.provider.clone());
        if attempt.recipients.is_empty() {
            return self.recipients.iter().map(|(to, _)| with_provider(to)).collect();
        }
        attempt.recipients.iter().map(with_provider).collect()
    }
}
