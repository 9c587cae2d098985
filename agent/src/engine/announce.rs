//! How notices leave the agent: as a line of the journal, as an alert of its own that goes the way of all alerts, and to
//! those who are told beside the mail. When there is something to tell is not decided here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use delivery::notices::{Settings, Word};
use delivery::{Event, Monotonic, Notices, Now, Past, Telling};
use spool_format::{AlertId, Event as Fact, Folder, Notice, NoticeKind};

use super::hands::Hands;
use super::shelf::Kept;
use super::world::World;
use crate::accept::{Accepted, Reach};
use crate::log;
use crate::notice::{Announcement, Tongue};
use crate::spool::recover::Found;
use crate::spool::writer::{Deed, Pulse};

/// What the writer tells of.
pub(crate) const DISK: [NoticeKind; 3] = [NoticeKind::Journal, NoticeKind::Copies, NoticeKind::SpoolFull];

/// Whom notices go to, and in which words.
#[derive(Clone, Debug)]
pub struct Herald {
    /// When there is something to tell.
    pub settings: Settings,
    /// The language.
    pub tongue: Tongue,
    /// Name of this machine.
    pub host: String,
    /// Between two pings for who notices silence, if anybody does.
    pub ping_every: Option<Duration>,
}

/// What the hands need for notices.
#[derive(Debug)]
pub(super) struct Office {
    herald: Herald,
    pub(super) notices: Notices,
    /// When the next ping is due.
    ping_at: Option<Monotonic>,
    /// How many connections each provider gets, as people are shown it.
    connections_now: BTreeMap<String, usize>,
}

impl Office {
    /// Goes on from what earlier runs have told, and from how providers stood.
    pub(super) fn open(now: Now, herald: Herald, found: &mut Found) -> Self {
        let told = std::mem::take(&mut found.ledger.notices).into_values();
        let mut notices = Notices::begin(now, herald.settings.clone(), told);
        for (provider, outage) in &found.ledger.providers {
            let (provider, outage) = (provider.clone(), Some(outage.clone()));
            notices.take(now, &Fact::Provider { provider, outage });
        }
        for drill in found.ledger.drills.values() {
            notices.take(now, &Fact::Drill(Box::new(drill.clone())));
        }
        for canary in found.ledger.canaries.values() {
            notices.take(now, &Fact::Canary(Box::new(canary.clone())));
        }
        // Until the writer says that it is so again.
        for kind in DISK {
            notices.condition(now, kind, "", None);
        }
        let ping_at = herald.ping_every.map(|_| now.monotonic);
        Self { herald, notices, ping_at, connections_now: BTreeMap::new() }
    }

    pub(super) fn next_wake(&self) -> Option<Monotonic> {
        self.notices.next_wake().into_iter().chain(self.ping_at).min()
    }

    /// In which language people are told, and of which machine.
    pub(super) fn tongue_and_host(&self) -> (Tongue, &str) {
        (self.herald.tongue, &self.herald.host)
    }

    /// What lasts, one sentence each.
    pub(super) fn lasting(&self) -> Vec<String> {
        self.notices.lasting().map(crate::notice::sentence).collect()
    }

    /// What the disk does not do at present.
    pub(super) fn hear_troubles(&mut self, now: Now, troubles: &[(NoticeKind, String)]) {
        for kind in DISK {
            let why = troubles.iter().find(|(of, _)| *of == kind).map(|(_, why)| why.as_str());
            self.notices.condition(now, kind, "", why);
        }
    }
}

impl<W: World> Hands<W> {
    /// How the agent is, on one line.
    pub(super) fn status(&self) -> String {
        let in_hand = format!("alerts in hand: {}", self.shelf.len());
        std::iter::once(in_hand).chain(self.office.lasting()).collect::<Vec<_>>().join("; ")
    }

    /// What the writer is to look after from time to time.
    pub(super) fn tend(&mut self, watching: bool) {
        self.watching = watching;
        self.tend_again();
    }

