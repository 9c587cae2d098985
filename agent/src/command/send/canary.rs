//! `alertmail drill --canary`: a canary mail now, through each provider, past the spool.
//!
//! Composed as the agent composes its own, and sent by the same driver. The journal does not hear of it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use smtp::RecipientOutcome;
use spool_format::AlertId;

use super::mail::Mail;
use super::outcome::Sent;
use super::{Nobody, Unsaid, visit};
use crate::accept::{Policy, Reach, Sender};
use crate::command::place::Place;
use crate::command::{Refusal, finish, json, target};
use crate::config::{Config, Provider};
use crate::edge::{chance, clock, host, language};
use crate::engine::compose::compose;
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::trace::Trace;
use crate::submit::{Destination, Onlooker, Target, Visit};

/// How it is sent and shown.
#[derive(Clone, Copy, Debug)]
pub(in crate::command) struct Manner {
    /// Seconds for the connection, and for the reply to each command.
    pub(in crate::command) timeout: u64,
    /// Whether the dialogue is shown.
    pub(in crate::command) trace: bool,
    /// Whether it is for programs.
    pub(in crate::command) json: bool,
}

/// What `drill --canary --json` prints.
#[derive(Debug, Default, serde::Serialize)]
struct Canaries {
    canaries: Vec<Sent>,
    /// Names of those that are no servers: only the agent sends to them.
    left_out: Vec<String>,
}

/// Sends one through this provider, or through each of them in turn. The exit code is that of the first that failed.
pub(in crate::command) fn run(provider: Option<&str>, manner: Manner, place: &Place) -> Exit {
    finish(send_all(provider, manner, place))
}

fn send_all(provider: Option<&str>, manner: Manner, place: &Place) -> Result<(Exit, String), Refusal> {
    let config = Config::load(place.config_path()).map_err(|error| Refusal::new(Exit::Config, error))?;
    if config.drills.canary_to.is_empty() {
        let text = "nobody gets canary mails: name somebody, as in `canary_to = [\"you@example.jp\"]` under [drills]";
        return Err(Refusal::new(Exit::Config, text));
    }
    let providers = match provider {
        Some(name) => vec![visit::named(&config, name)?],
        None => config.providers.iter().collect(),
    };
    let tongue = language::asked();
    let (mut all, mut lines, mut exit) = (Canaries::default(), String::new(), Exit::Done);
    for provider in providers {
        let Some(sent) = send_one(provider, manner, &config)? else {
            let name = &provider.name;
            let line = tongue.either(
                format!("left out: `{name}` is no server; only the agent sends to it"),
                format!("対象外: 「{name}」はサーバーではありません（送信するのはエージェントだけです）"),
            );
            let _ = writeln!(lines, "{line}");
            all.left_out.push(provider.name.clone());
            continue;
        };
        exit = if exit == Exit::Done { sent.exit() } else { exit };
        lines.push_str(&sent.line(tongue));
        all.canaries.push(sent);
    }
    Ok((exit, if manner.json { json(&all) } else { lines }))
}

/// `None` if it is no server.
fn send_one(provider: &Provider, manner: Manner, config: &Config) -> Result<Option<Sent>, Refusal> {
    let destination = target::destination(provider, &config.limits);
    let Destination::Server(target) = destination.map_err(|error| Refusal::new(Exit::Config, error))? else {
        return Ok(None);
    };
    let (now, policy) = (clock::wall_now(), Policy::of(config).on(&host::name()));
    let id = AlertId::new(now, chance::names());
    let read = |name: &str| std::env::var(name).ok();
    let tongue = Tongue::choose(config.notices.language, config.manners.language, read);
    let alert = notice::canary(tongue, &host::name(), &provider.name, id, &policy.canary_to);
    let ready = compose(
        (id, &alert.to_octets()),
        (Reach::Anybody, &policy.domain, None),
        (&Sender::of(provider), &policy),
        &policy.canary_to,
        (now, clock::offset_minutes),
    );
    let message_id = mime::message_id(id.as_str(), &policy.domain);
    let transaction = ready.map_err(|outcome| {
        let why = outcome.recipients.iter().find_map(|it| match it {
            RecipientOutcome::Failed(failure) => Some(failure),
            _ => None,
        });
        let why = why.map_or_else(String::new, |failure| format!(": {}", failure.trouble));
        Refusal::new(Exit::Data, format!("the canary for `{}` cannot be composed{why}", provider.name))
    })?;
    let transaction = transaction.errand.transaction;
    let mail = Mail::made(&transaction, message_id);
    let unsaid = Unsaid::default();
    let target = Target { identity: visit::watched(target.identity.clone(), &unsaid), ..*target };
    let onlooker: Arc<dyn Onlooker> =
        if manner.trace { Arc::new(Trace::new(&target.name, None, unsaid)) } else { Arc::new(Nobody) };
    let limits = visit::limits(Some(config), Some(Duration::from_secs(manner.timeout)));
    let visit = Visit::new(target, limits, onlooker).map_err(|error| Refusal::new(Exit::Config, error))?;
    let outcome = visit::block_on(visit.send(transaction))?;
    Ok(Some(Sent::new(&provider.name, &mail, &outcome)))
}
