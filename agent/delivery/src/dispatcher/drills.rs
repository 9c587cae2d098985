//! Drills among alerts: when one may begin, and what it tells of its provider.
//!
//! A drill is no attempt: no alert waits for it, or for a connection that it has. It begins only where nothing runs, so that
//! a provider that allows few sessions has them for alerts. What it finds out counts as what an attempt finds out.

use smtp::{Outcome, Trouble};
use spool_format::{Drill, Event as Fact};

use super::{Command, Dispatcher, Now, Sync};
use crate::blame::{Blame, blame};
use crate::breaker::{Permit, Witness};
use crate::drills::{Drills, Sighting, Start};

impl Dispatcher {
    /// Drills providers from now on.
    pub fn drill(&mut self, drills: Drills) {
        self.drills = drills;
    }

    /// Takes up what the journal knows of a drill.
    pub fn recall(&mut self, now: Now, drill: Drill) {
        self.drills.recall(now, drill);
    }

    /// Begins the drill that is due.
    pub(super) fn start_drills(&mut self, now: Now, out: &mut Vec<Command>) {
        while let Some(place) = self.drills.due(now.monotonic) {
            let site = &self.sites[place];
            // Who is left out is asked when its time is over, and by one at a time.
            let permit = site.breaker.permit(now.monotonic);
            let may_be_asked = !matches!(permit, Permit::Asked | Permit::Shut(_));
            if site.running > 0 || !may_be_asked || self.no_network.is_some() {
                self.drills.postpone(now.monotonic, place);
                continue;
            }
            let witness = Witness { epoch: site.breaker.epoch(), asks: permit == Permit::Probe };
            let Some(Start { place, login, line }) = self.drills.begin(now, place, witness.asks) else {
                return;
            };
            self.drill_witness = Some(witness);
            let fact = Fact::Drill(Box::new(line));
            out.push(Command::Record { fact, sync: Sync::Written });
            out.push(Command::Drill { provider: place, login });
        }
    }

    /// A drill is over.
    pub(super) fn drilled(&mut self, now: Now, place: usize, sighting: &Sighting, out: &mut Vec<Command>) {
        let is_offline =
            sighting.failure.as_ref().is_some_and(|failure| matches!(failure.trouble, Trouble::NoNetwork(_)));
        let blame = self.blame_of(place, sighting);
        let cause = match &blame {
            Blame::Fails(cause, _) => Some(*cause),
            _ => None,
        };
        let line = if is_offline {
            self.drills.came_to_nothing(now.monotonic, place)
        } else {
            self.drills.ended(now, place, sighting, cause)
        };
        if let Some(drill) = line {
            out.push(Command::Record { fact: Fact::Drill(Box::new(drill)), sync: Sync::Grouped });
        }
        if let Some(witness) = self.drill_witness.take().filter(|_| !is_offline) {
            let change = self.learn(now, place, witness, &blame);
            self.tell(place, change.as_ref(), out);
            if !self.stopping {
                self.after(now, place, witness, change.as_ref(), out);
            }
        }
        if !self.stopping {
            self.start_drills(now, out);
        }
    }

    fn blame_of(&self, place: usize, sighting: &Sighting) -> Blame {
        let provider = &self.settings.providers[place];
        match &sighting.failure {
            Some(failure) => {
                let was_slow = sighting.took >= provider.hedge_after.others;
                blame(&Outcome::failed(1, failure), &provider.phrases, was_slow)
            }
            None if sighting.login => Blame::Works,
            // It says nothing of what the next alert needs.
            None => Blame::Nobody,
        }
    }
}
