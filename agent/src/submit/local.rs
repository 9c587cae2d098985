//! What takes mails in the place of a server: a program, a folder. It has the same two gates as a session.

use smtp::{Failure, Gate, Outcome, Phase, RecipientOutcome};

use super::attempt::{Attempt, Word};
use super::drive::withdrawn;
use super::errand::About;
use super::gateway::Gateway;
use super::maildir::Maildir;

/// One of them.
#[derive(Clone, Debug)]
pub(super) enum Local {
    Gateway(Gateway),
    Maildir(Maildir),
}

/// Carries one attempt.
pub(super) async fn carry(local: Local, attempt: Attempt, about: About) {
    match local {
        Local::Gateway(gateway) => through_program(&gateway, attempt, &about).await,
        Local::Maildir(maildir) => into_folder(&maildir, attempt, &about).await,
    }
}

/// A program may have sent the message as soon as it runs, so that the last gate comes before it.
async fn through_program(gateway: &Gateway, mut attempt: Attempt, about: &About) {
    for gate in [Gate::Data, Gate::FinalDot] {
        if !has_leave(&mut attempt, gate).await {
            return attempt.fail(&withdrawn(Phase::Program));
        }
    }
    let recipients = gateway.take(attempt.transaction(), about).await;
    attempt.end(Outcome { recipients });
}

/// The last gate stands before the file becomes visible.
async fn into_folder(maildir: &Maildir, mut attempt: Attempt, about: &About) {
    if !has_leave(&mut attempt, Gate::Data).await {
        return attempt.fail(&withdrawn(Phase::Maildir));
    }
    let written = match maildir.write(attempt.transaction(), about.id).await {
        Ok(written) => written,
        Err(trouble) => return attempt.fail(&Failure::new(Phase::Maildir, trouble)),
    };
    if written.is_there_already() {
        return end_alike(attempt, &taken(&written.in_words()));
    }
    if !has_leave(&mut attempt, Gate::FinalDot).await {
        maildir.remove(written).await;
        return attempt.fail(&withdrawn(Phase::Maildir));
    }
    let outcome = match maildir.publish(&written).await {
        Ok(()) => taken(&written.in_words()),
        Err(lost) if lost.may_be_there => {
            RecipientOutcome::Uncertain(Failure::new(Phase::Maildir, lost.trouble))
        }
        Err(lost) => RecipientOutcome::Failed(Failure::new(Phase::Maildir, lost.trouble)),
    };
    end_alike(attempt, &outcome);
}

fn taken(text: &str) -> RecipientOutcome {
    RecipientOutcome::Taken { phase: Phase::Maildir, text: text.to_owned() }
}

fn end_alike(attempt: Attempt, outcome: &RecipientOutcome) {
    let recipients = vec![outcome.clone(); attempt.transaction().recipients.len()];
    attempt.end(Outcome { recipients });
}

/// Asks for leave at a gate.
async fn has_leave(attempt: &mut Attempt, gate: Gate) -> bool {
    attempt.reached(gate);
    attempt.word().await == Word::Grant
}
