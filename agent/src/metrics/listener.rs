//! What is counted of a place at which alerts are taken from a network, and whether it does its work.
//!
//! Its numbers live as long as the meter: a place that the next settings name again goes on where it was, and one that they
//! do not name keeps its counters, which never go back.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::histogram::Histogram;
use crate::spool::status::Deaf;

/// Seconds from the last octet of an alert until it is durable: a sync of a good disk up to the patience with a bad one.
const KEEP_BOUNDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];

/// Who was told to send again has done so by then, and what came of that is known.
const REMEMBERED: Duration = Duration::from_hours(1);

/// Why somebody was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turned {
    /// Not from a network that may connect.
    Network,
    /// Too many connections at a time.
    Connections,
    /// Too many connections from one place at a time.
    Visitor,
    /// Too many alerts from one place within a minute.
    Rate,
    /// For nobody to whom alerts may go.
    Recipient,
    /// Without the token.
    Token,
    /// Not in the form that is taken there.
    Request,
    /// Larger than allowed.
    Size,
    /// Not in time.
    Slow,
    /// Too many octets of others at the same time.
    Memory,
    /// It could not be kept.
    Disk,
    /// Nothing can be made of it.
    Message,
}

impl Turned {
    /// All of them, in the order in which they come up.
    pub(super) const ALL: [Self; 12] = [
        Self::Network,
        Self::Connections,
        Self::Visitor,
        Self::Rate,
        Self::Recipient,
        Self::Token,
        Self::Request,
        Self::Size,
        Self::Slow,
        Self::Memory,
        Self::Disk,
        Self::Message,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Connections => "connections",
            Self::Visitor => "visitor",
            Self::Rate => "rate",
            Self::Recipient => "recipient",
            Self::Token => "token",
            Self::Request => "request",
            Self::Size => "size",
            Self::Slow => "slow",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Message => "message",
        }
    }
}

/// What is known of one place.
#[derive(Debug)]
pub(super) struct Tally {
    /// Whether the settings in force name it.
    pub(super) is_wanted: bool,
    /// Whether somebody listens there.
    pub(super) is_open: bool,
    /// Why nobody does.
    deaf: Option<String>,
    /// When an alert was not kept, and why, unless a later one was.
    lost: Option<(Instant, String)>,
    pub(super) connections: u64,
    pub(super) connected: u64,
    pub(super) turned: BTreeMap<Turned, u64>,
    pub(super) kept: u64,
    pub(super) octets: u64,
    pub(super) took: Histogram,
}

/// Counts at one place.
#[derive(Clone, Debug)]
pub struct Listener(Arc<Mutex<Tally>>);

impl Listener {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Tally {
            is_wanted: true,
            is_open: false,
            deaf: None,
            lost: None,
            connections: 0,
            connected: 0,
            turned: BTreeMap::new(),
            kept: 0,
            octets: 0,
            took: Histogram::new(KEEP_BOUNDS),
        })))
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_wanted(&self, wanted: bool) {
        let mut tally = self.tally();
        (tally.is_wanted, tally.is_open, tally.deaf) = (wanted, false, None);
    }

    /// Somebody listens there from now on.
    pub fn opened(&self) {
        self.tally().is_open = true;
    }

    /// Nobody does, for this reason.
    pub fn is_deaf(&self, why: &dyn fmt::Display) {
        self.tally().deaf = Some(why.to_string());
    }

    /// A connection was made.
    pub fn arrived(&self) {
        self.tally().connections += 1;
    }

    /// Somebody is served, for as long as the value lives.
    pub fn serves(&self) -> Served {
        self.tally().connected += 1;
        Served(self.clone())
    }

    /// Somebody was turned away.
    pub fn turned(&self, why: Turned) {
        self.turned_often(why, 1);
    }

    /// So often.
    pub fn turned_often(&self, why: Turned, times: u64) {
        if times > 0 {
            *self.tally().turned.entry(why).or_default() += times;
        }
    }

    /// An alert of so many octets is durable, so long after its last one came.
    pub fn kept(&self, octets: usize, took: Duration) {
        let mut tally = self.tally();
        tally.kept += 1;
        tally.octets += octets as u64;
        tally.took.take(took);
        tally.lost = None;
    }

    /// An alert could not be kept.
    pub fn lost(&self, now: Instant, why: &str) {
        self.turned(Turned::Disk);
        self.tally().lost = Some((now, why.to_owned()));
    }

    /// What is wrong there, if anything is: `kind` is what is spoken, `place` where.
    pub(super) fn trouble(&self, (kind, place): (&str, &str), now: Instant) -> Option<Deaf> {
        let tally = self.tally();
        let says = |listens, why: &String| Deaf {
            kind: kind.to_owned(),
            place: place.to_owned(),
            listens,
            why: why.clone(),
        };
        if !tally.is_wanted {
            return None;
        }
        let lost = tally.lost.as_ref().filter(|(at, _)| now.duration_since(*at) < REMEMBERED);
        tally.deaf.as_ref().map(|why| says(false, why)).or_else(|| lost.map(|(_, why)| says(true, why)))
    }
}

/// Somebody who is served.
#[derive(Debug)]
pub struct Served(Listener);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.tally().connected -= 1;
    }
}
