//! `alertmail run`: puts the agent together and lets it run.
//!
//! Everything that can be wrong with the configuration, the spool or a secret is said here, before the first alert is
//! touched.

mod reload;
mod settings;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use delivery::{Canaries, Dispatcher, DrillPlan, Drills};
use spool_format::fs::StdFs;
use spool_format::{Event, Layout};
use tokio::sync::mpsc::{self, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::place::Place;
use super::{Refusal, finish};
use crate::accept::{Policy, Sender};
use crate::config::{self, Config};
use crate::control;
use crate::edge::clock::{now, wall_now};
use crate::edge::service::Service;
use crate::edge::signals::{Hangups, StopSignals};
use crate::edge::users::Submitters;
use crate::edge::{chance, host, network};
use crate::engine::{self, Caps, Ears, Engine, Eyes, Herald, Load, Outside, Real};
use crate::exit::Exit;
use crate::listen::Intakes;
use crate::log;
use crate::metrics::{Meter, Outlets};
use crate::notice::{Command, DeadMan, Sinks, Tongue};
use crate::output::trace;
use crate::page;
use crate::spool::lock::{Lock, LockError};
use crate::spool::recover::{Found, recover};
use crate::spool::socket::{self, Socket, Submission, Word};
use crate::spool::watch::Watch;
use crate::spool::writer::{Batch, Deed, Writer, ground};
use crate::spool::{self, Folders, audit};
use crate::submit::{Carrier, Memory, Report, Web};
use reload::{Next, Reader, Slot};
use settings::{Ready, Settings};

/// Everybody may submit: the agent judges by the user that the kernel names.
const SOCKET_MODE: u32 = 0o666;

/// Orders that wait for the engine.
const ORDERS_MAX: usize = 16;

/// What is said on the command line, besides the configuration and the spool.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Examples:
  alertmail run --config /etc/alertmail/alertmail.toml
  alertmail run --config home.toml --spool /tmp/spool
  alertmail run --config home.toml --trace")]
pub struct Args {
    /// Show every dialogue with a provider on stderr, without credentials and messages.
    #[arg(long)]
    pub(super) trace: bool,
}

/// Runs the agent until a signal asks for its end.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(start(args, place).map(|()| (Exit::Done, String::new())))
}

fn start(args: &Args, place: &Place) -> Result<(), Refusal> {
    let settings = Settings::read_first(place)?;
    let layout = place.layout(Some(&settings.config));
    spool::open_queue(&layout).map_err(refuse_unopened)?;
    audit_spool(&layout)?;
    let lock = Lock::take(&layout.lock()).map_err(|error| {
        let exit = if matches!(error, LockError::Held(_)) { Exit::Unavailable } else { Exit::NoPermission };
        Refusal::new(exit, error)
    })?;
    prepare(&layout)?;
    let service = Arc::new(Service::here());
    let (folders, found) =
        service.waits_for("reading the journal and the folders", || read_spool(&layout))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Refusal::new(Exit::Io, format!("the system gives no event queue: {error}")))?;
    let outcome = runtime.block_on(serve((args, &service), place, &layout, (folders, found), lock, settings));
    // A name that is being resolved would hold the process up.
    runtime.shutdown_background();
    outcome
}

fn refuse_unopened(error: spool::OpenError) -> Refusal {
    Refusal::new(exit_for(&error.source), error)
}

/// Opens the folders and reads what is in them.
fn read_spool(layout: &Layout) -> Result<(Folders, Found), Refusal> {
    let folders = Folders::open(&StdFs, layout).map_err(refuse_unopened)?;
    let found = recover(&StdFs, &folders, &host::boot_id()).map_err(|error| {
        Refusal::new(Exit::Io, format!("cannot read the spool `{}`: {error}", layout.root().display()))
    })?;
    Ok((folders, found))
}

/// Says who could do what nobody should. Only what makes the work impossible keeps the agent from it: one that stayed
/// away because somebody could read a folder would lose the alerts in it.
fn audit_spool(layout: &Layout) -> Result<(), Refusal> {
    let findings =
        audit::audit(layout, &audit::Agent::this(), audit::HardLinks::here()).map_err(|error| {
            let text = format!("cannot see who owns the spool `{}`: {error}", layout.root().display());
            Refusal::new(exit_for(&error), text)
        })?;
    let (impossible, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.weight == audit::Weight::Impossible);
    for finding in warnings {
        log::warning(&finding.to_string());
    }
    if impossible.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = impossible.iter().map(ToString::to_string).collect();
    Err(Refusal::new(Exit::NoPermission, lines.join("\n")))
}

/// Makes sure that alerts are safe here.
fn prepare(layout: &Layout) -> Result<(), Refusal> {
    let refuse = |error: ground::GroundError| Refusal::new(exit_for(error.source()), error);
    for path in ground::make_missing_folders(layout).map_err(refuse)? {
        log::folder_made(&path);
    }
    ground::try_file_system(layout).map_err(refuse)
}

fn exit_for(error: &io::Error) -> Exit {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Exit::NoPermission,
        _ => Exit::NoInput,
    }
}

