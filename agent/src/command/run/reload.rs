//! Other settings for an agent that is at work: on SIGHUP, and when `alertmail reload` asks. Whatever else people want goes on to
//! the engine.
//!
//! They are read aside, by a thread that may wait for a password manager. Only when nothing is wrong with them the loop
//! hears of it: it ends as it does on SIGTERM, at a moment at which nothing is in flight, and the next one begins as it does
//! after a start, from what is on the disk. So the new settings hold for all that waits, and there is one way to begin.

use std::sync::{Arc, Mutex, PoisonError};

use spool_format::Layout;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{Notify, oneshot};
use tokio::task::spawn_blocking;

use super::super::Refusal;
use super::super::place::Place;
use super::settings::Settings;
use crate::control::{Order, Reply};
use crate::edge::service::Service;
use crate::edge::signals::Hangups;
use crate::engine::Wanted;
use crate::exit::Exit;
use crate::log;
use crate::spool::socket::Submission;

/// Settings that wait for the loop to end, and who wants to know when they hold.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) settings: Settings,
    pub(super) clients: Vec<oneshot::Sender<Reply>>,
}

/// Where they wait. Later ones take the place of earlier ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    next: Arc<Mutex<Option<Next>>>,
    /// Somebody has put something there.
    pub(super) fresh: Arc<Notify>,
}

impl Slot {
    pub(super) fn take(&self) -> Option<Next> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, settings: Settings, client: Option<oneshot::Sender<Reply>>) {
        let mut slot = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = slot.take().map(|next| next.clients).unwrap_or_default();
        *slot = Some(Next { settings, clients: earlier.into_iter().chain(client).collect() });
        drop(slot);
        self.fresh.notify_one();
    }
}

/// Tells those who asked for these settings that they hold.
pub(super) fn tell(clients: Vec<oneshot::Sender<Reply>>, providers: &[String]) {
    let reply = Reply::new(Exit::Done, format!("the new settings hold; providers: {}", providers.join(", ")));
    for client in clients {
        // Who has gone does not want to know.
        let _ = client.send(reply.clone());
    }
}

/// What it takes to read the configuration again.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) place: Place,
    pub(super) layout: Layout,
    /// Where new settings go.
    pub(super) slot: Slot,
    /// Who is told of it.
    pub(super) service: Arc<Service>,
}

/// Reads the configuration again whenever somebody wants it, for as long as the agent runs.
pub(super) async fn attend(
    reader: Reader,
    mut hangups: Hangups,
    mut orders: Receiver<Submission<Reply>>,
    engine: Sender<Wanted>,
) {
    let Reader { place, layout, slot, service } = reader;
    loop {
        let client = tokio::select! {
            biased;
            () = hangups.next() => None,
            Some(Submission { octets, uid, answer, .. }) = orders.recv() => {
                match serde_json::from_slice(&octets) {
                    Ok(Order::Reload) => Some((uid, answer)),
                    Ok(order) => {
                        // At the end of the agent it is dropped, and nobody answers.
                        let _ = engine.send(Wanted { order, by: uid, answer }).await;
                        continue;
                    }
                    Err(error) => {
                        let _ = answer.send(Reply::new(Exit::Data, format!("nobody understands that: {error}")));
                        continue;
                    }
                }
            }
        };
        service.reloads();
        log::reloading(client.as_ref().map(|(uid, _)| *uid));
        let (from, spool) = (place.clone(), layout.clone());
        let read = spawn_blocking(move || Settings::read_again(&from, &spool)).await;
        let client = client.map(|(_, answer)| answer);
        match read.unwrap_or_else(|error| Err(Refusal::new(Exit::Config, error))) {
            Ok(settings) => slot.put(settings, client),
            Err(refusal) => {
                service.is_ready();
                log::not_reloaded(&refusal);
                let _ = client.map(|client| client.send(Reply::new(refusal.exit, refusal.to_string())));
            }
        }
    }
}
