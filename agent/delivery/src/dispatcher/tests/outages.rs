//! What one alert has found out of a provider the others need not find out again, and it is not forgotten nor believed for
//! longer than it holds.

use super::*;
use spool_format::Cause;

fn silent() -> RecipientOutcome {
    RecipientOutcome::Failed(Failure::new(Phase::Greeting, Trouble::Silent { seconds: 60 }))
}

fn no_network() -> RecipientOutcome {
    RecipientOutcome::Failed(Failure::new(Phase::Connect, Trouble::NoNetwork("no route".to_owned())))
}

/// Where the alert goes first.
fn goes_to(day: &mut Day, n: u8, severity: Severity) -> Option<String> {
    let said = day.arrives(arrival(n, severity, &["a@example.jp"]));
    said.iter().find_map(|word| word.strip_prefix("attempt 1 ").map(str::to_owned))
}

impl Day {
    fn passes_time(&mut self, time: Duration) {
        self.now = Now { wall: self.now.wall.plus(time), monotonic: self.now.monotonic.plus(time) };
    }

    /// The attempt that began last.
    fn last(&self) -> u64 {
        self.dispatcher.last_attempt
    }

    /// The first provider of two is left out, for this reason.
    fn with_outage(trouble: &RecipientOutcome) -> Self {
        let mut day = Self::new(&["home", "docomo"]);
        let mut n = 100;
        while !day.dispatcher.sites[0].breaker.is_open() {
            n += 1;
            assert_eq!(goes_to(&mut day, n, Severity::Warning).as_deref(), Some("home"));
            let first = day.last();
            day.ends(first, vec![trouble.clone()]);
            let second = day.last();
            day.ends(second, vec![delivered()]);
        }
        day
    }
}

#[test]
fn each_trouble_opens_after_its_number_of_attempts() {
    for (trouble, attempts) in [
        (unreachable(), 3),
        (refused(Phase::Greeting, "421 4.3.2 busy"), 3),
        (refused(Phase::Mail, "450 4.7.1 later"), 3),
        (silent(), 1),
        (refused(Phase::Auth, "535 5.7.8 no"), 1),
        (refused(Phase::Mail, "530 5.7.0 log in"), 1),
        (RecipientOutcome::Failed(Failure::new(Phase::Tls, Trouble::Tls("expired".into()))), 1),
    ] {
        let mut day = Day::with_outage(&trouble);
        assert_eq!(day.last(), 2 * attempts, "{trouble:?}");
        assert_eq!(goes_to(&mut day, 1, Severity::Critical).as_deref(), Some("docomo"), "{trouble:?}");
    }
}

#[test]
fn a_burst_for_a_provider_that_refuses_costs_it_few_connections_whether_it_was_known_or_not() {
    for (is_known, most) in [(true, 4), (false, 3)] {
        let mut day = Day::new(&["home", "docomo"]);
        day.dispatcher.settings.providers.iter_mut().for_each(|provider| provider.connections = 4);
        if !is_known {
            day.dispatcher.sites.iter_mut().for_each(|site| *site = Site::default());
        }
        let (mut running, mut at_first, mut at_second) = (Vec::new(), 0, 0);
        let mut note = |said: Vec<String>, running: &mut Vec<(u64, bool)>| {
            for word in said.iter().filter_map(|word| word.strip_prefix("begin ")) {
                let is_first = word.contains(" at 0 ");
                (at_first, at_second) =
                    (at_first + usize::from(is_first), at_second + usize::from(!is_first));
                running
                    .push((word.split(' ').next().and_then(|n| n.parse().ok()).expect("a number"), is_first));
            }
        };
        for n in 1..=100 {
            note(day.arrives(arrival(n, Severity::Critical, &["a@example.jp"])), &mut running);
        }
        while !running.is_empty() {
            let (attempt, is_first) = running.remove(0);
            let said = if is_first {
                day.ends(attempt, vec![unreachable()])
            } else {
                let mut said = day.reaches(attempt, Gate::Data);
                said.extend(day.ends(attempt, vec![delivered()]));
                said
            };
            note(said, &mut running);
        }
        assert!(at_first <= most, "{at_first} connections");
        assert_eq!(at_second, 100);
    }
}

