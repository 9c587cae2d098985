//! The words between the engine and the dispatcher: what happened, and what is to be done.

use spool_format::{Address, AlertId, Attachment, Event as Fact, Folder};

use crate::arrival::Arrival;
use crate::drills::Sighting;
use smtp::{Gate, Outcome};

/// Names one attempt for the engine, within one run of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptId(pub u64);

/// In what a mail differs from what its alert asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// One sentence each.
    pub notes: Vec<String>,
    /// The alert's whole text, if the mail does not hold all of it.
    pub text: Option<String>,
    /// Attachments that the mail does not hold.
    pub files: Vec<Attachment>,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// An alert is in the spool, read and understood.
    Arrived(Arrival),
    /// The mail of an attempt is not quite what the alert asked for.
    Composed {
        /// Which attempt.
        attempt: AttemptId,
        /// In what.
        differs: Differences,
    },
    /// The way of an attempt is not the usual one.
    Noted {
        /// Which attempt.
        attempt: AttemptId,
        /// In what, in one sentence.
        note: String,
    },
    /// A session stands before a gate and asks.
    Reached {
        /// Which attempt.
        attempt: AttemptId,
        /// Before entering DATA, or before the last octets.
        gate: Gate,
    },
    /// An attempt is over.
    Ended {
        /// Which attempt.
        attempt: AttemptId,
        /// What came of it, for each of its recipients.
        outcome: Outcome,
    },
    /// An attempt that was never begun, since the alert cannot be composed: nothing of it has to do with the provider.
    NotBegun {
        /// Which attempt.
        attempt: AttemptId,
        /// What is wrong, for each of its recipients.
        outcome: Outcome,
    },
    /// A drill is over. Comes exactly once for each [`Command::Drill`].
    Drilled {
        /// Place of the provider.
        provider: usize,
        /// What was seen.
        sighting: Sighting,
    },
    /// Something has changed that may have been in the way to everybody: a link, an address, a route, the name service.
    NetworkChanged,
    /// A person has changed something: whatever waits for its time is due.
    Hurry,
    /// The time that [`crate::Dispatcher::next_wake`] named has come.
    Woke,
    /// The agent shall stop: nothing new begins, what stands before DATA is let go, what is behind it is finished.
    Stopping,
}

/// What is to be done, in this order.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Compose the alert for this provider and submit it.
    Begin {
        /// Names the attempt from now on.
        attempt: AttemptId,
        /// Which alert.
        id: AlertId,
        /// Place of the provider in [`crate::Settings::providers`].
        provider: usize,
        /// For whom.
        recipients: Vec<Address>,
    },
    /// Let the session through the gate.
    Grant {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// Do not let the session through, now or later.
    Withdraw {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// Find out whether a provider could take an alert: over a connection of its own, without a mail.
    Drill {
        /// Place of the provider in [`crate::Settings::providers`].
        provider: usize,
        /// Whether to log in.
        login: bool,
    },
    /// Write a line into the journal. Nothing behind it starts before `sync` is fulfilled.
    Record {
        /// The line.
        fact: Fact,
        /// What has to be waited for.
        sync: Sync,
    },
    /// Put the alert's file durably into another folder; the old one keeps it until [`Command::Unlink`].
    Copy {
        /// Which alert.
        id: AlertId,
        /// Where it lies.
        from: Folder,
        /// Where it has to lie.
        to: Folder,
    },
    /// Make a canary mail for this provider, and tell of it as of an arrival.
    Canary {
        /// Place of the provider.
        provider: usize,
    },
    /// Remove the alert's file from a folder.
    Unlink {
        /// Which alert.
        id: AlertId,
        /// Where it lies.
        from: Folder,
    },
    /// The dispatcher is done with the alert: forget what is in memory.
    Forget {
        /// Which alert.
        id: AlertId,
    },
}

/// What has to be true of a line before what is behind it may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sync {
    /// Nothing: it goes with the next write.
    Grouped,
    /// The kernel has it: it survives a crash of the agent, not of the machine.
    Written,
    /// The disk has it.
    Synced,
}
