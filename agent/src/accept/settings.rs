//! What the configuration says about every alert, and about the mails that go through a provider.

use spool_format::{Address, AlertId, History};

use super::{Form, Policy, Sender};
use crate::config::{CommandLine, Config, Input, Means, Provider};

/// The alias for every local name that is not known.
const DEFAULT: &str = "default";

/// What every machine calls itself.
const EVERY_HOST: [&str; 2] = ["localhost", "localhost.localdomain"];

/// The domain of nobody.
const NOWHERE: &str = "localhost";

/// An address; a domain may have the dot behind it that says that it is whole.
fn parse(name: &str) -> Option<Address> {
    crate::address::parse(name.trim().trim_end_matches('.')).ok()
}

impl Policy {
    /// What somebody has typed who can be asked back: an alias, or an address as it stands.
    pub(crate) fn look_up(&self, name: &str) -> Option<Vec<Address>> {
        if let Some((_, addresses)) = self.alias(name) {
            return Some(addresses.to_vec());
        }
        let address = parse(name);
        address.filter(|address| !self.is_at_home(address)).map(|address| vec![address])
    }

    /// What an alert names: the same, and for local names that are not known the alias [`DEFAULT`], if there is one.
    pub(crate) fn lead(&self, name: &str) -> Option<Vec<Address>> {
        self.look_up(name).or_else(|| {
            let is_local = self.is_local(name);
            self.aliases.get(DEFAULT).filter(|addresses| is_local && !addresses.is_empty()).cloned()
        })
    }

    /// Whether it is somebody of this machine, known or not.
    pub(crate) fn is_local(&self, name: &str) -> bool {
        match parse(name) {
            Some(address) => self.is_at_home(&address),
            None => !name.contains('@'),
        }
    }

    /// The alias that is meant by a name, or by an address at this machine.
    pub(crate) fn alias(&self, name: &str) -> Option<(&str, &[Address])> {
        let name = name.trim();
        let of = |name: &str| {
            let exact = self.aliases.get_key_value(name);
            let any_case = || self.aliases.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            exact.or_else(any_case).map(|(name, addresses)| (name.as_str(), addresses.as_slice()))
        };
        of(name).or_else(|| {
            let address = parse(name)?;
            of(address.local()).filter(|_| self.is_here(&address))
        })
    }

    fn is_here(&self, address: &Address) -> bool {
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(address.domain()))
    }

    /// Whether it is at this machine, and not one that the configuration names as it stands.
    fn is_at_home(&self, address: &Address) -> bool {
        self.is_here(address) && !self.names(address)
    }

    /// The same on a machine of this name: it is known by its first label, too.
    #[must_use]
    pub fn on(mut self, host: &str) -> Self {
        let host = host.trim_end_matches('.');
        let label = host.split('.').next().unwrap_or_default();
        for name in [host, label].into_iter().filter(|name| !name.is_empty()) {
            self.hosts.insert(name.to_owned());
        }
        self
    }

    /// Whether the configuration names this address: whoever may write alerts may reach it. Domains are compared
    /// without regard to case (RFC 5321 section 2.4).
    pub(crate) fn names(&self, address: &Address) -> bool {
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
            hosts: EVERY_HOST
                .into_iter()
                .map(str::to_owned)
                .chain(config.alerts.local_hosts.clone())
                .collect(),
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
