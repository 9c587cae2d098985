//! Orders where no agent runs: under its lock, by the same engine, which begins nothing.

use delivery::{Dispatcher, Settings};
use spool_format::Layout;
use spool_format::fs::StdFs;
use tokio::sync::mpsc::unbounded_channel;

use super::super::Refusal;
use super::super::place::{Place, unreadable};
use crate::accept::Policy;
use crate::config::{Config, Limits};
use crate::control::{Order, Reply};
use crate::edge::owner::become_owner_of;
use crate::edge::users::Submitters;
use crate::edge::{chance, host};
use crate::engine::{Caps, Engine, Herald, Load, Real, obey_offline};
use crate::exit::Exit;
use crate::metrics::Meter;
use crate::notice::{Sinks, Tongue};
use crate::spool::lock::{Lock, LockError};
use crate::spool::recover::recover;
use crate::spool::writer::{Batch, Writer};
use crate::spool::{self, Folders};
use crate::submit::{self, Carrier, Destination};

/// Carries them out, each followed by its answer.
pub(super) fn obey(
    place: &Place,
    layout: &Layout,
    orders: impl Iterator<Item = Order>,
    take: &mut impl FnMut(Reply) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    // Without it nobody would know who is to have what waits in incoming/, and alerts would die of that.
    let config = place.config()?.ok_or_else(|| {
        let path = place.config_path().display();
        Refusal::in_both(
            Exit::Config,
            format!(
                "no agent runs, and there is no configuration `{path}` to go by; name it with --config FILE"
            ),
            format!(
                "エージェントが動いておらず、設定 `{path}` もありません。--config FILE で指定してください"
            ),
        )
    })?;
    let refuse = |error: &spool::OpenError| unreadable(layout, &error.source);
    let by = rustix::process::getuid().as_raw();
    become_owner_of(layout).map_err(|error| unreadable(layout, &error))?;
    let lock = Lock::take(&layout.lock()).map_err(|error| match error {
        LockError::Held(_) => Refusal::in_both(
            Exit::Unavailable,
            "an agent is at work there, and does not listen to people: look at its log",
            "エージェントは動いていますが、指示を受け付けません。ログを確認してください",
        ),
        LockError::Io { source, .. } => unreadable(layout, &source),
    })?;
    let folders = Folders::open(&StdFs, layout).map_err(|error| refuse(&error))?;
    let mut found =
        recover(&StdFs, &folders, &host::boot_id()).map_err(|error| unreadable(layout, &error))?;
    let (acks, heard) = unbounded_channel();
    let keeping = config.keeping;
    let writer =
        Writer::start(layout, keeping, move |ack| drop(acks.send(ack))).map_err(|error| refuse(&error))?;
    let deeds = std::mem::take(&mut found.deeds);
    writer.send(Batch { deeds, sync: true, early: None, token: None });
    let engine = engine(&config, folders, writer, lock)?;
    for reply in obey_offline(engine, heard, found, orders, by) {
        take(reply)?;
    }
    Ok(())
}

/// One that knows the names of providers, and none of their secrets.
fn engine(config: &Config, folders: Folders, writer: Writer, lock: Lock) -> Result<Engine<Real>, Refusal> {
    let names: Vec<String> = config.providers.iter().map(|provider| provider.name.clone()).collect();
    let limits = config.limits;
    let provider = |name: &String| delivery::Provider {
        name: name.clone(),
        connections: 1,
        quota: delivery::Quota::default(),
        hedge_after: limits.hedge_after,
        phrases: delivery::Phrases::default(),
    };
    let settings = Settings {
        providers: names.iter().map(provider).collect(),
        routing: config.routing.iter().map(|it| it.rule.clone()).collect(),
        rates: Vec::new(),
        retry: config.retry.clone(),
    };
    let nowhere: Vec<Destination> = Vec::new();
    let Limits { connect, reply, dot, keep, .. } = limits;
    let limits = submit::Limits { connect, reply, dot, keep };
    let carrier = Carrier::new(nowhere, limits, unbounded_channel().0, None, None)
        .map_err(|error| Refusal::new(Exit::Config, error))?;
    let each = Load { alerts: usize::MAX, octets: u64::MAX };
    Ok(Engine {
        dispatcher: Dispatcher::new(settings, chance::seed()),
        world: Real {
            carrier,
            writer,
            submitters: Submitters::new(&config.submit.free_recipients),
            lock,
            sinks: Sinks { command: None, dead_man: None },
            meter: Meter::off(),
        },
        folders,
        policy: Policy::of(config).on(&host::name()),
        caps: Caps { each, own: rustix::process::geteuid().as_raw() },
        senders: Vec::new(),
        herald: Herald {
            settings: delivery::notices::Settings {
                providers: names,
                retired: Vec::new(),
                drilled: Vec::new(),
                certificate_ends: std::time::Duration::ZERO,
                every: std::time::Duration::MAX,
                gather: std::time::Duration::MAX,
                stuck_after: std::time::Duration::MAX,
            },
            tongue: Tongue::English,
            host: host::name(),
            ping_every: None,
        },
    })
}
