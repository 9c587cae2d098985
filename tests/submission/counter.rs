//! A server that counts round trips: whenever it has answered everything and hears more, that was one.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What a connection's end looks like, when MAIL comes after its last message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// It goes on for ever.
    Never,
    /// 421, and closed.
    Said,
    /// The same, but only when RCPT has come.
    SaidLater,
    /// Closed without a word.
    Unsaid,
    /// A goodbye that nobody asked for, right behind the reply to the message, and open until MAIL comes.
    Unasked,
}

impl Farewell {
    fn comes_at(self, verb: &str) -> bool {
        match self {
            Self::Never => false,
            Self::SaidLater => verb == "RCPT",
            Self::Said | Self::Unsaid | Self::Unasked => verb == "MAIL",
        }
    }
}

#[derive(Default)]
struct Counts {
    connections: usize,
    round_trips: usize,
    messages: usize,
    resets: usize,
}

/// The server; it ends with this value.
pub(crate) struct Counter {
    pub(crate) port: u16,
    counts: Arc<Mutex<Counts>>,
    _task: JoinSet<()>,
}

impl Counter {
    /// Starts a server whose connections end after one message each, in this way.
    pub(crate) async fn start(farewell: Farewell) -> Self {
        Self::start_offering("SIZE", farewell).await
    }

    /// The same, with this extension on offer besides PIPELINING.
    pub(crate) async fn start_offering(extension: &'static str, farewell: Farewell) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let counts = Arc::<Mutex<Counts>>::default();
        let mut task = JoinSet::new();
        let book = Arc::clone(&counts);
        task.spawn(async move {
            let mut clients = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                book.lock().expect("counts").connections += 1;
                clients.spawn(serve(client, extension, farewell, Arc::clone(&book)));
            }
        });
        Self { port, counts, _task: task }
    }

    pub(crate) fn connections(&self) -> usize {
        self.counts.lock().expect("counts").connections
    }

    pub(crate) fn round_trips(&self) -> usize {
        self.counts.lock().expect("counts").round_trips
    }

    pub(crate) fn messages(&self) -> usize {
        self.counts.lock().expect("counts").messages
    }

    pub(crate) fn resets(&self) -> usize {
        self.counts.lock().expect("counts").resets
    }
}

async fn serve(
    mut client: TcpStream,
    extension: &'static str,
    farewell: Farewell,
    counts: Arc<Mutex<Counts>>,
) {
    let (mut heard, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    let (mut in_message, mut messages, mut chunk) = (false, 0, None);
    let mut replies = "220 mail.example.jp\r\n".to_owned();
    loop {
        if client.write_all(replies.as_bytes()).await.is_err() {
            return;
        }
        replies.clear();
        let Ok(count @ 1..) = client.read(&mut buffer).await else { return };
        counts.lock().expect("counts").round_trips += 1;
        heard.extend_from_slice(&buffer[..count]);
        loop {
            if let Some(octets) = chunk {
                if heard.len() < octets {
                    break;
                }
                heard.drain(..octets);
                chunk = None;
                messages += 1;
                counts.lock().expect("counts").messages += 1;
                replies.push_str("250 2.0.0 taken\r\n");
            }
            let Some(end) = heard.windows(2).position(|pair| pair == b"\r\n") else { break };
            let line: Vec<u8> = heard.drain(..end + 2).collect();
            let line = String::from_utf8_lossy(&line[..end]).into_owned();
            if in_message {
                if line == "." {
                    in_message = false;
                    messages += 1;
                    counts.lock().expect("counts").messages += 1;
                    replies.push_str("250 2.0.0 taken\r\n");
                    if farewell == Farewell::Unasked {
                        replies.push_str("221 2.0.0 it was a pleasure\r\n");
                    }
                }
                continue;
            }
            match line.split(' ').next().unwrap_or_default() {
                "EHLO" => {
                    replies.extend(["250-mail.example.jp\r\n250-PIPELINING\r\n250 ", extension, "\r\n"]);
                }
                verb @ ("MAIL" | "RCPT") if messages > 0 && farewell.comes_at(verb) => {
                    if matches!(farewell, Farewell::Said | Farewell::SaidLater) {
                        replies.push_str("421 4.3.2 enough\r\n");
                    }
                    let _ = client.write_all(replies.as_bytes()).await;
                    return;
                }
                "BDAT" => chunk = line.split(' ').nth(1).and_then(|octets| octets.parse::<usize>().ok()),
                "DATA" => {
                    in_message = true;
                    replies.push_str("354 go on\r\n");
                }
                "RSET" => {
                    counts.lock().expect("counts").resets += 1;
                    replies.push_str("250 2.0.0 forgotten\r\n");
                }
                "RCPT" if line.contains("nobody@") => replies.push_str("550 5.1.1 nobody\r\n"),
                _ => replies.push_str("250 2.0.0 yes\r\n"),
            }
        }
    }
}
