//! A provider of the configuration as the network sees it, and as whom to log in there: the same for `run`, `probe` and
//! `send`.

use std::sync::Arc;

use smtp::Credentials;

use crate::config::{self, Kind, Limits, Means, Provider, SecretError, SecretSource};
use crate::edge::host;
use crate::submit::{Destination, Gateway, Identity, Maildir, Proxy, Route, Target, TokenSource};

/// The provider with all that it needs. Reads its secrets.
pub(super) fn destination(provider: &Provider, limits: &Limits) -> Result<Destination, SecretError> {
    Ok(match local(provider, limits) {
        Some(local) => local,
        None => target(provider, identity(provider)?)?.into(),
    })
}

/// What takes mails in the place of a server, if it is none.
pub(super) fn local(provider: &Provider, limits: &Limits) -> Option<Destination> {
    let name = provider.name.clone();
    match &provider.means {
        Means::Smtp => None,
        Means::Command(line) => {
            Some(Destination::Program(Gateway { name, line: line.clone(), within: limits.command }))
        }
        Means::Maildir(path) => {
            Some(Destination::Maildir(Maildir { name, path: path.clone(), within: limits.reply }))
        }
    }
}

/// The provider. Reads the password for its proxy, if that wants one.
pub(super) fn target(provider: &Provider, identity: Identity) -> Result<Target, SecretError> {
    Ok(Target { route: route(&provider.route)?, identity, ..outline(provider) })
}

/// The provider without any secret: as nobody, and at its proxy as nobody.
pub(super) fn outline(provider: &Provider) -> Target {
    let route = match &provider.route {
        config::Route::Straight => Route::Straight,
        config::Route::Socks(proxy) => {
            Route::Socks(Proxy { host: proxy.host.clone(), port: proxy.port, login: None })
        }
        config::Route::Command(words) => Route::Command(words.clone()),
    };
    Target {
        name: provider.name.clone(),
        host: provider.host.clone(),
        endpoints: provider.endpoints.clone(),
        route,
        trust: provider.trust.clone(),
        tls_name: provider.tls_name.clone(),
        helo: provider.helo.clone().unwrap_or_else(default_helo),
        auth: provider.auth.clone(),
        identity: Identity::Nobody,
        messages_per_connection: provider.messages_per_connection,
        chunking: provider.chunking,
        recipients_max: provider.quota.recipients_per_transaction(),
    }
}

/// As whom to log in at it.
pub(super) fn identity(provider: &Provider) -> Result<Identity, SecretError> {
    match (&provider.user, secret(provider)) {
        (Some(user), Some(secret)) => identity_with(user, &provider.host, &secret, provider.realm.as_deref()),
        (Some(_) | None, _) => Ok(Identity::Nobody),
    }
}

/// What the configuration says of the secret.
pub(super) fn secret(provider: &Provider) -> Option<(Kind, SecretSource)> {
    let password = provider.password.clone().map(|source| (Kind::Password, source));
    password.or_else(|| provider.token.clone().map(|source| (Kind::Token, source)))
}

/// A password is read at once, so that a mistake shows; a token when it is needed, since it does not live long.
pub(super) fn identity_with(
    user: &str,
    host: &str,
    (kind, source): &(Kind, SecretSource),
    realm: Option<&str>,
) -> Result<Identity, SecretError> {
    match kind {
        Kind::Password => {
            let mut credentials = Credentials::with_password(user, source.read(*kind, user, host)?);
            credentials.realm = realm.map(str::to_owned);
            Ok(Identity::Password(Arc::new(credentials)))
        }
        Kind::Token => {
            let (source, name, host) = (source.clone(), user.to_owned(), host.to_owned());
            let fetch = move || source.read(Kind::Token, &name, &host).map_err(|error| error.to_string());
            Ok(Identity::Token { user: user.to_owned(), source: TokenSource::new(fetch) })
        }
    }
}

/// The way there. Reads the password for a proxy that wants one.
pub(super) fn route(route: &config::Route) -> Result<Route, SecretError> {
    Ok(match route {
        config::Route::Straight => Route::Straight,
        config::Route::Socks(proxy) => {
            Route::Socks(Proxy { host: proxy.host.clone(), port: proxy.port, login: proxy_login(proxy)? })
        }
        config::Route::Command(words) => Route::Command(words.clone()),
    })
}

/// As whom to log in at the proxy, if it wants that.
fn proxy_login(proxy: &config::Proxy) -> Result<Option<Arc<Credentials>>, SecretError> {
    let Some((user, source)) = &proxy.login else { return Ok(None) };
    let password = source.read(Kind::Password, user, &proxy.host)?;
    Ok(Some(Arc::new(Credentials::with_password(user.clone(), password))))
}

/// The host's name if it is one that the world could know, else an address literal (RFC 5321 section 4.1.3): a bare
/// name is refused by strict servers.
pub(super) fn default_helo() -> String {
    let name = host::name();
    let is_full = name.contains('.')
        && !name.starts_with('.')
        && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b".-".contains(&octet));
    if is_full { name } else { "[127.0.0.1]".to_owned() }
}
