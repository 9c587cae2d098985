//! `alertmail probe`: what a provider offers, what its certificate says, and whether it can be used as it is configured.
//!
//! Connects, says EHLO, starts TLS, logs in if that was asked for, and leaves. No mail is sent, and without `--auth` nothing
//! secret. Each way in to a provider is looked at, and has its time, so that a silent one holds up the others for that long
//! and no longer. What counts is the first that can be reached, since it is the one that mail goes by.

mod certificate;
mod local;
mod report;
mod verdict;
mod words;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use smtp::{AuthPolicy, Failure, Phase, Security, Trouble};
use tokio::time::{timeout, timeout_at};

use super::place::Place;
use super::visit::{self, Tls};
use super::{Refusal, finish, json, target};
use crate::config::{self, Provider};
use crate::edge::clock;
use crate::exit::Exit;
use crate::output::terminal::Look;
use crate::output::trace::{Trace, Unsaid};
use crate::submit::{Destination, Endpoint, Identity, Limits, Notes, Onlooker, Route, Seen, Target, Visit};
use certificate::Certificate;
use local::LocalReport;
use report::{Connected, Fault, Login, Report};
use verdict::{Facts, Verdict, judge};

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Every way in is shown; the first that can be reached is the one that mail goes by. Exit code 0: every provider that was
asked can be used; otherwise that of the first one that cannot: 69: no connection, no TLS, no service; 75: it asks to
come back later; 77: the login is refused or impossible; 78: its secret cannot be read.

Examples:
  alertmail probe                                    every provider of the configuration
  alertmail probe home --auth                        one of them, with its login
  alertmail probe mail.example.jp:587                one that is in no configuration
  alertmail probe 192.0.2.1:25 --tls none --trace    the same without TLS, and the dialogue")]
