//! `alertmail log`: the journal as people read it, and as it goes on.

mod tail;

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};
use std::time::Duration;

use spool_format::{Entry, Event, Layout, Wall};

use super::place::{Place, unreadable};
use super::{Refusal, finish};
use crate::edge::attention::{Attention, Stir};
use crate::edge::clock::{offset_minutes, wall_now};
use crate::exit::Exit;
use crate::output::terminal::Look;
use crate::output::{age, events};
use tail::Tail;

/// Characters of an id: the moment of its birth, and enough of the rest.
const ID_CHARACTERS: usize = 14;
/// So many lines stand before those that follow, if nobody says how many.
const BEFORE_FOLLOWING: usize = 10;
/// Where a change of the journal is not told of, it is looked at so often.
const LOOKS: Duration = Duration::from_millis(500);

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
It only reads, and needs no running agent. Times are local; --json has them in UTC, as the journal does.

Examples:
  alertmail log --since 2h
  alertmail log 01kax3                           what happened to one alert
  alertmail log --provider home --since 2026-11-25
  alertmail log --follow                         what happens, as it happens, also beyond midnight
  alertmail log --lines 100 --json")]
pub struct Args {
    /// Only what is about these alerts: ids, or their beginnings.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only what is about this provider.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only from then on: a time ago (15m, 2h, 3d), a day or a moment in UTC (2026-11-25, 2026-11-25T04:23:30Z).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,
    /// Only until then.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
    /// Only the last so many lines.
    #[arg(long, short = 'n', value_name = "NUMBER")]
    lines: Option<usize>,
    /// Go on with what is written from now on, until Ctrl-C.
    #[arg(long, short, conflicts_with = "until")]
    follow: bool,
    /// Also the lines with which a day begins, which only repeat what stands.
    #[arg(long)]
    all: bool,
    /// Print the lines as the journal has them, one JSON object each.
    #[arg(long)]
    json: bool,
}

/// A moment, as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Ago(Duration),
    At(Wall),
}

