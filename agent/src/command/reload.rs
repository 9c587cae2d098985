//! `alertmail reload`: the running agent reads its configuration again.

use super::people::unasked;
use super::place::Place;
use super::{Refusal, finish, in_tongue};
use crate::control::{self, Order};
use crate::edge::language;
use crate::exit::Exit;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The agent reads the configuration that it was started with, and its secrets. If something is wrong with them, this says
where, with exit code 78, and the agent goes on as it was. Else it finishes what is in flight and goes on with the new
settings, also for everything that waits; the command returns when that is so. SIGHUP does the same, without an answer.
Another place of the spool, of its socket or its spare folder takes a restart.

Examples:
  alertmail reload
  alertmail reload --config /etc/alertmail/alertmail.toml")]
pub struct Args {}

/// Does what the command says.
pub fn run(_: &Args, place: &Place) -> Exit {
    finish(ask(place))
}

fn ask(place: &Place) -> Result<(Exit, String), Refusal> {
    let layout = place.layout(place.config()?.as_ref());
    let reply = control::ask(&layout, &Order::Reload).map_err(|unheard| unasked(&layout, &unheard))?;
    match Exit::from_code(reply.exit) {
        Some(Exit::Done) => Ok((Exit::Done, in_tongue(language::asked(), &reply.said) + "\n")),
        exit => Err(Refusal::new(exit.unwrap_or(Exit::Io), reply.said)),
    }
}
