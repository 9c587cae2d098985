//! What happens in an hour, by chance: alerts one by one and in crowds, providers that break and heal, a network that goes,
//! orders of people, other settings, stops, kills and power cuts.

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::Monotonic;
use spool_format::AlertId;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::{Instant, sleep, sleep_until};

use super::super::agent::{Setup, address};
use super::super::alert::Alert;
use super::super::chance::Dice;
use super::super::mutants::Mutant;
use super::super::punctual::expect_none_late;
use super::super::story::{Beginning, Blow, Step, Story};
use super::super::weather::Weather;
use super::super::world::TRUSTED;
use super::life::{Agent, Mouths, STOP, mouths_and_ears};
use super::menu::{Kind, MENU, TO};
use super::server::Servers;
use super::world::Shared;
use crate::control::{Order, Reply};
use crate::engine::Wanted;

/// For saying goodbye, and for the timers.
const GOODBYE: Duration = Duration::from_secs(3);

/// Until other settings hold: nothing new begins meanwhile.
const QUIET: Duration = Duration::from_secs(2);

/// An order is answered within it, unless the agent ends.
const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

/// Looks at the clock in ten minutes in which nothing happens: scans, drills, and what they lead to.
const IDLE_LOOKS_MAX: u64 = 400;

/// Why an hour's script has nothing more to say to this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Cut(Blow),
    Over,
}

/// What the loop was told that makes it end, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Stop,
    Reload,
}

struct Hour {
    story: Story,
    shared: Shared,
    dice: Dice,
    menu: Vec<Kind>,
    next_at: Instant,
    end_at: Instant,
    well: Vec<Option<Monotonic>>,
    /// Since when an agent runs with a network.
    calm: Option<Monotonic>,
    network_back: Option<Instant>,
    ends: Option<(Ending, Instant)>,
    /// When something was last ordered of an alert; `None`: it is held.
    ordered: BTreeMap<AlertId, Option<Monotonic>>,
    answers: Vec<(Instant, oneshot::Receiver<Reply>)>,
    excuses: usize,
    is_healed: bool,
}

/// Plays the hour of this seed. Gives what it has come to.
pub(super) fn play(seed: u64, tells: bool, mutant: Option<Mutant>) -> BTreeMap<&'static str, u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let begun = Instant::now();
        let mut hour = Hour::begin(seed, tells, mutant);
        hour.passes().await;
        let looks = hour.shared.clock.borrow().looks;
        let calls = hour.shared.servers.look().calls;
        let mut told = hour.shared.outside().borrow().marks.hits.clone();
        told.extend([("looks", looks), ("calls", calls), ("seconds", begun.elapsed().as_secs())]);
        hour.story.settle();
        told
    })
}

impl Hour {
    fn begin(seed: u64, tells: bool, mutant: Option<Mutant>) -> Self {
        let mut dice = Dice::new(seed ^ 0x100b);
        let providers = 1 + dice.below(3);
        let setup = Setup {
            providers,
            connections: 1 + dice.below(4),
            default_to: vec![address("a@example.jp")],
            alerts_per_user: 1_000,
            drills_every: dice.one_in(2).then_some(Duration::from_mins(20)),
            mutant,
            ..Setup::default()
        };
        let weather = vec![Weather::FAIR; providers];
        let beginning = Beginning {
            seed: dice.next(),
            setup,
            weather: weather.clone(),
            has_two_disks: false,
            asks_one_in: 0,
            tells,
        };
        let story = Story::new(beginning);
        let servers = Servers::new(weather, &mut dice);
        let shared = Shared::new(story.world.clone(), servers);
        let mut menu = vec![Kind::Alert; 4];
        for (kind, often) in MENU {
            menu.extend(std::iter::repeat_n(kind, if dice.one_in(2) { often } else { 0 }));
        }
        let now = Instant::now();
        Self {
            story,
            shared,
            dice,
            menu,
            next_at: now,
            end_at: now + Duration::from_mins(40),
            well: vec![Some(Monotonic::default()); providers],
            calm: None,
            network_back: None,
            ends: None,
            ordered: BTreeMap::new(),
            answers: Vec::new(),
            excuses: 0,
            is_healed: false,
        }
    }

    fn mark(&self, what: &'static str) {
        self.shared.outside().borrow_mut().marks.hit(what);
    }

