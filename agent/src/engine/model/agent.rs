//! A running agent: the real hands and the real writer's desk, each step when the history says so.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use delivery::routing::Rule;
use delivery::{Dispatcher, Drills, Event, HedgeAfter, Now, Provider, Quota, RetryPlan, Settings};
use mime::CharsetPolicy;
use spool_format::{Address, AlertId, Event as Fact, Layout, NoticeKind, Severity};

use super::chance::Dice;
use super::fs::ModelFs;
use super::mutants::Mutant;
use super::reach::ModelWorld;
use super::world::{OWN, Outside};
use crate::accept::{Form, Policy, Sender};
use crate::config::{Keeping, Manners};
use crate::engine::hands::Hands;
use crate::engine::{Caps, Engine, Heard, Herald, Load, World};
use crate::notice::Tongue;
use crate::spool::Folders;
use crate::spool::recover::{Found, recover};
use crate::spool::socket::Submission;
use crate::spool::watch::Hint;
use crate::spool::writer::{Ack, Batch, Deed, Desk};

/// Who gets them.
pub(super) const NOTICES_TO: &str = "ops@example.jp";

/// What takes mails in the place of a server, on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Local {
    Program,
    Maildir,
}

/// What the configuration says.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// How many there are in the world.
    pub(super) providers: usize,
    /// Those of them that are configured, in order; all of them if it is empty.
    pub(super) listed: Vec<usize>,
    /// What the last of the world is, if it is no server.
    pub(super) last: Option<Local>,
    pub(super) connections: usize,
    pub(super) retry: RetryPlan,
    pub(super) default_to: Vec<Address>,
    pub(super) domain: &'static str,
    pub(super) alerts_per_user: usize,
    /// One for each provider; none where there are fewer.
    pub(super) quotas: Vec<Quota>,
    pub(super) routing: Vec<Rule>,
    pub(super) drills_every: Option<Duration>,
    pub(super) canaries_every: Option<Duration>,
    /// Between two notices of the same thing.
    pub(super) notices_every: Duration,
    /// What is wrong on purpose.
    pub(super) mutant: Option<Mutant>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            providers: 1,
            listed: Vec::new(),
            last: None,
            connections: 1,
            retry: RetryPlan::default(),
            default_to: Vec::new(),
            domain: "example.com",
            alerts_per_user: 9,
            quotas: Vec::new(),
            routing: Vec::new(),
            drills_every: None,
            canaries_every: None,
            notices_every: Duration::from_mins(1),
            mutant: None,
        }
    }
}

/// What an agent begins with.
pub(super) struct Ready<W: World> {
    pub(super) engine: Engine<W>,
    pub(super) found: Found,
}

/// A running agent.
pub(super) struct Agent {
    hands: Hands<ModelWorld>,
    desk: Desk<ModelFs>,
    acks: VecDeque<Ack>,
    pub(super) hints: VecDeque<Hint>,
    pub(super) submissions: VecDeque<Submission>,
    mutant: Option<Mutant>,
}

/// How long a provider may take to be ready before the next one is asked beside it.
pub(super) const fn hedge_after(severity: Severity) -> Duration {
    match severity {
        Severity::Critical => Duration::from_secs(1),
        Severity::Warning | Severity::Info => Duration::from_secs(2),
    }
}

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

/// What the configuration calls a provider.
pub(super) fn name_of(place: usize) -> String {
    format!("p{place}")
}

impl Setup {
    fn policy(&self) -> Policy {
        let ops = vec![address("b@example.jp")];
        Policy {
            default_to: self.default_to.clone(),
            from_name: None,
            notices_to: vec![address(NOTICES_TO)],
            canary_to: vec![address(NOTICES_TO)],
            aliases: BTreeMap::from([("ops".to_owned(), ops)]),
            hosts: std::collections::BTreeSet::new(),
            domain: self.domain.to_owned(),
            manners: Manners::default(),
        }
    }

    fn senders(&self) -> Vec<Sender> {
        let sender = |place| Sender {
            provider: name_of(place),
            from: address("alerts@example.com"),
            from_name: None,
            charset: CharsetPolicy::Utf8,
            limits: mime::Limits::default(),
            free_from: false,
            form: Form::Mail,
        };
        self.listed().into_iter().map(sender).collect()
    }

    /// Short times, so that a history has room for many notices.
    fn herald(&self) -> Herald {
        Herald {
            settings: delivery::notices::Settings {
                providers: self.listed().into_iter().map(name_of).collect(),
                retired: vec![("p0".to_owned(), "2026-02-25".to_owned())],
                drilled: self.drilled().into_iter().map(name_of).collect(),
                certificate_ends: Duration::ZERO,
                every: self.notices_every,
                gather: Duration::from_secs(1),
                stuck_after: Duration::from_secs(30),
            },
            tongue: Tongue::Japanese,
            host: "db1".to_owned(),
            ping_every: None,
        }
    }

