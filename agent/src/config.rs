//! The configuration: one TOML file, every key documented, every mistake named with its file, line and key.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `keys` | the table of keys: it drives the check for unknown ones, and the reference |
//! | `limits` | how long things may take, and the pauses between tries |
//! | `network` | what is done while names cannot be resolved |
//! | `source` | the files as one, with their mistakes, by file and line |
//! | `include` | further files that the main one names |
//! | `merge` | several files as one table |
//! | `drills` | how often providers are asked without an alert |
//! | `manners` | how mails are presented: `[[recipient]]`, heads of subjects, lateness |
//! | `keeping` | how long what is over is kept |
//! | `notices` | who is told of the agent's own condition, and how |
//! | `page` | where the status page can be asked for |
//! | `metrics` | numbers about the agent |
//! | `log` | what the agent's log looks like |
//! | `listen` | a place at which something can be asked by HTTP |
//! | `intake` | where alerts are taken from a network: `[[listen]]` |
//! | `url` | an address that is pinged |
//! | `template` | how mails are worded: `[template.NAME]`, and the keys that choose one |
//! | `section` | one table of the file, read key by key |
//! | `reading` | from files to what they mean, and what was found in them |
//! | `resolved` | all of it as it is meant, and where each value comes from |
//! | `provider` | a `[[provider]]` |
//! | `means` | one that is no server: a program, a folder for mail |
//! | `routing` | who may be asked for which recipients: `[[route]]` |
//! | `route` | the way there: straight, a proxy, a program |
//! | `security` | its TLS: endpoints, trust, where it may do without |
//! | `pin` | the digest of a server's public key |
//! | `in_clear` | where mail may go without TLS |
//! | `preset` | what is known of providers, as data |
//! | `sender` | as whom mail goes out, held against that |
//! | `retirement` | which providers have ended, or soon will |
//! | `value` | what a text means: a time, an endpoint |
//! | `login` | who logs in there, and how |
//! | `secret` | where a password or a token comes from |
//!
//! It reads the file and, when asked, a secret. It knows nothing of how what it says is carried out.

mod aliases;
mod drills;
mod in_clear;
mod include;
mod intake;
mod keeping;
mod keys;
mod limits;
mod listen;
mod log;
mod login;
mod manners;
mod means;
mod merge;
mod metrics;
mod network;
mod notices;
mod page;
mod pin;
mod preset;
mod provider;
mod reading;
mod resolved;
mod retirement;
mod route;
mod routing;
mod secret;
mod section;
mod security;
mod sender;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod url;
mod value;

use std::collections::BTreeMap;
use std::path::PathBuf;

use delivery::{HedgeAfter, RetryPlan};
use smtp::{AuthPolicy, Security};
use spool_format::Address;

pub(crate) use aliases::parse as parse_aliases;
pub use drills::Drills;
pub use in_clear::{hides_password, is_near};
pub use intake::{Intake, Speech};
pub use keeping::Keeping;
pub use keys::{Known, allowed_in_japanese, default_in_japanese, known, reference};
pub use limits::Limits;
pub use listen::Listen;
pub use log::{Log, LogFormat, LogLevel};
pub(crate) use login::mechanism;
pub use manners::{Manners, Rule, SubjectHead};
pub use means::{CommandLine, Input, Means};
pub use metrics::Metrics;
pub use network::Network;
pub use notices::{DeadMan, Notices};
pub use page::Page;
pub use pin::Pin;
pub use preset::{Preset, PresetLimits, Senders, UserForm, presets};
pub(crate) use provider::charset;
pub use reading::{ConfigError, Reading};
pub(crate) use resolved::word;
pub use resolved::{Origin, Setting, Table};
pub use retirement::{RETIRES_SOON, Retirement};
pub use routing::RoutingRule;
pub use secret::{Kind, SecretError, SecretSource};
pub use source::Mistake;
pub use template::{Choice, Wording};
pub use url::Url;
pub use value::time;

use section::Section;
use source::Source;

