//! What people do with alerts: `retry`, `hold`, `release`, `drop`, `edit`, `requeue`, `purge`. The running agent does it; where
//! none runs, the same is written down under its lock, and the next one goes on from there.

pub mod drop;
pub mod edit;
pub mod hold;
mod offline;
pub mod purge;
pub mod release;
pub mod requeue;
pub mod retry;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use spool_format::{AlertId, Layout};

use super::place::{Place, unreadable};
use super::select::{Filter, find};
use super::{Refusal, json};
use crate::control::{self, Order, Reply, Said, Unheard};
use crate::edge::clock::wall_now;
use crate::exit::Exit;
use crate::output::terminal::printable;
use crate::spool::read_back::Reach;
use crate::spool::view::{Standing, View};

/// Alerts in one order: an answer comes after each, so that who waits sees that it goes on.
const ORDER_MAX: usize = 1_000;

/// Characters of an id in the answer; beginnings are enough.
const ID_CHARACTERS: usize = 10;

/// Which alerts, and how the answer is to look.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Which {
    /// Ids, or their beginnings.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// All of them, or all of which the options below are true.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    filter: Filter,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// One kind of act.
struct Act {
    /// Where an alert has to stand for it.
    is_for: fn(Standing) -> bool,
    /// What is asked of the agent.
    order: Box<dyn Fn(Vec<AlertId>) -> Order>,
    /// What was done to so many, in words.
    done: fn(&str) -> String,
    /// A question to be answered with yes first, about so many.
    question: Option<fn(&str) -> String>,
}

/// Does it, and says what came of it.
fn act(which: &Which, place: &Place, yes: bool, act: &Act) -> Result<(Exit, String), Refusal> {
    let config = place.config()?;
    let layout = place.layout(config.as_ref());
    let ids = chosen(which, &layout, act)?;
    if let Some(question) = act.question.filter(|_| !yes && !ids.is_empty()) {
        confirm(&question(&alerts(ids.len())))?;
    }
    let orders: Vec<Order> = ids.chunks(ORDER_MAX).map(|some| (act.order)(some.to_vec())).collect();
    let said = give(place, &layout, orders, ids.len())?;
    Ok(answer(&said, which.json, act.done))
}

/// The alerts that are meant.
fn chosen(which: &Which, layout: &Layout, act: &Act) -> Result<Vec<AlertId>, Refusal> {
    if which.ids.is_empty() && !which.all && which.filter.is_empty() {
        let text =
            "which alerts? Name ids or their beginnings, or all of them with --all, or some with an option";
        return Err(Refusal::new(Exit::Usage, text));
    }
    let view = View::read(layout, Reach::Alive).map_err(|error| unreadable(layout, &error))?;
    if !which.ids.is_empty() {
        return which.ids.iter().map(|start| find(&view, start).map(|item| item.id)).collect();
    }
    let now = wall_now();
    let meant = view.alerts.iter().filter(|item| (act.is_for)(item.standing));
    Ok(meant.filter(|item| which.filter.is_true_of(item, item.age(now))).map(|item| item.id).collect())
}

/// Gives the orders to the agent, or carries them out where none runs.
fn give(place: &Place, layout: &Layout, orders: Vec<Order>, alerts: usize) -> Result<Vec<Said>, Refusal> {
    let mut said = Vec::new();
    let is_watched = io::stderr().is_terminal() && orders.len() > 1;
    let mut take = |reply: Reply| match Exit::from_code(reply.exit) {
        Some(exit) if reply.alerts.is_empty() && exit != Exit::Done => Err(Refusal::new(exit, reply.said)),
        _ => {
            said.extend(reply.alerts);
            if is_watched {
                let _ = write!(io::stderr(), "\r{} of {alerts}", said.len());
            }
            Ok(())
        }
    };
    let mut orders = orders.into_iter();
    while let Some(order) = orders.next() {
        match control::ask(layout, &order) {
            Ok(reply) => take(reply)?,
            Err(Unheard::NoAgent) => {
                offline::obey(place, layout, std::iter::once(order).chain(orders.by_ref()), &mut take)?;
            }
            Err(unheard) => return Err(unasked(layout, &unheard)),
        }
    }
    if is_watched {
        let _ = writeln!(io::stderr());
    }
    Ok(said)
}

/// Why the agent was not asked.
pub(super) fn unasked(layout: &Layout, unheard: &Unheard) -> Refusal {
    let root = layout.root().display();
    match unheard {
        Unheard::NoAgent => Refusal::new(Exit::Unavailable, format!("spool `{root}`: {unheard}")),
        Unheard::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => Refusal::new(
            Exit::NoPermission,
            format!(
                "you may not tell the agent of the spool `{root}` what to do; ask as its owner, as root, or as a member of its group"
            ),
        ),
        Unheard::Io(_) => Refusal::new(Exit::Io, format!("spool `{root}`: {unheard}")),
    }
}

/// Goes on only if somebody at a terminal says yes.
fn confirm(question: &str) -> Result<(), Refusal> {
    if !io::stdin().is_terminal() {
        let text = format!("{question} Nobody is there to be asked: say --yes if that is meant");
        return Err(Refusal::new(Exit::Usage, text));
    }
    let _ = write!(io::stderr(), "{question} [y/N] ");
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    match (read, line.trim()) {
        (Ok(_), "y" | "Y" | "yes") => Ok(()),
        _ => Err(Refusal::new(Exit::Usage, "nothing was done")),
    }
}

/// `1 alert`, `3 alerts`.
fn alerts(count: usize) -> String {
    if count == 1 { "1 alert".to_owned() } else { format!("{count} alerts") }
}

/// For machines.
#[derive(serde::Serialize)]
struct Answer<'s> {
    /// What came of each alert: `id`, `done`, and `text` if there is something to say.
    alerts: &'s [Said],
}

fn answer(said: &[Said], as_json: bool, done: fn(&str) -> String) -> (Exit, String) {
    let exit = if said.iter().all(|said| said.done) { Exit::Done } else { Exit::Data };
    if as_json {
        return (exit, json(&Answer { alerts: said }));
    }
    let mut text = String::new();
    for Said { id, text: why, .. } in said.iter().filter(|said| !said.text.is_empty()) {
        let _ = writeln!(text, "{}: {}", &id.as_str()[..ID_CHARACTERS], printable(why));
    }
    let count = said.iter().filter(|said| said.done).count();
    match (count, said.is_empty()) {
        (0, true) => text.push_str("there is no such alert\n"),
        (0, false) => {}
        (_, _) => {
            let _ = writeln!(text, "{}", done(&alerts(count)));
        }
    }
    (exit, text)
}
