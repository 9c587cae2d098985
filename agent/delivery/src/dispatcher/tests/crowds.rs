//! A provider that takes fewer connections at a time than it is given.

use super::*;

const AT_THE_DOOR: &str = "421 4.3.2 busy";
const TOLD: &str = "450 4.7.1 too many connections from 192.0.2.1";

/// `connections` to each, and one alert on each connection to the first.
fn busy(providers: &[&str], connections: usize) -> Day {
    let mut day = Day::new(providers);
    for provider in &mut day.dispatcher.settings.providers {
        provider.connections = connections;
    }
    for n in 1..=connections {
        let n = u8::try_from(n).expect("few");
        day.arrives(arrival(n, Severity::Warning, &["a@example.jp"]));
    }
    day
}

#[test]
fn one_that_is_turned_away_while_others_work_waits_for_one_of_them_and_nobody_is_blamed() {
    for (phase, text) in [(Phase::Greeting, AT_THE_DOOR), (Phase::Mail, TOLD), (Phase::Dot, TOLD)] {
        let mut day = busy(&["home", "docomo"], 4);
        for attempt in [4, 3] {
            let end = day.ends(attempt, vec![refused(phase, text)]);
            assert_eq!(end, ["outcome open Grouped"], "{phase:?}: it waits, and goes to nobody else");
            let rule = |command: &Command| match command {
                Command::Record { fact: Fact::Outcome { recipients, .. }, .. } => recipients[0].rule.clone(),
                _ => None,
            };
            let rule = day.said.iter().find_map(rule);
            assert_eq!(rule.as_deref(), Some("one-too-many"), "no notice says that the provider fails");
        }
        let now: Vec<_> = day.dispatcher.connections_now().collect();
        assert_eq!(now, [("home", 2), ("docomo", 4)], "that is what people are shown");
        assert!(!day.dispatcher.sites[0].breaker.is_open());
        let next = day.goes_out(1, 1);
        assert!(next.contains(&"begin 5 at 0 for a".to_owned()), "{next:?}");
        let more = day.arrives(arrival(9, Severity::Warning, &["a@example.jp"]));
        assert_eq!(more, [""; 0], "two are as many as it takes");
    }
}

#[test]
fn who_turns_everybody_away_is_in_trouble_and_left_out_after_few_connections() {
    let mut day = busy(&["home", "docomo"], 4);
    let mut connections = 4;
    for n in 10..40 {
        day.arrives(arrival(n, Severity::Warning, &["a@example.jp"]));
    }
    for _ in 0..100 {
        let attempt = day.dispatcher.attempts.iter().find(|(_, it)| it.provider == 0).map(|(id, _)| id.0);
        let Some(attempt) = attempt else { break };
        day.now.monotonic = day.now.monotonic.plus(Duration::from_millis(5));
        let said = day.ends(attempt, vec![refused(Phase::Greeting, AT_THE_DOOR)]);
        connections += said.iter().filter(|word| word.contains(" at 0 ")).count();
    }
    assert!(day.dispatcher.sites[0].breaker.is_open());
    assert!(connections <= 10, "{connections}");
}

#[test]
fn one_that_is_alone_is_turned_away_for_another_reason_and_the_next_provider_has_the_alert() {
    for text in [AT_THE_DOOR, TOLD] {
        let mut day = busy(&["home", "docomo"], 1);
        let end = day.ends(1, vec![refused(Phase::Greeting, text)]);
        assert!(end.contains(&"begin 2 at 1 for a".to_owned()), "{text}: {end:?}");
        assert_eq!(day.dispatcher.sites[0].crowd.most(4), if text == TOLD { 1 } else { 4 });
    }
}

#[test]
fn what_goes_well_brings_the_connections_back() {
    let mut day = busy(&["home"], 2);
    day.ends(2, vec![refused(Phase::Greeting, AT_THE_DOOR)]);
    assert_eq!(day.dispatcher.sites[0].crowd.most(2), 1);
    let later = Duration::from_mins(2);
    day.now = Now { wall: day.now.wall.plus(later), monotonic: day.now.monotonic.plus(later) };
    day.goes_out(1, 1);
    for n in 10..20 {
        day.arrives(arrival(n, Severity::Warning, &["a@example.jp"]));
        let running = day.dispatcher.attempts.keys().map(|attempt| attempt.0).next_back().expect("one runs");
        day.goes_out(running, 1);
    }
    assert_eq!(day.dispatcher.sites[0].crowd.most(2), 2);
}
