//! `alertmail why ID`: in words, what happened to one alert, which rule judged it, what comes next and when, and what would
//! change it. It only reads, and needs no running agent.

mod advice;
mod judged;
mod next;
pub(super) mod page;
mod rules;
mod words;

use std::collections::BTreeMap;

use spool_format::{Layout, Outage, Settlement, Wall};

use super::place::Place;
use super::select::find;
use super::show::about;
use super::{Refusal, finish, json};
use crate::config::Config;
use crate::edge::clock::{offset_minutes, wall_now};
use crate::exit::Exit;
use crate::notice::Tongue;
use crate::output::age;
use crate::output::terminal::{Look, printable};
use crate::spool::lock::is_held;
use crate::spool::view::{CorruptFile, Item, Standing, View};

use advice::Advice;
use judged::Judged;
use next::Next;
use words::{Step, Summary};

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
    /// How it stands, where it is an alert.
    #[serde(skip)]
    standing: Option<Standing>,
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
    let look = Look::of_stdout();
    // Programs are told in English wherever they run.
    let tongue = if args.json { Tongue::English } else { look.tongue };
    let story = story(tongue, &view, &args.id, &layout, &surroundings)?;
    if args.json {
        return Ok(json(&story));
    }
    Ok(page::text(&story, now, offset_minutes(now), look))
}

/// The story of the alert whose id begins so, or of the file of this name that was set aside.
fn story(
    tongue: Tongue,
    view: &View,
    asked: &str,
    layout: &Layout,
    around: &Surroundings<'_>,
) -> Result<Story, Refusal> {
    let set_aside =
        view.corrupt.iter().find(|file| file.name == asked || file.name == format!("{asked}.json"));
    match (find(view, asked), set_aside) {
        (Ok(item), _) => Ok(Story::of(tongue, item, around)),
        (Err(_), Some(file)) => Ok(Story::of_corrupt(tongue, file, layout)),
        (Err(refusal), None) => Err(refusal),
    }
}

impl Story {
    pub(super) fn of(tongue: Tongue, item: &Item, around: &Surroundings<'_>) -> Self {
        let turns = next::turns(item, around);
        Self {
            id: item.id.to_string(),
            state: item.standing.as_str(),
            standing: Some(item.standing),
            subject: item.unreadable.is_none().then(|| item.subject.clone()),
            summary: words::summary(tongue, &summary(tongue, item)),
            judged: judged::last_of_each(item),
            change: advice::of(tongue, item, around, &turns),
            next: next::of(tongue, item, around, turns),
        }
    }

    fn of_corrupt(tongue: Tongue, file: &CorruptFile, layout: &Layout) -> Self {
        let folder = layout.folder(spool_format::Folder::Corrupt);
        Self {
            id: file.name.clone(),
            state: "corrupt",
            standing: None,
            subject: None,
            summary: words::summary(tongue, &Summary::SetAside { why: &file.reason }),
            judged: Vec::new(),
            next: Next::nothing(words::step(tongue, Step::NotLookedAt)),
            change: advice::of_corrupt(tongue, &file.name, &folder.display().to_string()),
        }
    }
}

/// How it stands.
fn summary(tongue: Tongue, item: &Item) -> Summary<'_> {
    if let Some(why) = &item.unreadable {
        return Summary::Unreadable { why };
    }
    let history = item.history.as_ref();
    let open = names(tongue, item, |it| matches!(it, Settlement::Open | Settlement::Uncertain));
    let attempts = history.map_or(0, |history| history.attempts.len());
    match item.standing {
        Standing::Incoming if history.is_none() => Summary::Unmet,
        Standing::Incoming => Summary::OnRecord { open },
        Standing::Trying => Summary::Asking { open },
        Standing::Deferred(_) => match history.and_then(|history| history.waits_for.as_deref()) {
            Some(why) => Summary::WaitsFor { open, why },
            None if attempts == 0 => Summary::NobodyAsked { open },
            None => Summary::NotTaken { open, attempts },
        },
        Standing::Held => {
            let acts = history.map_or(&[][..], |history| &history.acts).iter().rev();
            let mut by = acts.filter_map(|(_, act)| match act {
                spool_format::Event::Held { by, .. } => Some(*by),
                _ => None,
            });
            Summary::Held { open, by: by.next() }
        }
        Standing::Sent => Summary::Sent {
            by: taken_by(tongue, item),
            refused: names(tongue, item, |it| it == Settlement::Refused),
        },
        Standing::Dead => Summary::Dead {
            is_gone: item.folder.is_none(),
            why: history.and_then(|history| history.dead_reason.as_deref()),
        },
        Standing::Gone => Summary::Gone,
    }
}

/// By whom it went out, and after how long.
fn taken_by(tongue: Tongue, item: &Item) -> Vec<(String, String)> {
    let attempts = item.history.iter().flat_map(|history| &history.attempts);
    let taken = attempts.filter_map(|attempt| {
        let ended = attempt.ended.as_ref()?;
        let is_taken = ended.recipients.iter().any(|result| result.result == Settlement::Delivered);
        let at = attempt.at.plus(std::time::Duration::from_millis(ended.took_ms));
        is_taken.then_some((attempt.provider.clone(), at))
    });
    taken.map(|(provider, at)| (provider, age::precise(tongue, at.since(item.id.born())))).collect()
}

/// The recipients with whom it stands so.
fn names(tongue: Tongue, item: &Item, stands: impl Fn(Settlement) -> bool) -> String {
    let so = item.recipients.iter().filter(|(_, settlement)| stands(*settlement));
    let names: Vec<String> = so.map(|(to, _)| printable(to)).collect();
    if names.is_empty() && item.recipients.is_empty() { words::nobody(tongue) } else { names.join(", ") }
}
