//! When a change of the network is acted upon: soon, and not a hundred times a second.
//!
//! A network that comes up does so in steps (link, address, route, name service), each of which is told of; a link that
//! flaps tells without end. Acting costs attempts, so it is paid for: a few times in a row soon after the news, then only
//! every few seconds. What was told last is always acted upon.

use std::time::Duration;

use crate::time::Monotonic;

/// What belongs together is told within this time.
const SETTLES_IN: Duration = Duration::from_millis(100);

/// So often in a row it is acted soon.
const IN_A_ROW: u32 = 4;

/// Then, and in the long run, once in so long.
const EVERY: Duration = Duration::from_secs(5);

/// The changes that were told of.
#[derive(Debug, Default)]
pub struct Changes {
    /// When the last one is acted upon, if it was not yet.
    due: Option<Monotonic>,
    /// Until when the times in the past are paid for: each costs [`EVERY`].
    paid_until: Monotonic,
}

impl Changes {
    /// The network has changed.
    pub fn are_told(&mut self, now: Monotonic) {
        if self.due.is_none() {
            let credit = EVERY * (IN_A_ROW - 1);
            let wait = self.paid_until.since(now).saturating_sub(credit);
            self.due = Some(now.plus(wait.max(SETTLES_IN)));
        }
    }

    /// When [`Changes::is_due`] is to be asked; `None` if nothing was told.
    pub const fn due(&self) -> Option<Monotonic> {
        self.due
    }

    /// Whether it is time to act. Says so once.
    pub fn is_due(&mut self, now: Monotonic) -> bool {
        if self.due.is_none_or(|due| due > now) {
            return false;
        }
        self.due = None;
        self.paid_until = self.paid_until.max(now).plus(EVERY);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Plays news at these moments; gives the moments at which it was acted.
    fn acted(told: &[u64]) -> Vec<u64> {
        let mut changes = Changes::default();
        let mut acts = Vec::new();
        let mut act_until = |changes: &mut Changes, end: Monotonic| {
            while let Some(due) = changes.due().filter(|due| *due <= end) {
                assert!(changes.is_due(due));
                acts.push(due.ms());
            }
        };
        for at in told {
            act_until(&mut changes, Monotonic::from_ms(*at));
            changes.are_told(Monotonic::from_ms(*at));
        }
        act_until(&mut changes, Monotonic::from_ms(u64::MAX));
        acts
    }

    #[test]
    fn the_steps_in_which_a_network_comes_up_are_each_acted_upon_soon() {
        assert_eq!(acted(&[0, 1, 20, 3_000, 4_000]), [100, 3_100, 4_100]);
    }

    proptest! {
        #[test]
        fn however_a_link_flaps_it_is_acted_rarely_and_after_the_last_news(
            gaps in prop::collection::vec(prop_oneof![Just(10_u64), 0..200_u64, 0..20_000_u64], 1..400),
        ) {
            let mut at = 0;
            let told: Vec<u64> = gaps.iter().map(|gap| { at += gap; at }).collect();
            let acts = acted(&told);
            for news in &told {
                let soon = acts.iter().any(|act| act > news && act - news <= 5_000);
                prop_assert!(soon, "{news} in {acts:?}");
            }
            for (place, first) in acts.iter().enumerate() {
                for (count, act) in acts[place..].iter().enumerate() {
                    let most = 4 + (act - first) / 5_000;
                    prop_assert!(u64::try_from(count + 1).expect("few") <= most, "{acts:?}");
                }
            }
        }
    }
}
