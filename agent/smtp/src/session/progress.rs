//! The transaction in hand: which replies are still to come, and what is known of each recipient.
//!
//! Reads replies to the commands of a transaction and keeps the books; `transaction` decides what is said next. A server
//! that takes only so many recipients at a time gets the message in several rounds, each with a MAIL of its own.

use std::collections::VecDeque;

use crate::command::Command;
use crate::content;
use crate::outcome::{Failure, Outcome, Phase, RecipientOutcome, Trouble};
use crate::reply::Reply;
use crate::settings::Transaction;

/// A command of a transaction, from the moment it is sent until its reply was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    Rset,
    Mail,
    /// The recipient at this place of the round.
    Rcpt(usize),
    Data,
    Dot,
    /// The whole message in one chunk, in the same flight as the envelope.
    Chunk,
    LoneDot,
}

impl Awaited {
    fn phase(self) -> Phase {
        match self {
            Awaited::Rset => Phase::Rset,
            Awaited::Mail => Phase::Mail,
            Awaited::Rcpt(_) => Phase::Rcpt,
            Awaited::Data => Phase::Data,
            Awaited::Dot | Awaited::Chunk | Awaited::LoneDot => Phase::Dot,
        }
    }
}

/// How far the server has been taken in this round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has heard nothing of this transaction.
    Untouched,
    /// MAIL went out: it may hold something that RSET has to clear.
    Started,
    /// It answered DATA with 354 and listens to nothing but a message.
    WaitsForMessage,
    /// The message with its end was put into the output: from here on a lost reply leaves doubt.
    DotSent,
    /// It took the message over.
    Delivered,
}

/// How it stands with one recipient.
#[derive(Debug, Clone)]
enum Standing {
    /// Left for a later round; with what the server said if it was asked already and had enough.
    Waits(Option<Failure>),
    /// Of this round, and not refused.
    Offered,
    Settled(RecipientOutcome),
}

/// What MAIL may say beside the sender, as far as the server knows it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parameters {
    pub(super) size: Option<u64>,
    pub(super) eight_bit: bool,
}

/// What is known so far.
pub(super) struct Progress {
    transaction: Transaction,
    /// As RFC 1870 counts it.
    pub(super) size: u64,
    /// One for each recipient.
    standings: Vec<Standing>,
    /// The recipients of this round: their places among all.
    round: Vec<usize>,
    /// How many of this round the server took.
    accepted: usize,
    /// Why there is no further round: the server has something against the sender or the message.
    refused: Option<Failure>,
    /// Commands whose replies are to come, in order.
    awaited: VecDeque<Awaited>,
    pub(super) stage: Stage,
}

impl Progress {
    pub(super) fn new(transaction: Transaction) -> Self {
        Self {
            size: content::size(&transaction.content),
            standings: vec![Standing::Waits(None); transaction.recipients.len()],
            transaction,
            round: Vec::new(),
            accepted: 0,
            refused: None,
            awaited: VecDeque::new(),
            stage: Stage::Untouched,
        }
    }

    /// Begins a round with the first recipients who wait for one, at most so many.
    pub(super) fn begin_round(&mut self, recipients_max: usize) {
        self.round.clear();
        for (place, standing) in self.standings.iter_mut().enumerate() {
            if self.round.len() < recipients_max && matches!(standing, Standing::Waits(_)) {
                *standing = Standing::Offered;
                self.round.push(place);
            }
        }
        self.accepted = 0;
        self.stage = Stage::Untouched;
    }

    /// How many recipients this round has.
    pub(super) fn offered(&self) -> usize {
        self.round.len()
    }

    /// Whether anybody in this round was not refused.
    pub(super) fn anybody_open(&self) -> bool {
        self.standings.iter().any(|standing| matches!(standing, Standing::Offered))
    }

    /// Whether there is reason for another round.
    pub(super) fn has_further_round(&self) -> bool {
        self.refused.is_none() && self.standings.iter().any(|standing| matches!(standing, Standing::Waits(_)))
    }

    /// How many recipients the server takes in one round, if it has just said so by taking no more.
    pub(super) fn shown_limit(&self) -> Option<usize> {
        self.standings
            .iter()
            .any(|standing| matches!(standing, Standing::Waits(Some(_))))
            .then_some(self.accepted)
    }

    /// Whether the message needs a server that takes 8-bit octets.
    pub(super) fn is_eight_bit(&self) -> bool {
        !self.transaction.content.is_ascii()
    }