#[test]
fn a_login_that_is_refused_is_tried_once_however_many_alerts_there_are() {
    let mut day = Day::new(&["home", "docomo"]);
    day.dispatcher.sites.iter_mut().for_each(|site| *site = Site::default());
    for n in 1..=50 {
        day.arrives(arrival(n, Severity::Critical, &["a@example.jp"]));
    }
    assert_eq!(day.last(), 1, "nobody knows yet whether it works");
    day.ends(1, vec![refused(Phase::Auth, "535 5.7.8 no")]);
    assert_eq!(day.dispatcher.attempts.values().filter(|attempt| attempt.provider == 0).count(), 0);
    assert!(day.last() > 1);
}

#[test]
fn one_alert_finds_out_meanwhile_the_others_go_on_and_success_brings_the_first_one_back() {
    let mut day = Day::with_outage(&silent());
    day.passes_time(Duration::from_secs(14));
    assert_eq!(goes_to(&mut day, 1, Severity::Warning).as_deref(), Some("docomo"), "before its time");
    day.passes_time(Duration::from_secs(16));
    assert_eq!(goes_to(&mut day, 2, Severity::Warning).as_deref(), Some("home"), "one asks");
    let asks = day.last();
    assert_eq!(goes_to(&mut day, 3, Severity::Warning).as_deref(), Some("docomo"), "the others do not wait");
    assert_eq!(day.ends(asks, vec![delivered()])[1], "home closed");
    assert_eq!(goes_to(&mut day, 4, Severity::Warning).as_deref(), Some("home"));
}

#[test]
fn the_pause_grows_with_each_time_it_is_asked_in_vain_and_has_an_end() {
    let mut day = Day::with_outage(&silent());
    let mut pauses = Vec::new();
    for n in 1..=8 {
        let permit = day.dispatcher.sites[0].breaker.permit(day.now.monotonic);
        let crate::breaker::Permit::Shut(until) = permit else { panic!("{permit:?}") };
        let pause = until.since(day.now.monotonic);
        pauses.push(pause.as_secs());
        day.passes_time(pause);
        assert_eq!(goes_to(&mut day, n, Severity::Warning).as_deref(), Some("home"));
        let asks = day.last();
        let said = day.ends(asks, vec![silent()]);
        assert_eq!(said[1], format!("home open silent {}", n + 1));
        let other = day.last();
        day.ends(other, vec![delivered()]);
    }
    for (pause, full) in pauses.iter().zip([30, 60, 120, 300, 300, 300, 300, 300]) {
        assert!((full / 2..=full).contains(pause), "{pauses:?}");
    }
}

#[test]
fn stragglers_of_an_outage_neither_make_it_longer_nor_begin_the_next_one() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    day.arrives(arrival(2, Severity::Warning, &["a@example.jp"]));
    assert_eq!(day.ends(1, vec![silent()])[1], "home open silent 1");
    day.passes_time(Duration::from_secs(31));
    day.arrives(arrival(3, Severity::Warning, &["a@example.jp"]));
    let asks = day.last();
    day.ends(asks, vec![delivered()]);
    let late = day.ends(2, vec![silent()]);
    assert!(!late.iter().any(|word| word.starts_with("home")), "{late:?}");
}

#[test]
fn a_refused_recipient_or_message_says_nothing_against_its_provider() {
    for trouble in [
        refused(Phase::Rcpt, "550 5.1.1 unknown"),
        refused(Phase::Rcpt, "450 4.2.0 later"),
        refused(Phase::Dot, "554 5.6.0 bad"),
    ] {
        let mut day = Day::new(&["home", "docomo"]);
        for n in 1..=9 {
            assert_eq!(goes_to(&mut day, n, Severity::Warning).as_deref(), Some("home"), "{trouble:?}");
            let first = day.last();
            day.ends(first, vec![trouble.clone()]);
            let second = day.last();
            day.ends(second, vec![delivered()]);
        }
    }
}

/// Both providers are left out.
fn all_left_out(cause: Cause) -> Day {
    let mut day = Day::new(&["home", "docomo"]);
    for name in ["home", "docomo"] {
        let until = day.now.wall.plus(Duration::from_secs(20));
        let outage = Outage { since: day.now.wall, until, openings: 1, cause, reason: String::new() };
        day.dispatcher.remember(day.now, name, outage, false);
    }
    day
}

#[test]
fn when_all_are_left_out_a_fresh_alert_asks_anyway_and_in_order() {
    let mut day = all_left_out(Cause::Silent);
    assert_eq!(goes_to(&mut day, 1, Severity::Critical).as_deref(), Some("home"));
    assert_eq!(day.arrives(arrival(2, Severity::Critical, &["a@example.jp"])), [""; 0], "one at a time");
    let next = day.ends(1, vec![unreachable()]);
    assert!(next.contains(&"begin 2 at 1 for a".to_owned()), "{next:?}");
    let last = day.ends(2, vec![unreachable()]);
    assert!(last.iter().any(|word| word.starts_with("deferred 1")), "{last:?}");
    assert!(last.iter().any(|word| word.starts_with("deferred 0")), "the other one was not tried: {last:?}");
}

