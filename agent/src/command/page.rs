//! `alertmail page`: the status page as a file, from what is on the disk, also where no agent runs.

use super::place::{Place, unreadable};
use super::{Refusal, finish};
use crate::edge::language;
use crate::exit::Exit;
use crate::notice::Tongue;
use crate::page::{Kind, Source, document, read};

/// What is said on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
One HTML page that needs nothing from elsewhere: queue, providers, the last 24 hours, recent alerts with all that happened to
them. It holds subjects and recipients. It only reads, and needs no running agent; one that runs shows the same page to
browsers where [page] listen says so.

Examples:
  alertmail page                        on stdout: send it into a file, and open that
  alertmail page --language ja          without it, as LANG says")]
pub struct Args {
    /// In which language.
    #[arg(long, value_name = "LANGUAGE", value_parser = ["en", "ja"])]
    language: Option<String>,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(page(args, place).map(|text| (Exit::Done, text)))
}

fn page(args: &Args, place: &Place) -> Result<String, Refusal> {
    let config = place.config()?;
    let layout = place.layout(config.as_ref());
    let source = Source::new(layout, config.as_ref());
    let facts = read(&source).map_err(|error| unreadable(&source.layout, &error))?;
    let tongue = match args.language.as_deref() {
        Some("ja") => Tongue::Japanese,
        Some(_) => Tongue::English,
        None => language::asked(),
    };
    Ok(document(&facts, tongue, Kind::Snapshot))
}
