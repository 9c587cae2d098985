//! `alertmail list`: what waits, since when, for whom, and why.

mod choice;
mod document;
mod watch;
mod words;

use std::mem::ManuallyDrop;
use std::num::NonZero;
use std::thread;
use std::time::Duration;

use spool_format::{AlertId, Layout, Severity, Wall};

use super::place::{Place, unreadable};
use super::{Refusal, finish, json};
use crate::edge::clock::offset_minutes;
use crate::edge::clock::wall_now;
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::table::{self, Cell};
use crate::output::terminal::{Colour, Look, cut, printable};
use crate::output::{age, words as common};
use crate::spool::read_back::Reach;
use crate::spool::view::{CorruptFile, Item, Standing, View};
use choice::Choice;
use document::SetAside;
pub(super) use document::{Listed, Listing};

/// Characters of an id that are shown at least.
const ID_CHARACTERS_MIN: usize = 6;
/// Rows for which a thread of its own is worth it.
const ROWS_OF_A_THREAD: usize = 4096;
/// Columns of a recipient and of a subject.
const TO_COLUMNS: usize = 24;
const SUBJECT_COLUMNS: usize = 28;

/// What is said on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The most urgent comes first. It only reads, and needs no running agent. What several options say has to be true at once.

Examples:
  alertmail list                          everything that is not sent
  alertmail list --all                    the sent ones too, as far as the journal goes back
  alertmail list --state dead,corrupt
  alertmail list --severity critical --older-than 10m --to docomo
  alertmail list --provider home          what home was asked for last, or is being asked for
  alertmail list --watch                  again whenever something happens, until q or Ctrl-C
  alertmail list --json")]
pub struct Args {
    /// Also what was sent, as far as the journal goes back.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    choice: Choice,
    /// Print one JSON object, times in UTC.
    #[arg(long)]
    json: bool,
    /// Print one JSON object a line for each alert and each file that was set aside, and nothing else.
    #[arg(long, conflicts_with = "json")]
    jsonl: bool,
    /// Again whenever something changes, at most once in so many seconds (1 if none are said).
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "1", value_parser = clap::value_parser!(u64).range(1..=3600))]
    watch: Option<u64>,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    match args.watch {
        None => finish(list(args, place).map(|text| (Exit::Done, text))),
        Some(seconds) => finish(watch::watch(args, place, Duration::from_secs(seconds))),
    }
}

fn list(args: &Args, place: &Place) -> Result<String, Refusal> {
    let layout = place.layout(place.config()?.as_ref());
    // Giving every alert's memory back takes as long as a tenth of the reading, and the program ends.
    let view = ManuallyDrop::new(read(args, &layout)?);
    Ok(said(args, &layout, &view, wall_now(), Look::of_stdout()))
}

fn read(args: &Args, layout: &Layout) -> Result<View, Refusal> {
    // What was sent long ago, and not only lately, is wanted only where it is asked for.
    let reach = if args.all || args.choice.names("sent") || args.choice.names("gone") {
        Reach::All
    } else {
        Reach::Alive
    };
    View::read(layout, reach).map_err(|error| unreadable(layout, &error))
}

fn said(args: &Args, layout: &Layout, view: &View, now: Wall, look: Look) -> String {
    if args.json {
        return json(&Listing::new(view, args, now));
    }
    let shown = choose(view, args, now);
    let corrupt: &[CorruptFile] = if args.choice.has_corrupt() { &view.corrupt } else { &[] };
    if args.jsonl {
        let alerts = shown.into_iter().map(|item| json(&Listed::new(item, now)));
        let files = corrupt.iter().map(|file| json(&SetAside { state: "corrupt", file }));
        return alerts.chain(files).collect();
    }
    if shown.is_empty() && corrupt.is_empty() {
        let what =
            words::nothing(look.tongue, args.choice.states_alone(), &layout.root().display().to_string());
        return format!("{}{what}\n{}", conditions(view, now, look.tongue), hidden(view, look.tongue));
    }
    let ids: Vec<AlertId> = view.alerts.iter().map(|item| item.id).collect();
    conditions(view, now, look.tongue) + &text(&shown, corrupt, &ids, now, look) + hidden(view, look.tongue)
}

/// What people were told of the agent and still lasts, above everything else.
fn conditions(view: &View, now: Wall, tongue: Tongue) -> String {
    let mut text = String::new();
    for notice in &view.notices {
        text.push_str("! ");
        let since = age::clock(notice.since, now, offset_minutes(notice.since));
        text.push_str(&printable(&notice::sentence_in(tongue, notice, &since)));
        text.push('\n');
    }
    text
}

/// What is not shown to whoever asks.
fn hidden(view: &View, tongue: Tongue) -> &'static str {
    if view.incoming_is_hidden { words::hidden(tongue) } else { "" }
}

/// What was asked for, the most urgent first.
pub(super) fn choose<'v>(view: &'v View, args: &Args, now: Wall) -> Vec<&'v Item> {
    let is_usual = |item: &&Item| {
        args.all || args.choice.names_states() || item.standing.waits() || item.standing == Standing::Dead
    };
    let asked = |item: &&Item| args.choice.is_true_of(item, item.age(now));
    let mut items: Vec<&Item> = view.alerts.iter().filter(is_usual).filter(asked).collect();
    // What still waits before what is settled; `sort_by_key` keeps the order of birth.
    items.sort_by_key(|item| (!item.standing.waits(), item.severity));
    items
}

