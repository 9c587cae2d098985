//! Histories by chance: one to four providers that break in every way and heal, and a stream of alerts. Each is repeated by
//! its seed.

use std::collections::BTreeMap;

use super::*;
use crate::chance::Chance;
use crate::routing::Whom;

/// What a provider does, from connection to reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Takes so many milliseconds to be ready, and as many for the message.
    Well(u64),
    Refuses,
    SaysGoodbye,
    RefusesLogin,
    /// Says nothing until the driver gives up.
    Silent,
    /// Is ready and then closes before the message.
    HangsUp,
    /// Is ready and then says nothing until the driver gives up.
    FallsSilent,
    /// Takes the message and says nothing more.
    LosesReply,
}

const BROKEN: [Manner; 5] =
    [Manner::Refuses, Manner::SaysGoodbye, Manner::RefusesLogin, Manner::Silent, Manner::FallsSilent];
const NAMES: [&str; 4] = ["home", "docomo", "gmail", "goo"];
/// The driver's own limit.
const GIVES_UP_MS: u64 = 60_000;

#[derive(Debug)]
enum Happens {
    Arrives(u8),
    Ready(AttemptId),
    Dot(AttemptId),
    Ends(AttemptId, RecipientOutcome),
    Changes(usize, Manner),
}

#[derive(Debug)]
struct Running {
    id: AlertId,
    provider: usize,
    recipients: Vec<Address>,
    has_leave: bool,
    sends_dot: bool,
}

struct Play {
    day: Day,
    dice: Chance,
    manners: Vec<Manner>,
    /// By time, and by order of coming.
    to_come: BTreeMap<(u64, u64), Happens>,
    count: u64,
    running: BTreeMap<AttemptId, Running>,
    /// Copies that went out, and of how many nobody knows.
    mails: BTreeMap<(AlertId, Address), (usize, usize)>,
    /// For whom each alert is.
    recipients: Vec<&'static str>,
    arrived: BTreeMap<AlertId, u64>,
    sent: BTreeMap<AlertId, u64>,
    /// When attempts began, at each provider.
    begun: Vec<Vec<u64>>,
    last_at: usize,
}

impl Play {
    fn new(seed: u64, manners: &[Manner], connections: usize) -> Self {
        Self::with_routing(seed, manners, connections, Vec::new())
    }

    fn with_routing(seed: u64, manners: &[Manner], connections: usize, routing: Vec<Rule>) -> Self {
        let mut day = Day::with_routing(&NAMES[..manners.len()], routing);
        day.dispatcher.settings.providers.iter_mut().for_each(|it| it.connections = connections);
        day.dispatcher.sites.iter_mut().for_each(|site| *site = Site::default());
        Self {
            day,
            dice: Chance::new(seed),
            manners: manners.to_vec(),
            to_come: BTreeMap::new(),
            count: 0,
            running: BTreeMap::new(),
            mails: BTreeMap::new(),
            recipients: vec!["a@example.jp"],
            arrived: BTreeMap::new(),
            sent: BTreeMap::new(),
            begun: vec![Vec::new(); manners.len()],
            last_at: usize::MAX,
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.dice.next() % end
    }

    fn now(&self) -> u64 {
        self.day.now.monotonic.ms()
    }

    fn after(&mut self, ms: u64, what: Happens) {
        self.count += 1;
        self.to_come.insert((self.now() + ms, self.count), what);
    }

    /// Lets everything happen until so many milliseconds from now.
    fn run(&mut self, ms: u64) {
        let end = self.now() + ms;
        loop {
            let wake = self.day.dispatcher.next_wake().map_or(u64::MAX, Monotonic::ms).max(self.now());
            let next = self.to_come.keys().next().map_or(u64::MAX, |(at, _)| *at);
            let at = wake.min(next);
            if at > end {
                break self.pass_until(end);
            }
            self.pass_until(at);
            if next <= wake {
                let (_, what) = self.to_come.pop_first().expect("it was there");
                self.happens(what);
            } else {
                self.tell(Event::Woke);
            }
        }
    }

    fn pass_until(&mut self, at: u64) {
        let time = Duration::from_millis(at - self.now());
        self.day.now =
            Now { wall: self.day.now.wall.plus(time), monotonic: self.day.now.monotonic.plus(time) };
    }

    fn happens(&mut self, what: Happens) {
        match what {
            Happens::Changes(place, manner) => self.manners[place] = manner,
            Happens::Arrives(n) => {
                let severity = if n % 3 == 0 { Severity::Critical } else { Severity::Warning };
                let mut alert = arrival(n, severity, &self.recipients);
                alert.id = AlertId::new(self.day.now.wall, [n; 10]);
                alert.born = self.day.now.wall;
                let now = self.now();
                self.arrived.insert(alert.id, now);
                self.tell(Event::Arrived(alert));
            }
            Happens::Ready(attempt) if self.running.contains_key(&attempt) => {
                self.tell(Event::Reached { attempt, gate: Gate::Data });
            }
            Happens::Ends(attempt, outcome) => {
                if let Some(running) = self.running.remove(&attempt) {
                    for to in &running.recipients {
                        let (mails, doubts) = self.mails.entry((running.id, to.clone())).or_default();
                        match outcome {
                            RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } => *mails += 1,
                            RecipientOutcome::Uncertain(_) => (*mails, *doubts) = (*mails + 1, *doubts + 1),
                            RecipientOutcome::Failed(_) => {}
                        }
                        assert!(*mails <= 1 + *doubts, "{}: twice to {to}", running.id);
                    }
                    let recipients = vec![outcome; running.recipients.len()];
                    self.tell(Event::Ended { attempt, outcome: Outcome { recipients } });
                }
            }
            Happens::Dot(attempt) if self.running.contains_key(&attempt) => {
                self.tell(Event::Reached { attempt, gate: Gate::FinalDot });
            }
            Happens::Ready(_) | Happens::Dot(_) => {}
        }
    }

