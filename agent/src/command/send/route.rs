//! To which server a message goes and as whom: from the configuration, from the command line, or from both.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use mime::CharsetPolicy;
use smtp::{AuthPolicy, Credentials, Secret};
use spool_format::Address;
use zeroize::Zeroizing;

use super::is_stdin;
use crate::address;
use crate::command::visit::{self, Tls};
use crate::command::{Refusal, target};
use crate::config::{self, Config, Kind, Means, Provider, SecretSource};
use crate::exit::Exit;
use crate::output::terminal::printable;
use crate::submit::{Identity, Target};

/// Octets of a password on stdin.
const PASSWORD_OCTETS_MAX: u64 = 4096;

/// The options that say so.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Where to and as whom")]
pub(super) struct RouteOptions {
    /// A provider of the configuration; the options below take the place of what it says.
    #[arg(long, value_name = "NAME", required_unless_present = "server")]
    provider: Option<String>,
    /// Host name or address of the mail server.
    #[arg(long, value_name = "HOST")]
    server: Option<String>,
    /// Its port; usually by --tls: 587, 465 or 25.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// When TLS starts; usually by the port: 465 implicit, else starttls.
    #[arg(long, value_name = "WHEN")]
    tls: Option<Tls>,
    /// Certificates (PEM) that vouch for the server, in place of the system's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// What is said with EHLO.
    #[arg(long, value_name = "NAME")]
    helo: Option<String>,
    /// As whom to log in; without it there is no login.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Mechanisms, best first: auto, none, or names with commas in between.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    auth: Vec<String>,
    /// File with the password, readable by its owner only; `-` is the first line of stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "password_table")]
    password_file: Option<PathBuf>,
    /// File with lines of user:server:password, readable by its owner only.
    #[arg(long, value_name = "FILE")]
    password_table: Option<PathBuf>,
    /// Envelope sender, and the address in the header From unless --header-from has another.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Header From: a name, an address, or both as in 'NAME <ADDRESS>'.
    #[arg(long, value_name = "MAILBOX")]
    header_from: Option<String>,
    /// auto, utf-8 or iso-2022-jp.
    #[arg(long, value_name = "POLICY")]
    charset: Option<String>,
}

impl RouteOptions {
    /// Whether the password comes from stdin.
    pub(super) fn reads_stdin(&self) -> bool {
        is_stdin(self.password_file.as_ref())
    }
}

/// The way of one message.
#[derive(Debug)]
pub(super) struct Route {
    /// The server; without any secret until one is needed.
    pub(super) target: Target,
    /// The way there as it was configured.
    way: Option<config::Route>,
    pub(super) policy: AuthPolicy,
    pub(super) user: Option<String>,
    secret: Option<(Kind, SecretSource)>,
    /// For DIGEST-MD5.
    realm: Option<String>,
    /// Envelope sender.
    pub(super) from: Address,
    /// The address in the header From.
    pub(super) header_from: Address,
    /// The name beside it.
    pub(super) from_name: Option<String>,
    pub(super) charset: CharsetPolicy,
}

fn usage(text: impl std::fmt::Display) -> Refusal {
    Refusal::new(Exit::Usage, text)
}

impl Route {
    /// Puts together what the configuration and the command line say. Reads no secret.
    pub(super) fn new(options: &RouteOptions, config: Option<&Config>) -> Result<Self, Refusal> {
        let provider = match (&options.provider, config) {
            (Some(name), Some(config)) => Some(server(visit::named(config, name)?)?),
            (Some(_), None) => {
                let text = "there is no configuration with this provider; name one with --config FILE, or a server with --server";
                return Err(Refusal::new(Exit::Config, text));
            }
            (None, _) => None,
        };
        let address = |text: &str| address::parse(text).map_err(usage);
        let from = match (&options.from, provider) {
            (Some(text), _) => address(text)?,
            (None, Some(provider)) => provider.from.clone(),
            (None, None) => {
                return Err(usage("--from is missing: the address that this server lets you send as"));
            }
        };
        let (name, other) = options.header_from.as_deref().map_or((None, None), name_and_address);
        let header_from = other.map(|text| address(&text)).transpose()?.unwrap_or_else(|| from.clone());
        let charset = options.charset.as_deref().map(config::charset).transpose().map_err(usage)?;
        let user = options.user.clone().or_else(|| provider?.user.clone());
        Ok(Self {
            target: target(options, provider),
            way: provider.map(|it| it.route.clone()),
            policy: policy(options, provider, user.is_some())?,
            secret: secret(options, provider),
            realm: provider.and_then(|it| it.realm.clone()),
            user,
            from,
            header_from,
            from_name: name.or_else(|| provider?.from_name.clone()),
            charset: charset.or(provider.map(|it| it.charset)).unwrap_or_default(),
        })
    }

    /// The server with the login, and that of its proxy.
    pub(super) fn with_login(&self, options: &RouteOptions) -> Result<Target, Refusal> {
        let mut target = self.target.clone();
        target.auth = self.policy.clone();
        if let Some(way) = &self.way {
            target.route = target::route(way).map_err(|error| Refusal::new(Exit::Config, error))?;
        }
        let (Some(user), true) = (&self.user, self.policy != AuthPolicy::None) else { return Ok(target) };
        target.identity = if options.reads_stdin() {
            let mut credentials = Credentials::with_password(user, password_from_stdin()?);
            credentials.realm.clone_from(&self.realm);
            Identity::Password(Arc::new(credentials))
        } else {
            let secret = self.secret.as_ref().ok_or_else(|| {
                usage("--user has no password: give --password-file or --password-table, or --auth none")
            })?;
            let identity = target::identity_with(user, &target.host, secret, self.realm.as_deref());
            identity.map_err(|error| Refusal::new(Exit::Config, error))?
        };
        Ok(target)
    }
}