    /// The places of those that are configured, in order.
    pub(super) fn listed(&self) -> Vec<usize> {
        if self.listed.is_empty() { (0..self.providers).collect() } else { self.listed.clone() }
    }

    /// The places of those that are drilled, or are sent canaries, in order.
    pub(super) fn drilled(&self) -> Vec<usize> {
        let is_on = self.drills_every.is_some() || self.canaries_every.is_some();
        let servers = self.listed().into_iter().filter(|place| self.local(*place).is_none());
        if is_on { servers.collect() } else { Vec::new() }
    }

    /// What is in this place, if it is no server.
    pub(super) fn local(&self, place: usize) -> Option<Local> {
        self.last.filter(|_| place + 1 == self.providers)
    }

    /// The quota of each provider.
    pub(super) fn quotas(&self) -> Vec<Quota> {
        (0..self.providers).map(|place| self.quotas.get(place).copied().unwrap_or_default()).collect()
    }

    fn dispatcher(&self, now: Now, seed: u64) -> Dispatcher {
        let quotas = self.quotas();
        let hedge_after =
            HedgeAfter { critical: hedge_after(Severity::Critical), others: hedge_after(Severity::Info) };
        let provider = |place| Provider {
            name: name_of(place),
            connections: self.connections,
            quota: quotas[place],
            hedge_after,
            phrases: delivery::Phrases::default(),
        };
        let providers = self.listed().into_iter().map(provider).collect();
        let (routing, retry) = (self.routing.clone(), self.retry.clone());
        let mut settings = Settings { providers, routing, rates: Vec::new(), retry };
        self.mutant.iter().for_each(|mutant| mutant.spoils_settings(&mut settings));
        let mut dispatcher = Dispatcher::new(settings, seed);
        if let Some(every) = self.drills_every {
            let all = self.drilled().into_iter().map(|place| (name_of(place), true));
            let plan = delivery::DrillPlan { every, certificate_ends: Duration::ZERO };
            dispatcher.drill(Drills::new(now, plan, all, seed));
        }
        if let Some(every) = self.canaries_every {
            let is_wanted = |place: usize| (name_of(place), self.local(place).is_none());
            let all = self.listed().into_iter().map(is_wanted);
            dispatcher.send_canaries(delivery::Canaries::new(now, (every, 1), all, seed));
        }
        dispatcher
    }
}

/// The writer's.
pub(super) fn desk(fs: &ModelFs) -> std::io::Result<Desk<ModelFs>> {
    let folders = Folders::open(fs, &Layout::new("/spool")).map_err(|error| error.source)?;
    let days = |days: u64| Duration::from_hours(24 * days);
    let keeping = Keeping { journal: days(3), corrupt: days(1000), floor: 1, reserve: 8 };
    Ok(Desk::new(fs.clone(), folders, keeping))
}

impl<W: World<Fs = ModelFs>> Ready<W> {
    /// Reads the spool, and puts an agent together as `alertmail run` does.
    pub(super) fn new(
        world: W,
        (fs, outside): (&ModelFs, &Rc<RefCell<Outside>>),
        setup: &Setup,
        boot: u32,
        seed: u64,
    ) -> std::io::Result<Self> {
        let open = || Folders::open(fs, &Layout::new("/spool")).map_err(|error| error.source);
        let boot = format!("boot-{boot}");
        let mut found = recover(fs, &open()?, &boot)?;
        let now = outside.borrow().now;
        let is_there = |id: AlertId| fs.machine.borrow().disk.alert(id).next().is_some();
        outside.borrow_mut().oracle.recovered(now, &found.ledger, is_there);
        setup.mutant.iter().for_each(|mutant| mutant.spoils_memory(&mut found.ledger));
        let started = Deed::Line(Fact::Started { boot, program: "0".to_owned(), anew: false });
        let deeds = std::iter::once(started).chain(found.deeds.drain(..)).collect();
        outside.borrow_mut().hand_over(Batch { deeds, sync: true, early: None, token: None });
        let each = Load { alerts: setup.alerts_per_user, octets: 1 << 20 };
        let engine = Engine {
            dispatcher: setup.dispatcher(now, seed),
            world,
            folders: open()?,
            policy: setup.policy(),
            caps: Caps { each, own: OWN },
            senders: setup.senders(),
            herald: setup.herald(),
        };
        Ok(Self { engine, found })
    }
}