pub struct Args {
    /// Its name in the configuration, or HOST:PORT; without it, all of the configuration in turn.
    #[arg(value_name = "PROVIDER|HOST:PORT")]
    provider: Option<String>,
    /// Log in as well; otherwise nothing secret is sent.
    #[arg(long)]
    auth: bool,
    /// When TLS starts, for HOST:PORT; usually by the port: 465 implicit, else starttls.
    #[arg(long, value_name = "WHEN")]
    tls: Option<Tls>,
    /// Certificates (PEM) that vouch for HOST:PORT, in place of the system's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Seconds for each way in.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Show the dialogue on stderr.
    #[arg(long)]
    trace: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Candidate {
    /// Who sends by it.
    fn sender(&self) -> String {
        self.provider.as_ref().map_or_else(String::new, |it| it.from.as_str().to_owned())
    }

    /// The same for each way in; a program knows one only.
    fn ways(&self) -> Vec<Self> {
        if self.wayless.is_some() || matches!(self.target.route, Route::Command(_)) {
            return vec![self.clone()];
        }
        let endpoints = self.target.endpoints.iter();
        let by = |endpoint: &Endpoint| Target { endpoints: vec![*endpoint], ..self.target.clone() };
        endpoints.map(|endpoint| Self { target: by(endpoint), ..self.clone() }).collect()
    }
}

impl Args {
    /// A probe of the configuration's providers, or of the one of this name, with their logins.
    pub(super) const fn with_login(provider: Option<String>, timeout: u64, trace: bool, json: bool) -> Self {
        Self { provider, auth: true, tls: None, ca_file: None, timeout, trace, json }
    }
}

/// For machines: what `probe --json` prints.
#[derive(Debug, serde::Serialize)]
struct Reports {
    providers: Vec<Looked>,
}

/// What was found of one provider.
#[derive(Debug, serde::Serialize)]
#[serde(untagged)]
enum Looked {
    Server(Box<Report>),
    Local(LocalReport),
}

/// One provider to be asked.
#[derive(Clone)]
struct Candidate {
    target: Target,
    policy: AuthPolicy,
    retired: Option<&'static str>,
    /// Why there is no way to it: the password for its proxy cannot be read.
    wayless: Option<String>,
    /// As it stands in the configuration, if it does.
    provider: Option<Provider>,
    /// What it is in the place of a server, if it is none.
    local: Option<Destination>,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(probe_all(args, place).map(|exit| (exit, String::new())))
}

fn probe_all(args: &Args, place: &Place) -> Result<Exit, Refusal> {
    let (candidates, limits) = candidates(args, place)?;
    let look = Look::of_stdout();
    let (mut reports, mut exit) = (Vec::new(), Exit::Done);
    let mut between = "";
    for candidate in &candidates {
        if let Some((code, report)) =
            candidate.local.as_ref().and_then(|it| local::look(it, &candidate.sender()))
        {
            exit = if exit == Exit::Done { code } else { exit };
            if args.json {
                reports.push(Looked::Local(report));
            } else {
                let _ = io::stdout()
                    .lock()
                    .write_all((between.to_owned() + &report.text(look.tongue)).as_bytes());
                between = "\n";
            }
            continue;
        }
        let mut verdict = None;
        let mut with_login = args.auth;
        let mut last = Exit::Done;
        for way in candidate.ways() {
            let (code, is_reached, report) = visit::block_on(probe(args, &way, with_login, limits))?;
            // Once is enough: a wrong password that comes again and again locks accounts.
            with_login &= !matches!(report.login, Login::Accepted | Login::Failed);
            verdict = verdict.or(is_reached.then_some(code));
            last = code;
            if args.json {
                reports.push(Looked::Server(Box::new(report)));
                continue;
            }
            // Each when it is known: the next one may take its time.
            let _ = io::stdout().lock().write_all((between.to_owned() + &report.text(look)).as_bytes());
            between = "\n";
        }
        if exit == Exit::Done {
            exit = verdict.unwrap_or(last);
        }
    }
    if args.json {
        let _ = io::stdout().lock().write_all(json(&Reports { providers: reports }).as_bytes());
    }
    Ok(exit)
}

fn candidates(args: &Args, place: &Place) -> Result<(Vec<Candidate>, Limits), Refusal> {
    let config = visit::config(place)?;
    let each = Duration::from_secs(args.timeout);
    let limits = visit::limits(config.as_ref(), Some(each));
    let known = |name: &str| config.iter().flat_map(|it| &it.providers).any(|it| it.name == name);
    let stranger = args.provider.as_deref().filter(|text| !known(text) && text.contains(':'));
    if let Some(text) = stranger {
        return Ok((vec![stranger_at(text, args)?], limits));
    }
    if args.tls.is_some() || args.ca_file.is_some() {
        let text = "--tls and --ca-file are for HOST:PORT; a provider of the configuration has them there";
        return Err(Refusal::new(Exit::Usage, text));
    }
    let Some(config) = config else {
        let text = "there is no configuration; name one with --config FILE, or a server as HOST:PORT";
        return Err(Refusal::new(Exit::Config, text));
    };
    let providers = match &args.provider {
        Some(name) => vec![visit::named(&config, name)?],
        None => config.providers.iter().collect(),
    };
    Ok((providers.into_iter().map(|it| candidate(it, &config.limits)).collect(), limits))
}

/// A provider of the configuration. One whose proxy cannot be asked keeps nobody from asking the others.
fn candidate(provider: &Provider, limits: &config::Limits) -> Candidate {
    let local = target::local(provider, limits);
    let (target, wayless) = match target::target(provider, Identity::Nobody) {
        Ok(target) => (target, None),
        Err(error) => (target::outline(provider), Some(error.to_string())),
    };
    let policy = provider.auth.clone();
    let retired = provider.retired().filter(|day| *day <= clock::wall_now().day().as_str());
    Candidate { target, policy, retired, wayless, provider: Some(provider.clone()), local }
}

/// A server that is in no configuration.
fn stranger_at(text: &str, args: &Args) -> Result<Candidate, Refusal> {
    let usage = |what: String| Refusal::new(Exit::Usage, what);
    if args.auth {
        let text =
            "--auth needs a provider of the configuration; for any other one try: alertmail send --help";
        return Err(usage(text.to_owned()));
    }
    let place =
        text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok().filter(|it| *it > 0)?)));
    let (host, port) = place
        .filter(|(host, _)| !host.is_empty())
        .ok_or_else(|| usage(format!("`{}` is not HOST:PORT", crate::output::terminal::printable(text))))?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let mut target = visit::stranger(&host, visit::endpoint(Some(port), args.tls), args.ca_file.clone());
    text.clone_into(&mut target.name);
    Ok(Candidate {
        target,
        policy: AuthPolicy::Auto,
        retired: None,
        wayless: None,
        provider: None,
        local: None,
    })
}

