//! The alerts in hand, as they were read, and what is made of them for a provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use mime::{CharsetPolicy, Identity, Mailbox};
use smtp::{Failure, Outcome, Path, Phase, Transaction, Trouble};
use spool_format::{Address, AlertId};

use crate::accept::{Accepted, Policy, Reach};
use crate::edge::clock;
use crate::log;

/// As whom a provider lets us send.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The provider's name, for the log.
    pub provider: String,
    /// Envelope sender and header From.
    pub from: Address,
    /// Display name where the alert has none.
    pub from_name: Option<String>,
    /// Which charsets its readers take.
    pub charset: CharsetPolicy,
}

/// Every alert in hand.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    alerts: BTreeMap<AlertId, Kept>,
}

/// An alert in hand.
#[derive(Debug)]
pub(super) struct Kept {
    /// Its file as it was read: what its writer does to the file from then on changes nothing.
    pub(super) octets: Arc<[u8]>,
    /// Right side of its Message-ID, which stays whatever becomes of the configuration.
    pub(super) domain: Arc<str>,
    /// Whom its writer could name when it was accepted: that is not asked again, also for what the mail shows.
    pub(super) reach: Reach,
}

impl Shelf {
    pub(super) fn has(&self, id: AlertId) -> bool {
        self.alerts.contains_key(&id)
    }

    pub(super) fn put(&mut self, id: AlertId, kept: Kept) {
        self.alerts.insert(id, kept);
    }

    pub(super) fn remove(&mut self, id: AlertId) {
        self.alerts.remove(&id);
    }

    pub(super) fn octets(&self, id: AlertId) -> Option<Arc<[u8]>> {
        self.alerts.get(&id).map(|kept| Arc::clone(&kept.octets))
    }

    /// The alert composed for one provider. If it cannot be sent there, that is the outcome, for each recipient.
    pub(super) fn transaction(
        &self,
        id: AlertId,
        sender: &Sender,
        policy: &Policy,
        recipients: &[Address],
    ) -> Result<Transaction, Outcome> {
        let never = |phase, why: String| {
            Outcome::failed(recipients.len(), &Failure::new(phase, Trouble::Settings(why)))
        };
        let kept = self
            .alerts
            .get(&id)
            .ok_or_else(|| never(Phase::Connect, "the alert is not in hand".to_owned()))?;
        let accepted = Accepted::read(&kept.octets, id, policy, || kept.reach);
        let accepted = accepted.map_err(|error| never(Phase::Connect, error.to_string()))?;
        let path = |address: &Address| Path::parse(address.as_str()).map_err(|error| error.to_string());
        let envelope_sender = path(&sender.from).map_err(|why| never(Phase::Mail, why))?;
        let recipients: Result<Vec<Path>, String> = recipients.iter().map(path).collect();
        let recipients = recipients.map_err(|why| never(Phase::Rcpt, why))?;

        let name = accepted.from_name().or(sender.from_name.as_deref()).or(policy.from_name.as_deref());
        let from = Mailbox { name: name.map(str::to_owned), address: sender.from.as_str().to_owned() };
        let draft = accepted.draft(&kept.domain, clock::offset_minutes(accepted.born()));
        let composed = mime::compose(&draft, &Identity { from, charset: sender.charset });
        if !composed.notes.is_empty() {
            log::composed_with_notes(id, &sender.provider, &composed.notes);
        }
        Ok(Transaction { sender: envelope_sender, recipients, content: composed.octets.into() })
    }
}
