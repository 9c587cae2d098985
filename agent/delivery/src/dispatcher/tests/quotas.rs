//! A provider that has had as much as it may get is passed over, and nobody is blamed.

use super::*;

fn day(quotas: &[Quota]) -> Day {
    let names = ["home", "docomo", "yahoo"];
    let mut day = Day::new(&names[..quotas.len()]);
    for (place, quota) in quotas.iter().enumerate() {
        day.dispatcher.settings.providers[place].quota = *quota;
        day.dispatcher.sites[place].budget = Budget::new(quota);
    }
    day
}

fn a_minute(messages: u32) -> Quota {
    Quota { messages_per_minute: Some(messages), ..Quota::default() }
}

fn a_day(messages: u32) -> Quota {
    Quota { messages_per_day: Some(messages), ..Quota::default() }
}

impl Day {
    fn sends(&mut self, attempt: u64) {
        self.goes_out(attempt, 1);
    }

    fn info(&mut self, n: u8) -> Vec<String> {
        self.arrives(arrival(n, Severity::Info, &["a@example.jp"]))
    }
}

#[test]
fn who_finds_no_room_goes_to_the_next_provider_at_once_and_nobody_is_blamed() {
    let mut day = day(&[a_minute(1), Quota::default()]);
    assert_eq!(day.info(1), ["attempt 1 home", "begin 1 at 0 for a"]);
    assert_eq!(day.info(2), ["attempt 1 docomo", "begin 2 at 1 for a"]);
    assert!(!day.dispatcher.sites[0].breaker.is_open());
}

#[test]
fn where_nobody_has_room_an_alert_waits_until_the_first_has_and_no_pass_is_counted() {
    let mut day = day(&[a_minute(1), a_day(1)]);
    day.info(1);
    day.sends(1);
    day.info(2);
    day.sends(2);
    let parked = day.info(3);
    assert_eq!(parked, ["copy incoming to deferred", "deferred 0 Synced", "unlink incoming"]);
    let from = day.now.monotonic;
    assert_eq!(day.wakes(), ["attempt 1 home", "begin 3 at 0 for a"]);
    let waited = day.now.monotonic.since(from);
    assert!((59..=61).contains(&waited.as_secs()), "{waited:?}");
}

#[test]
fn a_minute_begins_when_the_mail_has_arrived_however_long_it_was_under_way() {
    let mut day = day(&[a_minute(1)]);
    day.info(1);
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    let slowly = Duration::from_secs(40);
    day.now = Now { wall: day.now.wall.plus(slowly), monotonic: day.now.monotonic.plus(slowly) };
    day.ends(1, vec![delivered()]);
    day.info(2);
    let arrived = day.now.monotonic;
    while !day.wakes().iter().any(|it| it.starts_with("begin 2")) {}
    assert!(day.now.monotonic.since(arrived) >= Duration::from_mins(1), "not 20 s later");
}

#[test]
fn of_two_that_wait_for_room_the_critical_one_gets_it_and_the_other_is_not_journalled_again() {
    let mut day = day(&[a_minute(1)]);
    day.info(1);
    day.sends(1);
    day.info(2);
    day.arrives(arrival(3, Severity::Critical, &["b@example.jp"]));
    assert_eq!(day.wakes(), ["attempt 1 home", "begin 2 at 0 for b"]);
}

#[test]
fn room_that_an_attempt_gives_back_is_used_at_once() {
    let mut day = day(&[a_day(1)]);
    day.info(1);
    day.info(2);
    // The recipient of the first one is unknown: nothing went out.
    day.ends(1, vec![refused(Phase::Rcpt, "550 5.1.1 unknown")]);
    let from = day.now.monotonic;
    assert_eq!(day.wakes(), ["attempt 1 home", "begin 2 at 0 for a"]);
    assert_eq!(day.now.monotonic, from);
}

