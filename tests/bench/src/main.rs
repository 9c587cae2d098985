//! Measures the spool and the composer, for people and for a job at night; never a test that fails because a machine is slow.
//!
//! | module | what it measures |
//! | --- | --- |
//! | `enqueue` | one alert from exec to exit, next to the least that it can cost and to peers |
//! | `backlog` | a start over a hundred thousand alerts |
//! | `journal` | writing events and reading them back |
//! | `latency` | `enqueue` to the sink's final dot, next to a floor and to peers |
//! | `drain` | a queue over lines of all kinds, likewise |
//! | `failover` | a first provider in trouble and a second one that works, next to peers |
//! | `inspect` | the commands that look into a spool of a hundred thousand alerts |
//! | `idle` | an agent with nothing to do |
//! | `compose` | mails in each charset, next to other composers |
//!
//! The rest is what they share. `README.md` beside this folder says how it is done, and has the numbers of a run.

mod alerts;
mod backlog;
mod client;
mod clock;
mod compose;
mod contender;
mod counts;
mod drain;
mod enqueue;
mod failover;
mod idle;
mod inspect;
mod journal;
mod latency;
mod mailer;
mod peers;
mod place;
mod process;
mod report;
mod sink;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use peers::Apart;
use place::Place;
use report::Form;

/// Measure the spool and the composer.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    /// Prints one JSON object in place of the table.
    #[arg(long, global = true)]
    json: bool,
    /// Makes the spools in this folder: its file system is measured.
    #[arg(long, global = true, value_name = "DIR", default_value = "/var/tmp")]
    disk: PathBuf,
    /// Measures the programs in this folder [default: where `bench` itself is]
    #[arg(long, global = true, value_name = "DIR")]
    programs: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Enqueue(enqueue::Args),
    Backlog(backlog::Args),
    Journal(journal::Args),
    Idle(idle::Args),
    Inspect(inspect::Args),
    Latency(latency::Args),
    Drain(drain::Args),
    Failover(failover::Args),
    Compose(compose::Args),
    #[command(hide = true)]
    ReadBack(journal::ReadBackArgs),
}

fn main() -> ExitCode {
    match measure(Cli::parse()) {
        Ok(code) => code,
        Err(text) => {
            complain(&text);
            ExitCode::FAILURE
        }
    }
}

fn measure(cli: Cli) -> Result<ExitCode, String> {
    let place = Place::new(cli.programs, &cli.disk)?;
    let apart = match cli.what {
        What::Enqueue(_) | What::Latency(_) | What::Drain(_) => Some(Apart::Mounts),
        What::Failover(_) => Some(Apart::Network),
        _ => None,
    };
    if let Some(apart) = apart
        && let Some(code) = peers::among_own_mounts(apart)?
    {
        return Ok(ExitCode::from(code));
    }
    let report = match cli.what {
        What::Enqueue(args) => enqueue::measure(&args, &place)?,
        What::Latency(args) => latency::measure(&args, &place)?,
        What::Drain(args) => drain::measure(&args, &place)?,
        What::Failover(args) => failover::measure(&args, &place)?,
        What::Backlog(args) => backlog::measure(&args, &place)?,
        What::Journal(args) => journal::measure(&args, &place)?,
        What::Idle(args) => idle::measure(&args, &place)?,
        What::Inspect(args) => inspect::measure(&args, &place)?,
        What::Compose(args) => compose::measure(&args)?,
        What::ReadBack(args) => return journal::read_back_once(&args).map(|()| ExitCode::SUCCESS),
    };
    let form = if cli.json { Form::Json } else { Form::People };
    report.print(&place.facts(), form).map_err(|error| format!("cannot print: {error}"))?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stderr, reason = "the one line of a measurement that could not be made")]
fn complain(text: &str) {
    eprintln!("bench: {text}");
}
