//! Alerts of the agent's own: notices.

use spool_format::{AlertId, Notice};

use super::Accepted;
use crate::notice;

impl Accepted {
    /// The same as an alert of the agent's own: a notice.
    #[must_use]
    pub fn of_our_own(self) -> Self {
        Self { is_our_own: true, ..self }
    }

    /// Its id.
    pub const fn id(&self) -> AlertId {
        self.id
    }

    /// What it tells of the agent, if it is one of the agent's own. Others can write what looks like it.
    pub fn notice(&self) -> Option<Notice> {
        notice::told_by(&self.alert, self.id)
    }
}
