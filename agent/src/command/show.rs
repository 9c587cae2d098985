//! `alertmail show ID`: everything that is known of one alert: how it stands, what happens next, and its history line by line.

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
use crate::exit::Exit;
use crate::output::terminal::printable;
use crate::output::{age, events, words};
use crate::spool::view::{Item, Standing, View};

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
    Ok(text(item, &view.entries, now, offset_minutes(now)).into())
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
pub(super) fn text(item: &Item, entries: &[Entry], now: Wall, offset_minutes: i32) -> String {
    let mut text = String::new();
    let clock = |at: Wall| age::clock(at, now, offset_minutes);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<11}{value}");
    };
    line("id", item.id.as_str());
    line("subject", &printable(&item.subject));
    line("severity", item.severity.as_str());
    if let Some(key) = &item.key {
        line("key", &printable(key));
    }
    let by = item.history.as_ref().and_then(|history| history.uid);
    let by = by.map_or_else(String::new, |uid| format!(", by user {uid}"));
    line("made", &format!("{} ago, at {}{by}", age::short(item.age(now)), clock(item.id.born())));
    for (n, (to, settlement)) in item.recipients.iter().enumerate() {
        let name = if n == 0 { "recipients" } else { "" };
        line(name, &format!("{} {}", printable(to), words::settlement(*settlement)));
    }
    let history = item.history.as_ref();
    if let Some(message_id) = history.and_then(|history| history.message_id.as_deref()) {
        line("mail", &printable(message_id));
    }
    for name in history.map_or(&[][..], |history| &history.unusable) {
        line("unusable", &printable(name));
    }
    line("state", item.standing.as_str());
    line("next", &next(item, now, &clock));
    timeline(&mut text, item, entries, now, offset_minutes);
    text
}

/// What happens next, and when.
fn next(item: &Item, now: Wall, clock: &impl Fn(Wall) -> String) -> String {
    let twice = if item.is_uncertain() { "; it may then arrive twice, since a reply was lost" } else { "" };
    let dead = || {
        item.history.as_ref().and_then(|history| history.dead_reason.as_deref()).unwrap_or("nobody said why")
    };
    if let Some(why) = &item.unreadable {
        return format!("the agent will set it aside: {}", printable(why));
    }
    match item.standing {
        Standing::Incoming => "the agent takes it as soon as it runs".to_owned(),
        Standing::Trying => {
            format!("the attempt that runs ends, or the next start of the agent begins another{twice}")
        }
        Standing::Deferred(Some(until)) => {
            let waits_for = item.history.as_ref().and_then(|history| history.waits_for.as_deref());
            let why = waits_for.map_or_else(String::new, |why| format!("; {}", printable(why)));
            format!("next attempt {}, at {}{why}{twice}", age::until(until, now), clock(until))
        }
        Standing::Deferred(None) => format!("next attempt as soon as the agent runs{twice}"),
        Standing::Held => "nothing, until somebody releases it".to_owned(),
        Standing::Sent => "nothing: everybody has it who can have it".to_owned(),
        Standing::Dead => format!("nothing: {}", printable(dead())),
        Standing::Gone => "nothing: its file is gone, and the journal does not say why".to_owned(),
    }
}

/// Everything that the journal says of it, line by line; a line that was repeated after a failed sync once.
fn timeline(text: &mut String, item: &Item, entries: &[Entry], now: Wall, offset_minutes: i32) {
    let mut told: Vec<&Entry> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.event.alert() == Some(item.id)) {
        if !told.contains(&entry) && !events::repeats(&entry.event) {
            told.push(entry);
        }
    }
    let clock = |at: Wall| age::clock_ms(at, now, offset_minutes);
    let _ = writeln!(text, "\n{}  made", clock(item.id.born()));
    for entry in told {
        let at = clock(entry.at);
        let said = events::told(&entry.event, &|at| age::clock(at, now, offset_minutes));
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
            then: next(item, now, &|at| at.to_string()),
        }
    }
}
