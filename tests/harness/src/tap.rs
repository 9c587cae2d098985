//! A tap on the wire: passes everything on, and keeps what the client sent, octet for octet.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Octets passed on at once.
const PIECE: usize = 16 * 1024;

/// A tap in front of a server; it ends with its value, connections that are open with whoever closes them.
#[derive(Debug)]
pub struct Tap {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    heard: Mutex<Vec<Vec<u8>>>,
    is_over: AtomicBool,
}

impl Tap {
    /// Opens one in front of this port.
    #[track_caller]
    pub fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::<Shared>::default();
        let kept = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming().filter_map(Result::ok) {
                if kept.is_over.load(Ordering::SeqCst) {
                    return;
                }
                // Without a server the client sees its connection end, which is the truth.
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    join(&client, &server, &kept);
                }
            }
        });
        Self { port, shared, thread: Some(thread) }
    }

    /// Where the client is to connect to.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What the client has sent so far, connection by connection.
    pub fn heard(&self) -> Vec<Vec<u8>> {
        self.shared.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes it up.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn join(client: &TcpStream, server: &TcpStream, shared: &Arc<Shared>) {
    let place = {
        let mut heard = shared.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(Vec::new());
        heard.len() - 1
    };
    let kept = Arc::clone(shared);
    pass_on(client, server, move |octets| {
        kept.heard.lock().unwrap_or_else(PoisonError::into_inner)[place].extend_from_slice(octets);
    });
    pass_on(server, client, |_| {});
}

/// Passes on in one direction until the end, on a thread of its own.
fn pass_on(from: &TcpStream, to: &TcpStream, mut see: impl FnMut(&[u8]) + Send + 'static) {
    let (mut from, mut to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
    let _ = to.set_nodelay(true);
    std::thread::spawn(move || {
        let mut piece = vec![0; PIECE];
        while let Ok(count @ 1..) = from.read(&mut piece) {
            see(&piece[..count]);
            if to.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
