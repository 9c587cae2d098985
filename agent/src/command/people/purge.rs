//! `alertmail purge`: dead letters are removed for good.

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
Their files go; the journal still tells of them, and who removed them, as long as it is kept.

Examples:
  alertmail purge --older-than 30d
  alertmail purge 01kax3 --yes")]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let purge = Act {
        is_for: |standing| standing == Standing::Dead,
        order: Box::new(|ids| Order::Purge { ids }),
        deed: Deed::Purge,
    };
    finish(act(&args.which, place, args.yes, &purge))
}
