//! Recipients: each goes on alone, and is given up only where every provider has refused that one for good.

use super::*;
use crate::verdict::{Lasting, Phrase, Scope};

const UNKNOWN: &str = "550 5.1.1 unknown";

/// A day with two providers, the second of which means a restriction by a bare 550.
fn with_phrases() -> Day {
    let mut day = Day::new(&["home", "docomo"]);
    day.dispatcher.settings.providers[1].phrases = Phrases(vec![Phrase {
        rule: "docomo-restricted".to_owned(),
        phases: vec![Phase::Rcpt],
        codes: vec![550],
        enhanced: Vec::new(),
        words: Vec::new(),
        scope: Scope::Provider,
        lasting: Lasting::Soft,
        is_limit: false,
        meaning: String::new(),
    }]);
    day
}

#[test]
fn each_recipient_goes_on_in_the_same_pass_with_what_became_of_that_one_alone() {
    let mut day = Day::new(&["home", "phone", "docomo"]);
    day.arrives(arrival(
        1,
        Severity::Warning,
        &["a@example.jp", "b@example.jp", "c@example.jp", "d@example.jp"],
    ));
    let rcpt = |text: &str| refused(Phase::Rcpt, text);
    let next = day
        .ends(1, vec![delivered(), rcpt(UNKNOWN), rcpt("450 4.2.0 later"), rcpt("554 5.7.1 relay denied")]);
    assert_eq!(
        next,
        ["outcome delivered+open+open+open Synced", "attempt 2 phone", "begin 2 at 1 for b+c+d"]
    );
    let next = day.ends(2, vec![rcpt(UNKNOWN), delivered(), rcpt(UNKNOWN)]);
    assert_eq!(next, ["outcome open+delivered+open Synced", "attempt 3 docomo", "begin 3 at 2 for b+d"]);
    let end = day.ends(3, vec![rcpt(UNKNOWN), rcpt(UNKNOWN)]);
    assert_eq!(
        end[0], "outcome refused+open Grouped",
        "home has only said that it does not carry mail there"
    );
    assert_eq!(end[1], "copy incoming to deferred");
    assert_eq!(day.wakes(), ["attempt 4 home", "begin 4 at 0 for d"], "and nobody else asks again");
}

#[test]
fn who_one_provider_refuses_is_not_given_up_while_another_one_was_not_heard() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["bad@example.jp"]));
    day.ends(1, vec![unreachable()]);
    let end = day.ends(2, vec![refused(Phase::Rcpt, UNKNOWN)]);
    assert_eq!(end[..2], ["outcome open Grouped", "copy incoming to deferred"]);
    assert_eq!(day.wakes(), ["attempt 3 home", "begin 3 at 0 for bad"]);
    let end = day.ends(3, vec![refused(Phase::Rcpt, UNKNOWN)]);
    assert_eq!(end[..2], ["outcome refused Grouped", "copy deferred to dead"]);
}

#[test]
fn what_a_provider_is_known_to_mean_decides_whether_somebody_is_given_up() {
    for (mut day, last) in
        [(Day::new(&["home", "docomo"]), "outcome refused Grouped"), (with_phrases(), "outcome open Grouped")]
    {
        day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
        day.ends(1, vec![refused(Phase::Rcpt, "550 no")]);
        assert_eq!(day.ends(2, vec![refused(Phase::Rcpt, "550 no")])[0], last);
    }
}

#[test]
fn a_used_up_account_is_left_out_at_once_whatever_was_being_sent() {
    for (phase, text, cause) in [
        (Phase::Rcpt, "550 5.4.5 daily sending limit exceeded", "exhausted"),
        (Phase::Dot, "451 throttled", "throttled"),
        (Phase::Mail, "450 hourly limit", "throttled"),
    ] {
        let mut day = Day::new(&["home", "docomo"]);
        day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
        let next = day.ends(1, vec![refused(phase, text)]);
        assert!(next.contains(&format!("home open {cause} 1")), "{text}: {next:?}");
        assert!(next.contains(&"begin 2 at 1 for a".to_owned()), "{text}: {next:?}");
    }
}

#[test]
fn who_never_gives_word_is_asked_three_times_and_then_the_next_provider_has_the_alert() {
    let mut day = Day::new(&["gateway", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    for attempt in 1..=2 {
        let end = day.ends(attempt, vec![lost_reply()]);
        assert!(end.iter().any(|word| word.starts_with("deferred")), "it waits for word: {end:?}");
        assert_eq!(day.wakes()[1], format!("begin {} at 0 for a", attempt + 1));
    }
    let end = day.ends(3, vec![lost_reply()]);
    assert!(end.iter().any(|word| word.starts_with("deferred")), "no second copy in the same pass: {end:?}");
    assert_eq!(day.wakes()[1], "begin 4 at 1 for a");
    let next = day.ends(4, vec![unreachable()]);
    assert!(
        next.contains(&"begin 5 at 0 for a".to_owned()),
        "behind the other one it still has its turn: {next:?}"
    );
}
