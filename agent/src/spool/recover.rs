//! What a start makes of the journal and the folders.
//!
//! Syncs before it acts: what a process sees after a kill is not what the disk has, and removing one of two copies is
//! only safe when the other one is durable. Then both are merged by id: `sent` wins over all, then dead, deferred,
//! incoming. It only reads and judges; what has to be written or removed it hands to the writer as [`Deed`]s.

use std::collections::BTreeSet;
use std::io;

use delivery::Past;
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::{file_name, parse_file_name};
use spool_format::fs::Found as OnDisk;
use spool_format::{Alert, AlertId, Detail, Event, Folder, History, Ledger, NoticeKind, State};

use super::Folders;
use super::queue_fs::QueueFs;
use super::read_back::{Reach, journal_files, read_back};
use super::sends::Sends;
use super::writer::Deed;
use crate::notice;

/// What a start finds.
#[derive(Debug, Default)]
pub struct Found {
    /// What the journal tells.
    pub ledger: Ledger,
    /// Which mails went out lately.
    pub sends: Sends,
    /// Alerts that wait in `deferred/`.
    pub deferred: Vec<AlertId>,
    /// What has to be put in order first.
    pub deeds: Vec<Deed>,
    /// Dead letters that do not lie in `dead/` yet.
    pub dead: BTreeSet<AlertId>,
    /// Lines of the journal that are damaged, as `FILE:LINE`.
    pub broken_lines: Vec<String>,
    /// Whether the machine went down without the agent having stopped: then the end of the journal may be missing.
    pub crashed_with_machine: bool,
}

/// Reads everything. `boot` is the kernel's id of this boot.
pub fn recover<F: QueueFs>(fs: &F, folders: &Folders<F>, boot: &str) -> io::Result<Found> {
    for folder in Folder::ALL {
        fs.sync_dir(folders.of(folder))?;
    }
    let journal = folders.journal();
    // Older files were synced when they were left.
    for name in journal_files(fs, journal)?.iter().rev().take(2) {
        fs.sync_file(&fs.append_to(journal, name, 0)?.0)?;
    }
    fs.sync_dir(journal)?;
    let read = read_back(fs, journal, Detail::Brief, Reach::AliveAndSends)?;
    let mut found =
        Found { ledger: read.ledger, sends: read.sends, broken_lines: read.broken_lines, ..Found::default() };
    let other_boot = found.ledger.boot.as_deref().is_some_and(|before| before != boot);
    found.crashed_with_machine = other_boot && !found.ledger.stopped_cleanly;
    merge(fs, folders, &mut found)?;
    Ok(found)
}

fn merge<F: QueueFs>(fs: &F, folders: &Folders<F>, found: &mut Found) -> io::Result<()> {
    // A list, not a map: there may be a hundred thousand.
    let mut places: Vec<(AlertId, Folder)> = Vec::new();
    // In this order the strongest place of each alert comes first, and the sort below keeps it.
    for folder in [Folder::Dead, Folder::Deferred, Folder::Incoming] {
        for name in fs.list(folders.of(folder))? {
            if let Some(id) = parse_file_name(&name) {
                places.push((id, folder));
            } else if folder != Folder::Incoming && name.starts_with('.') {
                found.deeds.push(Deed::Litter { name, folder });
            }
        }
    }
    found.deeds.extend(unexplained(fs, folders)?);
    places.sort_by_key(|(id, _)| *id);
    for of_one in places.chunk_by(|one, next| one.0 == next.0) {
        let id = of_one[0].0;
        put_in_order(id, of_one.iter().map(|(_, folder)| *folder).collect(), found, || {
            is_own(fs, folders, id)
        });
    }
    Ok(())
}

/// What was moved to `corrupt/` by an agent that was killed before it could say why.
fn unexplained<F: QueueFs>(fs: &F, folders: &Folders<F>) -> io::Result<Vec<Deed>> {
    let names: BTreeSet<String> = fs.list(folders.of(Folder::Corrupt))?.into_iter().collect();
    let is_reason = |name: &str| name.strip_suffix(".reason").is_some_and(|of| names.contains(of));
    let mut deeds = Vec::new();
    for name in names.iter().filter(|name| !is_reason(name)) {
        if name.starts_with('.') {
            deeds.push(Deed::Litter { name: name.clone(), folder: Folder::Corrupt });
        } else if !names.contains(&format!("{name}.reason")) {
            deeds.push(Deed::Explain { name: name.clone() });
        }
    }
    Ok(deeds)
}

