//! Each test is a day in the life of a dispatcher: what happens goes in, what it wants done comes out as short words.

use std::time::Duration;

use smtp::{Failure, Outcome, Phase, RecipientOutcome, Reply, ReplyCode, Trouble};
use spool_format::{Attachment, Folder, Settlement, Severity, Wall};

use super::*;
use crate::arrival::Past;
use crate::{Phrases, Quota, RetryPlan};

mod canaries;
mod changes;
mod clock;
mod crowds;
mod drills;
mod hedging;
mod histories;
mod outages;
mod people;
mod quotas;
mod rates;
mod recipients;
mod recovery;
mod restart;
mod routes;
mod words;

use words::words;

struct Day {
    dispatcher: Dispatcher,
    now: Now,
    said: Vec<Command>,
}

fn id(n: u8) -> AlertId {
    AlertId::new(Wall::from_unix_ms(1_000), [n; 10])
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn arrival(n: u8, severity: Severity, recipients: &[&str]) -> Arrival {
    Arrival {
        id: id(n),
        folder: Folder::Incoming,
        severity,
        key: None,
        recipients: recipients.iter().map(|to| address(to)).collect(),
        born: Wall::from_unix_ms(1_000),
        ttl: None,
        octets: 300,
        is_notice: false,
        canary: None,
        past: Past::default(),
    }
}

fn reply(text: &str) -> Reply {
    Reply::new(ReplyCode(text[..3].parse().expect("a code")), [text[3..].trim_start()])
}

fn delivered() -> RecipientOutcome {
    RecipientOutcome::Delivered(reply("250 2.0.0 ok"))
}

fn refused(phase: Phase, text: &str) -> RecipientOutcome {
    RecipientOutcome::Failed(Failure::new(phase, Trouble::Reply(reply(text))))
}

fn unreachable() -> RecipientOutcome {
    RecipientOutcome::Failed(Failure::connect("connection refused"))
}

fn lost_reply() -> RecipientOutcome {
    RecipientOutcome::Uncertain(Failure::new(Phase::Dot, Trouble::Closed(String::new())))
}

impl Day {
    fn new(providers: &[&str]) -> Self {
        Self::with_routing(providers, Vec::new())
    }

    fn with_routing(providers: &[&str], routing: Vec<Rule>) -> Self {
        let hedge_after = HedgeAfter { critical: Duration::from_secs(1), others: Duration::from_secs(2) };
        let provider = |name: &&str| Provider {
            name: (*name).to_owned(),
            connections: 2,
            quota: Quota::default(),
            hedge_after,
            phrases: Phrases::default(),
        };
        let settings = Settings {
            providers: providers.iter().map(provider).collect(),
            routing,
            rates: Vec::new(),
            retry: RetryPlan::default(),
        };
        let now = Now { wall: Wall::from_unix_ms(2_000), monotonic: Monotonic::from_ms(500) };
        let mut dispatcher = Dispatcher::new(settings, 1);
        // Nobody has to find out first whether they work.
        dispatcher.sites.iter_mut().for_each(|site| site.breaker.is_ready(now.monotonic));
        Self { dispatcher, now, said: Vec::new() }
    }

    /// Tells one event; gives what the dispatcher wants done, in words.
    fn tell(&mut self, event: Event) -> Vec<String> {
        self.said.clear();
        self.dispatcher.handle(self.now, event, &mut self.said);
        self.said.iter().map(words).collect()
    }

    fn arrives(&mut self, arrival: Arrival) -> Vec<String> {
        self.tell(Event::Arrived(arrival))
    }

    fn ends(&mut self, attempt: u64, recipients: Vec<RecipientOutcome>) -> Vec<String> {
        self.tell(Event::Ended { attempt: AttemptId(attempt), outcome: Outcome { recipients } })
    }

    fn reaches(&mut self, attempt: u64, gate: Gate) -> Vec<String> {
        self.tell(Event::Reached { attempt: AttemptId(attempt), gate })
    }

    /// An attempt goes through to its end.
    fn goes_out(&mut self, attempt: u64, recipients: usize) -> Vec<String> {
        self.reaches(attempt, Gate::Data);
        self.reaches(attempt, Gate::FinalDot);
        self.ends(attempt, vec![delivered(); recipients])
    }

    fn wakes(&mut self) -> Vec<String> {
        let wake = self.dispatcher.next_wake().expect("something waits");
        let wait = wake.since(self.now.monotonic);
        self.now = Now { wall: self.now.wall.plus(wait), monotonic: wake };
        self.tell(Event::Woke)
    }
}

#[test]
fn what_a_mail_lacks_stands_in_the_line_before_its_last_octets() {
    let mut day = Day::new(&["home"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    let file = Attachment { name: "df.txt".into(), media_type: "text/plain".into(), data: "ZGYK".into() };
    let differs = Differences {
        notes: vec!["text: cut to its limit".to_owned()],
        text: Some("all of it".to_owned()),
        files: vec![file],
    };
    let composed = Event::Composed { attempt: AttemptId(1), differs: differs.clone() };
    assert!(day.tell(composed).is_empty());
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    let told = day.said.iter().find_map(|command| match command {
        Command::Record { fact: Fact::DotSent { notes, text, files, .. }, .. } => {
            Some(Differences { notes: notes.clone(), text: text.clone(), files: files.clone() })
        }
        _ => None,
    });
    assert_eq!(told, Some(differs));
}

#[test]
fn an_alert_that_goes_through_is_journalled_before_its_file_goes_and_never_moved() {
    let mut day = Day::new(&["home"]);
    let begun = day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    assert_eq!(begun, ["attempt 1 home", "begin 1 at 0 for a"]);
    assert_eq!(day.reaches(1, Gate::Data), ["grant 1"]);
    assert_eq!(day.reaches(1, Gate::FinalDot), ["dot-sent Written", "grant 1"]);
    let end = day.ends(1, vec![delivered()]);
    assert_eq!(end, ["outcome delivered Grouped", "sent a refused  Synced", "unlink incoming", "forget"]);
    assert!(day.dispatcher.is_idle());
}

#[test]
fn trouble_with_a_provider_sends_the_alert_to_the_next_one_in_the_same_pass() {
    let troubles = [
        refused(Phase::Greeting, "554 5.3.2 no"),
        refused(Phase::Ehlo, "421 4.3.2 busy"),
        refused(Phase::Auth, "535 5.7.8 bad credentials"),
        refused(Phase::Mail, "530 5.7.0 authenticate"),
        refused(Phase::Mail, "451 4.3.0 later"),
        refused(Phase::Rcpt, "554 5.7.1 relay denied"),
        refused(Phase::Dot, "554 5.6.0 bad content"),
        unreachable(),
    ];
    for trouble in troubles {
        let mut day = Day::new(&["home", "docomo"]);
        day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
        let mut next = day.ends(1, vec![trouble.clone()]);
        next.retain(|word| !word.starts_with("home open"));
        assert_eq!(next, ["outcome open Grouped", "attempt 2 docomo", "begin 2 at 1 for a"], "{trouble:?}");
    }
}

#[test]
fn only_the_refused_recipient_moves_on_and_what_the_other_has_is_on_disk_first() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["good@example.jp", "bad@example.jp"]));
    let next = day.ends(1, vec![delivered(), refused(Phase::Rcpt, "550 5.1.1 unknown")]);
    assert_eq!(next, ["outcome delivered+open Synced", "attempt 2 docomo", "begin 2 at 1 for bad"]);
    let end = day.ends(2, vec![delivered()]);
    assert_eq!(
        end,
        ["outcome delivered Grouped", "sent good+bad refused  Synced", "unlink incoming", "forget"]
    );
}

