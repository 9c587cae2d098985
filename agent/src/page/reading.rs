//! Reads a spool for the page: what is alive, the newest alerts with all that happened to them, and the last 24 hours.
//!
//! The journal is gone through twice: once for the sums, which tell which alerts are shown, and once for everything about
//! those few. So a hundred thousand alerts take the memory of their sums, not that of all their attempts.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use spool_format::folder::parse_file_name;
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::journal::replay_each;
use spool_format::{AlertId, Detail, Folder, History, Layout, Ledger, Severity, Wall};

use super::day::Day;
use super::facts::{CORRUPT_MAX, Counts, Facts, Provider, QUEUE_MAX, RECENT_MAX, Share};
use crate::command::quotas;
use crate::config::Config;
use crate::edge::{clock, host};
use crate::spool::lock::is_held;
use crate::spool::queue_fs::QueueFs as _;
use crate::spool::read_back::{Reach, ReadBack, first_needed, journal_files, read_back};
use crate::spool::status::Status;
use crate::spool::view::{Item, Standing, list};

/// So often everything is read again, since a file of the journal was gone when its turn came.
const READ_AGAIN: usize = 3;

/// What is read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The spool.
    pub layout: Layout,
    /// The configured providers in their order, with their quotas; empty without a configuration.
    pub providers: Vec<(String, delivery::Quota)>,
}

impl Source {
    /// A spool, and the providers of its configuration.
    pub fn new(layout: Layout, config: Option<&Config>) -> Self {
        let providers = config.into_iter().flat_map(|config| &config.providers);
        Self { layout, providers: providers.map(|it| (it.name.clone(), it.quota)).collect() }
    }
}

/// Where an alert's file lies, and how it stands.
type Place = (Option<Folder>, Standing, Severity);

/// Reads it as it is now.
pub fn read(source: &Source) -> io::Result<Facts> {
    let now = clock::wall_now();
    for _ in 1..READ_AGAIN {
        match read_at(source, now) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
    }
    read_at(source, now)
}

fn read_at(source: &Source, now: Wall) -> io::Result<Facts> {
    let layout = &source.layout;
    let journal = StdFs.open_dir(&layout.journal())?;
    let ReadBack { ledger, sends, broken_lines, .. } =
        read_back(&StdFs, &journal, Detail::Brief, Reach::AliveAndSends)?;
    let (places, incoming_is_hidden) = places(layout, &ledger)?;
    let (queue, recent) = choose(&places, &ledger);
    let offset_minutes = clock::offset_minutes(now);
    let chosen: BTreeSet<AlertId> = queue.iter().chain(&recent).copied().collect();
    let (histories, day) = look_closer(&journal, &chosen, Day::ending(now, offset_minutes))?;
    let items = |ids: Vec<AlertId>| {
        let item =
            |id| Item::new(layout, id, places.get(&id).and_then(|it| it.0), histories.get(&id).cloned());
        ids.into_iter().map(item).collect::<Vec<Item>>()
    };
    let status = Status::read(layout)?;
    let running = is_held(&layout.lock());
    let sent = sends.counted();
    let corrupt = corrupt(layout)?;
    Ok(Facts {
        at: now,
        offset_minutes,
        host: host::name(),
        running,
        counts: Counts { corrupt: corrupt.len(), ..counts(&places, now) },
        troubles: status.filter(|_| running).map_or_else(Vec::new, |status| status.troubles),
        providers: providers(source, &ledger, &sent, now),
        notices: ledger.notices.into_values().filter(|notice| notice.open).collect(),
        queue: items(queue),
        recent: items(recent),
        corrupt: corrupt.into_iter().take(CORRUPT_MAX).collect(),
        day,
        broken_lines: broken_lines.len(),
        incoming_is_hidden,
    })
}

/// Where each alert lies that is not known to be sent, and whether `incoming/` could not be listed.
fn places(layout: &Layout, ledger: &Ledger) -> io::Result<(BTreeMap<AlertId, Place>, bool)> {
    let mut folders: BTreeMap<AlertId, Option<Folder>> = ledger.alerts.keys().map(|id| (*id, None)).collect();
    let mut is_hidden = false;
    // The stronger folder comes last, and stays.
    for folder in [Folder::Incoming, Folder::Deferred, Folder::Dead] {
        let names = match list(layout, folder) {
            Err(error) if folder == Folder::Incoming && error.kind() == io::ErrorKind::PermissionDenied => {
                is_hidden = true;
                continue;
            }
            names => names?,
        };
        let ids = names.iter().filter_map(|name| parse_file_name(name));
        folders.extend(ids.filter(|id| !ledger.sent.contains(id)).map(|id| (id, Some(folder))));
    }
    let place = |(id, folder): (AlertId, Option<Folder>)| {
        let history = ledger.alerts.get(&id);
        let is_unsettled = history.is_some_and(|history| !history.state.is_final());
        let folder = folder.or_else(|| (is_hidden && is_unsettled).then_some(Folder::Incoming));
        let standing = Standing::of(folder, history.map(|history| history.state));
        (id, (folder, standing, history.map_or(Severity::default(), |history| history.severity)))
    };
    Ok((folders.into_iter().map(place).collect(), is_hidden))
}

