//! Takes alerts on a socket from those who cannot write into `incoming/`: read-only mounts, full disks, other namespaces;
//! and, on another one, what people want of the agent.
//!
//! Hands each whole submission, with the uid that the kernel names, to whoever holds the receiver; decides nothing about
//! it, and writes nothing but the answer: of alerts a line of `spool_format::socket`. Everything is bounded: connections, octets
//! in memory, time. A client that is slow, endless or gone costs the others nothing.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::socket::{Answer, SUBMISSION_S_MAX};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout_at};

use crate::edge::named_socket::NamedSocket;

/// Connections at a time; whoever comes then is told to go elsewhere.
pub const CONNECTIONS_MAX: usize = 32;

/// Octets of all submissions together, until the last of them is dropped by whoever received it.
pub const OCTETS_MAX: usize = 16 * 1024 * 1024;

/// Octets that are read at once, and the unit in which memory is counted.
const CHUNK_OCTETS: usize = 64 * 1024;

/// The pause after the system had no descriptor for a connection: it stays in the kernel's queue meanwhile.
const BREATH: Duration = Duration::from_millis(100);

/// What is answered on a socket.
pub trait Word: Send + 'static {
    /// Within which everything has to be over, from the connection to the answer.
    const WITHIN: Duration;
    /// Not now, for this reason.
    fn busy(why: String) -> Self;
    /// Never, for this reason.
    fn refused(why: String) -> Self;
    /// To somebody who said nothing.
    fn ready() -> Self;
    /// As it is written.
    fn to_octets(&self) -> Vec<u8>;
}

impl Word for Answer {
    const WITHIN: Duration = Duration::from_secs(SUBMISSION_S_MAX);

    fn busy(why: String) -> Self {
        Self::Busy(why)
    }

    fn refused(why: String) -> Self {
        Self::Refused(why)
    }

    fn ready() -> Self {
        Self::Ready
    }

    fn to_octets(&self) -> Vec<u8> {
        self.to_octets()
    }
}

/// One alert that somebody submitted, or whatever else the socket is for, whole but not looked into.
#[derive(Debug)]
pub struct Submission<A = Answer> {
    /// Whom the kernel names as the peer.
    pub uid: u32,
    /// What he sent; at most [`ALERT_OCTETS_MAX`] octets.
    pub octets: Vec<u8>,
    /// Takes the answer. Dropped without one, the client learns nothing and has to take the alert for uncertain.
    pub answer: oneshot::Sender<A>,
    /// The memory that the octets were granted; free again when this is dropped.
    _memory: OwnedSemaphorePermit,
}

#[cfg(test)]
impl<A> Submission<A> {
    /// As it comes from a socket that has nothing else in hand.
    pub(crate) fn alone(uid: u32, octets: Vec<u8>, answer: oneshot::Sender<A>) -> Self {
        let memory = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("nobody else has it");
        Self { uid, octets, answer, _memory: memory }
    }
}

/// The socket, as long as it lives: then its name goes, and every connection ends.
#[derive(Debug)]
pub struct Socket {
    _name: NamedSocket,
    accepting: JoinHandle<()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Binds the socket with exactly this mode and begins to accept. Needs a Tokio runtime.
///
/// A socket on which nobody listens is replaced; anything else at that path is an error and stays.
pub fn listen<A: Word>(path: &Path, mode: u32) -> io::Result<(Socket, mpsc::Receiver<Submission<A>>)> {
    let (name, listener) = NamedSocket::bind(path, mode)?;
    let (submissions, receiver) = mpsc::channel(CONNECTIONS_MAX);
    let accepting = tokio::spawn(accept(listener, submissions));
    Ok((Socket { _name: name, accepting }, receiver))
}

async fn accept<A: Word>(listener: UnixListener, submissions: mpsc::Sender<Submission<A>>) {
    // One more for each connection: it takes room to see that nothing more comes.
    let memory = Arc::new(Semaphore::new(OCTETS_MAX / CHUNK_OCTETS + CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        if connections.len() < CONNECTIONS_MAX {
            connections.spawn(serve(stream, submissions.clone(), Arc::clone(&memory)));
        } else {
            let busy = A::busy(format!("{CONNECTIONS_MAX} others are being served"));
            // The line fits into an empty socket, so this does not wait; if it did not fit, nobody is worth waiting for.
            let _ = stream.try_write(&busy.to_octets());
        }
    }
}

/// One client, from its connection to its answer.
async fn serve<A: Word>(
    mut stream: UnixStream,
    submissions: mpsc::Sender<Submission<A>>,
    memory: Arc<Semaphore>,
) {
    let end = Instant::now() + A::WITHIN;
    let answer = match timeout_at(end, read(&mut stream, &memory)).await {
        Err(_) => Some(A::busy(format!("nothing whole arrived within {} s", A::WITHIN.as_secs()))),
        Ok(Err(answer)) => answer,
        Ok(Ok((octets, memory))) => {
            let handed_over = hand_over(&stream, octets, memory, &submissions);
            // A silent end is all that is left after the time: the submission is in other hands.
            timeout_at(end, handed_over).await.unwrap_or(None)
        }
    };
    if let Some(answer) = answer {
        let _ = timeout_at(end + BREATH, stream.write_all(&answer.to_octets())).await;
    }
}

/// Reads to the end of the submission. The error is what to answer instead, if anything.
async fn read<A: Word>(
    stream: &mut UnixStream,
    memory: &Arc<Semaphore>,
) -> Result<(Vec<u8>, OwnedSemaphorePermit), Option<A>> {
    let mut octets = Vec::new();
    let mut granted: Option<OwnedSemaphorePermit> = None;
    loop {
        if octets.len() == octets.capacity() {
            let Ok(more) = Arc::clone(memory).try_acquire_owned() else {
                return Err(Some(A::busy("no memory for more alerts at a time".to_owned())));
            };
            match granted.as_mut() {
                Some(granted) => granted.merge(more),
                None => granted = Some(more),
            }
            octets.reserve_exact(CHUNK_OCTETS);
        }
        match stream.read_buf(&mut octets).await {
            Ok(0) => break,
            Ok(_) if octets.len() > ALERT_OCTETS_MAX => {
                let text = format!("larger than {ALERT_OCTETS_MAX} octets");
                return Err(Some(A::refused(text)));
            }
            Ok(_) => {}
            Err(_) => return Err(None),
        }
    }
    match granted {
        Some(memory) if !octets.is_empty() => Ok((octets, memory)),
        _ => Err(Some(A::ready())),
    }
}

/// Gives the submission away and waits for its answer. `None` when it was dropped without one.
async fn hand_over<A: Word>(
    stream: &UnixStream,
    octets: Vec<u8>,
    memory: OwnedSemaphorePermit,
    submissions: &mpsc::Sender<Submission<A>>,
) -> Option<A> {
    let Ok(peer) = stream.peer_cred() else {
        return Some(A::busy("the system does not say who you are".to_owned()));
    };
    let (answer, answered) = oneshot::channel();
    let submission = Submission { uid: peer.uid(), octets, answer, _memory: memory };
    match submissions.try_send(submission) {
        Ok(()) => answered.await.ok(),
        Err(mpsc::error::TrySendError::Full(_)) => Some(A::busy("too many others wait".to_owned())),
        Err(mpsc::error::TrySendError::Closed(_)) => Some(A::busy("the agent stops".to_owned())),
    }
}

#[cfg(test)]
mod tests;
