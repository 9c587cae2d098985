//! `alertmail show ID`: everything that is known of one alert: how it stands, what happens next, and its history line by line.

mod words;

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use spool_format::history::AttemptRecord;
use spool_format::{Entry, Layout, RecipientResult, Wall};

use super::list::Listed;
use super::place::{Place, unreadable};
use super::select::find;
use super::{Refusal, finish, json};
use crate::accept::octets;
use crate::edge::clock::{offset_minutes, wall_now};
use crate::edge::language;
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::terminal::{columns, printable};
use crate::output::{age, events, words as common};
use crate::spool::view::{Item, Standing, View};
use words::Name;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
It only reads, and needs no running agent.

Examples:
  alertmail show 01kax3                          any beginning of an id that no other one shares
  alertmail show 01kax3 --body                   its whole text, also where a mail had to be cut
  alertmail show 01kax3 --file df.txt            an attachment, also where a mail had no room for it; into a file
  alertmail show 01kax3tzzzzzzzzzzzzzzzzzzz --json")]
pub struct Args {
    /// The alert's id, or its beginning.
    id: String,
    /// Print one JSON object, times in UTC.
    #[arg(long)]
    json: bool,
    /// Print the alert's text and nothing else.
    #[arg(long, conflicts_with = "json")]
    body: bool,
    /// Print the attachment of this name, octet for octet.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["json", "body"])]
    file: Option<String>,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(show(args, place).map(|octets| (Exit::Done, octets)))
}

fn show(args: &Args, place: &Place) -> Result<Vec<u8>, Refusal> {
    let layout = place.layout(place.config()?.as_ref());
    let view = about(&layout, &args.id)?;
    let item = find(&view, &args.id)?;
    if args.body {
        let text = item
            .text(&layout)
            .map_err(|why| Refusal::new(Exit::Data, format!("there is no text of {}: {why}", item.id)))?;
        return Ok(printable_lines(&text).into());
    }
    if let Some(name) = &args.file {
        return file(item, &layout, name);
    }
    let now = wall_now();
    if args.json {
        return Ok(json(&Shown::new(item, now)).into());
    }
    Ok(text(item, &view.entries, now, offset_minutes(now), language::asked()).into())
}

/// The octets of an attachment. A terminal is not shown them: somebody else chose them.
fn file(item: &Item, layout: &Layout, name: &str) -> Result<Vec<u8>, Refusal> {
    let refused = |why: String| Refusal::new(Exit::Data, why);
    let files = item
        .files(layout)
        .map_err(|why| refused(format!("there are no attachments of {}: {why}", item.id)))?;
    let Some(file) = files.iter().find(|file| file.name == name) else {
        let names: Vec<String> = files.iter().map(|file| format!("`{}`", printable(&file.name))).collect();
        let known = match names[..] {
            [] => "none is kept; what its mails held went with them".to_owned(),
            [..] => format!("there are {}", names.join(", ")),
        };
        return Err(refused(format!("{} has no attachment `{}`: {known}", item.id, printable(name))));
    };
    if std::io::stdout().is_terminal() {
        let why = format!("`{}` is not for a terminal: send it into a file", printable(name));
        return Err(Refusal::new(Exit::Usage, why));
    }
    Ok(octets(&file.data))
}

/// A text as a terminal can show it.
fn printable_lines(text: &str) -> String {
    text.lines().map(|line| line.split('\t').map(printable).collect::<Vec<_>>().join("\t") + "\n").collect()
}

/// Everything about alerts whose id begins so.
pub(super) fn about(layout: &Layout, start: &str) -> Result<View, Refusal> {
    View::about(layout, &beginning(start)).map_err(|error| unreadable(layout, &error))
}

/// The beginning of an id as it stands in a spool.
fn beginning(start: &str) -> String {
    start.trim_end_matches(".json").to_ascii_lowercase()
}

/// The page for people.
pub(super) fn text(item: &Item, entries: &[Entry], now: Wall, offset_minutes: i32, tongue: Tongue) -> String {
    let mut text = String::new();
    let clock = |at: Wall| age::clock(at, now, offset_minutes);
    let mut line = |name: Name, value: &str| {
        let name = words::name(tongue, name);
        let blanks = words::name_columns(tongue).saturating_sub(columns(name));
        let _ = writeln!(text, "{name}{:blanks$}{value}", "");
    };
    line(Name::Id, item.id.as_str());
    line(Name::Subject, &printable(&item.subject));
    line(Name::Severity, common::severity(tongue, item.severity));
    if let Some(key) = &item.key {
        line(Name::Key, &printable(key));
    }
    let by = item.history.as_ref().and_then(|history| history.uid);
    let ago = age::ago(tongue, item.age(now));
    line(Name::Made, &words::made(tongue, &ago, &clock(item.id.born()), by));
    for (n, (to, settlement)) in item.recipients.iter().enumerate() {
        let name = if n == 0 { Name::Recipients } else { Name::Another };
        line(name, &words::stands(tongue, &printable(to), *settlement));
    }
    let history = item.history.as_ref();
    if let Some(message_id) = history.and_then(|history| history.message_id.as_deref()) {
        line(Name::Mail, &printable(message_id));
    }
    for name in history.map_or(&[][..], |history| &history.unusable) {
        line(Name::Unusable, &printable(name));
    }
    line(Name::State, common::standing(tongue, item.standing));
    line(Name::Next, &next(item, now, &clock, tongue));
    timeline(&mut text, item, entries, now, offset_minutes, tongue);
    text
}

