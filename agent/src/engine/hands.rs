//! The hands of the engine: they tell the dispatcher what was heard, and carry out what it answers.
//!
//! What touches files goes to the writer, in the order in which it was said; what has to wait for a line on the disk
//! waits for the writer's word. How alerts are taken up is `gather`'s.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::sync::Arc;

use delivery::{Act, Command, Dispatcher, Done, Event, Monotonic, NotDone, Sync};
use smtp::Phase;
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::file_name;
use spool_format::fs::{Found as OnDisk, SpoolFs};
use spool_format::{Address, AlertId, Event as Fact, Folder, NoticeKind};

use super::announce::Office;
use super::compose::{Ready, compose, never};
use super::gather::{Caps, Heap};
use super::people::Counter;
use super::shelf::Shelf;
use super::submission::Waiting;
use super::world::World;
use super::{Engine, Heard};
use crate::accept::{Policy, Sender};
use crate::log;
use crate::spool::Folders;
use crate::spool::recover::Found;
use crate::spool::socket::Submission;
use crate::spool::watch::Hint;
use crate::spool::writer::{Ack, Batch, Deed};
use crate::submit::Report;

/// The engine with what it has in hand.
pub(super) struct Hands<W: World> {
    pub(super) world: W,
    pub(super) folders: Folders<W::Fs>,
    pub(super) policy: Policy,
    pub(super) caps: Caps,
    pub(super) shelf: Shelf,
    pub(super) heap: Heap,
    /// What is told of the agent itself.
    pub(super) office: Office,
    /// For the writer, at the next flush.
    pub(super) batch: Batch,
    /// Clients of the socket that wait for a word.
    pub(super) waiting_clients: Waiting,
    /// People who wait for an answer.
    pub(super) counter: Counter,
    /// Whether the last scan failed: that is said once.
    pub(super) scan_failed: bool,
    /// Names that could not be read: said once.
    pub(super) unreadable: BTreeSet<OsString>,
    /// Whether the spool's path leads to no spool of ours: said once.
    pub(super) is_gone: bool,
    /// Whether new alerts are noticed at once.
    pub(super) watching: bool,
    pub(super) dispatcher: Dispatcher,
    pub(super) senders: Vec<Sender>,
    /// What the dispatcher has to hear before anything else.
    pub(super) untold: VecDeque<Event>,
    /// Commands that wait until the kernel has the lines in `batch`.
    behind_lines: Vec<Command>,
    /// Commands that wait until the lines in `batch` are on the disk.
    pub(super) behind_sync: Vec<Command>,
    /// Alerts that will go on, with a line that is not on the disk yet: by which token that is heard of, if the writer
    /// has it.
    unsynced: BTreeMap<AlertId, Option<u64>>,
    /// Commands that wait for batches which the writer has, by token.
    pub(super) waiting: BTreeMap<u64, Vec<Command>>,
    last_token: u64,
    told: log::Told,
}

impl<W: World> Hands<W> {
    /// Hands that take up what was found at the start.
    pub(super) fn new(engine: Engine<W>, mut found: Found) -> Self {
        let Engine { mut dispatcher, world, folders, policy, caps, senders, herald } = engine;
        let office = Office::open(world.now(), herald, &mut found);
        let deferred = std::mem::take(&mut found.deferred);
        for (provider, outage) in std::mem::take(&mut found.ledger.providers) {
            dispatcher.remember(world.now(), &provider, outage, found.ledger.stopped_cleanly);
        }
        for drill in std::mem::take(&mut found.ledger.drills).into_values() {
            dispatcher.recall(world.now(), drill);
        }
        let canaries = std::mem::take(&mut found.ledger.canaries).into_values();
        canaries.for_each(|canary| dispatcher.recall_canary(world.now(), canary));
        for (provider, mails) in std::mem::take(&mut found.sends.sent) {
            for (at, recipients) in mails {
                dispatcher.remember_mail(world.now(), &provider, at, &recipients);
            }
        }
        let mut hands = Self {
            world,
            folders,
            policy,
            caps,
            shelf: Shelf::default(),
            heap: Heap::new(found),
            office,
            batch: Batch::default(),
            waiting_clients: Waiting::default(),
            counter: Counter::default(),
            scan_failed: false,
            unreadable: BTreeSet::new(),
            is_gone: false,
            watching: false,
            dispatcher,
            senders,
            untold: VecDeque::new(),
            behind_lines: Vec::new(),
            behind_sync: Vec::new(),
            unsynced: BTreeMap::new(),
            waiting: BTreeMap::new(),
            last_token: 0,
            told: log::Told::of(&deferred),
        };
        hands.take_deferred(&deferred);
        hands.look_everywhere();
        hands
    }

