//! The hands of the engine: they tell the dispatcher what was heard, and carry out what it answers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use delivery::{Command, Event, Monotonic, Past, Sync};
use spool_format::folder::{file_name, parse_file_name};
use spool_format::fs::StdFs;
use spool_format::{AlertId, Event as Fact, Folder, History};

use super::shelf::{Kept, Shelf};
use super::{End, Engine, Heard};
use crate::accept::Reach;
use crate::edge::clock;
use crate::log;
use crate::spool::intake::{self, NewAlert, Taken};
use crate::spool::recover::Found;
use crate::spool::watch::Hint;
use crate::spool::writer::{Ack, Batch, Deed};
use crate::submit::Report;

/// The engine with what it has in hand.
pub(super) struct Hands {
    engine: Engine,
    shelf: Shelf,
    /// What earlier runs left of alerts that were not met yet.
    left: BTreeMap<AlertId, Left>,
    /// Alerts that were sent before, and whose files came back.
    sent: BTreeSet<AlertId>,
    /// Names that are on their way to `corrupt/`.
    aside: BTreeSet<OsString>,
    /// Names in `incoming/` that cannot be read now, and that the log has told of.
    troubled: BTreeSet<OsString>,
    /// What the dispatcher has to hear before anything else.
    untold: VecDeque<Event>,
    /// For the writer, at the next flush.
    batch: Batch,
    /// Commands that wait for the lines in `batch`.
    behind: Vec<Command>,
    /// Commands that wait for batches which the writer has, by token.
    waiting: BTreeMap<u64, Vec<Command>>,
    last_token: u64,
}

/// What an earlier run left of an alert.
#[derive(Default)]
struct Left {
    past: Past,
    /// Right side of its Message-ID.
    domain: Option<Arc<str>>,
    /// Who wrote it.
    uid: Option<u32>,
}

/// The right side of a Message-ID with brackets.
fn domain_of(message_id: &str) -> Option<Arc<str>> {
    let (_, domain) = message_id.strip_suffix('>')?.rsplit_once('@')?;
    Some(Arc::from(domain))
}

impl Hands {
    pub(super) fn new(engine: Engine, found: &Found) -> Self {
        let unsettled = found.ledger.alerts.iter().filter(|(_, history)| !history.state.is_final());
        let left = |(id, history): (&AlertId, &History)| {
            let domain = history.message_id.as_deref().and_then(domain_of);
            // The line that says who wrote it has the Message-ID as well.
            let uid = domain.is_some().then_some(history.uid);
            (*id, Left { past: found.past(*id), domain, uid })
        };
        Self {
            left: unsettled.map(left).collect(),
            engine,
            shelf: Shelf::default(),
            sent: found.came_back.clone(),
            aside: BTreeSet::new(),
            troubled: BTreeSet::new(),
            untold: VecDeque::new(),
            batch: Batch::default(),
            behind: Vec::new(),
            waiting: BTreeMap::new(),
            last_token: 0,
        }
    }

    pub(super) fn next_wake(&self) -> Option<Monotonic> {
        self.engine.dispatcher.next_wake()
    }

