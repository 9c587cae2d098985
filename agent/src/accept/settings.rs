//! What the configuration says about every alert, and about the mails that go through a provider.

use spool_format::{AlertId, History};

use super::{Policy, Sender};
use crate::config::{Config, Provider};

impl Policy {
    /// As this configuration has it.
    pub fn of(config: &Config) -> Self {
        Self {
            default_to: config.alerts.to.clone(),
            from_name: config.alerts.from_name.clone(),
            notices_to: config.notices.to.as_ref().unwrap_or(&config.alerts.to).clone(),
            aliases: config.aliases.clone(),
            domain: config.providers.first().map_or("localhost", |first| first.from.domain()).to_owned(),
            manners: config.manners.clone(),
        }
    }

    /// The right side of an alert's Message-ID: it stays as the journal has it. One that a whole message brought along
    /// says nothing about ours.
    pub fn domain_for<'a>(&'a self, history: Option<&'a History>) -> &'a str {
        let known = history.and_then(|history| history.message_id.as_deref());
        let known = known.and_then(|it| it.strip_prefix('<')?.strip_suffix('>')?.rsplit_once('@'));
        let ours = known.filter(|(left, _)| AlertId::parse(left).is_some());
        ours.map_or(self.domain.as_str(), |(_, domain)| domain)
    }
}

impl Sender {
    /// As this provider has it.
    pub fn of(provider: &Provider) -> Self {
        Self {
            provider: provider.name.clone(),
            from: provider.from.clone(),
            from_name: provider.from_name.clone(),
            charset: provider.charset,
            limits: provider.mail_limits,
            free_from: provider.free_from,
        }
    }
}