/// What the file means.
#[derive(Clone, Debug)]
pub struct Config {
    /// The spool's folder.
    pub spool: PathBuf,
    /// What holds for every alert.
    pub alerts: Alerts,
    /// How mails are presented.
    pub manners: Manners,
    /// Names that stand for addresses.
    pub aliases: BTreeMap<String, Vec<Address>>,
    /// What holds for those who write alerts.
    pub submit: Submit,
    /// Pauses and life times.
    pub retry: RetryPlan,
    /// Time limits.
    pub limits: Limits,
    /// What is done while names cannot be resolved.
    pub network: Network,
    /// How often each provider is asked without an alert.
    pub drills: Drills,
    /// How long what is over is kept, and room on the spool's disk.
    pub keeping: Keeping,
    /// Who is told of the agent's own condition, and how.
    pub notices: Notices,
    /// Where numbers about the agent go.
    pub metrics: Metrics,
    /// What the agent's log looks like.
    pub log: Log,
    /// Where the status page can be asked for.
    pub page: Page,
    /// Where alerts are taken from a network.
    pub intakes: Vec<Intake>,
    /// In order of preference; at least one.
    pub providers: Vec<Provider>,
    /// Who may be asked for which recipients; the first rule that fits counts.
    pub routing: Vec<RoutingRule>,
    /// What deserves attention and stops nothing, one sentence each.
    pub warnings: Vec<String>,
}

/// What holds for every alert.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// Who gets alerts that name nobody.
    pub to: Vec<Address>,
    /// Display name of the sender.
    pub from_name: Option<String>,
    /// Names of this machine besides its own: what stands before their `@` may be an alias.
    pub local_hosts: Vec<String>,
}

/// What holds for those who write alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// Who may name any recipient, besides root and the agent's own user.
    pub free_recipients: Vec<Account>,
    /// What one user may have on the way; root and the agent's own user have no such limit.
    pub alerts_per_user: usize,
    /// The same in octets.
    pub octets_per_user: u64,
    /// The socket for those who cannot write into the spool, if not where it is by itself.
    pub socket: Option<PathBuf>,
    /// The folder in memory for when nothing else takes an alert, if not where it is by itself.
    pub spare: Option<PathBuf>,
}

impl Default for Submit {
    fn default() -> Self {
        Self {
            free_recipients: vec![Account::Group("alertmail-ops".to_owned())],
            alerts_per_user: 10_000,
            octets_per_user: 256 << 20,
            socket: None,
            spare: None,
        }
    }
}

/// A user or a group of this system: its name, or its number in digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// One user.
    User(String),
    /// Everybody who is in this group.
    Group(String),
}

/// One provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in journal and log.
    pub name: String,
    /// By which means mail gets there. What follows of servers says nothing where it is none.
    pub means: Means,
    /// Host name or address.
    pub host: String,
    /// Ways in, in the order in which they are tried.
    pub endpoints: Vec<Endpoint>,
    /// Who vouches for its certificate.
    pub trust: Trust,
    /// The name that its certificate has to be for, if not the host's.
    pub tls_name: Option<String>,
    /// The way there.
    pub route: Route,
    /// Which mechanisms may be used.
    pub auth: AuthPolicy,
    /// As whom to log in.
    pub user: Option<String>,
    /// Where the password comes from.
    pub password: Option<SecretSource>,
    /// Where the access token comes from; then there is no password.
    pub token: Option<SecretSource>,
    /// The realm for DIGEST-MD5, if it is not the one that the server offers.
    pub realm: Option<String>,
    /// Envelope sender and header From.
    pub from: Address,
    /// Display name where the alert has none.
    pub from_name: Option<String>,
    /// What is said with EHLO; the host's name when absent.
    pub helo: Option<String>,
    /// Which charsets its readers take.
    pub charset: mime::CharsetPolicy,
    /// What it takes at most.
    pub mail_limits: mime::Limits,
    /// Whether From may be the alert's own sender.
    pub free_from: bool,
    /// Attempts at the same time.
    pub connections: usize,
    /// How long it may take to be ready for a message, where that is not what holds for all.
    pub hedge_after: Option<HedgeAfter>,
    /// After so many messages a connection is given up for a new one.
    pub messages_per_connection: usize,
    /// Whether a message may go as a chunk, along with its envelope.
    pub chunking: bool,
    /// Whether it is asked from time to time without an alert.
    pub drill: bool,
    /// How much it is given.
    pub quota: delivery::Quota,
    /// As whom it lets us send; any, where the file says so.
    pub senders: Senders,
    /// The preset that filled in what the file leaves out.
    pub preset: Option<&'static Preset>,
}

