//! An SMTP server that counts: it takes every mail, keeps none, and knows when the first, the last and each marked one
//! came.
//!
//! A thread for each connection, replies to pipelined commands in one write: what is measured is to be the agent.
//! It understands what a client without TLS and AUTH says, and is no server for anything else (`tests/lab` is).

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;

/// What a marked mail has in its subject, before words of its own.
pub(crate) const MARK: &str = "bench-marked-";

/// What came.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// Mails.
    pub(crate) mails: usize,
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
        self.marked.iter().find(|(known, _)| known == mark).map(|(_, moment)| *moment)
    }
}

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Seen>,
    news: Condvar,
}

/// The running server. It ends with the process: its port and threads are worth nothing to anybody.
#[derive(Debug)]
pub(crate) struct Sink {
    port: u16,
    shared: Arc<Shared>,
}

impl Sink {
    /// Listens on the loopback interface.
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared::default());
        let all = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&all);
                // A client that goes away in the middle has its mail counted by nobody.
                std::thread::spawn(move || serve(stream, &shared));
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
        let waited = self.shared.news.wait_timeout_while(self.shared.lock(), within, |seen| !is_so(seen));
        let (seen, time) = waited.unwrap_or_else(PoisonError::into_inner);
        (!time.timed_out()).then(|| seen.clone())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, mark: Option<String>) {
        let now = clock::now();
        let mut seen = self.lock();
        seen.mails += 1;
        seen.first.get_or_insert(now);
        seen.last = Some(now);
        seen.marked.extend(mark.map(|mark| (mark, now)));
        drop(seen);
        self.news.notify_all();
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::with_capacity(64 * 1024, stream);
    let mut replies = b"220 sink.example.jp ESMTP\r\n".to_vec();
    let mut line = Vec::new();
    loop {
        if reader.buffer().is_empty() {
            writer.write_all(&replies)?;
            replies.clear();
        }
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        match line.get(..4).map(<[u8]>::to_ascii_uppercase).as_deref() {
            Some(b"EHLO") => replies.extend(b"250-sink.example.jp\r\n250-PIPELINING\r\n250 8BITMIME\r\n"),
            Some(b"DATA") => {
                replies.extend(b"354 go on\r\n");
                writer.write_all(&replies)?;
                replies.clear();
                let mark = read_mail(&mut reader)?;
                shared.count(mark);
                replies.extend(b"250 ok\r\n");
            }
            Some(b"QUIT") => {
                replies.extend(b"221 bye\r\n");
                return writer.write_all(&replies);
            }
            _ => replies.extend(b"250 ok\r\n"),
        }
    }
}

/// Reads up to the final dot; gives the mark, if there is one in the subject.
fn read_mail(reader: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut mark = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(mark);
        }
        if line.starts_with(b"Subject: ") {
            let text = String::from_utf8_lossy(&line[9..]);
            mark = text.trim_end().strip_prefix(MARK).map(str::to_owned);
        }
    }
}
