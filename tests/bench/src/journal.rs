//! The journal: how many events a second become durable, and what it takes to read a million of them back.
//!
//! Writing drives the writer's desk in this process; each batch is acknowledged before the next one is handed over.
//! Reading, and the checkpoint with which a day begins, each take place in a process of their own, so that its peak of
//! memory is theirs alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use alertmail::config::Keeping;
use alertmail::spool::Folders;
use alertmail::spool::read_back::{Reach, read_back};
use alertmail::spool::writer::{Batch, Deed, Desk};
use serde_json::{Value, json};
use spool_format::fs::StdFs;
use spool_format::{Detail, Entry, Event, Layout, Wall};

use crate::alerts;
use crate::clock;
use crate::place::Place;
use crate::process::Process;
use crate::report::Report;

/// No floor and no reserve: the writer's other duties are not measured.
const KEEPING: Keeping = Keeping {
    journal: Duration::from_hours(24 * 365),
    corrupt: Duration::from_hours(24),
    floor: 0,
    reserve: 0,
};
/// What the lines say of an alert's size.
const ALERT_OCTETS: usize = 500;
/// Lines of an alert that was sent, and of one that waits.
const EVENTS_SENT: usize = 5;
const EVENTS_WAITING: usize = 4;
/// Of ten lines, so many are of alerts that still wait.
const WAITING_TENTHS: usize = 4;

/// Durable events a second, and the time and memory to read the journal back.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Events of the journal that is read back; four tenths are of alerts that wait.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(100..))]
    events: u32,
    /// Batches of each size that are written.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    batches: u32,
}

/// Reads a journal back and says what it took.
#[derive(Debug, clap::Args)]
pub(crate) struct ReadBackArgs {
    spool: PathBuf,
    what: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Reading {
    /// Every file.
    All,
    /// What a start reads.
    Alive,
    /// Writes the first line of a day, and the checkpoint before it.
    BeginDay,
}

impl Reading {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Alive => "alive",
            Self::BeginDay => "begin-day",
        }
    }
}

pub(crate) fn measure(args: &Args, place: &Place) -> Result<Report, String> {
    let mut report = Report::new(&["what", "events", "per_s", "ms", "us_each", "peak_mib", "journal_mib"]);
    for size in [1, 16, 256] {
        let events = size * args.batches as usize;
        let time = write(place, size, args.batches)?;
        report.row(row(&format!("written, {size} a sync"), events, time, [Value::Null, Value::Null]));
    }
    let folder = place.folder()?;
    let layout = empty_spool(folder.path())?;
    let events = args.events as usize;
    fill(&layout, events).map_err(|error| format!("cannot write the journal: {error}"))?;
    for (reading, name) in [
        (Reading::All, "read back, all"),
        (Reading::BeginDay, "checkpoint of a new day"),
        (Reading::Alive, "read back, as at a start"),
    ] {
        let octets = octets_of(&layout.journal());
        let said = in_another_process(layout.root(), reading)?;
        let time = Duration::from_secs_f64(said["s"].as_f64().ok_or("read-back says no time")?);
        report.row(row(name, events, time, [said["peak_mib"].clone(), json!(octets)]));
    }
    report.note("written: one batch after the other, each durable before the next.");
    report.note(
        "the last start reads the day before as well: what was sent late may come back after a power cut.",
    );
    Ok(report)
}

fn row(what: &str, events: usize, time: Duration, rest: [Value; 2]) -> Vec<Value> {
    let count = f64::from(u32::try_from(events).unwrap_or(u32::MAX));
    let seconds = time.as_secs_f64();
    let mut cells = vec![json!(what), json!(events), json!(count / seconds), json!(clock::ms(time))];
    cells.push(json!(seconds * 1e6 / count));
    cells.extend(rest);
    cells
}

/// Writes that many batches of that many lines, each synced.
fn write(place: &Place, size: usize, batches: u32) -> Result<Duration, String> {
    let folder = place.folder()?;
    let mut desk = desk(&empty_spool(folder.path())?)?;
    let at = clock::wall_now();
    let line = |n: usize| {
        let [accepted, attempt, outcome, deferred] =
            alerts::past(alerts::id(at, n / EVENTS_WAITING), at, n, ALERT_OCTETS);
        Deed::Line(match n % EVENTS_WAITING {
            0 => accepted,
            1 => attempt,
            2 => outcome,
            _ => deferred,
        })
    };
    let start = clock::now();
    for batch in 0..batches as usize {
        let deeds = (batch * size..(batch + 1) * size).map(line).collect();
        desk.carry_out(at, vec![Batch { deeds, sync: true, early: None, token: None }]);
        if desk.owes() {
            return Err("the journal cannot be written".to_owned());
        }
    }
    Ok(start.elapsed())
}

