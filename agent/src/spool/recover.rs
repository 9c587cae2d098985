//! What a start makes of the journal and the folders.
//!
//! Syncs before it acts: what a process sees after a kill is not what the disk has, and removing one of two copies is
//! only safe when the other one is durable. Then both are merged by id: `sent` wins over all, then dead, deferred,
//! incoming. It only reads and judges; what has to be written or removed it hands to the writer as [`Deed`]s.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use delivery::Past;
use spool_format::folder::parse_file_name;
use spool_format::fs::SpoolFs;
use spool_format::journal::replay;
use spool_format::state::Ledger;
use spool_format::{AlertId, Event, Folder, History, State};

use super::Folders;
use super::writer::Deed;

/// What a start finds.
#[derive(Debug, Default)]
pub struct Found {
    /// What the journal tells.
    pub ledger: Ledger,
    /// Alerts that wait in `deferred/`.
    pub deferred: Vec<AlertId>,
    /// What has to be put in order first.
    pub deeds: Vec<Deed>,
    /// Alerts that are settled and whose files are there all the same: sent ones, after a power cut or since they could
    /// not be removed, and dead letters that still lie where they came in. Nobody may take them for new ones.
    pub came_back: BTreeSet<AlertId>,
    /// Lines of the journal that are damaged, as `FILE:LINE`.
    pub broken_lines: Vec<String>,
    /// Whether the machine went down without the agent having stopped: then the end of the journal may be missing.
    pub crashed_with_machine: bool,
}

/// Reads everything. `boot` is the kernel's id of this boot.
pub fn recover<F: SpoolFs>(
    fs: &F,
    folders: &Folders<F>,
    files: &[(String, Vec<u8>)],
    boot: &str,
) -> io::Result<Found> {
    for folder in Folder::ALL {
        fs.sync_dir(folders.of(folder))?;
    }
    fs.sync_dir(folders.journal())?;
    let mut found = Found::default();
    for (name, octets) in files {
        let file = replay(octets);
        file.entries.iter().for_each(|entry| found.ledger.take(entry));
        found.broken_lines.extend(file.broken.iter().map(|line| format!("{name}:{line}")));
    }
    let other_boot = found.ledger.boot.as_deref().is_some_and(|before| before != boot);
    found.crashed_with_machine = other_boot && !found.ledger.stopped_cleanly;
    merge(fs, folders, &mut found)?;
    Ok(found)
}

fn merge<F: SpoolFs>(fs: &F, folders: &Folders<F>, found: &mut Found) -> io::Result<()> {
    let mut places: BTreeMap<AlertId, Vec<Folder>> = BTreeMap::new();
    // In this order the strongest place of each alert comes first.
    for folder in [Folder::Dead, Folder::Deferred, Folder::Incoming] {
        for name in fs.list(folders.of(folder))? {
            if let Some(id) = parse_file_name(&name) {
                places.entry(id).or_default().push(folder);
            } else if folder != Folder::Incoming && name.starts_with('.') {
                found.deeds.push(Deed::Litter { name, folder });
            }
        }
    }
    for (id, places) in places {
        let state = found.ledger.alerts.get(&id).map(|history| history.state);
        let keep = usize::from(state != Some(State::Sent));
        if keep == 0 || (places.len() > 1 && places.first() == Some(&Folder::Dead)) {
            found.came_back.insert(id);
        }
        found.deeds.extend(places.iter().skip(keep).map(|folder| Deed::Unlink { id, folder: *folder }));
        match places.first() {
            Some(Folder::Dead) if !matches!(state, Some(State::Sent | State::Dead)) => {
                let reason = "it was being moved to the dead letters when the agent was killed".to_owned();
                found.deeds.push(Deed::Line(Event::Dead { id, reason }));
            }
            Some(Folder::Deferred) if keep == 1 => found.deferred.push(id),
            _ => {}
        }
    }
    Ok(())
}

impl Found {
    /// What an earlier run left of an alert; nothing if it is new.
    pub fn past(&self, id: AlertId) -> Past {
        let Some(history) = self.ledger.alerts.get(&id) else { return Past::default() };
        let mut past = Past::from_history(history);
        if self.crashed_with_machine && past.uncertain_at.is_none() {
            past.uncertain_at = was_under_way(history);
        }
        past
    }
}

/// The provider of an attempt without an end: `dot-sent` is not synced, so that after a power cut its absence says nothing.
fn was_under_way(history: &History) -> Option<String> {
    history.attempts.last().filter(|attempt| attempt.ended.is_none()).map(|attempt| attempt.provider.clone())
}

