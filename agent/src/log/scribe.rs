//! Who writes the lines: a subscriber of `tracing`. It hears this program alone; what libraries say goes nowhere.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing::metadata::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, Subscriber, set_global_default};
use tracing::{Event, Metadata};

use super::journald::{self, Journald};
use super::line::Line;
use crate::config::{Log, LogFormat, LogLevel};
use crate::edge::clock::wall_now;

/// Targets of events are the modules that they come from.
const OURS: &str = env!("CARGO_CRATE_NAME");

/// The one of this process.
static SCRIBE: OnceLock<Scribe> = OnceLock::new();

/// From now on there is a log: texts, until the configuration says otherwise.
pub fn begin() {
    // A test that plays thousands of histories would tell of all of them.
    if cfg!(test) && std::env::var_os("ALERTMAIL_MODEL_SEED").is_none() {
        return;
    }
    let pen = Pen::new(
        Form::Text,
        (Box::new(io::stderr()), std::env::var_os("JOURNAL_STREAM").is_some()),
        Path::new(journald::SOCKET),
    );
    let scribe = SCRIBE.get_or_init(|| Scribe(Arc::new(Mutex::new((pen, LevelFilter::INFO)))));
    // There may be one already.
    let _ = set_global_default(scribe.clone());
}

/// What the configuration says holds for all lines from now on.
pub fn configure(log: &Log) {
    let Some(scribe) = SCRIBE.get() else { return };
    let is_journal = || journald::is_stream(io::stderr(), std::env::var("JOURNAL_STREAM").ok().as_deref());
    let form = match log.format {
        LogFormat::Auto if is_journal() => Form::Journald,
        LogFormat::Auto | LogFormat::Text => Form::Text,
        LogFormat::Json => Form::Json,
        LogFormat::Journald => Form::Journald,
    };
    scribe.with(|(pen, level)| {
        pen.form = form;
        *level = match log.level {
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warning => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
        };
    });
    // What is off is asked about once, and then costs a comparison.
    tracing::callsite::rebuild_interest_cache();
}

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
    Journald,
}

/// What writes them.
pub(super) struct Pen {
    form: Form,
    stream: Box<dyn Write + Send>,
    /// Without one, as with one that nobody listens to, lines go to the stream.
    journald: Option<Journald>,
    /// Entries that journald did not take in time.
    lost: u64,
    /// Whether it is journald that reads the stream (sd-daemon(3)), or somebody has said so.
    reads_priorities: bool,
}

impl Pen {
    pub(super) fn new(
        form: Form,
        (stream, reads_priorities): (Box<dyn Write + Send>, bool),
        journald: &Path,
    ) -> Self {
        Self { form, stream, journald: Journald::at(journald).ok(), lost: 0, reads_priorities }
    }

    fn write(&mut self, line: &Line) {
        match self.form {
            Form::Text => self.write_text(line, line.own_priority()),
            Form::Json => self.write_octets(line.json(wall_now()).as_bytes()),
            Form::Journald => self.tell_journald(line),
        }
    }

    fn write_text(&mut self, line: &Line, priority: Option<u64>) {
        let priority = priority.filter(|_| self.reads_priorities);
        let priority = priority.map_or_else(String::new, |priority| format!("<{priority}>"));
        self.write_octets(format!("{priority}{}\n", line.message()).as_bytes());
    }

    /// One call for the whole line. Nobody is left to tell when the stream is closed.
    fn write_octets(&mut self, octets: &[u8]) {
        let _ = self.stream.write_all(octets);
    }

    fn tell_journald(&mut self, line: &Line) {
        let Some(journald) = &mut self.journald else { return self.write_text(line, Some(line.priority())) };
        if self.lost > 0 {
            let said =
                format!("{} lines of the log were lost: journald did not take them in time", self.lost);
            if journald.send(&Line::about_the_log(said).journald()).is_ok() {
                self.lost = 0;
            }
        }
        match journald.send(&line.journald()) {
            Ok(()) => {}
            // The stream leads to the same journald, and nobody would know how long it would take.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.lost += 1,
            Err(_) => self.write_text(line, Some(line.priority())),
        }
    }
}

/// The subscriber.
#[derive(Clone)]
pub(super) struct Scribe(Arc<Mutex<(Pen, LevelFilter)>>);

impl Scribe {
    #[cfg(test)]
    pub(super) fn new(pen: Pen, level: LevelFilter) -> Self {
        Self(Arc::new(Mutex::new((pen, level))))
    }

    fn with<T>(&self, act: impl FnOnce(&mut (Pen, LevelFilter)) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let is_ours = target == OURS || target.strip_prefix(OURS).is_some_and(|it| it.starts_with("::"));
        is_ours && metadata.is_event() && self.with(|(_, level)| metadata.level() <= level)
    }
}

impl Subscriber for Scribe {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.with(|(_, level)| *level))
    }

    fn event(&self, event: &Event<'_>) {
        let line = Line::of(event);
        self.with(|(pen, _)| pen.write(&line));
    }

    // There are no spans: whatever a line is about stands in its fields.

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
