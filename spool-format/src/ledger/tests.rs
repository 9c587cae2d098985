//! What a journal tells, over checkpoints and in whichever order its lines come.

use super::*;
use crate::event::RecipientResult;
use crate::{Address, Severity};

fn id() -> AlertId {
    AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id")
}

fn to() -> Address {
    Address::parse("oncall@example.jp").expect("an address")
}

fn ledger(events: Vec<Event>) -> Ledger {
    let mut ledger = Ledger::default();
    for (at, event) in (1..).zip(events) {
        ledger.take(Entry { at: Wall::from_unix_ms(at), event });
    }
    ledger
}

fn accepted() -> Event {
    Event::Accepted {
        id: id(),
        uid: 7,
        octets: 0,
        recipients: vec![to()],
        unusable: vec![],
        created: None,
        ttl: None,
        message_id: None,
        notice: false,
        canary: None,
        severity: Severity::Critical,
        key: None,
        subject: "s".into(),
    }
}

fn begun(attempt: u32, provider: &str, beside: Option<u32>) -> Event {
    Event::Attempt { id: id(), attempt, provider: provider.into(), recipients: vec![to()], beside }
}

fn attempt() -> Event {
    begun(1, "home", None)
}

fn dot() -> Event {
    Event::DotSent { id: id(), attempt: 1, provider: "home".into(), notes: vec![], text: None, files: vec![] }
}

#[test]
fn nothing_brings_a_sent_alert_back() {
    let sent = Event::Sent { id: id(), delivered: vec![to()], refused: vec![] };
    let ledger = ledger(vec![accepted(), attempt(), dot(), sent, accepted(), attempt()]);
    let history = &ledger.alerts[&id()];
    assert_eq!((history.state, history.misfits), (State::Sent, 2));
    assert_eq!(history.settlement_of(&to()), Some(Settlement::Delivered));
}

#[test]
fn an_attempt_that_ends_behind_the_dot_is_uncertain_until_its_outcome() {
    let mut events = vec![accepted(), attempt(), dot()];
    assert!(!ledger(events.clone()).alerts[&id()].uncertain_at().is_empty());
    events.push(Event::Outcome {
        id: id(),
        attempt: 1,
        provider: "home".into(),
        took_ms: 3,
        preferred: Vec::new(),
        recipients: vec![],
    });
    assert!(ledger(events).alerts[&id()].uncertain_at().is_empty());
}

#[test]
fn accepting_again_after_a_lost_restart_forgets_no_settlement() {
    let outcome = RecipientResult {
        to: to(),
        result: Settlement::Delivered,
        phase: "dot".into(),
        code: Some(250),
        enhanced: None,
        text: "ok".into(),
        scope: None,
        duration: None,
        rule: None,
    };
    let ended = Event::Outcome {
        id: id(),
        attempt: 1,
        provider: "home".into(),
        took_ms: 3,
        preferred: Vec::new(),
        recipients: vec![outcome],
    };
    assert_eq!(
        ledger(vec![accepted(), attempt(), dot(), ended, accepted()]).alerts[&id()].settlement_of(&to()),
        Some(Settlement::Delivered)
    );
}

#[test]
fn the_first_message_id_stays() {
    let named = |name: Option<&str>| {
        let mut event = accepted();
        if let Event::Accepted { message_id, .. } = &mut event {
            *message_id = name.map(str::to_owned);
        }
        event
    };
    let ledger = ledger(vec![named(None), named(Some("<1@a>")), named(Some("<1@b>"))]);
    assert_eq!(ledger.alerts[&id()].message_id.as_deref(), Some("<1@a>"));
}

