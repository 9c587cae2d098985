//! `alertmail why ID`: in words, what happened to one alert, which rule judged it, what comes next and when, and what would
//! change it. It only reads, and needs no running agent.

mod advice;
mod judged;
mod next;
pub(super) mod page;

use std::collections::BTreeMap;

use spool_format::{Layout, Outage, Settlement, Wall};

use super::place::Place;
use super::select::find;
use super::show::about;
use super::{Refusal, finish, json};
use crate::config::Config;
use crate::edge::clock::{offset_minutes, wall_now};
use crate::exit::Exit;
use crate::output::terminal::{Look, printable};
use crate::spool::lock::is_held;
use crate::spool::view::{CorruptFile, Item, Standing, View};

use advice::Advice;
use judged::Judged;
use next::Next;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
It only reads, and needs no running agent. With a configuration it also knows who is asked next. Exit code 65: no alert's id
begins so, or several do.

Examples:
  alertmail why 01kax3                           any beginning of an id that no other one shares
  alertmail why letter.txt                       a file that was set aside, see: alertmail list --state corrupt
  alertmail why 01kax3tzzzzzzzzzzzzzzzzzzz --json")]
pub struct Args {
    /// The alert's id, or its beginning; or the name of a file that was set aside.
    id: String,
    /// Print one JSON object, times in UTC.
    #[arg(long)]
    json: bool,
}

/// For machines: what `why --json` prints.
#[derive(Debug, serde::Serialize)]
pub(super) struct Story {
    /// Its id; of a file that was set aside, its name.
    id: String,
    /// As in `list --json`, or `corrupt`.
    state: &'static str,
    /// As given; null where nobody could read it.
    subject: Option<String>,
    /// In one sentence or two, how it stands.
    summary: String,
    /// What was made of the last answer of each provider for each recipient that does not have it by that, oldest first.
    judged: Vec<Judged>,
    /// What comes next.
    next: Next,
    /// What would change that, each with a command where one does it.
    change: Vec<Advice>,
}

/// What is known besides the alert.
#[derive(Debug)]
pub(super) struct Surroundings<'s> {
    /// Whether an agent is at work.
    pub(super) running: bool,
    /// Providers that are left out.
    pub(super) left_out: &'s BTreeMap<String, Outage>,
    /// The configuration, if it can be read.
    pub(super) config: Option<&'s Config>,
    /// The time.
    pub(super) now: Wall,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    finish(why(args, place).map(|text| (Exit::Done, text)))
}

fn why(args: &Args, place: &Place) -> Result<String, Refusal> {
    let config = place.config()?;
    let layout = place.layout(config.as_ref());
    let view = about(&layout, &args.id)?;
    let now = wall_now();
    let surroundings = Surroundings {
        running: is_held(&layout.lock()),
        left_out: &view.left_out,
        config: config.as_ref(),
        now,
    };
    let story = story(&view, &args.id, &layout, &surroundings)?;
    if args.json {
        return Ok(json(&story));
    }
    Ok(page::text(&story, now, offset_minutes(now), Look::of_stdout()))
}

/// The story of the alert whose id begins so, or of the file of this name that was set aside.
fn story(view: &View, asked: &str, layout: &Layout, around: &Surroundings<'_>) -> Result<Story, Refusal> {
    let set_aside =
        view.corrupt.iter().find(|file| file.name == asked || file.name == format!("{asked}.json"));
    match (find(view, asked), set_aside) {
        (Ok(item), _) => Ok(Story::of(item, around)),
        (Err(_), Some(file)) => Ok(Story::of_corrupt(file, layout)),
        (Err(refusal), None) => Err(refusal),
    }
}

impl Story {
    pub(super) fn of(item: &Item, around: &Surroundings<'_>) -> Self {
        let turns = next::turns(item, around);
        Self {
            id: item.id.to_string(),
            state: item.standing.as_str(),
            subject: item.unreadable.is_none().then(|| item.subject.clone()),
            summary: summary(item),
            judged: judged::last_of_each(item),
            change: advice::of(item, around, &turns),
            next: next::of(item, around, turns),
        }
    }

