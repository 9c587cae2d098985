//! Histories by chance. Each seed has its own weather, its own kinds of trouble and its own haste, so that some are
//! quiet enough for what needs long runs, and some are all trouble (swarm testing).

use std::time::Duration;

use delivery::RetryPlan;

use super::agent::{Setup, address};
use super::alert::Alert;
use super::chance::Dice;
use super::fs::{Fault, Trouble};
use super::story::{Beginning, Blow, Step, Story};
use super::weather::Weather;
use super::world::{OWN, TRUSTED};

/// Kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Enqueue,
    Submit,
    Stray,
    Hear,
    Write,
    Answer,
    Pass,
    Rescan,
    Fault,
    Low,
    Fuse,
    Kill,
    Power,
    Stop,
    Start,
}

/// What happens in a history, and how often.
struct Swarm {
    menu: Vec<Kind>,
    dice: Dice,
    clock_jumps: bool,
    domain_changes: bool,
    troubles: Vec<Trouble>,
}

const ALL: [Kind; 15] = [
    Kind::Enqueue,
    Kind::Submit,
    Kind::Stray,
    Kind::Hear,
    Kind::Write,
    Kind::Answer,
    Kind::Pass,
    Kind::Rescan,
    Kind::Fault,
    Kind::Low,
    Kind::Fuse,
    Kind::Kill,
    Kind::Power,
    Kind::Stop,
    Kind::Start,
];

const TROUBLES: [Trouble; 5] =
    [Trouble::Full, Trouble::Quota, Trouble::ReadOnly, Trouble::Broken, Trouble::Unreadable];

const TO: [&[&str]; 7] = [
    &["b@example.jp"],
    &["ops"],
    &["a@example.jp", "b@example.jp"],
    &["c@example.com"],
    &["c@example.com", "ops"],
    &["nobody"],
    &[],
];

const STRAYS: [(&str, &[u8]); 4] = [
    ("01kax3tzzzzzzzzzzzzzzzzzzz.json", b"{\"version\":1,"),
    ("letter.txt", b"dear agent"),
    (".01kax3tzzzzzzzzzzzzzzzzzzz.tmp", b"{\"version\":1,\"subject\":\"a draft\"}"),
    ("01kax3tzzzzzzzzzzzzzzzzzzx.json", b""),
];

/// Plays the history of this seed.
pub(super) fn play(seed: u64, tells: bool) -> Story {
    play_with(seed, tells, |_| {})
}

/// The same, with something about it changed.
pub(super) fn play_with(seed: u64, tells: bool, change: impl Fn(&mut Setup)) -> Story {
    let mut dice = Dice::new(seed);
    let mut beginning = begin(seed, tells, &mut dice);
    change(&mut beginning.setup);
    let mut story = Story::new(beginning);
    let mut swarm = Swarm::draw(dice);
    story.go(Step::Start { clock: 0, domain: None });
    for _ in 0..30 + swarm.dice.below(60) {
        let step = swarm.next_step(story.agent.is_some());
        story.go(step);
    }
    story.settle();
    story
}

fn begin(seed: u64, tells: bool, dice: &mut Dice) -> Beginning {
    let seconds = |list: &[u64]| list.iter().copied().map(Duration::from_secs).collect();
    let retry = RetryPlan {
        critical: seconds(&[5, 15]),
        others: seconds(&[20, 60]),
        provider: seconds(&[10, 30]),
        login: Duration::from_secs(50),
        ..RetryPlan::default()
    };
    let default_to = if dice.one_in(3) { vec![] } else { vec![address("a@example.jp")] };
    let setup = Setup {
        providers: 1 + dice.below(3),
        connections: 1 + dice.below(2),
        retry,
        default_to,
        domain: "example.com",
        alerts_per_user: if dice.one_in(4) { 1 } else { 9 },
        ..Setup::default()
    };
    let weather = (0..setup.providers).map(|_| draw_weather(dice)).collect();
    let (has_two_disks, seed) = (dice.one_in(4), dice.next() ^ seed);
    Beginning { seed, setup, weather, has_two_disks, asks_one_in: 4, tells }
}