    pub(super) fn next_wake(&self) -> Option<Monotonic> {
        self.dispatcher.next_wake().into_iter().chain(self.office.next_wake()).min()
    }

    /// Whether neither an attempt nor a line or a word that somebody waits for is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.dispatcher.is_idle()
            && self.waiting.is_empty()
            && self.waiting_clients.is_empty()
            && self.counter.is_empty()
    }

    pub(super) fn hear(&mut self, heard: Heard) {
        self.take_in(heard);
        self.look_after_notices();
    }

    pub(super) fn take_in(&mut self, heard: Heard) {
        match heard {
            Heard::Report(Report::Reached { attempt, gate }) => self.tell(Event::Reached { attempt, gate }),
            Heard::Report(Report::Ended { attempt, outcome }) => self.tell(Event::Ended { attempt, outcome }),
            Heard::Report(Report::Noted { attempt, note }) => self.tell(Event::Noted { attempt, note }),
            Heard::Report(Report::Drilled { provider, sighting }) => {
                self.tell(Event::Drilled { provider, sighting });
            }
            Heard::Report(Report::Addresses(text)) => self.batch.deeds.push(Deed::KeepAddresses(text)),
            Heard::Ack(ack) => self.hear_ack(ack),
            Heard::Hint(Hint::Name(name)) => self.look_at_hinted(&name),
            Heard::Hint(Hint::Spare) => self.look_into_spare(),
            Heard::Hint(Hint::Everywhere) | Heard::Rescan => self.look_everywhere(),
            Heard::Submission(Submission { uid, octets, answer, .. }) => {
                self.take_submitted(uid, &octets, answer);
            }
            Heard::Wanted(wanted) => self.obey(wanted),
            Heard::NetworkChanged => self.tell(Event::NetworkChanged),
            Heard::Due | Heard::Fresh | Heard::Beat => self.tell(Event::Woke),
            Heard::Stop(_) => self.tell(Event::Stopping),
        }
    }

    fn hear_ack(&mut self, ack: Ack) {
        match ack {
            Ack::Written(token) => {
                self.unsynced.retain(|_, awaited| *awaited != Some(token));
                self.counter.is_written(token);
                for command in self.waiting.remove(&token).unwrap_or_default() {
                    self.act(command);
                }
                self.tell_all();
            }
            Ack::Forgotten(id) => {
                if let Some(uid) = self.shelf.remove(id) {
                    self.heap.call_back(uid);
                }
                self.gather();
            }
            Ack::Copied { id, to } => {
                self.shelf.is_copied(id, to);
                self.gather();
            }
            Ack::SetAside { name, is_news } => {
                if is_news {
                    let name = name.to_string_lossy();
                    self.office.notices.happens(self.world.now(), NoticeKind::Corrupt, &name);
                }
                self.heap.is_aside(&name);
            }
            Ack::Troubles(troubles) => self.office.hear_troubles(self.world.now(), &troubles),
            Ack::Confirmed { id, durable } => self.confirmed(id, durable),
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.untold.push_back(event);
        self.tell_all();
    }

    fn tell_all(&mut self) {
        let mut commands = Vec::new();
        while let Some(event) = self.untold.pop_front() {
            let now = self.world.now();
            if let Event::Arrived(arrival) = &event
                && !self.dispatcher.knows(arrival.id)
            {
                self.office.notices.arrives(now, arrival);
            }
            self.dispatcher.handle(now, event, &mut commands);
            self.carry_out_all(&mut commands);
        }
    }

    /// Does what a person wants of an alert.
    pub(super) fn ask(&mut self, id: AlertId, act: Act, by: u32) -> Result<Done, NotDone> {
        let mut commands = Vec::new();
        let is_edited = matches!(act, Act::Readdress { .. });
        let done = self.dispatcher.ask(self.world.now(), id, act, by, &mut commands);
        if is_edited && done.is_ok() {
            self.shelf.goes_to(id, self.dispatcher.recipients(id));
        }
        self.carry_out_all(&mut commands);
        self.tell_all();
        done
    }

    fn carry_out_all(&mut self, commands: &mut Vec<Command>) {
        let mut barrier = Sync::Grouped;
        for command in commands.drain(..) {
            self.carry_out(command, &mut barrier);
        }
    }

    /// No attempt at this alert begins before what is in the batch is on the disk.
    pub(super) fn waits_for_the_disk(&mut self, id: AlertId) {
        self.unsynced.insert(id, None);
    }

    /// `barrier`: how safe the lines have to be that the same event has led to.
    fn carry_out(&mut self, command: Command, barrier: &mut Sync) {
        match command {
            Command::Record { fact, sync } => {
                if sync == Sync::Synced {
                    self.batch.sync = true;
                    self.goes_on_when_synced(&fact);
                }
                *barrier = sync.max(*barrier);
                self.record(fact);
            }
            Command::Copy { id, to, .. } => match self.octets(id) {
                Ok(octets) => self.batch.deeds.push(Deed::Copy { id, to, octets }),
                // The file stays where it is, since the writer has no copy of it.
                Err(why) => {
                    log::cannot_copy(id, to, &why);
                    self.batch.deeds.push(Deed::Strand { id, to });
                }
            },
            Command::Unlink { id, from } => self.batch.deeds.push(Deed::Unlink { id, folder: from }),
            Command::Forget { id } => self.batch.deeds.push(Deed::Forget(id)),
            Command::Canary { provider } => self.make_canary(provider),
            // The next alert need not wait for what is written about the last one.
            Command::Begin { id, .. } => match self.unsynced.get(&id) {
                None => self.act(command),
                Some(None) => self.behind_sync.push(command),
                Some(Some(token)) => self.waiting.entry(*token).or_default().push(command),
            },
            // Whoever is taken back has no leave for the last octets: there is nothing to wait for.
            Command::Withdraw { attempt } => self.take_back(attempt),
            Command::Grant { .. } | Command::Drill { .. } => match *barrier {
                Sync::Grouped => self.act(command),
                Sync::Written => self.behind_lines.push(command),
                Sync::Synced => self.behind_sync.push(command),
            },
        }
    }

    /// No attempt at an alert begins before what became of the last one is on the disk.
    fn goes_on_when_synced(&mut self, fact: &Fact) {
        let is_over = matches!(fact, Fact::Sent { .. } | Fact::Dead { .. });
        self.unsynced.extend(fact.alert().filter(|_| !is_over).map(|id| (id, None)));
    }

    fn record(&mut self, fact: Fact) {
        self.told.fact(&fact);
        self.heap.take_note(&fact);
        self.office.notices.take(self.world.now(), &fact);
        self.batch.deeds.push(Deed::Line(fact));
    }

    /// Carries out a command that touches no file.
    pub(super) fn act(&mut self, command: Command) {
        match command {
            Command::Begin { attempt, id, provider, recipients } => {
                match self.transaction(id, provider, &recipients) {
                    Ok(Ready { errand, differs }) => {
                        if !differs.notes.is_empty() {
                            self.untold.push_back(Event::Composed { attempt, differs });
                        }
                        self.world.begin(attempt, provider, errand);
                    }
                    Err(outcome) => self.untold.push_back(Event::NotBegun { attempt, outcome }),
                }
            }
            Command::Grant { attempt } => self.world.grant(attempt),
            Command::Withdraw { attempt } => self.world.withdraw(attempt),
            Command::Drill { provider, login } => self.world.drill(provider, login),
            Command::Record { .. }
            | Command::Copy { .. }
            | Command::Unlink { .. }
            | Command::Canary { .. }
            | Command::Forget { .. } => {
                debug_assert!(false, "what touches files goes to the writer");
            }
        }
    }

    fn transaction(
        &self,
        id: AlertId,
        provider: usize,
        recipients: &[Address],
    ) -> Result<Ready, smtp::Outcome> {
        let never = |why| never(recipients, Phase::Connect, why);
        let octets = self.octets(id).map_err(never)?;
        let kept = self.shelf.get(id).ok_or_else(|| never("the alert is not in hand".to_owned()))?;
        let settings = (&self.senders[provider], &self.policy);
        let clock = (self.world.now().wall, |at| self.world.offset_minutes(at));
        let kept_of_it = (kept.reach, &*kept.domain, kept.to.as_deref());
        let ready = compose((id, &octets), kept_of_it, settings, recipients, clock)?;
        if !ready.differs.notes.is_empty() {
            log::composed_with_notes(id, &self.senders[provider].provider, &ready.differs.notes);
        }
        Ok(ready)
    }

    /// The alert's file: what was read of it, or the copy that is ours.
    fn octets(&self, id: AlertId) -> Result<Arc<[u8]>, String> {
        let kept = self.shelf.get(id).ok_or_else(|| "the alert is not in hand".to_owned())?;
        if let Some(octets) = &kept.octets {
            return Ok(Arc::clone(octets));
        }
        self.read_from(kept.place, id)
    }

    pub(super) fn read_from(&self, place: Folder, id: AlertId) -> Result<Arc<[u8]>, String> {
        let cannot = |why: String| format!("cannot read {}/{}: {why}", place.as_str(), file_name(id));
        match self.world.fs().read(self.folders.of(place), &file_name(id), ALERT_OCTETS_MAX) {
            Ok(OnDisk::File { octets, .. }) => Ok(octets.into()),
            Ok(OnDisk::TooLarge { octets }) => Err(cannot(format!("it has {octets} octets"))),
            Ok(OnDisk::Other(what)) => Err(cannot(format!("it is {what}"))),
            Err(error) => Err(cannot(error.to_string())),
        }
    }

    /// Hands the writer what has come together.
    pub(super) fn flush(&mut self) {
        if self.batch.deeds.is_empty() && self.counter.fresh.is_empty() {
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        if !self.behind_lines.is_empty() {
            let commands = std::mem::take(&mut self.behind_lines);
            batch.early = Some(self.token_for(commands));
        }
        let somebody_waits = !self.behind_sync.is_empty() || !self.counter.fresh.is_empty();
        if somebody_waits || self.unsynced.values().any(Option::is_none) {
            let commands = std::mem::take(&mut self.behind_sync);
            let token = self.token_for(commands);
            self.unsynced.values_mut().for_each(|awaited| *awaited = awaited.or(Some(token)));
            self.counter.hand_over(token);
            batch.token = Some(token);
        }
        self.world.write(batch);
    }
}

impl<W: World> Hands<W> {
    /// What the writer is to say when these may be carried out.
    fn token_for(&mut self, commands: Vec<Command>) -> u64 {
        self.last_token += 1;
        self.waiting.insert(self.last_token, commands);
        self.last_token
    }
}
