//! A few short histories, with every crash and every fault in them: at the first changing call, at the second, and so on.

use std::time::Duration;

use delivery::RetryPlan;

use super::agent::{Setup, address};
use super::alert::Alert;
use super::fs::{Fault, Trouble};
use super::story::{Beginning, Blow, Step, Story};
use super::weather::Weather;
use super::world::TRUSTED;

/// Different luck with what a power cut leaves, for each crash point.
const LUCKS: u64 = 4;

/// A short history.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    providers: usize,
    weather: Weather,
    alerts: &'static [Alert],
    stray: Option<(&'static str, &'static [u8])>,
    /// How often the clock goes on to the next pass.
    passes: usize,
    /// Hours by which the clock goes on in the middle.
    skips: u64,
}

const PLAIN: Alert = Alert { uid: 1001, to: &["ops"], is_critical: false, ttl: None };
const FOR_TWO: Alert = Alert { uid: TRUSTED, to: &["c@example.com", "ops"], is_critical: true, ttl: None };
const SHORT: Alert = Alert { uid: 0, to: &["ops"], is_critical: true, ttl: Some(4) };
const FOR_NOBODY: Alert = Alert { uid: 1001, to: &["nobody"], is_critical: false, ttl: None };

/// All providers do as they should.
const FAIR: Weather = Weather::FAIR;

/// The scenarios.
pub(super) const ALL: [Scenario; 8] = [
    Scenario {
        name: "taken",
        providers: 1,
        weather: FAIR,
        alerts: &[PLAIN, FOR_TWO],
        stray: None,
        passes: 0,
        skips: 0,
    },
    Scenario {
        name: "deferred",
        providers: 2,
        weather: Weather { unreachable: 8, ..FAIR },
        alerts: &[PLAIN, FOR_TWO],
        stray: None,
        passes: 1,
        skips: 0,
    },
    Scenario {
        name: "lost reply",
        providers: 2,
        weather: Weather { loses_reply: 8, ..FAIR },
        alerts: &[FOR_TWO],
        stray: None,
        passes: 1,
        skips: 0,
    },
    Scenario {
        name: "refused for good",
        providers: 1,
        weather: Weather { refuses_for_good: 8, ..FAIR },
        alerts: &[PLAIN, FOR_TWO],
        stray: None,
        passes: 0,
        skips: 0,
    },
    Scenario {
        name: "one of two refused",
        providers: 2,
        weather: Weather { refuses_for_good: 4, ..FAIR },
        alerts: &[FOR_TWO, FOR_TWO],
        stray: None,
        passes: 1,
        skips: 0,
    },
    Scenario {
        name: "life over",
        providers: 1,
        weather: Weather { unreachable: 8, ..FAIR },
        alerts: &[SHORT],
        stray: None,
        passes: 2,
        skips: 0,
    },
    Scenario {
        name: "for nobody, and no alert",
        providers: 1,
        weather: FAIR,
        alerts: &[FOR_NOBODY],
        stray: Some(("letter.txt", b"dear agent")),
        passes: 0,
        skips: 0,
    },
    Scenario {
        name: "a new day",
        providers: 1,
        weather: Weather { refuses_softly: 8, ..FAIR },
        alerts: &[PLAIN],
        stray: None,
        passes: 2,
        skips: 24,
    },
];

/// What fails, for how many calls.
const TROUBLES: [(Trouble, u64); 8] = [
    (Trouble::Full, 1),
    (Trouble::Full, 6),
    (Trouble::Quota, 1),
    (Trouble::ReadOnly, 1),
    (Trouble::ReadOnly, 4),
    (Trouble::Broken, 1),
    (Trouble::Broken, 6),
    (Trouble::Unreadable, 1),
];

impl Scenario {
    /// Plays it with every crash, and says at how many points.
    pub(super) fn crash_everywhere(&self) -> u64 {
        self.everywhere(|call| {
            let kill = std::iter::once((Step::Fuse(call, Blow::Kill), 1));
            kill.chain((1..=LUCKS).map(|luck| (Step::Fuse(call, Blow::Power), luck))).collect()
        })
    }

    /// Plays it with every fault, for one call and for longer, and says at how many points.
    pub(super) fn fail_everywhere(&self) -> u64 {
        self.everywhere(|call| {
            let fault = |(trouble, calls)| (Step::Fault(Fault { trouble, from: call, calls }), 1);
            TROUBLES.into_iter().map(fault).collect()
        })
    }

    /// Plays it once for each of the `blows` at each call, until the history is over before the call comes.
    fn everywhere(&self, blows: impl Fn(u64) -> Vec<(Step, u64)>) -> u64 {
        let mut points = 0;
        for call in 1.. {
            let mut came_to_it = false;
            for (blow, luck) in blows(call) {
                let mut story = self.begin(luck);
                story.go(blow);
                self.play(&mut story);
                if story.machine.borrow().calls < call {
                    break;
                }
                (came_to_it, points) = (true, points + 1);
                story.settle();
            }
            if !came_to_it {
                return points;
            }
        }
        points
    }

    fn begin(&self, luck: u64) -> Story {
        let seconds = |list: &[u64]| list.iter().copied().map(Duration::from_secs).collect();
        let retry = RetryPlan {
            critical: seconds(&[5]),
            others: seconds(&[20]),
            provider: seconds(&[10]),
            login: Duration::from_secs(15),
            ..RetryPlan::default()
        };
        let setup = Setup {
            providers: self.providers,
            connections: 2,
            retry,
            default_to: if self.stray.is_some() { vec![] } else { vec![address("a@example.jp")] },
            domain: "example.com",
            alerts_per_user: 9,
            ..Setup::default()
        };
        let weather = vec![self.weather; self.providers];
        Story::new(Beginning {
            seed: luck,
            setup,
            weather,
            has_two_disks: luck.is_multiple_of(3),
            asks_one_in: 1,
            tells: false,
        })
    }

    /// Whatever is struck down is started again.
    fn play(&self, story: &mut Story) {
        story.go(Step::Start { clock: 0, domain: None });
        if let Some((name, octets)) = self.stray {
            story.go(Step::Stray { name, octets });
        }
        for alert in self.alerts {
            story.go(Step::Enqueue { alert: *alert, hints: true });
        }
        self.work(story);
        for _ in 0..self.passes {
            story.go(Step::Pass(Duration::from_secs(20) + Duration::from_hours(self.skips)));
            story.go(Step::Rescan);
            self.work(story);
        }
        story.go(Step::Rescan);
        self.work(story);
        story.go(Step::Stop);
        story.go(Step::Start { clock: 0, domain: None });
        self.work(story);
    }

    fn work(&self, story: &mut Story) {
        for _ in 0..14 * self.alerts.len() {
            for step in [Step::Hear(2), Step::Write(9), Step::Answer, Step::Start { clock: 0, domain: None }]
            {
                story.go(step);
            }
        }
    }
}
