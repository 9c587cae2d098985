//! What was seen at both ends, and what has to be true of it.

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::AttemptId;
use smtp::{Gate, Outcome, RecipientOutcome};
use tokio::time::Instant;

use super::manners::{Act, Stage};
use crate::submit::Limits;

/// Timers go by milliseconds.
pub(super) const SLACK: Duration = Duration::from_millis(2);

/// What is known of an attempt: first what the engine knows, then what the servers know.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) provider: usize,
    /// Octets of its message as they are sent.
    pub(super) octets: usize,
    /// Octets that are under way to its provider at most.
    pub(super) pipe: usize,
    pub(super) began: Instant,
    /// A server has heard of it.
    pub(super) is_heard: bool,
    /// For all of it, without the engine's own time.
    pub(super) within: Duration,
    pub(super) leave: Option<Gate>,
    pub(super) withdrawn: Option<Instant>,
    /// Since when it waits for a word at a gate.
    pub(super) asks_since: Option<Instant>,
    /// How long it has waited for words.
    pub(super) waited: Duration,
    pub(super) end: Option<(Instant, Outcome)>,
    /// For each recipient.
    pub(super) truths: Vec<Truth>,
    /// Octets of its message that a server had not read when it left, at the least.
    pub(super) unread: Option<usize>,
    /// Since when a server does not read it.
    pub(super) stalls_since: Option<Instant>,
}

/// What a server knows of one recipient.
#[derive(Clone, Debug, Default)]
pub(super) struct Truth {
    /// It has read the whole message, with its end.
    pub(super) is_whole: bool,
    /// Copies in the mailbox.
    pub(super) kept: usize,
    /// The code of its last word, if it has said it whole.
    pub(super) reply: Option<u16>,
    /// It said its last word in the moment in which the client's patience was over.
    pub(super) is_close: bool,
}

/// Where everybody writes what he sees.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) limits: Limits,
    pub(super) attempts: BTreeMap<AttemptId, Known>,
    pub(super) marks: BTreeMap<String, u64>,
    /// Connections on which a server is.
    pub(super) open: usize,
    connections: u64,
    /// The carrier is gone, with all that it had in hand.
    pub(super) is_cut: bool,
    /// When an attempt was last taken back, or a drill ended.
    pub(super) given_up: Option<Instant>,
    pub(super) drills: usize,
    violation: Option<String>,
    start: Instant,
    tells: bool,
    /// What happened, for comparison.
    pub(super) steps: Vec<String>,
}

