//! How long things may take, and the pauses between tries: `[limits]` and `[retry]`.

use std::time::Duration;

use delivery::{HedgeAfter, RetryPlan};

use super::keys;
use super::section::Section;

/// Time limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For name, connection and TLS handshake.
    pub connect: Duration,
    /// For the reply to a command.
    pub reply: Duration,
    /// For the reply to the final dot.
    pub dot: Duration,
    /// How long a connection is kept without work.
    pub keep: Duration,
    /// How long a provider may take to be ready for a message before the next one starts beside it.
    pub hedge_after: HedgeAfter,
    /// For a program in the place of a server.
    pub command: Duration,
    /// For transactions in hand when the agent shall stop.
    pub stop: Duration,
    /// Between two scans of `incoming/`.
    pub rescan: Duration,
}

/// What RFC 5321 section 4.5.3.2 gives a server, as the most that may be configured: for the greeting, for MAIL and RCPT,
/// and for the final dot. What it calls a minimum is meant for relays that have days; an alert has not.
const CONNECT_MAX: Duration = Duration::from_mins(5);
const REPLY_MAX: Duration = Duration::from_mins(5);
const DOT_MAX: Duration = Duration::from_mins(10);

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            reply: Duration::from_mins(1),
            dot: Duration::from_mins(10),
            keep: Duration::from_secs(10),
            hedge_after: HedgeAfter { critical: Duration::from_secs(1), others: Duration::from_secs(2) },
            command: Duration::from_mins(1),
            stop: Duration::from_secs(20),
            rescan: Duration::from_secs(30),
        }
    }
}

pub(super) fn retry(root: &Section<'_, '_>) -> RetryPlan {
    let plan = RetryPlan::default();
    let Some(section) = root.section("retry", "[retry]", keys::Place::Retry) else { return plan };
    RetryPlan {
        critical: section.times("critical").unwrap_or(plan.critical),
        others: section.times("others").unwrap_or(plan.others),
        life_critical: section.time("life_critical").unwrap_or(plan.life_critical),
        life_others: section.time("life_others").unwrap_or(plan.life_others),
        provider: section.times("provider").unwrap_or(plan.provider),
        login: section.time("login").unwrap_or(plan.login),
    }
}

pub(super) fn limits(root: &Section<'_, '_>) -> Limits {
    let limits = Limits::default();
    let Some(section) = root.section("limits", "[limits]", keys::Place::Limits) else { return limits };
    let at_most = |key, most: Duration| {
        let time = section.time(key)?;
        if time > most {
            let most = most.as_secs() / 60;
            section.wrong(key, &format!("`{key}` is longer than {most}m, the longest that makes sense (RFC 5321 section 4.5.3.2): an alert would wait for a server that is not there"));
        }
        Some(time)
    };
    Limits {
        connect: at_most("connect", CONNECT_MAX).unwrap_or(limits.connect),
        reply: at_most("reply", REPLY_MAX).unwrap_or(limits.reply),
        dot: at_most("dot", DOT_MAX).unwrap_or(limits.dot),
        keep: section.time("keep").unwrap_or(limits.keep),
        hedge_after: HedgeAfter {
            critical: section.time("hedge_after_critical").unwrap_or(limits.hedge_after.critical),
            others: section.time("hedge_after").unwrap_or(limits.hedge_after.others),
        },
        command: at_most("command", DOT_MAX).unwrap_or(limits.command),
        stop: section.time("stop").unwrap_or(limits.stop),
        rescan: section.time("rescan").unwrap_or(limits.rescan),
    }
}
