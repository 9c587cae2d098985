//! `alertmail release`: alerts that are held go on.

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
They are tried at once, and have at least an hour.

Examples:
  alertmail release 01kax3
  alertmail release --all")]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let release = Act {
        is_for: |standing| standing == Standing::Held,
        order: Box::new(|ids| Order::Release { ids }),
        deed: Deed::Release,
    };
    finish(act(&args.which, place, true, &release))
}