#[test]
fn a_recipient_is_refused_for_good_only_by_every_provider() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["bad@example.jp"]));
    assert_eq!(day.ends(1, vec![refused(Phase::Rcpt, "550 5.1.1 unknown")])[0], "outcome open Grouped");
    let end = day.ends(2, vec![refused(Phase::Rcpt, "550 5.1.1 unknown")]);
    assert_eq!(end[0], "outcome refused Grouped");
    assert_eq!(end[1], "copy incoming to dead");
    assert!(end[2].starts_with("dead Synced: every provider refused"), "{}", end[2]);
    assert!(end[2].contains("docomo, at rcpt"), "{}", end[2]);
    assert_eq!(end[3..], ["unlink incoming", "forget"]);
}

#[test]
fn a_provider_that_refused_a_recipient_for_good_is_not_asked_again() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["bad@example.jp"]));
    day.ends(1, vec![refused(Phase::Rcpt, "550 5.1.1 unknown")]);
    day.ends(2, vec![unreachable()]);
    assert_eq!(day.wakes(), ["attempt 3 docomo", "begin 3 at 1 for bad"]);
}

#[test]
fn when_all_fail_the_copy_is_safe_before_the_line_and_the_line_before_the_removal() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Critical, &["a@example.jp"]));
    day.ends(1, vec![unreachable()]);
    let end = day.ends(2, vec![unreachable()]);
    assert_eq!(
        end,
        ["outcome open Grouped", "copy incoming to deferred", "deferred 1 Synced", "unlink incoming"]
    );
    let pause = day.dispatcher.next_wake().expect("waits").since(day.now.monotonic);
    assert!((2_500..=5_000).contains(&pause.as_millis()), "{pause:?}");
    assert_eq!(day.tell(Event::Woke), [""; 0], "nothing before its time");
    assert_eq!(day.wakes(), ["attempt 3 home", "begin 3 at 0 for a"]);
    day.ends(3, vec![unreachable()]);
    assert_eq!(day.ends(4, vec![unreachable()]), ["outcome open Grouped", "deferred 2 Synced"]);
}

