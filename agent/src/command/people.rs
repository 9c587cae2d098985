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
mod words;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use spool_format::{AlertId, Layout};

use super::place::{Place, unreadable};
use super::select::{Filter, find};
use super::{Refusal, json};
use crate::control::{self, Order, Reply, Said, Unheard};
use crate::edge::clock::wall_now;
use crate::edge::language;
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::terminal::printable;
use crate::spool::read_back::Reach;
use crate::spool::view::{Standing, View};
use words::Deed;

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
    /// What it is called, and whether something is asked first.
    deed: Deed,
}

/// Does it, and says what came of it.
fn act(which: &Which, place: &Place, yes: bool, act: &Act) -> Result<(Exit, String), Refusal> {
    let config = place.config()?;
    let layout = place.layout(config.as_ref());
    let ids = chosen(which, &layout, act)?;
    let question = |tongue| words::question(tongue, act.deed, ids.len());
    if let [Some(english), Some(japanese)] = [Tongue::English, Tongue::Japanese].map(question)
        && !yes
        && !ids.is_empty()
    {
        confirm(&english, &japanese)?;
    }
    let orders: Vec<Order> = ids.chunks(ORDER_MAX).map(|some| (act.order)(some.to_vec())).collect();
    let said = give(place, &layout, orders, ids.len())?;
    Ok(answer(&said, which.json, act.deed))
}

/// The alerts that are meant.
fn chosen(which: &Which, layout: &Layout, act: &Act) -> Result<Vec<AlertId>, Refusal> {
    if which.ids.is_empty() && !which.all && which.filter.is_empty() {
        return Err(Refusal::in_both(
            Exit::Usage,
            "which alerts? Name ids or their beginnings, or all of them with --all, or some with an option",
            "対象を指定してください: ID かその先頭、すべてなら --all、または絞り込みのオプション",
        ));
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
        Some(exit) if reply.alerts.is_empty() && exit != Exit::Done => {
            let japanese = notice::why(Tongue::Japanese, &reply.said);
            Err(Refusal::in_both(exit, reply.said, japanese))
        }
        _ => {
            said.extend(reply.alerts);
            if is_watched {
                let so_far = words::so_far(language::asked(), said.len(), alerts);
                let _ = write!(io::stderr(), "\r{so_far}");
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
        Unheard::NoAgent => Refusal::in_both(
            Exit::Unavailable,
            format!("spool `{root}`: {unheard}"),
            format!("スプール `{root}`: エージェントが動いていません"),
        ),
        Unheard::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => Refusal::in_both(
            Exit::NoPermission,
            format!(
                "you may not tell the agent of the spool `{root}` what to do; ask as its owner, as root, or as a member of its group"
            ),
            format!(
                "スプール `{root}` のエージェントに指示する権限がありません。所有者、root またはグループの利用者で実行してください"
            ),
        ),
        Unheard::Io(_) => Refusal::new(Exit::Io, format!("spool `{root}`: {unheard}")),
    }
}

/// Goes on only if somebody at a terminal says yes to the question, which is there in both languages.
fn confirm(english: &str, japanese: &str) -> Result<(), Refusal> {
    if !io::stdin().is_terminal() {
        return Err(Refusal::in_both(
            Exit::Usage,
            format!("{english} Nobody is there to be asked: say --yes if that is meant"),
            format!("{japanese} 端末がないため確認できません。実行するには --yes を付けてください"),
        ));
    }
    let _ = write!(io::stderr(), "{} [y/N] ", language::asked().either(english, japanese));
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    match (read, line.trim()) {
        (Ok(_), "y" | "Y" | "yes") => Ok(()),
        _ => Err(Refusal::in_both(Exit::Usage, "nothing was done", "何も実行しませんでした")),
    }
}

/// For machines.
#[derive(serde::Serialize)]
struct Answer<'s> {
    /// What came of each alert: `id`, `done`, and `text` if there is something to say.
    alerts: &'s [Said],
}

fn answer(said: &[Said], as_json: bool, deed: Deed) -> (Exit, String) {
    let exit = if said.iter().all(|said| said.done) { Exit::Done } else { Exit::Data };
    if as_json {
        return (exit, json(&Answer { alerts: said }));
    }
    let tongue = language::asked();
    let mut text = String::new();
    for Said { id, text: why, .. } in said.iter().filter(|said| !said.text.is_empty()) {
        let _ = writeln!(text, "{}: {}", &id.as_str()[..ID_CHARACTERS], printable(&notice::why(tongue, why)));
    }
    let count = said.iter().filter(|said| said.done).count();
    match (count, said.is_empty()) {
        (0, true) => {
            let _ = writeln!(text, "{}", words::none(tongue));
        }
        (0, false) => {}
        (_, _) => {
            let _ = writeln!(text, "{}", words::done(tongue, deed, count));
        }
    }
    (exit, text)
}