/// Works with these settings, and then with others, until a signal asks for the end.
async fn serve(
    (args, service): (&Args, &Arc<Service>),
    place: &Place,
    layout: &Layout,
    mut spool: (Folders, Found),
    mut lock: Lock,
    settings: Settings,
) -> Result<(), Refusal> {
    let no = |error| Refusal::new(Exit::Io, format!("cannot catch signals: {error}"));
    let (signals, hangups) = (StopSignals::new().map_err(no)?, Hangups::new().map_err(no)?);
    let (_socket, submissions) = open_socket(&layout.socket(), SOCKET_MODE);
    let (_control, orders) = open_socket(&layout.control(), control::MODE);
    let slot = Slot::default();
    let fresh = Arc::clone(&slot.fresh);
    let (engine, wanted) = mpsc::channel(ORDERS_MAX);
    let network = network::listen();
    let (service, manager) = (Arc::clone(service), Arc::clone(service));
    let reader =
        Reader { place: place.clone(), layout: layout.clone(), slot: slot.clone(), service: manager };
    tokio::spawn(reload::attend(reader, hangups, orders, engine));
    let mut outside = Outside { submissions, orders: wanted, network, signals, fresh, service, anew: false };
    let mut next = Next { settings, clients: Vec::new() };
    let (meter, mut outlets) = (Meter::new(layout, wall_now()), Outlets::default());
    let mut intakes = Intakes::default();
    loop {
        let clients = std::mem::take(&mut next.clients);
        outlets.open(&next.settings.config.metrics, &meter);
        intakes.open(&next.settings.config, layout, &meter);
        lock = Box::pin(work(args, layout, spool, lock, (&next.settings, clients), (&mut outside, &meter)))
            .await?;
        if !outside.anew {
            return Ok(());
        }
        // Nothing waits there if the last settings were put there while the loop before was about to end for others.
        next = slot.take().unwrap_or(next);
        spool = read_spool(layout)?;
    }
}

