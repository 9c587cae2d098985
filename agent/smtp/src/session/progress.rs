//! The transaction in hand: which replies are still to come, and what is known of each recipient.
//!
//! Reads replies to the commands of a transaction and keeps the books; `transaction` decides what is said next.

use std::collections::VecDeque;

use crate::command::Command;
use crate::content;
use crate::limits::RECIPIENTS_MAX;
use crate::outcome::{Failure, Outcome, Phase, RecipientOutcome, Trouble};
use crate::reply::Reply;
use crate::settings::Transaction;

/// A command of a transaction, from the moment it is sent until its reply was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    Rset,
    Mail,
    /// The recipient at this place in the list.
    Rcpt(usize),
    Data,
    Dot,
    LoneDot,
}

impl Awaited {
    fn phase(self) -> Phase {
        match self {
            Awaited::Rset => Phase::Rset,
            Awaited::Mail => Phase::Mail,
            Awaited::Rcpt(_) => Phase::Rcpt,
            Awaited::Data => Phase::Data,
            Awaited::Dot | Awaited::LoneDot => Phase::Dot,
        }
    }
}

/// How far the server has been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has heard nothing of this transaction.
    Untouched,
    /// MAIL went out: it may hold something that RSET has to clear.
    Started,
    /// It answered DATA with 354 and listens to nothing but a message.
    WaitsForMessage,
    /// The message with its final dot was put into the output: from here on a lost reply leaves doubt.
    DotSent,
    /// It took the message over.
    Delivered,
}

/// What is known so far.
pub(super) struct Progress {
    transaction: Transaction,
    /// As RFC 1870 counts it.
    pub(super) size: u64,
    /// One for each recipient; `None` while it is open.
    recipients: Vec<Option<RecipientOutcome>>,
    /// Commands whose replies are to come, in order.
    awaited: VecDeque<Awaited>,
    pub(super) stage: Stage,
}

impl Progress {
    pub(super) fn new(transaction: Transaction) -> Self {
        Self {
            size: content::size(&transaction.content),
            recipients: vec![None; transaction.recipients.len()],
            transaction,
            awaited: VecDeque::new(),
            stage: Stage::Untouched,
        }
    }

    /// How many recipients are offered to the server.
    pub(super) fn offered(&self) -> usize {
        self.recipients.len().min(RECIPIENTS_MAX)
    }

    /// Settles the recipients that are not offered.
    pub(super) fn refuse_surplus(&mut self) {
        let surplus = Failure::new(Phase::Rcpt, Trouble::TooManyRecipients { limit: RECIPIENTS_MAX });
        for recipient in self.recipients.iter_mut().skip(RECIPIENTS_MAX) {
            *recipient = Some(RecipientOutcome::Failed(surplus.clone()));
        }
    }

    pub(super) fn anybody_open(&self) -> bool {
        self.recipients.iter().any(Option::is_none)
    }

    pub(super) fn anything_awaited(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// What is being done, or at a gate what would come next.
    pub(super) fn phase(&self) -> Phase {
        match self.awaited.front() {
            Some(awaited) => awaited.phase(),
            None if self.stage == Stage::Untouched => Phase::Mail,
            None => Phase::Data,
        }
    }

    /// Notes that a command goes out and returns it.
    pub(super) fn send(&mut self, awaited: Awaited, size: Option<u64>) -> Command<'_> {
        self.awaited.push_back(awaited);
        match awaited {
            Awaited::Rset => Command::Rset,
            Awaited::Mail => {
                self.stage = Stage::Started;
                Command::Mail { sender: &self.transaction.sender, size }
            }
            Awaited::Rcpt(place) => Command::Rcpt(&self.transaction.recipients[place]),
            Awaited::Data => Command::Data,
            Awaited::Dot => {
                self.stage = Stage::DotSent;
                Command::Content(&self.transaction.content)
            }
            Awaited::LoneDot => Command::LoneDot,
        }
    }

    /// Reads the reply to the oldest command and returns which one that was. A failure is the end of the session.
    pub(super) fn answered(&mut self, reply: Reply) -> Result<Option<Awaited>, Failure> {
        let Some(&awaited) = self.awaited.front() else { return Ok(None) };
        let refused = reply.code.is_transient() || reply.code.is_permanent();
        let accepted = match awaited {
            Awaited::Data => reply.code.is_intermediate(),
            Awaited::Rset | Awaited::Mail | Awaited::Rcpt(_) | Awaited::Dot => reply.code.is_positive(),
            Awaited::LoneDot => true,
        };
        // Whoever does not forget the last transaction cannot be trusted with the next one.
        if !accepted && (!refused || awaited == Awaited::Rset) {
            return Err(Failure::by_reply(awaited.phase(), reply));
        }
        self.awaited.pop_front();
        match awaited {
            Awaited::Rset | Awaited::LoneDot => {}
            Awaited::Mail if accepted => {}
            Awaited::Rcpt(_) if accepted => {}
            Awaited::Rcpt(place) => {
                // Without a sender all are settled, and what the server says of each is of no interest.
                let failure = Failure::by_reply(Phase::Rcpt, reply);
                self.recipients[place].get_or_insert(RecipientOutcome::Failed(failure));
            }
            Awaited::Data if accepted => self.stage = Stage::WaitsForMessage,
            Awaited::Dot if accepted => {
                self.stage = Stage::Delivered;
                self.settle_open(&RecipientOutcome::Delivered(reply));
            }
            Awaited::Mail | Awaited::Data | Awaited::Dot => {
                self.settle_open(&RecipientOutcome::Failed(Failure::by_reply(awaited.phase(), reply)));
            }
        }
        Ok(Some(awaited))
    }

    fn settle_open(&mut self, outcome: &RecipientOutcome) {
        for recipient in &mut self.recipients {
            recipient.get_or_insert_with(|| outcome.clone());
        }
    }

    /// The outcome if this failure settles all who are still open.
    ///
    /// A reply that was read leaves no doubt. Without one, after the dot, the server may have the message.
    pub(super) fn closed_by(mut self, failure: &Failure) -> Outcome {
        let in_doubt = self.stage == Stage::DotSent && !matches!(failure.trouble, Trouble::Reply(_));
        let outcome = if in_doubt { RecipientOutcome::Uncertain } else { RecipientOutcome::Failed };
        self.settle_open(&outcome(failure.clone()));
        Outcome { recipients: self.recipients.into_iter().flatten().collect() }
    }
}
