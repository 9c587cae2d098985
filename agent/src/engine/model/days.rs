//! Days by chance, on a clock that goes from event to event: storms of alerts, providers that break for minutes or hours,
//! a network and name servers that go, disks in trouble, clocks that are set, ends of the agent and of the power. Each day has
//! its own kinds of trouble, its own routes, quotas and drills.

use std::time::Duration;

use delivery::Monotonic;
use spool_format::Wall;

use super::agent::{Agent, Local, Setup};
use super::alert::Alert;
use super::chance::Dice;
use super::drawn;
use super::fs::{Fault, Trouble};
use super::health::Health;
use super::hooks::RESCAN;
use super::menu::{Kind, SWARM, TO};
use super::rates::is_free;
use super::story::{Beginning, Blow, Step, Story};
use super::totals::Totals;
use super::weather::Weather;
use super::world::TRUSTED;

/// Alerts of a day at most.
const ALERTS_MAX: u64 = 200;

/// So long systemd waits before it starts an agent again.
const RESTART: Duration = Duration::from_secs(5);

const WELL: Weather = Weather { has_full_mailboxes: true, ..Weather::FAIR };

/// One day.
pub(super) struct Day {
    pub(super) story: Story,
    dice: Dice,
    menu: Vec<Kind>,
    /// How each provider is.
    pub(super) health: Vec<Health>,
    /// Since when nothing but providers is in the way; `None` while something is.
    pub(super) calm: Option<Monotonic>,
    network_is_back: Option<Monotonic>,
    disk_is_well: Option<Monotonic>,
    /// Whether what came while the disk could not be read has not been looked for.
    has_to_look: bool,
    start_at: Option<Monotonic>,
    rescan_at: Option<Monotonic>,
    /// Starts, and changes of the network: then everybody may be asked.
    pub(super) excuses: usize,
    starts: u64,
    alerts: u64,
    /// When it was looked last whether anything is late.
    pub(super) looked: Monotonic,
}

/// Plays the day of this seed.
pub(super) fn play(seed: u64, tells: bool, totals: &mut Totals) {
    play_with(seed, tells, |_| {}, totals);
}

/// The same, with something about it changed.
pub(super) fn play_with(seed: u64, tells: bool, change: impl Fn(&mut Setup), totals: &mut Totals) {
    let mut dice = Dice::new(seed ^ 0xDA75);
    let mut setup = drawn::setup(&mut dice);
    change(&mut setup);
    let weather = vec![WELL; setup.providers];
    let health = setup.quotas().iter().map(|quota| Health::perfect(is_free(quota))).collect();
    let seed = dice.next();
    let story = Story::new(Beginning { seed, setup, weather, has_two_disks: false, asks_one_in: 0, tells });
    let mut menu = vec![Kind::Alert; 6];
    for (kind, often) in SWARM {
        let times = if dice.one_in(2) { often } else { 0 };
        menu.extend(std::iter::repeat_n(kind, times));
    }
    let mut day = Day {
        story,
        dice,
        menu,
        health,
        calm: None,
        network_is_back: None,
        disk_is_well: None,
        has_to_look: false,
        start_at: None,
        rescan_at: None,
        excuses: 0,
        starts: 0,
        alerts: 0,
        looked: Monotonic::default(),
    };
    totals.hours += day.play().as_secs() / 3600;
    if day.story.machine.borrow().has_lost {
        day.mark("a sync that failed");
    }
    totals.alerts += day.alerts;
    totals.starts += day.starts;
    let outside = day.story.outside.borrow();
    totals.notices += outside.oracle.notices as u64;
    totals.marks.add(&outside.marks);
}

impl Day {
    pub(super) fn now(&self) -> Monotonic {
        self.story.outside.borrow().now.monotonic
    }

    fn mark(&self, what: &'static str) {
        self.story.outside.borrow_mut().marks.hit(what);
    }

    /// Gives how long it was.
    fn play(&mut self) -> Duration {
        self.start(0);
        let (begun, end) = (self.now(), self.now().plus(Duration::from_hours(24)));
        while self.now() < end {
            let pause = self.dice.one_of(&[1, 20, 300, 1_200, 3_600, 7_200]);
            let seconds = 1 + self.dice.next() % pause;
            self.run(Duration::from_secs(seconds));
            self.expect_few_in_vain();
            self.happens();
        }
        self.story.outside.borrow().rates.expect_few_logins(self.excuses);
        // Who is left with nobody but a provider that has had enough for the day waits for the next day.
        self.story.go(Step::Stop);
        self.story.lift_quotas();
        self.story.settle();
        self.now().since(begun)
    }

