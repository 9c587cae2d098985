//! `alertmail list`: what waits, since when, for whom, and why.

use std::time::Duration;

use spool_format::{AlertId, Notice, Severity, Wall};

use super::place::{Place, unreadable};
use super::{Refusal, finish, json};
use crate::edge::clock::wall_now;
use crate::exit::Exit;
use crate::notice;
use crate::output::table::{self, Cell};
use crate::output::terminal::{Colour, Look, cut, printable};
use crate::output::{age, words};
use crate::spool::read_back::Reach;
use crate::spool::view::{CorruptFile, Item, Standing, View};

/// Characters of an id that are shown at least.
const ID_CHARACTERS_MIN: usize = 6;
/// Columns of a recipient and of a subject.
const TO_COLUMNS: usize = 24;
const SUBJECT_COLUMNS: usize = 28;

/// What is said on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
The most urgent comes first. It only reads, and needs no running agent.

Examples:
  alertmail list                          everything that is not sent
  alertmail list --all                    the sent ones too, as far as the journal goes back
  alertmail list --state dead
  alertmail list --json")]
pub struct Args {
    /// Also what was sent, as far as the journal goes back.
    #[arg(long)]
    all: bool,
    /// Only what stands so.
    #[arg(long, value_name = "STATE", value_parser = ["incoming", "trying", "deferred", "held", "sent", "dead", "corrupt", "gone"])]
    state: Option<String>,
    /// Print one JSON object, times in UTC.
    #[arg(long)]
    json: bool,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(list(args, place).map(|text| (Exit::Done, text)))
}

fn list(args: &Args, place: &Place) -> Result<String, Refusal> {
    let layout = place.layout(place.config()?.as_ref());
    let view = View::read(&layout, if args.all { Reach::All } else { Reach::Alive })
        .map_err(|error| unreadable(&layout, &error))?;
    let now = wall_now();
    if args.json {
        return Ok(json(&Listing::new(&view, args, now)));
    }
    let shown = choose(&view, args);
    let corrupt: &[CorruptFile] = if shows_corrupt(args) { &view.corrupt } else { &[] };
    if shown.is_empty() && corrupt.is_empty() {
        let what = args
            .state
            .as_deref()
            .map_or_else(|| "nothing waits".to_owned(), |state| format!("nothing is {state}"));
        let (root, hidden) = (layout.root().display(), hidden(&view));
        return Ok(format!("{}{what} in {root}\n{hidden}", conditions(&view)));
    }
    let ids: Vec<AlertId> = view.alerts.iter().map(|item| item.id).collect();
    Ok(conditions(&view) + &text(&shown, corrupt, &ids, now, Look::of_stdout()) + hidden(&view))
}

/// What people were told of the agent and still lasts, above everything else.
fn conditions(view: &View) -> String {
    let mut text = String::new();
    for notice in &view.notices {
        text.push_str("! ");
        text.push_str(&printable(&notice::sentence(notice)));
        text.push('\n');
    }
    text
}

/// What is not shown to whoever asks.
const fn hidden(view: &View) -> &'static str {
    if view.incoming_is_hidden {
        "alerts that no agent has met yet are not shown: only the agent's user and root can list incoming/\n"
    } else {
        ""
    }
}

/// What was asked for, the most urgent first.
pub(super) fn choose<'v>(view: &'v View, args: &Args) -> Vec<&'v Item> {
    let asked = |item: &&Item| match &args.state {
        Some(state) => item.standing.as_str() == state,
        None => args.all || item.standing.waits() || item.standing == Standing::Dead,
    };
    let mut items: Vec<&Item> = view.alerts.iter().filter(asked).collect();
    // What still waits before what is settled; `sort_by_key` keeps the order of birth.
    items.sort_by_key(|item| (!item.standing.waits(), item.severity));
    items
}

fn shows_corrupt(args: &Args) -> bool {
    args.state.as_deref().is_none_or(|state| state == "corrupt")
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
        let rows: Vec<Vec<Cell>> = items.iter().map(|item| row(item, ids, now)).collect();
        text = table::set(&["AGE", "ID", "SEV", "TO", "SUBJECT", "STATE", "NEXT", "WHY"], &rows, look);
    }
    for file in corrupt {
        let line = format!("corrupt/{}: {}", printable(&file.name), printable(&file.reason));
        text.push_str(&cut(&line, look.columns));
        text.push('\n');
    }
    text.push_str(&summary(items, corrupt.len(), now));
    text.push('\n');
    text
}

fn row(item: &Item, ids: &[AlertId], now: Wall) -> Vec<Cell> {
    let severity = match item.severity {
        Severity::Critical => Cell::painted("crit", Colour::Red),
        Severity::Warning => Cell::plain("warn"),
        Severity::Info => Cell::plain("info"),
    };
    let state = match item.standing {
        Standing::Dead => Cell::painted("dead", Colour::Red),
        Standing::Deferred(_) => Cell::painted("deferred", Colour::Yellow),
        other => Cell::plain(other.as_str()),
    };
    let next = match item.standing {
        Standing::Deferred(Some(until)) => age::until(until, now),
        Standing::Incoming | Standing::Trying | Standing::Deferred(None) => "now".to_owned(),
        Standing::Held | Standing::Sent | Standing::Dead | Standing::Gone => String::new(),
    };
    vec![
        Cell::plain(age::short(item.age(now))),
        Cell::plain(short_id(item.id, ids)),
        severity,
        Cell::plain(cut(&to(item), TO_COLUMNS)),
        Cell::plain(cut(&printable(&item.subject), SUBJECT_COLUMNS)),
        state,
        Cell::plain(next),
        Cell::plain(why(item)),
    ]
}

