//! Recipients who have had as many mails as they are given wait, and nobody else does.

use super::*;
use crate::Rate;
use crate::rates::Rates;
use crate::routing::Whom;

/// One rate for everybody at docomo.
fn day(providers: &[&str], messages_per_minute: Option<u32>, messages_per_day: Option<u32>) -> Day {
    let mut day = Day::new(providers);
    let whom = vec![Whom::Domain("docomo.example.jp".to_owned())];
    let rate = Rate { whom, messages_per_minute, messages_per_day };
    day.dispatcher.rates = Rates::new(std::slice::from_ref(&rate));
    day
}

/// `a` has no limit; everybody whose name begins with `d` is at docomo.
fn alert(n: u8, severity: Severity, to: &[&str]) -> Arrival {
    let domain = |to: &&str| if to.starts_with('d') { "docomo.example.jp" } else { "example.com" };
    let to: Vec<String> = to.iter().map(|name| format!("{name}@{}", domain(name))).collect();
    arrival(n, severity, &to.iter().map(String::as_str).collect::<Vec<_>>())
}

impl Day {
    fn why(&self) -> Option<String> {
        self.said.iter().find_map(|command| match command {
            Command::Record { fact: Fact::Deferred { why, .. }, .. } => why.clone(),
            _ => None,
        })
    }

    fn room_comes_in(&self) -> u64 {
        self.dispatcher.next_wake().expect("something waits").since(self.now.monotonic).as_secs()
    }
}

#[test]
fn who_has_had_its_share_waits_alone_until_there_is_room_and_the_journal_says_why() {
    let mut day = day(&["home"], Some(1), None);
    assert_eq!(day.arrives(alert(1, Severity::Warning, &["d1"]))[1], "begin 1 at 0 for d1");
    day.goes_out(1, 1);
    let begun = day.arrives(alert(2, Severity::Warning, &["a", "d1", "d2"]));
    assert_eq!(begun, ["attempt 1 home", "begin 2 at 0 for a"], "the other one has it now");
    let end = day.goes_out(2, 1);
    assert_eq!(
        end,
        ["outcome delivered Synced", "copy incoming to deferred", "deferred 0 Synced", "unlink incoming"],
        "no pass is counted"
    );
    let why = day.why().expect("a reason");
    let said =
        "docomo.example.jp waits: [[recipient]] gives docomo.example.jp no more mails than 1 in any minute";
    assert!(why.starts_with("d1@") && why.contains(said) && why.contains("; d2@"), "{why}");
    assert!((59..=61).contains(&day.room_comes_in()), "{}", day.room_comes_in());
    assert_eq!(day.wakes(), ["attempt 2 home", "begin 3 at 0 for d1"], "one, and the other one after it");
    assert_eq!(day.goes_out(3, 1)[1..], ["deferred 0 Synced"]);
    assert_eq!(day.wakes(), ["attempt 3 home", "begin 4 at 0 for d2"]);
    assert!(day.goes_out(4, 1)[1].starts_with("sent a+d1+d2"));
}

#[test]
fn a_rate_holds_whichever_provider_takes_the_mail_there_and_sends_nobody_to_another_one() {
    let mut day = day(&["home", "yahoo"], Some(1), None);
    day.arrives(alert(1, Severity::Warning, &["d1"]));
    day.ends(1, vec![unreachable()]);
    day.goes_out(2, 1);
    let parked = day.arrives(alert(2, Severity::Info, &["d1"]));
    assert_eq!(parked, ["copy incoming to deferred", "deferred 0 Synced", "unlink incoming"]);
    assert_eq!(day.tell(Event::Woke), [""; 0]);
}

#[test]
fn of_those_who_wait_for_a_minute_the_critical_one_is_first_and_is_not_journalled_twice() {
    let mut day = day(&["home"], Some(1), None);
    day.arrives(alert(1, Severity::Info, &["d1"]));
    day.goes_out(1, 1);
    day.arrives(alert(2, Severity::Info, &["d1"]));
    let parked = day.arrives(alert(3, Severity::Critical, &["d2"]));
    assert_eq!(parked[1], "deferred 0 Synced", "a carrier that is flooded helps nobody");
    assert_eq!(day.wakes(), ["attempt 1 home", "begin 2 at 0 for d2"]);
}

#[test]
fn the_last_tenth_of_a_day_is_for_critical_alerts_to_those_recipients_too() {
    let mut day = day(&["home"], None, Some(10));
    for n in 1..=9 {
        assert_eq!(day.arrives(alert(n, Severity::Warning, &["d1"])).len(), 2, "{n}");
        day.goes_out(u64::from(n), 1);
    }
    assert_eq!(day.arrives(alert(10, Severity::Warning, &["d1"]))[1], "deferred 0 Synced");
    assert_eq!(day.arrives(alert(11, Severity::Critical, &["d1"]))[1], "begin 10 at 0 for d1");
}

#[test]
fn a_mail_to_two_of_them_counts_twice_and_two_that_do_not_fit_together_go_one_by_one() {
    let mut day = day(&["home"], Some(3), None);
    assert_eq!(day.arrives(alert(1, Severity::Warning, &["d1", "d2"]))[1], "begin 1 at 0 for d1+d2");
    day.goes_out(1, 2);
    assert_eq!(day.arrives(alert(2, Severity::Warning, &["d1", "d2"]))[1], "begin 2 at 0 for d1");
}