impl Book {
    pub(super) fn new(limits: Limits, tells: bool) -> Self {
        Self {
            limits,
            attempts: BTreeMap::new(),
            marks: BTreeMap::new(),
            open: 0,
            connections: 0,
            is_cut: false,
            given_up: None,
            drills: 0,
            violation: None,
            start: Instant::now(),
            tells,
            steps: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, what: &str) {
        let line = format!("{:12.3} s  {what}", self.start.elapsed().as_secs_f64());
        if self.tells {
            eprintln!("{line}");
        }
        self.steps.push(line);
    }

    pub(super) fn mark(&mut self, what: &str) {
        *self.marks.entry(what.to_owned()).or_default() += 1;
    }

    pub(super) fn acts(&mut self, connection: u64, stage: Stage, act: Act) {
        self.mark(&format!("{stage:?}: {act:?}"));
        if act != Act::Answer {
            self.tell(&format!("connection {connection}: at {stage:?} {act:?}"));
        }
    }

    /// Notes the first thing that must not be.
    pub(super) fn violates(&mut self, what: &str) {
        self.tell(&format!("WRONG: {what}"));
        self.violation.get_or_insert_with(|| what.to_owned());
    }

    /// Ends the history if something was seen that must not be.
    pub(super) fn assert(&self) {
        if let Some(violation) = &self.violation {
            panic!("{violation}");
        }
    }

    pub(super) fn opens(&mut self, provider: usize, port: u16) -> u64 {
        self.open += 1;
        self.connections += 1;
        self.tell(&format!("connection {} to provider {provider}, port {port}", self.connections));
        self.connections
    }

    /// Whether a client that leaves now may have a reason that a server cannot know.
    pub(super) fn may_leave(&self) -> bool {
        self.is_cut || self.drills > 0 || self.given_up == Some(Instant::now())
    }

    /// A server hears the first command of a transaction.
    pub(super) fn hears_mail(
        &mut self,
        connection: u64,
        id: AttemptId,
        in_one_flight: bool,
        pipelines: bool,
    ) {
        let now = Instant::now();
        let Some(known) = self.attempts.get_mut(&id) else {
            return self.violates(&format!("connection {connection}: MAIL of nobody, {id:?}"));
        };
        known.is_heard = true;
        let late = |at: Option<Instant>| at.is_some_and(|at| at < now);
        let (leave, is_late) = (known.leave, late(known.end.as_ref().map(|(at, _)| *at)));
        let is_withdrawn = leave < Some(Gate::FinalDot) && late(known.withdrawn);
        let needed = match (in_one_flight, pipelines) {
            (true, _) => Some(Gate::FinalDot),
            (false, true) => Some(Gate::Data),
            (false, false) => None,
        };
        if is_late || is_withdrawn {
            self.violates(&format!("{id:?} goes on after its end"));
        } else if leave < needed {
            self.violates(&format!("{id:?} sends its envelope with {leave:?}, and needs {needed:?}"));
        }
    }

    /// A server hears what an attempt may not say without leave.
    pub(super) fn passes(&mut self, id: AttemptId, gate: Gate) {
        let leave = self.attempts.get(&id).and_then(|known| known.leave);
        if leave < Some(gate) {
            self.violates(&format!("{id:?} passes {gate:?} with {leave:?}"));
        }
    }

    /// One attempt comes after another on the same connection.
    pub(super) fn follows(&mut self, connection: u64, id: AttemptId, last: AttemptId) {
        let (Some(known), Some(before)) = (self.attempts.get(&id), self.attempts.get(&last)) else { return };
        let wrong = match &before.end {
            None => Some(format!("connection {connection} is shared by {last:?} and {id:?}")),
            Some((end, _)) => {
                // Others may have had it in between and have been taken back before they said a word.
                let silent =
                    self.attempts.values().filter(|it| it.provider == known.provider && !it.is_heard);
                let ends = silent.filter_map(|it| Some(it.end.as_ref()?.0)).filter(|at| *at <= known.began);
                let rest = known.began.duration_since(ends.fold(*end, Instant::max));
                (rest > self.limits.keep).then(|| format!("connection {connection} was kept for {rest:?}"))
            }
        };
        if let Some(what) = wrong {
            self.violates(&what);
        }
        self.mark("a kept connection is used");
    }

    /// The client left a connection on which nothing is owed.
    pub(super) fn is_idle_left(&mut self, connection: u64, provider: usize) {
        self.tell(&format!("connection {connection}: it is alone, without work"));
        let lately = |known: &Known| {
            known.end.as_ref().is_none_or(|(end, _)| end.elapsed() <= self.limits.keep + SLACK)
        };
        let mut here = self.attempts.values().filter(|known| known.provider == provider);
        if !here.any(lately) && !self.may_leave() {
            self.violates(&format!("connection {connection} was kept for too long"));
        }
    }

    /// A server does not read a message any more.
    pub(super) fn stalls(&mut self, id: AttemptId) {
        self.mark("a server that stops reading");
        let now = Instant::now();
        self.attempts.entry(id).and_modify(|known| known.stalls_since = Some(now));
    }

    /// A server leaves, and so many octets were there that it has not looked at.
    pub(super) fn loses(&mut self, id: AttemptId, octets: usize) {
        if let Some(known) = self.attempts.get_mut(&id).filter(|known| known.leave == Some(Gate::FinalDot)) {
            known.unread = Some(known.octets.saturating_sub(octets));
        }
    }

    pub(super) fn truths(&mut self, id: AttemptId) -> &mut [Truth] {
        &mut self.attempts.get_mut(&id).expect("it was heard of").truths
    }

    /// The client left while it was owed an answer.
    pub(super) fn gave_up(&mut self, connection: u64, stage: Stage, since: Instant, may_leave: bool) {
        let (limit, took) = (stage.limit(&self.limits), since.elapsed());
        self.tell(&format!("connection {connection}: it is alone at {stage:?}, after {took:?}"));
        if took > limit + SLACK {
            self.violates(&format!(
                "{took:?} were waited for an answer at {stage:?}, and the limit is {limit:?}"
            ));
        } else if took + SLACK < limit && stage != Stage::Quit && !may_leave && !self.may_leave() {
            self.violates(&format!("an answer at {stage:?} was waited for only {took:?} of {limit:?}"));
        }
    }

    pub(super) fn ends(&mut self, id: AttemptId, outcome: Outcome) {
        self.tell(&format!("{id:?} ended: {}", in_words(&outcome)));
        let (is_cut, reply) = (self.is_cut, self.limits.reply);
        let Some(known) = self.attempts.get_mut(&id) else {
            return self.violates(&format!("{id:?} ended, and never began"));
        };
        let took = known.began.elapsed().saturating_sub(known.waited);
        let withdrawn = known.withdrawn.filter(|_| known.leave < Some(Gate::FinalDot));
        let after = withdrawn.map_or(Duration::ZERO, |at| at.elapsed());
        let stalled = known.stalls_since.map_or(Duration::ZERO, |since| since.elapsed());
        let within = known.within;
        let is_second = known.end.replace((Instant::now(), outcome)).is_some();
        if is_second {
            self.violates(&format!("{id:?} ended twice"));
        } else if took > within {
            self.violates(&format!("{id:?} took {took:?}, and its limits add up to {within:?}"));
        } else if after > SLACK {
            self.violates(&format!("{id:?} went on for {after:?} after it was taken back"));
        } else if stalled > reply + SLACK && !is_cut {
            self.violates(&format!("{id:?} was written for {stalled:?}, and nobody read"));
        }
    }

    /// Compares what the engine was told with what the servers know.
    pub(super) fn judge(&mut self) {
        let mut wrong = Vec::new();
        let mut marks = Vec::new();
        for (id, known) in &self.attempts {
            // A task that dies says so, and ought not to.
            let has_died = known.end.as_ref().is_some_and(|(_, outcome)| in_words(outcome).contains("task"));
            if has_died && !self.is_cut {
                wrong.push(format!("the task of {id:?} died"));
            }
            let Some((_, outcome)) = &known.end else {
                wrong.push(format!("{id:?} has no end"));
                continue;
            };
            if outcome.recipients.len() != known.truths.len() {
                wrong.push(format!("{id:?} has another number of recipients"));
            }
            for (place, (told, truth)) in outcome.recipients.iter().zip(&known.truths).enumerate() {
                let class = truth.reply.map(|code| code / 100);
                let is_unsure = self.is_cut || truth.is_close;
                let (word, is_true) = match told {
                    RecipientOutcome::Delivered(_) => ("delivered", class == Some(2) && truth.kept == 1),
                    RecipientOutcome::Failed(_) => {
                        let is_in_doubt = truth.is_whole && !matches!(class, Some(4 | 5));
                        ("failed", truth.kept == 0 && (!is_in_doubt || truth.is_close))
                    }
                    RecipientOutcome::Uncertain(_) => {
                        let was_written =
                            truth.is_whole || known.unread.is_some_and(|octets| octets <= known.pipe);
                        let is_open = !matches!(class, Some(2 | 4 | 5));
                        ("uncertain", is_unsure || (was_written && is_open))
                    }
                    RecipientOutcome::Taken { .. } => ("taken by a program", false),
                };
                marks.push(word);
                if truth.kept > 0 && (known.leave < Some(Gate::FinalDot) || truth.kept > 1) {
                    wrong.push(format!("{id:?} has {} copies with leave for {:?}", truth.kept, known.leave));
                }
                if !is_true {
                    let unread = known.unread;
                    wrong.push(format!(
                        "{id:?}, recipient {place}: {told:?}; in truth {truth:?}, {unread:?} unread"
                    ));
                }
            }
        }
        for mark in marks {
            self.mark(mark);
        }
        for what in wrong {
            self.violates(&what);
        }
    }
}

fn in_words(outcome: &Outcome) -> String {
    let words = |recipient: &RecipientOutcome| match recipient {
        RecipientOutcome::Delivered(reply) => format!("delivered ({reply})"),
        RecipientOutcome::Taken { text, .. } => format!("taken ({text})"),
        RecipientOutcome::Failed(failure) => format!("failed {failure}"),
        RecipientOutcome::Uncertain(failure) => format!("uncertain {failure}"),
    };
    outcome.recipients.iter().map(words).collect::<Vec<_>>().join("; ")
}
