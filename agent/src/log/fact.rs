//! Lines of the journal that are worth a line of the log.

use std::collections::BTreeSet;

use spool_format::{Address, AlertId, Canary, Drill, Event, Outage, RecipientResult, Settlement};

use tracing::{debug, error, info, warn};

/// Alerts of which it was told that they wait. That they were tried again in vain, and wait again, is no change: a night in
/// which a thousand alerts wait would fill the log with it. The journal has every attempt.
#[derive(Debug, Default)]
pub struct Told(BTreeSet<AlertId>);

impl Told {
    /// Of these alerts it was told by an earlier run.
    pub fn of(waiting: &[AlertId]) -> Self {
        Self(waiting.iter().copied().collect())
    }

    /// Tells of it what is news.
    pub fn fact(&mut self, fact: &Event) {
        let is_news = match fact {
            Event::Deferred { id, .. } => self.0.insert(*id),
            Event::Outcome { id, .. } => !self.0.contains(id),
            Event::Sent { id, .. }
            | Event::Dead { id, .. }
            | Event::Requeued { id, .. }
            | Event::Retry { id, .. } => {
                self.0.remove(id);
                true
            }
            _ => true,
        };
        tell(fact, is_news);
    }
}

/// What the journal holds is worth a line.
pub fn fact(fact: &Event) {
    tell(fact, true);
}

fn tell(fact: &Event, is_news: bool) {
    match fact {
        Event::Outcome { id, attempt, provider, took_ms, recipients, .. } => {
            outcome(*id, (*attempt, is_news), provider, *took_ms, recipients);
        }
        Event::Deferred { id, passes, until, why } => {
            let because = why.as_ref().map_or_else(String::new, |why| format!(" why={why:?}"));
            macro_rules! say {
                ($level:ident) => {
                    $level!(event = "deferred", id = %id, passes, until = %until, why, "deferred id={id} passes={passes} until={until}{because}")
                };
            }
            if is_news { say!(info) } else { say!(debug) }
        }
        Event::Sent { id, delivered, refused } => {
            let (so_many, others) = (delivered.len(), refused.len());
            info!(event = "sent", id = %id, delivered = so_many, refused = others, "sent id={id} delivered={so_many} refused={others}");
        }
        Event::Held { id, by } => info!(event = "held", id = %id, by, "held id={id} by={by}"),
        Event::Released { id, by } => info!(event = "released", id = %id, by, "released id={id} by={by}"),
        Event::Retry { id, by } => info!(event = "retry", id = %id, by, "retry id={id} by={by}"),
        Event::Edited { id, by, removed, added } => {
            let (removed, added) = (removed.len(), added.len());
            info!(event = "edited", id = %id, by, removed, added, "edited id={id} by={by} removed={removed} added={added}");
        }
        Event::Requeued { id, by } => info!(event = "requeued", id = %id, by, "requeued id={id} by={by}"),
        Event::Purged { id, by } => info!(event = "purged", id = %id, by, "purged id={id} by={by}"),
        Event::Dead { id, reason, by } => {
            let whose = by.map_or_else(String::new, |by| format!(" by={by}"));
            error!(event = "dead", id = %id, by, reason, "dead id={id}{whose} reason={reason:?}");
        }
        Event::Provider { provider, outage } => provider_stands(provider, outage.as_ref()),
        Event::Drill(drill) => drilled(drill),
        Event::Canary(canary) => canary_stands(canary),
        Event::Accepted { id, uid, octets, recipients, severity, key, .. } => {
            let (severity, rcpt) = (severity.as_str(), recipients.len());
            debug!(event = "accepted", id = %id, uid, octets, severity, key, rcpt, "accepted id={id} uid={uid} octets={octets} severity={severity} rcpt={rcpt}");
        }
        Event::Attempt { id, attempt, provider, recipients, .. } => {
            let rcpt = recipients.len();
            debug!(event = "attempt", id = %id, attempt, provider, rcpt, recipients = %joined(recipients), "attempt id={id} attempt={attempt} provider={provider} rcpt={rcpt}");
        }
        Event::DotSent { id, attempt, provider, .. } => {
            debug!(event = "dot-sent", id = %id, attempt, provider, "dot-sent id={id} attempt={attempt} provider={provider}");
        }
        Event::Started { .. }
        | Event::Stopped
        | Event::Notice(_)
        | Event::Alive(_)
        | Event::Checkpoint { .. }
        | Event::Corrupt { .. } => {}
    }
}

