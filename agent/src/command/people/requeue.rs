//! `alertmail requeue`: dead letters are tried again, as if they had just come.

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
For those who do not have them. Their life begins anew, and who was refused before is asked again.

Examples:
  alertmail requeue 01kax3
  alertmail requeue --all")]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let requeue = Act {
        is_for: |standing| standing == Standing::Dead,
        order: Box::new(|ids| Order::Requeue { ids }),
        deed: Deed::Requeue,
    };
    finish(act(&args.which, place, true, &requeue))
}