/// Everything that can be known of an alert, and the entries that tell it.
fn a_life() -> Vec<Event> {
    let other = Address::parse("other@example.jp").expect("an address");
    let result = |to: Address, result, scope: &str, duration: &str| RecipientResult {
        to,
        result,
        phase: "rcpt".into(),
        code: Some(550),
        enhanced: None,
        text: "no".into(),
        scope: Some(scope.into()),
        duration: Some(duration.into()),
        rule: None,
    };
    vec![
        Event::Accepted {
            id: id(),
            uid: 7,
            octets: 99,
            recipients: vec![to(), other.clone()],
            unusable: vec!["nobody".into()],
            severity: Severity::Critical,
            key: Some("disk".into()),
            subject: "s".into(),
            created: Some(Wall::from_unix_ms(5)),
            ttl: Some(60),
            message_id: Some("<1@a>".into()),
            notice: true,
            canary: None,
        },
        attempt(),
        Event::Outcome {
            id: id(),
            attempt: 1,
            provider: "home".into(),
            took_ms: 3,
            preferred: Vec::new(),
            recipients: vec![
                result(to(), Settlement::Open, "recipient", "hard"),
                result(other, Settlement::Uncertain, "provider", "soft"),
            ],
        },
        Event::Deferred { id: id(), passes: 1, until: Wall::from_unix_ms(9_000), why: None },
        begun(2, "docomo", None),
        begun(3, "gmail", Some(2)),
        Event::DotSent {
            id: id(),
            attempt: 2,
            provider: "docomo".into(),
            notes: vec![],
            text: None,
            files: vec![],
        },
    ]
}

/// What the agent goes by, without when and how it came about.
fn sums(history: &History) -> History {
    History { attempts: Vec::new(), last: Wall::from_unix_ms(0), misfits: 0, ..history.clone() }
}

#[test]
fn a_checkpoint_tells_of_what_is_alive_as_much_as_all_entries_before_it() {
    for end in 1..=a_life().len() {
        let before = ledger(a_life()[..end].to_vec());
        let after = ledger(before.checkpoint(|_| true));
        assert_eq!(sums(&after.alerts[&id()]), sums(&before.alerts[&id()]), "after {end} entries");
    }
}

#[test]
fn a_checkpoint_tells_nothing_new_to_who_has_read_the_entries_before_it() {
    let before = ledger(a_life());
    let mut after = before.clone();
    for event in before.checkpoint(|_| true) {
        after.take(Entry { at: Wall::from_unix_ms(99), event });
    }
    assert_eq!(sums(&after.alerts[&id()]), sums(&before.alerts[&id()]));
    assert_eq!(after.alerts[&id()].attempts.len(), 3);
}

#[test]
fn who_begins_to_read_anywhere_before_a_checkpoint_knows_as_much_behind_it_as_who_read_all() {
    let life = a_life();
    let all = ledger(life.clone());
    let checkpoint = all.checkpoint(|_| true);
    for from in 0..life.len() {
        let late = ledger(life[from..].iter().chain(&checkpoint).cloned().collect());
        let snapshot = |ledger: &Ledger| ledger.alerts[&id()].snapshot(id());
        assert_eq!(snapshot(&late), snapshot(&all), "from entry {from}");
    }
}

#[test]
fn of_two_attempts_beside_each_other_both_are_under_way_and_a_later_one_ends_the_thought_of_them() {
    let numbers = |events: Vec<Event>| {
        let ledger = ledger([vec![accepted()], events].concat());
        ledger.alerts[&id()].under_way.iter().map(|attempt| attempt.number).collect::<Vec<_>>()
    };
    let hedged = || vec![begun(1, "home", None), begun(2, "docomo", Some(1))];
    assert_eq!(numbers(hedged()), [1, 2]);
    let ended = Event::Outcome {
        id: id(),
        attempt: 1,
        provider: "home".into(),
        took_ms: 3,
        preferred: Vec::new(),
        recipients: vec![],
    };
    assert_eq!(numbers([hedged(), vec![ended]].concat()), [2]);
    assert_eq!(numbers([hedged(), vec![begun(3, "home", None)]].concat()), [3], "after a crash");
}

#[test]
fn a_provider_that_is_left_out_is_remembered_over_a_checkpoint_until_it_is_used_again() {
    let outage = Outage {
        since: Wall::from_unix_ms(1),
        until: Wall::from_unix_ms(2),
        openings: 3,
        cause: crate::Cause::Silent,
        reason: "no answer".into(),
    };
    let open = |provider: &str| Event::Provider { provider: provider.into(), outage: Some(outage.clone()) };
    let closed = Event::Provider { provider: "docomo".into(), outage: None };
    let before = ledger(vec![open("home"), open("docomo"), closed]);
    assert_eq!(before.providers.keys().collect::<Vec<_>>(), ["home"]);
    let lines = before.checkpoint(|_| true);
    assert_eq!(lines, [open("home"), Event::Checkpoint { alive: 0 }]);
    assert_eq!(ledger(lines).providers, before.providers);
}

