//! MAIL, RCPT, DATA and the dot: what is said next, with the two gates in between.
//!
//! ```text
//! pipelining:  gate ─► [RSET] MAIL RCPT… DATA in one flight ─► replies ─► gate ─► message and dot ─► reply
//! otherwise:   [RSET] ─► MAIL ─► RCPT ─► RCPT ─► … ─► gate ─► DATA ─────► gate ─► message and dot ─► reply
//! ```

use super::progress::{Awaited, Stage};
use super::{At, Gate, Session};
use crate::outcome::{Failure, Phase, Trouble};
use crate::reply::Reply;

impl Session {
    pub(super) fn start_transaction(&mut self) {
        let Some(work) = &mut self.work else { return };
        if let Some(limit) = self.capabilities.size_limit().filter(|limit| work.size > *limit) {
            return self.settle_by(&Failure::new(Phase::Mail, Trouble::TooLarge { limit }));
        }
        work.refuse_surplus();
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

    /// The gate before DATA was opened.
    pub(super) fn enter_data(&mut self) {
        let Some(work) = &self.work else { return };
        if work.stage != Stage::Untouched {
            return self.send(&[Awaited::Data]);
        }
        let mut flight = Vec::with_capacity(work.offered() + 3);
        flight.extend(self.needs_reset.then_some(Awaited::Rset));
        flight.push(Awaited::Mail);
        flight.extend((0..work.offered()).map(Awaited::Rcpt));
        flight.push(Awaited::Data);
        self.send(&flight);
    }

    /// The gate before the final dot was opened.
    pub(super) fn send_content(&mut self) {
        self.send(&[Awaited::Dot]);
    }

    fn send(&mut self, flight: &[Awaited]) {
        let Some(work) = &mut self.work else { return };
        let size = Some(work.size).filter(|_| self.capabilities.size());
        for awaited in flight {
            work.send(*awaited, size).write(&mut self.output, &mut self.transcript);
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
            Awaited::Mail | Awaited::Rcpt(_) | Awaited::Data | Awaited::Dot | Awaited::LoneDot => {
                self.settle();
            }
        }
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