#[test]
fn an_old_alert_gets_its_passes_before_anybody_speaks_of_its_age() {
    let mut day = Day::new(&["home", "docomo"]);
    let mut old = arrival(1, Severity::Warning, &["a@example.jp"]);
    day.now.wall = Wall::from_unix_ms(0).plus(Duration::from_hours(24 * 30));
    old.born = Wall::from_unix_ms(0);
    day.arrives(old);
    assert_eq!(day.ends(1, vec![unreachable()])[2], "begin 2 at 1 for a");
    assert!(day.ends(2, vec![unreachable()])[2].starts_with("deferred 1"));
}

#[test]
fn at_the_end_of_its_life_an_alert_is_tried_once_more_and_then_becomes_a_dead_letter_that_says_why() {
    let mut day = Day::new(&["home"]);
    let mut short = arrival(1, Severity::Warning, &["a@example.jp"]);
    short.ttl = Some(Duration::from_secs(40));
    day.arrives(short);
    let mut attempt = 0;
    let dead = loop {
        attempt += 1;
        let mut end = day.ends(attempt, vec![unreachable()]);
        end.retain(|word| !word.starts_with("home open"));
        if end.iter().any(|word| word.starts_with("dead")) {
            break end;
        }
        day.wakes();
    };
    assert_eq!(day.now.monotonic.since(Monotonic::from_ms(500)).as_secs(), 40, "whole when we meet it");
    assert_eq!(dead[1], "copy deferred to dead");
    assert_eq!(
        dead[2],
        "dead Synced: its life was over before a@example.jp had it; last trouble: \
         home, at connect: cannot connect: connection refused"
    );
    assert_eq!(dead[3..], ["unlink deferred", "forget"]);
}