#[test]
fn when_all_are_left_out_old_alerts_wait_for_the_soonest_and_nothing_is_counted_against_them() {
    let mut day = all_left_out(Cause::Silent);
    day.now.wall = day.now.wall.plus(Duration::from_mins(10));
    assert_eq!(goes_to(&mut day, 1, Severity::Warning), None);
    assert_eq!(day.said.iter().map(words).collect::<Vec<_>>()[1], "deferred 0 Synced");
    let wait = day.dispatcher.next_wake().expect("a time").since(day.now.monotonic);
    assert_eq!(wait.as_secs(), 20);
    assert_eq!(day.wakes(), ["attempt 1 home", "begin 1 at 0 for a"]);
}

#[test]
fn what_waits_for_a_provider_is_sent_as_soon_as_one_works() {
    let mut day = all_left_out(Cause::Silent);
    day.now.wall = day.now.wall.plus(Duration::from_mins(10));
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    let mut fresh = arrival(2, Severity::Critical, &["b@example.jp"]);
    fresh.id = AlertId::new(day.now.wall, [2; 10]);
    assert_eq!(day.arrives(fresh)[1], "begin 1 at 0 for b");
    assert!(day.ends(1, vec![delivered()]).contains(&"home closed".to_owned()));
    assert_eq!(day.dispatcher.next_wake(), Some(day.now.monotonic));
    assert_eq!(day.wakes()[1], "begin 2 at 0 for a");
}

#[test]
fn a_refused_login_is_not_tried_again_by_each_fresh_alert_even_when_nobody_else_is_left() {
    let mut day = all_left_out(Cause::Login);
    for n in 1..=20 {
        assert_eq!(goes_to(&mut day, n, Severity::Critical), None, "{n}");
        day.passes_time(Duration::from_millis(500));
    }
    let mut logins = 0;
    for _ in 0..200 {
        day.wakes();
        let running: Vec<u64> = day.dispatcher.attempts.keys().map(|attempt| attempt.0).collect();
        for attempt in running {
            logins += 1;
            day.ends(attempt, vec![refused(Phase::Auth, "535 5.7.8 no")]);
        }
        if day.now.monotonic.ms() > 3_600_000 {
            break;
        }
    }
    assert!((10..=60).contains(&logins), "{logins} logins at two providers in an hour");
}

#[test]
fn nobody_dies_of_providers_that_are_left_out() {
    let mut day = all_left_out(Cause::Login);
    let mut short = arrival(1, Severity::Warning, &["a@example.jp"]);
    short.ttl = Some(Duration::from_secs(3));
    day.arrives(short);
    let mut said = Vec::new();
    while day.last() == 0 {
        said.extend(day.wakes());
    }
    assert!(!said.iter().any(|word| word.starts_with("dead")), "{said:?}");
    assert!(day.now.monotonic.ms() > 3_500, "its life is over, and it is tried");
    day.ends(1, vec![unreachable()]);
}

#[test]
fn a_restart_remembers_and_no_clock_makes_it_longer() {
    let outage = |until, cause| Outage {
        since: Wall::from_unix_ms(0),
        until: Wall::from_unix_ms(until),
        openings: 1,
        cause,
        reason: String::new(),
    };
    for (until, cause, was_stopped, left) in [
        (12_000, Cause::Trouble, false, 10),
        (12_000, Cause::Silent, true, 10),
        (i64::MAX, Cause::Silent, false, 30),
        (0, Cause::Silent, false, 0),
        (900_000, Cause::Login, false, 898),
        (900_000, Cause::Login, true, 0),
        (i64::MAX, Cause::Refused, false, 300),
        (i64::MAX, Cause::Refused, true, 0),
    ] {
        let mut day = Day::new(&["home", "docomo"]);
        day.dispatcher.remember(day.now, "home", outage(until, cause), was_stopped);
        day.dispatcher.remember(day.now, "gone", outage(until, cause), was_stopped);
        let permit = day.dispatcher.sites[0].breaker.permit(day.now.monotonic);
        let found = match permit {
            crate::breaker::Permit::Shut(until) => until.since(day.now.monotonic).as_secs(),
            _ => 0,
        };
        assert_eq!(found, left, "{until} {cause:?} {was_stopped}");
    }
}

