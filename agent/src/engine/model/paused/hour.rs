//! What happens in an hour, by chance: alerts one by one and in crowds, providers that break and heal, a network that goes,
//! orders of people, other settings, stops, kills and power cuts.

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::Monotonic;
use spool_format::AlertId;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::{Instant, sleep, sleep_until};

use super::super::agent::Setup;
use super::super::chance::Dice;
use super::super::drawn;
use super::super::health::Health;
use super::super::hooks::RESCAN;
use super::super::mutants::Mutant;
use super::super::punctual::expect_none_late;
use super::super::rates::is_free;
use super::super::story::{Beginning, Blow, Step, Story};
use super::super::weather::Weather;
use super::life::{Agent, Mouths, STOP, mouths_and_ears};
use super::menu::{Kind, MENU};
use super::server::Servers;
use super::world::Shared;
use crate::control::{Order, Reply};

/// For saying goodbye, and for the timers.
const GOODBYE: Duration = Duration::from_secs(3);

/// Until other settings hold: nothing new begins meanwhile.
const QUIET: Duration = Duration::from_secs(2);

/// An order is answered within it, unless the agent ends.
const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

/// Looks at the clock in ten minutes in which nothing happens: scans, drills, and what they lead to.
const IDLE_LOOKS_MAX: u64 = 400;

/// What an alert may take at most that is on its way to one who takes it, with a writer that takes his time.
const SLACK: Duration = Duration::from_secs(15);

/// So long systemd waits before it starts an agent again.
const RESTART: Duration = Duration::from_secs(5);

/// Why an hour's script has nothing more to say to this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Cut(Blow),
    Over,
}

/// What the loop was told that makes it end, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Stop,
    Reload,
}

