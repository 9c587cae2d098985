//! `alertmail edit`: an alert goes to somebody else than it says.

use super::super::place::{Place, unreadable};
use super::super::select::find;
use super::super::{Refusal, finish};
use super::words::Deed;
use super::{answer, give};
use crate::control::Order;
use crate::exit::Exit;
use crate::spool::read_back::Reach;
use crate::spool::view::View;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Who has it already has it. The new recipients get it at once, and its mail says that it is for them.

Examples:
  alertmail edit 01kax3 --to oncall@example.jp
  alertmail edit 01kax3 --instead-of onccall@example.jp --to oncall@example.jp")]
pub struct Args {
    /// The alert's id, or its beginning.
    id: String,
    /// Who is to have it: addresses and aliases, commas between them, also several times.
    #[arg(long, value_name = "RECIPIENT", required = true, value_delimiter = ',')]
    to: Vec<String>,
    /// In whose place; without it, in the place of all who do not have it.
    #[arg(long, value_name = "ADDRESS")]
    instead_of: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(edit(args, place))
}

fn edit(args: &Args, place: &Place) -> Result<(Exit, String), Refusal> {
    let config = place.config()?;
    let layout = place.layout(config.as_ref());
    let address = |text: &String| {
        crate::address::parse(text)
            .map_err(|error| Refusal::new(Exit::Usage, format!("--instead-of: {error}")))
    };
    let instead_of = args.instead_of.as_ref().map(address).transpose()?;
    let view = View::read(&layout, Reach::Alive).map_err(|error| unreadable(&layout, &error))?;
    let id = find(&view, &args.id)?.id;
    let order = Order::Edit { id, instead_of, to: args.to.clone() };
    let said = give(place, &layout, vec![order], 1)?;
    Ok(answer(&said, args.json, Deed::Edit))
}
