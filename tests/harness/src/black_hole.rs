//! A port that never answers, as behind a firewall that drops what it does not like.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, listen, socket};

/// How long a connection to a loopback port takes at the very most.
const ANSWER: Duration = Duration::from_millis(200);
/// More than any kernel lets wait in a queue of none.
const QUEUED_MAX: usize = 64;

/// A listener whose queue is full: the kernel drops whoever knocks.
#[derive(Debug)]
pub struct BlackHole {
    /// Where it is.
    pub address: SocketAddr,
    _listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl BlackHole {
    /// Opens one at this IPv4 address; port 0 is the kernel's choice.
    #[track_caller]
    pub fn at(address: impl Into<SocketAddr>) -> Self {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        bind(&socket, &address.into()).expect("a port");
        listen(&socket, 0).expect("listening");
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().expect("an address");
        let mut queued = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, ANSWER) {
            queued.push(stream);
            assert!(queued.len() < QUEUED_MAX, "the queue is never full");
        }
        Self { address, _listener: listener, _queued: queued }
    }
}