fn draw_weather(dice: &mut Dice) -> Weather {
    let mut often = |most: usize| if dice.one_in(2) { 0 } else { dice.below(most + 1) };
    Weather {
        unreachable: often(8),
        no_network: often(3),
        no_names: false,
        says_goodbye: often(3),
        refuses_login: often(2),
        refuses_softly: often(4),
        refuses_for_good: often(5),
        hangs_up: often(4),
        refuses_content: often(3),
        loses_reply: often(4),
        bad_tls: often(1),
        refuses_sender: often(2),
        falls_silent: often(2),
        dribbles: dice.one_in(2),
        at: dice.one_of(&["any", "greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]),
        latency: Duration::from_millis(dice.one_of(&[1, 50, 400])),
        has_full_mailboxes: false,
    }
}

fn alert(dice: &mut Dice) -> Alert {
    Alert {
        uid: dice.one_of(&[0, OWN, TRUSTED, 1001, 1001]),
        to: dice.one_of(&TO),
        is_critical: dice.one_in(2),
        ttl: dice.one_of(&[None, None, Some(20), Some(100)]),
    }
}

impl Swarm {
    fn draw(mut dice: Dice) -> Self {
        let mut menu = Vec::new();
        for kind in ALL {
            let often: &[usize] = match kind {
                Kind::Enqueue => &[2, 4],
                Kind::Submit => &[0, 1, 2],
                Kind::Hear | Kind::Write | Kind::Answer => &[5, 8, 12],
                Kind::Pass | Kind::Rescan => &[1, 3],
                Kind::Stray => &[0, 0, 1],
                Kind::Fault => &[0, 0, 1, 2],
                Kind::Low => &[0, 0, 0, 1],
                Kind::Fuse | Kind::Kill | Kind::Power => &[0, 1, 2],
                Kind::Stop => &[0, 1],
                Kind::Start => &[4],
            };
            menu.extend(std::iter::repeat_n(kind, dice.one_of(often)));
        }
        // A power cut can take the line that fixes the right side of the Message-ID.
        let is_sure = [Kind::Fault, Kind::Fuse, Kind::Power].iter().all(|kind| !menu.contains(kind));
        let troubles = TROUBLES.into_iter().filter(|_| dice.one_in(2)).collect();
        let (clock_jumps, domain_changes) = (dice.one_in(2), is_sure);
        Self { menu, dice, clock_jumps, domain_changes, troubles }
    }

    fn next_step(&mut self, is_running: bool) -> Step {
        let kind = self.dice.one_of(&self.menu);
        let dice = &mut self.dice;
        let only_running = [Kind::Hear, Kind::Write, Kind::Answer, Kind::Rescan, Kind::Stop, Kind::Kill];
        if !is_running && only_running.contains(&kind) {
            return self.start();
        }
        match kind {
            Kind::Enqueue => Step::Enqueue { alert: alert(dice), hints: dice.one_in(2) },
            Kind::Submit => Step::Submit { alert: alert(dice), again: dice.one_in(4) },
            Kind::Stray => {
                let (name, octets) = dice.one_of(&STRAYS);
                Step::Stray { name, octets }
            }
            Kind::Hear => Step::Hear(1 + dice.below(5)),
            Kind::Write => Step::Write(1 + dice.below(4)),
            Kind::Answer => Step::Answer,
            Kind::Pass => Step::Pass(Duration::from_secs(dice.one_of(&[1, 1, 2, 5, 15, 60, 3600]))),
            Kind::Rescan => Step::Rescan,
            Kind::Fault if !self.troubles.is_empty() => {
                let trouble = dice.one_of(&self.troubles);
                let calls = dice.one_of(&[1, 1, 2, 5, 20]);
                Step::Fault(Fault { trouble, from: dice.below(12) as u64, calls })
            }
            Kind::Fault => Step::Answer,
            Kind::Low => Step::Low(dice.one_in(2)),
            Kind::Fuse => Step::Fuse(1 + dice.below(15) as u64, dice.one_of(&[Blow::Kill, Blow::Power])),
            Kind::Kill => Step::Blow(Blow::Kill),
            Kind::Power => Step::Blow(Blow::Power),
            Kind::Stop => Step::Stop,
            Kind::Start => self.start(),
        }
    }

    fn start(&mut self) -> Step {
        let dice = &mut self.dice;
        let clock = if self.clock_jumps { dice.one_of(&[0, 0, 1, -1, 24, 24, -24, 960]) } else { 0 };
        let domain = if self.domain_changes {
            dice.one_of(&[None, Some("example.jp"), Some("example.com")])
        } else {
            None
        };
        Step::Start { clock, domain }
    }
}