    /// Lets everything happen for so long.
    fn run(&mut self, time: Duration) {
        let end = self.now().plus(time);
        loop {
            self.let_all_that_is_due_happen();
            if self.story.agent.is_none() && self.start_at.is_none() {
                self.start_at = Some(self.now().plus(RESTART));
            }
            self.expect_in_time();
            let wake = self.story.agent.as_ref().and_then(Agent::next_wake);
            let due = self.story.outside.borrow().next_due();
            let timers = [self.network_is_back, self.disk_is_well, self.start_at, self.rescan_at];
            let next = [wake, due].into_iter().chain(timers).flatten().min().unwrap_or(end).min(end);
            self.story.pass(next.since(self.now()));
            self.look_at_timers();
            if next >= end {
                return;
            }
        }
    }

    fn let_all_that_is_due_happen(&mut self) {
        loop {
            self.story.outside.borrow_mut().let_what_is_due_happen(&mut self.dice);
            self.story.strike_if_off();
            self.story.go(Step::Hear(50));
            self.story.go(Step::Write(50));
            let Some(agent) = &self.story.agent else { return };
            let outside = self.story.outside.borrow();
            let is_due = agent.next_wake().is_some_and(|wake| wake <= outside.now.monotonic);
            let goes_on = outside.next_due().is_some_and(|due| due <= outside.now.monotonic);
            let has_words = !outside.reports.is_empty() || !outside.batches.is_empty();
            let has_heard_all = agent.has_heard_all() || agent.is_in_trouble();
            if !is_due && !goes_on && !has_words && has_heard_all {
                return;
            }
        }
    }

    fn look_at_timers(&mut self) {
        let now = self.now();
        let is_over = |at: &mut Option<Monotonic>| at.take_if(|at| *at <= now).is_some();
        if is_over(&mut self.network_is_back) {
            for weather in &mut self.story.outside.borrow_mut().weather {
                (weather.no_network, weather.no_names) = (0, false);
            }
            self.excuses += 1;
            // The kernel does not tell of everything.
            if self.dice.one_in(2) {
                self.mark("the network is back, and says so");
                self.story.outside.borrow_mut().oracle.network_told = Some(now);
                self.story.agent.iter_mut().for_each(Agent::hears_of_the_network);
            }
        }
        if is_over(&mut self.disk_is_well) {
            self.story.machine.borrow_mut().fault = None;
            self.rescan_at.get_or_insert(now.plus(RESCAN));
        }
        if is_over(&mut self.rescan_at) {
            self.story.go(Step::Rescan);
            self.rescan_at = self.disk_is_well.map(|_| now.plus(RESCAN));
            self.has_to_look &= self.disk_is_well.is_some();
        }
        if is_over(&mut self.start_at) {
            let clock = self.dice.one_of(&[0, 0, 0, 1, -1, 24, -24, 9_000, -9_000]);
            self.start(if self.menu.contains(&Kind::Clock) { clock } else { 0 });
        }
        let is_calm = self.story.agent.is_some() && self.network_is_back.is_none() && !self.has_to_look;
        self.calm = if is_calm { self.calm.or(Some(now)) } else { None };
    }

    fn happens(&mut self) {
        let kind = self.dice.one_of(&self.menu);
        match kind {
            Kind::Alert => self.enqueue(),
            Kind::Storm => (0..15).for_each(|_| self.enqueue()),
            Kind::Stray => {
                self.mark("a file that is no alert");
                let octets = self.dice.one_of(&[&b"{\"version\":1,"[..], b"", b"dear agent"]);
                self.story.go(Step::Stray { name: "01kax3tzzzzzzzzzzzzzzzzzzz.json", octets });
                self.rescan_at.get_or_insert(self.now().plus(RESCAN));
            }
            Kind::Break => {
                let place = self.dice.below(self.health.len());
                self.breaks(place);
            }
            Kind::BreakAll => (0..self.health.len()).for_each(|place| self.breaks(place)),
            Kind::Heal => {
                let place = self.dice.below(self.health.len());
                self.becomes(place, WELL);
            }
            Kind::NetworkDown => self.network_goes(),
            Kind::Disk => self.disk_goes(),
            Kind::Clock => self.clock_is_set(),
            Kind::Fuse => {
                self.mark("the end in the middle of a write");
                let blow = self.dice.one_of(&[Blow::Kill, Blow::Power]);
                self.story.go(Step::Fuse(1 + self.dice.next() % 60, blow));
            }
            Kind::Blow => {
                let blow = self.dice.one_of(&[Blow::Kill, Blow::Power]);
                self.mark(if blow == Blow::Kill { "killed" } else { "a power cut" });
                self.story.go(Step::Blow(blow));
                self.is_gone();
            }
            Kind::Stop => {
                self.mark("stopped");
                self.story.go(Step::Stop);
                self.is_gone();
            }
            Kind::Reload => self.reloads(),
            Kind::Read => self.story.go(Step::Read),
        }
    }

    fn is_gone(&mut self) {
        let seconds = self.dice.one_of(&[0, 0, 1, 60, 1_800]);
        self.start_at = Some(self.now().plus(Duration::from_secs(seconds)));
        self.calm = None;
    }

