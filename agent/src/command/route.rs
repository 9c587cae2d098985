//! `alertmail route`: which providers would be asked for an alert, in which order, and why. It sends nothing, and needs no
//! running agent: the configuration has the rules, and the journal knows who is left out.

mod page;
mod words;

use std::collections::BTreeMap;

use delivery::routing::{Rule, Whom, first_that_fits};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::{Address, Alert, AlertId, Outage, Severity, Wall};

use super::place::Place;
use super::{Refusal, finish, json};
use crate::accept::{Accepted, Policy, Reach};
use crate::config::{Config, Means, RoutingRule};
use crate::edge::users::{Submitters, user_id};
use crate::edge::{clock, host, language};
use crate::exit::Exit;
use crate::notice::Tongue;
use crate::output::terminal::printable;
use crate::spool::read_back;
use words::Asks;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Nothing is sent, and no provider is asked. Exit code 0: everybody who is named gets it by somebody; 65: a name leads to
nobody; 64: no such severity or user.

Examples:
  alertmail route --to root                                        an alias
  alertmail route --to oncall@example.jp --severity critical --key disk/root
  alertmail route --to ops@example.com --from-user nagios --json   as if this user had written the alert")]
pub struct Args {
    /// A recipient, or an alias of the configuration; may be repeated. Without any: [alerts] to.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    to: Vec<String>,
    /// How urgent the alert is: critical, warning or info.
    #[arg(long, value_name = "SEVERITY", default_value = "warning", value_parser = severity)]
    severity: Severity,
    /// What it is about.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Who writes it, since not everybody may name everybody; without it, somebody who may.
    #[arg(long, value_name = "USER")]
    from_user: Option<String>,
    /// Print one JSON object, times in UTC.
    #[arg(long)]
    json: bool,
}

fn severity(word: &str) -> Result<Severity, String> {
    let known = [Severity::Critical, Severity::Warning, Severity::Info];
    let found = known.into_iter().find(|severity| severity.as_str() == word);
    found.ok_or_else(|| "write critical, warning or info".to_owned())
}

/// For machines: what `route --json` prints.
#[derive(Debug, serde::Serialize)]
struct Routes {
    severity: Severity,
    key: Option<String>,
    /// Whether the journal could be read; if not, nobody is known to be left out.
    journal_read: bool,
    recipients: Vec<Route>,
    /// Names that lead to nobody, with the reason.
    unusable: Vec<String>,
}

/// Where the mail for one recipient goes.
#[derive(Debug, serde::Serialize)]
struct Route {
    to: String,
    /// The alias that stands for it; null if it was named itself, or by nobody.
    alias: Option<String>,
    /// The rule that holds, as `FILE:LINE`; null if none does.
    rule: Option<String>,
    /// What of the alert the rule asks for.
    why: String,
    /// In the order of asking.
    providers: Vec<Asked>,
}

/// One provider that may be asked.
#[derive(Debug, serde::Serialize)]
struct Asked {
    provider: String,
    /// `smtp`, `command` or `maildir`.
    kind: &'static str,
    /// Why it is left out, and until when; null if it is used.
    left_out: Option<Outage>,
    /// The day on which the service ended, if it did.
    retired: Option<String>,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(route(args, place))
}

fn route(args: &Args, place: &Place) -> Result<(Exit, String), Refusal> {
    let path = place.config_path();
    let config = Config::load(path).map_err(|error| Refusal::new(Exit::Config, error))?;
    let policy = Policy::of(&config).on(&host::name());
    let reach = reach(args, &config)?;
    let accepted = read(args, &policy, reach)?;
    // Programs are told in English wherever they run.
    let tongue = if args.json { Tongue::English } else { language::asked() };
    let layout = place.layout(Some(&config));
    let left_out =
        StdFs.open_dir(&layout.journal()).and_then(|dir| read_back::read_left_out(&StdFs, &dir)).ok();
    let of = |to: &Address| one(tongue, args, (&config, &policy), left_out.as_ref(), to);
    let routes = Routes {
        severity: args.severity,
        key: args.key.clone(),
        journal_read: left_out.is_some(),
        recipients: accepted.recipients().iter().map(of).collect(),
        unusable: accepted.unusable(),
    };
    let is_whole = routes.unusable.is_empty() && !routes.recipients.is_empty();
    let exit = if is_whole { Exit::Done } else { Exit::Data };
    let now = clock::wall_now();
    let text =
        if args.json { json(&routes) } else { page::page(&routes, now, clock::offset_minutes(now), tongue) };
    Ok((exit, text))
}

