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

use super::visitors::{Origin, Seat};
use super::{House, http, smtp};
use crate::config::{Listen, Speech};
use crate::edge::clock::monotonic;
use crate::edge::named_socket::NamedSocket;
use crate::log;
use crate::metrics::Turned;

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
    house.counts.opened();
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
            house.counts.arrived();
            let seat = match seat(&house, &stream, connections.len()) {
                Ok(seat) => seat,
                Err(why) => {
                    house.counts.turned(why);
                    stream.say(words(house.intake.speech, why));
                    continue;
                }
            };
            match stream {
                Stream::Tcp(stream, peer) => {
                    // Replies are short and waited for.
                    let _ = stream.set_nodelay(true);
                    let peer = (Some(peer.ip().to_canonical()), seat);
                    connections.spawn(speak(stream, peer, Arc::clone(&house), closed.clone()));
                }
                Stream::Unix(stream) => {
                    connections.spawn(speak(stream, (None, seat), Arc::clone(&house), closed.clone()));
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
    (peer, seat): (Option<IpAddr>, Seat),
    house: Arc<House>,
    closed: watch::Receiver<()>,
) {
    let _served = house.counts.serves();
    match house.intake.speech {
        Speech::Http => http::serve(stream, seat, house, closed).await,
        Speech::Smtp | Speech::Lmtp => smtp::serve(stream, (peer, &seat), &house, closed).await,
    }
}

/// A seat for somebody who comes, or why there is none.
fn seat(house: &House, stream: &Stream, connections: usize) -> Result<Seat, Turned> {
    let intake = &house.intake;
    let origin = match stream {
        Stream::Tcp(_, peer) => {
            let address = peer.ip().to_canonical();
            if !address.is_loopback() && !intake.networks.iter().any(|network| network.has(address)) {
                return Err(Turned::Network);
            }
            Origin::of(address)
        }
        // Whom the kernel does not name is anybody.
        Stream::Unix(stream) => stream.peer_cred().map_or(Origin::Here, |peer| Origin::User(peer.uid())),
    };
    if connections >= intake.connections {
        return Err(Turned::Connections);
    }
    house.visitors.enter(origin, monotonic()).ok_or(Turned::Visitor)
}

/// What is said to them.
const fn words(speech: Speech, why: Turned) -> &'static str {
    match (speech, why) {
        (Speech::Http, Turned::Network) => {
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        }
        (Speech::Http, _) => {
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        }
        (_, Turned::Network) => "554 5.7.1 this machine is not among those that may send here\r\n",
        (_, Turned::Visitor) => "421 4.7.0 too many connections from one place at a time; try again\r\n",
        (_, _) => "421 4.3.2 too many connections at a time; try again\r\n",
    }
}