/// What happens next, and when.
fn next(item: &Item, now: Wall, clock: &impl Fn(Wall) -> String, tongue: Tongue) -> String {
    let twice = if item.is_uncertain() { words::twice(tongue) } else { "" };
    let history = item.history.as_ref();
    let why = |text: &str| printable(&notice::why(tongue, text));
    if let Some(unreadable) = &item.unreadable {
        return words::set_aside(tongue, &why(unreadable));
    }
    match item.standing {
        Standing::Incoming => words::taken_soon(tongue),
        Standing::Trying => format!("{}{twice}", words::attempt_ends(tongue)),
        Standing::Deferred(Some(until)) => {
            let waits_for = history.and_then(|history| history.waits_for.as_deref()).map(why);
            let soon = age::until(tongue, until, now);
            let when = words::next_attempt(tongue, &soon, &clock(until), &waits_for.unwrap_or_default());
            format!("{when}{twice}")
        }
        Standing::Deferred(None) => format!("{}{twice}", words::next_when_it_runs(tongue)),
        Standing::Held => words::nothing_until_released(tongue),
        Standing::Sent => words::nothing_more(tongue),
        Standing::Dead => {
            let reason = history.and_then(|history| history.dead_reason.as_deref()).map(why);
            words::nothing_since(tongue, &reason.unwrap_or_else(|| words::nobody_said_why(tongue)))
        }
        Standing::Gone => words::gone(tongue),
    }
}

/// Everything that the journal says of it, line by line; a line that was repeated after a failed sync once.
fn timeline(
    text: &mut String,
    item: &Item,
    entries: &[Entry],
    now: Wall,
    offset_minutes: i32,
    tongue: Tongue,
) {
    let mut told: Vec<&Entry> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.event.alert() == Some(item.id)) {
        if !told.contains(&entry) && !events::repeats(&entry.event) {
            told.push(entry);
        }
    }
    let clock = |at: Wall| age::clock_ms(at, now, offset_minutes);
    let _ = writeln!(text, "\n{}  {}", clock(item.id.born()), words::was_made(tongue));
    for entry in told {
        let at = clock(entry.at);
        let said = events::told(tongue, &entry.event, &|at| age::clock(at, now, offset_minutes));
        let _ = writeln!(text, "{at}  {}", said.what);
        for more in &said.more {
            let _ = writeln!(text, "{:1$}    {more}", "", at.len());
        }
    }
}

/// For machines: what `show --json` prints: the fields of `list --json`, and these.
#[derive(Debug, serde::Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    listed: Listed,
    /// Owner of the file, or null.
    uid: Option<u32>,
    /// Message-ID of its mails, with brackets, or null.
    message_id: Option<String>,
    /// Names that lead to nobody.
    unusable: Vec<String>,
    /// Every attempt, oldest first.
    log: Vec<ShownAttempt>,
    /// What happens next, in words.
    then: String,
}

/// One attempt in [`Shown`].
#[derive(Debug, serde::Serialize)]
struct ShownAttempt {
    number: u32,
    provider: String,
    at: Wall,
    /// When the last octets went out, or null.
    dot_sent: Option<Wall>,
    /// How its mail differed from what the alert asked for.
    notes: Vec<String>,
    /// Milliseconds, or null while it has not ended.
    took_ms: Option<u64>,
    /// As in the journal's `outcome`.
    recipients: Vec<RecipientResult>,
}

impl Shown {
    pub(super) fn new(item: &Item, now: Wall) -> Self {
        let history = item.history.as_ref();
        let attempt = |attempt: &AttemptRecord| ShownAttempt {
            number: attempt.number,
            provider: attempt.provider.clone(),
            at: attempt.at,
            dot_sent: attempt.dot_sent,
            notes: attempt.notes.clone(),
            took_ms: attempt.ended.as_ref().map(|ended| ended.took_ms),
            recipients: attempt.ended.as_ref().map_or_else(Vec::new, |ended| ended.recipients.clone()),
        };
        Self {
            listed: Listed::new(item, now),
            uid: history.and_then(|history| history.uid),
            message_id: history.and_then(|history| history.message_id.clone()),
            unusable: history.map_or_else(Vec::new, |history| history.unusable.clone()),
            log: history.map_or_else(Vec::new, |history| history.attempts.iter().map(attempt).collect()),
            then: next(item, now, &|at| at.to_string(), Tongue::English),
        }
    }
}