fn counts(places: &BTreeMap<AlertId, Place>, now: Wall) -> Counts {
    let mut counts = Counts::default();
    for (id, (folder, standing, _)) in places {
        match standing {
            Standing::Incoming => counts.incoming += 1,
            Standing::Trying => counts.trying += 1,
            Standing::Deferred(_) => counts.deferred += 1,
            Standing::Held => counts.held += 1,
            Standing::Dead if folder.is_some() => counts.dead += 1,
            Standing::Dead | Standing::Sent | Standing::Gone => {}
        }
        if standing.waits() {
            counts.oldest = counts.oldest.max(Some(now.since(id.born())));
        }
    }
    counts
}

/// Which alerts are shown: of those that wait or are dead the most urgent ones, and the newest of all.
fn choose(places: &BTreeMap<AlertId, Place>, ledger: &Ledger) -> (Vec<AlertId>, Vec<AlertId>) {
    let is_queued = |place: &Place| place.1.waits() || (place.1 == Standing::Dead && place.0.is_some());
    let mut queue: Vec<(bool, Severity, AlertId)> = places
        .iter()
        .filter(|(_, place)| is_queued(place))
        .map(|(id, place)| (!place.1.waits(), place.2, *id))
        .collect();
    queue.sort_unstable();
    queue.truncate(QUEUE_MAX);
    let newest = places.keys().rev().take(RECENT_MAX).chain(ledger.sent.iter().rev().take(RECENT_MAX));
    let newest: BTreeSet<AlertId> = newest.copied().collect();
    let recent = newest.into_iter().rev().take(RECENT_MAX).collect();
    (queue.into_iter().map(|(_, _, id)| id).collect(), recent)
}

/// All that happened to the chosen ones, and the last 24 hours.
fn look_closer(
    journal: &<StdFs as spool_format::fs::SpoolFs>::Dir,
    chosen: &BTreeSet<AlertId>,
    mut day: Day,
) -> io::Result<(BTreeMap<AlertId, Box<History>>, Day)> {
    let mut ledger = Ledger::new(Detail::Full);
    let names = journal_files(&StdFs, journal)?;
    for name in &names[first_needed(&StdFs, journal, &names)?..] {
        replay_each(StdFs.open(journal, name)?, |entry| {
            day.take(&entry);
            if entry.event.alert().is_some_and(|id| chosen.contains(&id)) {
                ledger.take(entry);
            }
        })?;
    }
    Ok((ledger.alerts, day.counted()))
}

/// The configured ones in their order; without a configuration those of which the journal knows.
fn providers(
    source: &Source,
    ledger: &Ledger,
    sent: &BTreeMap<String, Vec<(Wall, usize)>>,
    now: Wall,
) -> Vec<Provider> {
    let known = || {
        let names = ledger.providers.keys().chain(ledger.drills.keys()).chain(ledger.canaries.keys());
        let names: BTreeSet<&String> = names.chain(sent.keys()).collect();
        names.into_iter().map(|name| (name.clone(), delivery::Quota::default())).collect()
    };
    let named = if source.providers.is_empty() { known() } else { source.providers.clone() };
    let provider = |(name, quota): (String, delivery::Quota)| {
        let sent = sent.get(&name).map_or(&[][..], Vec::as_slice);
        let share = |it: quotas::Remainder| Share {
            of_recipients: it.unit == "recipients",
            of_a_day: it.is_of_a_day(),
            used: it.used,
            most: it.most,
        };
        Provider {
            outage: ledger.providers.get(&name).cloned(),
            drill: ledger.drills.get(&name).cloned(),
            canary: ledger.canaries.get(&name).cloned(),
            quota: quotas::left(&quota, sent, now).into_iter().map(share).collect(),
            name,
        }
    };
    named.into_iter().map(provider).collect()
}

/// The names of files that are no alerts.
fn corrupt(layout: &Layout) -> io::Result<Vec<String>> {
    let mut names = list(layout, Folder::Corrupt)?;
    names.sort_unstable();
    let is_reason = |name: &String| {
        name.strip_suffix(".reason").is_some_and(|other| names.binary_search(&other.to_owned()).is_ok())
    };
    Ok(names.iter().filter(|name| !is_reason(name)).cloned().collect())
}