    fn start(&mut self, clock: i64) {
        if clock != 0 {
            self.story.outside.borrow_mut().rates.forget_what_went();
        }
        self.story.go(Step::Start { clock, domain: None });
        (self.starts, self.excuses) = (self.starts + 1, self.excuses + 1);
    }

    /// Somebody changes the configuration, and has the agent read it.
    fn reloads(&mut self) {
        let under_way = |day: &Self| day.story.outside.borrow().oracle.canaries_under_way();
        // Often since a canary does not get through: then one is under way.
        for _ in 0..60 {
            if self.story.setup().canaries_every.is_none() || !under_way(self).is_empty() {
                break;
            }
            self.run(Duration::from_mins(1));
        }
        self.mark("other settings");
        let mut setup = self.story.setup().clone();
        drawn::change(&mut setup, &mut self.dice);
        for place in under_way(self) {
            self.mark(drawn::of_a_canary(&setup, place));
        }
        self.story.reload(setup);
        (self.starts, self.excuses) = (self.starts + 1, self.excuses + 1);
        let (now, outside) = (self.now(), self.story.outside.borrow());
        for (place, health) in self.health.iter_mut().enumerate() {
            let Weather { no_network, no_names, .. } = outside.weather[place];
            let is_well = outside.weather[place] == Weather { no_network, no_names, ..WELL };
            health.is_seen(now, is_well && outside.rates.is_free(place));
        }
        // Who may take what is another matter now.
        self.calm = None;
    }

    fn network_goes(&mut self) {
        let seconds = self.dice.one_of(&[5, 60, 600, 1_800]);
        self.network_is_back = Some(self.now().plus(Duration::from_secs(seconds)));
        let has_names = self.dice.one_in(2);
        self.mark(if has_names { "no network" } else { "no name server" });
        for weather in &mut self.story.outside.borrow_mut().weather {
            (weather.no_network, weather.no_names) = (if has_names { 8 } else { 0 }, !has_names);
        }
        self.calm = None;
    }

    fn disk_goes(&mut self) {
        let (trouble, what) = self.dice.one_of(&[
            (Trouble::Full, "a full disk"),
            (Trouble::Quota, "a user's quota of the disk used up"),
            (Trouble::ReadOnly, "a disk that became read-only"),
            (Trouble::Broken, "a disk with errors"),
            (Trouble::Unreadable, "a disk that cannot be read"),
        ]);
        self.mark(what);
        let (calls, seconds) = self.dice.one_of(&[(1, 60), (3, 60), (10_000, 300), (10_000, 1_800)]);
        self.story.go(Step::Fault(Fault { trouble, from: self.dice.next() % 10, calls }));
        self.disk_is_well = Some(self.now().plus(Duration::from_secs(seconds)));
        self.rescan_at.get_or_insert(self.now().plus(RESCAN));
        self.has_to_look = true;
        self.story.outside.borrow_mut().rates.forget_what_went();
        self.calm = None;
    }

    /// While the agent runs, and by years.
    fn clock_is_set(&mut self) {
        self.mark("the clock set while it runs");
        let hours = self.dice.one_of(&[1, -1, 24, -24, 9_000, -9_000, 50_000, -50_000]);
        let mut outside = self.story.outside.borrow_mut();
        outside.now.wall = Wall::from_unix_ms((outside.now.wall.unix_ms() + hours * 3_600_000).max(0));
        outside.rates.forget_what_went();
        self.story.machine.borrow_mut().wall = outside.now.wall;
    }

    fn becomes(&mut self, place: usize, weather: Weather) {
        let mut outside = self.story.outside.borrow_mut();
        let Weather { no_network, no_names, .. } = outside.weather[place];
        outside.weather[place] = Weather { no_network, no_names, has_full_mailboxes: true, ..weather };
        let is_free = outside.rates.is_free(place);
        self.health[place].becomes(outside.now.monotonic, weather, weather == WELL && is_free);
    }

    fn breaks(&mut self, place: usize) {
        let weather = match self.story.setup().local(place) {
            None => Weather::broken(&mut self.dice),
            Some(Local::Program) => Weather::broken_program(&mut self.dice),
            Some(Local::Maildir) => Weather::broken_folder(&mut self.dice),
        };
        self.becomes(place, weather);
    }

    fn enqueue(&mut self) {
        if self.alerts >= ALERTS_MAX {
            return;
        }
        self.alerts += 1;
        let to = self.dice.one_of(&TO);
        let alert = Alert { uid: TRUSTED, to, is_critical: self.dice.one_in(2), ttl: None };
        if self.dice.one_in(6) {
            return self.story.go(Step::Submit { alert, again: self.dice.one_in(4) });
        }
        let hints = !self.dice.one_in(4);
        self.story.go(Step::Enqueue { alert, hints });
        if !hints {
            self.rescan_at.get_or_insert(self.now().plus(RESCAN));
        }
    }
}