impl Moment {
    fn before(self, now: Wall) -> Wall {
        match self {
            Self::At(wall) => wall,
            Self::Ago(time) => {
                let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
                Wall::from_unix_ms(now.unix_ms().saturating_sub(ms))
            }
        }
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    let at = Wall::parse(text).or_else(|| Wall::parse(&format!("{text}T00:00:00Z"))).map(Moment::At);
    at.or_else(|| crate::config::time(text).ok().map(Moment::Ago)).ok_or_else(|| {
        "write a time ago (15m, 2h, 3d), a day or a moment in UTC (2026-11-25, 2026-11-25T04:23:30Z)"
            .to_owned()
    })
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(log(args, place).map(|()| (Exit::Done, "")))
}

fn log(args: &Args, place: &Place) -> Result<(), Refusal> {
    let layout = place.layout(place.config()?.as_ref());
    let now = wall_now();
    let wanted = Wanted {
        ids: args.ids.iter().map(|id| id.trim_end_matches(".json").to_ascii_lowercase()).collect(),
        provider: args.provider.clone(),
        since: args.since.map(|moment| moment.before(now)),
        until: args.until.map(|moment| moment.before(now)),
        all: args.all,
    };
    let mut tail = Tail::new(&layout, wanted.since).map_err(|error| unreadable(&layout, &error))?;
    let writer = Writer { json: args.json, look: Look::of_stdout() };
    let most = args.lines.or(args.follow.then_some(BEFORE_FOLLOWING).filter(|_| args.since.is_none()));
    let mut out = BufWriter::new(io::stdout().lock());
    let is_read = first(&mut tail, &wanted, &writer, most, &mut out);
    match is_read {
        Ok(true) if args.follow => {
            drop(out);
            follow(&layout, &mut tail, &wanted, &writer)
        }
        Ok(_) => Ok(()),
        Err(error) => Err(unreadable(&layout, &error)),
    }
}

/// What the journal has up to now; only the last lines if so many are asked for. False if nobody reads it any more.
fn first(
    tail: &mut Tail,
    wanted: &Wanted,
    writer: &Writer,
    most: Option<usize>,
    out: &mut impl Write,
) -> io::Result<bool> {
    let now = wall_now();
    let mut kept: VecDeque<String> = VecDeque::new();
    let mut is_heard = true;
    tail.read_on(|line, entry| {
        if !wanted.is(&entry) {
            return;
        }
        let said = writer.line(line, &entry, now);
        match most {
            None => is_heard = is_heard && out.write_all(said.as_bytes()).is_ok(),
            Some(most) => {
                kept.push_back(said);
                if kept.len() > most {
                    kept.pop_front();
                }
            }
        }
    })?;
    for line in kept {
        is_heard = is_heard && out.write_all(line.as_bytes()).is_ok();
    }
    Ok(out.flush().is_ok() && is_heard)
}

/// What is written from now on, until somebody ends it.
fn follow(layout: &Layout, tail: &mut Tail, wanted: &Wanted, writer: &Writer) -> Result<(), Refusal> {
    let system =
        |error: io::Error| Refusal::new(Exit::Unavailable, format!("cannot wait for the journal: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
    runtime.block_on(async {
        let mut attention = Attention::new(&[layout.journal()]).map_err(system)?;
        loop {
            let mut out = Vec::new();
            let now = wall_now();
            let read = tail.read_on(|line, entry| {
                if wanted.is(&entry) {
                    out.extend_from_slice(writer.line(line, &entry, now).as_bytes());
                }
            });
            read.map_err(|error| unreadable(layout, &error))?;
            let mut stdout = io::stdout().lock();
            if stdout.write_all(&out).and_then(|()| stdout.flush()).is_err() {
                return Ok(());
            }
            drop(stdout);
            match attention.next(LOOKS).await {
                Stir::Stop | Stir::Key(b'q' | b'Q' | 3 | 4) => return Ok(()),
                Stir::Key(_) | Stir::Resized | Stir::Changed | Stir::Nothing => {}
            }
        }
    })
}

/// Which lines are shown.
#[derive(Debug)]
struct Wanted {
    ids: Vec<String>,
    provider: Option<String>,
    since: Option<Wall>,
    until: Option<Wall>,
    all: bool,
}

impl Wanted {
    fn is(&self, entry: &Entry) -> bool {
        let begins = |id: spool_format::AlertId| self.ids.iter().any(|start| id.as_str().starts_with(start));
        (self.ids.is_empty() || entry.event.alert().is_some_and(begins))
            && self.provider.as_ref().is_none_or(|name| provider(&entry.event) == Some(name))
            && self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at <= until)
            && (self.all || !events::repeats(&entry.event))
    }
}

fn provider(event: &Event) -> Option<&String> {
    match event {
        Event::Attempt { provider, .. }
        | Event::DotSent { provider, .. }
        | Event::Outcome { provider, .. }
        | Event::Provider { provider, .. } => Some(provider),
        Event::Drill(drill) => Some(&drill.provider),
        Event::Canary(canary) => Some(&canary.provider),
        _ => None,
    }
}

/// How lines are shown.
struct Writer {
    json: bool,
    look: Look,
}

impl Writer {
    fn line(&self, line: &[u8], entry: &Entry, now: Wall) -> String {
        if self.json {
            return String::from_utf8_lossy(line).into_owned() + "\n";
        }
        let offset = offset_minutes(entry.at);
        text(entry, now, offset, self.look)
    }
}

/// A line for people.
pub(super) fn text(entry: &Entry, now: Wall, offset_minutes: i32, look: Look) -> String {
    // Always with the day: who searches a long log wants to see it.
    let at = age::clock_ms(entry.at, Wall::from_unix_ms(i64::MIN / 2), offset_minutes);
    let told = events::told(look.tongue, &entry.event, &|at| age::clock(at, now, offset_minutes));
    let id = entry.event.alert().map_or_else(|| "-".to_owned(), |id| id.as_str()[..ID_CHARACTERS].to_owned());
    let more: Vec<&str> = told.more.iter().map(|more| more.trim_start()).collect();
    let what = [&[told.what.as_str()], &more[..]].concat().join("; ");
    format!("{at}  {id:<ID_CHARACTERS$}  {}\n", look.paint(&what, told.colour))
}
