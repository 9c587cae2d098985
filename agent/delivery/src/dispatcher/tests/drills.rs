//! Drills among alerts: what they find out counts, and no alert waits for one.

use spool_format::Cause;

use super::*;
use crate::drills::{Drills, Plan, Sighting};

const EVERY: Duration = Duration::from_hours(24);

const fn plan(every: Duration) -> Plan {
    Plan { every, certificate_ends: Duration::from_hours(14 * 24) }
}

fn day() -> Day {
    let mut day = Day::new(&["home", "docomo"]);
    let each = ["home", "docomo"].map(|name| (name.to_owned(), true));
    day.dispatcher.drill(Drills::new(day.now, plan(EVERY), each, 1));
    day
}

impl Day {
    /// Passes time until a drill begins; gives the place of its provider.
    fn until_a_drill(&mut self) -> usize {
        for _ in 0..500 {
            self.wakes();
            let drill = self.said.iter().find_map(|command| match command {
                Command::Drill { provider, .. } => Some(*provider),
                _ => None,
            });
            if let Some(place) = drill {
                return place;
            }
        }
        panic!("no drill begins");
    }

    fn drilled(&mut self, provider: usize, failure: Option<Failure>) -> Vec<String> {
        let login = failure.as_ref().is_none_or(|failure| failure.phase == Phase::Auth);
        self.tell(Event::Drilled { provider, sighting: Sighting { failure, login, ..Sighting::default() } })
    }
}

fn login_refused() -> Failure {
    Failure::new(Phase::Auth, Trouble::Reply(reply("535 5.7.8 no")))
}

#[test]
fn a_drill_is_on_record_before_it_begins() {
    let mut day = day();
    day.until_a_drill();
    let words: Vec<String> = day.said.iter().map(words).collect();
    assert!(words[0].starts_with("drilling ") && words[0].ends_with(" Written"), "{words:?}");
    assert!(words[1].starts_with("drill "), "{words:?}");
}

#[test]
fn a_login_that_a_drill_finds_refused_costs_the_next_alert_nothing_and_no_login() {
    let mut day = day();
    let mut said = Vec::new();
    for _ in 0..2 {
        match day.until_a_drill() {
            0 => said = day.drilled(0, Some(login_refused())),
            place => drop(day.drilled(place, None)),
        }
    }
    assert_eq!(said, ["drilled home failed", "home open login 1"]);
    assert_eq!(
        day.arrives(arrival(1, Severity::Critical, &["a@example.jp"])),
        ["attempt 1 docomo", "begin 1 at 1 for a"]
    );
}

#[test]
fn a_drill_says_what_its_failure_means_for_alerts_and_how_often_it_has_failed() {
    let mut day = Day::new(&["home"]);
    day.dispatcher.drill(Drills::new(day.now, plan(Duration::from_mins(1)), [("home".to_owned(), true)], 1));
    let unreached = Failure::connect("refused");
    let cases = [
        (Some(unreached.clone()), Some(Cause::Trouble), 1),
        (Some(unreached), Some(Cause::Trouble), 2),
        (Some(login_refused()), Some(Cause::Login), 3),
        (None, None, 0),
    ];
    for (failure, cause, failures) in cases {
        let place = day.until_a_drill();
        day.drilled(place, failure);
        let result = day.said.iter().find_map(|command| match command {
            Command::Record { fact: Fact::Drill(drill), .. } => drill.result.clone(),
            _ => None,
        });
        let result = result.expect("it is written down");
        assert_eq!((result.cause, result.failures), (cause, failures));
    }
}

#[test]
fn no_alert_waits_for_a_drill() {
    let mut day = day();
    day.until_a_drill();
    assert_eq!(
        day.arrives(arrival(1, Severity::Info, &["a@example.jp"])),
        ["attempt 1 home", "begin 1 at 0 for a"],
        "while one runs, wherever"
    );
}

#[test]
fn a_provider_at_which_an_alert_is_under_way_is_not_drilled_beside_it() {
    let mut day = day();
    day.arrives(arrival(1, Severity::Info, &["a@example.jp"]));
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    assert_eq!(day.until_a_drill(), 1);
    assert_eq!(day.drilled(1, None), ["drilled docomo ok"]);
    for _ in 0..20 {
        assert_eq!(day.wakes(), Vec::<String>::new());
    }
    day.ends(1, vec![delivered()]);
    assert_eq!(day.until_a_drill(), 0);
    assert!(day.said.contains(&Command::Drill { provider: 0, login: false }), "it is proven");
}

#[test]
fn a_provider_that_is_left_out_is_not_drilled_before_its_time() {
    let mut day = Day::new(&["home"]);
    day.dispatcher.drill(Drills::new(day.now, plan(Duration::from_mins(1)), [("home".to_owned(), true)], 1));
    let until = day.now.wall.plus(Duration::from_mins(10));
    let cause = Cause::Login;
    let outage = Outage { since: day.now.wall, until, openings: 1, cause, reason: "no".to_owned() };
    day.dispatcher.remember(day.now, "home", outage, false);
    day.until_a_drill();
    assert!(day.now.wall >= until, "a login more would lock the account");
}

#[test]
fn a_good_drill_brings_a_provider_back_and_those_who_wait_go_out() {
    let mut day = Day::new(&["home"]);
    day.dispatcher.drill(Drills::new(day.now, plan(Duration::from_mins(1)), [("home".to_owned(), true)], 1));
    let outage = Outage {
        since: day.now.wall,
        until: day.now.wall.plus(Duration::from_secs(5)),
        openings: 1,
        cause: Cause::Login,
        reason: "no".to_owned(),
    };
    day.dispatcher.remember(day.now, "home", outage, false);
    day.until_a_drill();
    assert_eq!(day.drilled(0, None), ["drilled home ok", "home closed"]);
}

#[test]
fn a_drill_that_has_no_network_blames_nobody() {
    let mut day = day();
    let place = day.until_a_drill();
    let offline = Failure::new(Phase::Connect, Trouble::NoNetwork("no route".to_owned()));
    assert_eq!(day.drilled(place, Some(offline)), Vec::<String>::new());
}

#[test]
fn after_the_word_to_stop_no_drill_begins() {
    let mut day = day();
    let place = day.until_a_drill();
    day.tell(Event::Stopping);
    assert!(day.dispatcher.is_idle(), "nobody waits for a drill at the end");
    assert_eq!(day.drilled(place, None).len(), 1, "what it found is written down");
    assert_eq!(day.dispatcher.next_wake(), None);
}
