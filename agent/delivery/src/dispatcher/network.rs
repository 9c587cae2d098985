//! What is known of this machine's network, and what becomes of those who wait for it.
//!
//! Without a network nobody is to blame, and one alert at a time finds out whether it is back. When somebody says that it
//! has changed, what history says of unreachable providers is not worth much: they may be asked, by one alert each.

use smtp::{Outcome, Phase, RecipientOutcome, Trouble};
use spool_format::{AlertId, Folder};

use super::{Dispatcher, Now};
use crate::blame::Blame;
use crate::pass::Network;

/// What an attempt has seen of the network.
pub(super) fn seen(outcome: &Outcome, blame: &Blame) -> Network {
    let is_unanswered = |recipient: &RecipientOutcome| match recipient {
        RecipientOutcome::Failed(failure) => match failure.trouble {
            Trouble::Unreachable(_) => failure.phase == Phase::Connect,
            Trouble::Silent { .. } => true,
            _ => false,
        },
        RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } | RecipientOutcome::Uncertain(_) => {
            false
        }
    };
    match blame {
        Blame::NoNetwork => Network::None,
        _ if outcome.recipients.iter().all(is_unanswered) => Network::Unanswered,
        _ => Network::There,
    }
}

impl Dispatcher {
    /// Somebody says that the network has changed. Where nothing waits for that, nothing needs to wake.
    pub(super) fn network_has_changed(&mut self, now: Now) {
        let is_news = !self.alerts.is_empty() || self.sites.iter().any(|site| site.breaker.is_open());
        if is_news && !self.stopping {
            self.changes.are_told(now.monotonic);
        }
    }

    /// Whoever waits for the network or for a provider that was not reached is due, and one alert at a time may ask.
    pub(super) fn try_the_network(&mut self, now: Now) {
        if self.no_network.is_some() {
            self.no_network = Some(now.monotonic);
        }
        for site in &mut self.sites {
            site.breaker.may_be_asked(now.monotonic);
        }
        self.wake_parked(now.monotonic);
        for (id, alert) in &mut self.alerts {
            match &mut alert.pass {
                Some(pass) => pass.is_outdated = true,
                None if alert.is_unanswered => self.queue.wait_until(*id, now.monotonic),
                None => {}
            }
        }
    }

    /// While this machine has no network, one alert at a time finds out whether it is back. What was never tried goes
    /// out in any case, as does what a person wants to be tried.
    pub(super) fn waits_for_the_network(&mut self, now: Now, id: AlertId) -> bool {
        let (Some(until), Some(alert)) = (self.no_network, self.alerts.get(&id)) else { return false };
        if alert.folder == Folder::Incoming || alert.urged_until.is_some() {
            return false;
        }
        if until > now.monotonic {
            // Whoever wakes all does not find a network: the time that the journal names still holds.
            self.queue.wait_until(id, until.max(alert.put_off_until));
            self.parked.insert(id);
            return true;
        }
        let pause = self.settings.retry.pause_without_network(self.chance.next());
        self.no_network = Some(now.monotonic.plus(pause));
        false
    }
}
