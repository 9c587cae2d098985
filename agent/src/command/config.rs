//! `alertmail config`: what is wrong with the configuration, and what it means.

mod check;
mod show;

use super::finish;
use super::place::Place;
use crate::exit::Exit;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
enum What {
    /// Name every mistake in the configuration, and what deserves attention.
    Check(check::Args),
    /// Show what holds, presets and defaults filled in, and where each value comes from.
    Show(show::Args),
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(match &args.what {
        What::Check(args) => Ok(check::check(args, place)),
        What::Show(args) => show::show(args, place),
    })
}