    /// The same, since there is something new to be shown.
    fn tend_again(&mut self) {
        let now = self.dispatcher.connections_now();
        self.office.connections_now = now.map(|(name, most)| (name.to_owned(), most)).collect();
        let pulse = Pulse {
            watching: self.watching,
            in_hand: self.shelf.len(),
            notices: self.office.lasting(),
            deaf: self.world.deaf(),
            connections_now: self.office.connections_now.clone(),
        };
        self.batch.deeds.push(Deed::Tend(pulse));
    }

    /// Tells what there is to tell.
    pub(super) fn look_after_notices(&mut self) {
        let now = self.world.now();
        let shown = &self.office.connections_now;
        if self.dispatcher.connections_now().any(|(name, most)| shown.get(name) != Some(&most)) {
            self.tend_again();
        }
        if self.office.notices.next_wake().is_some_and(|wake| wake <= now.monotonic) {
            let told = self.office.notices.look(now);
            let is_news = !told.is_empty();
            for telling in told {
                self.announce(telling);
            }
            if is_news {
                self.tend_again();
            }
        }
        if self.office.ping_at.is_some_and(|at| at <= now.monotonic) {
            self.world.ping(self.office.notices.is_well());
            self.office.ping_at = self.office.herald.ping_every.map(|every| now.monotonic.plus(every));
        }
    }

    fn announce(&mut self, telling: Telling) {
        let is_for_people = telling.word != Word::Forgotten;
        let Herald { tongue, host, .. } = &self.office.herald;
        let announcement = Announcement::new(telling, *tongue, host, |at| self.world.offset_minutes(at));
        let is_mailed = is_for_people && !self.policy.notices_to.is_empty();
        let id = is_mailed.then(|| self.world.new_id());
        let notice = announcement.notice(id);
        log::notice(announcement.severity(), announcement.word(), &notice);
        self.batch.sync = true;
        match id.map(|id| self.own_alert(&announcement, id)) {
            Some(Ok((accepted, octets))) => {
                let event = self.keep_own(Some(Fact::Notice(Box::new(notice))), &accepted, octets);
                self.tell(event);
            }
            Some(Err(why)) => {
                log::notice_not_mailed(&why);
                self.batch.deeds.push(Deed::Line(Fact::Notice(Box::new(Notice { alert: None, ..notice }))));
            }
            None => self.batch.deeds.push(Deed::Line(Fact::Notice(Box::new(notice)))),
        }
        if is_for_people {
            self.world.announce(announcement);
        }
    }

    fn own_alert(&self, announcement: &Announcement, id: AlertId) -> Result<(Accepted, Arc<[u8]>), String> {
        let octets: Arc<[u8]> = announcement.alert(id, &self.policy.notices_to).to_octets().into();
        let accepted = Accepted::read(&octets, id, &self.policy, || Reach::Anybody);
        Ok((accepted.map_err(|error| error.to_string())?.of_our_own(), octets))
    }

    /// As what came by the socket: nothing in memory is safe. `line` goes with it into the same batch. Gives what the
    /// dispatcher has to hear.
    pub(super) fn keep_own(&mut self, line: Option<Fact>, accepted: &Accepted, octets: Arc<[u8]>) -> Event {
        let (uid, domain) = (self.caps.own, self.domain_of(None));
        let id = accepted.id();
        let fact = accepted.fact(uid, &domain, octets.len());
        self.batch.deeds.push(Deed::Copy { id, to: Folder::Deferred, octets: Arc::clone(&octets) });
        self.batch.deeds.extend(line.into_iter().chain([fact]).map(Deed::Line));
        let (size, reach) = (octets.len() as u64, Reach::Anybody);
        self.shelf.put(
            id,
            Kept { octets: Some(octets), size, place: Folder::Deferred, uid, domain, reach, to: None },
        );
        Event::Arrived(accepted.arrival(Folder::Deferred, size, Past::default()))
    }
}
