//! What hooks do: they put files into the spool, or speak on the socket, and remember what they were told.

use std::time::Duration;

use delivery::Now;
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::SpoolFs as _;
use spool_format::publish::{Step as At, publish};
use spool_format::socket::Answer;
use spool_format::{AlertId, Severity};
use tokio::sync::oneshot;

use super::alert::Alert;
use super::disk::Place;
use super::oracle::{Asked, Promise};
use super::story::{Blow, Story};
use super::world::OWN;
use crate::spool::socket::Submission;
use crate::spool::watch::Hint;

/// Who looks for alerts of which there was no hint comes that late.
pub(super) const RESCAN: Duration = Duration::from_mins(1);

/// A user who may name nobody but those in the configuration.
const NOBODY: u32 = 1001;

/// Who was not answered asks again within it.
const AGAIN_WITHIN: Duration = Duration::from_mins(2);

/// Those on the socket.
#[derive(Debug, Default)]
pub(super) struct Clients {
    /// They wait for a word about their alert.
    waiting: Vec<(AlertId, oneshot::Receiver<Answer>)>,
    /// What came last, from whom, and when.
    last: Option<(AlertId, u32, Vec<u8>, Now)>,
}

impl Story {
    /// Whoever wants to be mailed, and when, as the oracle has to know it.
    fn asks(&mut self, alert: Alert, id: AlertId, text: &str, met_after: Duration) {
        let now = self.outside.borrow().now.monotonic;
        let life = Duration::from_secs(alert.ttl.unwrap_or(48 * 3600));
        let severity = if alert.is_critical { Severity::Critical } else { Severity::Warning };
        let retry = &self.setup().retry;
        let pauses = if alert.is_critical { retry.critical.clone() } else { retry.others.clone() };
        let octets = text.as_bytes().to_vec();
        let to = alert.expected(self.setup());
        let mut asked = Asked::new(Promise::Open, octets, now, (life, pauses), &to);
        (asked.severity, asked.met) = (Some(severity), now.plus(met_after));
        self.outside.borrow_mut().oracle.alerts.insert(id, asked);
    }

    fn new_id(&mut self) -> AlertId {
        self.born += 1;
        AlertId::new(self.outside.borrow().now.wall, [self.born; 10])
    }

    fn is_promised(&self, id: AlertId, promise: Promise) {
        if self.machine.borrow().tells {
            eprintln!("      {id}: {promise:?}");
        }
        self.outside.borrow_mut().oracle.asked(id).promise = promise;
    }

    pub(super) fn enqueue(&mut self, alert: Alert, hints: bool) {
        let (id, text) = (self.new_id(), alert.text(None));
        self.asks(alert, id, &text, if hints { Duration::ZERO } else { RESCAN });
        let mut fs = self.world.fs.as_stranger(alert.uid);
        fs.may_list = [0, OWN].contains(&alert.uid);
        let said =
            publish(&fs, &Place::Incoming, &temporary_name(id), &file_name(id), ALERT_MODE, text.as_bytes());
        let promise = match &said {
            Ok(()) => Promise::Made,
            Err(error) if error.step != At::SyncName && !self.machine.borrow().is_off => Promise::Refused,
            Err(_) => Promise::Open,
        };
        self.is_promised(id, promise);
        if hints && let Some(agent) = &mut self.agent {
            agent.hints.push_back(Hint::Name(file_name(id).into()));
        }
        if hints && let Some(watcher) = &self.watcher {
            // Whoever does not run hears nothing.
            let _ = watcher.send(Hint::Name(file_name(id).into()));
        }
        self.a_hook_ends();
    }

    /// A hook that is killed takes nobody with it; a machine does.
    fn a_hook_ends(&mut self) {
        if self.machine.borrow().is_off {
            match self.blow {
                Blow::Kill => self.machine.borrow_mut().switch_on(),
                Blow::Power => self.strike(Blow::Power),
            }
        }
    }

