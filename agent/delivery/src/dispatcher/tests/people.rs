//! What people do with an alert.

use super::*;
use crate::{Act, Done, NotDone};

impl Day {
    /// What comes of an act, and what the dispatcher wants done.
    fn ask(&mut self, act: Act) -> (Result<Done, NotDone>, Vec<String>) {
        self.said.clear();
        let done = self.dispatcher.ask(self.now, id(1), act, 7, &mut self.said);
        (done, self.said.iter().map(words).collect())
    }

    fn later(&mut self, seconds: u64) {
        let wait = Duration::from_secs(seconds);
        self.now = Now { wall: self.now.wall.plus(wait), monotonic: self.now.monotonic.plus(wait) };
    }

    /// A day on which an alert waits, and the only provider is left out.
    fn with_one_that_waits() -> Self {
        let mut day = Self::new(&["home"]);
        day.arrives(arrival(1, Severity::Warning, &["a@example.jp", "b@example.jp"]));
        for attempt in 1..=3 {
            day.ends(attempt, vec![unreachable(), unreachable()]);
            if attempt < 3 {
                day.wakes();
            }
        }
        day
    }
}

fn give_up() -> Act {
    Act::Drop { reason: "the disk is gone for good".to_owned() }
}

fn to(who: &str) -> Act {
    Act::Readdress { instead_of: None, to: vec![address(who)] }
}

#[test]
fn a_person_who_wants_it_tried_now_waits_for_nothing_that_history_says() {
    let mut day = Day::with_one_that_waits();
    day.later(2);
    let (done, said) = day.ask(Act::Retry);
    assert_eq!(done, Ok(Done::Now));
    assert_eq!(said, ["retry 7 Synced", "attempt 4 home", "begin 4 at 0 for a+b"]);
    // Not twice at a time, and afterwards it waits as before.
    assert_eq!(day.ask(Act::Retry), (Ok(Done::Now), vec!["retry 7 Synced".to_owned()]));
    let after = day.ends(4, vec![unreachable(), unreachable()]);
    assert!(after.iter().any(|it| it.starts_with("deferred 4")), "{after:?}");
}

#[test]
fn what_is_held_waits_for_its_release_and_its_life_waits_with_it() {
    let mut day = Day::with_one_that_waits();
    assert_eq!(day.ask(Act::Hold), (Ok(Done::Now), vec!["held 7 Synced".to_owned()]));
    assert_eq!((day.ask(Act::Hold).0, day.ask(Act::Retry).0), (Err(NotDone::Held), Err(NotDone::Held)));
    assert_eq!(day.dispatcher.next_wake(), None);
    day.later(14 * 24 * 3_600);
    assert_eq!(day.tell(Event::Woke), Vec::<String>::new());
    let (done, said) = day.ask(Act::Release);
    assert_eq!((done, said[0].as_str()), (Ok(Done::Now), "released 7 Synced"));
    assert_eq!(said[2], "begin 4 at 0 for a+b");
    let after = day.ends(4, vec![unreachable(), unreachable()]);
    assert!(after.iter().any(|it| it.starts_with("deferred")), "it lives on: {after:?}");
    assert_eq!(day.ask(Act::Release).0, Err(NotDone::NotHeld));
}

#[test]
fn what_is_held_stays_whatever_wakes_those_who_wait() {
    for news in [Event::NetworkChanged, Event::Woke] {
        let mut day = Day::with_one_that_waits();
        assert_eq!(day.ask(Act::Hold).0, Ok(Done::Now));
        day.tell(news);
        for _ in 0..20 {
            let said = day.tell(Event::Woke);
            assert!(!said.iter().any(|word| word.starts_with("begin")), "{said:?}");
            day.later(60);
        }
        assert_eq!(day.ask(Act::Release).1[2], "begin 4 at 0 for a+b");
    }
}

#[test]
fn what_was_held_is_held_after_a_restart() {
    let mut day = Day::new(&["home"]);
    let mut back = arrival(1, Severity::Critical, &["a@example.jp"]);
    back.past.is_held = true;
    assert_eq!(day.arrives(back), Vec::<String>::new());
    assert_eq!(day.dispatcher.next_wake(), None);
    assert_eq!(day.ask(Act::Release).1[2], "begin 1 at 0 for a");
}

