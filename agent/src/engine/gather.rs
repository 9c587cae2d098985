//! How the hands of the engine take up alerts: from `incoming/`, from the spare folder, from the socket, and what earlier
//! runs left.
//!
//! A scan lists names and takes up alerts while there is room in memory; the rest of the list is gone through as room
//! comes. A hint about one name is followed at once, so that a fresh alert does not wait behind an old heap. Who has
//! more in hand than a user may have finds the rest of his alerts left where they are, and taken up later.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use delivery::{Arrival, Event, Past};
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::{file_name, parse_file_name};
use spool_format::fs::{Found, SpoolFs};
use spool_format::{Address, AlertId, Event as Fact, Folder, History};

use super::hands::Hands;
use super::shelf::{Kept, Load};
use super::world::World;
use crate::accept::{Accepted, Reach};
use crate::log;
use crate::spool::intake::{self, NewAlert, Taken};
use crate::spool::recover::{Found as AtStart, past};
use crate::spool::writer::Deed;

/// What may be in memory before a scan takes up no more.
const WINDOW: Load = Load { alerts: 2_048, octets: 16 << 20 };

/// Octets in memory above which not even a hint is followed; the next scan finds the alert.
const OCTETS_MAX: u64 = 64 << 20;

/// Alerts remembered as over, so that none of them is taken up again under the same id.
const OVER_MAX: usize = 100_000;

/// What one user may have in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// The most.
    pub each: Load,
    /// The agent's own user, who has no such limit; nor has root.
    pub own: u32,
}

/// What is still to be taken up.
#[derive(Debug, Default)]
pub(super) struct Heap {
    /// Names of the last scan that were not looked at yet, in order.
    names: VecDeque<OsString>,
    /// Names that are left for now, by their owner, who has enough in hand.
    left: BTreeMap<u32, BTreeSet<OsString>>,
    /// Names that are on their way to `corrupt/`, or cannot be moved there.
    aside: BTreeSet<OsString>,
    /// Alerts that were sent: whatever comes under these ids is removed.
    sent: BTreeSet<AlertId>,
    /// Dead letters, of which a file may still lie elsewhere: that is left to the writer.
    dead: BTreeSet<AlertId>,
    /// What earlier runs left of alerts that were not met yet.
    pub(super) earlier: BTreeMap<AlertId, Box<History>>,
    /// Whether the machine went down under the last run.
    after_power_cut: bool,
}

impl Heap {
    pub(super) fn new(found: AtStart) -> Self {
        let mut earlier = found.ledger.alerts;
        earlier.retain(|_, history| !history.state.is_final());
        Self {
            sent: found.ledger.sent,
            dead: found.dead,
            earlier,
            after_power_cut: found.crashed_with_machine,
            ..Self::default()
        }
    }

    /// It was moved out of the way, or could not be.
    pub(super) fn is_aside(&mut self, name: &OsStr) {
        self.aside.remove(name);
    }

    /// Remembers what is over.
    pub(super) fn take_note(&mut self, fact: &Fact) {
        let over = match fact {
            Fact::Sent { id, .. } => {
                self.sent.insert(*id);
                &mut self.sent
            }
            Fact::Dead { id, .. } => {
                self.dead.insert(*id);
                &mut self.dead
            }
            _ => return,
        };
        if over.len() > OVER_MAX {
            // Ids sort by birth: the oldest goes.
            over.pop_first();
        }
    }

    /// A person has taken it out of the dead letters.
    pub(super) fn is_dead_no_more(&mut self, id: AlertId) {
        self.dead.remove(&id);
    }

    /// Whether this alert was sent, or is a dead letter.
    pub(super) fn is_over(&self, id: AlertId) -> bool {
        self.sent.contains(&id) || self.dead.contains(&id)
    }

    /// This user has less in hand now.
    pub(super) fn call_back(&mut self, uid: u32) {
        if let Some(names) = self.left.remove(&uid) {
            names.into_iter().rev().for_each(|name| self.names.push_front(name));
        }
    }

    fn is_left(&self, name: &OsStr) -> bool {
        self.left.values().any(|names| names.contains(name))
    }
}

/// Where an alert was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Incoming,
    Spare,
}

impl<W: World> Hands<W> {
    /// Lists every place where alerts come from, and takes up what fits.
    pub(super) fn look_everywhere(&mut self) {
        self.look_into_spare();
        match self.world.fs().names(self.folders.of(Folder::Incoming)) {
            Ok(mut names) => {
                names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
                names.sort_unstable();
                self.unreadable.retain(|name| names.binary_search(name).is_ok());
                self.heap.names = names.into();
                self.scan_failed = false;
            }
            Err(error) => {
                if !std::mem::replace(&mut self.scan_failed, true) {
                    log::cannot_scan(&error);
                }
            }
        }
        self.gather();
    }

