//! What the end of an attempt means for its alert and its provider.

use smtp::{Gate, Outcome, RecipientOutcome};
use spool_format::Settlement;

use super::attempt::Attempt;
use super::{Dispatcher, network, results};
use crate::blame::{Blame, blame};
use crate::command::{AttemptId, Command, Sync};
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
        self.sites[place].ends(now.monotonic);
        if attempt.leave != Some(Gate::FinalDot) {
            self.gives_back(now, place, attempt.cost);
        }
        let has_it = |it: &RecipientOutcome| {
            matches!(it, RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. })
        };
        if outcome.recipients.iter().any(has_it) {
            self.drills.is_proven(now, place);
        }
        let change = self.learn(now, place, attempt.witness, blame);
        if !attempt.is_dismissed {
            self.settle(now, id, &attempt, (outcome, blame), out);
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

    /// Writes down what an attempt means for its alert.
    fn settle(
        &mut self,
        now: Now,
        id: AttemptId,
        attempt: &Attempt,
        (outcome, blame): (&Outcome, &Blame),
        out: &mut Vec<Command>,
    ) {
        let Some(alert) = self.alerts.get_mut(&attempt.id) else { return };
        let provider = &self.settings.providers[attempt.provider];
        let judged = results::judge_all(provider, &attempt.recipients, outcome);
        let recipients = alert.settle(attempt.provider, judged);
        let somebody_has_it = recipients.iter().any(|result| result.result == Settlement::Delivered);
        let fact = attempt.outcome(now.monotonic, &provider.name, recipients);
        // While others are still open no closing line follows at once that would bring this one to the disk.
        let sync = if somebody_has_it && !alert.nobody_is_open() { Sync::Synced } else { Sync::Grouped };
        out.push(Command::Record { fact, sync });
        if let Some(pass) = &mut alert.pass {
            pass.attempts.retain(|other| *other != id);
            pass.leave.retain(|leave| *leave != id);
            pass.network = pass.network.max(network::seen(outcome, blame));
        }
    }
}
