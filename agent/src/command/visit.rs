//! What `probe` and `send` share: a provider of the configuration or of the command line, its login, limits, a runtime.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use smtp::{AuthPolicy, Security};

use super::place::{Place, SYSTEM_CONFIG};
use super::{Refusal, target};
use crate::address;
use crate::config::{self, Config, Provider};
use crate::exit::Exit;
use crate::output::terminal::printable;
use crate::output::trace::Unsaid;
use crate::submit::{self, Endpoint, Identity, Route, Target};

/// When TLS starts, as it is said on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Tls {
    /// After the STARTTLS command.
    Starttls,
    /// From the first octet.
    Implicit,
    /// Never.
    None,
}

impl Tls {
    pub(super) const fn security(self) -> Security {
        match self {
            Self::Starttls => Security::StartTls,
            Self::Implicit => Security::Implicit,
            Self::None => Security::None,
        }
    }
}

/// One way in, from what was said of it; the rest is as usual.
pub(super) fn endpoint(port: Option<u16>, tls: Option<Tls>) -> Endpoint {
    let usual = if port == Some(465) { Security::Implicit } else { Security::StartTls };
    let security = tls.map_or(usual, Tls::security);
    let usual = match security {
        Security::StartTls => 587,
        Security::Implicit => 465,
        Security::None => 25,
    };
    Endpoint { port: port.unwrap_or(usual), security }
}

/// Certificates in a file are those of an authority; without one the system's count.
pub(super) fn trust(ca_file: Option<PathBuf>) -> config::Trust {
    ca_file.map_or(config::Trust::System, config::Trust::CaFile)
}

/// A server that is in no configuration, without a login.
pub(super) fn stranger(host: &str, endpoint: Endpoint, ca_file: Option<PathBuf>) -> Target {
    Target {
        name: host.to_owned(),
        host: address::ascii(host).into_owned(),
        endpoints: vec![endpoint],
        route: Route::Straight,
        trust: trust(ca_file),
        tls_name: None,
        helo: target::default_helo(),
        auth: AuthPolicy::None,
        identity: Identity::Nobody,
        messages_per_connection: 1,
        chunking: true,
        recipients_max: 100,
    }
}

/// `587 (starttls)`.
pub(super) fn way(endpoint: Endpoint) -> String {
    format!("{} ({})", endpoint.port, kind(endpoint.security))
}

/// The word of the configuration.
pub(super) const fn kind(security: Security) -> &'static str {
    match security {
        Security::None => "none",
        Security::StartTls => "starttls",
        Security::Implicit => "implicit",
    }
}

/// The configuration that was named, or the system's, if there is one.
pub(super) fn config(place: &Place) -> Result<Option<Config>, Refusal> {
    let path = match &place.config {
        Some(path) => path.as_path(),
        None if std::fs::File::open(SYSTEM_CONFIG).is_ok() => place.config_path(),
        None => return Ok(None),
    };
    Config::load(path).map(Some).map_err(|error| Refusal::new(Exit::Config, error))
}

/// The provider of this name.
pub(super) fn named<'c>(config: &'c Config, name: &str) -> Result<&'c Provider, Refusal> {
    config.providers.iter().find(|provider| provider.name == name).ok_or_else(|| {
        let known: Vec<String> = config.providers.iter().map(|it| format!("`{}`", printable(&it.name))).collect();
        let text = format!(
            "no provider is called `{}`; the configuration has {}, and one that is in none is written HOST:PORT",
            printable(name),
            known.join(", ")
        );
        Refusal::new(Exit::Usage, text)
    })
}

/// The configuration's time limits, or shorter ones. Nothing is kept.
pub(super) fn limits(config: Option<&Config>, each: Option<Duration>) -> submit::Limits {
    let limits = config.map_or_else(config::Limits::default, |config| config.limits);
    submit::Limits {
        connect: each.map_or(limits.connect, |each| each.min(limits.connect)),
        reply: each.unwrap_or(limits.reply),
        dot: limits.dot,
        keep: Duration::ZERO,
    }
}

/// The same identity; what proves it is kept out of sight by `unsaid`, a token as soon as it is fetched.
pub(super) fn watched(identity: Identity, unsaid: &Unsaid) -> Identity {
    match identity {
        Identity::Nobody => Identity::Nobody,
        Identity::Password(credentials) => {
            unsaid.add(credentials.proof.secret());
            Identity::Password(credentials)
        }
        Identity::Token { user, source } => {
            let unsaid = unsaid.clone();
            Identity::Token { user, source: source.told_to(move |token| unsaid.add(token)) }
        }
    }
}

/// Runs it to its end. A name that is still being resolved then holds nobody up.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Refusal::new(Exit::Io, format!("the system gives no event queue: {error}")))?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_and_tls_follow_from_each_other() {
        for (port, tls, expected) in [
            (None, None, (587, Security::StartTls)),
            (Some(465), None, (465, Security::Implicit)),
            (Some(45_587), None, (45_587, Security::StartTls)),
            (None, Some(Tls::Implicit), (465, Security::Implicit)),
            (None, Some(Tls::None), (25, Security::None)),
            (Some(465), Some(Tls::Starttls), (465, Security::StartTls)),
        ] {
            let Endpoint { port: number, security } = endpoint(port, tls);
            assert_eq!((number, security), expected, "{port:?} {tls:?}");
        }
    }
}
