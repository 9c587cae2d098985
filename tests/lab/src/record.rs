//! What a server remembers, shared between its thread and its owner.
//!
//! Never grows without bound: a server that is full refuses mail for the time being, and a full transcript
//! stops growing.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Kind, Line, Mail, Personality};

/// Octets of mail that a server keeps.
const KEPT_OCTETS_MAX: usize = 512 * 1024 * 1024;
/// Counted for each mail on top of its octets, for the envelope.
const ENVELOPE_OCTETS: usize = 512;
/// Lines that a transcript can have.
const TRANSCRIPT_LINES_MAX: usize = 1_000_000;
/// Proofs that are kept, each at most a line.
const PROOFS_MAX: usize = 1000;

/// The memory of one server.
pub(crate) struct Record {
    seen: Mutex<Seen>,
    changed: Condvar,
}

pub(crate) struct Seen {
    personality: Arc<Personality>,
    /// Connections since the personality was taken on.
    visits: usize,
    pub(crate) connections: usize,
    pub(crate) open: usize,
    /// Those that are open and were not turned away.
    served: usize,
    /// Connections that were turned away.
    pub(crate) turned_away: usize,
    /// The most that were open at a time.
    pub(crate) most_open: usize,
    pub(crate) mails: Vec<Mail>,
    kept_octets: usize,
    pub(crate) transcript: Vec<Line>,
    /// What clients said in AUTH to prove who they are.
    pub(crate) proofs: Vec<String>,
}

impl Record {
    pub(crate) fn new(personality: Personality) -> Self {
        Self {
            seen: Mutex::new(Seen {
                personality: Arc::new(personality),
                visits: 0,
                connections: 0,
                open: 0,
                served: 0,
                turned_away: 0,
                most_open: 0,
                mails: Vec::new(),
                kept_octets: 0,
                transcript: Vec::new(),
                proofs: Vec::new(),
            }),
            changed: Condvar::new(),
        }
    }

    /// What was seen so far. Nobody panics while holding it, so that a poisoned lock means nothing.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the condition holds; says whether it does.
    pub(crate) fn wait_for(&self, timeout: Duration, condition: impl Fn(&Seen) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.seen(), timeout, |seen| !condition(seen));
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        condition(&seen)
    }

    pub(crate) fn replace(&self, personality: Personality) {
        let mut seen = self.seen();
        seen.personality = Arc::new(personality);
        seen.visits = 0;
    }

    /// Notes a new connection.
    pub(crate) fn arrive(self: &Arc<Self>) -> Visit {
        let mut seen = self.seen();
        seen.connections += 1;
        seen.visits += 1;
        seen.open += 1;
        seen.most_open = seen.most_open.max(seen.open);
        let is_served = seen.served < seen.personality.connections_max;
        seen.served += usize::from(is_served);
        seen.turned_away += usize::from(!is_served);
        let visit = Visit {
            is_served,
            number: seen.connections,
            faulty: seen.personality.faulty_connections.is_none_or(|first| seen.visits <= first),
            personality: Arc::clone(&seen.personality),
            record: Arc::clone(self),
        };
        drop(seen);
        self.changed.notify_all();
        visit
    }
}

/// One connection, as long as it is open.
pub(crate) struct Visit {
    /// The first one is 1.
    pub(crate) number: usize,
    /// Whether there was room for it.
    pub(crate) is_served: bool,
    /// Whether the script applies.
    pub(crate) faulty: bool,
    pub(crate) personality: Arc<Personality>,
    record: Arc<Record>,
}

impl Visit {
    pub(crate) fn note(&self, tls: bool, kind: Kind, text: String) {
        let mut seen = self.record.seen();
        if seen.transcript.len() < TRANSCRIPT_LINES_MAX {
            seen.transcript.push(Line { connection: self.number, tls, kind, text });
        }
    }

    /// Whether a mail of this many octets can still be kept.
    pub(crate) fn has_room(&self, octets: usize) -> bool {
        self.record.seen().kept_octets.saturating_add(octets) <= KEPT_OCTETS_MAX
    }

    pub(crate) fn keep_proof(&self, proof: &str) {
        let mut seen = self.record.seen();
        if seen.proofs.len() < PROOFS_MAX {
            seen.proofs.push(proof.to_owned());
        }
    }

    /// Keeps a mail; done before its reply goes out, so that whoever got the reply finds the mail.
    pub(crate) fn keep(&self, mail: Mail) {
        let mut seen = self.record.seen();
        seen.kept_octets = seen.kept_octets.saturating_add(mail.octets.len() + ENVELOPE_OCTETS);
        seen.mails.push(mail);
        drop(seen);
        self.record.changed.notify_all();
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut seen = self.record.seen();
        seen.open -= 1;
        seen.served -= usize::from(self.is_served);
        drop(seen);
        self.record.changed.notify_all();
    }
}
