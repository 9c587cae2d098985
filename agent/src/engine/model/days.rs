//! Days by chance, on a clock that goes from event to event: storms of alerts, providers that break for minutes or hours,
//! a network that goes down, ends of the agent and of the power. Each day has its own kinds of trouble.

use std::time::Duration;

use delivery::{Monotonic, RetryPlan};

use super::agent::{Setup, address};
use super::chance::Dice;
use super::marks::Marks;
use super::story::{Alert, Beginning, Blow, Step, Story};
use super::world::{TRUSTED, Weather};

/// What a critical alert may take beyond the longest pause, once somebody can take it: connections that are stuck, and
/// time-outs of those who are asked before.
const SLACK: Duration = Duration::from_secs(200);

/// Refused logins at one provider within an hour: one each sixth of the pause at the most often, and those that run at
/// the same time.
const LOGINS_PER_HOUR: usize = 24 + 4;

/// Between two looks whether anything is late.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What was played.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) hours: u64,
    pub(super) alerts: u64,
    pub(super) faults: u64,
    pub(super) marks: Marks,
}

/// What can happen on such a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Alert,
    Storm,
    Break,
    BreakAll,
    Heal,
    NetworkDown,
    Blow,
    Stop,
}

struct Day {
    story: Story,
    dice: Dice,
    menu: Vec<Kind>,
    /// Since when each provider is fair, if it is.
    fair: Vec<Option<Monotonic>>,
    /// Since when the agent runs, on a machine with a network.
    running: Monotonic,
    network_is_back: Option<Monotonic>,
    starts: usize,
    /// When it was looked last whether anything is late.
    looked: Monotonic,
    totals: Totals,
}

/// Plays the day of this seed.
pub(super) fn play(seed: u64, tells: bool, totals: &mut Totals) {
    let mut dice = Dice::new(seed ^ 0xDA75);
    let setup = Setup {
        providers: 1 + dice.below(4),
        connections: 1 + dice.below(4),
        retry: RetryPlan::default(),
        default_to: vec![address("a@example.jp")],
        domain: "example.com",
        alerts_per_user: 1_000,
    };
    let weather = vec![Weather::FAIR; setup.providers];
    let fair = vec![Some(Monotonic::default()); setup.providers];
    let seed = dice.next();
    let story = Story::new(Beginning { seed, setup, weather, has_two_disks: false, asks_one_in: 0, tells });
    let mut menu = vec![Kind::Alert; 6];
    for (kind, often) in [
        (Kind::Storm, 1),
        (Kind::Break, 4),
        (Kind::BreakAll, 2),
        (Kind::Heal, 3),
        (Kind::NetworkDown, 1),
        (Kind::Blow, 1),
        (Kind::Stop, 1),
    ] {
        let times = if dice.one_in(2) { often } else { 0 };
        menu.extend(std::iter::repeat_n(kind, times));
    }
    let running = Monotonic::default();
    let mut day = Day {
        story,
        dice,
        menu,
        fair,
        running,
        network_is_back: None,
        starts: 0,
        looked: Monotonic::default(),
        totals: Totals::default(),
    };
    day.play();
    totals.hours += day.totals.hours;
    totals.alerts += day.totals.alerts;
    totals.faults += day.totals.faults;
    totals.marks.add(&day.story.outside.borrow().marks);
}

impl Day {
    fn now(&self) -> Monotonic {
        self.story.outside.borrow().now.monotonic
    }

    fn play(&mut self) {
        self.start(0);
        let (begun, end) = (self.now(), self.now().plus(Duration::from_hours(24)));
        while self.now() < end {
            let pause = self.dice.one_of(&[1, 20, 300, 1_200, 3_600, 7_200]);
            let seconds = 1 + self.dice.next() % pause;
            self.run(Duration::from_secs(seconds));
            self.happens();
        }
        self.totals.hours = self.now().since(begun).as_secs() / 3600;
        for logins in &self.story.outside.borrow().refused_logins {
            let most = LOGINS_PER_HOUR + 4 * self.starts;
            for (place, first) in logins.iter().enumerate() {
                let within = logins[place..].iter().filter(|at| at.since(*first) < Duration::from_hours(1));
                assert!(within.count() <= most, "more than {most} refused logins in an hour");
            }
        }
        self.story.settle();
    }

    /// Lets everything happen for so long.
    fn run(&mut self, time: Duration) {
        let end = self.now().plus(time);
        loop {
            loop {
                self.story.outside.borrow_mut().let_what_is_due_happen(&mut self.dice);
                self.story.go(Step::Hear(50));
                self.story.go(Step::Write(50));
                let Some(agent) = &self.story.agent else { break };
                let outside = self.story.outside.borrow();
                let is_due = agent.next_wake().is_some_and(|wake| wake <= outside.now.monotonic);
                let goes_on = outside.next_due().is_some_and(|due| due <= outside.now.monotonic);
                let has_words = !outside.reports.is_empty() || !outside.batches.is_empty();
                if !is_due && !goes_on && !has_words && agent.has_heard_all() {
                    break;
                }
            }
            if self.now().since(self.looked) >= LOOK_EVERY {
                self.looked = self.now();
                self.expect_in_time();
            }
            let wake = self.story.agent.as_ref().and_then(super::agent::Agent::next_wake);
            let due = self.story.outside.borrow().next_due();
            let next = [wake, due, self.network_is_back].into_iter().flatten().min().unwrap_or(end).min(end);
            let now = self.now();
            self.story.pass(next.since(now));
            if self.network_is_back.is_some_and(|back| back <= next) {
                self.network_is_back = None;
                self.set_network(0);
                self.running = self.now();
            }
            if next >= end {
                return;
            }
        }
    }

