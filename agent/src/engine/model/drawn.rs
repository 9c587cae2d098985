//! What a day's configuration says, by chance: providers and their order, rules, quotas, drills, and what becomes of it at a
//! reload.

use std::time::Duration;

use delivery::Quota;
use delivery::routing::{Rule, Whom};
use spool_format::Severity;

use super::agent::{Local, Setup, address, name_of};
use super::chance::Dice;

/// What a day begins with.
pub(super) fn setup(dice: &mut Dice) -> Setup {
    let providers = 1 + dice.below(4);
    let mut setup = Setup {
        providers,
        last: dice.one_of(&[Some(Local::Program), Some(Local::Maildir), None, None]),
        connections: 1 + dice.below(4),
        default_to: vec![address("a@example.jp")],
        alerts_per_user: 1_000,
        drills_every: dice.one_in(2).then_some(Duration::from_hours(2)),
        canaries_every: canaries(dice),
        notices_every: Duration::from_hours(1),
        ..Setup::default()
    };
    setup.routing = routing(&setup.listed(), dice);
    setup.quotas = quotas(&setup, dice);
    setup
}

/// What an hour begins with: servers, in haste.
pub(super) fn of_an_hour(dice: &mut Dice) -> Setup {
    let mut setup = Setup {
        providers: 1 + dice.below(3),
        connections: 1 + dice.below(4),
        default_to: vec![address("a@example.jp")],
        alerts_per_user: 1_000,
        drills_every: dice.one_in(2).then_some(Duration::from_mins(20)),
        canaries_every: canaries(dice),
        ..Setup::default()
    };
    setup.routing = routing(&setup.listed(), dice);
    setup.quotas = quotas(&setup, dice);
    setup
}

/// What somebody has changed in it.
pub(super) fn change(setup: &mut Setup, dice: &mut Dice) {
    if dice.one_in(2) {
        setup.listed = listed(setup.providers, dice);
    }
    // A rule that names who is not there any more is a mistake of the configuration.
    setup.routing = routing(&setup.listed(), dice);
    if dice.one_in(2) {
        setup.quotas = quotas(setup, dice);
    }
    setup.connections = 1 + dice.below(4);
    setup.drills_every = dice.one_in(2).then_some(Duration::from_hours(2));
    setup.canaries_every = canaries(dice);
}

/// As often as nobody would want them, so that one is under way when something happens.
fn canaries(dice: &mut Dice) -> Option<Duration> {
    dice.one_of(&[None, None, Some(Duration::from_hours(2)), Some(Duration::from_mins(20))])
}

/// What these settings mean for a canary on its way to this place.
pub(super) fn of_a_canary(setup: &Setup, place: usize) -> &'static str {
    if !setup.listed().contains(&place) {
        "the provider of a canary under way is gone"
    } else if setup.canaries_every.is_none() {
        "no more canaries with one under way"
    } else {
        "other settings with a canary under way"
    }
}

/// Some of them, in any order. The last of the world is always there, since nobody limits it.
fn listed(providers: usize, dice: &mut Dice) -> Vec<usize> {
    let mut left: Vec<usize> = (0..providers).collect();
    let mut listed = Vec::new();
    while !left.is_empty() {
        let place = left.remove(dice.below(left.len()));
        if place + 1 == providers || !dice.one_in(4) {
            listed.push(place);
        }
    }
    listed
}

fn routing(listed: &[usize], dice: &mut Dice) -> Vec<Rule> {
    let many = listed.len();
    let turned = |by: usize| (0..many).map(|at| name_of(listed[(at + by) % many])).collect();
    match dice.below(6) {
        0 => vec![Rule { severities: vec![Severity::Critical], providers: turned(1), ..Rule::default() }],
        1 => {
            let to = vec![Whom::Domain("example.com".to_owned())];
            vec![Rule { to, providers: vec![name_of(listed[many - 1])], ..Rule::default() }]
        }
        _ => Vec::new(),
    }
}

/// The last one gets whatever there is, if not in one mail. Nobody counts what a program or a folder takes at once.
fn quotas(setup: &Setup, dice: &mut Dice) -> Vec<Quota> {
    let mut quota = |place: usize| {
        let at_once = Some(dice.one_of(&[1, 2])).filter(|_| dice.one_in(4));
        let recipients_per_message = at_once.filter(|_| setup.local(place).is_none());
        let has_none = place + 1 == setup.providers || !dice.one_in(4);
        if has_none {
            return Quota { recipients_per_message, ..Quota::default() };
        }
        let mut limit = |few: &[u32]| Some(dice.one_of(few)).filter(|_| dice.one_in(2));
        Quota {
            messages_per_minute: limit(&[1, 3]),
            messages_per_day: limit(&[10, 40]),
            recipients_per_day: limit(&[10, 60]),
            recipients_per_message,
        }
    };
    (0..setup.providers).map(&mut quota).collect()
}