#[test]
fn a_machine_without_network_blames_nobody_and_burns_nothing() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Info, &["a@example.jp"]));
    for round in 0..6 {
        let first = day.last();
        let next = day.ends(first, vec![no_network()]);
        assert_eq!(next.last().map(String::as_str), Some(format!("begin {} at 1 for a", first + 1).as_str()));
        let end = day.ends(first + 1, vec![no_network()]);
        assert!(end.contains(&"deferred 0 Synced".to_owned()), "{round}: {end:?}");
        let before = day.now.monotonic;
        assert_eq!(day.wakes().last(), Some(&format!("begin {} at 0 for a", first + 2)));
        assert!(day.now.monotonic.since(before).as_secs() <= 5, "a short pause");
    }
}

#[test]
fn without_a_network_one_alert_of_many_finds_out_and_all_go_when_it_is_back() {
    let mut day = Day::new(&["home"]);
    for n in 1..=20 {
        day.arrives(arrival(n, Severity::Warning, &["a@example.jp"]));
    }
    while let Some(attempt) = day.dispatcher.attempts.keys().next().copied() {
        day.ends(attempt.0, vec![no_network()]);
    }
    let before = day.last();
    for _ in 0..60 {
        day.wakes();
        while let Some(attempt) = day.dispatcher.attempts.keys().next().copied() {
            day.ends(attempt.0, vec![no_network()]);
        }
    }
    let (tries, seconds) = (day.last() - before, day.now.monotonic.ms() / 1000);
    assert!(tries >= seconds / 6 && tries <= seconds / 2, "{tries} tries in {seconds} s");
    while day.dispatcher.attempts.is_empty() {
        day.wakes();
    }
    let scout = day.last();
    day.ends(scout, vec![delivered()]);
    assert_eq!(day.dispatcher.next_wake(), Some(day.now.monotonic), "all the others at once");
}

#[test]
fn who_was_slow_without_a_network_was_not_slow() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    assert_eq!(day.wakes()[0], "home open silent 1");
    day.ends(1, vec![no_network()]);
    assert!(day.ends(2, vec![no_network()]).contains(&"home closed".to_owned()));
}

#[test]
fn without_a_network_nobody_comes_before_the_time_that_the_journal_names() {
    let mut day = Day::new(&["home"]);
    let outage = Outage {
        since: day.now.wall,
        until: day.now.wall.plus(Duration::from_secs(30)),
        openings: 1,
        cause: Cause::Silent,
        reason: String::new(),
    };
    day.dispatcher.remember(day.now, "home", outage, false);
    let mut old = arrival(1, Severity::Warning, &["a@example.jp"]);
    old.past.passes = 1;
    day.arrives(old);
    let named = day.said.iter().find_map(|command| match command {
        Command::Record { fact: Fact::Deferred { until, .. }, .. } => Some(*until),
        _ => None,
    });
    day.arrives(arrival(2, Severity::Warning, &["a@example.jp"]));
    assert!(day.ends(1, vec![no_network()]).contains(&"home closed".to_owned()));
    let begins = |command: &Command| matches!(command, Command::Begin { id: of, .. } if *of == id(1));
    while !day.said.iter().any(begins) {
        let attempt = day.last();
        if day.dispatcher.attempts.contains_key(&AttemptId(attempt)) {
            day.ends(attempt, vec![no_network()]);
        }
        day.wakes();
    }
    assert!(Some(day.now.wall) >= named, "at {:?}, and not before {named:?}", day.now.wall);
}

#[test]
fn an_alert_in_doubt_waits_for_the_provider_that_may_have_it_also_when_that_is_left_out_or_slow() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    let end = day.ends(1, vec![lost_reply()]);
    assert!(end.iter().any(|word| word.starts_with("deferred 1")), "{end:?}");
    let until = day.now.wall.plus(Duration::from_mins(2));
    let outage =
        Outage { since: day.now.wall, until, openings: 2, cause: Cause::Silent, reason: String::new() };
    day.dispatcher.remember(day.now, "home", outage, false);
    while day.last() == 1 {
        day.wakes();
    }
    assert_eq!(day.said.iter().map(words).collect::<Vec<_>>(), ["attempt 2 home", "begin 2 at 0 for a"]);
    let slow = day.wakes();
    assert!(!slow.iter().any(|word| word.starts_with("begin")), "nobody beside it: {slow:?}");
    let next = day.ends(2, vec![unreachable()]);
    assert!(next.contains(&"begin 3 at 1 for a".to_owned()), "it has not got it: {next:?}");
}
