//! An alert composed for one provider: what goes over its session.

use mime::{CharsetPolicy, Identity, Mailbox};
use smtp::{Failure, Outcome, Path, Phase, Transaction, Trouble};
use spool_format::{Address, AlertId, Wall};

use super::shelf::Kept;
use crate::accept::{Accepted, Policy};
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

/// What cannot be sent there, for each recipient.
pub(super) fn never(recipients: &[Address], phase: Phase, why: String) -> Outcome {
    Outcome::failed(recipients.len(), &Failure::new(phase, Trouble::Settings(why)))
}

/// Composes the alert in `octets` for these recipients. If it cannot be sent there, that is the outcome.
pub(super) fn compose(
    id: AlertId,
    (kept, octets): (&Kept, &[u8]),
    (sender, policy): (&Sender, &Policy),
    recipients: &[Address],
    offset_minutes: impl FnOnce(Wall) -> i32,
) -> Result<Transaction, Outcome> {
    let never = |phase, why: String| never(recipients, phase, why);
    let accepted = Accepted::read(octets, id, policy, || kept.reach);
    let accepted = accepted.map_err(|error| never(Phase::Connect, error.to_string()))?;
    let path = |address: &Address| Path::parse(address.as_str()).map_err(|error| error.to_string());
    let envelope_sender = path(&sender.from).map_err(|why| never(Phase::Mail, why))?;
    let paths: Result<Vec<Path>, String> = recipients.iter().map(path).collect();
    let paths = paths.map_err(|why| never(Phase::Rcpt, why))?;

    let name = accepted.from_name().or(sender.from_name.as_deref()).or(policy.from_name.as_deref());
    let from = Mailbox { name: name.map(str::to_owned), address: sender.from.as_str().to_owned() };
    let draft = accepted.draft(&kept.domain, offset_minutes(accepted.born()));
    let identity = Identity { from, charset: sender.charset };
    let (octets, notes) = if let Some(message) = accepted.message() {
        let mail = mime::compose_whole(&message, &draft, &identity);
        (mail.octets, mail.notes)
    } else {
        let mail = mime::compose(&draft, &identity);
        (mail.octets, mail.notes)
    };
    if !notes.is_empty() {
        log::composed_with_notes(id, &sender.provider, &notes);
    }
    Ok(Transaction { sender: envelope_sender, recipients: paths, content: octets.into() })
}
