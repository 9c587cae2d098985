//! What the writer cannot do at present: said once when it begins, once when it is over, and shown in the status.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use spool_format::NoticeKind;

use crate::log;

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Lines cannot be written.
    Journal,
    /// Copies cannot be made.
    Copies,
    /// There is less room than the floor.
    Room,
}

impl What {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Journal => "cannot write the journal",
            Self::Copies => "cannot copy deferred alerts",
            Self::Room => "the disk is nearly full",
        }
    }

    const fn kind(self) -> NoticeKind {
        match self {
            Self::Journal => NoticeKind::Journal,
            Self::Copies => NoticeKind::Copies,
            Self::Room => NoticeKind::SpoolFull,
        }
    }

    const fn consequence(self) -> &'static str {
        match self {
            Self::Journal => "mail goes out all the same, no file is removed until it can be written",
            Self::Copies => "they stay where they are, mail goes out all the same",
            Self::Room => "deferred alerts stay in incoming/ until there is room",
        }
    }
}

/// Trouble that lasts.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    now: BTreeMap<What, String>,
    /// What the engine was told of.
    told: BTreeSet<What>,
}

impl Troubles {
    /// It is there, or still there.
    pub(super) fn is(&mut self, what: What, why: &io::Error) {
        self.says(what, &why.to_string());
    }

    /// The same, for what is not an error of the kernel.
    pub(super) fn says(&mut self, what: What, why: &str) {
        if !self.now.contains_key(&what) {
            log::trouble_begins(what.in_words(), why, what.consequence());
        }
        self.now.insert(what, why.to_owned());
    }

    /// It is over, or never was.
    pub(super) fn over(&mut self, what: What) {
        if self.now.remove(&what).is_some() {
            log::trouble_ends(what.in_words());
        }
    }

    /// Whether there is any of this kind.
    pub(super) fn has(&self, what: What) -> bool {
        self.now.contains_key(&what)
    }

    /// What there is, if the engine does not know.
    pub(super) fn news(&mut self) -> Option<Vec<(NoticeKind, String)>> {
        let present: BTreeSet<What> = self.now.keys().copied().collect();
        if self.told == present {
            return None;
        }
        self.told = present;
        Some(self.now.iter().map(|(what, why)| (what.kind(), why.clone())).collect())
    }

    /// One sentence each, for people.
    pub(super) fn sentences(&self) -> Vec<String> {
        self.now.iter().map(|(what, why)| format!("{}: {why}", what.in_words())).collect()
    }
}