/// The provider, if it is a server: others have no dialogue that could be shown.
fn server(provider: &Provider) -> Result<&Provider, Refusal> {
    match provider.means {
        Means::Smtp => Ok(provider),
        Means::Command(_) | Means::Maildir(_) => Err(usage(format!(
            "`{}` is no mail server; look at it with `alertmail probe`, and send through it with `enqueue`",
            printable(&provider.name)
        ))),
    }
}

fn target(options: &RouteOptions, provider: Option<&Provider>) -> Target {
    let mut target = match provider {
        Some(provider) => target::outline(provider),
        None => visit::stranger(
            options.server.as_deref().unwrap_or_default(),
            visit::endpoint(options.port, options.tls),
            None,
        ),
    };
    if let Some(host) = options.server.as_ref().filter(|_| provider.is_some()) {
        target.host = address::ascii(host).into_owned();
        // It belongs to the host that it was configured beside.
        target.tls_name = None;
    }
    if options.port.is_some() || options.tls.is_some() {
        target.endpoints = vec![visit::endpoint(options.port, options.tls)];
    }
    if let Some(path) = &options.ca_file {
        target.trust = visit::trust(Some(path.clone()));
    }
    if let Some(helo) = &options.helo {
        target.helo.clone_from(helo);
    }
    target
}

fn policy(
    options: &RouteOptions,
    provider: Option<&Provider>,
    has_user: bool,
) -> Result<AuthPolicy, Refusal> {
    let words: Vec<&str> = options.auth.iter().map(String::as_str).collect();
    let policy = match words[..] {
        [] => match provider.map(|it| it.auth.clone()).filter(|it| *it != AuthPolicy::None) {
            Some(policy) => policy,
            None if has_user => AuthPolicy::Auto,
            None => AuthPolicy::None,
        },
        ["auto"] => AuthPolicy::Auto,
        ["none"] => AuthPolicy::None,
        _ => {
            let mechanisms: Result<_, String> = words.iter().map(|word| config::mechanism(word)).collect();
            AuthPolicy::Listed(mechanisms.map_err(usage)?)
        }
    };
    if policy != AuthPolicy::None && !has_user {
        return Err(usage("--auth asks for a login, and there is no --user"));
    }
    Ok(policy)
}

fn secret(options: &RouteOptions, provider: Option<&Provider>) -> Option<(Kind, SecretSource)> {
    let file = options.password_file.clone().map(SecretSource::File);
    let table = || options.password_table.clone().map(SecretSource::Table);
    let given = file.or_else(table).map(|source| (Kind::Password, source));
    given.or_else(|| target::secret(provider?))
}

/// The first line, without its end.
fn password_from_stdin() -> Result<Secret, Refusal> {
    let mut text = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(PASSWORD_OCTETS_MAX).read_to_string(&mut text);
    read.map_err(|error| {
        Refusal::new(Exit::NoInput, format!("no password can be read from stdin: {error}"))
    })?;
    let secret = Secret::new(text.lines().next().unwrap_or_default().to_owned());
    if secret.is_empty() {
        return Err(Refusal::new(Exit::NoInput, "stdin has no password in its first line"));
    }
    Ok(secret)
}

/// `NAME <ADDRESS>`, `<ADDRESS>`, `ADDRESS` or `NAME`.
fn name_and_address(text: &str) -> (Option<String>, Option<String>) {
    let text = text.trim();
    let named = |name: &str| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    match text.strip_suffix('>').and_then(|front| front.rsplit_once('<')) {
        Some((name, address)) => (named(name), Some(address.to_owned())),
        None if address::parse(text).is_ok() => (None, Some(text.to_owned())),
        None => (named(text), None),
    }
}

impl Route {
    /// For people: the server, and the login.
    pub(super) fn in_words(&self) -> String {
        let Target { name, host, endpoints, .. } = &self.target;
        let ways: Vec<String> = endpoints.iter().map(|endpoint| visit::way(*endpoint)).collect();
        let name = if name == host { String::new() } else { format!("{name}: ") };
        let login = match (&self.user, &self.policy) {
            (_, AuthPolicy::None) | (None, _) => "no login".to_owned(),
            (Some(user), _) => format!("login as {user}"),
        };
        printable(&format!("{name}{host} port {}, {login}", ways.join(" or ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_from_has_a_name_an_address_or_both() {
        for (text, name, address) in [
            ("監視 <watch@example.jp>", Some("監視"), Some("watch@example.jp")),
            ("<watch@example.jp>", None, Some("watch@example.jp")),
            ("watch@example.jp", None, Some("watch@example.jp")),
            ("Night watch", Some("Night watch"), None),
            ("a < b <x@example.jp>", Some("a < b"), Some("x@example.jp")),
            ("", None, None),
        ] {
            let (found, other) = name_and_address(text);
            assert_eq!((found.as_deref(), other.as_deref()), (name, address), "{text}");
        }
    }
}
