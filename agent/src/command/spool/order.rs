//! `alertmail spool verify` and `repair`: is it in order, and if not, let it be.

use std::fmt::Write as _;
use std::path::PathBuf;

use spool_format::Layout;

use super::super::place::{Place, unreadable};
use super::super::{Refusal, json};
use crate::edge::host;
use crate::edge::owner::become_owner_of;
use crate::exit::Exit;
use crate::output::terminal::printable;
use crate::spool::lock::{Lock, LockError, is_held};
use crate::spool::repair;
use crate::spool::verify::{self, Cure, Fault, Kind, Verdict};

/// What is said on the command line of `verify`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
It only reads, also beside an agent at work. Each fault is named with its file, and for lines of the journal with the line.

Exit codes: 0 in order; 65 something is not; 66, 77 the spool is not there or cannot be read.

Examples:
  alertmail spool verify
  alertmail spool verify /tmp/spool --json")]
pub(super) struct VerifyArgs {
    /// Which spool; default: where `enqueue` looks for it.
    #[arg(value_name = "DIR")]
    spool: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What is said on the command line of `repair`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The agent has to be stopped. Nothing is thrown away: damaged alerts and damaged lines of the journal go to corrupt/, each with
a reason beside it. An alert of which the journal knows and whose file is nowhere becomes a dead letter without a file. Missing
folders are made. Owners and modes are left to you, with the command that mends them.

Exit codes: 0 in order now; 65 something is left that only you can mend; 69 an agent is at work.

Examples:
  alertmail spool repair
  alertmail spool repair /tmp/spool --json")]
pub(super) struct RepairArgs {
    /// Which spool; default: where `enqueue` looks for it.
    #[arg(value_name = "DIR")]
    spool: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// For machines.
#[derive(Debug, serde::Serialize)]
struct Report {
    /// The spool.
    spool: PathBuf,
    /// Files of alerts that were looked at.
    files: usize,
    /// Entries of the journal.
    entries: usize,
    /// What was put in order; empty for `verify`.
    mended: Vec<Told>,
    /// What is not in order.
    faults: Vec<Told>,
    /// Whether `incoming/` could not be listed, and was left out.
    incoming_is_hidden: bool,
}

#[derive(Debug, serde::Serialize)]
struct Told {
    #[serde(flatten)]
    fault: Fault,
    /// Who puts it in order: `repair`, an agent at its `start`, or a `person`.
    cure: Cure,
}

impl From<Fault> for Told {
    fn from(fault: Fault) -> Self {
        let cure = fault.kind.cure();
        Self { fault, cure }
    }
}

/// Looks.
pub(super) fn verify(args: &VerifyArgs, place: &Place) -> Result<(Exit, String), Refusal> {
    let layout = layout(args.spool.as_ref(), place)?;
    let look = || verify::verify(&layout).map_err(|error| unreadable(&layout, &error));
    let mut verdict = look()?;
    let is_running = is_held(&layout.lock());
    if is_running && !verdict.faults.is_empty() {
        verdict = verify::lasting(&verdict, look()?);
    }
    let report = report(&layout, verdict, Vec::new());
    let exit = if report.faults.is_empty() { Exit::Done } else { Exit::Data };
    Ok((exit, if args.json { json(&report) } else { in_words(&report, is_running) }))
}

/// Puts it in order.
pub(super) fn repair(args: &RepairArgs, place: &Place) -> Result<(Exit, String), Refusal> {
    let layout = layout(args.spool.as_ref(), place)?;
    let cannot = |error: &std::io::Error| unreadable(&layout, error);
    let missing: Vec<Fault> = make_folders(&layout)?;
    let keeping = place.config()?.map(|config| config.keeping).unwrap_or_default();
    let by = rustix::process::getuid().as_raw();
    become_owner_of(&layout).map_err(|error| cannot(&error))?;
    let _lock = Lock::take(&layout.lock()).map_err(|error| match error {
        LockError::Held(_) => Refusal::new(
            Exit::Unavailable,
            "an agent is at work on this spool; stop it first: systemctl stop alertmail",
        ),
        LockError::Io { source, .. } => cannot(&source),
    })?;
    let before = verify::verify(&layout).map_err(|error| cannot(&error))?;
    if before.faults.iter().any(|fault| fault.kind.cure() != Cure::Person) {
        repair::repair(&layout, keeping, &before.faults, (by, &host::boot_id()))
            .map_err(|error| Refusal::new(Exit::Io, format!("cannot put the spool in order: {error}")))?;
    }
    let after = verify::verify(&layout).map_err(|error| cannot(&error))?;
    let is_mended = |fault: &Fault| !after.faults.contains(fault);
    let mended = missing.into_iter().chain(before.faults.into_iter().filter(is_mended)).collect();
    let report = report(&layout, after, mended);
    let exit = if report.faults.is_empty() { Exit::Done } else { Exit::Data };
    Ok((exit, if args.json { json(&report) } else { in_words(&report, false) }))
}

fn layout(spool: Option<&PathBuf>, place: &Place) -> Result<Layout, Refusal> {
    let layout = match spool {
        Some(path) => Layout::new(path),
        None => place.layout(place.config()?.as_ref()),
    };
    // A folder of something else is not to be filled with ours.
    let queue = layout.root().join("queue");
    std::fs::metadata(&queue).map_err(|error| unreadable(&layout, &error))?;
    Ok(layout)
}

fn make_folders(layout: &Layout) -> Result<Vec<Fault>, Refusal> {
    let missing = verify::verify(layout).map_err(|error| unreadable(layout, &error))?.faults;
    let missing: Vec<Fault> = missing.into_iter().filter(|it| it.kind == Kind::MissingFolder).collect();
    for fault in &missing {
        super::make_folder(&layout.root().join(&fault.at))?;
    }
    Ok(missing)
}

fn report(layout: &Layout, verdict: Verdict, mended: Vec<Fault>) -> Report {
    let Verdict { files, entries, faults, incoming_is_hidden } = verdict;
    let told = |faults: Vec<Fault>| faults.into_iter().map(Told::from).collect();
    let spool = layout.root().to_owned();
    Report { spool, files, entries, mended: told(mended), faults: told(faults), incoming_is_hidden }
}

fn in_words(report: &Report, is_running: bool) -> String {
    let mut text = String::new();
    for Told { fault, .. } in &report.mended {
        let _ = writeln!(text, "mended: {}", printable(&fault.to_string()));
    }
    for Told { fault, .. } in &report.faults {
        let _ = writeln!(text, "{}", printable(&fault.to_string()));
    }
    let Report { files, entries, .. } = report;
    let looked =
        format!("looked at {} and {}", count(*files, "alert"), count(*entries, "line of the journal"));
    let root = report.spool.display();
    let _ = match report.faults.len() {
        0 => writeln!(text, "{root} is in order; {looked}"),
        faults => writeln!(text, "{root} is not in order: {}; {looked}", count(faults, "fault")),
    };
    if report.incoming_is_hidden {
        text.push_str("incoming/ was left out: only the agent's user and root can list it\n");
    }
    let has = |cure: Cure| report.faults.iter().any(|told| told.cure == cure);
    if has(Cure::Repair) {
        let stop = if is_running { "stop the agent, then run: " } else { "next: " };
        let _ = writeln!(text, "{stop}alertmail spool repair {root}");
    } else if has(Cure::Start) {
        text.push_str("next: start the agent, which puts it in order\n");
    }
    text
}

fn count(number: usize, what: &str) -> String {
    match (number, what.split_once(' ')) {
        (1, _) => format!("1 {what}"),
        (_, Some((first, rest))) => format!("{number} {first}s {rest}"),
        (_, None) => format!("{number} {what}s"),
    }
}
