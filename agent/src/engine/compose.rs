//! An alert composed for one provider: what goes over its session.

use smtp::{Failure, Outcome, Path, Phase, Transaction, Trouble};
use spool_format::{Address, AlertId, Wall};

use super::shelf::Kept;
use crate::accept::{Accepted, Policy, Sender};
use crate::log;

/// What cannot be sent there, for each recipient.
pub(super) fn never(recipients: &[Address], phase: Phase, why: String) -> Outcome {
    Outcome::failed(recipients.len(), &Failure::new(phase, Trouble::Settings(why)))
}

/// A mail that is ready to go.
pub(super) struct Ready {
    pub(super) transaction: Transaction,
    /// How it differs from what the alert asked for.
    pub(super) notes: Vec<String>,
    /// The alert's whole text, if the mail does not hold all of it.
    pub(super) text: Option<String>,
}

/// Composes the alert in `octets` for these recipients, now. If it cannot be sent there, that is the outcome.
pub(super) fn compose(
    id: AlertId,
    (kept, octets): (&Kept, &[u8]),
    (sender, policy): (&Sender, &Policy),
    recipients: &[Address],
    (now, offset_minutes): (Wall, impl FnOnce(Wall) -> i32),
) -> Result<Ready, Outcome> {
    let never = |phase, why: String| never(recipients, phase, why);
    let accepted = Accepted::read(octets, id, policy, || kept.reach);
    let accepted = accepted.map_err(|error| never(Phase::Connect, error.to_string()))?;
    let path = |address: &Address| Path::parse(address.as_str()).map_err(|error| error.to_string());
    let envelope_sender = path(&sender.from).map_err(|why| never(Phase::Mail, why))?;
    let paths: Result<Vec<Path>, String> = recipients.iter().map(path).collect();
    let paths = paths.map_err(|why| never(Phase::Rcpt, why))?;

    let place = (&*kept.domain, offset_minutes(accepted.born()));
    let composed = accepted.compose((sender, policy), recipients, place, now);
    if !composed.notes.is_empty() {
        log::composed_with_notes(id, &sender.provider, &composed.notes);
    }
    let content = composed.octets.into();
    let transaction = Transaction { sender: envelope_sender, recipients: paths, content };
    Ok(Ready { transaction, notes: composed.notes, text: composed.whole_text })
}
