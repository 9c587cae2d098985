//! What the agent has told people of its own condition, and when: so that a restart tells nothing twice.

use serde::{Deserialize, Serialize};

use crate::id::AlertId;
use crate::wall::Wall;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Alerts go out through another provider, since a preferred one does not take them.
    ProviderFailing,
    /// Every provider is left out, and alerts wait.
    NoProvider,
    /// A critical alert has waited for too long.
    Stuck,
    /// Alerts became dead letters.
    DeadLetter,
    /// Files were set aside, since they are no alerts.
    Corrupt,
    /// The spool's disk is nearly full.
    SpoolFull,
    /// The journal cannot be written.
    Journal,
    /// Deferred alerts cannot be copied.
    Copies,
    /// A configured provider has ended its service.
    Retired,
    /// A drill has found that a provider could not take an alert.
    DrillFailed,
    /// A provider's certificate ends soon.
    CertificateEnds,
    /// A provider offers less than at the drill before.
    OffersLess,
    /// A kind of a later version.
    #[serde(other)]
    Other,
}

impl NoticeKind {
    /// Every kind that this version tells of.
    pub const ALL: [Self; 12] = [
        Self::ProviderFailing,
        Self::NoProvider,
        Self::Stuck,
        Self::DeadLetter,
        Self::Corrupt,
        Self::SpoolFull,
        Self::Journal,
        Self::Copies,
        Self::Retired,
        Self::DrillFailed,
        Self::CertificateEnds,
        Self::OffersLess,
    ];

    /// The word in journal, log and keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProviderFailing => "provider-failing",
            Self::NoProvider => "no-provider",
            Self::Stuck => "stuck",
            Self::DeadLetter => "dead-letter",
            Self::Corrupt => "corrupt",
            Self::SpoolFull => "spool-full",
            Self::Journal => "journal",
            Self::Copies => "copies",
            Self::Retired => "retired",
            Self::DrillFailed => "drill-failed",
            Self::CertificateEnds => "certificate-ends",
            Self::OffersLess => "offers-less",
            Self::Other => "other",
        }
    }

    /// Whether it comes of drills.
    pub const fn is_of_drills(self) -> bool {
        matches!(self, Self::DrillFailed | Self::CertificateEnds | Self::OffersLess)
    }

    /// Whether it is something that happens and is counted, and not a condition that begins and ends.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::DeadLetter | Self::Corrupt | Self::OffersLess)
    }
}

/// What people know of one condition of the agent, or of things that happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// A provider's name, where it is about one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Whether it lasts, as far as people know. What is counted never does: it has happened.
    pub open: bool,
    /// Since when it lasts, or lasted; the first of what is counted.
    pub since: Wall,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// How many happened, or how many alerts took another way, are stuck, or wait.
    pub count: u64,
    /// How many have happened of which nobody was told yet.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub untold: u64,
    /// When people were told last that it begins, or has happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Wall>,
    /// When people were told last that it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_over: Option<Wall>,
    /// The alert that tells of it by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<AlertId>,
}

impl Notice {
    /// One of which nobody was told.
    pub const fn new(kind: NoticeKind, subject: String, since: Wall) -> Self {
        Self {
            kind,
            subject,
            open: false,
            since,
            reason: String::new(),
            count: 0,
            untold: 0,
            told: None,
            told_over: None,
            alert: None,
        }
    }

    /// One more of what is counted has happened. What was told before is another story.
    pub fn happens_at(&mut self, at: Wall, reason: &str) {
        if self.untold == 0 {
            self.since = at;
            reason.clone_into(&mut self.reason);
        }
        self.untold = self.untold.saturating_add(1);
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_one_word_everywhere_and_one_of_a_later_version_is_no_damage() {
        for kind in NoticeKind::ALL {
            let written = serde_json::to_string(&kind).expect("JSON");
            assert_eq!(written, format!("\"{}\"", kind.as_str()));
            assert_eq!(serde_json::from_str::<NoticeKind>(&written).expect("read"), kind);
        }
        let later = serde_json::from_str::<NoticeKind>("\"of-tomorrow\"").expect("skipped");
        assert_eq!(later, NoticeKind::Other);
    }
}