    /// Takes up what the last scan found, while there is room.
    pub(super) fn gather(&mut self) {
        loop {
            let Load { alerts, octets } = self.shelf.in_memory();
            if alerts >= WINDOW.alerts || octets >= WINDOW.octets {
                return;
            }
            let Some(name) = self.heap.names.pop_front() else { return };
            if !self.heap.is_left(&name) {
                self.look_at(&name, Origin::Incoming);
            }
        }
    }

    /// Follows a hint.
    pub(super) fn look_at_hinted(&mut self, name: &OsStr) {
        if self.shelf.in_memory().octets < OCTETS_MAX {
            self.look_at(name, Origin::Incoming);
        }
    }

    /// Takes up what waits in memory only.
    pub(super) fn look_into_spare(&mut self) {
        let Some(names) = self.folders.spare().and_then(|dir| self.world.fs().list(dir).ok()) else { return };
        for name in names.iter().filter(|name| parse_file_name(name).is_some()) {
            self.look_at(OsStr::new(name), Origin::Spare);
        }
    }

    fn look_at(&mut self, name: &OsStr, origin: Origin) {
        let id = name.to_str().and_then(parse_file_name);
        let in_hand = id.is_some_and(|id| self.shelf.has(id) || self.heap.dead.contains(&id));
        if in_hand || self.heap.aside.contains(name) {
            return;
        }
        let dir = match origin {
            Origin::Incoming => self.folders.of(Folder::Incoming),
            Origin::Spare => match self.folders.spare() {
                Some(dir) => dir,
                None => return,
            },
        };
        let (fs, uid_of) = (self.world.fs().clone(), &mut self.world);
        match intake::take(&fs, dir, name, &self.policy, |uid| uid_of.reach(uid)) {
            Taken::Alert(alert) => self.meet(*alert, origin),
            Taken::Corrupt { reason } if origin == Origin::Spare => {
                if self.unreadable.insert(name.to_owned()) {
                    log::left_in_spare(name, &reason);
                }
            }
            Taken::Corrupt { reason } => {
                self.heap.aside.insert(name.to_owned());
                self.batch.deeds.push(Deed::SetAside { name: name.to_owned(), reason });
            }
            Taken::Nothing => {}
            Taken::Later(error) => {
                if self.unreadable.insert(name.to_owned()) {
                    log::cannot_read(name, &error);
                }
            }
        }
    }

    /// An alert was read.
    fn meet(&mut self, alert: NewAlert, origin: Origin) {
        let NewAlert { id, octets, uid, accepted } = alert;
        let name = file_name(id);
        self.unreadable.remove(OsStr::new(&name));
        if self.heap.sent.contains(&id) {
            self.batch.deeds.push(match origin {
                Origin::Incoming => Deed::Unlink { id, folder: Folder::Incoming },
                Origin::Spare => Deed::UnlinkSpare { id, name },
            });
            return;
        }
        if self.has_enough(uid, octets.len() as u64) {
            if origin == Origin::Incoming {
                let left = self.heap.left.entry(uid).or_default();
                if left.is_empty() {
                    log::has_enough(uid, &self.shelf.of_user(uid));
                }
                left.insert(name.into());
            }
            return;
        }
        self.say_what_is_dropped(id, uid, &accepted);
        let history = self.heap.earlier.remove(&id);
        let past = history.as_ref().map_or_else(Past::default, |history| self.past(history));
        let domain = self.domain_of(history.as_deref());
        let octets: Arc<[u8]> = octets.into();
        let place = match origin {
            Origin::Incoming => Folder::Incoming,
            // Nothing in memory is safe, so it goes where deferred alerts are.
            Origin::Spare => {
                let octets = Arc::clone(&octets);
                self.batch.deeds.push(Deed::Copy { id, to: Folder::Deferred, octets });
                Folder::Deferred
            }
        };
        let fact = accepted.fact(uid, &domain, octets.len());
        log::fact(&fact);
        self.batch.deeds.push(Deed::Line(fact));
        if origin == Origin::Spare {
            self.batch.deeds.push(Deed::UnlinkSpare { id, name });
            self.batch.sync = true;
        }
        let size = octets.len() as u64;
        let (reach, to) = (accepted.reach(), history.as_deref().and_then(changed_recipients));
        let accepted = accepted.for_others(to.as_deref());
        self.shelf.put(id, Kept { octets: Some(octets), size, place, uid, domain, reach, to });
        self.tell(Event::Arrived(accepted.arrival(place, size, past)));
    }