impl Agent {
    /// Starts as `alertmail run` does. The error is why it does not.
    pub(super) fn start(world: &ModelWorld, setup: &Setup, boot: u32, seed: u64) -> std::io::Result<Self> {
        let Ready { engine, found } =
            Ready::new(world.clone(), (&world.fs, &world.outside), setup, boot, seed)?;
        let desk = desk(&world.fs)?;
        let mut hands = Hands::new(engine, found);
        hands.tend(true);
        hands.flush();
        let (acks, hints, submissions) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Ok(Self { hands, desk, acks, hints, submissions, mutant: setup.mutant })
    }

    /// Hears the next thing from one of those who have something to say. Says whether there was any.
    pub(super) fn hear(&mut self, outside: &Rc<RefCell<Outside>>, dice: &mut Dice) -> bool {
        let due = self.hands.next_wake().is_some_and(|wake| wake <= outside.borrow().now.monotonic);
        if self.mutant == Some(Mutant::DoneBeforeBegun) {
            let tokens = |batch: &mut Batch| batch.early.take().into_iter().chain(batch.token.take());
            self.acks.extend(outside.borrow_mut().batches.iter_mut().flat_map(tokens).map(Ack::Written));
        }
        let first = dice.below(5);
        for from in (first..first + 5).map(|from| from % 5) {
            let heard = match from {
                0 => {
                    let report = outside.borrow_mut().next_report();
                    report.map(Heard::Report)
                }
                1 => self.acks.pop_front().map(Heard::Ack),
                2 => self.hints.pop_front().map(Heard::Hint),
                3 => self.submissions.pop_front().map(Heard::Submission),
                _ => due.then_some(Heard::Due),
            };
            if let Some(heard) = heard {
                self.hands.hear(heard);
                return true;
            }
        }
        false
    }

    /// The writer takes up to `most` batches that wait, together. If it `lingers`, more of them are to share the sync.
    pub(super) fn write(
        &mut self,
        outside: &Rc<RefCell<Outside>>,
        fs: &ModelFs,
        (most, lingers): (usize, bool),
    ) {
        let (now, batches) = {
            let mut outside = outside.borrow_mut();
            let most = most.min(outside.batches.len());
            let batches: Vec<Batch> = outside.batches.drain(..most).collect();
            outside.oracle.writes(&batches);
            (outside.now, batches)
        };
        if batches.is_empty() && !self.desk.owes() {
            return;
        }
        let nobody_came = batches.is_empty();
        self.acks.extend(self.desk.write(now.wall, batches));
        if fs.machine.borrow().is_off {
            return;
        }
        outside.borrow_mut().oracle.has_written(self.desk.is_in_trouble());
        if nobody_came || !lingers || self.desk.is_waited_for() {
            self.acks.extend(self.desk.sync());
            if fs.machine.borrow().is_off {
                return;
            }
            outside.borrow_mut().oracle.has_finished(self.desk.is_in_trouble());
        }
        self.acks.extend(self.desk.remove_some(1));
        while !lingers && self.desk.has_removals() {
            self.acks.extend(self.desk.remove_some(1));
        }
    }

    pub(super) fn flush(&mut self) {
        if self.mutant == Some(Mutant::NoticeOfNotice) {
            self.tells_of_its_own();
        }
        self.hands.flush();
    }

    /// The network is there, or may be.
    pub(super) fn hears_of_the_network(&mut self) {
        self.hands.hear(Heard::NetworkChanged);
        self.hands.flush();
    }

    pub(super) fn rescan(&mut self) {
        if self.mutant == Some(Mutant::NobodyLooks) {
            return;
        }
        self.hands.tend(true);
        self.hands.hear(Heard::Rescan);
    }

    /// A defect: that a notice is on its way is news.
    fn tells_of_its_own(&mut self) {
        let is_own = |deed: &Deed| matches!(deed, Deed::Line(Fact::Accepted { notice: true, .. }));
        if self.hands.batch.deeds.iter().any(is_own) {
            let now = self.hands.world.now();
            self.hands.office.notices.happens(now, NoticeKind::DeadLetter, "a notice");
        }
    }

    pub(super) fn next_wake(&self) -> Option<delivery::Monotonic> {
        self.hands.next_wake()
    }

    pub(super) fn has_heard_all(&self) -> bool {
        self.acks.is_empty() && self.hints.is_empty() && self.submissions.is_empty() && !self.desk.owes()
    }

    /// Whether the writer can only try again later.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.desk.is_in_trouble()
    }

    pub(super) fn begins_to_stop(&mut self) {
        self.hands.tell(Event::Stopping);
        self.hands.flush();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.hands.is_idle()
    }

    /// The last that it does; as `Hands::part`.
    pub(super) fn parts(&mut self, cleanly: bool) {
        if cleanly {
            self.hands.batch.deeds.push(Deed::Line(Fact::Stopped));
            self.hands.batch.sync = true;
        }
        self.hands.flush();
    }
}