    /// One agent after the other, until the hour is over and everything is in order.
    async fn passes(&mut self) {
        let (mouths, mut outside) = mouths_and_ears();
        loop {
            let now = self.shared.is_up_to_date();
            let (watcher, hints) = unbounded_channel();
            self.story.watcher = Some(watcher);
            let seed = self.dice.next();
            let agent = Agent::start(&self.shared, &self.story, hints, seed).expect("a disk without trouble");
            (self.calm, self.excuses) = (Some(now.monotonic), self.excuses + 1);
            if outside.anew {
                // Somebody has just changed what was in its way.
                self.are_due(|_| true);
            }
            // What the last one was told and did not hear, the same process hears now; another one does not.
            if outside.network.try_recv().is_ok() && outside.anew {
                let _ = mouths.network.try_send(());
                self.shared.outside().borrow_mut().oracle.network_told = Some(now.monotonic);
            }
            let pace = Dice::new(self.dice.next());
            // It is large.
            let mut life = Box::pin(agent.live(&mut outside, pace));
            let turn = tokio::select! {
                biased;
                () = &mut life => None,
                turn = self.goes_on(&mouths) => Some(turn),
            };
            if turn == Some(Turn::Over) {
                self.ends = Some((Ending::Stop, Instant::now()));
                let _ = mouths.signals.send(());
                life.as_mut().await;
            }
            drop(life);
            self.is_gone(turn);
            if turn == Some(Turn::Over) {
                break;
            }
            if !outside.anew {
                let pause = self.dice.one_of(&[1_000, 5_000, 60_000]);
                sleep(Duration::from_millis(pause)).await;
            }
        }
        // Whoever was cut off is gone by now, with his connections.
        sleep(Duration::from_mins(10)).await;
        self.shared.is_up_to_date();
        let open = self.shared.servers.look().open;
        assert_eq!(open, 0, "connections are left");
        self.shared.outside().borrow().rates.expect_few_logins(self.excuses);
    }

    /// An agent has ended, in whatever way.
    fn is_gone(&mut self, turn: Option<Turn>) {
        self.shared.is_up_to_date();
        self.answers.clear();
        self.calm = None;
        if let Some((ending, since)) = self.ends.take() {
            let quiet = if ending == Ending::Reload { QUIET } else { Duration::ZERO };
            let took = since.elapsed();
            assert!(took <= STOP + quiet + GOODBYE, "it took {took:?} to end for {ending:?}");
        } else {
            assert!(turn.is_some(), "the loop ends, and nobody has asked for that");
        }
        match turn {
            Some(Turn::Cut(Blow::Power)) => self.story.go(Step::Blow(Blow::Power)),
            Some(_) | None => self.story.agent_is_gone(false),
        }
        self.shared.forget_attempts();
    }

    fn are_due(&self, which: impl Fn(AlertId) -> bool) {
        let mut outside = self.shared.outside().borrow_mut();
        let those = outside.oracle.alerts.iter_mut().filter(|(id, _)| which(**id));
        those.for_each(|(_, asked)| asked.not_before = Monotonic::default());
    }

    /// What happens while an agent runs. Can be dropped at any time, and goes on with the next agent.
    async fn goes_on(&mut self, mouths: &Mouths) -> Turn {
        loop {
            sleep_until(self.next_at).await;
            let now = self.shared.is_up_to_date().monotonic;
            self.expect_all_well(now);
            let pause = self.dice.one_of(&[100, 2_000, 20_000, 120_000]);
            self.next_at = Instant::now() + Duration::from_millis(1 + self.dice.next() % pause);
            if self.network_back.is_some_and(|at| at <= Instant::now()) {
                self.network_is_back(mouths, now);
            }
            if self.ends.is_some() {
                continue;
            }
            if Instant::now() < self.end_at {
                if let Some(turn) = self.happens(mouths, now) {
                    return turn;
                }
            } else {
                self.end_of_the_hour(mouths, now).await;
                return Turn::Over;
            }
        }
    }

    /// Trouble is over: everything has to be delivered, and then nothing goes on.
    async fn end_of_the_hour(&mut self, mouths: &Mouths, now: Monotonic) {
        if !std::mem::replace(&mut self.is_healed, true) {
            self.network_is_back(mouths, now);
            (0..self.well.len()).for_each(|place| self.becomes(place, Weather::FAIR, now));
        }
        let ids: Vec<AlertId> = self.ordered.keys().copied().collect();
        self.gives(mouths, Order::Release { ids: ids.clone() });
        self.are_due(|id| ids.contains(&id));
        self.ordered.values_mut().for_each(|at| *at = at.or(Some(now)));
        let begun = Instant::now();
        let longest = self.shared.outside().borrow().oracle.longest_pause;
        while !self.story.is_settled() {
            sleep(Duration::from_secs(5)).await;
            let now = self.shared.is_up_to_date().monotonic;
            self.expect_all_well(now);
            assert!(begun.elapsed() < 2 * longest, "it is not over: {}", self.story.left());
        }
        sleep(Duration::from_mins(5)).await;
        let looks = self.shared.clock.borrow().looks;
        sleep(Duration::from_mins(10)).await;
        let looks = self.shared.clock.borrow().looks - looks;
        assert!(looks <= IDLE_LOOKS_MAX, "{looks} looks at the clock in ten minutes without work");
    }

