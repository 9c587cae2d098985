//! Where an alert stands, and which moves are legal.
//!
//! The folder of its file is the coarse state, the journal the fine one. An entry that does not fit the state before it is
//! counted, never believed and never fatal: see [`History`](crate::History).

use crate::event::Event;
use crate::wall::Wall;

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Accepted; its turn has not come, or the agent stopped before it came.
    Ready,
    /// A provider is being tried, or was when the agent died.
    Trying,
    /// Waits for its next attempt.
    Deferred {
        /// When it is due.
        until: Wall,
    },
    /// A person stopped it.
    Held,
    /// Delivered; nothing is left to do.
    Sent,
    /// Nobody will take it.
    Dead,
}

impl State {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "incoming",
            Self::Trying => "trying",
            Self::Deferred { .. } => "deferred",
            Self::Held => "held",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }

    /// Whether nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Dead)
    }

    /// The state after an event; `None` where the table of legal moves has none.
    ///
    /// After `sent` nothing is legal: whatever comes back under that id after a power cut is only removed.
    pub const fn after(self, event: &Event) -> Option<Self> {
        match (self, event) {
            (Self::Sent, _) => None,
            (Self::Ready | Self::Trying, Event::Accepted { .. }) => Some(Self::Ready),
            (Self::Deferred { .. } | Self::Held | Self::Dead, Event::Accepted { .. }) => Some(self),
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Attempt { .. }) => Some(Self::Trying),
            (Self::Trying, Event::DotSent { .. } | Event::Outcome { .. }) => Some(Self::Trying),
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Deferred { until, .. }) => {
                Some(Self::Deferred { until: *until })
            }
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Held { .. }) => Some(Self::Held),
            (Self::Held, Event::Released { .. })
            | (Self::Dead, Event::Requeued { .. })
            | (Self::Ready | Self::Deferred { .. }, Event::Retry { .. }) => Some(Self::Ready),
            (Self::Ready | Self::Trying | Self::Deferred { .. } | Self::Held, Event::Edited { .. })
            | (Self::Trying, Event::Retry { .. })
            | (Self::Dead, Event::Purged { .. }) => Some(self),
            (Self::Ready | Self::Trying | Self::Deferred { .. }, Event::Sent { .. }) => Some(Self::Sent),
            (Self::Ready | Self::Trying | Self::Deferred { .. } | Self::Held, Event::Dead { .. }) => {
                Some(Self::Dead)
            }
            _ => None,
        }
    }
}
