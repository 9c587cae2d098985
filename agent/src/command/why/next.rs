//! What comes next for an alert: whether and when, and who is asked in which order.

use std::time::Duration;

use delivery::RetryPlan;
use delivery::routing::first_that_fits;
use spool_format::{Address, Outage, Settlement, Severity, Wall};

use super::Surroundings;
use super::words::{self, Step};
use crate::config::Config;
use crate::notice::Tongue;
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
pub(super) fn of(tongue: Tongue, item: &Item, around: &Surroundings<'_>, turns: Vec<Turn>) -> Next {
    let step = |step: Step| words::step(tongue, step);
    let agent = if around.running { "" } else { words::no_agent(tongue) };
    let twice = if item.is_uncertain() { words::twice(tongue) } else { "" };
    if item.unreadable.is_some() {
        return Next::nothing(&format!("{}{agent}", step(Step::SetAside)));
    }
    let (text, at) = match item.standing {
        Standing::Incoming if item.history.is_none() => (format!("{}{agent}", step(Step::Taken)), None),
        Standing::Incoming => (format!("{}{agent}{twice}", step(Step::FirstAsked)), None),
        Standing::Trying if around.running => (format!("{}{twice}", step(Step::AttemptEnds)), None),
        Standing::Trying => (format!("{}{agent}{twice}", step(Step::WasCutOff)), None),
        Standing::Deferred(until) => {
            let is_open = until.filter(|until| *until > around.now);
            let text = step(if is_open.is_some() { Step::AskedAgain } else { Step::Due });
            let is_of_use = |asked: &Asked| asked.left_out.is_some() && !asked.has_refused;
            let may_come_sooner = turns.iter().flat_map(|turn| &turn.providers).any(is_of_use);
            let sooner = if is_open.is_some() && may_come_sooner { words::sooner(tongue) } else { "" };
            (format!("{text}{sooner}{agent}{twice}"), until)
        }
        Standing::Held => (step(Step::UntilReleased).to_owned(), None),
        Standing::Sent => return Next::nothing(step(Step::AllHaveIt)),
        Standing::Dead if item.folder.is_none() => return Next::nothing(step(Step::NoFile)),
        Standing::Dead => return Next::nothing(step(Step::Kept)),
        Standing::Gone => return Next::nothing(step(Step::NoFile)),
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