/// Works with these settings until a signal asks for the end, or others are to be used.
async fn work(
    args: &Args,
    layout: &Layout,
    (folders, mut found): (Folders, Found),
    lock: Lock,
    (settings, clients): (&Settings, Vec<oneshot::Sender<control::Reply>>),
    (outside, meter): (&mut Outside, &Meter),
) -> Result<Lock, Refusal> {
    let Settings { config, providers } = settings;
    log::configure(&config.log);
    let (report_sender, reports) = unbounded_channel();
    let audience = args.trace.then(trace::audience);
    let memory = memory(config, layout, &report_sender);
    let carrier = Carrier::new(
        settings.destinations(),
        settings.limits(),
        report_sender,
        audience.as_ref(),
        memory.as_ref(),
    )
    .map_err(|error| Refusal::new(Exit::Config, error))?;
    let (ack_sender, acks) = unbounded_channel();
    let names: Vec<String> = providers.iter().map(|ready| ready.provider.name.clone()).collect();
    // Before the writer has something to say.
    meter.begin(config.metrics.is_on(), &names, &found.ledger);
    let ear = meter.clone();
    let hear = move |ack| {
        ear.hear(&ack);
        drop(ack_sender.send(ack));
    };
    let writer =
        Writer::start(layout, config.keeping, hear).map_err(|error| Refusal::new(Exit::NoInput, error))?;
    let started = Event::Started {
        boot: host::boot_id(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        anew: outside.anew,
    };
    let deeds = std::iter::once(Deed::Line(started)).chain(found.deeds.drain(..)).collect();
    writer.send(Batch { deeds, sync: true, early: None, token: None });

    // Watched before it is scanned: what comes in between is seen twice, and never missed.
    let (mut watch, hints) = Watch::new(layout);
    watch.begin();
    if !found.broken_lines.is_empty() {
        log::broken_lines(&found.broken_lines);
    }
    let submitters = Submitters::new(&config.submit.free_recipients);
    // Nobody asked for the group that holds by default.
    if config.submit != config::Submit::default() {
        submitters.warnings().iter().for_each(|warning| log::warning(warning));
    }
    let _page = page(config, layout);
    log::started(layout.root(), &names, found.deferred.len());
    outside.service.is_ready();
    reload::tell(clients, &names);
    let mut dispatcher = Dispatcher::new(dispatcher_settings(config, providers), chance::seed());
    dispatcher.drill(drills(config, providers));
    dispatcher.send_canaries(canaries(config, providers));
    let engine = Engine {
        dispatcher,
        world: Real { carrier, writer, submitters, lock, sinks: sinks(config), meter: meter.clone() },
        folders,
        policy: Policy::of(config).on(&host::name()),
        caps: caps(config),
        senders: providers.iter().map(|ready| Sender::of(&ready.provider)).collect(),
        herald: herald(config, providers),
    };
    let (rescan, stop) = (config.limits.rescan, config.limits.stop);
    let eyes = Eyes { layout: layout.clone(), watch, rescan, stop };
    // It is large, and moved about while it is made.
    Ok(Box::pin(engine::run(engine, Ears { hints, reports, acks, outside }, eyes, found)).await)
}

/// The status page, if somebody wants it and it can be had: alerts go out without it.
fn page(config: &Config, layout: &Layout) -> Option<page::Server> {
    let source = page::Source::new(layout.clone(), Some(config));
    match page::start(&config.page, source) {
        Ok(server) => server.inspect(|server| log::page_shown(&server.place)),
        Err(error) => {
            let place = config.page.listen.iter().map(ToString::to_string).collect::<String>();
            log::warning(&format!(
                "the status page cannot be shown at {place}: {error}; alerts go out all the same"
            ));
            None
        }
    }
}

fn dispatcher_settings(config: &Config, providers: &[Ready]) -> delivery::Settings {
    let known = |ready: &Ready| delivery::Provider {
        name: ready.provider.name.clone(),
        connections: ready.provider.connections,
        quota: ready.provider.quota,
        hedge_after: ready.provider.hedge_after.unwrap_or(config.limits.hedge_after),
        phrases: ready.provider.phrases(),
    };
    delivery::Settings {
        providers: providers.iter().map(known).collect(),
        routing: config.routing.iter().map(|it| it.rule.clone()).collect(),
        rates: config.manners.rates(),
        retry: config.retry.clone(),
    }
}

fn drills(config: &Config, providers: &[Ready]) -> Drills {
    let config::Drills { every, certificate_ends, .. } = config.drills;
    let Some(every) = every else { return Drills::never() };
    let each = providers.iter().map(|ready| (ready.provider.name.clone(), is_drilled(&ready.provider)));
    Drills::new(now(), DrillPlan { every, certificate_ends }, each, chance::seed())
}

fn canaries(config: &Config, providers: &[Ready]) -> Canaries {
    let Some(every) = config.drills.canary else { return Canaries::never() };
    let each = providers.iter().map(|ready| (ready.provider.name.clone(), is_drilled(&ready.provider)));
    Canaries::new(now(), (every, config.drills.canary_to.len()), each, chance::seed())
}

/// Of who has ended its service something is said at the start and by the check.
fn is_drilled(provider: &config::Provider) -> bool {
    let today = wall_now().day();
    provider.drill && provider.retired().is_none_or(|day| day > today.as_str())
}

/// The addresses that providers had, unless nobody shall remember them.
fn memory(config: &Config, layout: &Layout, reports: &UnboundedSender<Report>) -> Option<Arc<Memory>> {
    let life = config.network.remember_addresses?;
    // It was written by an agent; one that is not there, or no such file, is as good as an empty one.
    let kept = std::fs::read(layout.addresses()).unwrap_or_default();
    let reports = reports.clone();
    let keeper = move |text| drop(reports.send(Report::Addresses(text)));
    Some(Arc::new(Memory::new(life, &kept, wall_now(), keeper)))
}

fn herald(config: &Config, providers: &[Ready]) -> Herald {
    let notices = &config.notices;
    let retired = config.retirements(wall_now(), Duration::ZERO).into_iter();
    let is_on = config.drills.every.is_some() || config.drills.canary.is_some();
    let is_drilled = |ready: &&Ready| is_on && is_drilled(&ready.provider);
    let drilled = providers.iter().filter(is_drilled);
    Herald {
        settings: delivery::notices::Settings {
            providers: providers.iter().map(|ready| ready.provider.name.clone()).collect(),
            drilled: drilled.map(|ready| ready.provider.name.clone()).collect(),
            certificate_ends: config.drills.certificate_ends,
            retired: retired.map(|it| (it.provider.to_owned(), it.day.to_owned())).collect(),
            every: notices.every,
            gather: notices.gather,
            stuck_after: notices.stuck_after,
        },
        tongue: Tongue::choose(notices.language, config.manners.language, |name| std::env::var(name).ok()),
        host: host::name(),
        ping_every: notices.dead_man.as_ref().map(|dead_man| dead_man.every),
    }
}

/// The ways to people that are not mail. One that cannot be had stops no mail.
fn sinks(config: &Config) -> Sinks {
    let notices = &config.notices;
    let command = (!notices.command.is_empty())
        .then(|| Command::start(notices.command.clone(), notices.command_within));
    let web = notices.dead_man.as_ref().map(|dead_man| Web::new(dead_man.url.clone()));
    let dead_man = web.and_then(|web| match web {
        Ok(web) => Some(DeadMan::new(web)),
        Err(error) => {
            log::warning(&error.to_string());
            None
        }
    });
    Sinks { command, dead_man }
}

/// A socket, if it can be had: alerts come without it as well, and settings by SIGHUP.
fn open_socket<A: Word>(path: &Path, mode: u32) -> (Option<Socket>, mpsc::Receiver<Submission<A>>) {
    match socket::listen(path, mode) {
        Ok((socket, submissions)) => (Some(socket), submissions),
        Err(error) => {
            log::no_socket(path, &error);
            (None, mpsc::channel(1).1)
        }
    }
}

fn caps(config: &Config) -> Caps {
    let each = Load { alerts: config.submit.alerts_per_user, octets: config.submit.octets_per_user };
    Caps { each, own: rustix::process::geteuid().as_raw() }
}