#[test]
fn an_alert_for_nobody_is_a_dead_letter_at_once() {
    let mut day = Day::new(&["home"]);
    let end = day.arrives(arrival(1, Severity::Warning, &[]));
    assert_eq!(end[0], "copy incoming to dead");
    assert!(end[1].contains("names no recipient"), "{}", end[1]);
}

#[test]
fn after_a_lost_reply_a_critical_alert_goes_out_again_at_once_and_others_ask_the_same_provider_first() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Critical, &["a@example.jp"]));
    let next = day.ends(1, vec![lost_reply()]);
    assert_eq!(next, ["outcome uncertain Grouped", "attempt 2 docomo", "begin 2 at 1 for a"]);

    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Warning, &["a@example.jp"]));
    day.ends(1, vec![unreachable()]);
    let end = day.ends(2, vec![lost_reply()]);
    assert_eq!(end[0], "outcome uncertain Grouped");
    assert!(end[2].starts_with("deferred 1"), "{end:?}");
    assert_eq!(day.wakes(), ["attempt 3 docomo", "begin 3 at 1 for a"]);
}

#[test]
fn no_more_attempts_run_at_a_provider_than_it_has_connections_and_the_urgent_go_first() {
    let mut day = Day::new(&["home"]);
    for n in 1..=2 {
        assert_eq!(day.arrives(arrival(n, Severity::Info, &["a@example.jp"])).len(), 2);
    }
    assert_eq!(day.arrives(arrival(3, Severity::Info, &["info@example.jp"])), Vec::<String>::new());
    assert_eq!(day.arrives(arrival(4, Severity::Critical, &["critical@example.jp"])), Vec::<String>::new());
    let end = day.ends(1, vec![delivered()]);
    assert_eq!(end[4..], ["attempt 1 home", "begin 3 at 0 for critical"]);
    assert_eq!(day.ends(2, vec![delivered()])[4..], ["attempt 1 home", "begin 4 at 0 for info"]);
}

#[test]
fn a_fresh_alert_does_not_wait_behind_an_old_heap() {
    let mut day = Day::new(&["home"]);
    day.now.wall = day.now.wall.plus(Duration::from_mins(10));
    for n in 1..=9 {
        day.arrives(arrival(n, Severity::Warning, &["old@example.jp"]));
    }
    let mut fresh = arrival(9, Severity::Warning, &["fresh@example.jp"]);
    fresh.id = AlertId::new(day.now.wall, [0; 10]);
    day.arrives(fresh);
    assert_eq!(day.ends(1, vec![delivered()])[5], "begin 3 at 0 for fresh");
    assert_eq!(day.ends(2, vec![delivered()])[5], "begin 4 at 0 for old");
}

#[test]
fn stopping_lets_go_what_stands_before_data_and_finishes_what_is_behind_it() {
    let mut day = Day::new(&["home", "docomo"]);
    day.arrives(arrival(1, Severity::Info, &["early@example.jp"]));
    day.arrives(arrival(2, Severity::Info, &["late@example.jp"]));
    day.arrives(arrival(3, Severity::Info, &["waiting@example.jp"]));
    day.reaches(2, Gate::Data);
    assert_eq!(day.tell(Event::Stopping), ["withdraw 1"]);
    assert_eq!(day.reaches(1, Gate::Data), ["withdraw 1"]);
    let withdrawn = RecipientOutcome::Failed(Failure::new(Phase::Data, Trouble::Withdrawn));
    assert_eq!(day.ends(1, vec![withdrawn]), ["outcome open Grouped"]);
    assert!(!day.dispatcher.is_idle());
    assert_eq!(day.reaches(2, Gate::FinalDot), ["dot-sent Written", "grant 2"]);
    let end = day.ends(2, vec![delivered()]);
    assert_eq!(end[1..], ["sent late refused  Synced", "unlink incoming", "forget"]);
    assert!(day.dispatcher.is_idle());
    assert_eq!(day.dispatcher.next_wake(), None);
}
