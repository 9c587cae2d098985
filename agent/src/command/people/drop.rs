//! `alertmail drop`: alerts are given up. They are kept as dead letters, with the reason.

use super::super::finish;
use super::super::place::Place;
use super::words::Deed;
use super::{Act, Which, act};
use crate::control::Order;
use crate::exit::Exit;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Nothing vanishes: they lie in dead/, the journal says who gave them up and why, and `alertmail requeue` takes them up again.
A mail of which the last octets are on their way cannot be called back.

Examples:
  alertmail drop 01kax3 --reason \"the test is over\"
  alertmail drop --key lab/ --reason \"the lab is gone\" --yes")]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Why, for whoever looks later.
    #[arg(long, value_name = "TEXT", required = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let reason = args.reason.clone();
    let drop = Act {
        is_for: |standing| standing.waits(),
        order: Box::new(move |ids| Order::Drop { ids, reason: reason.clone() }),
        deed: Deed::Drop,
    };
    finish(act(&args.which, place, args.yes, &drop))
}
