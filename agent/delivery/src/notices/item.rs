//! One condition, or one thing that is counted: what is so, what people know of it, and when they may be told.

use std::time::Duration;

use spool_format::{Notice, NoticeKind, Wall};

use super::{Telling, Word};
use crate::time::{Monotonic, Now};

/// One condition, or one thing that is counted.
#[derive(Debug)]
pub(super) struct Item {
    /// What people know: `open` is what they were told last. The rest is of the present story.
    notice: Notice,
    /// Whether it lasts in truth.
    lasts: bool,
    /// When that changed last, or the first of what is counted happened.
    changed: Monotonic,
    /// Not to be told before, that it begins or happened.
    may_begin: Monotonic,
    /// Not to be told before, that it is over.
    may_end: Monotonic,
}

impl Item {
    /// One of which nobody has heard.
    pub(super) fn new(now: Now, kind: NoticeKind, subject: &str) -> Self {
        Self {
            notice: Notice::new(kind, subject.to_owned(), now.wall),
            lasts: false,
            changed: now.monotonic,
            may_begin: now.monotonic,
            may_end: now.monotonic,
        }
    }

    /// One of which people have heard from an earlier run. It lasts until something says otherwise. A clock that was
    /// set costs no more than one time `every`.
    pub(super) fn restored(now: Now, notice: Notice, every: Duration) -> Self {
        let left = |told: Option<Wall>| {
            let left = told.map_or(Duration::ZERO, |told| every.saturating_sub(now.wall.since(told)));
            now.monotonic.plus(left)
        };
        let (may_begin, may_end) = (left(notice.told), left(notice.told_over));
        Self { lasts: notice.open, changed: now.monotonic, may_begin, may_end, notice }
    }

    pub(super) const fn lasts(&self) -> bool {
        self.lasts
    }

    pub(super) const fn notice(&self) -> &Notice {
        &self.notice
    }

    /// It lasts. What people still believe to last is the same story.
    pub(super) fn begins(&mut self, now: Now, since: Wall, reason: &str) {
        if self.lasts {
            return;
        }
        (self.lasts, self.changed) = (true, now.monotonic);
        if !self.notice.open {
            (self.notice.since, self.notice.count) = (since, 0);
            reason.clone_into(&mut self.notice.reason);
        }
    }

    pub(super) const fn ends(&mut self, now: Now) {
        if self.lasts {
            (self.lasts, self.changed) = (false, now.monotonic);
        }
    }

    /// So many at least: the most counts.
    pub(super) fn counts(&mut self, count: u64) {
        self.notice.count = self.notice.count.max(count);
    }

    pub(super) const fn counts_one_more(&mut self) {
        self.notice.count = self.notice.count.saturating_add(1);
    }

    /// One more has happened.
    pub(super) fn happens(&mut self, now: Now, reason: &str) {
        if self.notice.untold == 0 {
            self.changed = now.monotonic;
        }
        self.notice.happens_at(now.wall, reason);
    }

    /// When people are to be told; `None` if they know how it stands.
    pub(super) fn due(&self, gather: Duration) -> Option<Monotonic> {
        let ready = self.changed.plus(gather);
        match (self.lasts, self.notice.open) {
            _ if self.notice.untold > 0 => Some(ready.max(self.may_begin)),
            (true, false) => Some(ready.max(self.may_begin)),
            (false, true) => Some(ready.max(self.may_end)),
            (true, true) | (false, false) => None,
        }
    }

    /// Says how it stands.
    pub(super) fn tell(&mut self, now: Now, every: Duration) -> Telling {
        let again = now.monotonic.plus(every);
        let word = if self.notice.untold > 0 {
            self.notice.count = std::mem::take(&mut self.notice.untold);
            Word::Happened
        } else if self.lasts {
            Word::Begins
        } else {
            Word::Over
        };
        self.notice.open = self.lasts;
        if word == Word::Over {
            (self.notice.told_over, self.may_end) = (Some(now.wall), again);
        } else {
            (self.notice.told, self.may_begin) = (Some(now.wall), again);
        }
        Telling { word, notice: self.notice.clone() }
    }
}