    /// Whether neither an attempt nor a line that somebody waits for is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.engine.dispatcher.is_idle() && self.waiting.is_empty()
    }

    pub(super) fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Report(Report::Reached { attempt, gate }) => self.tell(Event::Reached { attempt, gate }),
            Heard::Report(Report::Ended { attempt, outcome }) => self.tell(Event::Ended { attempt, outcome }),
            Heard::Ack(Ack::Written(token)) => {
                let commands = self.waiting.remove(&token).unwrap_or_default();
                for command in commands {
                    self.act(command);
                }
                self.tell_all();
            }
            Heard::Ack(Ack::Forgotten(id)) => self.shelf.remove(id),
            Heard::Ack(Ack::SetAside(name)) => {
                self.aside.remove(&name);
            }
            Heard::Hint(Hint::Name(name)) => self.look_at(&name),
            Heard::Hint(Hint::Everywhere { trouble }) => {
                if let Some(trouble) = trouble {
                    log::watch_trouble(&trouble);
                }
                self.look_everywhere();
            }
            Heard::Rescan => self.look_everywhere(),
            Heard::Due => self.tell(Event::Woke),
            Heard::Stop(_) => self.tell(Event::Stopping),
        }
    }

    /// Looks at every name in `incoming/` that is not in hand.
    pub(super) fn look_everywhere(&mut self) {
        match StdFs.names(self.engine.folders.of(Folder::Incoming)) {
            Ok(mut names) => {
                names.sort();
                self.troubled.retain(|name| names.binary_search(name).is_ok());
                for name in &names {
                    self.look_at(name);
                }
            }
            Err(error) => log::cannot_scan(&error),
        }
    }

    fn look_at(&mut self, name: &OsStr) {
        let in_hand = name.to_str().and_then(parse_file_name).is_some_and(|id| self.shelf.has(id));
        if in_hand || self.aside.contains(name) {
            return;
        }
        let Engine { folders, policy, submitters, .. } = &mut self.engine;
        let reach = |uid| submitters.reach(uid, clock::now().monotonic);
        match intake::take(&StdFs, folders.of(Folder::Incoming), name, policy, reach) {
            Taken::Alert(alert) => self.meet(*alert),
            Taken::Corrupt { reason } => {
                self.aside.insert(name.to_owned());
                self.batch.deeds.push(Deed::SetAside { name: name.to_owned(), reason });
            }
            Taken::Nothing => {}
            Taken::Later(error) => {
                if self.troubled.insert(name.to_owned()) {
                    log::cannot_read(name, &error);
                }
            }
        }
    }

    /// An alert is in `incoming/`.
    fn meet(&mut self, alert: NewAlert) {
        let NewAlert { id, octets, uid, accepted } = alert;
        if self.sent.contains(&id) {
            self.batch.deeds.push(Deed::Unlink { id, folder: Folder::Incoming });
            return;
        }
        if !accepted.unknown().is_empty() {
            log::unusable(id, accepted.unknown());
        }
        if !accepted.forbidden().is_empty() {
            log::not_permitted(id, uid, accepted.forbidden());
        }
        let (past, domain) = self.what_was_left(id);
        self.batch.deeds.push(Deed::Line(accepted.fact(uid, &domain)));
        self.shelf.put(id, Kept { octets: octets.into(), domain, reach: accepted.reach() });
        self.tell(Event::Arrived(accepted.arrival(Folder::Incoming, past)));
    }

    /// The past of an alert, and the right side of its Message-ID.
    fn what_was_left(&mut self, id: AlertId) -> (Past, Arc<str>) {
        let Left { past, domain, .. } = self.left.remove(&id).unwrap_or_default();
        (past, domain.unwrap_or_else(|| Arc::from(self.engine.policy.domain.as_str())))
    }

    /// Takes up what earlier runs left in `deferred/`.
    pub(super) fn take_deferred(&mut self, ids: &[AlertId]) {
        for id in ids {
            let name = file_name(*id);
            // The file is a copy of ours: who wrote the alert stands in the journal, or is not known any more.
            let writer = self.left.get(id).and_then(|left| left.uid);
            let Engine { folders, policy, submitters, .. } = &mut self.engine;
            let reach =
                |_| writer.map_or(Reach::Configured, |uid| submitters.reach(uid, clock::now().monotonic));
            match intake::take(&StdFs, folders.of(Folder::Deferred), name.as_ref(), policy, reach) {
                Taken::Alert(alert) => {
                    let NewAlert { octets, accepted, .. } = *alert;
                    let (past, domain) = self.what_was_left(*id);
                    self.shelf.put(*id, Kept { octets: octets.into(), domain, reach: accepted.reach() });
                    self.tell(Event::Arrived(accepted.arrival(Folder::Deferred, past)));
                }
                Taken::Corrupt { reason } => log::deferred_is_damaged(&name, &reason),
                Taken::Nothing => {}
                Taken::Later(error) => log::deferred_is_damaged(&name, &error.to_string()),
            }
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.untold.push_back(event);
        self.tell_all();
    }

    fn tell_all(&mut self) {
        let mut commands = Vec::new();
        while let Some(event) = self.untold.pop_front() {
            self.engine.dispatcher.handle(clock::now(), event, &mut commands);
            let mut barrier = Sync::Grouped;
            for command in commands.drain(..) {
                self.carry_out(command, &mut barrier);
            }
        }
    }

    fn carry_out(&mut self, command: Command, barrier: &mut Sync) {
        match command {
            Command::Record { fact, sync } => {
                self.record(fact);
                self.batch.sync |= sync == Sync::Synced;
                *barrier = sync.max(*barrier);
            }
            Command::Copy { id, to, .. } => match self.shelf.octets(id) {
                Some(octets) => self.batch.deeds.push(Deed::Copy { id, to, octets }),
                None => debug_assert!(false, "an alert in hand is on the shelf"),
            },
            Command::Unlink { id, from } => self.batch.deeds.push(Deed::Unlink { id, folder: from }),
            Command::Forget { id } => self.batch.deeds.push(Deed::Forget(id)),
            Command::Begin { .. } | Command::Grant { .. } | Command::Withdraw { .. } => {
                if *barrier == Sync::Grouped {
                    self.act(command);
                } else {
                    self.behind.push(command);
                }
            }
        }
    }

    fn record(&mut self, fact: Fact) {
        log::fact(&fact);
        self.batch.deeds.push(Deed::Line(fact));
    }

    /// Carries out a command that touches no file.
    fn act(&mut self, command: Command) {
        match command {
            Command::Begin { attempt, id, provider, recipients } => {
                let sender = &self.engine.senders[provider];
                match self.shelf.transaction(id, sender, &self.engine.policy, &recipients) {
                    Ok(transaction) => self.engine.carrier.begin(attempt, provider, transaction),
                    Err(outcome) => self.untold.push_back(Event::Ended { attempt, outcome }),
                }
            }
            Command::Grant { attempt } => self.engine.carrier.grant(attempt),
            Command::Withdraw { attempt } => self.engine.carrier.withdraw(attempt),
            Command::Record { .. }
            | Command::Copy { .. }
            | Command::Unlink { .. }
            | Command::Forget { .. } => {
                debug_assert!(false, "what touches files goes to the writer");
            }
        }
    }

    /// Hands the writer what has come together.
    pub(super) fn flush(&mut self) {
        if self.batch.deeds.is_empty() {
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        if !self.behind.is_empty() {
            self.last_token += 1;
            batch.token = Some(self.last_token);
            self.waiting.insert(self.last_token, std::mem::take(&mut self.behind));
        }
        self.engine.writer.send(batch);
    }

    /// Says goodbye to the providers and to the journal.
    pub(super) async fn part(mut self, end: End) {
        self.engine.carrier.close().await;
        if end == End::Clean {
            self.batch.deeds.push(Deed::Line(Fact::Stopped));
            self.batch.sync = true;
        }
        self.flush();
        self.engine.writer.finish();
        log::stopped(end == End::Clean);
    }
}
