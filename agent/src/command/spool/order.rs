//! `alertmail spool verify` and `repair`: is it in order, and if not, let it be.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use spool_format::Layout;

use super::super::place::{Place, unreadable};
use super::super::{Refusal, json};
use super::words::{self, Stage};
use crate::edge::owner::become_owner_of;
use crate::edge::{host, language};
use crate::exit::Exit;
use crate::notice::{self, Tongue};
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
    // Not `spool`: that is the option for all commands.
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
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
    // Not `spool`: that is the option for all commands.
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
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
    let layout = layout(args.dir.as_ref(), place)?;
    let look = || verify::verify(&layout).map_err(|error| unreadable(&layout, &error));
    let mut verdict = look()?;
    let is_running = is_held(&layout.lock());
    if is_running && !verdict.faults.is_empty() {
        verdict = verify::lasting(&verdict, look()?);
    }
    let report = report(&layout, verdict, Vec::new());
    let exit = if report.faults.is_empty() { Exit::Done } else { Exit::Data };
    Ok((exit, if args.json { json(&report) } else { in_words(&report, is_running, language::asked()) }))
}

/// Puts it in order.
pub(super) fn repair(args: &RepairArgs, place: &Place) -> Result<(Exit, String), Refusal> {
    let layout = layout(args.dir.as_ref(), place)?;
    let cannot = |error: &io::Error| unreadable(&layout, error);
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
    tell(Stage::Looks);
    let before = verify::verify(&layout).map_err(|error| cannot(&error))?;
    if before.faults.iter().any(|fault| fault.kind.cure() != Cure::Person) {
        tell(Stage::Mends);
        repair::repair(&layout, keeping, &before.faults, (by, &host::boot_id()))
            .map_err(|error| Refusal::new(Exit::Io, format!("cannot put the spool in order: {error}")))?;
    }
    tell(Stage::LooksAgain);
    let after = verify::verify(&layout).map_err(|error| cannot(&error))?;
    let is_mended = |fault: &Fault| !after.faults.contains(fault);
    let mended = missing.into_iter().chain(before.faults.into_iter().filter(is_mended)).collect();
    let report = report(&layout, after, mended);
    let exit = if report.faults.is_empty() { Exit::Done } else { Exit::Data };
    Ok((exit, if args.json { json(&report) } else { in_words(&report, false, language::asked()) }))
}

/// To whoever waits at a terminal: a large spool takes its time.
fn tell(stage: Stage) {
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "{}", words::so_far(language::asked(), stage));
    }
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

fn in_words(report: &Report, is_running: bool, tongue: Tongue) -> String {
    let mut text = String::new();
    let told = |fault: &Fault| {
        let Fault { at, what, .. } = fault;
        printable(&format!("{at}: {}", notice::why(tongue, what)))
    };
    for Told { fault, .. } in &report.mended {
        let _ = writeln!(text, "{}", words::mended(tongue, &told(fault)));
    }
    for Told { fault, .. } in &report.faults {
        let _ = writeln!(text, "{}", told(fault));
    }
    let Report { files, entries, .. } = report;
    let root = report.spool.display().to_string();
    let _ = writeln!(text, "{}", words::sum(tongue, &root, report.faults.len(), *files, *entries));
    if report.incoming_is_hidden {
        let _ = writeln!(text, "{}", words::hidden(tongue));
    }
    let has = |cure: Cure| report.faults.iter().any(|told| told.cure == cure);
    if has(Cure::Repair) {
        let _ = writeln!(text, "{}", words::repair(tongue, &root, is_running));
    } else if has(Cure::Start) {
        let _ = writeln!(text, "{}", words::start(tongue));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::pages::in_both;

    fn fault(kind: Kind, at: &str, what: &str) -> Told {
        Told::from(Fault { kind, at: at.to_owned(), what: what.to_owned() })
    }

    #[test]
    fn what_is_said_of_a_spool_is_what_is_kept() {
        let mut report = Report {
            spool: "/s".into(),
            files: 1,
            entries: 12,
            mended: vec![fault(Kind::MissingFolder, "queue/dead", "this folder of the spool is missing")],
            faults: Vec::new(),
            incoming_is_hidden: true,
        };
        in_both("spool-repair", |tongue| in_words(&report, false, tongue));
        report.mended.clear();
        report.files = 3;
        report.faults = vec![
            fault(
                Kind::Owner,
                ".",
                "`/s/queue` is open to everybody: alerts and journal are for the agent and its operators; run: chmod o-rwx /s/queue",
            ),
            fault(
                Kind::BrokenLine,
                "queue/journal/2026-11-25.jsonl:7",
                "this line is damaged, and what it said is not known",
            ),
        ];
        in_both("spool-verify", |tongue| in_words(&report, true, tongue));
    }
}