/// Whether a dead letter that the journal does not know tells of the agent itself.
fn is_own<F: QueueFs>(fs: &F, folders: &Folders<F>, id: AlertId) -> bool {
    let read = fs.read(folders.of(Folder::Dead), &file_name(id), ALERT_OCTETS_MAX);
    let Ok(OnDisk::File { octets, .. }) = read else { return false };
    Alert::parse(&octets, id).is_ok_and(|alert| notice::told_by(&alert, id).is_some())
}

/// Decides what becomes of the files of one alert, the strongest place first. `is_own`: what its dead letter says.
fn put_in_order(id: AlertId, mut places: Vec<Folder>, found: &mut Found, is_own: impl Fn() -> bool) {
    let history = found.ledger.alerts.get(&id);
    let state = history.map(|history| history.state);
    let is_sent = found.ledger.sent.contains(&id);
    let writer_is_known = is_sent || history.is_some_and(|history| history.uid.is_some());
    if places[..] == [Folder::Deferred, Folder::Incoming] && !writer_is_known {
        // The copy was made and the line was not: who wrote the alert is known by the original's owner alone.
        places.reverse();
    }
    let went_again = history.is_some_and(|history| history.requeued.is_some() && !history.state.is_final());
    if went_again && places.contains(&Folder::Deferred) {
        // A person took it out of the dead letters, of which one is still there.
        places.sort_by_key(|folder| *folder == Folder::Dead);
    }
    let keep = usize::from(!is_sent);
    found.deeds.extend(places.iter().skip(keep).map(|folder| Deed::Unlink { id, folder: *folder }));
    match places[0] {
        _ if is_sent => {}
        Folder::Dead => {
            found.dead.insert(id);
            if state != Some(State::Dead) {
                let reason = "it was being moved to the dead letters when the agent was killed".to_owned();
                let at = history.map_or(id.born(), |it| it.last);
                let is_known = history.filter(|it| it.uid.is_some());
                // A notice never makes a notice, also if a power cut has taken the line that says what it is.
                if !is_known.map_or_else(is_own, |it| it.is_notice) {
                    found.ledger.happens(NoticeKind::DeadLetter, at, &reason);
                }
                found.deeds.push(Deed::Line(Event::Dead { id, reason, by: None }));
            }
        }
        // The line was written, and the file was to follow.
        from if state == Some(State::Dead) => {
            found.dead.insert(id);
            // Nobody wants to read a canary that did not get through.
            let is_canary = history.is_some_and(|history| history.canary.is_some());
            found.deeds.push(if is_canary {
                Deed::Unlink { id, folder: from }
            } else {
                Deed::Bury { id, from }
            });
        }
        Folder::Deferred => found.deferred.push(id),
        Folder::Incoming | Folder::Corrupt => {}
    }
}