    /// A stranger writes as it likes.
    pub(super) fn put(&mut self, name: &str, octets: &[u8]) {
        let fs = self.world.fs.as_stranger(1001);
        if let Ok(mut file) = fs.create(&Place::Incoming, name, ALERT_MODE) {
            let _ = fs.write_all(&mut file, octets);
        }
        self.a_hook_ends();
    }

    /// An alert on the socket; or the last one that came there once more, by somebody who does not know what became of it.
    /// Nobody takes either if no agent runs.
    pub(super) fn submit(&mut self, alert: Alert, again: bool) {
        if self.agent.is_none() && self.socket.is_none() {
            return;
        }
        let now = self.outside.borrow().now;
        // What is over is not remembered for ever, and by the day.
        let is_remembered =
            |at: Now| now.monotonic.since(at.monotonic) < AGAIN_WITHIN && now.wall.day() == at.wall.day();
        let last = self.clients.last.clone().filter(|(.., at)| again && is_remembered(*at));
        let (id, uid, octets) = if let Some((id, uid, octets, _)) = last {
            self.outside.borrow_mut().marks.hit("the same on the socket again");
            (id, uid, octets)
        } else {
            self.outside.borrow_mut().marks.hit("an alert on the socket");
            let id = self.new_id();
            let text = alert.text(Some(id));
            self.asks(alert, id, &text, Duration::ZERO);
            let unknown = Alert { uid: NOBODY, ..alert }.expected(self.setup());
            let if_nobody_knows = unknown.into_iter().map(str::to_owned).collect();
            let outside = &mut *self.outside.borrow_mut();
            let asked = outside.oracle.asked(id);
            (asked.is_submitted, asked.if_nobody_knows) = (true, if_nobody_knows);
            (id, alert.uid, text.into_bytes())
        };
        self.clients.last = Some((id, uid, octets.clone(), now));
        // What was refused can be taken this time.
        let before = self.outside.borrow_mut().oracle.asked(id).promise;
        if before != Promise::Made {
            self.is_promised(id, Promise::Open);
            self.outside.borrow_mut().oracle.asked(id).met = now.monotonic;
        }
        let (answer, reply) = oneshot::channel();
        let submission = Submission::alone(uid, octets, answer);
        let is_there = match (&mut self.agent, &self.socket) {
            (Some(agent), _) => {
                agent.submissions.push_back(submission);
                true
            }
            (None, Some(socket)) => socket.try_send(submission).is_ok(),
            (None, None) => false,
        };
        if is_there {
            self.clients.waiting.push((id, reply));
        } else if before != Promise::Made {
            self.is_promised(id, Promise::Refused);
        }
    }

    /// Whoever was answered knows what holds.
    pub(super) fn clients_hear(&mut self) {
        let mut waiting = std::mem::take(&mut self.clients.waiting);
        waiting.retain_mut(|(id, reply)| match reply.try_recv() {
            Ok(answer) => {
                self.is_answered(*id, &answer);
                false
            }
            Err(oneshot::error::TryRecvError::Empty) => true,
            Err(oneshot::error::TryRecvError::Closed) => false,
        });
        self.clients.waiting = waiting;
    }

    fn is_answered(&self, id: AlertId, answer: &Answer) {
        let promise = self.outside.borrow_mut().oracle.asked(id).promise;
        match answer {
            Answer::Kept(of) => {
                assert_eq!(*of, id, "a word about another alert");
                self.outside.borrow_mut().marks.hit("kept, says the socket");
                self.is_promised(id, Promise::Made);
            }
            Answer::Held(of) => {
                assert_eq!(*of, id, "a word about another alert");
                self.outside.borrow_mut().marks.hit("held in memory, says the socket");
            }
            Answer::Busy(_) | Answer::Refused(_) => {
                assert_ne!(promise, Promise::Made, "{id}: it was kept, and now it is {answer:?}");
                self.outside.borrow_mut().marks.hit("not taken, says the socket");
                self.is_promised(id, Promise::Refused);
            }
            Answer::Ready => panic!("{id}: that is no word about an alert"),
        }
    }
}
