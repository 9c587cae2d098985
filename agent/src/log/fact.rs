//! Lines of the journal that are worth a line of the log.

use spool_format::{AlertId, Canary, Drill, Event, Outage, RecipientResult, Settlement};

use super::line;

/// What the journal holds is worth a line.
pub fn fact(fact: &Event) {
    match fact {
        Event::Outcome { id, attempt, provider, took_ms, recipients, .. } => {
            outcome(*id, *attempt, provider, *took_ms, recipients);
        }
        Event::Deferred { id, passes, until, why } => {
            let why = why.as_ref().map_or_else(String::new, |why| format!(" why={why:?}"));
            line(&format!("deferred id={id} passes={passes} until={until}{why}"));
        }
        Event::Sent { id, delivered, refused } => {
            line(&format!("sent id={id} delivered={} refused={}", delivered.len(), refused.len()));
        }
        Event::Held { id, by } => line(&format!("held id={id} by={by}")),
        Event::Released { id, by } => line(&format!("released id={id} by={by}")),
        Event::Retry { id, by } => line(&format!("retry id={id} by={by}")),
        Event::Edited { id, by, removed, added } => {
            let (removed, added) = (removed.len(), added.len());
            line(&format!("edited id={id} by={by} removed={removed} added={added}"));
        }
        Event::Requeued { id, by } => line(&format!("requeued id={id} by={by}")),
        Event::Purged { id, by } => line(&format!("purged id={id} by={by}")),
        Event::Dead { id, reason, by: Some(by) } => line(&format!("dead id={id} by={by} reason={reason:?}")),
        Event::Dead { id, reason, by: None } => line(&format!("dead id={id} reason={reason:?}")),
        Event::Provider { provider, outage } => provider_stands(provider, outage.as_ref()),
        Event::Drill(drill) => drilled(drill),
        Event::Canary(canary) => canary_stands(canary),
        Event::Started { .. }
        | Event::Stopped
        | Event::Accepted { .. }
        | Event::Attempt { .. }
        | Event::DotSent { .. }
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
    let said = if said.is_empty() { String::new() } else { format!(" {:?}", said.join("; ")) };
    let (provider, login, took) = (&drill.provider, result.login, result.took_ms);
    let word = if result.ok { "ok" } else { "failed" };
    line(&format!(
        "drill provider={provider} {word} phase={} login={login} took_ms={took}{said}",
        result.phase
    ));
}

/// A canary mail is on its way, or settled.
fn canary_stands(canary: &Canary) {
    let Canary { provider, alert, ended, ok, text, .. } = canary;
    line(&match (ended, ok) {
        (None, _) => format!("canary provider={provider} begins id={alert}"),
        (Some(_), true) => format!("canary provider={provider} ok id={alert}"),
        (Some(_), false) => format!("canary provider={provider} failed id={alert} reason={text:?}"),
    });
}

/// A provider is left out, or used again. That it was asked again in vain is no change.
fn provider_stands(provider: &str, outage: Option<&Outage>) {
    match outage {
        Some(outage) if outage.openings == 1 => line(&format!(
            "provider-down provider={provider} cause={} asked_again={} reason={:?}: alerts go to the next one",
            outage.cause.as_str(),
            outage.until,
            outage.reason
        )),
        Some(_) => {}
        None => line(&format!("provider-up provider={provider}")),
    }
}

/// One line for each way in which recipients fared; most often there is one.
fn outcome(id: AlertId, attempt: u32, provider: &str, took_ms: u64, recipients: &[RecipientResult]) {
    let mut told: Vec<&RecipientResult> = Vec::new();
    for result in recipients {
        let same = |other: &&RecipientResult| (other.result, &other.text) == (result.result, &result.text);
        if told.iter().any(same) {
            continue;
        }
        let count = recipients.iter().filter(|other| same(&result) && same(other)).count();
        told.push(result);
        let word = match result.result {
            _ if result.rule.as_deref() == Some("withdrawn") => "withdrawn",
            Settlement::Delivered => "delivered",
            Settlement::Open => "failed",
            Settlement::Refused => "refused",
            Settlement::Uncertain => "uncertain",
        };
        let rule = result.rule.as_deref().map_or_else(String::new, |rule| format!(" rule={rule}"));
        let code = result.code.map_or_else(String::new, |code| format!(" reply={code}"));
        line(&format!(
            "{word} id={id} attempt={attempt} provider={provider} rcpt={count} took_ms={took_ms} phase={}{code}{rule} text={:?}",
            result.phase, result.text
        ));
    }
}
