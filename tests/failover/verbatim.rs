//! A server that says exactly these octets, one in each segment, and tells what it heard and when.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two octets.
const PAUSE: Duration = Duration::from_millis(5);

/// What it says: the greeting, and to each command that begins so, this.
pub(crate) struct Script {
    pub(crate) greeting: &'static [u8],
    pub(crate) answers: Vec<(&'static str, &'static [u8])>,
}

impl Script {
    /// A short greeting, and this answer to EHLO.
    pub(crate) fn to_ehlo(answer: &'static [u8]) -> Self {
        Self { greeting: b"220 mx.example.com\r\n", answers: vec![("EHLO", answer)] }
    }
}

/// The server; it ends with this value. Commands that its script does not name get `250 ok`, the message as well.
pub(crate) struct Verbatim {
    pub(crate) port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    heard: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Shared {
    fn note(&self, line: &str) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    }
}

impl Verbatim {
    pub(crate) fn start(script: Script) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::<Shared>::default();
        let book = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming().filter_map(Result::ok) {
                if book.is_over.load(Ordering::SeqCst) {
                    return;
                }
                // Whoever goes away in the middle ends the connection, and that is all.
                let _ = serve(client, &script, &book);
            }
        });
        Self { port, shared, thread: Some(thread) }
    }

    /// Every command so far, `early` where the client spoke before the reply was whole, and a line `message`.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.shared.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Verbatim {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(mut client: TcpStream, script: &Script, shared: &Shared) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    client.set_read_timeout(Some(harness::PATIENCE))?;
    say(&mut client, script.greeting, shared)?;
    loop {
        let line = hear(&mut client, b"\r\n")?;
        shared.note(line.trim_end());
        let known = script.answers.iter().find(|(command, _)| line.starts_with(command));
        let answer = known
            .map_or(if line.starts_with("DATA") { b"354 go\r\n" } else { &b"250 ok\r\n"[..] }, |it| it.1);
        say(&mut client, answer, shared)?;
        match answer.first() {
            Some(b'3') if line.starts_with("DATA") => {
                hear(&mut client, b"\r\n.\r\n")?;
                shared.note("message");
                say(&mut client, b"250 taken\r\n", shared)?;
            }
            _ if answer.starts_with(b"421") || line.starts_with("QUIT") => return Ok(()),
            _ => {}
        }
    }
}

/// One octet, one segment; nobody may speak before the last one.
#[expect(clippy::disallowed_methods, reason = "octets in segments of their own take time between them")]
fn say(client: &mut TcpStream, octets: &[u8], shared: &Shared) -> std::io::Result<()> {
    for octet in octets {
        client.set_nonblocking(true)?;
        let early = client.peek(&mut [0]);
        client.set_nonblocking(false)?;
        match early {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(1..) => shared.note("early"),
            Ok(_) => return Err(ErrorKind::UnexpectedEof.into()),
            Err(error) => return Err(error),
        }
        client.write_all(&[*octet])?;
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Reads up to this end, octet by octet, so that nothing behind it is taken.
fn hear(client: &mut TcpStream, end: &[u8]) -> std::io::Result<String> {
    let mut heard = Vec::new();
    while !heard.ends_with(end) {
        let mut octet = [0];
        client.read_exact(&mut octet)?;
        heard.extend(octet);
    }
    Ok(String::from_utf8_lossy(&heard).into_owned())
}
