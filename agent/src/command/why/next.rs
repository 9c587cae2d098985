//! What comes next for an alert: whether and when, and who is asked in which order.

use std::time::Duration;

use delivery::RetryPlan;
use delivery::routing::first_that_fits;
use spool_format::{Address, Outage, Settlement, Severity, Wall};

use super::Surroundings;
use crate::config::Config;
use crate::spool::view::{Item, Standing};

/// What comes next.
#[derive(Debug, serde::Serialize)]
pub(super) struct Next {
    /// In a sentence or two, without times.
    pub(super) text: String,
    /// When; null if that is not known, or nothing comes.
    pub(super) at: Option<Wall>,
    /// When it becomes a dead letter if nobody takes it; null if it does not, or without a configuration.
    pub(super) gives_up: Option<Wall>,
    /// Who is asked then, for each recipient that does not have it, in order; empty without a configuration.
    pub(super) turns: Vec<Turn>,
}

/// Who is asked for one recipient.
#[derive(Debug, serde::Serialize)]
pub(super) struct Turn {
    /// The recipient.
    pub(super) to: String,
    /// In order.
    pub(super) providers: Vec<Asked>,
}

/// One provider in a [`Turn`].
#[derive(Debug, serde::Serialize)]
pub(super) struct Asked {
    /// Its name.
    pub(super) provider: String,
    /// Why it is left out, and until when; null if it is used.
    pub(super) left_out: Option<Outage>,
    /// Whether it has refused this recipient for good, and is not asked again.
    pub(super) has_refused: bool,
}

impl Next {
    /// Nothing comes.
    pub(super) fn nothing(text: &str) -> Self {
        Self { text: text.to_owned(), at: None, gives_up: None, turns: Vec::new() }
    }
}

/// What comes next for it.
pub(super) fn of(item: &Item, around: &Surroundings<'_>, turns: Vec<Turn>) -> Next {
    let agent = if around.running { "" } else { " No agent runs: it goes on when one does." };
    let twice = if item.is_uncertain() {
        " It may then arrive twice, under the same Message-ID, since a provider may have it though no reply said so."
    } else {
        ""
    };
    if item.unreadable.is_some() {
        return Next::nothing(&format!("The agent sets it aside.{agent}"));
    }
    let (text, at) = match item.standing {
        Standing::Incoming if item.history.is_none() => {
            (format!("The agent takes it at once, and asks its first provider.{agent}"), None)
        }
        Standing::Incoming => (format!("Its first provider is asked.{agent}{twice}"), None),
        Standing::Trying if around.running => (
            format!("The attempt ends. If that provider does not take it, the next one is asked.{twice}"),
            None,
        ),
        Standing::Trying => (
            format!("The attempt was cut off: the next start of an agent begins another.{agent}{twice}"),
            None,
        ),
        Standing::Deferred(until) => {
            let is_open = until.filter(|until| *until > around.now);
            let text = match is_open {
                Some(_) => "Its providers are asked again, in their order.",
                None => "It is due: its providers are asked, in their order.",
            };
            (format!("{text}{agent}{twice}"), until)
        }
        Standing::Held => {
            ("Nothing, until somebody releases it. It does not expire meanwhile.".to_owned(), None)
        }
        Standing::Sent => return Next::nothing("Nothing: everybody has it who can have it."),
        Standing::Dead if item.folder.is_none() => {
            return Next::nothing("Nothing: there is no file to send.");
        }
        Standing::Dead => {
            return Next::nothing("Nothing by itself. Its file is kept as long as [keep] says.");
        }
        Standing::Gone => return Next::nothing("Nothing: there is no file to send."),
    };
    let gives_up = if item.standing == Standing::Held { None } else { gives_up(item, around.config) };
    Next { text, at, gives_up, turns }
}

/// When its life is over, by the clock on the wall.
fn gives_up(item: &Item, config: Option<&Config>) -> Option<Wall> {
    let retry: &RetryPlan = &config?.retry;
    let ttl = item.history.as_ref().and_then(|history| history.ttl).map(Duration::from_secs);
    let life = ttl.unwrap_or(match item.severity {
        Severity::Critical => retry.life_critical,
        Severity::Warning | Severity::Info => retry.life_others,
    });
    let history = item.history.as_ref();
    let born =
        history.and_then(|history| history.requeued.or(history.created)).unwrap_or_else(|| item.id.born());
    Some(born.plus(life))
}

/// Who is asked for each recipient that does not have it.
pub(super) fn turns(item: &Item, around: &Surroundings<'_>) -> Vec<Turn> {
    let Some(config) = around.config.filter(|_| item.standing.waits()) else { return Vec::new() };
    let is_open = |(_, settlement): &&(String, Settlement)| {
        matches!(settlement, Settlement::Open | Settlement::Uncertain)
    };
    let open = item.recipients.iter().filter(is_open);
    let addresses = open.filter_map(|(to, _)| Address::parse(to).ok());
    addresses.map(|to| Turn { providers: order(config, item, &to, around), to: to.to_string() }).collect()
}

fn order(config: &Config, item: &Item, to: &Address, around: &Surroundings<'_>) -> Vec<Asked> {
    let history = item.history.as_ref();
    let refused = |name: &str| {
        history.is_some_and(|history| history.refused_by.iter().any(|(who, by)| who == to && by == name))
    };
    let asked = |name: &str| Asked {
        provider: name.to_owned(),
        left_out: around.left_out.get(name).cloned(),
        has_refused: refused(name),
    };
    if let Some(canary) = history.and_then(|history| history.canary.as_deref()) {
        return vec![asked(canary)];
    }
    let rules: Vec<_> = config.routing.iter().map(|it| it.rule.clone()).collect();
    match first_that_fits(&rules, item.severity, item.key.as_deref(), to) {
        Some(at) => rules[at].providers.iter().map(|name| asked(name)).collect(),
        None => config.providers.iter().map(|provider| asked(&provider.name)).collect(),
    }
}
