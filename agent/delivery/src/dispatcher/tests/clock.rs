//! The wall clock jumps, by years and both ways: what is decided, and when, stays the same.

use super::*;
use proptest::prelude::*;

const YEAR_S: i64 = 366 * 24 * 3600;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Arrives(u8, Severity, Option<u64>),
    /// The oldest attempt ends like this.
    Ends(u8),
    Wakes,
    NetworkChanges,
}

fn outcome(of: u8) -> RecipientOutcome {
    match of % 6 {
        0 => delivered(),
        1 => unreachable(),
        2 => RecipientOutcome::Failed(Failure::new(Phase::Greeting, Trouble::Silent { seconds: 60 })),
        3 => refused(Phase::Auth, "535 5.7.8 no"),
        4 => RecipientOutcome::Failed(Failure::new(Phase::Connect, Trouble::NoNetwork(String::new()))),
        _ => lost_reply(),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let severity = prop_oneof![Just(Severity::Critical), Just(Severity::Info)];
    prop_oneof![
        (1..9_u8, severity, prop::option::of(1..100_u64))
            .prop_map(|(n, severity, ttl)| Step::Arrives(n, severity, ttl)),
        any::<u8>().prop_map(Step::Ends),
        any::<u8>().prop_map(Step::Ends),
        Just(Step::Wakes),
        Just(Step::Wakes),
        Just(Step::NetworkChanges),
    ]
}

/// Plays the steps; the wall clock is set by so many seconds before each. Gives what was wanted, each at its time.
fn played(steps: &[Step], jumps: &[i64]) -> Vec<(u64, Vec<String>)> {
    let mut day = Day::new(&["home", "docomo"]);
    let (mut wanted, mut off) = (Vec::new(), 0);
    let start = day.now.wall.unix_ms() + 20 * YEAR_S * 1_000;
    for (step, jump) in steps.iter().zip(jumps) {
        off += jump * 1_000;
        let runs = i64::try_from(day.now.monotonic.ms()).expect("few days");
        day.now.wall = Wall::from_unix_ms(start + runs + off);
        let said = match step {
            Step::Arrives(n, severity, ttl) => {
                // Its age is read off the wall once, when it is met, and here always the same.
                let set = std::mem::replace(&mut day.now.wall, Wall::from_unix_ms(start));
                let mut arrival = arrival(*n, *severity, &["a@example.jp"]);
                (arrival.id, arrival.born) = (AlertId::new(day.now.wall, [*n; 10]), day.now.wall);
                arrival.ttl = ttl.map(Duration::from_secs);
                let said = day.arrives(arrival);
                day.now.wall = set;
                said
            }
            Step::Ends(of) => match day.dispatcher.attempts.keys().next().copied() {
                Some(attempt) => day.ends(attempt.0, vec![outcome(*of)]),
                None => Vec::new(),
            },
            Step::Wakes if day.dispatcher.next_wake().is_some() => day.wakes(),
            Step::Wakes => Vec::new(),
            Step::NetworkChanges => day.tell(Event::NetworkChanged),
        };
        wanted.push((day.now.monotonic.ms(), said));
    }
    wanted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn a_wall_clock_that_jumps_by_years_changes_no_decision_and_no_moment(
        history in prop::collection::vec((step(), prop_oneof![Just(0), -20 * YEAR_S..20 * YEAR_S, -3_600..3_600_i64]), 1..60),
    ) {
        let (steps, jumps): (Vec<Step>, Vec<i64>) = history.into_iter().unzip();
        let calm = vec![0; jumps.len()];
        prop_assert_eq!(played(&steps, &jumps), played(&steps, &calm));
    }
}
