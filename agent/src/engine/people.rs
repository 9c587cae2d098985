//! What people want of alerts, as they say it on the control socket: done by the dispatcher, written down, and answered when
//! it is on the disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use delivery::{Act, Done, Event, Past};
use spool_format::{Address, AlertId, Detail, Event as Fact, Folder, History};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::gather::changed_recipients;
use super::hands::Hands;
use super::shelf::Kept;
use super::world::World;
use super::{Engine, Heard, Real};
use crate::accept::{Accepted, Reach};
use crate::control::{Order, Reply, Said};
use crate::exit::Exit;
use crate::spool::read_back::{self, read_back};
use crate::spool::recover::Found;
use crate::spool::writer::{Ack, Deed};

/// An order, who gave it, and where the answer goes.
#[derive(Debug)]
pub struct Wanted {
    /// What is wanted.
    pub order: Order,
    /// The person's uid.
    pub by: u32,
    /// Dropped without an answer, the person learns that the agent ended.
    pub answer: oneshot::Sender<Reply>,
}

/// Answers that wait for the disk.
#[derive(Debug, Default)]
pub(super) struct Counter {
    /// What they tell of is in the batch that is being filled.
    pub(super) fresh: Vec<(oneshot::Sender<Reply>, Reply)>,
    /// By the token of the batch that has it.
    waiting: BTreeMap<u64, Vec<(oneshot::Sender<Reply>, Reply)>>,
}

impl Counter {
    pub(super) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.waiting.is_empty()
    }

    /// The batch is handed over, and this token will come back.
    pub(super) fn hand_over(&mut self, token: u64) {
        if !self.fresh.is_empty() {
            self.waiting.insert(token, std::mem::take(&mut self.fresh));
        }
    }

    /// It has come back.
    pub(super) fn is_written(&mut self, token: u64) {
        for (client, reply) in self.waiting.remove(&token).unwrap_or_default() {
            // Who has gone does not want to know.
            let _ = client.send(reply);
        }
    }
}

impl<W: World> Hands<W> {
    /// Does what somebody wants.
    pub(super) fn obey(&mut self, Wanted { order, by, answer }: Wanted) {
        let said = match order {
            Order::Reload => Err("settings are not the engine's business".to_owned()),
            Order::Retry { ids } => Ok(self.act_on(&ids, &Act::Retry, by)),
            Order::Hold { ids } => Ok(self.act_on(&ids, &Act::Hold, by)),
            Order::Release { ids } => Ok(self.act_on(&ids, &Act::Release, by)),
            Order::Drop { ids, reason } => Ok(self.act_on(&ids, &Act::Drop { reason }, by)),
            Order::Edit { id, instead_of, to } => {
                self.readdressing(instead_of, &to).map(|act| self.act_on(&[id], &act, by))
            }
            Order::Requeue { ids } => self.requeue(&ids, by),
            Order::Purge { ids } => Ok(ids.into_iter().map(|id| self.purge(id, by)).collect()),
        };
        let reply = match said {
            Ok(said) => Reply::of(said),
            Err(why) => Reply::new(Exit::Data, why),
        };
        self.batch.sync = true;
        self.counter.fresh.push((answer, reply));
    }

    fn act_on(&mut self, ids: &[AlertId], act: &Act, by: u32) -> Vec<Said> {
        let one = |id: &AlertId| {
            let said = self.ask(*id, act.clone(), by);
            Said {
                id: *id,
                done: said.is_ok(),
                text: match said {
                    Ok(Done::Now) => String::new(),
                    Ok(Done::AfterThisMail) => "its mail is just going out: only if that fails".to_owned(),
                    Err(why) => why.to_string(),
                },
            }
        };
        ids.iter().map(one).collect()
    }

    fn readdressing(&self, instead_of: Option<Address>, to: &[String]) -> Result<Act, String> {
        let mut addresses = Vec::new();
        for name in to {
            let found = self.policy.look_up(name);
            addresses.extend(found.ok_or_else(|| format!("`{name}` is neither an alias nor an address"))?);
        }
        Ok(Act::Readdress { instead_of, to: addresses })
    }