    pub(super) fn anything_awaited(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// What is being done, or at a gate what would come next. Once the message is out it is the message.
    pub(super) fn phase(&self) -> Phase {
        match (self.stage, self.awaited.front()) {
            (Stage::DotSent, _) => Phase::Dot,
            (_, Some(awaited)) => awaited.phase(),
            (Stage::Untouched, None) => Phase::Mail,
            (_, None) => Phase::Data,
        }
    }

    /// What the next reply answers.
    pub(super) fn phase_of_reply(&self) -> Phase {
        self.awaited.front().map_or_else(|| self.phase(), |awaited| awaited.phase())
    }

    /// Notes that a command goes out and returns it.
    pub(super) fn send(&mut self, awaited: Awaited, with: Parameters) -> Command<'_> {
        self.awaited.push_back(awaited);
        match awaited {
            Awaited::Rset => Command::Rset,
            Awaited::Mail => {
                self.stage = Stage::Started;
                let Parameters { size, eight_bit } = with;
                Command::Mail { sender: &self.transaction.sender, size, eight_bit }
            }
            Awaited::Rcpt(place) => Command::Rcpt(&self.transaction.recipients[self.round[place]]),
            Awaited::Data => Command::Data,
            Awaited::Dot => {
                self.stage = Stage::DotSent;
                Command::Content(&self.transaction.content)
            }
            Awaited::Chunk => {
                self.stage = Stage::DotSent;
                Command::Chunk { content: &self.transaction.content, size: self.size }
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
            Awaited::Rset | Awaited::Mail | Awaited::Rcpt(_) | Awaited::Dot | Awaited::Chunk => {
                reply.code.is_positive()
            }
            Awaited::LoneDot => true,
        };
        // Whoever does not forget the last transaction cannot be trusted with the next one, and whoever offers CHUNKING and
        // does not know BDAT has read the message as commands.
        let is_misheard = awaited == Awaited::Chunk && reply.code.is_unknown_command();
        if !accepted && (!refused || awaited == Awaited::Rset || is_misheard) {
            return Err(Failure::by_reply(awaited.phase(), reply));
        }
        self.awaited.pop_front();
        match awaited {
            Awaited::Rset | Awaited::LoneDot => {}
            Awaited::Mail if accepted => {}
            Awaited::Rcpt(_) if accepted => self.accepted += 1,
            Awaited::Rcpt(place) => self.refuse(self.round[place], reply),
            Awaited::Data if accepted => self.stage = Stage::WaitsForMessage,
            // Without recipients there is nothing that it could have taken, whatever it says.
            Awaited::Chunk if !self.anybody_open() => self.stage = Stage::Started,
            Awaited::Dot | Awaited::Chunk if accepted => {
                self.stage = Stage::Delivered;
                self.settle_offered(&RecipientOutcome::Delivered(reply));
            }
            Awaited::Data if !self.anybody_open() => {}
            Awaited::Mail | Awaited::Data | Awaited::Dot | Awaited::Chunk => {
                let failure = Failure::by_reply(awaited.phase(), reply);
                self.settle_offered(&RecipientOutcome::Failed(failure.clone()));
                self.refused.get_or_insert(failure);
            }
        }
        Ok(Some(awaited))
    }

    /// The server refused the recipient at this place. Without a sender all are settled before, and what it says of each is
    /// of no interest.
    fn refuse(&mut self, place: usize, reply: Reply) {
        if matches!(self.standings[place], Standing::Offered) {
            let has_enough = self.accepted > 0 && reply.says_too_many_recipients();
            let failure = Failure::by_reply(Phase::Rcpt, reply);
            self.standings[place] = if has_enough {
                Standing::Waits(Some(failure))
            } else {
                Standing::Settled(RecipientOutcome::Failed(failure))
            };
        }
    }

    fn settle_offered(&mut self, outcome: &RecipientOutcome) {
        for standing in &mut self.standings {
            if matches!(standing, Standing::Offered) {
                *standing = Standing::Settled(outcome.clone());
            }
        }
    }

    /// The outcome if this failure settles all who are still open. Who was put off keeps what the server said to that,
    /// unless it has refused something that concerns all.
    ///
    /// A reply that was read leaves no doubt. Without one, after the dot, the server may have the message.
    pub(super) fn closed_by(self, failure: &Failure) -> Outcome {
        let in_doubt = self.stage == Stage::DotSent && !matches!(failure.trouble, Trouble::Reply(_));
        let offered = if in_doubt { RecipientOutcome::Uncertain } else { RecipientOutcome::Failed };
        let failure = self.refused.as_ref().unwrap_or(failure);
        let settled = |standing| match standing {
            Standing::Settled(outcome) => outcome,
            Standing::Offered => offered(failure.clone()),
            Standing::Waits(said) => RecipientOutcome::Failed(said.unwrap_or_else(|| failure.clone())),
        };
        Outcome { recipients: self.standings.into_iter().map(settled).collect() }
    }
}
