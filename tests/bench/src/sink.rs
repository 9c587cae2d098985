//! An SMTP server that counts: it takes every mail, keeps none, and knows when the first, the last and each marked one
//! came.
//!
//! A thread for each connection, replies to pipelined commands in one write: what is measured is to be the client. It
//! has TLS, a login that it always believes, CHUNKING and a line of any length, may have one trouble, and is no server for
//! anything else (`tests/lab` is).

mod dialogue;
mod trouble;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_rustls::rustls::ServerConfig;

use crate::clock;
pub(crate) use trouble::{Stage, Trouble};

/// What a marked mail has in its subject, before words of its own.
pub(crate) const MARK: &str = "bench-marked-";

/// Between two looks at what came. Moments are noted when mails come, so that this costs no precision, and waking
/// somebody with every mail would cost those who are measured.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// What kind of server it is.
#[derive(Clone, Default)]
pub(crate) struct Manner {
    /// Between a flight of the client's and the replies to it: the model of a round trip.
    pub(crate) round_trip: Duration,
    /// Takes mail only after STARTTLS with this certificate, and after a login.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// Offers CHUNKING.
    pub(crate) chunking: bool,
    /// What is wrong with it.
    pub(crate) trouble: Option<Trouble>,
}

impl fmt::Debug for Manner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { round_trip, tls, chunking, trouble } = self;
        let has_tls = tls.is_some();
        write!(out, "Manner {{ {round_trip:?}, tls: {has_tls}, chunking: {chunking}, {trouble:?} }}")
    }
}

/// What came.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// Mails.
    pub(crate) mails: usize,
    /// Connections.
    pub(crate) connections: usize,
    /// The moment of the first final dot.
    pub(crate) first: Option<Instant>,
    /// The moment of the last one.
    pub(crate) last: Option<Instant>,
    /// Marks and the moments of their dots.
    pub(crate) marked: Vec<(String, Instant)>,
}

impl Seen {
    /// When the mail with this mark came.
    pub(crate) fn moment_of(&self, mark: &str) -> Option<Instant> {
        self.marked.iter().rev().find(|(known, _)| known == mark).map(|(_, moment)| *moment)
    }
}

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Seen>,
}

/// The running server. It ends with the process: its port and threads are worth nothing to anybody.
#[derive(Debug)]
pub(crate) struct Sink {
    port: u16,
    shared: Arc<Shared>,
}

impl Sink {
    /// Listens on the loopback interface, without TLS, login and delay.
    pub(crate) fn start() -> io::Result<Self> {
        Self::with(Manner::default())
    }

    /// Listens on the loopback interface.
    pub(crate) fn with(manner: Manner) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared::default());
        let all = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, manner) = (Arc::clone(&all), manner.clone());
                shared.lock().connections += 1;
                // A client that goes away in the middle has its mail counted by nobody.
                std::thread::spawn(move || dialogue::serve(stream, manner, |mark| shared.count(mark)));
            }
        });
        Ok(Self { port, shared })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What came until now.
    pub(crate) fn seen(&self) -> Seen {
        self.shared.lock().clone()
    }

    /// Waits until that is so; gives what came, or `None` if it did not come true in time.
    pub(crate) fn wait_for(&self, within: Duration, is_so: impl Fn(&Seen) -> bool) -> Option<Seen> {
        let end = clock::now() + within;
        loop {
            let seen = self.shared.lock();
            if is_so(&seen) {
                return Some(seen.clone());
            }
            drop(seen);
            if clock::now() >= end {
                return None;
            }
            clock::let_pass(BETWEEN_LOOKS);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, mark: Option<&str>) {
        let now = clock::now();
        let mut seen = self.lock();
        seen.mails += 1;
        seen.first.get_or_insert(now);
        seen.last = Some(now);
        seen.marked.extend(mark.map(|mark| (mark.to_owned(), now)));
    }
}
