//! Alerts of the agent's own: notices and canary mails.

use spool_format::{AlertId, Notice};

use super::Accepted;
use crate::notice;

impl Accepted {
    /// The same as an alert of the agent's own: a notice.
    #[must_use]
    pub fn of_our_own(self) -> Self {
        Self { is_our_own: true, ..self }
    }

    /// The same as the canary mail of this provider.
    #[must_use]
    pub fn as_canary(self, provider: String) -> Self {
        Self { canary: Some(provider), ..self }
    }

    /// The same as a canary mail, if the file says so. Others can write what looks like it.
    #[must_use]
    pub fn or_canary(self) -> Self {
        let canary = notice::canary_of(&self.alert).map(str::to_owned);
        Self { canary, ..self }
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