/// The exit code, whether the server could be reached, and the report.
async fn probe(args: &Args, candidate: &Candidate, with_login: bool, limits: Limits) -> (Exit, bool, Report) {
    let mut target = candidate.target.clone();
    let begun = clock::monotonic();
    let with_login = with_login && candidate.policy != AuthPolicy::None;
    let identity = match candidate.provider.as_ref().filter(|_| with_login) {
        Some(provider) => identity(provider).await.map(Some),
        None => Ok(None),
    };
    // Whatever else can be seen is worth seeing.
    let unreadable =
        identity.as_ref().err().map(|why| Failure::new(Phase::Auth, Trouble::Settings(why.clone())));
    (target.auth, target.identity) = match identity {
        Ok(Some(identity @ (Identity::Password(_) | Identity::Token { .. }))) => {
            (candidate.policy.clone(), identity)
        }
        Ok(Some(Identity::Nobody) | None) | Err(_) => (AuthPolicy::None, Identity::Nobody),
    };
    let unsaid = Unsaid::default();
    target.identity = visit::watched(target.identity, &unsaid);
    let trace = args.trace.then(|| Arc::new(Trace::new(&target.name, None, unsaid)) as Arc<dyn Onlooker>);
    let notes = Arc::new(Notes::new(trace));
    let unfit = |phase, why: String| Found::failed(Failure::new(phase, Trouble::Settings(why)));
    let mut found = match &candidate.wayless {
        Some(why) => unfit(Phase::Connect, why.clone()),
        None => match Visit::new(target, limits, Arc::clone(&notes) as Arc<dyn Onlooker>) {
            Ok(visit) => look(&visit, &notes, Duration::from_secs(args.timeout)).await,
            Err(error) => unfit(Phase::Tls, error.to_string()),
        },
    };
    found.failure = found.failure.or(unreadable);
    let is_reached = found.seen.connected.is_some();
    let (exit, mut report) = found.report(candidate, with_login);
    report.took_ms = report::ms(begun.elapsed());
    (exit, is_reached, report)
}

/// As whom to log in; a token is fetched at once, so that its lack keeps nobody from looking at the rest.
async fn identity(provider: &Provider) -> Result<Identity, String> {
    match target::identity(provider).map_err(|error| error.to_string())? {
        Identity::Token { user, source } => Ok(Identity::Token { user, source: source.ahead().await? }),
        other @ (Identity::Nobody | Identity::Password(_)) => Ok(other),
    }
}