fn reach(args: &Args, config: &Config) -> Result<Reach, Refusal> {
    let Some(name) = &args.from_user else { return Ok(Reach::Anybody) };
    let uid = match name.parse() {
        Ok(uid) => Some(uid),
        Err(_) => user_id(name).map_err(|error| Refusal::new(Exit::Unavailable, error))?,
    };
    let uid = uid
        .ok_or_else(|| Refusal::new(Exit::Usage, format!("this system has no user `{}`", printable(name))))?;
    Ok(Submitters::new(&config.submit.free_recipients).reach(uid, clock::now().monotonic))
}

/// An alert like the one that was described.
fn read(args: &Args, policy: &Policy, reach: Reach) -> Result<Accepted, Refusal> {
    let alert = Alert {
        version: spool_format::alert::FORMAT_VERSION,
        to: args.to.clone(),
        subject: "route".to_owned(),
        severity: args.severity,
        key: args.key.clone(),
        ..Alert::default()
    };
    let id = AlertId::new(Wall::from_unix_ms(0), [0; 10]);
    let accepted = Accepted::read(&alert.to_octets(), id, policy, || reach);
    accepted.map_err(|error| Refusal::new(Exit::Data, error))
}

fn one(
    tongue: Tongue,
    args: &Args,
    (config, policy): (&Config, &Policy),
    left_out: Option<&BTreeMap<String, Outage>>,
    to: &Address,
) -> Route {
    let rules: Vec<Rule> = config.routing.iter().map(|it| it.rule.clone()).collect();
    let rule = first_that_fits(&rules, args.severity, args.key.as_deref(), to);
    let rule = rule.map(|at| &config.routing[at]);
    let all = || config.providers.iter().map(|provider| provider.name.clone()).collect();
    let names: Vec<String> = rule.map_or_else(all, |it| it.rule.providers.clone());
    let asked = |name: &String| {
        let provider = config.providers.iter().find(|provider| provider.name == *name)?;
        Some(Asked {
            provider: name.clone(),
            kind: match provider.means {
                Means::Smtp => "smtp",
                Means::Command(_) => "command",
                Means::Maildir(_) => "maildir",
            },
            left_out: left_out.and_then(|left_out| left_out.get(name)).cloned(),
            retired: provider.retired().map(str::to_owned),
        })
    };
    let is_named = args.to.iter().any(|name| crate::address::parse(name).is_ok_and(|named| named == *to));
    let alias = args
        .to
        .iter()
        .filter_map(|name| policy.alias(name))
        .find(|(_, addresses)| addresses.contains(to))
        .map(|(alias, _)| alias);
    Route {
        alias: alias.filter(|_| !is_named).map(str::to_owned),
        rule: rule.map(|it| format!("{}:{}", it.file, it.line)),
        why: why(tongue, rule, config, to),
        providers: names.iter().filter_map(asked).collect(),
        to: to.as_str().to_owned(),
    }
}

/// What of the alert the rule asks for, in words.
fn why(tongue: Tongue, rule: Option<&RoutingRule>, config: &Config, to: &Address) -> String {
    let asks = match rule {
        None if config.routing.is_empty() => Asks::NoRule,
        None => Asks::NoneFits,
        Some(RoutingRule { rule, .. }) => Asks::These {
            severities: &rule.severities,
            whom: rule.to.iter().find(|whom| whom.has(to)).map(|whom| match whom {
                Whom::Address(address) => words::Whom::Address(address.as_str()),
                Whom::Domain(domain) => words::Whom::Domain(domain),
            }),
            keys: &rule.keys,
        },
    };
    words::why(tongue, &asks)
}