    /// Takes dead letters up again, as if they had just come.
    fn requeue(&mut self, ids: &[AlertId], by: u32) -> Result<Vec<Said>, String> {
        let cannot = |error: std::io::Error| format!("cannot read the journal: {error}");
        let read = read_back(self.world.fs(), self.folders.journal(), Detail::Brief, read_back::Reach::Alive);
        let mut histories = read.map_err(cannot)?.ledger.alerts;
        let one = |id: &AlertId| {
            let said = self.requeue_one(*id, histories.remove(id).as_deref(), by);
            Said { id: *id, done: said.is_ok(), text: said.err().unwrap_or_default() }
        };
        Ok(ids.iter().map(one).collect())
    }

    fn requeue_one(&mut self, id: AlertId, history: Option<&History>, by: u32) -> Result<(), String> {
        if self.shelf.has(id) {
            return Err("it is no dead letter".to_owned());
        }
        let octets = self.read_from(Folder::Dead, id)?;
        let now = self.world.now().wall;
        let mut known = history.cloned().unwrap_or_else(|| History::new(now));
        known.goes_again(now);
        let uid = known.uid.unwrap_or(self.caps.own);
        let reach = if known.uid.is_some() { self.world.reach(uid) } else { Reach::Configured };
        let accepted =
            Accepted::read(&octets, id, &self.policy, || reach).map_err(|error| error.to_string())?;
        let domain = self.domain_of(history);
        self.heap.is_dead_no_more(id);
        self.batch.deeds.push(Deed::Copy { id, to: Folder::Deferred, octets: Arc::clone(&octets) });
        if history.is_none() {
            self.batch.deeds.push(Deed::Line(accepted.fact(uid, &domain, octets.len())));
        }
        self.batch.deeds.push(Deed::Line(Fact::Requeued { id, by }));
        self.batch.deeds.push(Deed::Unlink { id, folder: Folder::Dead });
        self.batch.sync = true;
        let size = octets.len() as u64;
        let mut arrival = accepted.arrival(Folder::Deferred, size, Past::from_history(&known));
        arrival.born = now;
        let to = changed_recipients(&known);
        if let Some(to) = &to {
            arrival.recipients = to.to_vec();
        }
        let (octets, reach) = (Some(octets), accepted.reach());
        self.shelf.put(id, Kept { octets, size, place: Folder::Deferred, uid, domain, reach, to });
        self.waits_for_the_disk(id);
        self.tell(Event::Arrived(arrival));
        Ok(())
    }

    /// Removes a dead letter for good.
    fn purge(&mut self, id: AlertId, by: u32) -> Said {
        let is_there = !self.shelf.has(id) && self.read_from(Folder::Dead, id).is_ok();
        if is_there {
            self.batch.deeds.push(Deed::Line(Fact::Purged { id, by }));
            self.batch.deeds.push(Deed::Unlink { id, folder: Folder::Dead });
        }
        let text = if is_there { "" } else { "it is no dead letter" };
        Said { id, done: is_there, text: text.to_owned() }
    }
}

/// Does what the person with this uid wants while no agent runs: it is written down, and nothing begins.
pub fn obey_offline(
    mut engine: Engine<Real>,
    mut acks: UnboundedReceiver<Ack>,
    found: Found,
    orders: impl Iterator<Item = Order>,
    by: u32,
) -> Vec<Reply> {
    engine.dispatcher.pause();
    let mut hands = Hands::new(engine, found);
    hands.flush();
    let replies = orders.map(|order| {
        let (answer, mut reply) = oneshot::channel();
        hands.obey(Wanted { order, by, answer });
        hands.flush();
        loop {
            match reply.try_recv() {
                Ok(reply) => return reply,
                Err(oneshot::error::TryRecvError::Closed) => break,
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let Some(ack) = acks.blocking_recv() else { break };
            hands.take_in(Heard::Ack(ack));
            hands.flush();
        }
        Reply::new(Exit::Io, "the spool cannot be written; the lines above say why")
    });
    let replies = replies.collect();
    hands.world.writer.finish();
    replies
}