/// The table and the line below it.
pub(super) fn text(
    items: &[&Item],
    corrupt: &[CorruptFile],
    ids: &[AlertId],
    now: Wall,
    look: Look,
) -> String {
    let mut text = String::new();
    if !items.is_empty() {
        let rows = rows(items, |item| row(item, ids, now, look.tongue));
        text = table::set(&words::heads(look.tongue), &rows, look);
    }
    for file in corrupt {
        let line = format!(
            "corrupt/{}: {}",
            printable(&file.name),
            printable(&notice::why(look.tongue, &file.reason))
        );
        text.push_str(&cut(&line, look.columns));
        text.push('\n');
    }
    text.push_str(&summary(items, corrupt.len(), now, look.tongue));
    text.push('\n');
    text
}

/// A row for each; where there are many, several threads make them.
fn rows(items: &[&Item], row: impl Fn(&Item) -> Vec<Cell> + Sync) -> Vec<Vec<Cell>> {
    let made = |part: &[&Item]| part.iter().map(|item| row(item)).collect::<Vec<_>>();
    if items.len() < 2 * ROWS_OF_A_THREAD {
        return made(items);
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut parts = items.chunks(items.len().div_ceil(threads).max(ROWS_OF_A_THREAD));
    let first = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let begun: Vec<_> =
            parts.map(|part| (part, thread::Builder::new().spawn_scoped(scope, || made(part)))).collect();
        let mut rows = made(first);
        for (part, begun) in begun {
            // Who may have no further thread does it alone.
            rows.extend(match begun {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => made(part),
            });
        }
        rows
    })
}

fn row(item: &Item, ids: &[AlertId], now: Wall, tongue: Tongue) -> Vec<Cell> {
    let severity = match item.severity {
        Severity::Critical => Cell::painted(tongue.either("crit", "重大"), Colour::Red),
        Severity::Warning => Cell::plain(tongue.either("warn", "警告")),
        Severity::Info => Cell::plain(tongue.either("info", "情報")),
    };
    let colour = match item.standing {
        Standing::Dead => Colour::Red,
        Standing::Deferred(_) => Colour::Yellow,
        _ => Colour::Plain,
    };
    let next = match item.standing {
        Standing::Deferred(Some(until)) => age::until(tongue, until, now),
        Standing::Incoming | Standing::Trying | Standing::Deferred(None) => age::until(tongue, now, now),
        Standing::Held | Standing::Sent | Standing::Dead | Standing::Gone => String::new(),
    };
    vec![
        Cell::plain(age::short(tongue, item.age(now))),
        Cell::plain(short_id(item.id, ids)),
        severity,
        Cell::plain(cut(&to(item, tongue), TO_COLUMNS)),
        Cell::plain(cut(&printable(&item.subject), SUBJECT_COLUMNS)),
        Cell::painted(common::standing(tongue, item.standing), colour),
        Cell::plain(next),
        Cell::plain(why(item, tongue)),
    ]
}

fn to(item: &Item, tongue: Tongue) -> String {
    match &item.recipients[..] {
        [] => words::default_recipient(tongue),
        [(one, _)] => printable(one),
        [(first, _), others @ ..] => words::others(tongue, &printable(first), others.len()),
    }
}

/// Why it is where it is.
pub(super) fn why(item: &Item, tongue: Tongue) -> String {
    if let Some(why) = &item.unreadable {
        return words::unreadable(tongue, &printable(why));
    }
    let Some(history) = &item.history else { return String::new() };
    match item.standing {
        Standing::Dead => printable(&notice::why(tongue, history.dead_reason.as_deref().unwrap_or_default())),
        Standing::Sent | Standing::Gone | Standing::Held => String::new(),
        Standing::Incoming | Standing::Trying | Standing::Deferred(_) => common::why(tongue, history),
    }
}

/// The beginning of an id that no other one of these shares; they are in order, so only its neighbours can.
pub(super) fn short_id(id: AlertId, ids: &[AlertId]) -> String {
    let shared =
        |other: &AlertId| id.as_str().bytes().zip(other.as_str().bytes()).take_while(|(a, b)| a == b).count();
    let (before, behind) = match ids.binary_search(&id) {
        Ok(at) => (at.checked_sub(1), at + 1),
        Err(at) => (at.checked_sub(1), at),
    };
    let neighbours = before.and_then(|at| ids.get(at)).into_iter().chain(ids.get(behind));
    let needed = neighbours.map(shared).max().map_or(0, |shared| shared + 1);
    id.as_str()[..needed.max(ID_CHARACTERS_MIN)].to_owned()
}

/// `3 deferred, 1 dead, 2 corrupt; oldest waits for 4m`.
fn summary(items: &[&Item], corrupt: usize, now: Wall, tongue: Tongue) -> String {
    let states = ["incoming", "trying", "deferred", "held", "dead", "sent", "gone"];
    let count = |state: &str| items.iter().filter(|item| item.standing.as_str() == state).count();
    let counts = states.map(|state| (count(state), state)).into_iter().chain([(corrupt, "corrupt")]);
    let told: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, state)| words::counted(tongue, count, state))
        .collect();
    let waiting = items.iter().filter(|item| item.standing.waits());
    let oldest: Option<Duration> = waiting.map(|item| item.age(now)).max();
    words::summary(tongue, &told, oldest)
}
