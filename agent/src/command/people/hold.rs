//! `alertmail hold`: alerts wait until somebody releases them.

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
They do not expire meanwhile. A mail of which the last octets are on their way cannot be called back: its alert is held
only if it fails.

Examples:
  alertmail hold 01kax3
  alertmail hold --to @docomo.example.jp")]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let hold = Act {
        is_for: |standing| standing.waits() && standing != Standing::Held,
        order: Box::new(|ids| Order::Hold { ids }),
        deed: Deed::Hold,
    };
    finish(act(&args.which, place, true, &hold))
}