    #[expect(clippy::unused_self, reason = "told by the hands, like everything about an alert")]
    pub(super) fn say_what_is_dropped(&self, id: AlertId, uid: u32, accepted: &Accepted) {
        if !accepted.unknown().is_empty() {
            log::unusable(id, accepted.unknown());
        }
        if !accepted.forbidden().is_empty() {
            log::not_permitted(id, uid, accepted.forbidden());
        }
    }

    /// Whether this user has to wait with one more alert of that size. One alone is always taken.
    pub(super) fn has_enough(&self, uid: u32, octets: u64) -> bool {
        let has = self.shelf.of_user(uid);
        uid != 0
            && uid != self.caps.own
            && has.alerts > 0
            && (has.alerts >= self.caps.each.alerts || has.octets + octets > self.caps.each.octets)
    }

    /// Takes up what earlier runs left in `deferred/`. What the journal tells is enough; a file is read only if the
    /// journal does not know it.
    pub(super) fn take_deferred(&mut self, ids: &[AlertId]) {
        for id in ids {
            match self.heap.earlier.remove(id) {
                Some(history) if history.uid.is_some() => self.take_known(*id, &history),
                history => self.take_unknown(*id, history.as_deref()),
            }
        }
    }

    fn take_known(&mut self, id: AlertId, history: &History) {
        let uid = history.uid.unwrap_or(self.caps.own);
        let arrival = Arrival {
            id,
            folder: Folder::Deferred,
            severity: history.severity,
            key: history.key.clone(),
            recipients: history.recipients.iter().map(|(to, _)| to.clone()).collect(),
            born: history.requeued.or(history.created).unwrap_or_else(|| id.born()),
            ttl: history.ttl.map(std::time::Duration::from_secs),
            octets: history.octets,
            is_notice: history.is_notice,
            canary: history.canary.clone(),
            past: self.past(history),
        };
        let (domain, reach) = (self.domain_of(Some(history)), self.world.reach(uid));
        let (size, to) = (history.octets, changed_recipients(history));
        self.shelf.put(id, Kept { octets: None, size, place: Folder::Deferred, uid, domain, reach, to });
        self.tell(Event::Arrived(arrival));
    }

    /// The file is a copy of ours, and the journal does not say who wrote the alert. If the spare folder still has the
    /// original, its owner did; else nobody knows, and the alert reaches configured recipients.
    fn take_unknown(&mut self, id: AlertId, history: Option<&History>) {
        let name = file_name(id);
        let fs = self.world.fs().clone();
        let writer = self.folders.spare().and_then(|spare| match fs.read(spare, &name, ALERT_OCTETS_MAX) {
            Ok(Found::File { uid, .. }) => Some(uid),
            _ => None,
        });
        let reach = writer.map_or(Reach::Configured, |uid| self.world.reach(uid));
        match intake::take(&fs, self.folders.of(Folder::Deferred), name.as_ref(), &self.policy, |_| reach) {
            Taken::Alert(alert) => {
                let NewAlert { octets, mut accepted, uid: own, .. } = *alert;
                let uid = writer.unwrap_or(own);
                // Made by an agent that was killed before it could write down that it had told of something.
                if let Some(notice) = accepted.notice().filter(|_| writer.is_none()) {
                    self.office.notices.was_told(self.world.now(), notice);
                    accepted = accepted.of_our_own();
                }
                if writer.is_none() {
                    accepted = accepted.or_canary();
                }
                let past = history.map_or_else(Past::default, |history| self.past(history));
                let domain = self.domain_of(history);
                self.batch.deeds.push(Deed::Line(accepted.fact(uid, &domain, octets.len())));
                let (size, reach) = (octets.len() as u64, accepted.reach());
                let to = history.and_then(changed_recipients);
                let accepted = accepted.for_others(to.as_deref());
                self.shelf
                    .put(id, Kept { octets: None, size, place: Folder::Deferred, uid, domain, reach, to });
                self.tell(Event::Arrived(accepted.arrival(Folder::Deferred, size, past)));
            }
            Taken::Corrupt { reason } => log::deferred_is_damaged(&name, &reason),
            Taken::Nothing => {}
            Taken::Later(error) => log::deferred_is_damaged(&name, &error.to_string()),
        }
    }

    pub(super) fn past(&self, history: &History) -> Past {
        past(history, self.heap.after_power_cut)
    }

    /// The right side of its Message-ID. One that a whole message brought along says nothing about ours.
    pub(super) fn domain_of(&mut self, history: Option<&History>) -> Arc<str> {
        let domain = self.policy.domain_for(history);
        self.shelf.share(domain)
    }
}

/// Whom it is for, if a person has changed that.
pub(super) fn changed_recipients(history: &History) -> Option<Arc<[Address]>> {
    history.is_edited.then(|| history.recipients.iter().map(|(to, _)| to.clone()).collect())
}