#[test]
fn recipients_with_different_ways_share_the_quota_of_the_provider_where_these_meet() {
    let only_home = Rule {
        to: vec![crate::routing::Whom::Address(address("a@example.jp"))],
        providers: vec!["home".to_owned()],
        ..Rule::default()
    };
    let quota = Quota { recipients_per_day: Some(2), ..Quota::default() };
    let mut day = Day::with_routing(&["home", "yahoo"], vec![only_home]);
    day.dispatcher.settings.providers[0].quota = quota;
    day.dispatcher.sites[0].budget = Budget::new(&quota);
    day.dispatcher.remember_mail(day.now, "home", day.now.wall, &[address("c@example.jp")]);
    let begun = day.arrives(arrival(1, Severity::Warning, &["a@example.jp", "b@example.jp"]));
    assert_eq!(
        begun,
        ["attempt 1 home", "begin 1 at 0 for a", "attempt 2 yahoo beside 1", "begin 2 at 1 for b"]
    );
}

#[test]
fn a_restart_does_not_fill_a_quota_again() {
    let mut day = day(&[a_day(2), Quota::default()]);
    day.dispatcher.remember_mail(day.now, "home", day.now.wall, &[]);
    day.dispatcher.remember_mail(day.now, "home", Wall::from_unix_ms(i64::MAX), &[]);
    assert_eq!(day.info(1), ["attempt 1 docomo", "begin 1 at 1 for a"]);
}

#[test]
fn as_time_passes_all_alerts_go_out_and_no_minute_has_more_than_its_limit() {
    let mut day = day(&[a_minute(3)]);
    for n in 1..=40 {
        day.info(n);
    }
    let (mut went, mut ended) = (Vec::new(), 0);
    for _ in 0..2_000 {
        let running: Vec<u64> = day.dispatcher.attempts.keys().map(|attempt| attempt.0).collect();
        for attempt in running {
            went.push(day.now.monotonic.ms());
            day.sends(attempt);
            ended += 1;
        }
        if ended == 40 {
            break;
        }
        if day.dispatcher.attempts.is_empty() {
            day.wakes();
        }
    }
    assert_eq!(ended, 40, "all of them went out");
    for end in &went {
        let in_window = went.iter().filter(|at| *at <= end && *at + 60_000 > *end).count();
        assert!(in_window <= 3, "{in_window} in the minute before {end}");
    }
    assert!(went.last().is_some_and(|last| *last < 15 * 60_000), "{went:?}");
}

#[test]
fn who_says_that_it_has_had_too_much_is_left_out_longer_each_time_and_a_fresh_alert_does_not_ask() {
    for (text, cause, first_s) in [
        ("450 4.7.0 throttled", "throttled", 60),
        ("550 5.4.5 Daily user sending limit exceeded.", "exhausted", 3600),
    ] {
        let mut day = day(&[Quota::default(), Quota::default()]);
        day.info(1);
        let told = day.ends(1, vec![refused(Phase::Mail, text)]);
        assert!(told.contains(&format!("home open {cause} 1")), "{told:?}");
        let outage = |day: &Day| {
            day.said.iter().find_map(|command| match command {
                Command::Record { fact: Fact::Provider { outage: Some(outage), .. }, .. } => {
                    Some(outage.clone())
                }
                _ => None,
            })
        };
        let first = outage(&day).expect("it is left out");
        assert_eq!(first.until.since(day.now.wall), Duration::from_secs(first_s), "{text}");
        assert!(first.reason.contains(&text[10..]), "{}", first.reason);
        day.sends(2);
        assert_eq!(day.info(2), ["attempt 1 docomo", "begin 3 at 1 for a"], "the next one has room");
        day.sends(3);
        let wait = Duration::from_secs(first_s);
        day.now = Now { wall: day.now.wall.plus(wait), monotonic: day.now.monotonic.plus(wait) };
        assert_eq!(day.info(3), ["attempt 1 home", "begin 4 at 0 for a"]);
        day.ends(4, vec![refused(Phase::Mail, text)]);
        let second = outage(&day).expect("it is still left out");
        assert_eq!(second.until.since(day.now.wall), Duration::from_secs(2 * first_s), "{text}");
    }
}
