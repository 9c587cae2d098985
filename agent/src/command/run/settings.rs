//! The settings that an agent works with: the configuration, and what it leads to of secrets and certificates.
//!
//! Everything that can be wrong with them is found here, before anything is touched. A provider whose secret cannot be
//! read is skipped and named; the others work.

use spool_format::Layout;
use spool_format::fs::StdFs;
use tokio::sync::mpsc::unbounded_channel;

use super::super::place::Place;
use super::super::{Refusal, target};
use crate::config::{self, Config};
use crate::edge::clock::wall_now;
use crate::exit::Exit;
use crate::log;
use crate::spool::Folders;
use crate::submit::{self, Carrier, Destination};

/// A configuration that can be used.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) config: Config,
    /// In order; those that cannot be used are not among them.
    pub(super) providers: Vec<Ready>,
}

/// A provider with its secret.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) provider: config::Provider,
    pub(super) destination: Destination,
}

impl Settings {
    /// Reads all of it. What wants attention and stops nothing is logged.
    fn read(place: &Place) -> Result<Self, Refusal> {
        Self::read_and(place, |_| {})
    }

    /// The first ones. They say what the log looks like, also the lines about them.
    pub(super) fn read_first(place: &Place) -> Result<Self, Refusal> {
        Self::read_and(place, |config| log::configure(&config.log))
    }

    fn read_and(place: &Place, look: impl FnOnce(&Config)) -> Result<Self, Refusal> {
        let config = Config::load(place.config_path()).map_err(|error| Refusal::new(Exit::Config, error))?;
        look(&config);
        config.warnings.iter().for_each(|warning| log::warning(warning));
        for retirement in config.retirements(wall_now(), config::RETIRES_SOON) {
            log::warning(&retirement.to_string());
        }
        let providers = usable_providers(&config)?;
        let settings = Self { config, providers };
        // Nobody hears of it, and nobody is connected to: files of certificates are read.
        Carrier::new(settings.destinations(), settings.limits(), unbounded_channel().0, None, None)
            .map_err(|error| Refusal::new(Exit::Config, error))?;
        Ok(settings)
    }

    /// The same for an agent that is at work in this spool and stays there.
    pub(super) fn read_again(place: &Place, layout: &Layout) -> Result<Self, Refusal> {
        let settings = Self::read(place)?;
        if place.layout(Some(&settings.config)) != *layout {
            let text = "the place of the spool, of its socket or of its spare folder has changed: that takes a restart";
            return Err(Refusal::new(Exit::Config, text));
        }
        Folders::open(&StdFs, layout).map_err(|error| Refusal::new(Exit::NoInput, error))?;
        Ok(settings)
    }

    /// Where mails go, in the order of the providers.
    pub(super) fn destinations(&self) -> Vec<Destination> {
        self.providers.iter().map(|ready| ready.destination.clone()).collect()
    }

    /// How long anything may take there.
    pub(super) fn limits(&self) -> submit::Limits {
        let config::Limits { connect, reply, dot, keep, .. } = self.config.limits;
        submit::Limits { connect, reply, dot, keep }
    }
}

fn usable_providers(config: &Config) -> Result<Vec<Ready>, Refusal> {
    let mut ready = Vec::new();
    for provider in &config.providers {
        match target::destination(provider, &config.limits) {
            Ok(destination) => ready.push(Ready { provider: provider.clone(), destination }),
            Err(error) => log::provider_skipped(&provider.name, &error),
        }
    }
    if ready.is_empty() {
        return Err(Refusal::new(Exit::Config, "no provider can be used; the lines above say why"));
    }
    let is_usable = |name: &String| ready.iter().any(|it| it.provider.name == *name);
    for rule in config.routing.iter().filter(|it| !it.rule.providers.iter().any(is_usable)) {
        log::rule_without_providers((&rule.file, rule.line), &rule.rule.providers);
    }
    Ok(ready)
}
