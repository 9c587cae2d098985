//! `alertmail retry`: alerts that wait are tried now.

use super::super::finish;
use super::super::place::Place;
use super::words::Deed;
use super::{Act, Which, act};
use crate::control::Order;
use crate::exit::Exit;
use crate::spool::view::Standing;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
They go to the first provider in their order that may be asked; one that is left out is asked too, by one alert at a time.
What is held has to be released first. Without a running agent they are due when one starts.

Examples:
  alertmail retry 01kax3                         one of them
  alertmail retry --all                          everything that waits
  alertmail retry --severity critical --key db/")]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let retry = Act {
        is_for: |standing| matches!(standing, Standing::Deferred(_)),
        order: Box::new(|ids| Order::Retry { ids }),
        deed: Deed::Retry,
    };
    finish(act(&args.which, place, true, &retry))
}
