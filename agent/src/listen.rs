//! Takes alerts from a network, for those who cannot call `enqueue`: as mail (SMTP, LMTP) and by HTTP. Off by itself.
//!
//! ```text
//!   connection ──► door ──► smtp, http ──► gate ──► keeper ──► incoming/ ──► the answer
//!                  who may   what is        for whom  durable    as from enqueue
//!                  come      said           at most   before it is acknowledged
//! ```
//!
//! | module | what it is for |
//! | --- | --- |
//! | `door` | a place at which connections are taken: who may come, and how many |
//! | `visitors` | how many, and how much, from one place |
//! | `smtp` | a connection on which mail is spoken: the driver of a `receive::session::Session` |
//! | `http` | one on which documents are posted |
//! | `gate` | for whom alerts are taken; for nobody else, whoever asks |
//! | `keeper` | an alert into `incoming/`, durably |
//!
//! It runs in a thread of its own and knows nothing of the engine: who sends, how much and how slowly is nothing to the
//! mail that goes out. What it leaves in `incoming/` is found there like everything else. All is bounded: connections,
//! octets in memory, time.

mod door;
mod gate;
mod http;
mod keeper;
mod smtp;
mod visitors;

use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use receive::session;
use smtp::session_settings;
use spool_format::{Alert, AlertId, Layout};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::accept::Policy;
use crate::config::{Config, Intake, Kind};
use crate::edge::clock::monotonic;
use crate::edge::panic::{INTAKE, INTAKE_WRITER};
use crate::edge::{descriptors, host};
use crate::log;
use crate::metrics::{Listener, Meter, Turned};
use ::smtp::Secret;
use gate::Gate;
use keeper::{Keeper, NotKept};
use visitors::{Seat, Visitors};

/// Octets of all messages together that are not kept yet, in units of [`UNIT_OCTETS`].
const OCTETS_MAX: usize = 64 * 1024 * 1024;

/// The unit in which memory is counted.
const UNIT_OCTETS: usize = 16 * 1024;

/// Alerts that are written at the same time.
const WRITERS: usize = 8;

/// Descriptors that are left for everything else that the agent does.
const DESCRIPTORS_ELSEWHERE: u64 = 256;

/// For those who have something under way when nobody listens any more.
const END_WITHIN: Duration = Duration::from_secs(3);

/// One place, and all that is needed there.
struct House {
    intake: Intake,
    gate: Arc<Gate>,
    keeper: Keeper,
    /// What has to be shown.
    token: Option<Secret>,
    /// Of a dialogue.
    session: Arc<session::Settings>,
    memory: Arc<Semaphore>,
    /// Who counts.
    counts: Listener,
    /// Who is here.
    visitors: Visitors,
    /// The name of this machine.
    host: String,
}

