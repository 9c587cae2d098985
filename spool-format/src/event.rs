//! Each line that the journal can hold: what happened to which alert, when, and who said so.
//!
//! A line is one JSON object with `at`, `event` and the event's own fields. Fields are only ever added; a
//! reader ignores those that it does not know, and skips events that it does not know.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::alert::{Attachment, Severity};
use crate::canary::Canary;
use crate::drill::Drill;
use crate::id::AlertId;
use crate::notice::Notice;
use crate::outage::Outage;
use crate::snapshot::Snapshot;
use crate::wall::Wall;

/// The enum that stands here, written with its name in `event` beside its fields; and the same once more for the reader of
/// [`Entry`](crate::Entry), which has met that name when it comes to the fields. One that serde makes would put all
/// fields aside until it had found the name, which takes it five times as long.
macro_rules! written_and_read {
    ($(#[$meta:meta])* pub enum Event { $($events:tt)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(tag = "event", rename_all = "kebab-case")]
        pub enum Event { $($events)* }

        #[derive(Deserialize)]
        #[serde(remote = "Event", rename_all = "kebab-case")]
        pub(crate) enum Fields { $($events)* }
    };
}

written_and_read! {
/// What can happen.
pub enum Event {
    /// An agent took over the spool.
    Started {
        /// The kernel's boot id: another one than before, without a `stopped`, means that power was lost.
        boot: String,
        /// Version of the program.
        program: String,
        /// Whether it is the one that stopped before, which goes on with other settings: what waits is due at once.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        anew: bool,
    },
    /// The agent stopped in good order; nothing is in flight.
    Stopped,
    /// The alert was read and understood. This line may be lost: the alert is then found again.
    Accepted {
        /// The alert.
        id: AlertId,
        /// Owner of the file.
        uid: u32,
        /// Size of the file.
        #[serde(default)]
        octets: u64,
        /// Who is to have it, after aliases.
        recipients: Vec<Address>,
        /// Names that lead to nobody; behind an address that the writer may not name stands ` (not permitted)`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unusable: Vec<String>,
        /// Lane.
        severity: Severity,
        /// Thread, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// Subject as given.
        subject: String,
        /// When the event happened, if the alert says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        created: Option<Wall>,
        /// Seconds after which nobody wants it any more, if the alert says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl: Option<u64>,
        /// Message-ID of every mail of this alert, whoever submits it, with its brackets. Written with the first line
        /// about the alert, it stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_id: Option<String>,
        /// Whether it is the agent's own, with a word about its own condition.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        notice: bool,
        /// The provider whose canary mail it is: no other one is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        canary: Option<String>,
    },
    /// A provider is being tried.
    Attempt {
        /// The alert.
        id: AlertId,
        /// Counts the attempts of this alert from 1, over restarts.
        attempt: u32,
        /// Name of the provider.
        provider: String,
        /// For whom.
        recipients: Vec<Address>,
        /// The attempt beside which it begins, since that one is slow: both run, and one of them gets leave to send.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<u32>,
    },
    /// The last octets of the message are about to go out; from here on the provider may have it.
    DotSent {
        /// The alert.
        id: AlertId,
        /// Which attempt.
        attempt: u32,
        /// Name of the provider.
        provider: String,
        /// How this mail differs from what the alert asked for, one sentence each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<String>,
        /// The alert's whole text, where this mail does not hold all of it: its readers are told that it is here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Attachments that are not in this mail since they are too large for it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attachment>,
    },
    /// What came of an attempt, for each recipient that it was for.
    Outcome {
        /// The alert.
        id: AlertId,
        /// Which attempt.
        attempt: u32,
        /// Name of the provider.
        provider: String,
        /// From the start of the attempt, in milliseconds.
        took_ms: u64,
        /// Names of the providers that come before this one for those who have it now: they do not take mail, or have no
        /// room.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        preferred: Vec<String>,
        /// One for each recipient.
        recipients: Vec<RecipientResult>,
    },
    /// Somebody is still without it: the alert waits.
    Deferred {
        /// The alert.
        id: AlertId,
        /// Passes over the providers so far.
        passes: u32,
        /// When it is due again.
        until: Wall,
        /// What it waits for, where that is not another try.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A person stopped it. It does not expire while held.
    Held {
        /// The alert.
        id: AlertId,
        /// The person's uid.
        by: u32,
    },
    /// A person let it go again.
    Released {
        /// The alert.
        id: AlertId,
        /// The person's uid.
        by: u32,
    },
    /// A person wants it to be tried now, whatever was to be waited for.
    Retry {
        /// The alert.
        id: AlertId,
        /// The person's uid.
        by: u32,
    },
    /// A person changed who is to have it.
    Edited {
        /// The alert.
        id: AlertId,
        /// The person's uid.
        by: u32,
        /// Who is not to have it any more.
        removed: Vec<Address>,
        /// Who is to have it instead.
        added: Vec<Address>,
    },
    /// A person took it out of the dead letters: it is tried as if it had just come, for those who do not have it.
    Requeued {
        /// The alert.
        id: AlertId,
        /// The person's uid.
        by: u32,
    },
    /// A person removed a dead letter. Its file is gone.
    Purged {
        /// The alert.
        id: AlertId,
        /// The person's uid.
        by: u32,
    },
    /// Nobody is without it any more, and at least one recipient has it. The file goes after this line is synced.
    Sent {
        /// The alert.
        id: AlertId,
        /// Who has it.
        delivered: Vec<Address>,
        /// Who was refused for good by every provider.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<Address>,
    },
    /// Nobody will take it. It is kept in `dead/`.
    Dead {
        /// The alert.
        id: AlertId,
        /// In words.
        reason: String,
        /// The uid of the person who gave it up, if somebody did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<u32>,
    },
    /// A provider is left out from now on, or still, or it is used again. In a checkpoint: one that is left out.
    Provider {
        /// Its name.
        provider: String,
        /// Why it is left out; absent when it is used again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outage: Option<Outage>,
    },
    /// A provider was asked without an alert whether it could take one, or is being asked.
    Drill(Box<Drill>),
    /// A canary mail is on its way through a provider, or is settled. In a checkpoint: the last one.
    Canary(Box<Canary>),
    /// People were told of the agent's own condition. In a checkpoint: what they were told last.
    Notice(Box<Notice>),
    /// How an alert stands that is alive when a day's file begins.
    Alive(Box<Snapshot>),
    /// The end of the `alive` lines. Who finds it needs no file before the previous one.
    Checkpoint {
        /// How many `alive` lines there are.
        alive: usize,
    },
    /// A file was set aside, since it is not an alert.
    Corrupt {
        /// Its name, made printable.
        name: String,
        /// In words.
        reason: String,
    },
}
}

/// How an attempt ended for one recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecipientResult {
    /// Who.
    pub to: Address,
    /// How it stands now.
    pub result: Settlement,
    /// Where in the session it was decided: `connect`, `auth`, `rcpt`, `dot` …
    pub phase: String,
    /// Reply code (RFC 5321 section 4.2), if a reply decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Enhanced status code (RFC 3463), if the reply had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enhanced: Option<String>,
    /// The reply's text, or what went wrong; printable, cut.
    pub text: String,
    /// Whose fault: `provider`, `recipient`, `message`; absent when delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// For how long: `soft` or `hard`; absent when delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// The rule that judged it; absent when delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// How it stands with one recipient after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Settlement {
    /// The provider took it.
    Delivered,
    /// Still open: another provider, or later.
    Open,
    /// Refused for good by every provider that could be used.
    Refused,
    /// The connection was lost between the last octets and the reply: perhaps delivered.
    Uncertain,
}

impl RecipientResult {
    /// Whether this provider will never take it for this recipient.
    pub fn is_refusal_for_good(&self) -> bool {
        self.scope.as_deref() == Some("recipient") && self.duration.as_deref() == Some("hard")
    }
}

impl Event {
    /// The uid of the person whose act it tells of, if it tells of one.
    pub const fn by(&self) -> Option<u32> {
        match self {
            Self::Held { by, .. }
            | Self::Released { by, .. }
            | Self::Retry { by, .. }
            | Self::Edited { by, .. }
            | Self::Requeued { by, .. }
            | Self::Purged { by, .. } => Some(*by),
            Self::Dead { by, .. } => *by,
            _ => None,
        }
    }

    /// The alert that the event is about, if it is about one.
    pub const fn alert(&self) -> Option<AlertId> {
        match self {
            Self::Started { .. }
            | Self::Stopped
            | Self::Provider { .. }
            | Self::Drill(_)
            | Self::Canary(_)
            | Self::Notice(_)
            | Self::Checkpoint { .. }
            | Self::Corrupt { .. } => None,
            Self::Alive(snapshot) => Some(snapshot.id),
            Self::Accepted { id, .. }
            | Self::Attempt { id, .. }
            | Self::DotSent { id, .. }
            | Self::Outcome { id, .. }
            | Self::Deferred { id, .. }
            | Self::Held { id, .. }
            | Self::Released { id, .. }
            | Self::Retry { id, .. }
            | Self::Edited { id, .. }
            | Self::Requeued { id, .. }
            | Self::Purged { id, .. }
            | Self::Sent { id, .. }
            | Self::Dead { id, .. } => Some(*id),
        }
    }
}