    /// A critical alert is no later than the health of the providers allows.
    fn expect_in_time(&self) {
        let Some(fair) = self.fair.iter().flatten().min() else { return };
        if self.story.agent.is_none() || self.network_is_back.is_some() {
            return;
        }
        let outside = self.story.outside.borrow();
        let critical = RetryPlan::default().longest_pause(spool_format::Severity::Critical);
        for (id, asked) in &outside.oracle.alerts {
            let is_critical = asked.octets.windows(10).any(|it| it == b"\"critical\"");
            let without: Vec<&String> =
                asked.tallies.iter().filter(|(_, tally)| tally.mails == 0).map(|(to, _)| to).collect();
            if is_critical && !without.is_empty() && asked.dead == super::oracle::Known::No {
                let from = asked.at.max(*fair).max(self.running);
                let late = outside.now.monotonic.since(from);
                assert!(late <= critical + SLACK, "{id}: {without:?} without it for {late:?}");
            }
        }
    }

    fn happens(&mut self) {
        let kind = self.dice.one_of(&self.menu);
        match kind {
            Kind::Alert => self.enqueue(),
            Kind::Storm => (0..15).for_each(|_| self.enqueue()),
            Kind::Break => {
                let place = self.dice.below(self.fair.len());
                self.breaks(place);
            }
            Kind::BreakAll => (0..self.fair.len()).for_each(|place| self.breaks(place)),
            Kind::Heal => {
                let place = self.dice.below(self.fair.len());
                let no_network = self.story.outside.borrow().weather[place].no_network;
                self.story.outside.borrow_mut().weather[place] = Weather { no_network, ..Weather::FAIR };
                self.fair[place].get_or_insert(self.story.outside.borrow().now.monotonic);
            }
            Kind::NetworkDown => {
                let seconds = self.dice.one_of(&[5, 60, 600, 1_800]);
                self.network_is_back = Some(self.now().plus(Duration::from_secs(seconds)));
                self.set_network(8);
            }
            Kind::Blow => {
                self.story.go(Step::Blow(self.dice.one_of(&[Blow::Kill, Blow::Power])));
                self.start_again();
            }
            Kind::Stop => {
                self.story.go(Step::Stop);
                self.start_again();
            }
        }
        self.totals.faults += u64::from(!matches!(kind, Kind::Alert | Kind::Storm | Kind::Heal));
    }

    fn start_again(&mut self) {
        if self.dice.one_in(3) {
            let seconds = self.dice.one_of(&[1, 60, 1_800]);
            self.run(Duration::from_secs(seconds));
        }
        let clock = self.dice.one_of(&[0, 0, 1, -1, 24, -24, 9_000, -9_000]);
        self.start(clock);
    }

    fn start(&mut self, clock: i64) {
        self.story.go(Step::Start { clock, domain: None });
        self.starts += 1;
        self.running = self.now();
    }

    fn set_network(&self, often: usize) {
        self.story.outside.borrow_mut().weather.iter_mut().for_each(|it| it.no_network = often);
    }

    fn breaks(&mut self, place: usize) {
        let dice = &mut self.dice;
        let no_network = self.story.outside.borrow().weather[place].no_network;
        let fair = Weather { no_network, ..Weather::FAIR };
        let at = dice.one_of(&["greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"]);
        let often = dice.one_of(&[8, 8, 4]);
        let weather = match dice.below(11) {
            0 => Weather { unreachable: often, ..fair },
            1 => Weather { says_goodbye: often, ..fair },
            2 => Weather { bad_tls: often, ..fair },
            3 => Weather { refuses_login: often, ..fair },
            4 => Weather { refuses_sender: often, ..fair },
            5 => Weather { refuses_softly: often, refuses_for_good: 1, ..fair },
            6 => Weather { hangs_up: often, at, ..fair },
            7 | 8 => Weather { falls_silent: often, at, ..fair },
            9 => Weather { loses_reply: often, refuses_content: 2, ..fair },
            _ => Weather { latency: Duration::from_secs(dice.one_of(&[1, 4])), dribbles: true, ..fair },
        };
        self.story.outside.borrow_mut().weather[place] = weather;
        self.fair[place] = None;
    }

    fn enqueue(&mut self) {
        if self.totals.alerts >= 200 {
            return;
        }
        self.totals.alerts += 1;
        let to: &[&[&str]] = &[&["ops"], &["c@example.com", "ops"], &["a@example.jp", "b@example.jp"]];
        let to = self.dice.one_of(to);
        let alert = Alert { uid: TRUSTED, to, is_critical: self.dice.one_in(2), ttl: None };
        self.story.go(Step::Enqueue { alert, hints: true });
    }
}