impl Provider {
    /// What it is known to mean by its replies.
    pub fn phrases(&self) -> delivery::Phrases {
        self.preset.map(|preset| preset.phrases.clone()).unwrap_or_default()
    }

    /// The day on which the service ended or will end, if it does.
    pub fn retired(&self) -> Option<&'static str> {
        self.preset?.retired.as_deref()
    }
}

/// One way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// TCP port.
    pub port: u16,
    /// When TLS starts.
    pub security: Security,
}

/// The way to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A TCP connection.
    Straight,
    /// A TCP connection that this proxy makes.
    Socks(Proxy),
    /// This program's standard input and output; `{host}` and `{port}` in its words are filled in. No shell is involved.
    Command(Vec<String>),
}

/// A SOCKS5 proxy (RFC 1928).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The user, and where the password comes from.
    pub login: Option<(String, SecretSource)>,
}

/// Who vouches for a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Whomever this system trusts.
    System,
    /// The certificates in this file (PEM), and nobody else.
    CaFile(PathBuf),
    /// Nobody: the certificate has one of these keys, whoever signed it, for whichever name and time.
    Pins(Vec<Pin>),
}

fn read(source: &Source<'_>, root: &toml::de::DeTable<'_>) -> Option<Config> {
    let root = Section::new(source, String::new(), keys::Place::Top, root);
    // The files have been read; what is no list of texts is named here.
    let _ = root.texts("include");
    let alerts = root.section("alerts", "[alerts]", keys::Place::Alerts);
    let manners = manners::read(&root, alerts.as_ref());
    let aliases_file = alerts.as_ref().and_then(|section| section.path("aliases_file"));
    let alerts = alerts.map_or_else(Alerts::default, |section| Alerts {
        to: section.addresses("to").unwrap_or_default(),
        from_name: section.text("from_name"),
        local_hosts: section.list("local_hosts", value::host).unwrap_or_default(),
    });
    let by_name = root.section("aliases", "[aliases]", keys::Place::Aliases);
    let aliases = aliases::read(&root, by_name.as_ref(), aliases_file.as_deref());
    let providers = provider::all(&root);
    let names: Option<Vec<&str>> =
        providers.as_ref().map(|all| all.iter().map(|provider| provider.name.as_str()).collect());
    let routing = routing::read(&root, names.as_deref());
    let intakes = intake::read(&root, providers.as_deref());
    if alerts.to.is_empty() {
        root.warn("alerts", "[alerts] has no `to`: an alert that names nobody becomes a dead letter");
    }
    Some(Config {
        spool: root.path("spool").unwrap_or_else(|| PathBuf::from(spool_format::folder::SYSTEM_SPOOL)),
        alerts,
        manners,
        aliases,
        submit: submit(&root),
        retry: limits::retry(&root),
        limits: limits::limits(&root),
        network: network::network(&root),
        drills: drills::read(&root),
        keeping: keeping::keeping(&root),
        notices: notices::read(&root),
        metrics: metrics::read(&root),
        log: log::read(&root),
        page: page::read(&root),
        intakes,
        providers: providers?,
        routing,
        warnings: Vec::new(),
    })
}

fn submit(root: &Section<'_, '_>) -> Submit {
    let submit = Submit::default();
    let Some(section) = root.section("submit", "[submit]", keys::Place::Submit) else { return submit };
    Submit {
        free_recipients: section.list("free_recipients", value::account).unwrap_or(submit.free_recipients),
        alerts_per_user: section
            .number("alerts_per_user", 1, u16::MAX)
            .map_or(submit.alerts_per_user, usize::from),
        octets_per_user: section
            .number("mib_per_user", 1, u16::MAX)
            .map_or(submit.octets_per_user, |mib| u64::from(mib) << 20),
        socket: section.path("socket"),
        spare: section.path("spare"),
    }
}
