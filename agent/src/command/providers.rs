//! `alertmail providers`: which are configured, in their order, and how they stand; and what is known of others.
//!
//! It only reads, and needs no agent: how a provider stands is what the journal says.

mod page;
mod words;

use std::collections::BTreeMap;

use spool_format::{Canary, Drill, Layout, Outage, Wall};

use super::place::{Place, unreadable};
use super::quotas::{self, Remainder};
use super::{Refusal, finish, json};
use crate::config::{Config, Endpoint, Preset, PresetLimits, RETIRES_SOON, presets};
use crate::edge::clock::wall_now;
use crate::exit::Exit;
use crate::notice::Tongue;
use crate::output::terminal::Look;
use crate::spool::lock::is_held;
use crate::spool::read_back::Reach;
use crate::spool::status::Status;
use crate::spool::view::View;

/// What is said on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
First the configured ones, in the order in which they are tried, with their state as the journal has it; then the
presets, with the day on which somebody checked them. Notes are in Japanese where LANG says so.

Examples:
  alertmail providers
  alertmail providers --json")]
pub struct Args {
    /// Print one JSON object, times in UTC.
    #[arg(long)]
    json: bool,
}

/// For machines: what `providers --json` prints.
#[derive(Debug, serde::Serialize)]
struct Listing {
    /// When it was made.
    at: Wall,
    /// Those of the configuration, in the order in which they are tried.
    configured: Vec<Configured>,
    /// Why nobody knows how they stand, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_journal: Option<String>,
    /// What is known of providers.
    presets: Vec<Known>,
}

/// One provider of the configuration.
#[derive(Debug, serde::Serialize)]
struct Configured {
    name: String,
    preset: Option<&'static str>,
    host: String,
    endpoints: Vec<String>,
    from: String,
    /// Which senders it takes.
    sender: &'static str,
    /// `working`, `left-out` or `unknown`.
    state: &'static str,
    /// Since when, until when and why it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    outage: Option<Outage>,
    /// What its last drill has found.
    #[serde(skip_serializing_if = "Option::is_none")]
    drill: Option<Drill>,
    /// What became of its last canary mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    canary: Option<Canary>,
    /// How many connections at a time it is to get.
    connections: usize,
    /// How many it gets now, as far as an agent at work says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    connections_now: Option<usize>,
    /// How much of each of its quotas is left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quota: Vec<Remainder>,
    /// That its service has ended or soon will.
    #[serde(skip_serializing_if = "Option::is_none")]
    retirement: Option<String>,
}

/// One preset.
#[derive(Debug, serde::Serialize)]
struct Known {
    name: &'static str,
    checked: &'static str,
    host: Option<&'static str>,
    endpoints: Vec<String>,
    sender: &'static str,
    domains: &'static [String],
    limits: PresetLimits,
    /// Names of the rules by which its replies are read.
    rules: Vec<&'static str>,
    retired: Option<&'static str>,
    successor: Option<&'static str>,
    notes: BTreeMap<&'static str, &'static str>,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(providers(args, place).map(|text| (Exit::Done, text)))
}

fn providers(args: &Args, place: &Place) -> Result<String, Refusal> {
    let config = place.config()?;
    let layout = place.layout(config.as_ref());
    let look = Look::of_stdout();
    // Programs are told in English wherever they run.
    let tongue = if args.json { Tongue::English } else { look.tongue };
    let view =
        View::read(&layout, Reach::AliveAndSends).map_err(|error| unreadable(&layout, &error).text(tongue));
    let listing = Listing::new(config.as_ref(), view, &connections_now(&layout), wall_now());
    if args.json {
        return Ok(json(&listing));
    }
    Ok(page::text(&listing, look))
}

/// What an agent at work says of its connections. It is one of several things that are shown: without it nothing is wrong.
fn connections_now(layout: &Layout) -> BTreeMap<String, usize> {
    let status = Status::read(layout).ok().flatten().filter(|_| is_held(&layout.lock()));
    status.map_or_else(BTreeMap::new, |status| status.pulse.connections_now)
}

impl Listing {
    fn new(
        config: Option<&Config>,
        view: Result<View, String>,
        connections_now: &BTreeMap<String, usize>,
        now: Wall,
    ) -> Self {
        let (left_out, drills, canaries, sent, no_journal) = match view {
            Ok(view) => (Some(view.left_out), view.drills, view.canaries, Some(view.sent), None),
            Err(why) => (None, BTreeMap::new(), BTreeMap::new(), None, Some(why)),
        };
        let retirements = config.map_or_else(Vec::new, |config| config.retirements(now, RETIRES_SOON));
        let configured = config.into_iter().flat_map(|config| &config.providers).map(|provider| {
            let outage = left_out.as_ref().and_then(|left_out| left_out.get(&provider.name)).cloned();
            let retirement = retirements.iter().find(|it| it.provider == provider.name);
            Configured {
                name: provider.name.clone(),
                preset: provider.preset.map(|preset| preset.name),
                host: provider.host.clone(),
                endpoints: endpoints(&provider.endpoints),
                from: provider.from.to_string(),
                sender: provider.senders.as_str(),
                state: match (&left_out, &outage) {
                    (None, _) => "unknown",
                    (Some(_), None) => "working",
                    (Some(_), Some(_)) => "left-out",
                },
                outage,
                drill: drills.get(&provider.name).cloned(),
                canary: canaries.get(&provider.name).cloned(),
                connections: provider.connections,
                connections_now: connections_now.get(&provider.name).copied(),
                quota: sent.as_ref().map_or_else(Vec::new, |sent| {
                    let sent = sent.get(&provider.name).map_or(&[][..], Vec::as_slice);
                    quotas::left(&provider.quota, sent, now)
                }),
                retirement: retirement.map(ToString::to_string),
            }
        });
        let configured: Vec<Configured> = configured.collect();
        // Without a configuration nobody has asked how anything stands.
        let no_journal = no_journal.filter(|_| !configured.is_empty());
        Self { at: now, configured, no_journal, presets: presets().iter().map(Known::of).collect() }
    }
}

impl Known {
    fn of(preset: &'static Preset) -> Self {
        Self {
            name: preset.name,
            checked: &preset.checked,
            host: preset.host.as_deref(),
            endpoints: endpoints(&preset.endpoints),
            sender: preset.sender.rule.as_str(),
            domains: &preset.sender.domains,
            limits: preset.limits,
            rules: preset.phrases.0.iter().map(|row| row.rule.as_str()).collect(),
            retired: preset.retired.as_deref(),
            successor: preset.successor.as_deref(),
            notes: [("en", preset.notes.en.as_str()), ("ja", preset.notes.ja.as_str())].into(),
        }
    }
}

fn endpoints(list: &[Endpoint]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}
