//! A dispatcher that begins where another one ended.

use super::*;

#[test]
fn a_restart_goes_on_where_the_journal_ends() {
    let mut day = Day::new(&["home", "docomo"]);
    let mut back = arrival(1, Severity::Warning, &["has@example.jp", "bad@example.jp", "open@example.jp"]);
    back.folder = Folder::Deferred;
    back.past = Past {
        settled: vec![(address("has@example.jp"), Settlement::Delivered)],
        refused_by: vec![(address("bad@example.jp"), "home".to_owned())],
        passes: 3,
        attempts: 7,
        until: Some(day.now.wall.plus(Duration::from_secs(20))),
        uncertain_at: ["bad@example.jp", "open@example.jp"]
            .map(|to| (address(to), "docomo".to_owned()))
            .into(),
        is_held: false,
    };
    assert_eq!(day.arrives(back), Vec::<String>::new());
    assert_eq!(day.dispatcher.next_wake(), Some(day.now.monotonic.plus(Duration::from_secs(20))));
    assert_eq!(day.wakes(), ["attempt 8 docomo", "begin 1 at 1 for bad+open"]);
    let next = day.ends(1, vec![unreachable(), unreachable()]);
    assert_eq!(next[1..], ["attempt 9 home", "begin 2 at 0 for open"]);
    assert_eq!(day.ends(2, vec![unreachable()])[1], "deferred 4 Synced");
}

#[test]
fn a_death_between_the_last_outcome_and_the_closing_line_is_made_up_for_without_a_second_mail() {
    let mut day = Day::new(&["home"]);
    let mut back = arrival(1, Severity::Warning, &["a@example.jp"]);
    back.past.settled = vec![(address("a@example.jp"), Settlement::Delivered)];
    assert_eq!(day.arrives(back), ["sent a refused  Synced", "unlink incoming", "forget"]);
}

#[test]
fn who_is_refused_by_all_is_a_question_of_the_configuration_that_holds_now() {
    let both = ["gone@example.jp", "a@example.jp"];
    let refused_by = |names: &[&str]| -> Vec<(Address, String)> {
        names.iter().map(|name| (address("gone@example.jp"), (*name).to_owned())).collect()
    };
    let all = "dead Synced: every provider refused every recipient for good";
    let (open, refused, uncertain) = (Settlement::Open, Settlement::Refused, Settlement::Uncertain);
    for (left, by, recipients, stands, expected) in [
        (&["home"][..], &["home"][..], &both[..1], open, all),
        (&["home"], &["home"], &both[..1], uncertain, all),
        (&["home"], &["home"], &both[..1], refused, all),
        (&["home"], &[], &both[..1], refused, all),
        (&["home", "goo"], &["goo", "home"], &both[..1], open, all),
        (&["home"], &["home"], &both, open, "begin 1 at 0 for a"),
        (&["home", "goo"], &["home"], &both[..1], open, "begin 1 at 1 for gone"),
        (&["home", "goo"], &["home"], &both[..1], refused, "begin 1 at 1 for gone"),
        (&["home"], &["docomo"], &both[..1], open, "begin 1 at 0 for gone"),
    ] {
        let mut day = Day::new(left);
        let mut back = arrival(1, Severity::Warning, recipients);
        back.folder = Folder::Deferred;
        back.past.refused_by = refused_by(by);
        back.past.settled = vec![(address("gone@example.jp"), stands)];
        if stands == uncertain {
            back.past.uncertain_at = vec![(address("gone@example.jp"), "docomo".to_owned())];
        }
        let said = day.arrives(back);
        assert!(said.iter().any(|word| word == expected), "{left:?} are left, {by:?} refused: {said:?}");
    }
}

#[test]
fn an_alert_that_is_in_hand_is_not_taken_twice() {
    let mut day = Day::new(&["home"]);
    let one = arrival(1, Severity::Warning, &["a@example.jp", "a@example.jp"]);
    assert_eq!(day.arrives(one.clone())[1], "begin 1 at 0 for a");
    assert_eq!(day.arrives(one), Vec::<String>::new());
}