    fn tell(&mut self, event: Event) {
        self.day.tell(event);
        for command in std::mem::take(&mut self.day.said) {
            match command {
                Command::Begin { attempt, id, provider, recipients } => {
                    self.begins(attempt, id, provider, recipients);
                }
                Command::Grant { attempt } => self.granted(attempt),
                Command::Withdraw { attempt } => {
                    let running = self.running.get_mut(&attempt).expect("it runs");
                    assert!(!running.sends_dot, "{attempt:?} sends its last octets and is taken back");
                    running.has_leave = false;
                    let withdrawn = Failure::new(Phase::Data, Trouble::Withdrawn);
                    self.after(1, Happens::Ends(attempt, RecipientOutcome::Failed(withdrawn)));
                }
                Command::Record { fact: Fact::Sent { id, .. }, .. } => {
                    let now = self.now();
                    self.sent.insert(id, now);
                }
                Command::Record { fact: Fact::Dead { id, reason, .. }, .. } => panic!("{id} dies: {reason}"),
                _ => {}
            }
        }
    }

    fn begins(&mut self, attempt: AttemptId, id: AlertId, provider: usize, recipients: Vec<Address>) {
        assert!(!self.sent.contains_key(&id), "{id} is sent, and tried");
        let severity = self.day.dispatcher.alerts[&id].severity;
        for to in &recipients {
            let order = self.day.dispatcher.order_for(severity, None, to);
            assert!(order.contains(&provider), "{id}: {to} is not to go by {provider}");
        }
        let now = self.now();
        self.begun[provider].push(now);
        self.running
            .insert(attempt, Running { id, provider, recipients, has_leave: false, sends_dot: false });
        let failed = |trouble| RecipientOutcome::Failed(Failure::new(Phase::Connect, trouble));
        match self.manners[provider] {
            Manner::Well(ms) => self.after(ms, Happens::Ready(attempt)),
            Manner::HangsUp | Manner::LosesReply | Manner::FallsSilent => {
                self.after(20, Happens::Ready(attempt));
            }
            Manner::Refuses => self.after(1, Happens::Ends(attempt, unreachable())),
            Manner::SaysGoodbye => {
                self.after(20, Happens::Ends(attempt, refused(Phase::Greeting, "421 4.3.2 busy")));
            }
            Manner::RefusesLogin => {
                self.after(80, Happens::Ends(attempt, refused(Phase::Auth, "535 5.7.8 no")));
            }
            Manner::Silent => {
                let silent = Trouble::Silent { seconds: GIVES_UP_MS / 1000 };
                self.after(GIVES_UP_MS, Happens::Ends(attempt, failed(silent)));
            }
        }
    }

    fn granted(&mut self, attempt: AttemptId) {
        let Running { id, ref recipients, .. } = self.running[&attempt];
        let is_for_the_same =
            |it: &Running| it.id == id && it.recipients.iter().any(|to| recipients.contains(to));
        let others = self
            .running
            .iter()
            .filter(|(other, it)| **other != attempt && it.has_leave && is_for_the_same(it));
        assert_eq!(others.count(), 0, "{id}: two may send");
        let running = self.running.get_mut(&attempt).expect("it runs");
        let place = running.provider;
        if std::mem::replace(&mut running.has_leave, true) {
            running.sends_dot = true;
            self.last_at = place;
            return match self.manners[place] {
                Manner::LosesReply => self.after(500, Happens::Ends(attempt, lost_reply())),
                Manner::Well(ms) => self.after(ms, Happens::Ends(attempt, delivered())),
                _ => self.after(1, Happens::Ends(attempt, refused(Phase::Dot, "451 4.3.0 later"))),
            };
        }
        let closed = RecipientOutcome::Failed(Failure::new(Phase::Data, Trouble::Closed(String::new())));
        let silent = RecipientOutcome::Failed(Failure::new(Phase::Data, Trouble::Silent { seconds: 60 }));
        match self.manners[place] {
            Manner::Well(ms) => self.after(ms, Happens::Dot(attempt)),
            Manner::LosesReply => self.after(5, Happens::Dot(attempt)),
            Manner::FallsSilent => self.after(GIVES_UP_MS, Happens::Ends(attempt, silent)),
            _ => self.after(5, Happens::Ends(attempt, closed)),
        }
    }
}

