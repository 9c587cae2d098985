//! Alerts that come on the socket: into `deferred/`, since nothing in memory is safe, and an answer when it is known how
//! safe they are. Sending begins meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;

use delivery::{Event, Past};
use serde::Deserialize;
use spool_format::socket::Answer;
use spool_format::{AlertId, Folder};
use tokio::sync::oneshot;

use super::gather::changed_recipients;
use super::hands::Hands;
use super::shelf::Kept;
use super::world::World;
use crate::accept::Accepted;
use crate::spool::writer::Deed;

/// Clients that wait for a word about their alert.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    clients: BTreeMap<AlertId, Vec<oneshot::Sender<Answer>>>,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }
}

/// All that has to be read before it is known which alert it is.
#[derive(Deserialize)]
struct Named {
    id: AlertId,
}

impl<W: World> Hands<W> {
    /// Takes an alert that `uid` submitted, and answers now or when the writer has spoken.
    pub(super) fn take_submitted(&mut self, uid: u32, octets: &[u8], client: oneshot::Sender<Answer>) {
        if let Err(answer) = self.try_to_take(uid, octets, client) {
            let (answer, client) = *answer;
            // A client that does not wait any more finds out by asking again under the same id.
            let _ = client.send(answer);
        }
    }

    fn try_to_take(
        &mut self,
        uid: u32,
        octets: &[u8],
        client: oneshot::Sender<Answer>,
    ) -> Result<(), Box<(Answer, oneshot::Sender<Answer>)>> {
        let id = match serde_json::from_slice::<Named>(octets) {
            Ok(Named { id }) => id,
            Err(error) => return Err(Box::new((Answer::Refused(format!("it has no id: {error}")), client))),
        };
        if self.heap.is_over(id) {
            // What has become of it may still be on its way to the disk.
            self.answer_when_written(id, client);
            return Ok(());
        }
        if let Some(kept) = self.shelf.get(id) {
            // Submitted once more: the first one counts, whoever sent it.
            if kept.octets.is_none() {
                return Err(Box::new((Answer::Kept(id), client)));
            }
            self.answer_when_written(id, client);
            return Ok(());
        }
        if self.has_enough(uid, octets.len() as u64) {
            let why = "you have as many alerts on the way as one user may have".to_owned();
            return Err(Box::new((Answer::Busy(why), client)));
        }
        let reach = self.world.reach(uid);
        match Accepted::read(octets, id, &self.policy, || reach) {
            Ok(accepted) => self.keep_submitted(uid, octets, accepted, id),
            Err(error) => return Err(Box::new((Answer::Refused(error.to_string()), client))),
        }
        self.waiting_clients.clients.entry(id).or_default().push(client);
        Ok(())
    }

    /// Lets a client wait for all that the writer was told before.
    fn answer_when_written(&mut self, id: AlertId, client: oneshot::Sender<Answer>) {
        self.waiting_clients.clients.entry(id).or_default().push(client);
        self.batch.deeds.push(Deed::Confirm(id));
    }

    fn keep_submitted(&mut self, uid: u32, octets: &[u8], accepted: Accepted, id: AlertId) {
        self.say_what_is_dropped(id, uid, &accepted);
        let octets: Arc<[u8]> = octets.into();
        // An earlier run may have had it in memory alone, and have sent it to some of its recipients.
        let history = self.heap.earlier.remove(&id);
        let past = history.as_ref().map_or_else(Past::default, |history| self.past(history));
        let domain = self.domain_of(history.as_deref());
        let fact = accepted.fact(uid, &domain, octets.len());
        crate::log::fact(&fact);
        self.batch.deeds.extend([
            Deed::Copy { id, to: Folder::Deferred, octets: Arc::clone(&octets) },
            Deed::Line(fact),
            Deed::Confirm(id),
        ]);
        self.batch.sync = true;
        let (size, place) = (octets.len() as u64, Folder::Deferred);
        let (reach, to) = (accepted.reach(), history.as_deref().and_then(changed_recipients));
        let accepted = accepted.for_others(to.as_deref());
        self.shelf.put(id, Kept { octets: Some(octets), size, place, uid, domain, reach, to });
        self.tell(Event::Arrived(accepted.arrival(place, size, past)));
    }

    /// The writer has spoken about an alert.
    pub(super) fn confirmed(&mut self, id: AlertId, durable: bool) {
        let answer = if durable { Answer::Kept(id) } else { Answer::Held(id) };
        for client in self.waiting_clients.clients.remove(&id).unwrap_or_default() {
            let _ = client.send(answer.clone());
        }
    }
}
