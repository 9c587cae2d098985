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
    /// The last gate at which it said that it stands; DATA comes before the final dot.
    asked: Option<Gate>,
    /// The last gate through which it may go.
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
        Self { id, transaction, words, reports, asked: None, granted: None, is_over: false }
    }

    pub(super) const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Whether it has leave for this gate already: a second connection does not ask again.
    pub(super) fn may_pass(&self, gate: Gate) -> bool {
        self.granted >= Some(gate)
    }

    /// Says that it stands before a gate, unless it has said so already: a second connection waits for the answer to the
    /// first question.
    pub(super) fn reached(&mut self, gate: Gate) {
        if self.asked < Some(gate) {
            self.asked = Some(gate);
            // Without an engine nobody can give leave; the closed channel of words then says so.
            let _ = self.reports.send(Report::Reached { attempt: self.id, gate });
        }
    }

    /// Says what its alert's history is to know of the way.
    pub(super) fn note(&self, note: String) {
        let _ = self.reports.send(Report::Noted { attempt: self.id, note });
    }

    /// Gives leave up to this gate where there is no engine.
    pub(super) fn grant(&mut self, gate: Gate) {
        self.granted = Some(gate);
    }

    /// Waits for a word of the engine, and takes note of a leave. Cancel-safe. An engine that is gone takes everything back.
    pub(super) async fn word(&mut self) -> Word {
        let word = self.words.recv().await.unwrap_or(Word::Withdraw);
        if word == Word::Grant {
            self.granted = self.asked;
        }
        word
    }

    /// Waits until the attempt is taken back. A leave may come meanwhile: the answer to what was asked on a connection that
    /// is over. Cancel-safe.
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

    fn an_attempt() -> (Attempt, UnboundedSender<Word>, UnboundedReceiver<Report>) {
        let (reports, received) = unbounded_channel();
        let (words, inbox) = unbounded_channel();
        let address = Path::parse("a@example.jp").expect("a path");
        let transaction = Transaction {
            sender: address.clone(),
            recipients: vec![address],
            content: b"x".as_slice().into(),
        };
        (Attempt::new(AttemptId(1), transaction, inbox, reports), words, received)
    }

    fn end_of(granted: Option<Gate>) -> RecipientOutcome {
        let (mut attempt, _words, mut received) = an_attempt();
        attempt.granted = granted;
        drop(attempt);
        match received.try_recv() {
            Ok(Report::Ended { outcome, .. }) => outcome.recipients[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_leave_that_comes_on_the_way_to_another_connection_counts_and_is_not_asked_for_again() {
        let (mut attempt, words, mut received) = an_attempt();
        attempt.reached(Gate::Data);
        words.send(Word::Grant).expect("it listens");
        words.send(Word::Withdraw).expect("it listens");
        attempt.withdrawn().await;
        assert!(attempt.may_pass(Gate::Data) && !attempt.may_pass(Gate::FinalDot));
        attempt.reached(Gate::Data);
        assert!(matches!(received.try_recv(), Ok(Report::Reached { gate: Gate::Data, .. })));
        assert!(received.try_recv().is_err(), "the question is asked once");
    }

    #[test]
    fn an_attempt_that_is_dropped_still_has_an_outcome() {
        assert!(matches!(end_of(None), RecipientOutcome::Failed(_)));
        assert!(matches!(end_of(Some(Gate::Data)), RecipientOutcome::Failed(_)));
        assert!(matches!(end_of(Some(Gate::FinalDot)), RecipientOutcome::Uncertain(_)));
    }
}
