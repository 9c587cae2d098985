//! Numbers about the agent, for Prometheus and its kin: asked for by HTTP, or in a file.
//!
//! A [`Meter`] looks over the shoulder of the engine: it sees each batch for the writer, and what the writer says. It lives
//! as long as the process, over changes of settings, since counters do not go back. Nothing waits for it.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `counts` | what is counted |
//! | `listener` | the same of a place at which alerts are taken from a network |
//! | `histogram` | how many of something took how long |
//! | `page` | the families and their names |
//! | `exposition` | how they are written |
//! | `textfile` | the file |

mod counts;
mod exposition;
mod histogram;
mod listener;
mod page;
#[cfg(test)]
mod tests;
mod textfile;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper::StatusCode;
use hyper::header::ACCEPT;
use hyper::http::request::Parts;
use spool_format::{Folder, Layout, Ledger, Wall};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_blocking};

use crate::config;
use crate::edge::clock::wall_now;
use crate::log;
use crate::serve::{self, Answer, Door, Site};
use crate::spool::status::Deaf;
use crate::spool::writer::{Ack, Batch, Deed};
use counts::Counts;
use exposition::Dialect;
use page::OnDisk;

pub use listener::{Listener, Served, Turned};

/// Counts, and shows what it has counted.
#[derive(Clone, Debug)]
pub struct Meter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Whether anybody wants the numbers.
    is_on: AtomicBool,
    counts: Mutex<Counts>,
    listeners: Mutex<Listeners>,
    changed: Notify,
    started: Wall,
    layout: Layout,
}

/// Places at which alerts are taken from a network: by what is spoken there, and where.
type Listeners = BTreeMap<(String, String), Listener>;

impl Meter {
    /// One that counts nothing yet, of the agent in this spool that began at that time.
    pub fn new(layout: &Layout, started: Wall) -> Self {
        Self(Arc::new(Inner {
            is_on: AtomicBool::new(false),
            counts: Mutex::default(),
            listeners: Mutex::default(),
            changed: Notify::new(),
            started,
            layout: layout.clone(),
        }))
    }

    /// One that counts nothing, for whom nobody asks.
    pub fn off() -> Self {
        Self::new(&Layout::new(""), Wall::from_unix_ms(0))
    }

    /// Goes on from what the journal tells, if anybody wants numbers of these providers.
    pub fn begin(&self, is_on: bool, providers: &[String], ledger: &Ledger) {
        self.0.is_on.store(is_on, Ordering::Relaxed);
        if is_on {
            self.counts().begin(providers, ledger);
            self.0.changed.notify_one();
        }
    }

    /// The writer gets this.
    pub fn take(&self, now: Wall, batch: &Batch) {
        self.count(|counts| {
            let mut is_news = false;
            for deed in &batch.deeds {
                is_news |= match deed {
                    Deed::Line(fact) => {
                        counts.take(now, fact);
                        true
                    }
                    Deed::Tend(pulse) => counts.may_connect(&pulse.connections_now),
                    _ => false,
                };
            }
            is_news
        });
    }

    /// The writer says this.
    pub fn hear(&self, ack: &Ack) {
        self.count(|counts| match ack {
            Ack::SetAside { is_news: true, .. } => {
                counts.is_set_aside();
                true
            }
            Ack::Troubles(troubles) => {
                counts.troubles = troubles.iter().map(|(kind, _)| *kind).collect();
                true
            }
            _ => false,
        });
    }

    /// Other settings come into force: from here on the places count that are asked for.
    pub fn forget_listeners(&self) {
        self.listeners().values().for_each(|listener| listener.is_wanted(false));
    }

    /// Who counts at this place, where this is spoken.
    pub fn listener(&self, kind: String, place: String) -> Listener {
        let listener = self.listeners().entry((kind, place)).or_insert_with(Listener::new).clone();
        listener.is_wanted(true);
        listener
    }

    /// Where alerts are not taken, or not kept, and why.
    pub fn deaf(&self, now: Instant) -> Vec<Deaf> {
        let listeners = self.listeners();
        listeners.iter().filter_map(|((kind, place), it)| it.trouble((kind, place), now)).collect()
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `does` says whether anything is different now.
    fn count(&self, does: impl FnOnce(&mut Counts) -> bool) {
        if self.0.is_on.load(Ordering::Relaxed) && does(&mut self.counts()) {
            self.0.changed.notify_one();
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page as it is now. A disk that hangs holds up whoever asks, and nobody else.
    async fn page(&self, dialect: Dialect) -> String {
        let meter = self.clone();
        let disk = spawn_blocking(move || look(&meter.0.layout)).await.unwrap_or_default();
        let times = (self.0.started, wall_now());
        page::page(dialect, times, &self.counts(), &disk, &self.listeners())
    }
}

/// Only the folders themselves know what others put there or took away.
fn look(layout: &Layout) -> OnDisk {
    let each = [Folder::Incoming, Folder::Deferred, Folder::Dead, Folder::Corrupt];
    let files =
        each.iter().filter_map(|folder| Some((folder.as_str(), files_in(&layout.folder(*folder)).ok()?)));
    OnDisk { files: files.collect(), free: fs2::available_space(layout.root()).ok() }
}

fn files_in(folder: &Path) -> io::Result<u64> {
    let is_file = |name: &[u8]| !name.starts_with(b".") && !name.ends_with(b".reason");
    let mut files = 0;
    for entry in std::fs::read_dir(folder)? {
        files += u64::from(is_file(entry?.file_name().as_encoded_bytes()));
    }
    Ok(files)
}

impl Site for Meter {
    async fn answer(&self, head: &Parts) -> Answer {
        if head.uri.path() != "/metrics" {
            return serve::words(StatusCode::NOT_FOUND, "the numbers are at /metrics");
        }
        let accept = head.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let dialect = Dialect::wanted(accept);
        serve::answer(StatusCode::OK, dialect.media_type(), self.page(dialect).await)
    }
}

/// The ways on which numbers leave the agent, as the configuration has them.
#[derive(Debug, Default)]
pub struct Outlets {
    metrics: config::Metrics,
    _door: Option<Door>,
    textfile: Option<AbortHandle>,
}

impl Outlets {
    /// Opens what is not open, and closes what nobody wants any more. What cannot be had stops no mail. Needs a Tokio
    /// runtime.
    pub fn open(&mut self, metrics: &config::Metrics, meter: &Meter) {
        if self.metrics == *metrics {
            return;
        }
        *self = Self::default();
        let door = metrics.listen.as_ref().and_then(|place| {
            serve::listen(place, meter.clone())
                .map_err(|error| log::cannot_listen("metrics", place, &error))
                .ok()
        });
        let textfile = metrics.textfile.clone();
        let textfile = textfile.map(|path| tokio::spawn(textfile::keep(path, meter.clone())).abort_handle());
        *self = Self { metrics: metrics.clone(), _door: door, textfile };
    }
}

impl Drop for Outlets {
    fn drop(&mut self) {
        if let Some(task) = &self.textfile {
            task.abort();
        }
    }
}