/// What an earlier run left of an alert. After a power cut an attempt without an end may have been delivered:
/// `dot-sent` is not synced, so that its absence says nothing.
pub fn past(history: &History, after_power_cut: bool) -> Past {
    let mut past = Past::from_history(history);
    if after_power_cut {
        let unknown = history.under_way.iter().rev().flat_map(|attempt| history.asked_in(attempt));
        past.uncertain_at.extend(unknown);
    }
    past
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

    #[expect(clippy::disallowed_methods, reason = "the journal of an earlier run")]
    fn write_journal(spool: &Spool, events: Vec<Event>) {
        let mut octets = Vec::new();
        for event in events {
            Entry { at: Wall::from_unix_ms(1), event }.write_line(&mut octets);
        }
        std::fs::write(spool.layout.journal().join("2026-11-25.jsonl"), octets).expect("a journal");
    }

    fn accepted(n: u8) -> Event {
        let to = Address::parse("a@example.jp").expect("an address");
        Event::Accepted {
            id: id(n),
            uid: 0,
            octets: 0,
            recipients: vec![to],
            unusable: vec![],
            created: None,
            ttl: None,
            message_id: None,
            notice: false,
            canary: None,
            severity: Severity::Info,
            key: None,
            subject: String::new(),
        }
    }

    fn attempt(n: u8) -> Event {
        Event::Attempt { id: id(n), attempt: 1, provider: "home".into(), recipients: vec![], beside: None }
    }

    fn started(boot: &str) -> Event {
        Event::Started { boot: boot.into(), program: "0".into(), anew: false }
    }

    fn find(spool: &Spool, events: Vec<Event>) -> Found {
        write_journal(spool, events);
        recover(&StdFs, &spool.folders, "boot-2").expect("readable")
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
    fn what_was_taken_out_of_the_dead_letters_goes_on_though_the_letter_is_still_there() {
        let spool = spool(&[(1, Folder::Dead), (1, Folder::Deferred)]);
        let dead = Event::Dead { id: id(1), reason: String::new(), by: None };
        let found = find(&spool, vec![accepted(1), dead, Event::Requeued { id: id(1), by: 0 }]);
        assert_eq!(found.deeds, [Deed::Unlink { id: id(1), folder: Folder::Dead }]);
        assert_eq!(found.deferred, [id(1)]);
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
        assert_eq!(found.dead, BTreeSet::from([id(1), id(2)]));
        assert!(found.deeds.contains(&Deed::Unlink { id: id(1), folder: Folder::Incoming }));
    }

    #[test]
    fn a_dead_letter_whose_file_was_to_follow_is_moved_and_not_tried() {
        let spool = spool(&[(1, Folder::Deferred), (2, Folder::Incoming)]);
        let dead = |n| Event::Dead { id: id(n), reason: String::new(), by: None };
        let found = find(&spool, vec![accepted(1), dead(1), accepted(2), dead(2)]);
        assert_eq!(found.deferred, []);
        let bury = |n, from| Deed::Bury { id: id(n), from };
        assert_eq!(found.deeds, [bury(1, Folder::Deferred), bury(2, Folder::Incoming)]);
    }

    #[test]
    fn of_a_copy_without_a_line_the_original_counts_since_its_owner_wrote_the_alert() {
        let spool = spool(&[(1, Folder::Incoming), (1, Folder::Deferred)]);
        let found = find(&spool, vec![]);
        assert_eq!(found.deferred, []);
        assert_eq!(found.deeds, [Deed::Unlink { id: id(1), folder: Folder::Deferred }]);
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
    fn what_was_set_aside_without_a_reason_gets_one() {
        let spool = spool(&[]);
        for name in ["a", "b", "b.reason", "c.reason", ".d.tmp"] {
            std::fs::File::create(spool.layout.folder(Folder::Corrupt).join(name)).expect("a file");
        }
        let explain = |name: &str| Deed::Explain { name: name.to_owned() };
        let litter = Deed::Litter { name: ".d.tmp".into(), folder: Folder::Corrupt };
        assert_eq!(find(&spool, vec![]).deeds, [litter, explain("a"), explain("c.reason")]);
    }

    #[test]
    fn after_a_power_cut_an_attempt_without_an_end_may_have_been_delivered() {
        let spool = spool(&[(1, Folder::Incoming)]);
        let events = || vec![started("boot-1"), accepted(1), attempt(1)];
        let uncertain_at = |found: &Found| {
            let past = past(&found.ledger.alerts[&id(1)], found.crashed_with_machine);
            past.uncertain_at.first().map(|(_, provider)| provider.clone())
        };
        assert_eq!(uncertain_at(&find(&spool, events())).as_deref(), Some("home"));
        let same_boot = recover(&StdFs, &spool.folders, "boot-1").expect("readable");
        assert_eq!(uncertain_at(&same_boot), None);
        let stopped = [events(), vec![Event::Stopped]].concat();
        assert_eq!(uncertain_at(&find(&spool, stopped)), None);
    }
}
