//! Lines of the journal as sentences: for the history of one alert, and for the journal as people read it.

use spool_format::{DrillResult, Event, RecipientResult, Settlement, Wall};

use super::terminal::{Colour, printable};
use super::{age, words};
use crate::notice;

/// A line in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub what: String,
    /// More of it, a line each.
    pub more: Vec<String>,
    /// Whether it wants attention.
    pub colour: Colour,
}

/// Whether a line only repeats at the head of a day's file what earlier ones have said.
pub const fn repeats(event: &Event) -> bool {
    matches!(event, Event::Alive(_) | Event::Checkpoint { .. })
}

/// A line in words; `clock` writes a time. Nothing in it can move the cursor.
pub fn told(event: &Event, clock: &dyn Fn(Wall) -> String) -> Told {
    let (what, more, colour) = match event {
        Event::Started { program, anew: false, .. } => plain(format!("agent {program} started")),
        Event::Started { program, anew: true, .. } => {
            plain(format!("agent {program} goes on with other settings"))
        }
        Event::Stopped => plain("agent stopped in good order"),
        Event::Accepted { uid, recipients, unusable, severity, notice, canary, .. } => {
            let whose = match (notice, canary) {
                (true, _) => "a notice of the agent".to_owned(),
                (_, Some(provider)) => format!("a canary mail for {provider}"),
                (false, None) => format!("from user {uid}"),
            };
            let to: Vec<&str> = recipients.iter().map(spool_format::Address::as_str).collect();
            let to = if to.is_empty() { "nobody".to_owned() } else { to.join(", ") };
            let unusable = unusable.iter().map(|name| format!("leads to nobody: {name}")).collect();
            (format!("accepted {whose}, {}, for {to}", severity.as_str()), unusable, Colour::Plain)
        }
        Event::Attempt { attempt, provider, beside, .. } => {
            let beside =
                beside.map_or_else(String::new, |other| format!(", beside attempt {other}, which is slow"));
            plain(format!("attempt {attempt}: {provider} is asked{beside}"))
        }
        Event::DotSent { attempt, provider, notes, .. } => {
            let notes = notes.iter().map(|note| format!("mail: {note}")).collect();
            (format!("attempt {attempt}: {provider} gets the last octets"), notes, Colour::Plain)
        }
        Event::Outcome { attempt, provider, took_ms, recipients, .. } => {
            outcome(*attempt, provider, *took_ms, recipients)
        }
        Event::Deferred { passes, until, why, .. } => {
            let why = why.as_deref().map_or_else(
                || if *passes == 1 { "one pass".to_owned() } else { format!("{passes} passes") },
                str::to_owned,
            );
            (format!("deferred until {}: {why}", clock(*until)), Vec::new(), Colour::Yellow)
        }
        Event::Held { by, .. } => plain(format!("held by user {by}")),
        Event::Released { by, .. } => plain(format!("released by user {by}")),
        Event::Retry { by, .. } => plain(format!("user {by} wants it to be tried now")),
        Event::Edited { by, removed, added, .. } => {
            let list = |who: &[spool_format::Address]| {
                who.iter().map(spool_format::Address::as_str).collect::<Vec<_>>().join(", ")
            };
            let instead =
                if removed.is_empty() { String::new() } else { format!(" instead of {}", list(removed)) };
            plain(format!("user {by} wants {} to have it{instead}", list(added)))
        }
        Event::Requeued { by, .. } => {
            plain(format!("user {by} took it out of the dead letters: it is tried as if it had just come"))
        }
        Event::Purged { by, .. } => plain(format!("user {by} removed the dead letter")),
        Event::Sent { refused, .. } if refused.is_empty() => plain("sent"),
        Event::Sent { refused, .. } => {
            let refused: Vec<&str> = refused.iter().map(spool_format::Address::as_str).collect();
            (format!("sent, but nobody takes it for {}", refused.join(", ")), Vec::new(), Colour::Yellow)
        }
        Event::Dead { reason, by: Some(by), .. } => plain(format!("given up by user {by}: {reason}")),
        Event::Dead { reason, by: None, .. } => (format!("dead: {reason}"), Vec::new(), Colour::Red),
        Event::Provider { provider, outage: Some(outage) } => {
            let (cause, until) = (outage.cause.as_str(), clock(outage.until));
            let what = format!("{provider} is left out until {until} ({cause}): {}", outage.reason);
            (what, Vec::new(), Colour::Yellow)
        }
        Event::Provider { provider, outage: None } => plain(format!("{provider} is used again")),
        Event::Drill(drill) => match &drill.result {
            Some(result) if !drill.is_running() => drilled(&drill.provider, result),
            _ => plain(format!("{}: a drill begins", drill.provider)),
        },
        Event::Canary(canary) => match canary.ended {
            None => plain(format!("{}: a canary mail is on its way", canary.provider)),
            Some(_) if canary.ok => plain(format!("{}: the canary mail is taken", canary.provider)),
            Some(_) => {
                let what = format!("{}: the canary mail is not taken: {}", canary.provider, canary.text);
                (what, Vec::new(), Colour::Yellow)
            }
        },
        Event::Notice(it) if it.open => {
            (format!("people are told: {}", notice::sentence(it)), Vec::new(), Colour::Yellow)
        }
        Event::Notice(it) => plain(format!("no longer the case: {}", notice::sentence(it))),
        Event::Corrupt { name, reason } => {
            (format!("{name} is set aside: {reason}"), Vec::new(), Colour::Yellow)
        }
        Event::Alive(snapshot) => plain(format!("a new day: {}", snapshot.state.as_str())),
        Event::Checkpoint { alive } => plain(format!("a new day: {alive} alive")),
    };
    Told { what: printable(&what), more: more.iter().map(|more| printable(more)).collect(), colour }
}

fn plain(what: impl Into<String>) -> (String, Vec<String>, Colour) {
    (what.into(), Vec::new(), Colour::Plain)
}

fn outcome(
    attempt: u32,
    provider: &str,
    took_ms: u64,
    results: &[RecipientResult],
) -> (String, Vec<String>, Colour) {
    let took = age::precise(std::time::Duration::from_millis(took_ms));
    let failed = |result: &&RecipientResult| result.result != Settlement::Delivered;
    let not_taken = results.iter().filter(failed).count();
    let what = match not_taken {
        0 => "has taken it",
        _ if not_taken < results.len() => "has taken it for some",
        _ => "has not taken it",
    };
    let mut more = Vec::new();
    for result in results {
        more.push(format!("{} at {}: {}", result.to, result.phase, words::reply(result)));
        more.extend(words::verdict(result).map(|verdict| format!("  {verdict}")));
    }
    let colour = if not_taken == 0 { Colour::Plain } else { Colour::Yellow };
    (format!("attempt {attempt}: {provider} {what}, after {took}"), more, colour)
}

fn drilled(provider: &str, result: &DrillResult) -> (String, Vec<String>, Colour) {
    let took = age::precise(std::time::Duration::from_millis(result.took_ms));
    let news = result.news.iter().chain(&result.changes).cloned().collect();
    if result.ok {
        (format!("{provider}: the drill says that all is well, after {took}"), news, Colour::Plain)
    } else {
        let what = format!("{provider}: the drill failed at {}: {}", result.phase, result.text);
        (what, news, Colour::Yellow)
    }
}
