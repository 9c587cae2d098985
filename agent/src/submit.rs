//! The network edge: carries attempts to providers, over connections that it keeps.
//!
//! | module | what it does |
//! | --- | --- |
//! | `connect` | names, addresses and endpoints to a connection |
//! | `memory` | the addresses that hosts had, for when names cannot be resolved |
//! | `race` | which address comes first, and who connects first |
//! | `socks` | a connection through a proxy |
//! | `program` | a program as the connection |
//! | `local` | what takes mails in the place of a server, with the same two gates |
//! | `gateway` | a program that takes mails |
//! | `maildir` | a folder for mail |
//! | `errand` | one attempt's mail, and what is told of its alert |
//! | `tls` | what a handshake needs, the handshake, and why there was none, in words |
//! | `trust` | says yes or no to a certificate |
//! | `certificate` | when one ends |
//! | `wire` | a connection in clear or in TLS |
//! | `drive` | pumps an `smtp::Session`: does what it says, tells it what came of it |
//! | `login` | as whom: a password, or a token that is fetched and renewed |
//! | `carry` | one task for each connection: attempts one after the other, then keeps it for a while |
//! | `onlooker` | what there is to see, for those who want to look on |
//! | `visit` | one session on its own, for a person: a probe, or one message |
//! | `notes` | what such a session has seen |
//! | `drill` | what can be found out of a provider without an alert |
//! | `peek` | the certificate of a server that was refused |
//! | `web` | one GET over HTTP, for a ping |
//! | `attempt` | what an attempt still owes the engine: its outcome, exactly once |
//!
//! It asks the engine for leave at both gates and decides nothing: how many attempts run where is not its business.

mod attempt;
mod carry;
mod certificate;
mod connect;
mod drill;
mod drive;
mod errand;
mod gateway;
mod local;
mod login;
mod maildir;
mod memory;
#[cfg(test)]
pub(crate) mod model;
mod notes;
mod onlooker;
mod peek;
mod program;
mod race;
mod socks;
mod tls;
mod trust;
mod visit;
mod web;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use delivery::{AttemptId, Sighting};
use smtp::{AuthPolicy, Credentials, Failure, Gate, Outcome, Phase, Trouble};
use spool_format::Wall;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use crate::config::{Endpoint, Pin, Trust};
use attempt::{Attempt, Word};
use carry::Carriage;
#[cfg(test)]
pub(crate) use carry::is_stale;
pub use errand::{About, Errand};
pub use gateway::Gateway;
use local::Local;
use login::Login;
pub use login::{Identity, TokenSource};
pub use maildir::Maildir;
#[cfg(test)]
pub(crate) use maildir::{Folder as MailFolder, MailFs, Written, named};
pub use memory::Memory;
pub use notes::{Notes, Seen, Way};
pub use onlooker::{Audience, Onlooker, Protection, Sight};
use tls::Handshake;
pub use tls::TrustError;
pub use trust::pin_of_key;
pub use visit::Visit;
pub use web::Web;

/// How long all kept connections together may take to say goodbye.
const GOODBYE_MAX: Duration = Duration::from_secs(2);

/// Where mails go.
#[derive(Clone, Debug)]
pub enum Destination {
    /// To a server.
    Server(Box<Target>),
    /// To a program.
    Program(Gateway),
    /// Into a folder.
    Maildir(Maildir),
}

impl From<Target> for Destination {
    fn from(target: Target) -> Self {
        Self::Server(Box::new(target))
    }
}

/// A destination that is ready.
#[derive(Clone, Debug)]
enum Station {
    Server(Arc<Carriage>),
    Local(Local),
}

/// One provider, as the network sees it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name, for errors.
    pub name: String,
    /// Host name or IP address; the certificate has to be for it.
    pub host: String,
    /// In the order in which they are tried, until one can be reached.
    pub endpoints: Vec<Endpoint>,
    /// The way there.
    pub route: Route,
    /// Who vouches for it.
    pub trust: Trust,
    /// The name that the certificate has to be for, if not the host's.
    pub tls_name: Option<String>,
    /// What is said with EHLO.
    pub helo: String,
    /// Which mechanisms may be used.
    pub auth: AuthPolicy,
    /// As whom to log in.
    pub identity: Identity,
    /// After so many messages a connection is given up for a new one.
    pub messages_per_connection: usize,
    /// Whether a message may go as a chunk, along with its envelope.
    pub chunking: bool,
    /// Recipients of one transaction.
    pub recipients_max: usize,
}

/// The way to a provider.
#[derive(Clone, Debug)]
pub enum Route {
    /// A TCP connection.
    Straight,
    /// A TCP connection that this proxy makes.
    Socks(Proxy),
    /// This program's standard input and output; `{host}` and `{port}` in its words are filled in.
    Command(Vec<String>),
    /// As straight, to a server in memory.
    #[cfg(test)]
    Model(model::Exchange),
}

/// A SOCKS5 proxy.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// As whom to log in there.
    pub login: Option<Arc<Credentials>>,
}

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For name, connection and handshake, each time.
    pub connect: Duration,
    /// For the reply to a command, and for writing.
    pub reply: Duration,
    /// For the reply to the final dot.
    pub dot: Duration,
    /// How long a connection is kept without work.
    pub keep: Duration,
}