/// The visit itself, within its time; a second look at the certificate, if it was refused, has the same time again.
async fn look(visit: &Visit, notes: &Notes, within: Duration) -> Found {
    let end = tokio::time::Instant::now() + within;
    let addresses = timeout_at(end, visit.addresses()).await;
    let addresses = addresses.ok().and_then(Result::ok).unwrap_or_default();
    let failure = timeout_at(end, visit.probe()).await.map_or_else(
        |_| {
            let phase = notes.seen().phase.unwrap_or(Phase::Connect);
            // In the driver's own words, whichever of the two limits was faster.
            let trouble = match phase {
                Phase::Connect => Trouble::Unreachable(format!("no answer within {} s", within.as_secs())),
                Phase::Tls => Trouble::Tls("no answer to the handshake".to_owned()),
                _ => Trouble::Silent { seconds: within.as_secs() },
            };
            Some(Failure::new(phase, trouble))
        },
        Result::err,
    );
    let addresses = addresses.iter().map(ToString::to_string).collect();
    let mut found = Found { addresses, failure, seen: notes.seen(), accepted: true };
    if found.failure.as_ref().is_some_and(|failure| matches!(failure.trouble, Trouble::Tls(_))) {
        found.seen.protection = timeout(within, visit.peek()).await.ok().flatten();
        found.accepted = false;
    }
    found
}

/// What came of it.
struct Found {
    addresses: Vec<String>,
    failure: Option<Failure>,
    seen: Seen,
    /// Whether the certificate was accepted.
    accepted: bool,
}

impl Found {
    /// Without a visit.
    fn failed(failure: Failure) -> Self {
        Self { addresses: Vec::new(), failure: Some(failure), seen: Seen::default(), accepted: true }
    }

    fn report(self, candidate: &Candidate, with_login: bool) -> (Exit, Report) {
        let Self { addresses, failure, seen, accepted } = self;
        let target = &candidate.target;
        let chain = seen.protection.iter().flat_map(|protection| &protection.chain);
        let now = clock::wall_now();
        let certificates: Vec<Certificate> = chain.filter_map(|der| Certificate::read(der, now)).collect();
        let security = seen.connected.as_ref().and_then(|connected| {
            target
                .endpoints
                .iter()
                .map(|endpoint| endpoint.security)
                .find(|it| *it == connected.endpoint.security)
        });
        let capabilities = seen.capabilities();
        let in_channel =
            accepted && seen.was_told() && (seen.protection.is_some() || security == Some(Security::None));
        let Verdict { exit, login, mechanism, sentences } = judge(&Facts {
            target,
            policy: &candidate.policy,
            with_login,
            with_token: candidate.provider.as_ref().is_some_and(|it| it.token.is_some()),
            security,
            certificates: &certificates,
            offered: in_channel.then(|| capabilities.auth()),
            failure: failure.as_ref(),
            retired: candidate.retired,
            configured: candidate.provider.is_some(),
        });
        let report = Report {
            provider: target.name.clone(),
            host: target.host.clone(),
            endpoint: target.endpoints.first().map(|endpoint| visit::way(*endpoint)).unwrap_or_default(),
            is_one_of_several: candidate.provider.as_ref().is_some_and(|it| it.endpoints.len() > 1),
            usable: exit == Exit::Done,
            exit_code: exit.code(),
            addresses,
            greeting: (!seen.greeting.is_empty()).then(|| seen.greeting.join(" ")),
            before_tls: if security == Some(Security::StartTls) { seen.before_tls() } else { Vec::new() },
            tls: seen.protection.as_ref().map(|protection| report::Tls {
                version: protection.version,
                cipher: protection.cipher.clone(),
                took_ms: report::ms(protection.took),
                accepted,
            }),
            certificates,
            offered: if in_channel { seen.offered() } else { Vec::new() },
            mechanisms: if in_channel { capabilities.auth().to_vec() } else { Vec::new() },
            mechanism: if login == Login::NotNeeded { None } else { seen.mechanism.clone().or(mechanism) },
            size: capabilities.size_limit().filter(|_| in_channel),
            login,
            failure: failure.map(|failure| Fault::new(failure.phase, failure.trouble.to_string())),
            verdict: sentences,
            connected: seen.connected.as_ref().map(Connected::of),
            took_ms: 0,
        };
        (exit, report)
    }
}
