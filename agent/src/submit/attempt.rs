//! What an attempt still owes the engine. Its outcome is reported exactly once, even if the task that carries it dies.

use delivery::AttemptId;
use smtp::{Failure, Gate, Outcome, Phase, RecipientOutcome, Transaction, Trouble};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::Report;

/// What the engine says to an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Grant,
    Withdraw,
}

/// One attempt on its way.
#[derive(Debug)]
pub(super) struct Attempt {
    id: AttemptId,
    transaction: Transaction,
    words: UnboundedReceiver<Word>,
    reports: UnboundedSender<Report>,
    /// The last gate through which it may go; DATA comes before the final dot.
    granted: Option<Gate>,
    is_over: bool,
}

impl Attempt {
    pub(super) const fn new(
        id: AttemptId,
        transaction: Transaction,
        words: UnboundedReceiver<Word>,
        reports: UnboundedSender<Report>,
    ) -> Self {
        Self { id, transaction, words, reports, granted: None, is_over: false }
    }

    pub(super) const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Whether it has leave for this gate already: a second connection does not ask again.
    pub(super) fn may_pass(&self, gate: Gate) -> bool {
        self.granted >= Some(gate)
    }

    /// Says that it stands before a gate.
    pub(super) fn reached(&self, gate: Gate) {
        // Without an engine nobody can give leave; the closed channel of words then says so.
        let _ = self.reports.send(Report::Reached { attempt: self.id, gate });
    }

    /// Says what its alert's history is to know of the way.
    pub(super) fn note(&self, note: String) {
        let _ = self.reports.send(Report::Noted { attempt: self.id, note });
    }

    /// Notes the leave that the engine gave.
    pub(super) fn grant(&mut self, gate: Gate) {
        self.granted = Some(gate);
    }

    /// Waits for a word of the engine. Cancel-safe. An engine that is gone takes everything back.
    pub(super) async fn word(&mut self) -> Word {
        self.words.recv().await.unwrap_or(Word::Withdraw)
    }

    /// Waits until the attempt is taken back, before it has reached any gate. Cancel-safe.
    pub(super) async fn withdrawn(&mut self) {
        while self.word().await != Word::Withdraw {}
    }

    /// Reports the outcome.
    pub(super) fn end(mut self, outcome: Outcome) {
        self.report(outcome);
    }

    /// Reports the same failure for every recipient.
    pub(super) fn fail(self, failure: &Failure) {
        let outcome = Outcome::failed(self.transaction.recipients.len(), failure);
        self.end(outcome);
    }

    fn report(&mut self, outcome: Outcome) {
        self.is_over = true;
        let _ = self.reports.send(Report::Ended { attempt: self.id, outcome });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let trouble = || Trouble::Closed("the task of the connection died".to_owned());
        let recipient = if self.may_pass(Gate::FinalDot) {
            RecipientOutcome::Uncertain(Failure::new(Phase::Dot, trouble()))
        } else {
            RecipientOutcome::Failed(Failure::new(Phase::Connect, trouble()))
        };
        self.report(Outcome { recipients: vec![recipient; self.transaction.recipients.len()] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::Path;
    use tokio::sync::mpsc::unbounded_channel;

    fn end_of(granted: Option<Gate>) -> RecipientOutcome {
        let (reports, mut received) = unbounded_channel();
        let (_words, inbox) = unbounded_channel();
        let address = Path::parse("a@example.jp").expect("a path");
        let transaction = Transaction {
            sender: address.clone(),
            recipients: vec![address],
            content: b"x".as_slice().into(),
        };
        let mut attempt = Attempt::new(AttemptId(1), transaction, inbox, reports);
        attempt.granted = granted;
        drop(attempt);
        match received.try_recv() {
            Ok(Report::Ended { outcome, .. }) => outcome.recipients[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_attempt_that_is_dropped_still_has_an_outcome() {
        assert!(matches!(end_of(None), RecipientOutcome::Failed(_)));
        assert!(matches!(end_of(Some(Gate::Data)), RecipientOutcome::Failed(_)));
        assert!(matches!(end_of(Some(Gate::FinalDot)), RecipientOutcome::Uncertain(_)));
    }
}