    fn happens(&mut self, mouths: &Mouths, now: Monotonic) -> Option<Turn> {
        let kind = self.dice.one_of(&self.menu);
        if self.shared.model.fs.machine.borrow().tells {
            eprintln!("{:?}  {kind:?}", now.ms());
        }
        match kind {
            Kind::Alert => self.enqueue(),
            Kind::Crowd => (0..12).for_each(|_| self.enqueue()),
            Kind::Break => {
                let (place, weather) = (self.dice.below(self.well.len()), Weather::broken(&mut self.dice));
                self.becomes(place, weather, now);
            }
            Kind::Heal => {
                let place = self.dice.below(self.well.len());
                self.becomes(place, Weather::FAIR, now);
            }
            Kind::Network => {
                let seconds = self.dice.one_of(&[5, 60, 300]);
                self.network_back.get_or_insert(Instant::now() + Duration::from_secs(seconds));
                self.calm = None;
                self.shared.servers.look().weather.iter_mut().for_each(|it| it.no_network = 8);
            }
            Kind::Order => self.orders(mouths, now),
            Kind::Reload => {
                self.mark("a reload");
                self.ends = Some((Ending::Reload, Instant::now()));
                self.story.setup_mut().connections = 1 + self.dice.below(4);
                mouths.fresh.notify_one();
            }
            Kind::Stop => {
                self.mark("a stop");
                self.ends = Some((Ending::Stop, Instant::now()));
                let _ = mouths.signals.send(());
            }
            Kind::Kill => {
                self.mark("killed");
                return Some(Turn::Cut(Blow::Kill));
            }
            Kind::Power => {
                self.mark("a power cut");
                return Some(Turn::Cut(Blow::Power));
            }
        }
        None
    }

    fn becomes(&mut self, place: usize, weather: Weather, now: Monotonic) {
        let mut sites = self.shared.servers.look();
        let no_network = sites.weather[place].no_network;
        sites.weather[place] = Weather { no_network, ..weather };
        self.well[place] = if weather == Weather::FAIR { self.well[place].or(Some(now)) } else { None };
    }

    fn network_is_back(&mut self, mouths: &Mouths, now: Monotonic) {
        if self.network_back.take().is_none() {
            return;
        }
        self.shared.servers.look().weather.iter_mut().for_each(|it| it.no_network = 0);
        (self.calm, self.excuses) = (Some(now), self.excuses + 1);
        if self.dice.one_in(2) {
            self.mark("the network is back, and says so");
            self.shared.outside().borrow_mut().oracle.network_told = Some(now);
            let _ = mouths.network.try_send(());
        }
    }

    /// A person wants something of an alert.
    fn orders(&mut self, mouths: &Mouths, now: Monotonic) {
        let all: Vec<AlertId> = {
            let outside = self.shared.outside().borrow();
            outside.oracle.alerts.iter().filter(|(_, it)| it.severity.is_some()).map(|(id, _)| *id).collect()
        };
        if all.is_empty() {
            return;
        }
        self.mark("an order");
        let id = self.dice.one_of(&all);
        let ids = vec![id];
        let order = match self.dice.below(3) {
            0 => Order::Hold { ids },
            1 => Order::Release { ids },
            _ => Order::Retry { ids },
        };
        let is_hold = matches!(order, Order::Hold { .. });
        self.ordered.insert(id, if is_hold { None } else { Some(now) });
        self.are_due(|other| other == id);
        self.gives(mouths, order);
    }

    fn gives(&mut self, mouths: &Mouths, order: Order) {
        let (answer, reply) = oneshot::channel();
        if mouths.orders.try_send(Wanted { order, by: 0, answer }).is_ok() {
            self.answers.push((Instant::now(), reply));
        }
    }

    fn enqueue(&mut self) {
        let to = self.dice.one_of(&TO);
        let alert = Alert { uid: TRUSTED, to, is_critical: self.dice.one_in(2), ttl: None };
        let hints = !self.dice.one_in(6);
        self.story.go(Step::Enqueue { alert, hints });
    }

    /// Nobody waits who can be served, and who has asked is answered.
    fn expect_all_well(&mut self, now: Monotonic) {
        self.answers.retain_mut(|(since, reply)| {
            let is_open = matches!(reply.try_recv(), Err(TryRecvError::Empty));
            assert!(!is_open || since.elapsed() < ANSWERS_WITHIN, "nobody answers an order");
            is_open
        });
        let Some(calm) = self.calm.filter(|_| self.ends.is_none()) else { return };
        let since = |id: AlertId| match self.ordered.get(&id) {
            None => Some(Monotonic::default()),
            Some(at) => *at,
        };
        expect_none_late(&self.shared.outside().borrow().oracle, (now, calm), &self.well, since);
    }
}