/// What a drill has found. That one begins is no news.
fn drilled(drill: &Drill) {
    let Some(result) = drill.result.as_ref().filter(|_| !drill.is_running()) else { return };
    let said: Vec<&str> = result.news.iter().chain(&result.changes).map(String::as_str).collect();
    let said = said.join("; ");
    let quoted = if said.is_empty() { String::new() } else { format!(" {said:?}") };
    let (provider, login, took_ms, phase) = (&drill.provider, result.login, result.took_ms, &result.phase);
    macro_rules! say {
        ($level:ident, $word:literal) => {
            $level!(
                event = "drill",
                provider,
                result = $word,
                phase,
                login,
                took_ms,
                text = said,
                "drill provider={provider} {} phase={phase} login={login} took_ms={took_ms}{quoted}",
                $word
            )
        };
    }
    if result.ok { say!(info, "ok") } else { say!(warn, "failed") }
}

/// A canary mail is on its way, or settled.
fn canary_stands(canary: &Canary) {
    let Canary { provider, alert, ended, ok, text, .. } = canary;
    macro_rules! say {
        ($level:ident, $word:literal, $reason:expr, $text:literal) => {
            $level!(event = "canary", provider, result = $word, id = %alert, reason = $reason, $text)
        };
    }
    match (ended, ok) {
        (None, _) => say!(info, "begins", None::<&str>, "canary provider={provider} begins id={alert}"),
        (Some(_), true) => say!(info, "ok", None::<&str>, "canary provider={provider} ok id={alert}"),
        (Some(_), false) => {
            say!(warn, "failed", text, "canary provider={provider} failed id={alert} reason={text:?}");
        }
    }
}

/// A provider is left out, or used again. That it was asked again in vain is no change.
fn provider_stands(provider: &str, outage: Option<&Outage>) {
    match outage {
        Some(Outage { until, openings: 1, cause, reason, .. }) => warn!(
            event = "provider-down",
            provider,
            cause = cause.as_str(),
            until = %until,
            reason,
            "provider-down provider={provider} cause={} asked_again={until} reason={reason:?}: alerts go to the next one",
            cause.as_str()
        ),
        Some(_) => {}
        None => info!(event = "provider-up", provider, "provider-up provider={provider}"),
    }
}

/// As a header has them.
fn joined(addresses: &[Address]) -> String {
    addresses.iter().map(Address::as_str).collect::<Vec<_>>().join(", ")
}

/// One line for each way in which recipients fared; most often there is one.
fn outcome(
    id: AlertId,
    (attempt, is_news): (u32, bool),
    provider: &str,
    took_ms: u64,
    recipients: &[RecipientResult],
) {
    let mut told: Vec<&RecipientResult> = Vec::new();
    for result in recipients {
        let same = |other: &&RecipientResult| (other.result, &other.text) == (result.result, &result.text);
        if told.iter().any(same) {
            continue;
        }
        told.push(result);
        let of: Vec<Address> = (recipients.iter().filter(same)).map(|other| other.to.clone()).collect();
        let (rcpt, RecipientResult { phase, code, text, rule, .. }) = (of.len(), result);
        let by = rule.as_ref().map_or_else(String::new, |rule| format!(" rule={rule}"));
        let reply = code.map_or_else(String::new, |code| format!(" reply={code}"));
        macro_rules! say {
            ($level:ident, $word:literal) => {
                $level!(
                    event = "outcome",
                    result = $word,
                    id = %id,
                    attempt,
                    provider,
                    rcpt,
                    recipients = %joined(&of),
                    took_ms,
                    phase,
                    code,
                    rule,
                    text,
                    "{} id={id} attempt={attempt} provider={provider} rcpt={rcpt} took_ms={took_ms} phase={phase}{reply}{by} text={text:?}",
                    $word
                )
            };
        }
        match result.result {
            _ if rule.as_deref() == Some("withdrawn") => say!(info, "withdrawn"),
            Settlement::Delivered => say!(info, "delivered"),
            Settlement::Open if !is_news => say!(debug, "failed"),
            Settlement::Open => say!(warn, "failed"),
            Settlement::Refused => say!(warn, "refused"),
            Settlement::Uncertain => say!(warn, "uncertain"),
        }
    }
}