/// What happened to an attempt.
#[derive(Debug)]
pub enum Report {
    /// It stands before a gate, and waits for [`Carrier::grant`] or [`Carrier::withdraw`].
    Reached {
        /// Which attempt.
        attempt: AttemptId,
        /// Which gate.
        gate: Gate,
    },
    /// Something about its way that belongs into the alert's history.
    Noted {
        /// Which attempt.
        attempt: AttemptId,
        /// One sentence.
        note: String,
    },
    /// A drill is over. Comes exactly once for each [`Carrier::drill`].
    Drilled {
        /// Place of the provider.
        provider: usize,
        /// What was seen.
        sighting: Sighting,
    },
    /// Addresses of hosts are to be written down: the text of the file.
    Addresses(String),
    /// It is over. Comes exactly once for each [`Carrier::begin`].
    Ended {
        /// Which attempt.
        attempt: AttemptId,
        /// What came of it, for each recipient.
        outcome: Outcome,
    },
}

/// Carries attempts.
#[derive(Debug)]
pub struct Carrier {
    providers: Vec<Station>,
    reports: UnboundedSender<Report>,
    words: BTreeMap<AttemptId, UnboundedSender<Word>>,
    tasks: JoinSet<()>,
    leaving: watch::Sender<bool>,
}

impl Carrier {
    /// Prepares for these providers. Reads the files of [`Trust::CaFile`], and connects to nobody. The audience looks on
    /// at every connection. Without a memory a name that cannot be resolved leads nowhere.
    pub fn new<D: Into<Destination>>(
        destinations: Vec<D>,
        limits: Limits,
        reports: UnboundedSender<Report>,
        audience: Option<&Arc<dyn Audience>>,
        memory: Option<&Arc<Memory>>,
    ) -> Result<Self, TrustError> {
        let (leaving, _) = watch::channel(false);
        let prepare = |destination: D| {
            let target = match destination.into() {
                Destination::Server(target) => target,
                Destination::Program(gateway) => return Ok(Station::Local(Local::Gateway(gateway))),
                Destination::Maildir(maildir) => return Ok(Station::Local(Local::Maildir(maildir))),
            };
            let tls = Handshake::prepare(&target)?.map(Arc::new);
            Ok(Station::Server(Arc::new(Carriage {
                login: Login::new(target.identity.clone()),
                target: *target,
                limits,
                tls,
                kept: Mutex::default(),
                leaving: leaving.subscribe(),
                memory: memory.cloned(),
                audience: audience.cloned(),
            })))
        };
        let providers = destinations.into_iter().map(prepare).collect::<Result<_, TrustError>>()?;
        Ok(Self { providers, reports, words: BTreeMap::new(), tasks: JoinSet::new(), leaving })
    }

    /// Begins an attempt at the provider in this place: on a kept connection if there is one, else on a new one.
    pub fn begin(&mut self, attempt: AttemptId, provider: usize, errand: impl Into<Errand>) {
        while self.tasks.try_join_next().is_some() {}
        self.words.retain(|_, words| !words.is_closed());
        let (words, inbox) = unbounded_channel();
        self.words.insert(attempt, words);
        let Errand { transaction, about } = errand.into();
        let attempt = Attempt::new(attempt, transaction, inbox, self.reports.clone());
        match (&self.providers[provider], about) {
            (Station::Server(carriage), _) => {
                if let Some(attempt) = carriage.hand_to_kept(attempt) {
                    self.tasks.spawn(carry::carry(Arc::clone(carriage), attempt));
                }
            }
            (Station::Local(local), Some(about)) => {
                self.tasks.spawn(local::carry(local.clone(), attempt, about));
            }
            (Station::Local(_), None) => {
                let why = "a mail without an alert goes to servers alone".to_owned();
                attempt.fail(&Failure::new(Phase::Connect, Trouble::Settings(why)));
            }
        }
    }

    /// Finds out whether the provider in this place could take a mail, with or without a login. At the end nobody waits
    /// for it.
    pub fn drill(&self, provider: usize, with_login: bool) {
        let (station, reports) = (self.providers[provider].clone(), self.reports.clone());
        tokio::spawn(async move {
            let sighting = drill::drill(station, with_login).await;
            // An engine that is gone does not want to know.
            let _ = reports.send(Report::Drilled { provider, sighting });
        });
    }

    /// Lets an attempt through the gate at which it stands.
    pub fn grant(&mut self, attempt: AttemptId) {
        self.tell(attempt, Word::Grant);
    }

    /// Takes an attempt back: at the gate where it stands, or wherever it is before DATA.
    pub fn withdraw(&mut self, attempt: AttemptId) {
        self.tell(attempt, Word::Withdraw);
    }

    /// When the certificate ends that the provider in this place showed last; `None` before the first handshake.
    pub fn certificate_end(&self, provider: usize) -> Option<Wall> {
        match &self.providers[provider] {
            Station::Server(carriage) => carriage.tls.as_ref()?.certificate_end(),
            Station::Local(_) => None,
        }
    }

    fn tell(&self, attempt: AttemptId, word: Word) {
        if let Some(words) = self.words.get(&attempt) {
            // An attempt that is over does not listen any more.
            let _ = words.send(word);
        }
    }

    /// Says goodbye on every kept connection, and waits for that, but not for long.
    pub async fn close(&mut self) {
        self.leaving.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GOODBYE_MAX, all).await;
    }
}
