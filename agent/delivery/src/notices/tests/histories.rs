//! Histories by chance: however things go, people are told seldom, of what is so, and never of a notice.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::chance::Chance;
use crate::notices::Word;
use spool_format::AlertId;

const PROVIDERS: [&str; 3] = ["home", "docomo", "gmail"];

/// Plays a history; each notice becomes an alert that fares as badly as any other. Gives what was told when, on the clock
/// that nobody can set.
fn play(seed: u64, real_alerts: bool) -> (Stage, Vec<u64>) {
    let mut dice = Chance::new(seed);
    let mut below = move |most: u64| dice.next() % most;
    let mut stage = Stage::new();
    let (mut real, mut own): (Vec<AlertId>, Vec<AlertId>) = (Vec::new(), Vec::new());
    let (mut moments, mut passed) = (Vec::new(), 0);
    let mut dead = 0;
    for _ in 0..300 {
        let provider = PROVIDERS[usize::try_from(below(3)).expect("small")];
        let place = |list: &[AlertId], draw: u64| usize::try_from(draw % list.len() as u64).expect("small");
        match below(9) {
            0 | 1 if real_alerts => {
                let severity = if below(2) == 0 { Severity::Critical } else { Severity::Info };
                let id = stage.arrives(severity);
                real.push(id);
            }
            2 => stage.provider(provider, below(2) == 0),
            kind @ 3..=7 => {
                let list = if below(2) == 0 { &mut own } else { &mut real };
                if list.is_empty() {
                    continue;
                }
                let at = place(list, below(1 << 30));
                match kind {
                    3 | 4 => stage.fails(list[at], provider),
                    5 => {
                        let id = list.swap_remove(at);
                        dead += u64::from(real_alerts && !stage.notices.own.contains(&id));
                        stage.dies(id);
                    }
                    _ => {
                        let id = list.swap_remove(at);
                        stage.sent(id, provider);
                    }
                }
            }
            _ => {
                let seconds = below(40 * MINUTE);
                stage.pass(seconds);
                passed += seconds;
            }
        }
        while moments.len() < stage.told.len() {
            moments.push(passed);
            own.push(stage.arrives_as(Severity::Critical, true));
        }
    }
    stage.pass(2 * HOUR);
    let counted = stage.told.iter().filter(|told| told.word == Word::Happened).map(|told| told.notice.count);
    assert_eq!(counted.sum::<u64>(), dead, "each dead letter is announced, and no notice is");
    (stage, moments)
}

proptest! {
    #[test]
    fn whatever_happens_the_same_thing_is_told_once_an_hour_at_most(seed in any::<u64>()) {
        let (stage, _) = play(seed, true);
        let mut last: BTreeMap<(NoticeKind, String, bool), Wall> = BTreeMap::new();
        for Telling { word, notice } in &stage.told {
            let at = if *word == Word::Over { notice.told_over } else { notice.told }.expect("told");
            let key = (notice.kind, notice.subject.clone(), *word == Word::Over);
            if let Some(before) = last.insert(key, at) {
                prop_assert!(at.since(before) >= Duration::from_secs(HOUR), "{:?}", stage.story());
            }
        }
        // In the end people know how it stands.
        for item in stage.notices.items.values() {
            prop_assert_eq!(item.lasts(), item.notice().open);
        }
    }

    #[test]
    fn of_notices_alone_whatever_becomes_of_them_no_notice_comes(seed in any::<u64>()) {
        let mut stage = Stage::new();
        let mut dice = Chance::new(seed);
        let mut own: Vec<AlertId> = Vec::new();
        for _ in 0..200 {
            let draw = dice.next();
            let provider = PROVIDERS[usize::try_from(draw % 3).expect("small")];
            match (draw >> 8) % 6 {
                0 => own.push(stage.arrives_as(Severity::Critical, true)),
                1 => own.iter().copied().for_each(|id| stage.fails(id, provider)),
                2 => own.drain(..).for_each(|id| stage.dies(id)),
                3 => own.drain(..).for_each(|id| stage.sent(id, provider)),
                4 => stage.provider(provider, draw & (1 << 20) != 0),
                _ => stage.pass(draw % (40 * MINUTE)),
            }
        }
        stage.pass(2 * HOUR);
        prop_assert_eq!(stage.story(), Vec::<String>::new());
    }
}

#[test]
fn histories_are_worth_playing() {
    let kinds: std::collections::BTreeSet<NoticeKind> = (1..20)
        .flat_map(|seed| play(seed, true).0.told.into_iter().map(|telling| telling.notice.kind))
        .collect();
    let met: Vec<NoticeKind> = kinds.into_iter().collect();
    let expected =
        [NoticeKind::ProviderFailing, NoticeKind::NoProvider, NoticeKind::Stuck, NoticeKind::DeadLetter];
    assert_eq!(met, expected);
    assert_eq!(play(7, false).0.story(), [""; 0]);
}