#[test]
fn recipients_with_different_ways_share_their_rate() {
    let whom = vec![Whom::Address(address("d1@docomo.example.jp"))];
    let rule = Rule { to: whom, providers: vec!["home".to_owned()], ..Rule::default() };
    let mut day = Day::with_routing(&["home", "yahoo"], vec![rule]);
    let rate = Rate { messages_per_minute: Some(1), ..day_rate() };
    day.dispatcher.rates = Rates::new(&[rate]);
    assert_eq!(day.arrives(alert(1, Severity::Warning, &["d1", "d2"]))[1], "begin 1 at 0 for d1");
}

fn day_rate() -> Rate {
    Rate { whom: vec![Whom::Domain("docomo.example.jp".to_owned())], ..Rate::default() }
}

#[test]
fn a_provider_that_starts_beside_a_slow_one_needs_no_room_of_its_own_and_a_mail_counts_once() {
    let mut day = day(&["home", "yahoo"], Some(2), None);
    day.arrives(alert(1, Severity::Warning, &["d1"]));
    day.arrives(alert(2, Severity::Warning, &["d1"]));
    assert_eq!(day.arrives(alert(3, Severity::Warning, &["d1"]))[1], "deferred 0 Synced", "what runs counts");
    let beside = day.wakes();
    assert!(beside.contains(&"begin 3 at 1 for d1".to_owned()), "{beside:?}");
    day.goes_out(3, 1);
    day.ends(1, vec![RecipientOutcome::Failed(Failure::new(Phase::Data, Trouble::Withdrawn))]);
    // The slow one has given back what was its own, which is nothing.
    assert_eq!(day.arrives(alert(4, Severity::Warning, &["d1"]))[1], "deferred 0 Synced");
}

#[test]
fn room_of_a_mail_that_came_to_nothing_is_used_at_once() {
    let mut day = day(&["home"], None, Some(1));
    day.arrives(alert(1, Severity::Warning, &["d1"]));
    day.arrives(alert(2, Severity::Warning, &["d2"]));
    let from = day.now.monotonic;
    day.ends(1, vec![refused(Phase::Rcpt, "550 5.1.1 unknown")]);
    assert_eq!(day.wakes(), ["attempt 1 home", "begin 2 at 0 for d2"]);
    assert_eq!(day.now.monotonic, from);
}

#[test]
fn who_waits_for_room_beside_one_who_was_refused_for_now_is_asked_with_him_and_the_pass_counts() {
    let mut day = day(&["home"], Some(1), None);
    day.arrives(alert(1, Severity::Warning, &["d1"]));
    day.goes_out(1, 1);
    day.arrives(alert(2, Severity::Warning, &["a", "d1"]));
    let end = day.ends(2, vec![refused(Phase::Rcpt, "450 4.2.0 greylisted")]);
    assert_eq!(end[2], "deferred 1 Synced");
    assert_eq!(day.why(), None);
}

#[test]
fn a_restart_fills_no_rate_again_and_no_clock_can_empty_it() {
    for at in [2_000, i64::MAX] {
        let mut day = day(&["home"], Some(1), None);
        let to = [address("d1@docomo.example.jp")];
        day.dispatcher.remember_mail(day.now, "a provider of old", Wall::from_unix_ms(at), &to);
        assert_eq!(day.arrives(alert(1, Severity::Warning, &["d2"]))[1], "deferred 0 Synced", "{at}");
    }
}

#[test]
fn nobody_dies_of_waiting_for_room() {
    let mut day = day(&["home"], None, Some(1));
    day.arrives(alert(1, Severity::Warning, &["d1"]));
    day.goes_out(1, 1);
    let mut short = alert(2, Severity::Warning, &["d1"]);
    short.ttl = Some(Duration::from_secs(40));
    day.arrives(short);
    assert_eq!(day.wakes(), [""; 0], "its life is over, and it was never tried");
    assert_eq!(day.wakes()[1], "begin 2 at 0 for d1");
    let hours = day.now.monotonic.since(Monotonic::default()).as_secs() / 3600;
    assert_eq!(hours, 24);
}

#[test]
fn as_time_passes_all_go_out_and_no_minute_has_more_than_its_rate() {
    let mut day = day(&["home"], Some(3), None);
    for n in 1..=40 {
        day.arrives(alert(n, Severity::Info, &["d1"]));
    }
    let mut went = Vec::new();
    for _ in 0..2_000 {
        let running: Vec<u64> = day.dispatcher.attempts.keys().map(|attempt| attempt.0).collect();
        for attempt in running {
            went.push(day.now.monotonic.ms());
            day.goes_out(attempt, 1);
        }
        if went.len() == 40 {
            break;
        }
        if day.dispatcher.attempts.is_empty() {
            day.wakes();
        }
    }
    assert_eq!(went.len(), 40, "all of them went out");
    for end in &went {
        let in_window = went.iter().filter(|at| *at <= end && *at + 60_000 > *end).count();
        assert!(in_window <= 3, "{in_window} in the minute before {end}");
    }
    assert!(went.last().is_some_and(|last| *last < 15 * 60_000), "{went:?}");
}