/// The places at which alerts are taken, for as long as this lives.
#[derive(Debug, Default)]
pub struct Intakes {
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Intakes {
    /// Listens where this configuration says, and nowhere else any more. A place that cannot be had is told of in the log
    /// and stops nothing.
    pub fn open(&mut self, config: &Config, layout: &Layout, meter: &Meter) {
        *self = Self::default();
        meter.forget_listeners();
        if config.intakes.is_empty() {
            return;
        }
        match start(houses(config, layout, meter)) {
            Ok(intakes) => *self = intakes,
            Err(error) => {
                log::warning(&format!("nobody listens for alerts: {error}; those in the spool go out"));
            }
        }
    }
}

impl Drop for Intakes {
    fn drop(&mut self) {
        drop(self.end.take());
        // The next ones may listen at the same places.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl House {
    /// Keeps the alert that `make` makes of so many octets from somebody, and counts and tells what came of it.
    async fn keep(
        &self,
        seat: &Seat,
        octets: usize,
        make: impl FnOnce(AlertId) -> Result<Alert, String> + Send + 'static,
    ) -> Result<AlertId, NotKept> {
        let began = monotonic();
        if !seat.may_send(began) {
            self.counts.turned(Turned::Rate);
            let most = self.intake.alerts_per_minute_each;
            return Err(NotKept::Later(format!("more than {most} alerts within a minute; try again later")));
        }
        let kept = self.keeper.keep(make).await;
        match &kept {
            Ok(_) => self.counts.kept(octets, began.elapsed()),
            Err(NotKept::Later(why)) => {
                log::not_taken(self.intake.speech, why);
                self.counts.lost(monotonic(), why);
            }
            Err(NotKept::Never(_)) => self.counts.turned(Turned::Message),
        }
        kept
    }
}

fn houses(config: &Config, layout: &Layout, meter: &Meter) -> Vec<House> {
    let policy = Policy::of(config).on(&host::name());
    let memory = Arc::new(Semaphore::new(OCTETS_MAX / UNIT_OCTETS));
    let keeper = Keeper::new(layout, WRITERS);
    let asked: usize = config.intakes.iter().map(|intake| intake.connections).sum();
    let room =
        descriptors::make_room(asked as u64 + DESCRIPTORS_ELSEWHERE).saturating_sub(DESCRIPTORS_ELSEWHERE);
    let each = usize::try_from(room).unwrap_or(usize::MAX) / config.intakes.len();
    let house = |intake: &Intake| {
        let counts = meter.listener(intake.speech.to_string(), intake.place.to_string());
        let token = intake.token.as_ref().map(|source| source.read(Kind::Token, "", ""));
        let token = token.transpose().map_err(|error| not_listening(intake, &counts, &error)).ok()?;
        let mut intake = intake.clone();
        if asked as u64 > room && intake.connections > each {
            let (place, wanted) = (&intake.place, intake.connections);
            log::warning(&format!(
                "{each} connections at a time at {place}, not {wanted}: the system gives no more descriptors; raise LimitNOFILE= of the unit, or ulimit -n"
            ));
            intake.connections = each.max(1);
        }
        let gate = Arc::new(Gate::new(policy.clone(), intake.recipients.clone()));
        let session = Arc::new(session_settings(&intake, &gate, &counts, &host::name()));
        let (keeper, memory) = (keeper.clone(), Arc::clone(&memory));
        let visitors = Visitors::new(intake.connections_each, intake.alerts_per_minute_each);
        Some(House { intake, gate, keeper, token, session, memory, counts, visitors, host: host::name() })
    };
    config.intakes.iter().filter_map(house).collect()
}

fn not_listening(intake: &Intake, counts: &Listener, why: &dyn Display) {
    log::not_listening(intake, why);
    counts.is_deaf(why);
}

fn start(houses: Vec<House>) -> io::Result<Intakes> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(WRITERS)
        .thread_name(INTAKE_WRITER)
        .build()?;
    let (end, ended) = oneshot::channel::<()>();
    let (opened, is_open) = std::sync::mpsc::channel::<()>();
    let run = move || {
        runtime.block_on(async {
            let (closing, closed) = watch::channel(());
            let mut doors = JoinSet::new();
            for house in houses {
                let house = Arc::new(house);
                match door::open(&house) {
                    Ok(door) => drop(doors.spawn(door.serve(house, closed.clone()))),
                    Err(error) => not_listening(&house.intake, &house.counts, &error),
                }
            }
            drop(opened);
            // Nobody sends: it is over when the other end is dropped.
            let _ = ended.await;
            drop(closing);
            let all_gone = async { while doors.join_next().await.is_some() {} };
            let _ = timeout(END_WITHIN, all_gone).await;
        });
        // A disk that hangs would hold the thread up.
        runtime.shutdown_background();
    };
    let thread = thread::Builder::new().name(INTAKE.to_owned()).spawn(run)?;
    // Nobody sends here either: the places are open, or told of, when the other end is dropped.
    let _ = is_open.recv();
    Ok(Intakes { end: Some(end), thread: Some(thread) })
}
