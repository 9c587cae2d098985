//! Pumps a session: does what it says, and tells it what came of it. Every wait has a limit.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use smtp::{Credentials, Failure, Gate, Outcome, Phase, Session, Step};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};

use super::Limits;
use super::attempt::{Attempt, Word};
use super::onlooker::{Onlooker, Protection, Sight};
use super::program::Ending;
use super::tls::Handshake;
use super::wire::{Stream, Wire};

/// Octets read at once. Replies are short.
const READ_OCTETS: usize = 4096;

/// Octets of a long message that are written under one limit.
const PART_OCTETS: usize = 64 * 1024;

/// For the reply to DATA at most.
const DATA_REPLY_MAX: Duration = Duration::from_mins(2);

/// For QUIT and its answer: nobody has to be waited for who has nothing to say any more.
pub(super) const QUIT_WITHIN: Duration = Duration::from_secs(1);

/// How long the last words of a server that has stopped listening are waited for.
const LAST_WORDS_WITHIN: Duration = Duration::from_millis(500);

/// A connection with its session.
pub(super) struct Line {
    pub(super) session: Session,
    pub(super) wire: Wire,
    pub(super) tls: Option<Arc<Handshake>>,
    pub(super) limits: Limits,
    /// What it logs in with.
    pub(super) credentials: Option<Arc<Credentials>>,
    /// Of the program that carries the connection, if one does.
    pub(super) ending: Option<Ending>,
    /// Why its host's name was not resolved, if it leads to a remembered address.
    pub(super) recalled: Option<String>,
    /// Attempts that it has carried.
    pub(super) carried: usize,
    /// Whether the server has said anything.
    has_heard: bool,
    /// How the program ended, if that was before the server had said anything.
    ended_early: Option<String>,
    buffer: Box<[u8]>,
    onlooker: Option<Arc<dyn Onlooker>>,
    /// Lines of the dialogue that the onlooker has seen.
    seen: usize,
}

/// Where the pumping stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// Nothing is in hand.
    Idle,
    /// The transaction is over.
    Settled(Outcome),
    /// The session is over; the failure says why, unless it was over anyway.
    Over(Option<Failure>),
    /// The attempt was taken back in the middle; the connection cannot be used any more.
    Withdrawn(Phase),
}

impl Line {
    pub(super) fn new(
        session: Session,
        wire: Wire,
        tls: Option<Arc<Handshake>>,
        limits: Limits,
        credentials: Option<Arc<Credentials>>,
    ) -> Self {
        Self {
            session,
            wire,
            tls,
            limits,
            credentials,
            ending: None,
            recalled: None,
            carried: 0,
            has_heard: false,
            ended_early: None,
            buffer: vec![0; READ_OCTETS].into_boxed_slice(),
            onlooker: None,
            seen: 0,
        }
    }

    /// Shows the dialogue, from here on.
    pub(super) fn watched_by(&mut self, onlooker: Option<Arc<dyn Onlooker>>) {
        self.onlooker = onlooker;
    }

    /// Goes on until nothing is left to do. Not cancel-safe.
    pub(super) async fn pump(&mut self, mut attempt: Option<&mut Attempt>) -> Stop {
        let mut waits_for: Option<(Phase, Instant)> = None;
        loop {
            self.show_news();
            match self.session.next() {
                Step::Send => {
                    waits_for = None;
                    self.send().await;
                }
                Step::Receive(phase) => {
                    let deadline = match waits_for {
                        Some((same, deadline)) if same == phase => deadline,
                        _ => Instant::now() + self.limit(phase),
                    };
                    waits_for = Some((phase, deadline));
                    if self.receive(phase, deadline, attempt.as_deref_mut()).await == Heard::Withdrawn {
                        return Stop::Withdrawn(phase);
                    }
                }
                Step::StartTls => {
                    if self.start_tls(attempt.as_deref_mut()).await == Heard::Withdrawn {
                        return Stop::Withdrawn(Phase::Tls);
                    }
                }
                Step::Ask(gate) => self.ask(gate, attempt.as_deref_mut()).await,
                Step::Idle => return Stop::Idle,
                Step::Settled(outcome) => return Stop::Settled(outcome),
                Step::Done(failure) => return Stop::Over(failure),
            }
        }
    }

    /// Goes on until the handshake that STARTTLS asked for would begin, and hands over the connection for it.
    pub(super) async fn up_to_handshake(mut self) -> Option<Stream> {
        loop {
            match self.session.next() {
                Step::Send => self.send().await,
                Step::Receive(phase) => {
                    let deadline = Instant::now() + self.limit(phase);
                    self.receive(phase, deadline, None).await;
                }
                Step::StartTls => break,
                Step::Ask(_) | Step::Idle | Step::Settled(_) | Step::Done(_) => return None,
            }
        }
        match self.wire {
            Wire::Clear(stream) => Some(stream),
            Wire::Tls(_) | Wire::Gone => None,
        }
    }

    fn show_news(&mut self) {
        let Some(onlooker) = &self.onlooker else { return };
        let transcript = self.session.transcript();
        transcript.after(self.seen).for_each(|line| onlooker.sees(&Sight::Said(line)));
        self.seen = transcript.count();
    }