fn desk(layout: &Layout) -> Result<Desk<StdFs>, String> {
    let folders = Folders::open(&StdFs, layout).map_err(|error| error.to_string())?;
    Ok(Desk::new(StdFs, folders, KEEPING))
}

fn empty_spool(folder: &Path) -> Result<Layout, String> {
    let layout = Layout::new(folder);
    for path in layout.all_folders() {
        fs::create_dir_all(path).map_err(|error| format!("no room for a spool: {error}"))?;
    }
    Ok(layout)
}

/// A journal of that many events, of the day before.
fn fill(layout: &Layout, events: usize) -> std::io::Result<()> {
    let at = yesterday();
    let waiting = events * WAITING_TENTHS / 10 / EVENTS_WAITING;
    let sent = (events - waiting * EVENTS_WAITING) / EVENTS_SENT;
    let mut lines = Vec::new();
    let mut tell = |event| Entry { at, event }.write_line(&mut lines);
    for n in 0..waiting + sent {
        let id = alerts::id(at, n);
        let past = alerts::past(id, at, n, ALERT_OCTETS);
        if n < waiting {
            past.into_iter().for_each(&mut tell);
            continue;
        }
        let [accepted, attempt, outcome, _] = past;
        tell(accepted);
        tell(attempt);
        tell(Event::DotSent {
            id,
            attempt: 1,
            provider: "sink".to_owned(),
            notes: Vec::new(),
            text: None,
            files: Vec::new(),
        });
        tell(outcome);
        tell(Event::Sent { id, delivered: vec![alerts::recipient()], refused: Vec::new() });
    }
    alerts::append_to_journal(&layout.journal(), at, &lines)
}

fn yesterday() -> Wall {
    Wall::from_unix_ms(clock::wall_now().unix_ms() - 24 * 3_600 * 1_000)
}

#[expect(clippy::cast_precision_loss, reason = "less than 2^53 octets")]
fn octets_of(folder: &Path) -> f64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let octets: u64 = files.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
    octets as f64 / f64::from(1 << 20)
}

fn in_another_process(spool: &Path, reading: Reading) -> Result<Value, String> {
    let this = std::env::current_exe().map_err(|error| format!("cannot see this program: {error}"))?;
    let output = Command::new(this).arg("read-back").arg(spool).arg(reading.word()).output();
    let output = output.map_err(|error| format!("cannot start this program again: {error}"))?;
    let said = serde_json::from_slice(&output.stdout);
    said.map_err(|_| format!("reading back fails: {}", String::from_utf8_lossy(&output.stderr)))
}

/// What happens in the other process.
pub(crate) fn read_back_once(args: &ReadBackArgs) -> Result<(), String> {
    let layout = Layout::new(&args.spool);
    let wrong = |error: std::io::Error| format!("cannot read the journal: {error}");
    let start = clock::now();
    let reach = match args.what {
        Reading::All => Some(Reach::All),
        Reading::Alive => Some(Reach::Alive),
        Reading::BeginDay => None,
    };
    if let Some(reach) = reach {
        let folders = Folders::open(&StdFs, &layout).map_err(|error| error.to_string())?;
        let read = read_back(&StdFs, folders.journal(), Detail::Brief, reach).map_err(wrong)?;
        if read.ledger.alerts.is_empty() || !read.broken_lines.is_empty() {
            return Err("the journal does not tell what was written".to_owned());
        }
    } else {
        let mut desk = desk(&layout)?;
        let line = Deed::Line(Event::Stopped);
        desk.carry_out(
            clock::wall_now(),
            vec![Batch { deeds: vec![line], sync: true, early: None, token: None }],
        );
        if desk.owes() {
            return Err("the day cannot begin".to_owned());
        }
    }
    let time = start.elapsed();
    let peak = Process::look(std::process::id())?.peak_mib;
    let text = json!({ "s": time.as_secs_f64(), "peak_mib": peak }).to_string();
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).map_err(wrong)
}