/// None in half of the histories; else each of three domains has a rule with some of the providers, in any order.
fn routing_by_chance(dice: &mut Chance, providers: usize) -> Vec<Rule> {
    if dice.next().is_multiple_of(2) {
        return Vec::new();
    }
    let mut some = || {
        let mut names: Vec<&str> = NAMES[..providers].to_vec();
        let turn = usize::try_from(dice.next() % providers as u64).expect("small");
        names.rotate_left(turn);
        names.truncate(1 + usize::try_from(dice.next() % providers as u64).expect("small"));
        names.into_iter().map(str::to_owned).collect()
    };
    let mut rule = |domain: &str| Rule {
        to: vec![Whom::Domain(domain.to_owned())],
        providers: some(),
        ..Rule::default()
    };
    ["example.jp", "example.com", "example.net"].map(&mut rule).into()
}

fn each_seed(play: impl Fn(u64)) {
    for seed in 1..=100 {
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(seed)));
        assert!(told.is_ok(), "history {seed}");
    }
}

#[test]
fn whatever_providers_do_nothing_is_lost_or_sent_twice_and_all_is_sent_when_they_heal() {
    each_seed(|seed| {
        let mut dice = Chance::new(seed);
        let providers = 1 + usize::try_from(dice.next() % 4).expect("small");
        let routing = routing_by_chance(&mut dice, providers);
        let mut play = Play::with_routing(seed, &vec![Manner::Well(20); providers], 2, routing);
        play.recipients = vec!["a@example.jp", "b@example.com", "c@example.net"];
        let all =
            [&BROKEN[..], &[Manner::HangsUp, Manner::LosesReply, Manner::Well(20), Manner::Well(3_000)]];
        let all = all.concat();
        for n in 1..=60 {
            let at = play.below(600_000);
            play.after(at, Happens::Arrives(n));
        }
        for _ in 0..25 {
            let (at, place) = (play.below(600_000), play.below(providers as u64));
            let manner = all[usize::try_from(play.below(all.len() as u64)).expect("small")];
            play.after(at, Happens::Changes(usize::try_from(place).expect("small"), manner));
        }
        play.run(600_000);
        play.manners.fill(Manner::Well(20));
        // The longest pause of an alert, and what began before.
        play.run(1_800_000 + 2 * GIVES_UP_MS);
        assert_eq!(play.sent.len(), 60, "everything is sent");
        assert!(play.running.is_empty() && play.day.dispatcher.alerts.is_empty());
        assert!(play.day.dispatcher.sites.iter().all(|site| site.running == 0));
    });
}

#[test]
fn as_long_as_one_provider_works_each_alert_goes_out_in_time_and_the_broken_ones_are_asked_rarely() {
    each_seed(|seed| {
        let mut dice = Chance::new(seed);
        let providers = 2 + usize::try_from(dice.next() % 3).expect("small");
        let works = usize::try_from(dice.next() % providers as u64).expect("small");
        let mut manners: Vec<Manner> =
            (0..providers).map(|_| BROKEN[usize::try_from(dice.next() % 5).expect("small")]).collect();
        manners[works] = Manner::Well(20);
        let mut play = Play::new(seed, &manners, 4);
        for n in 1..=200 {
            // Half of them come at once.
            let at = if n % 2 == 0 { 0 } else { play.below(600_000) };
            play.after(at, Happens::Arrives(n));
        }
        play.run(700_000);
        assert_eq!(play.sent.len(), 200);
        for (id, sent) in &play.sent {
            let took = sent - play.arrived[id];
            // Each silent provider costs the patience once; a hundred at once also wait for each other.
            let bound = 2_000 * (providers as u64 - 1) + 100 * 50;
            assert!(took <= bound, "{id}: {took} ms of {bound} with {manners:?}, {works} works");
        }
        for (place, begun) in play.begun.iter().enumerate().filter(|(place, _)| *place < works) {
            // Three to find out, then one each 15 s, 30 s, 60 s, 150 s at the most often.
            assert!(begun.len() <= 12, "{} connections to {:?}", begun.len(), play.manners[place]);
            let logins = begun.len();
            assert!(play.manners[place] != Manner::RefusesLogin || logins <= 2, "{logins} logins");
        }
    });
}

#[test]
fn a_provider_that_heals_is_used_again() {
    each_seed(|seed| {
        let mut dice = Chance::new(seed);
        let broken = BROKEN[usize::try_from(dice.next() % 5).expect("small")];
        let mut play = Play::new(seed, &[broken, Manner::Well(20)], 2);
        let down = 1_000 * (10 + play.below(600));
        play.after(down, Happens::Changes(0, Manner::Well(20)));
        let most = if broken == Manner::RefusesLogin { 900_000 } else { 300_000 };
        for n in 1..=200 {
            play.after(u64::from(n) * (down + most + 30_000) / 200, Happens::Arrives(n));
        }
        play.run(down + most + 40_000);
        assert_eq!((play.last_at, play.sent.len()), (0, 200), "{broken:?} for {down} ms");
    });
}
