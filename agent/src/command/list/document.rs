//! What `alertmail list` says to machines.

use spool_format::{AlertId, Notice, Severity, Wall};

use super::{Args, choose, why};
use crate::notice::Tongue;
use crate::spool::view::{CorruptFile, Item, Standing, View};

/// For machines: one file that was set aside, as `list --jsonl` prints it.
#[derive(Debug, serde::Serialize)]
pub(super) struct SetAside<'f> {
    pub(super) state: &'static str,
    #[serde(flatten)]
    pub(super) file: &'f CorruptFile,
}

/// For machines: what `list --json` prints.
#[derive(Debug, serde::Serialize)]
pub(in super::super) struct Listing {
    /// When this was true.
    at: Wall,
    /// The alerts, the most urgent first.
    alerts: Vec<Listed>,
    /// Files that are no alerts, with `name` and `reason`.
    corrupt: Vec<CorruptFile>,
    /// What people were told of the agent's own condition and still lasts, as the journal has it.
    notices: Vec<Notice>,
    /// Damaged lines of the journal, as `FILE:LINE`.
    broken_lines: Vec<String>,
    /// Whether alerts that no agent has met yet are missing here, since whoever asks cannot list `incoming/`.
    incoming_is_hidden: bool,
}

/// One alert in [`Listing`].
#[derive(Debug, serde::Serialize)]
pub(in super::super) struct Listed {
    /// Its id.
    id: AlertId,
    /// `incoming`, `trying`, `deferred`, `held`, `sent`, `dead` or `gone`.
    state: &'static str,
    /// `critical`, `warning` or `info`.
    severity: Severity,
    /// As given.
    subject: String,
    /// Its thread, or null.
    key: Option<String>,
    /// When it was made.
    born: Wall,
    /// Seconds since then.
    age_s: u64,
    /// When it is tried again, or null.
    next: Option<Wall>,
    /// Each with `to` and `result`: `delivered`, `open`, `refused` or `uncertain`.
    recipients: Vec<ListedRecipient>,
    /// Attempts so far.
    attempts: usize,
    /// Passes that left somebody without it.
    passes: u32,
    /// Whether a provider may have it though no reply said so.
    uncertain: bool,
    /// Why it is where it is, in words.
    why: String,
}

/// One recipient in [`Listed`].
#[derive(Debug, serde::Serialize)]
struct ListedRecipient {
    to: String,
    result: spool_format::Settlement,
}

impl Listing {
    pub(in super::super) fn new(view: &View, args: &Args, now: Wall) -> Self {
        Self {
            at: now,
            alerts: choose(view, args, now).into_iter().map(|item| Listed::new(item, now)).collect(),
            corrupt: if args.choice.has_corrupt() { view.corrupt.clone() } else { Vec::new() },
            notices: view.notices.clone(),
            broken_lines: view.broken_lines.clone(),
            incoming_is_hidden: view.incoming_is_hidden,
        }
    }
}

impl Listed {
    pub(in super::super) fn new(item: &Item, now: Wall) -> Self {
        let history = item.history.as_ref();
        let recipient = |(to, result): &(String, spool_format::Settlement)| ListedRecipient {
            to: to.clone(),
            result: *result,
        };
        Self {
            id: item.id,
            state: item.standing.as_str(),
            severity: item.severity,
            subject: item.subject.clone(),
            key: item.key.clone(),
            born: item.id.born(),
            age_s: item.age(now).as_secs(),
            next: match item.standing {
                Standing::Deferred(until) => until,
                _ => None,
            },
            recipients: item.recipients.iter().map(recipient).collect(),
            attempts: history.map_or(0, |history| history.attempts.len()),
            passes: history.map_or(0, |history| history.passes),
            uncertain: item.standing != Standing::Sent && item.is_uncertain(),
            why: why(item, Tongue::English),
        }
    }
}