#[test]
fn whatever_has_not_sent_its_last_octets_is_taken_back() {
    for gate in [None, Some(Gate::Data)] {
        for (act, last) in [(Act::Hold, "held 7 Synced"), (give_up(), "forget")] {
            let mut day = Day::new(&["home", "docomo"]);
            day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
            if let Some(gate) = gate {
                day.reaches(1, gate);
            }
            let (done, said) = day.ask(act);
            assert_eq!(done, Ok(Done::Now));
            assert!(said.contains(&"withdraw 1".to_owned()), "{said:?}");
            assert_eq!(said.last().map(String::as_str), Some(last));
            let late = vec![RecipientOutcome::Failed(Failure::new(Phase::Data, Trouble::Withdrawn))];
            assert_eq!(day.ends(1, late), Vec::<String>::new(), "what comes of it is no news");
        }
    }
}

#[test]
fn a_mail_that_is_out_stays_out_and_only_one_that_failed_is_held_or_given_up() {
    for (act, last) in [(Act::Hold, "held 7 Synced"), (give_up(), "forget")] {
        let on_its_way = || {
            let mut day = Day::new(&["home", "docomo"]);
            day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
            day.reaches(1, Gate::Data);
            day.reaches(1, Gate::FinalDot);
            day
        };
        let mut day = on_its_way();
        assert_eq!(day.ask(act.clone()), (Ok(Done::AfterThisMail), vec![]));
        assert_eq!(day.ask(to("c@example.jp")).0, Err(NotDone::UnderWay));
        let said = day.ends(1, vec![delivered()]);
        assert!(said.iter().any(|it| it.starts_with("sent a")), "{said:?}");

        let mut day = on_its_way();
        assert!(day.ask(act).0.is_ok());
        let said = day.ends(1, vec![refused(Phase::Dot, "450 4.3.0 later")]);
        assert_eq!(said.last().map(String::as_str), Some(last), "nobody else is asked: {said:?}");
    }
}

#[test]
fn who_changes_his_mind_before_the_mail_has_failed_is_heard() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    assert!(day.ask(Act::Hold).0.is_ok());
    assert_eq!(day.ask(Act::Release).0, Ok(Done::Now));
    let said = day.ends(1, vec![refused(Phase::Dot, "450 4.3.0 later")]);
    assert!(said.contains(&"begin 2 at 1 for a".to_owned()), "{said:?}");
}

#[test]
fn what_is_given_up_is_kept_as_a_dead_letter_with_the_reason_and_whose_wish_it_was() {
    let mut day = Day::with_one_that_waits();
    let (done, said) = day.ask(give_up());
    assert_eq!(done, Ok(Done::Now));
    assert_eq!(
        said,
        ["copy deferred to dead", "dead Synced: the disk is gone for good", "unlink deferred", "forget"]
    );
    let dead = Fact::Dead { id: id(1), reason: "the disk is gone for good".to_owned(), by: Some(7) };
    assert_eq!(day.said[1], Command::Record { fact: dead, sync: Sync::Synced });
    assert_eq!(day.ask(Act::Retry).0, Err(NotDone::Unknown));
    assert_eq!(day.dispatcher.next_wake(), None);
}

#[test]
fn another_recipient_gets_it_at_once_and_who_has_it_stays() {
    let mut day = Day::new(&["home"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp", "b@example.jp", "c@example.jp"]));
    day.ends(1, vec![delivered(), unreachable(), unreachable()]);
    assert_eq!(
        day.ask(Act::Readdress { instead_of: Some(address("a@example.jp")), to: vec![] }).0,
        Err(NotDone::NotFor(address("a@example.jp")))
    );
    let act = Act::Readdress { instead_of: Some(address("b@example.jp")), to: vec![address("d@example.jp")] };
    let (done, said) = day.ask(act);
    assert_eq!(done, Ok(Done::Now));
    assert_eq!(said, ["edited b for d Synced", "attempt 2 home", "begin 2 at 0 for c+d"]);
    let said = day.ends(2, vec![delivered(), delivered()]);
    assert_eq!(said[1], "sent a+c+d refused  Synced");
}

#[test]
fn while_nothing_may_begin_acts_are_written_down_all_the_same() {
    let mut day = Day::new(&["home"]);
    day.dispatcher.pause();
    assert_eq!(day.arrives(arrival(1, Severity::Critical, &["a@example.jp"])), Vec::<String>::new());
    assert_eq!(day.ask(Act::Retry).1, ["retry 7 Synced"]);
    assert_eq!(day.ask(Act::Hold).1, ["held 7 Synced"]);
    assert_eq!(day.ask(Act::Release).1, ["released 7 Synced"]);
    assert_eq!(day.ask(give_up()).1.len(), 4);
}
