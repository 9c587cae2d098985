//! How the mail of an alert is presented to some recipients now.
//!
//! One mail goes to all recipients of a transaction: readers know it by its Message-ID, which must not name two
//! texts, and each more takes a round trip of its own. Where the rules of its recipients differ the stricter one
//! holds: the smaller limit, the head if one of them wants it, ISO-2022-JP before UTF-8 before `auto`.

use std::time::Duration;

use mime::{CharsetPolicy, Head, Level, Limits, Mailbox, Manner};
use smtp::Path;
use spool_format::{Address, Severity, Wall};

use super::Accepted;
use crate::config::{Manners, Rule};

/// An alert that is later than this is not late: a clock was wrong.
const LATE_AT_MOST: Duration = Duration::from_hours(24 * 100);

/// What a provider gives the mails that go through it.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The provider's name, for the log.
    pub provider: String,
    /// Envelope sender and header From.
    pub from: Address,
    /// Display name where the alert has none.
    pub from_name: Option<String>,
    /// Which charsets its readers take, where no rule of a recipient says so.
    pub charset: CharsetPolicy,
    /// What it takes at most.
    pub limits: Limits,
    /// Whether From may be the alert's own sender.
    pub free_from: bool,
}

impl Accepted {
    /// The mail of this alert for these recipients, through this provider, now. `domain` is the right side of its
    /// Message-ID, `offset_minutes` the zone of its Date.
    pub fn compose(
        &self,
        (sender, policy): (&Sender, &super::Policy),
        recipients: &[Address],
        (domain, offset_minutes): (&str, i32),
        now: Wall,
    ) -> mime::Composed {
        let draft = self.draft(domain, offset_minutes);
        let name = self.from_name().or(sender.from_name.as_deref()).or(policy.from_name.as_deref());
        let ours = Mailbox { name: name.map(str::to_owned), address: on_the_wire(&sender.from) };
        let mut manner = self.manner(&policy.manners, recipients, now);
        manner.limits = manner.limits.and(sender.limits);
        let from = match &draft.reply_to {
            Some(own) if sender.free_from => {
                let name = ours.name.clone();
                manner.sender = Some(Mailbox { name: None, ..ours });
                Mailbox { name, ..own.clone() }
            }
            Some(_) | None => ours,
        };
        let charset = charset(&policy.manners, sender.charset, recipients);
        mime::compose_in(&draft, &mime::Identity { from, charset }, &manner)
    }

    fn manner(&self, manners: &Manners, recipients: &[Address], now: Wall) -> Manner {
        let rules = recipients.iter().filter_map(|to| manners.rule_for(to));
        let limits = rules.fold(Limits::default(), |limits, rule| limits.and(rule.limits));
        let wants_head = recipients.iter().any(|to| manners.wants_head(to));
        let late = now.since(self.born());
        let is_late = manners.late_after.is_some_and(|after| (after..LATE_AT_MOST).contains(&late));
        Manner {
            limits,
            head: wants_head.then(|| self.head()),
            late_ms: is_late.then(|| u64::try_from(late.as_millis()).unwrap_or(u64::MAX)),
            language: manners.language,
            sender: None,
        }
    }

    fn head(&self) -> Head {
        let level = match self.alert.severity {
            Severity::Critical => Level::Critical,
            Severity::Warning => Level::Warning,
            Severity::Info => Level::Info,
        };
        let host = self.alert.source.as_ref().map(|source| source.host.clone());
        Head { level, host: host.unwrap_or_default() }
    }
}

fn charset(manners: &Manners, of_provider: CharsetPolicy, recipients: &[Address]) -> CharsetPolicy {
    let asked: Vec<CharsetPolicy> = recipients
        .iter()
        .filter_map(|to| manners.rule_for(to))
        .filter_map(|rule: &Rule| rule.charset)
        .collect();
    let strictness = [CharsetPolicy::Iso2022Jp, CharsetPolicy::Utf8, CharsetPolicy::Auto];
    strictness.into_iter().find(|policy| asked.contains(policy)).unwrap_or(of_provider)
}

/// An address as a header has it: the same form as on the wire.
pub(super) fn on_the_wire(address: &Address) -> String {
    Path::parse(address.as_str()).map_or_else(|_| address.as_str().to_owned(), |path| path.wire().to_owned())
}