/// The journal's files, oldest first, each read and synced.
pub fn read_journal(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|ending| ending == "jsonl") {
            names.push(name);
        }
    }
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let file = std::fs::File::open(folder.join(&name))?;
            file.sync_all()?;
            let mut octets = Vec::new();
            io::Read::read_to_end(&mut &file, &mut octets)?;
            Ok((name, octets))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::folder::file_name;
    use spool_format::fs::StdFs;
    use spool_format::{Address, Entry, Layout, Severity, Wall};

    struct Spool {
        _folder: tempfile::TempDir,
        layout: Layout,
        folders: Folders<StdFs>,
    }

    fn id(n: u8) -> AlertId {
        AlertId::new(Wall::from_unix_ms(1_000), [n; 10])
    }

    fn spool(files: &[(u8, Folder)]) -> Spool {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        for path in layout.all_folders() {
            std::fs::create_dir_all(path).expect("a folder");
        }
        for (n, place) in files {
            std::fs::File::create(layout.folder(*place).join(file_name(id(*n)))).expect("a file");
        }
        Spool { folders: Folders::open(&StdFs, &layout).expect("a spool"), _folder: folder, layout }
    }

    fn journal(events: Vec<Event>) -> Vec<(String, Vec<u8>)> {
        let mut octets = Vec::new();
        for event in events {
            Entry { at: Wall::from_unix_ms(1), event }.write_line(&mut octets);
        }
        vec![("2026-11-25.jsonl".to_owned(), octets)]
    }

    fn accepted(n: u8) -> Event {
        let to = Address::parse("a@example.jp").expect("an address");
        Event::Accepted {
            id: id(n),
            uid: 0,
            recipients: vec![to],
            unusable: vec![],
            message_id: None,
            severity: Severity::Info,
            key: None,
            subject: String::new(),
        }
    }

    fn attempt(n: u8) -> Event {
        Event::Attempt { id: id(n), attempt: 1, provider: "home".into(), recipients: vec![] }
    }

    fn started(boot: &str) -> Event {
        Event::Started { boot: boot.into(), program: "0".into() }
    }

    fn find(spool: &Spool, events: Vec<Event>) -> Found {
        recover(&StdFs, &spool.folders, &journal(events), "boot-2").expect("readable")
    }

    #[test]
    fn a_sent_alert_that_came_back_is_only_removed() {
        let spool = spool(&[(1, Folder::Incoming), (1, Folder::Deferred)]);
        let found =
            find(&spool, vec![accepted(1), Event::Sent { id: id(1), delivered: vec![], refused: vec![] }]);
        assert_eq!(
            found.deeds,
            [
                Deed::Unlink { id: id(1), folder: Folder::Deferred },
                Deed::Unlink { id: id(1), folder: Folder::Incoming }
            ]
        );
        assert_eq!(found.deferred, []);
    }

    #[test]
    fn of_two_places_the_stronger_one_stays() {
        let spool =
            spool(&[(1, Folder::Incoming), (1, Folder::Deferred), (2, Folder::Deferred), (2, Folder::Dead)]);
        let found = find(&spool, vec![accepted(1), accepted(2)]);
        assert_eq!(found.deferred, [id(1)]);
        assert!(found.deeds.contains(&Deed::Unlink { id: id(1), folder: Folder::Incoming }));
        assert!(found.deeds.contains(&Deed::Unlink { id: id(2), folder: Folder::Deferred }));
        assert!(matches!(&found.deeds[..], [.., Deed::Line(Event::Dead { .. })]), "{:?}", found.deeds);
    }

    #[test]
    fn a_dead_letter_that_still_lies_where_it_came_in_is_no_new_alert() {
        let spool =
            spool(&[(1, Folder::Incoming), (1, Folder::Dead), (2, Folder::Dead), (3, Folder::Incoming)]);
        let found = find(&spool, vec![accepted(1), accepted(2), accepted(3)]);
        assert_eq!(found.came_back, BTreeSet::from([id(1)]));
    }

    #[test]
    fn half_written_copies_of_our_own_are_litter_and_drafts_of_writers_are_not() {
        let spool = spool(&[]);
        for place in [Folder::Incoming, Folder::Deferred] {
            std::fs::File::create(spool.layout.folder(place).join(".x.tmp")).expect("a file");
        }
        let found = find(&spool, vec![]);
        assert_eq!(found.deeds, [Deed::Litter { name: ".x.tmp".into(), folder: Folder::Deferred }]);
    }

    #[test]
    fn after_a_power_cut_an_attempt_without_an_end_may_have_been_delivered() {
        let spool = spool(&[(1, Folder::Incoming)]);
        let events = || vec![started("boot-1"), accepted(1), attempt(1)];
        assert_eq!(find(&spool, events()).past(id(1)).uncertain_at.as_deref(), Some("home"));
        let same_boot = recover(&StdFs, &spool.folders, &journal(events()), "boot-1").expect("readable");
        assert_eq!(same_boot.past(id(1)).uncertain_at, None);
        let stopped = [events(), vec![Event::Stopped]].concat();
        assert_eq!(find(&spool, stopped).past(id(1)).uncertain_at, None);
    }
}
