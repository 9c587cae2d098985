//! Recipients of one alert with orders of their own.

use super::*;
use crate::routing::Whom;

/// Each domain with its providers.
fn routing(rules: &[(&str, &[&str])]) -> Vec<Rule> {
    let rule = |(domain, providers): &(&str, &[&str])| Rule {
        to: vec![Whom::Domain((*domain).to_owned())],
        providers: providers.iter().map(|name| (*name).to_owned()).collect(),
        ..Rule::default()
    };
    rules.iter().map(rule).collect()
}

fn day(rules: &[(&str, &[&str])]) -> Day {
    Day::with_routing(&["home", "docomo", "gmail"], routing(rules))
}

const TO_TWO: [&str; 2] = ["a@example.jp", "phone@docomo.example.net"];

fn one(severity: Severity) -> Arrival {
    arrival(1, severity, &TO_TWO)
}

#[test]
fn recipients_of_two_orders_go_their_ways_at_the_same_time_and_the_alert_is_over_when_both_have_it() {
    let mut day = day(&[("docomo.example.net", &["docomo", "home"])]);
    assert_eq!(
        day.arrives(one(Severity::Warning)),
        ["attempt 1 home", "begin 1 at 0 for a", "attempt 2 docomo beside 1", "begin 2 at 1 for phone"]
    );
    assert_eq!(day.reaches(1, Gate::Data), ["grant 1"]);
    assert_eq!(day.reaches(2, Gate::Data), ["grant 2"], "nobody takes the other one's mail");
    assert_eq!(day.reaches(1, Gate::FinalDot), ["dot-sent Written", "grant 1"]);
    assert_eq!(day.ends(1, vec![delivered()]), ["outcome delivered Synced"]);
    day.reaches(2, Gate::FinalDot);
    let end = day.ends(2, vec![delivered()]);
    assert_eq!(end[1..], ["sent a+phone refused  Synced", "unlink incoming", "forget"]);
}

#[test]
fn recipients_who_agree_on_the_next_provider_go_there_together() {
    let mut day = day(&[("docomo.example.net", &["home", "docomo"]), ("example.jp", &["home", "gmail"])]);
    assert_eq!(day.arrives(one(Severity::Warning)), ["attempt 1 home", "begin 1 at 0 for a+phone"]);
    let next = day.ends(1, vec![unreachable(), unreachable()]);
    assert_eq!(
        next[1..],
        ["attempt 2 gmail", "begin 2 at 2 for a", "attempt 3 docomo beside 2", "begin 3 at 1 for phone"]
    );
}

#[test]
fn who_is_not_in_the_list_is_never_asked_and_nobody_dies_of_it() {
    let mut day = day(&[("docomo.example.net", &["docomo"])]);
    day.arrives(arrival(1, Severity::Warning, &["phone@docomo.example.net"]));
    let end = day.ends(1, vec![unreachable()]);
    assert_eq!(end[1..], ["copy incoming to deferred", "deferred 1 Synced", "unlink incoming"]);
    assert_eq!(day.wakes(), ["attempt 2 docomo", "begin 2 at 1 for phone"]);
}

#[test]
fn a_recipient_is_refused_when_all_of_its_own_providers_refuse_it() {
    let mut day = day(&[("docomo.example.net", &["docomo", "gmail"])]);
    day.arrives(arrival(1, Severity::Warning, &["phone@docomo.example.net"]));
    let no = || vec![refused(Phase::Rcpt, "550 5.1.1 unknown")];
    assert_eq!(day.ends(1, no())[1..], ["attempt 2 gmail", "begin 2 at 2 for phone"]);
    let end = day.ends(2, no());
    assert_eq!(end[0], "outcome refused Grouped");
    assert!(end.iter().any(|line| line.starts_with("dead Synced: every provider refused")), "{end:?}");
}

#[test]
fn the_refusal_of_one_recipient_gives_nobody_up_who_has_another_list() {
    let mut day = day(&[("docomo.example.net", &["docomo"])]);
    day.arrives(one(Severity::Warning));
    assert_eq!(day.ends(2, vec![refused(Phase::Rcpt, "550 5.1.1 unknown")]), ["outcome refused Grouped"]);
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    assert_eq!(day.ends(1, vec![delivered()])[1], "sent a refused phone Synced");
}

#[test]
fn a_slow_provider_of_one_recipient_costs_the_other_one_nothing() {
    let mut day = day(&[("docomo.example.net", &["docomo", "gmail"]), ("example.jp", &["home"])]);
    day.arrives(one(Severity::Warning));
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    assert_eq!(day.ends(1, vec![delivered()]), ["outcome delivered Synced"]);
    let late = day.wakes();
    assert!(late.contains(&"begin 3 at 2 for phone".to_owned()), "{late:?}");
    let ready = day.reaches(3, Gate::Data);
    assert_eq!(ready, ["outcome open Grouped", "withdraw 2", "grant 3"]);
}

#[test]
fn a_slow_provider_that_nobody_can_take_the_place_of_is_waited_for() {
    let mut day = day(&[("docomo.example.net", &["docomo"]), ("example.jp", &["home"])]);
    day.arrives(one(Severity::Warning));
    day.ends(1, vec![delivered()]);
    assert_eq!(day.wakes(), Vec::<String>::new(), "no provider of its list could start beside it");
    assert_eq!(day.reaches(2, Gate::Data), ["grant 2"]);
}

#[test]
fn who_was_taken_back_along_with_others_is_tried_again_at_once_if_the_mail_is_not_for_it() {
    let mut day = day(&[("docomo.example.net", &["home", "docomo"]), ("example.jp", &["home"])]);
    day.arrives(one(Severity::Warning));
    let late = day.wakes();
    assert_eq!(late, ["home open silent 1", "attempt 2 docomo beside 1", "begin 2 at 1 for phone"]);
    let ready = day.reaches(2, Gate::Data);
    assert_eq!(ready[..3], ["outcome open+open Grouped", "withdraw 1", "grant 2"]);
    assert_eq!(ready[3..], ["attempt 3 home beside 2", "begin 3 at 0 for a"]);
}

#[test]
fn a_lost_reply_holds_up_only_those_who_may_have_the_mail() {
    let mut day = day(&[("docomo.example.net", &["docomo", "home"]), ("example.jp", &["home", "gmail"])]);
    day.arrives(one(Severity::Warning));
    day.reaches(2, Gate::Data);
    day.reaches(2, Gate::FinalDot);
    assert_eq!(day.ends(2, vec![lost_reply()]), ["outcome uncertain Grouped"]);
    assert_eq!(day.ends(1, vec![unreachable()])[1..], ["attempt 3 gmail", "begin 3 at 2 for a"]);
    let end = day.ends(3, vec![delivered()]);
    assert!(end.iter().any(|line| line.starts_with("deferred")), "{end:?}");
    assert_eq!(day.wakes(), ["attempt 4 docomo", "begin 4 at 1 for phone"], "it is asked first");
}

#[test]
fn after_a_restart_the_rules_of_now_hold_and_the_one_that_may_have_the_mail_is_asked_first() {
    let mut day = day(&[("example.jp", &["gmail", "home"])]);
    let mut back = one(Severity::Warning);
    back.past.uncertain_at =
        vec![(address(TO_TWO[0]), "home".to_owned()), (address(TO_TWO[1]), "goo".to_owned())];
    assert_eq!(day.arrives(back), ["attempt 1 home", "begin 1 at 0 for a+phone"]);
}
