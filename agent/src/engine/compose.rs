//! An alert composed for one provider: what goes over its session. `alertmail preview` shows the same.

use delivery::Differences;
use smtp::{Failure, Outcome, Path, Phase, Transaction, Trouble};
use spool_format::{Address, AlertId, Wall};

use crate::accept::{Accepted, Form, Policy, Reach, Sender, text_of};
use crate::submit::Errand;

/// What cannot be sent there, for each recipient.
pub(super) fn never(recipients: &[Address], phase: Phase, why: String) -> Outcome {
    Outcome::failed(recipients.len(), &Failure::new(phase, Trouble::Settings(why)))
}

/// A mail that is ready to go.
pub(crate) struct Ready {
    pub(crate) errand: Errand,
    pub(crate) differs: Differences,
}

/// Composes the alert in `octets` for these recipients, now. If it cannot be sent there, that is the outcome. `reach` is
/// what its writer could name, `domain` the right side of its Message-ID, `to` whom it is for, if a person has changed that.
pub(crate) fn compose(
    (id, octets): (AlertId, &[u8]),
    (reach, domain, to): (Reach, &str, Option<&[Address]>),
    (sender, policy): (&Sender, &Policy),
    recipients: &[Address],
    (now, offset_minutes): (Wall, impl FnOnce(Wall) -> i32),
) -> Result<Ready, Outcome> {
    let never = |phase, why: String| never(recipients, phase, why);
    let accepted = Accepted::read(octets, id, policy, || reach);
    let accepted = accepted.map_err(|error| never(Phase::Connect, error.to_string()))?.for_others(to);
    let path = |address: &Address| Path::parse(address.as_str()).map_err(|error| error.to_string());
    let envelope_sender = path(&sender.from).map_err(|why| never(Phase::Mail, why))?;
    let paths: Result<Vec<Path>, String> = recipients.iter().map(path).collect();
    let paths = paths.map_err(|why| never(Phase::Rcpt, why))?;

    let place = (domain, offset_minutes(accepted.born()));
    let composed = accepted.compose((sender, policy), recipients, place, now);
    let content = match sender.form {
        Form::Mail => composed.octets,
        Form::Text { chars_max } => text_of(&composed.octets, chars_max),
    };
    let transaction = Transaction { sender: envelope_sender, recipients: paths, content: content.into() };
    let errand = Errand { transaction, about: Some(accepted.about()) };
    Ok(Ready { errand, differs: composed.differs })
}
