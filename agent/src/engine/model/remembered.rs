//! What a start has to have read back from the journal, and what may be forgotten.

use std::collections::BTreeSet;

use delivery::{Monotonic, Now};
use spool_format::{AlertId, Ledger, Settlement, State};

use super::oracle::{Known, Oracle, Promise};

impl Oracle {
    /// The agent is gone, or the machine.
    pub(super) fn crashed(&mut self, lost_power: bool) {
        self.handed.clear();
        self.early.clear();
        (self.sync_asked, self.owes) = (false, false);
        self.lost_power |= lost_power;
    }

    /// A start has read the journal. `is_there` says of which alerts there are files.
    pub(super) fn recovered(&mut self, now: Now, ledger: &Ledger, is_there: impl Fn(AlertId) -> bool) {
        self.started = now.monotonic;
        self.told.clear();
        // What was on its way when the last agent died.
        let dots = std::mem::take(&mut self.dots);
        let under_way: BTreeSet<(AlertId, &String)> =
            dots.values().flat_map(|dot| dot.recipients.values().map(|to| (dot.id, to))).collect();
        for (id, _, number) in std::mem::take(&mut self.dots_written) {
            let under_way = ledger.alerts.get(&id).map_or(&[][..], |history| &history.under_way);
            let is_forgotten = under_way.iter().any(|attempt| attempt.number == number && !attempt.dot_sent);
            assert!(self.lost_power || !is_forgotten, "{id}: that its dot went out is forgotten");
        }
        let certain = if self.lost_power { Known::Synced } else { Known::Written };
        for (id, asked) in &mut self.alerts {
            let is_sent = ledger.sent.contains(id);
            if asked.sent == Known::Synced && !is_sent && !is_there(*id) {
                // It is over, and the journal need not remember it for ever.
                continue;
            }
            assert!(is_sent || asked.sent < certain, "{id}: that it was sent is forgotten");
            asked.sent = if is_sent { Known::Synced } else { Known::No };
            let history = ledger.alerts.get(id);
            for (to, tally) in &mut asked.tallies {
                let settled = history.is_some_and(|history| {
                    history
                        .recipients
                        .iter()
                        .any(|(who, stands)| who.as_str() == to && *stands == Settlement::Delivered)
                });
                if settled {
                    assert!(tally.mails > 0, "{id}: the journal says that {to} has it");
                }
                if settled || (is_sent && tally.mails > 0) {
                    tally.has_it = Known::Synced;
                    continue;
                }
                assert!(tally.has_it < certain, "{id}: that {to} has it is forgotten");
                let is_in_doubt = tally.has_it > Known::No || under_way.contains(&(*id, to));
                tally.doubts += usize::from(is_in_doubt);
                tally.has_it = Known::No;
            }
            asked.not_before = match history.map(|history| history.state) {
                Some(State::Deferred { until }) if until.since(now.wall) <= asked.longest_pause() => {
                    now.monotonic.plus(until.since(now.wall))
                }
                _ => Monotonic::default(),
            };
            (asked.pass, asked.waits) = (None, vec![(now.monotonic, asked.not_before)]);
            (asked.passes, asked.parked) = (history.map_or(0, |history| history.passes), None);
            asked.is_held = history.is_some_and(|history| history.state == State::Held);
            let is_dead = history.is_some_and(|history| history.state == State::Dead);
            // It is remembered for as long as its file lies there. A notice has none if a full disk took no copy.
            let has_no_file = asked.promise == Promise::Open && !is_there(*id);
            let is_forgotten = asked.dead >= certain && !is_dead && !is_sent && !has_no_file;
            assert!(!is_forgotten, "{id}: that it is dead is forgotten");
            asked.dead = if is_dead { Known::Synced } else { Known::No };
        }
        self.lost_power = false;
    }
}
