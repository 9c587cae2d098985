//! Canary mails among alerts. A canary is an alert for one provider: it goes the way of all alerts, with its waits and its
//! quota, and never through another provider, since that would tell nothing of the first.

use spool_format::{AlertId, Canary, Event as Fact, Severity};

use super::{Command, Dispatcher, Now, Sync};
use crate::breaker::Permit;
use crate::canaries::Canaries;

impl Dispatcher {
    /// Sends canary mails from now on.
    pub fn send_canaries(&mut self, canaries: Canaries) {
        self.canaries = canaries;
    }

    /// Takes up what the journal knows of a canary.
    pub fn recall_canary(&mut self, now: Now, canary: Canary) {
        self.canaries.recall(now, canary);
    }

    /// Has those made that are due. Who is left out, or has no room, is known to be so, and has its turn later.
    pub(super) fn start_canaries(&mut self, now: Now, out: &mut Vec<Command>) {
        while let Some(place) = self.canaries.due(now.monotonic) {
            let permit = self.sites[place].breaker.permit(now.monotonic);
            let is_left_out = matches!(permit, Permit::Asked | Permit::Shut(_));
            let recipients = self.canaries.recipients();
            let is_full = self.full_until(now.monotonic, place, recipients, Severity::Info).is_some();
            let is_under_way = self.canaries.under_way(place).is_some_and(|alert| self.knows(alert));
            if is_left_out || is_full || is_under_way || self.no_network.is_some() {
                self.canaries.postpone(now.monotonic, place);
                continue;
            }
            self.canaries.is_made(now.monotonic, place);
            out.push(Command::Canary { provider: place });
        }
    }

    /// One is in hand.
    pub(super) fn canary_begins(&mut self, now: Now, provider: &str, id: AlertId, out: &mut Vec<Command>) {
        if let Some(canary) = self.canaries.begins(now.wall, provider, id) {
            out.push(Command::Record { fact: Fact::Canary(Box::new(canary)), sync: Sync::Grouped });
        }
    }

    /// One is settled.
    pub(super) fn canary_ends(&mut self, now: Now, id: AlertId, why: Option<String>, out: &mut Vec<Command>) {
        if let Some(canary) = self.canaries.ended(now.wall, id, why) {
            out.push(Command::Record { fact: Fact::Canary(Box::new(canary)), sync: Sync::Grouped });
        }
    }
}
