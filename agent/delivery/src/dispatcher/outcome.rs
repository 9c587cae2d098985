//! What the end of an attempt means for its alert and its provider.

use smtp::{Gate, Outcome, Phase, RecipientOutcome};
use spool_format::Settlement;

use super::attempt::Attempt;
use super::{Dispatcher, network, results};
use crate::blame::{Blame, blame};
use crate::command::{AttemptId, Command, Sync};
use crate::crowd::{Crowding, crowding};
use crate::time::Now;

impl Dispatcher {
    /// What the end of an attempt tells of its provider.
    pub(super) fn blame(&self, now: Now, id: AttemptId, outcome: &Outcome) -> Blame {
        let Some(attempt) = self.attempts.get(&id) else { return Blame::Nobody };
        let was_slow = now.monotonic.since(attempt.began) >= self.patience_with(attempt);
        blame(outcome, &self.settings.providers[attempt.provider].phrases, was_slow)
    }

    pub(super) fn ended(
        &mut self,
        now: Now,
        id: AttemptId,
        outcome: &Outcome,
        blame: &Blame,
        out: &mut Vec<Command>,
    ) {
        let Some(attempt) = self.attempts.remove(&id) else { return };
        self.patience.retain(|(_, of)| *of != id);
        let place = attempt.provider;
        let running = self.sites[place].running;
        self.sites[place].ends(now.monotonic);
        if attempt.leave == Some(Gate::FinalDot) {
            // Its minute begins now: the last octets may have taken their time on the way.
            self.sites[place].budget.goes(now.monotonic, attempt.cost);
        } else {
            self.gives_back(now, place, attempt.cost);
        }
        if self.rates.ends(attempt.id, id, &attempt.recipients) {
            self.wake_parked(now.monotonic);
        }
        let has_it = |it: &RecipientOutcome| {
            matches!(it, RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. })
        };
        let somebody_has_it = outcome.recipients.iter().any(has_it);
        if somebody_has_it {
            self.drills.is_proven(now, place);
            self.sites[place].crowd.went_well(now.monotonic, self.settings.providers[place].connections);
        }
        let crowding = crowding(outcome);
        let is_one_too_many = !somebody_has_it && self.is_one_too_many(&attempt, crowding);
        // Alone it was turned away for some other reason, unless it was told this one.
        if crowding == Crowding::Told || (crowding != Crowding::None && running > 1) {
            self.sites[place].crowd.is_too_many(now.monotonic, attempt.began, running);
        }
        let blame = if is_one_too_many { &Blame::Nobody } else { blame };
        let change = self.learn(now, place, attempt.witness, blame);
        if !attempt.is_dismissed {
            self.settle(now, id, &attempt, (outcome, blame, is_one_too_many), out);
            if is_one_too_many {
                self.waits_for_the_others(&attempt);
            }
        }
        self.tell(place, change.as_ref(), out);
        if !attempt.is_dismissed {
            let is_over = self
                .alerts
                .get(&attempt.id)
                .is_some_and(|alert| alert.nobody_is_open() || alert.wish.is_some());
            if !self.stopping || is_over {
                self.go_on(now, attempt.id, out);
            }
        }
        self.after(now, place, attempt.witness, change.as_ref(), out);
    }

    /// Whether an attempt was turned away only since others are there, and work.
    fn is_one_too_many(&self, attempt: &Attempt, crowding: Crowding) -> bool {
        let place = attempt.provider;
        let breaker = &self.sites[place].breaker;
        let others_work = || {
            let mut running = self.attempts.values().filter(|other| other.provider == place);
            breaker.has_worked_since(attempt.began) || running.any(|other| !other.is_slow)
        };
        crowding.is_turned_away() && !breaker.is_open() && others_work()
    }

    /// The alert stays where it was turned away, and is next when one of the connections there is free.
    fn waits_for_the_others(&mut self, attempt: &Attempt) {
        let Some(alert) = self.alerts.get_mut(&attempt.id) else { return };
        let groups = alert.groups_of(&attempt.recipients);
        if let Some(pass) = &mut alert.pass {
            for group in groups {
                pass.was_turned_away(group, attempt.provider);
            }
        }
    }

    /// Writes down what an attempt means for its alert.
    fn settle(
        &mut self,
        now: Now,
        id: AttemptId,
        attempt: &Attempt,
        (outcome, blame, is_one_too_many): (&Outcome, &Blame, bool),
        out: &mut Vec<Command>,
    ) {
        let Some(alert) = self.alerts.get_mut(&attempt.id) else { return };
        let provider = &self.settings.providers[attempt.provider];
        let judged = results::judge_all(provider, &attempt.recipients, outcome, is_one_too_many);
        let recipients = alert.settle(attempt.provider, judged);
        let somebody_has_it = recipients.iter().any(|result| result.result == Settlement::Delivered);
        let before = alert.places_before(attempt.provider, &recipients);
        let preferred = before.into_iter().map(|place| self.settings.providers[place].name.clone());
        let fact = attempt.outcome(now.monotonic, (&provider.name, preferred.collect()), recipients);
        // While others are still open no closing line follows at once that would bring this one to the disk.
        let sync = if somebody_has_it && !alert.nobody_is_open() { Sync::Synced } else { Sync::Grouped };
        out.push(Command::Record { fact, sync });
        if let Some(pass) = &mut alert.pass {
            pass.attempts.retain(|other| *other != id);
            pass.leave.retain(|leave| *leave != id);
            pass.network = pass.network.max(network::seen(outcome, blame));
            if matches!(blame, Blame::Fails(..)) && is_over_before_the_alert(outcome) {
                pass.failed.push(attempt.provider);
            }
        }
    }
}

/// Whether a session has come to its end before the server could hear anything of the alert.
fn is_over_before_the_alert(outcome: &Outcome) -> bool {
    outcome.recipients.iter().all(|recipient| match recipient {
        RecipientOutcome::Failed(failure) => failure.phase < Phase::Mail,
        RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } | RecipientOutcome::Uncertain(_) => {
            false
        }
    })
}