pub(super) struct Hour {
    pub(super) story: Story,
    pub(super) shared: Shared,
    pub(super) dice: Dice,
    pub(super) menu: Vec<Kind>,
    pub(super) next_at: Instant,
    pub(super) end_at: Instant,
    pub(super) health: Vec<Health>,
    /// Since when an agent runs with a network and a disk, and has looked for what came meanwhile.
    pub(super) calm: Option<Monotonic>,
    pub(super) network_back: Option<Instant>,
    pub(super) disk_back: Option<Instant>,
    /// When it has looked for what came while there was trouble with the disk.
    looked_at: Instant,
    /// From the next start on.
    pub(super) next_setup: Option<Setup>,
    pub(super) ends: Option<(Ending, Instant)>,
    /// When something was last ordered of an alert; `None`: it is held.
    pub(super) ordered: BTreeMap<AlertId, Option<Monotonic>>,
    pub(super) answers: Vec<(Instant, oneshot::Receiver<Reply>)>,
    pub(super) excuses: usize,
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
        let setup = Setup { mutant, ..drawn::of_an_hour(&mut dice) };
        let weather = vec![Weather::FAIR; setup.providers];
        let health = setup.quotas().iter().map(|quota| Health::perfect(is_free(quota))).collect();
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
            health,
            calm: None,
            network_back: None,
            disk_back: None,
            looked_at: now,
            next_setup: None,
            ends: None,
            ordered: BTreeMap::new(),
            answers: Vec::new(),
            excuses: 0,
            is_healed: false,
        }
    }

    pub(super) fn mark(&self, what: &'static str) {
        self.shared.outside().borrow_mut().marks.hit(what);
    }

    /// One agent after the other, until the hour is over and everything is in order.
    async fn passes(&mut self) {
        let (mouths, mut outside) = mouths_and_ears();
        loop {
            let now = self.shared.is_up_to_date();
            let (watcher, hints) = unbounded_channel();
            (self.story.watcher, self.story.socket) = (Some(watcher), Some(mouths.submissions.clone()));
            let seed = self.dice.next();
            let Ok(agent) = Agent::start(&self.shared, &self.story, hints, seed) else {
                self.does_not_start();
                sleep(RESTART).await;
                self.look_at_the_disk();
                continue;
            };
            self.excuses += 1;
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
            let is_off = std::rc::Rc::clone(&self.shared.is_off);
            let turn = tokio::select! {
                biased;
                () = is_off.notified() => Some(Turn::Cut(self.story.blow)),
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
                // Who stands on the socket of an agent that is gone hears nothing.
                while outside.submissions.try_recv().is_ok() {}
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
        self.story.clients_hear();
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
            Some(Turn::Cut(Blow::Power)) => self.loses_power(),
            Some(_) | None => self.story.agent_is_gone(false),
        }
        self.shared.model.fs.machine.borrow_mut().switch_on();
        self.shared.forget_attempts();
        if let Some(setup) = self.next_setup.take() {
            self.story.takes_up(setup);
            let now = self.shared.is_up_to_date().monotonic;
            for (place, health) in self.health.iter_mut().enumerate() {
                let (sites, outside) = (self.shared.servers.look(), self.shared.outside().borrow());
                let Weather { no_network, .. } = sites.weather[place];
                let is_well = sites.weather[place] == Weather { no_network, ..Weather::FAIR };
                health.is_seen(now, is_well && outside.rates.is_free(place));
            }
        }
    }

    /// With its disk, and whatever was wrong with that.
    fn loses_power(&mut self) {
        self.story.go(Step::Blow(Blow::Power));
        self.disk_back = None;
    }

    /// There is trouble with the disk, or the machine stops while the agent reads it.
    fn does_not_start(&mut self) {
        self.mark("a start that failed");
        let is_off = self.shared.model.fs.machine.borrow().is_off;
        if is_off && self.story.blow == Blow::Power {
            self.loses_power();
        } else {
            self.story.agent_is_gone(false);
        }
        self.shared.model.fs.machine.borrow_mut().switch_on();
    }

    fn look_at_the_disk(&mut self) {
        if self.disk_back.take_if(|at| *at <= Instant::now()).is_some() {
            self.shared.model.fs.machine.borrow_mut().fault = None;
            self.looked_at = Instant::now() + RESCAN + Duration::from_secs(1);
        }
    }

    fn look_whether_it_is_calm(&mut self, now: Monotonic) {
        let nothing_is_wrong = self.network_back.is_none() && self.disk_back.is_none();
        let is_calm = nothing_is_wrong && self.looked_at <= Instant::now();
        self.calm = if is_calm { self.calm.or(Some(now)) } else { None };
    }

    pub(super) fn are_due(&self, which: impl Fn(AlertId) -> bool) {
        let mut outside = self.shared.outside().borrow_mut();
        let those = outside.oracle.alerts.iter_mut().filter(|(id, _)| which(**id));
        those.for_each(|(_, asked)| asked.not_before = Monotonic::default());
    }

    /// What happens while an agent runs. Can be dropped at any time, and goes on with the next agent.
    async fn goes_on(&mut self, mouths: &Mouths) -> Turn {
        loop {
            sleep_until(self.next_at).await;
            let now = self.shared.is_up_to_date().monotonic;
            self.look_at_the_disk();
            self.look_whether_it_is_calm(now);
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
            } else if self.story.setup().quotas.is_empty() {
                self.end_of_the_hour(mouths, now).await;
                return Turn::Over;
            } else {
                // Who has had enough for the day would have what is left tomorrow.
                let setup = Setup { quotas: Vec::new(), ..self.story.setup().clone() };
                self.gets_other_settings(setup, mouths);
            }
        }
    }

    /// Trouble is over: everything has to be delivered, and then nothing goes on.
    async fn end_of_the_hour(&mut self, mouths: &Mouths, now: Monotonic) {
        if !std::mem::replace(&mut self.is_healed, true) {
            self.network_is_back(mouths, now);
            let now_on = Some(Instant::now());
            (self.disk_back, self.shared.model.fs.machine.borrow_mut().fuse) =
                (self.disk_back.and(now_on), None);
            self.look_at_the_disk();
            (0..self.health.len()).for_each(|place| self.becomes(place, Weather::FAIR, now));
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
            self.look_whether_it_is_calm(now);
            self.expect_all_well(now);
            assert!(begun.elapsed() < 2 * longest, "it is not over: {}", self.story.left());
        }
        sleep(Duration::from_mins(5)).await;
        let looks = self.shared.clock.borrow().looks;
        sleep(Duration::from_mins(10)).await;
        let looks = self.shared.clock.borrow().looks - looks;
        assert!(looks <= IDLE_LOOKS_MAX, "{looks} looks at the clock in ten minutes without work");
    }

    /// Nobody waits who can be served, and who has asked is answered.
    fn expect_all_well(&mut self, now: Monotonic) {
        self.story.clients_hear();
        let (has_a_disk, looked_at) = (self.disk_back.is_none(), self.looked_at);
        self.answers.retain_mut(|(since, reply)| {
            let is_open = matches!(reply.try_recv(), Err(TryRecvError::Empty));
            let waits = Instant::now().saturating_duration_since((*since).max(looked_at));
            assert!(!is_open || !has_a_disk || waits < ANSWERS_WITHIN, "nobody answers an order");
            is_open
        });
        let Some(calm) = self.calm.filter(|_| self.ends.is_none()) else { return };
        let since = |id: AlertId| match self.ordered.get(&id) {
            None => Some(Monotonic::default()),
            Some(at) => *at,
        };
        expect_none_late(&self.shared.outside().borrow().oracle, (now, calm), &self.health, (SLACK, since));
    }
}