    fn of_corrupt(file: &CorruptFile, layout: &Layout) -> Self {
        let folder = layout.folder(spool_format::Folder::Corrupt);
        Self {
            id: file.name.clone(),
            state: "corrupt",
            subject: None,
            summary: format!(
                "It was set aside, since it is no alert: {}.",
                file.reason.trim_end_matches('.')
            ),
            judged: Vec::new(),
            next: Next::nothing("Nothing: no agent looks at it again."),
            change: advice::of_corrupt(&file.name, &folder.display().to_string()),
        }
    }
}

/// How it stands, in a sentence or two.
fn summary(item: &Item) -> String {
    if let Some(why) = &item.unreadable {
        return format!("Its file cannot be read as an alert: {why}.");
    }
    let history = item.history.as_ref();
    let open = names(item, |it| matches!(it, Settlement::Open | Settlement::Uncertain));
    let attempts = history.map_or(0, |history| history.attempts.len());
    match item.standing {
        Standing::Incoming if history.is_none() => "No agent has met it yet.".to_owned(),
        Standing::Incoming => format!("It is on record, and no provider is being asked for {open}."),
        Standing::Trying => format!("A provider is being asked to take it for {open}."),
        Standing::Deferred(_) => match history.and_then(|history| history.waits_for.as_deref()) {
            Some(why) => format!("It waits for {open}: {why}."),
            None if attempts == 0 => {
                format!("It waits for {open}: no provider could be asked, since those for it are left out.")
            }
            None => format!("It waits: no provider has taken it for {open} in {}.", counted(attempts)),
        },
        Standing::Held => {
            let acts = history.map_or(&[][..], |history| &history.acts).iter().rev();
            let by = acts.filter_map(|(_, act)| match act {
                spool_format::Event::Held { by, .. } => Some(*by),
                _ => None,
            });
            let who = by.map(|by| format!("user {by}")).next().unwrap_or_else(|| "a person".to_owned());
            format!("It is held, without having got to {open}: {who} stopped it.")
        }
        Standing::Sent => sent(item),
        Standing::Dead => {
            let reason =
                history.and_then(|history| history.dead_reason.as_deref()).unwrap_or("nobody said why");
            format!("It is a dead letter{}: {}.", gone_or_not(item), reason.trim_end_matches('.'))
        }
        Standing::Gone => "Its file is gone, and the journal does not say why.".to_owned(),
    }
}

/// Of a dead letter, whether its file is there.
const fn gone_or_not(item: &Item) -> &'static str {
    if item.folder.is_some() { "" } else { ", and its file is gone" }
}

/// By whom it went out, after how long, and who could not have it.
fn sent(item: &Item) -> String {
    let attempts = item.history.iter().flat_map(|history| &history.attempts);
    let taken = attempts.filter_map(|attempt| {
        let ended = attempt.ended.as_ref()?;
        let is_taken = ended.recipients.iter().any(|result| result.result == Settlement::Delivered);
        let at = attempt.at.plus(std::time::Duration::from_millis(ended.took_ms));
        is_taken.then_some((attempt.provider.as_str(), at))
    });
    let by: Vec<String> = taken
        .map(|(provider, at)| {
            format!("{provider} after {}", crate::output::age::precise(at.since(item.id.born())))
        })
        .collect();
    let by = if by.is_empty() { String::new() } else { format!(", taken by {}", by.join(" and ")) };
    let refused = names(item, |it| it == Settlement::Refused);
    let but =
        if refused.is_empty() { String::new() } else { format!(" Nobody would take it for {refused}.") };
    format!("It is sent{by}.{but}")
}

/// The recipients with whom it stands so.
fn names(item: &Item, stands: impl Fn(Settlement) -> bool) -> String {
    let so = item.recipients.iter().filter(|(_, settlement)| stands(*settlement));
    let names: Vec<String> = so.map(|(to, _)| printable(to)).collect();
    if names.is_empty() && item.recipients.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn counted(attempts: usize) -> String {
    if attempts == 1 { "one attempt".to_owned() } else { format!("{attempts} attempts") }
}
