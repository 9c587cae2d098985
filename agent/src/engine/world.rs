//! What the hands of the engine reach for outside: clocks, disk, writer, providers.
//!
//! A trait, so that a model of all of it can take its place: a disk that loses power, providers that lose replies, and
//! a clock that jumps.

use delivery::{AttemptId, Now};
use spool_format::fs::StdFs;
use spool_format::{AlertId, Wall};

use crate::accept::Reach;
use crate::edge::users::Submitters;
use crate::edge::{chance, clock};
use crate::metrics::Meter;
use crate::notice::{Announcement, Sinks};
use crate::spool::lock::Lock;
use crate::spool::queue_fs::QueueFs;
use crate::spool::status::Deaf;
use crate::spool::writer::{Batch, Writer};
use crate::submit::{Carrier, Errand};

/// Everything outside.
pub trait World {
    /// The disk.
    type Fs: QueueFs;

    /// The disk, for reading; what is written goes through [`World::write`].
    fn fs(&self) -> &Self::Fs;
    /// Both clocks.
    fn now(&self) -> Now;
    /// Minutes east of UTC at that moment.
    fn offset_minutes(&self, at: Wall) -> i32;
    /// Whom this user may name.
    fn reach(&mut self, uid: u32) -> Reach;
    /// Hands a batch to the writer.
    fn write(&mut self, batch: Batch);
    /// Begins an attempt at the provider in this place.
    fn begin(&mut self, attempt: AttemptId, provider: usize, errand: Errand);
    /// Lets an attempt through the gate at which it stands.
    fn grant(&mut self, attempt: AttemptId);
    /// Takes an attempt back.
    fn withdraw(&mut self, attempt: AttemptId);
    /// Finds out whether the provider in this place could take an alert.
    fn drill(&mut self, provider: usize, with_login: bool);
    /// An id for an alert of the agent's own.
    fn new_id(&mut self) -> AlertId;
    /// Tells those of a notice who do not read mail.
    fn announce(&mut self, announcement: Announcement);
    /// Where alerts are not taken from a network, or not kept.
    fn deaf(&self) -> Vec<Deaf> {
        Vec::new()
    }
    /// Tells who would notice silence that the agent is there, and whether alerts get out.
    fn ping(&mut self, is_well: bool);
}

/// The world as it is.
#[derive(Debug)]
pub struct Real {
    /// Who submits.
    pub carrier: Carrier,
    /// Who writes.
    pub writer: Writer,
    /// Who may name whom.
    pub submitters: Submitters,
    /// Keeps other agents away from the spool.
    pub lock: Lock,
    /// Who is told of notices beside the mail.
    pub sinks: Sinks,
    /// Who counts.
    pub meter: Meter,
}

impl World for Real {
    type Fs = StdFs;

    fn fs(&self) -> &StdFs {
        &StdFs
    }

    fn now(&self) -> Now {
        clock::now()
    }

    fn offset_minutes(&self, at: Wall) -> i32 {
        clock::offset_minutes(at)
    }

    fn reach(&mut self, uid: u32) -> Reach {
        self.submitters.reach(uid, clock::now().monotonic)
    }

    fn write(&mut self, batch: Batch) {
        self.meter.take(clock::wall_now(), &batch);
        self.writer.send(batch);
    }

    fn begin(&mut self, attempt: AttemptId, provider: usize, errand: Errand) {
        self.carrier.begin(attempt, provider, errand);
    }

    fn grant(&mut self, attempt: AttemptId) {
        self.carrier.grant(attempt);
    }

    fn withdraw(&mut self, attempt: AttemptId) {
        self.carrier.withdraw(attempt);
    }

    fn drill(&mut self, provider: usize, with_login: bool) {
        self.carrier.drill(provider, with_login);
    }

    fn deaf(&self) -> Vec<Deaf> {
        self.meter.deaf(clock::monotonic())
    }

    fn new_id(&mut self) -> AlertId {
        AlertId::new(clock::wall_now(), chance::names())
    }

    fn announce(&mut self, announcement: Announcement) {
        if let Some(command) = &self.sinks.command {
            command.tell(announcement);
        }
    }

    fn ping(&mut self, is_well: bool) {
        if let Some(dead_man) = &self.sinks.dead_man {
            dead_man.ping(is_well);
        }
    }
}
