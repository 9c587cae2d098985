//! A place at which connections are taken: who may come, and how many at a time. Whoever may not is told so in the manner of
//! what is spoken there.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{House, http, smtp};
use crate::config::{Intake, Listen, Speech};
use crate::edge::named_socket::NamedSocket;
use crate::log;

/// Whoever is on this machine may connect.
const SOCKET_MODE: u32 = 0o666;

/// The pause after the system had no descriptor for a connection: it stays in the kernel's queue meanwhile.
const BREATH: Duration = Duration::from_millis(100);

/// Where connections come from.
enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A connection.
enum Stream {
    Tcp(TcpStream, SocketAddr),
    Unix(UnixStream),
}

/// The open door.
pub(super) struct Door {
    listener: Listener,
    /// It goes with the door.
    _name: Option<NamedSocket>,
}

/// Opens it. Needs a Tokio runtime.
pub(super) fn open(house: &House) -> io::Result<Door> {
    let (listener, name, place) = match &house.intake.place {
        Listen::Unix(path) => {
            let (name, listener) = NamedSocket::bind(path, SOCKET_MODE)?;
            (Listener::Unix(listener), Some(name), house.intake.place.clone())
        }
        Listen::Tcp(address) => {
            let listener = std::net::TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let place = Listen::Tcp(listener.local_addr()?);
            (Listener::Tcp(TcpListener::from_std(listener)?), None, place)
        }
    };
    log::listening(house.intake.speech, &place);
    Ok(Door { listener, _name: name })
}

impl Door {
    /// Serves whoever comes, until `closed` says that nobody listens any more, and then those who are here.
    pub(super) async fn serve(self, house: Arc<House>, mut closed: watch::Receiver<()>) {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                _ = closed.changed() => break,
                Some(_) = connections.join_next() => continue,
                accepted = self.accept() => accepted,
            };
            let Ok(stream) = accepted else {
                sleep(BREATH).await;
                continue;
            };
            let refusal = refusal(&house.intake, &stream, connections.len());
            match (stream, refusal) {
                (stream, Some(refusal)) => stream.say(refusal),
                (Stream::Tcp(stream, peer), None) => {
                    // Replies are short and waited for.
                    let _ = stream.set_nodelay(true);
                    let peer = Some(peer.ip().to_canonical());
                    connections.spawn(speak(stream, peer, Arc::clone(&house), closed.clone()));
                }
                (Stream::Unix(stream), None) => {
                    connections.spawn(speak(stream, None, Arc::clone(&house), closed.clone()));
                }
            }
        }
        drop(self);
        while connections.join_next().await.is_some() {}
    }

    async fn accept(&self) -> io::Result<Stream> {
        match &self.listener {
            Listener::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok(Stream::Tcp(stream, peer))
            }
            Listener::Unix(listener) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

impl Stream {
    /// The words fit into an empty socket; whom they do not reach sees the connection end.
    fn say(&self, words: &str) {
        let _ = match self {
            Self::Tcp(stream, _) => stream.try_write(words.as_bytes()),
            Self::Unix(stream) => stream.try_write(words.as_bytes()),
        };
    }
}

async fn speak(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    peer: Option<IpAddr>,
    house: Arc<House>,
    closed: watch::Receiver<()>,
) {
    match house.intake.speech {
        Speech::Http => http::serve(stream, peer, house, closed).await,
        Speech::Smtp | Speech::Lmtp => smtp::serve(stream, peer, &house, closed).await,
    }
}

/// What is said to somebody who may not come in.
fn refusal(intake: &Intake, stream: &Stream, connections: usize) -> Option<&'static str> {
    let is_http = intake.speech == Speech::Http;
    let may_come = match stream {
        Stream::Unix(_) => true,
        Stream::Tcp(_, peer) => {
            let peer = peer.ip().to_canonical();
            peer.is_loopback() || intake.networks.iter().any(|network| network.has(peer))
        }
    };
    if !may_come {
        return Some(if is_http {
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        } else {
            "554 5.7.1 this machine is not among those that may send here\r\n"
        });
    }
    (connections >= intake.connections).then_some(if is_http {
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    } else {
        "421 4.3.2 too many connections at a time; try again\r\n"
    })
}