    /// How long a reply may take. RFC 5321 section 4.5.3.2 has less for DATA than for other commands.
    fn limit(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Dot => self.limits.dot,
            // A program has connected when the server is heard.
            Phase::Greeting if self.ending.is_some() => self.limits.connect,
            Phase::Data => self.limits.reply.min(DATA_REPLY_MAX),
            Phase::Quit => self.limits.reply.min(QUIT_WITHIN),
            _ => self.limits.reply,
        }
    }

    async fn send(&mut self) {
        match self.write_output().await {
            Ok(Ok(())) => self.session.sent(),
            Ok(Err(error)) => {
                // A server that refuses and closes at once has said why before our words met the closed door.
                let words = timeout(LAST_WORDS_WITHIN, self.wire.read(&mut self.buffer)).await;
                if let Ok(Ok(count @ 1..)) = words {
                    self.session.received(&self.buffer[..count]);
                }
                self.session.closed(&in_words(&error));
            }
            Err(_) => self.session.silence(self.limits.reply.as_secs()),
        }
    }

    /// Writes what has to be sent, usually at once. Each part of a long message has the time of a reply, so that a slow
    /// line is no silent one; all together have the time that the server has for its verdict.
    async fn write_output(&mut self) -> Result<io::Result<()>, Elapsed> {
        let end = Instant::now() + self.limits.dot.max(self.limits.reply);
        for part in self.session.output().chunks(PART_OCTETS) {
            let limit = end.min(Instant::now() + self.limits.reply);
            if let Err(error) = timeout_at(limit, self.wire.write(part)).await? {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    async fn receive(&mut self, phase: Phase, deadline: Instant, attempt: Option<&mut Attempt>) -> Heard {
        let reading = timeout_at(deadline, self.wire.read(&mut self.buffer));
        let Some(read) = unless_withdrawn(attempt, reading).await else { return Heard::Withdrawn };
        match read {
            Ok(read) => self.take_in(read).await,
            Err(_) => self.session.silence(self.limit(phase).as_secs()),
        }
        Heard::Something
    }

    async fn take_in(&mut self, read: io::Result<usize>) {
        match read {
            Ok(0) => {
                let words = self.last_words().await;
                self.session.closed(&words);
            }
            Ok(count) => {
                self.has_heard = true;
                self.session.received(&self.buffer[..count]);
            }
            Err(error) => self.session.closed(&in_words(&error)),
        }
    }

    /// What is known of the end of a connection besides that.
    async fn last_words(&mut self) -> String {
        let Some(ending) = &self.ending else { return String::new() };
        let words = ending.in_words().await;
        if !self.has_heard && matches!(self.wire, Wire::Clear(_)) {
            self.ended_early.clone_from(&words);
        }
        words.unwrap_or_default()
    }

    /// The outcome of an attempt on a connection that never came to be, since its program ended before that.
    pub(super) fn stillborn(&mut self, attempt: &Attempt) -> Option<Outcome> {
        let failure = self.never_connected()?;
        Some(Outcome::failed(attempt.transaction().recipients.len(), &failure))
    }

    /// The failure of a connection that never came to be, since its program ended before that.
    pub(super) fn never_connected(&mut self) -> Option<Failure> {
        self.ended_early.take().map(Failure::connect)
    }

    async fn start_tls(&mut self, attempt: Option<&mut Attempt>) -> Heard {
        let (Wire::Clear(stream), Some(handshake)) =
            (std::mem::replace(&mut self.wire, Wire::Gone), &self.tls)
        else {
            self.session.tls_failed("there is no connection in clear that could start TLS");
            return Heard::Something;
        };
        let begun = Instant::now();
        let shaking = timeout(self.limits.connect, handshake.shake(stream));
        let Some(shaken) = unless_withdrawn(attempt, shaking).await else { return Heard::Withdrawn };
        match shaken {
            Ok(Ok(stream)) => {
                if let Some(onlooker) = &self.onlooker {
                    onlooker.sees(&Sight::Secured(&Protection::of(&stream, begun.elapsed())));
                }
                self.wire = Wire::Tls(Box::new(stream));
                self.session.tls_ready();
            }
            Ok(Err(why)) => self.session.tls_failed(&why),
            Err(_) => self.session.tls_failed("no answer to the handshake"),
        }
        Heard::Something
    }

    /// Asks for leave once, and listens to the server meanwhile.
    async fn ask(&mut self, gate: Gate, attempt: Option<&mut Attempt>) {
        let Some(attempt) = attempt else { return self.session.withdrawn() };
        if attempt.may_pass(gate) {
            return self.session.granted();
        }
        attempt.reached(gate);
        tokio::select! {
            biased;
            word = attempt.word() => match word {
                Word::Grant => self.session.granted(),
                Word::Withdraw => self.session.withdrawn(),
            },
            read = self.wire.read(&mut self.buffer) => self.take_in(read).await,
        }
    }

    /// Waits, while nothing is in hand, for words that nobody asked for; they end the session. Cancel-safe.
    pub(super) async fn overhear(&mut self) {
        let read = self.wire.read(&mut self.buffer).await;
        self.take_in(read).await;
    }
}

/// Waits, unless the attempt is taken back meanwhile: before the last octets nobody has the message.
async fn unless_withdrawn<T>(attempt: Option<&mut Attempt>, wait: impl Future<Output = T>) -> Option<T> {
    match attempt {
        Some(attempt) if !attempt.may_pass(Gate::FinalDot) => tokio::select! {
            biased;
            () = attempt.withdrawn() => None,
            came = wait => Some(came),
        },
        Some(_) | None => Some(wait.await),
    }
}

/// What came of listening.
#[derive(PartialEq, Eq)]
enum Heard {
    Something,
    Withdrawn,
}

/// Says goodbye, if that takes no longer than a moment.
pub(super) async fn say_goodbye(mut line: Line, limit: Duration) {
    line.session.quit();
    let _ = timeout(limit, line.pump(None)).await;
}

/// The failure of an attempt that was taken back.
pub(super) const fn withdrawn(phase: Phase) -> Failure {
    Failure { phase, trouble: smtp::Trouble::Withdrawn }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset => "reset by the server".to_owned(),
        io::ErrorKind::BrokenPipe => "closed by the server".to_owned(),
        _ => error.to_string(),
    }
}
