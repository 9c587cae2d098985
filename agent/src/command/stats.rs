//! `alertmail stats`: what happened, counted by day and by provider: alerts, attempts, failures, and how long it all took.

mod count;
pub(super) mod page;
mod words;

use std::io;

use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::journal::replay_each;
use spool_format::{Layout, Wall};

use super::place::{Place, unreadable};
use super::{Refusal, finish, json};
use crate::edge::clock::wall_now;
use crate::exit::Exit;
use crate::output::terminal::Look;
use crate::spool::queue_fs::QueueFs as _;
use crate::spool::read_back::journal_files;

pub(super) use count::Counts;

/// Days that are shown if nobody says how many.
const DAYS: u64 = 7;
const DAY_MS: i64 = 86_400_000;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
It only reads, and needs no running agent. Days are those of UTC, as in the journal; the last one is today.

Examples:
  alertmail stats
  alertmail stats --days 30
  alertmail stats --days 1 --json")]
pub struct Args {
    /// So many days, today among them, as far as the journal is kept.
    #[arg(long, value_name = "NUMBER", default_value_t = DAYS, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(stats(args, place).map(|text| (Exit::Done, text)))
}

fn stats(args: &Args, place: &Place) -> Result<String, Refusal> {
    let layout = place.layout(place.config()?.as_ref());
    let counts = counted(&layout, args.days, wall_now()).map_err(|error| unreadable(&layout, &error))?;
    Ok(if args.json { json(&counts) } else { page::text(&counts, Look::of_stdout()) })
}

/// What the journal says of the last so many days.
pub(super) fn counted(layout: &Layout, days: u64, now: Wall) -> io::Result<Counts> {
    let days = i64::try_from(days).unwrap_or(i64::MAX);
    let day_before =
        |count: i64| Wall::from_unix_ms(now.unix_ms().saturating_sub(count.saturating_mul(DAY_MS))).day();
    let first = day_before(days - 1);
    let dir = StdFs.open_dir(&layout.journal())?;
    let mut counter = count::Counter::new(&first);
    // A day more, so that what was accepted before midnight and sent behind it has its whole time.
    let begin = day_before(days);
    for name in journal_files(&StdFs, &dir)?.into_iter().filter(|name| *name >= begin) {
        match StdFs.open(&dir, &name) {
            Ok(file) => replay_each(file, |entry| counter.take(&entry)).map(|_| ())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    // Days on which nothing happened are days as well.
    let all_days = (0..days.min(3_650)).rev().map(day_before);
    Ok(counter.counts(now, all_days.collect()))
}
