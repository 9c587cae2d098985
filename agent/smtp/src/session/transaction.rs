//! MAIL, RCPT, DATA and the dot: what is said next, with the two gates in between.
//!
//! ```text
//! chunking:    gate ─► gate ─► [RSET] MAIL RCPT… BDAT and message in one flight ─► replies
//! pipelining:  gate ─► [RSET] MAIL RCPT… DATA in one flight ─► replies ─► gate ─► message and dot ─► reply
//! otherwise:   [RSET] ─► MAIL ─► RCPT ─► RCPT ─► … ─► gate ─► DATA ─────► gate ─► message and dot ─► reply
//! ```
//!
//! A server that takes only so many recipients gets the others in a further round, which begins at the top.

use super::progress::{Awaited, Parameters, Progress, Stage};
use super::{At, Gate, Session};
use crate::limits::FLIGHT_OCTETS_MAX;
use crate::outcome::{Failure, Phase, Trouble};
use crate::reply::Reply;

impl Session {
    pub(super) fn start_transaction(&mut self) {
        let Some(work) = &mut self.work else { return };
        if let Some(limit) = self.capabilities.size_limit().filter(|limit| work.size > *limit) {
            return self.settle_by(&Failure::new(Phase::Mail, Trouble::TooLarge { limit }));
        }
        if work.is_eight_bit() && !self.capabilities.eight_bit() {
            return self.settle_by(&Failure::new(Phase::Mail, Trouble::EightBitMissing));
        }
        work.begin_round(self.recipients_max.min(self.capabilities.recipients_limit()));
        if !work.anybody_open() {
            self.settle();
        } else if self.capabilities.pipelining() {
            self.at = At::Gate(Gate::Data);
        } else if self.needs_reset {
            self.send(&[Awaited::Rset]);
        } else {
            self.send(&[Awaited::Mail]);
        }
    }

    /// Whether envelope and message go out together. Only where the server has just taken a message: if one hangs in the
    /// envelope, or has left a connection that lay idle, nobody could tell whether the message arrived, and it could not be
    /// taken back for another provider. Nor a large message, which would be wasted on a refused envelope.
    fn goes_in_one_flight(&self) -> bool {
        let is_short = self.work.as_ref().is_some_and(|work| work.size <= FLIGHT_OCTETS_MAX);
        is_short
            && self.is_proven
            && self.settings.chunking
            && self.capabilities.pipelining()
            && self.capabilities.chunking()
    }

    /// The gate before DATA was opened.
    pub(super) fn enter_data(&mut self) {
        let Some(work) = &self.work else { return };
        if work.stage != Stage::Untouched {
            return self.send(&[Awaited::Data]);
        }
        if self.goes_in_one_flight() {
            self.at = At::Gate(Gate::FinalDot);
        } else {
            self.send_envelope(Awaited::Data);
        }
    }

    /// The gate before the final dot was opened.
    pub(super) fn send_content(&mut self) {
        if self.holds_everything_back() {
            self.send_envelope(Awaited::Chunk);
        } else {
            self.send(&[Awaited::Dot]);
        }
    }

    /// Whether the server has heard nothing of this round yet.
    pub(super) fn holds_everything_back(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.stage == Stage::Untouched)
    }

    /// The whole envelope and what follows it, in one flight.
    fn send_envelope(&mut self, last: Awaited) {
        let offered = self.work.as_ref().map_or(0, Progress::offered);
        let mut flight = Vec::with_capacity(offered + 3);
        flight.extend(self.needs_reset.then_some(Awaited::Rset));
        flight.push(Awaited::Mail);
        flight.extend((0..offered).map(Awaited::Rcpt));
        flight.push(last);
        self.send(&flight);
    }

    fn send(&mut self, flight: &[Awaited]) {
        let Some(work) = &mut self.work else { return };
        let with = Parameters {
            size: Some(work.size).filter(|_| self.capabilities.size()),
            eight_bit: work.is_eight_bit(),
        };
        for awaited in flight {
            work.send(*awaited, with).write(&mut self.output, &mut self.transcript);
        }
        self.at = At::Transaction;
    }

    pub(super) fn transaction_answered(&mut self, reply: Reply) {
        let Some(work) = &mut self.work else { return };
        match work.answered(reply) {
            Ok(Some(awaited)) if !work.anything_awaited() => self.flight_is_over(awaited),
            Ok(_) => {}
            Err(failure) => self.end(failure),
        }
    }

    /// All replies are there; the last one was to this command.
    fn flight_is_over(&mut self, last: Awaited) {
        let Some(work) = &self.work else { return };
        let anybody_open = work.anybody_open();
        match last {
            Awaited::Rset => self.send(&[Awaited::Mail]),
            Awaited::Mail if anybody_open => self.send(&[Awaited::Rcpt(0)]),
            Awaited::Rcpt(place) if place + 1 < work.offered() => self.send(&[Awaited::Rcpt(place + 1)]),
            Awaited::Rcpt(_) if anybody_open => self.at = At::Gate(Gate::Data),
            Awaited::Data if anybody_open => self.at = At::Gate(Gate::FinalDot),
            // Nobody is to get it, but the server wants a message before it listens to commands again.
            Awaited::Data if work.stage == Stage::WaitsForMessage => self.send(&[Awaited::LoneDot]),
            Awaited::Mail
            | Awaited::Rcpt(_)
            | Awaited::Data
            | Awaited::Dot
            | Awaited::Chunk
            | Awaited::LoneDot => self.round_is_over(),
        }
    }

    /// The server has said its last word in this round.
    fn round_is_over(&mut self) {
        let Some(work) = &self.work else { return };
        self.is_proven = work.stage == Stage::Delivered;
        if let Some(limit) = work.shown_limit() {
            self.recipients_max = self.recipients_max.min(limit);
        }
        if !work.has_further_round() {
            return self.settle();
        }
        self.needs_reset = work.stage != Stage::Delivered;
        self.start_transaction();
    }

    /// Every recipient is settled; one that was forgotten by mistake gets a failure that says so.
    fn settle(&mut self) {
        self.settle_by(&Failure::new(
            Phase::Data,
            Trouble::Protocol("no reply for this recipient".to_owned()),
        ));
    }

    /// Settles the recipients that are still open by a failure that the connection survives.
    pub(super) fn settle_by(&mut self, failure: &Failure) {
        let Some(work) = self.work.take() else { return };
        match work.stage {
            Stage::Untouched => {}
            Stage::Started | Stage::WaitsForMessage | Stage::DotSent => self.needs_reset = true,
            Stage::Delivered => self.needs_reset = false,
        }
        self.settled = Some(work.closed_by(failure));
        self.ready();
    }
}
