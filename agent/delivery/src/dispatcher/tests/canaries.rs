//! Canary mails among alerts: through their provider or not at all.

use super::*;
use crate::canaries::Canaries;
use spool_format::Canary;

const EVERY: Duration = Duration::from_hours(24);

/// Both providers are sent canaries.
fn day() -> Day {
    let mut day = Day::new(&["home", "docomo"]);
    let each = ["home", "docomo"].map(|name| (name.to_owned(), true));
    day.dispatcher.send_canaries(Canaries::new(day.now, (EVERY, 1), each, 1));
    day
}

/// The canary of this provider.
fn canary(n: u8, provider: &str) -> Arrival {
    Arrival {
        folder: Folder::Deferred,
        canary: Some(provider.to_owned()),
        ttl: Some(Duration::from_mins(10)),
        born: Wall::from_unix_ms(2_000),
        ..arrival(n, Severity::Info, &["ops@example.jp"])
    }
}

impl Day {
    /// Passes time until a canary is to be made; gives the place of its provider.
    fn until_a_canary(&mut self) -> usize {
        for _ in 0..100 {
            self.wakes();
            let made = self.said.iter().find_map(|command| match command {
                Command::Canary { provider } => Some(*provider),
                _ => None,
            });
            if let Some(place) = made {
                return place;
            }
        }
        panic!("no canary is made");
    }
}

#[test]
fn each_provider_is_sent_one_in_each_interval_the_standby_too() {
    let mut day = day();
    let start = day.now.monotonic;
    let mut made = [0, 0];
    while day.now.monotonic.since(start) < EVERY * 10 {
        made[day.until_a_canary()] += 1;
    }
    assert!(made.iter().all(|count| (8..=11).contains(count)), "{made:?}");
}

#[test]
fn a_canary_that_is_taken_is_on_record_before_and_after() {
    let mut day = day();
    let begun = day.arrives(canary(1, "docomo"));
    assert_eq!(
        begun,
        ["canary docomo begins", "attempt 1 docomo", "begin 1 at 1 for ops"],
        "and home is not asked"
    );
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    let end = day.ends(1, vec![delivered()]);
    let expected = [
        "outcome delivered Grouped",
        "canary docomo ok",
        "sent ops refused  Synced",
        "unlink deferred",
        "forget",
    ];
    assert_eq!(end, expected);
}

#[test]
fn a_canary_that_is_not_taken_goes_nowhere_else_and_leaves_no_dead_letter() {
    let mut day = day();
    day.arrives(canary(1, "docomo"));
    let later = || vec![refused(Phase::Mail, "450 4.7.1 later")];
    let (mut all, mut attempt) = (day.ends(1, later()), 1);
    for _ in 0..200 {
        if all.iter().any(|word| word == "forget") {
            break;
        }
        let said = day.wakes();
        let begins = said.iter().any(|word| word.starts_with("begin "));
        all.extend(said);
        if begins {
            attempt += 1;
            all.extend(day.ends(attempt, later()));
        }
    }
    assert!(all.iter().all(|word| !word.contains(" at 0 for") && !word.starts_with("copy ")), "{all:?}");
    let end = all.iter().position(|word| word.starts_with("dead ")).expect("it is given up");
    let why = "docomo, at mail: the server answered `450 4.7.1 later`";
    assert_eq!(all[end - 1], format!("canary docomo failed: {why}"));
    assert_eq!(all[end + 1..], ["unlink deferred", "forget"]);
}

#[test]
fn a_slow_provider_gets_no_company_for_its_canary() {
    let mut day = day();
    day.arrives(canary(1, "home"));
    for _ in 0..5 {
        let said = day.wakes();
        assert!(said.iter().all(|word| !word.starts_with("begin ")), "{said:?}");
    }
}

#[test]
fn who_is_left_out_or_has_no_room_has_its_turn_later() {
    let mut day = day();
    let outage = Outage {
        since: day.now.wall,
        until: day.now.wall.plus(Duration::from_hours(2)),
        openings: 1,
        cause: spool_format::Cause::Login,
        reason: "no".to_owned(),
    };
    day.dispatcher.remember(day.now, "home", outage, false);
    let start = day.now.monotonic;
    assert_eq!(day.until_a_canary(), 1);
    assert_eq!(day.until_a_canary(), 0);
    let waited = day.now.monotonic.since(start);
    assert!(waited > Duration::from_mins(9), "not before it may be asked: {waited:?}");
}

#[test]
fn after_a_restart_a_canary_goes_on_and_the_next_one_waits_for_its_time() {
    let mut before = day();
    before.arrives(canary(1, "docomo"));
    let line = before.said.iter().find_map(|command| match command {
        Command::Record { fact: Fact::Canary(canary), .. } => Some(Box::clone(canary)),
        _ => None,
    });
    let mut day = day();
    day.dispatcher.recall_canary(day.now, *line.expect("it is on record"));
    let again = day.arrives(canary(1, "docomo"));
    assert_eq!(again, ["attempt 1 docomo", "begin 1 at 1 for ops"], "the journal knows that it began");
    day.reaches(1, Gate::Data);
    day.reaches(1, Gate::FinalDot);
    assert!(day.ends(1, vec![delivered()]).contains(&"canary docomo ok".to_owned()));
    let start = day.now.monotonic;
    assert_eq!(day.until_a_canary(), 0, "home has its turn");
    assert_eq!(day.until_a_canary(), 1);
    assert!(
        day.now.monotonic.since(start) + Duration::from_mins(1) >= EVERY,
        "{:?}",
        day.now.monotonic.since(start)
    );
}

#[test]
fn the_canary_of_a_provider_that_is_gone_is_given_up_and_tells_nothing() {
    let mut day = Day::new(&["home"]);
    let mut all = day.arrives(canary(1, "docomo"));
    for _ in 0..50 {
        if all.iter().any(|word| word == "forget") {
            break;
        }
        all.extend(day.wakes());
    }
    assert!(all.iter().any(|word| word.starts_with("dead ")), "{all:?}");
    assert!(all.iter().all(|word| !word.starts_with("canary ") && !word.starts_with("begin ")), "{all:?}");
}

#[test]
fn how_a_canary_ends_is_on_record_also_if_no_more_are_sent_or_its_provider_is_gone() {
    let on_its_way = Canary::new("docomo".to_owned(), canary(1, "docomo").id, Wall::from_unix_ms(2_000));
    for (providers, end) in
        [(&["home", "docomo"][..], "canary docomo ok"), (&["home"], "canary docomo failed: ")]
    {
        let mut day = Day::new(providers);
        day.dispatcher.recall_canary(day.now, on_its_way.clone());
        let mut all = day.arrives(canary(1, "docomo"));
        if providers.len() > 1 {
            day.reaches(1, Gate::FinalDot);
            all.extend(day.ends(1, vec![delivered()]));
        }
        for _ in 0..50 {
            if all.iter().any(|word| word == "forget") {
                break;
            }
            all.extend(day.wakes());
        }
        assert!(all.iter().any(|word| word.starts_with(end)), "{providers:?}: {all:?}");
    }
}
