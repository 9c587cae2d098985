//! A name server that knows one thing: every name has the address 127.0.0.1. It says so, or refuses to, in every way
//! that name servers have.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Where it listens: not where a machine without `resolv.conf` asks, which is 127.0.0.1.
pub(crate) const ADDRESS: &str = "127.0.0.2";

/// How often it looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);
/// Octets of the head of a DNS message (RFC 1035 section 4.1.1).
const HEAD_OCTETS: usize = 12;
/// Type A, and no other, has an answer.
const TYPE_A: [u8; 2] = [0, 1];

/// What it does with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers with this response code and nothing else.
    Code(u8),
    /// Says nothing.
    Silence,
    /// Answers.
    Truth,
}

/// `SERVFAIL`, `NXDOMAIN` and `REFUSED` (RFC 1035 section 4.1.1).
pub(crate) const SERVFAIL: Manner = Manner::Code(2);
pub(crate) const NXDOMAIN: Manner = Manner::Code(3);
pub(crate) const REFUSED: Manner = Manner::Code(5);

/// A running name server; it ends with this value.
pub(crate) struct NameServer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    manner: Mutex<Manner>,
    questions: AtomicUsize,
    is_over: AtomicBool,
}

impl NameServer {
    pub(crate) fn start(manner: Manner) -> Self {
        let socket = UdpSocket::bind((ADDRESS, 53)).expect("the port of a network of our own");
        socket.set_read_timeout(Some(LOOK)).expect("a socket");
        let shared = Arc::new(Shared {
            manner: Mutex::new(manner),
            questions: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let thread = Some(std::thread::spawn(move || serve(&socket, &served)));
        Self { shared, thread }
    }

    /// From the next question on.
    pub(crate) fn become_like(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Questions that were heard so far.
    pub(crate) fn questions(&self) -> usize {
        self.shared.questions.load(Ordering::SeqCst)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, shared: &Shared) {
    let mut question = [0; 512];
    while !shared.is_over.load(Ordering::SeqCst) {
        let (length, peer) = match socket.recv_from(&mut question) {
            Ok(heard) => heard,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(error) => panic!("the name server cannot hear: {error}"),
        };
        shared.questions.fetch_add(1, Ordering::SeqCst);
        let manner = *shared.manner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answer(&question[..length], manner) {
            // A peer that is gone, or an interface that is down, is the test's business.
            let _ = socket.send_to(&answer, peer);
        }
    }
}

/// The answer to a question; `None` is silence.
fn answer(question: &[u8], manner: Manner) -> Option<Vec<u8>> {
    let name_octets = question.get(HEAD_OCTETS..)?.iter().position(|octet| *octet == 0)? + 1;
    let kind = HEAD_OCTETS + name_octets;
    let asked = question.get(HEAD_OCTETS..kind + 4)?;
    let (code, found) = match manner {
        Manner::Silence => return None,
        Manner::Code(code) => (code, false),
        Manner::Truth => (0, question[kind..kind + 2] == TYPE_A),
    };
    let mut answer = question[..2].to_vec();
    // A response to a standard query, recursion wanted and had; one question, perhaps one answer.
    answer.extend([0x81, 0x80 | code, 0, 1, 0, u8::from(found), 0, 0, 0, 0]);
    answer.extend(asked);
    if found {
        // The name of the question, type A, class IN, for no time at all, four octets.
        answer.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
    }
    Some(answer)
}