#[test]
fn what_a_drill_has_found_is_remembered_over_a_checkpoint_and_so_is_that_an_alert_went_out_since() {
    let result = crate::DrillResult {
        ended: Wall::from_unix_ms(2),
        ok: false,
        login: true,
        phase: "auth".into(),
        text: "535 5.7.8 no".into(),
        cause: Some(crate::Cause::Login),
        failures: 1,
        took_ms: 1,
        tls: None,
        certificate_end: None,
        key: None,
        offers: vec![],
        size: None,
        news: vec![],
        missing: vec![],
        changes: vec![],
    };
    let drill = |begun| {
        let begun = Wall::from_unix_ms(begun);
        let (provider, result) = ("home".into(), Some(result.clone()));
        Event::Drill(Box::new(Drill { provider, begun, result, delivered: None }))
    };
    let before = ledger(vec![drill(1)]);
    assert_eq!(before.drills["home"].failure().map(|it| it.phase.as_str()), Some("auth"));
    let again = ledger(before.checkpoint(|_| true));
    assert_eq!(again.drills, before.drills);
    let recipients = match &a_life()[2] {
        Event::Outcome { recipients, .. } => recipients.clone(),
        other => panic!("{other:?}"),
    };
    let recipients: Vec<RecipientResult> = recipients
        .into_iter()
        .map(|result| RecipientResult { result: Settlement::Delivered, ..result })
        .collect();
    let sent = Event::Outcome {
        id: id(),
        attempt: 1,
        provider: "home".into(),
        took_ms: 3,
        preferred: Vec::new(),
        recipients,
    };
    let after = ledger(vec![accepted(), drill(1), sent, drill(9)]);
    assert_eq!(after.drills["home"].delivered, Some(Wall::from_unix_ms(3)), "kept by a later line");
    assert_eq!(after.drills["home"].failure(), None, "an alert is worth more than a drill");
    assert!(after.drills["home"].is_running());
}

#[test]
fn dead_letters_of_which_nobody_was_told_are_remembered_and_counted_once() {
    let dead = || Event::Dead { id: id(), reason: "r".into(), by: None };
    let counted = |events: Vec<Event>| {
        let ledger = ledger(events);
        let again = Ledger { notices: ledger.notices.clone(), ..Ledger::default() };
        let mut after = Ledger::default();
        for event in again.checkpoint(|_| false) {
            after.take(Entry { at: Wall::from_unix_ms(99), event });
        }
        assert_eq!(after.notices, ledger.notices, "over a checkpoint");
        ledger.notices.values().map(|notice| (notice.kind, notice.untold)).collect::<Vec<_>>()
    };
    // A line that was repeated after a failed sync tells nothing new.
    assert_eq!(counted(vec![accepted(), dead(), dead()]), [(NoticeKind::DeadLetter, 1)]);
    let told = Event::Notice(Box::new(Notice {
        count: 1,
        ..Notice::new(NoticeKind::DeadLetter, String::new(), Wall::from_unix_ms(2))
    }));
    assert_eq!(counted(vec![accepted(), dead(), told]), [(NoticeKind::DeadLetter, 0)]);
    let mut own = accepted();
    if let Event::Accepted { notice, .. } = &mut own {
        *notice = true;
    }
    assert_eq!(counted(vec![own, dead()]), [], "a notice that dies counts for nothing");
}

#[test]
fn a_sent_alert_is_remembered_over_a_checkpoint_as_long_as_its_file_is_there() {
    let sent = Event::Sent { id: id(), delivered: vec![to()], refused: vec![] };
    for detail in [Detail::Full, Detail::Brief] {
        let mut before = Ledger::new(detail);
        for event in [accepted(), sent.clone()] {
            before.take(Entry { at: Wall::from_unix_ms(1), event });
        }
        assert!(ledger(before.checkpoint(|_| true)).sent.contains(&id()));
        assert_eq!(before.checkpoint(|_| false), [Event::Checkpoint { alive: 0 }]);
    }
}

#[test]
fn a_clean_stop_is_told_from_a_crash() {
    let started = || Event::Started { boot: "b1".into(), program: "0.1.0".into(), anew: false };
    assert!(ledger(vec![started(), Event::Stopped]).stopped_cleanly);
    assert!(!ledger(vec![started(), Event::Stopped, started()]).stopped_cleanly);
}