fn to(item: &Item) -> String {
    match &item.recipients[..] {
        [] => "(default)".to_owned(),
        [(one, _)] => printable(one),
        [(first, _), others @ ..] => format!("{} +{}", printable(first), others.len()),
    }
}

/// Why it is where it is.
pub(super) fn why(item: &Item) -> String {
    if let Some(why) = &item.unreadable {
        return format!("cannot be read: {}", printable(why));
    }
    let Some(history) = &item.history else { return String::new() };
    match item.standing {
        Standing::Dead => printable(history.dead_reason.as_deref().unwrap_or_default()),
        Standing::Sent | Standing::Gone | Standing::Held => String::new(),
        Standing::Incoming | Standing::Trying | Standing::Deferred(_) => words::why(history),
    }
}

/// The beginning of an id that no other one shares.
fn short_id(id: AlertId, ids: &[AlertId]) -> String {
    let same = |other: &&AlertId| **other != id;
    let shared =
        |other: &AlertId| id.as_str().bytes().zip(other.as_str().bytes()).take_while(|(a, b)| a == b).count();
    let needed = ids.iter().filter(same).map(shared).max().map_or(0, |shared| shared + 1);
    id.as_str()[..needed.max(ID_CHARACTERS_MIN)].to_owned()
}

/// `3 deferred, 1 dead, 2 corrupt; oldest waits for 4m`.
fn summary(items: &[&Item], corrupt: usize, now: Wall) -> String {
    let states = ["incoming", "trying", "deferred", "held", "dead", "sent", "gone"];
    let count = |state: &str| items.iter().filter(|item| item.standing.as_str() == state).count();
    let counts = states.map(|state| (count(state), state)).into_iter().chain([(corrupt, "corrupt")]);
    let told: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, state)| format!("{count} {state}")).collect();
    let waiting = items.iter().filter(|item| item.standing.waits());
    let oldest: Option<Duration> = waiting.map(|item| item.age(now)).max();
    let oldest =
        oldest.map_or_else(String::new, |age| format!("; the oldest has waited for {}", age::short(age)));
    format!("{}{oldest}", told.join(", "))
}

/// For machines: what `list --json` prints.
#[derive(Debug, serde::Serialize)]
struct Listing {
    /// When this was true.
    at: Wall,
    /// The alerts, the most urgent first.
    alerts: Vec<Listed>,
    /// Files that are no alerts, with `name` and `reason`.
    corrupt: Vec<CorruptFile>,
    /// What people were told of the agent's own condition and still lasts, as the journal has it.
    notices: Vec<Notice>,
    /// Damaged lines of the journal, as `FILE:LINE`.
    broken_lines: Vec<String>,
    /// Whether alerts that no agent has met yet are missing here, since whoever asks cannot list `incoming/`.
    incoming_is_hidden: bool,
}

/// One alert in [`Listing`].
#[derive(Debug, serde::Serialize)]
pub(super) struct Listed {
    /// Its id.
    id: AlertId,
    /// `incoming`, `trying`, `deferred`, `held`, `sent`, `dead` or `gone`.
    state: &'static str,
    /// `critical`, `warning` or `info`.
    severity: Severity,
    /// As given.
    subject: String,
    /// Its thread, or null.
    key: Option<String>,
    /// When it was made.
    born: Wall,
    /// Seconds since then.
    age_s: u64,
    /// When it is tried again, or null.
    next: Option<Wall>,
    /// Each with `to` and `result`: `delivered`, `open`, `refused` or `uncertain`.
    recipients: Vec<ListedRecipient>,
    /// Attempts so far.
    attempts: usize,
    /// Passes that left somebody without it.
    passes: u32,
    /// Whether a provider may have it though no reply said so.
    uncertain: bool,
    /// Why it is where it is, in words.
    why: String,
}

/// One recipient in [`Listed`].
#[derive(Debug, serde::Serialize)]
struct ListedRecipient {
    to: String,
    result: spool_format::Settlement,
}

impl Listing {
    fn new(view: &View, args: &Args, now: Wall) -> Self {
        Self {
            at: now,
            alerts: choose(view, args).into_iter().map(|item| Listed::new(item, now)).collect(),
            corrupt: if shows_corrupt(args) { view.corrupt.clone() } else { Vec::new() },
            notices: view.notices.clone(),
            broken_lines: view.broken_lines.clone(),
            incoming_is_hidden: view.incoming_is_hidden,
        }
    }
}

impl Listed {
    pub(super) fn new(item: &Item, now: Wall) -> Self {
        let history = item.history.as_ref();
        let recipient = |(to, result): &(String, spool_format::Settlement)| ListedRecipient {
            to: to.clone(),
            result: *result,
        };
        Self {
            id: item.id,
            state: item.standing.as_str(),
            severity: item.severity,
            subject: item.subject.clone(),
            key: item.key.clone(),
            born: item.id.born(),
            age_s: item.age(now).as_secs(),
            next: match item.standing {
                Standing::Deferred(until) => until,
                _ => None,
            },
            recipients: item.recipients.iter().map(recipient).collect(),
            attempts: history.map_or(0, |history| history.attempts.len()),
            passes: history.map_or(0, |history| history.passes),
            uncertain: item.standing != Standing::Sent && item.is_uncertain(),
            why: why(item),
        }
    }
}
