//! What the configuration says about every alert, and about the mails that go through a provider.

use spool_format::{Address, AlertId, History};

use super::{Form, Policy, Sender};
use crate::config::{CommandLine, Config, Input, Means, Provider};

/// The domain of nobody.
const NOWHERE: &str = "localhost";

impl Policy {
    /// An alias, or an address as it stands.
    pub(crate) fn look_up(&self, name: &str) -> Option<Vec<Address>> {
        let alias = self.aliases.get(name.trim());
        alias.cloned().or_else(|| crate::address::parse(name).ok().map(|address| vec![address]))
    }

    /// Whether the configuration names this address: whoever may write alerts may reach it. Domains are compared
    /// without regard to case (RFC 5321 section 2.4).
    pub(super) fn names(&self, address: &Address) -> bool {
        let same = |known: &Address| {
            known.local() == address.local() && known.domain().eq_ignore_ascii_case(address.domain())
        };
        let lists = [&self.default_to, &self.notices_to, &self.canary_to];
        lists.into_iter().chain(self.aliases.values()).flatten().any(same)
    }

    /// As this configuration has it.
    pub fn of(config: &Config) -> Self {
        Self {
            default_to: config.alerts.to.clone(),
            from_name: config.alerts.from_name.clone(),
            notices_to: config.notices.to.as_ref().unwrap_or(&config.alerts.to).clone(),
            canary_to: config.drills.canary_to.clone(),
            aliases: config.aliases.clone(),
            domain: domain(config).to_owned(),
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

/// That of the first provider that has a sender of its own.
fn domain(config: &Config) -> &str {
    let domains = || config.providers.iter().map(|provider| provider.from.domain());
    domains().find(|domain| *domain != NOWHERE).unwrap_or(NOWHERE)
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
            form: match &provider.means {
                Means::Command(CommandLine { input: Input::Text { chars_max }, .. }) => {
                    Form::Text { chars_max: *chars_max }
                }
                Means::Command(_) | Means::Smtp | Means::Maildir(_) => Form::Mail,
            },
        }
    }
}
