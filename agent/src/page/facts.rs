//! What the page shows, as values. Everything in it is bounded but the words of strangers, which the page cuts.

use std::time::Duration;

use spool_format::{Canary, Drill, Notice, Outage, Wall};

use super::day::Day;
use crate::spool::view::Item;

/// Alerts that wait or are dead, and are shown: the most urgent ones.
pub(super) const QUEUE_MAX: usize = 50;
/// Alerts that came last, and are shown, whatever became of them.
pub(super) const RECENT_MAX: usize = 30;
/// Files that are no alerts, and are named.
pub(super) const CORRUPT_MAX: usize = 10;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Facts {
    /// When it was read.
    pub at: Wall,
    /// The zone in which people here read the time, in minutes east of UTC.
    pub offset_minutes: i32,
    /// What the machine calls itself.
    pub host: String,
    /// Whether an agent is at work.
    pub running: bool,
    /// How many alerts stand how.
    pub counts: Counts,
    /// What the disk does not do at present.
    pub troubles: Vec<String>,
    /// What people were told of the agent's own condition, and what lasts.
    pub notices: Vec<Notice>,
    /// In the order in which they are tried.
    pub providers: Vec<Provider>,
    /// What waits, the most urgent first, then what is dead; at most `QUEUE_MAX`.
    pub queue: Vec<Item>,
    /// The newest alerts, the newest first; at most `RECENT_MAX`.
    pub recent: Vec<Item>,
    /// Names of files that are no alerts; at most `CORRUPT_MAX`.
    pub corrupt: Vec<String>,
    /// The last 24 hours.
    pub day: Day,
    /// Lines of the journal that are damaged.
    pub broken_lines: usize,
    /// Whether alerts that no agent has met yet are missing here: whoever reads cannot list `incoming/`.
    pub incoming_is_hidden: bool,
}

/// How many alerts stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nobody was tried yet.
    pub incoming: usize,
    /// A provider is being tried.
    pub trying: usize,
    /// Wait for their next attempt.
    pub deferred: usize,
    /// Stopped by a person.
    pub held: usize,
    /// Dead letters that are kept.
    pub dead: usize,
    /// Files that are no alerts.
    pub corrupt: usize,
    /// How long the oldest of those that wait has waited.
    pub oldest: Option<Duration>,
}

impl Counts {
    /// Those with which something still has to happen.
    pub const fn waiting(&self) -> usize {
        self.incoming + self.trying + self.deferred + self.held
    }
}

/// One provider.
#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// Since when, until when and why it is left out.
    pub outage: Option<Outage>,
    /// What its last drill has found.
    pub drill: Option<Drill>,
    /// What became of its last canary mail.
    pub canary: Option<Canary>,
    /// What has gone out of each of its quotas.
    pub quota: Vec<Share>,
}

/// How much of a quota is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Whether recipients are counted, or else messages.
    pub of_recipients: bool,
    /// Whether it is of a day, or else of a minute.
    pub of_a_day: bool,
    /// What has gone out in that time.
    pub used: u64,
    /// The limit.
    pub most: u64,
}
