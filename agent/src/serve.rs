//! Answers by HTTP/1.1 (RFC 9112), for machines and browsers that look on: nothing can be changed by it.
//!
//! [`listen`] opens a door at a [`Listen`], and asks a [`Site`] for the answer to each GET and HEAD. Everything is bounded:
//! connections, octets, time. Whoever is slow, endless or gone costs the others nothing, and the mail less.

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::config::Listen;
use crate::edge::named_socket::NamedSocket;

/// Connections at a time; whoever comes then waits in the kernel's queue.
const CONNECTIONS_MAX: usize = 32;

/// Octets of a request's head at most.
const HEAD_OCTETS_MAX: usize = 16 * 1024;

/// For the head of a request, from the connection or from the answer before it.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// For everything on one connection: who wants more asks anew.
const CONNECTION_WITHIN: Duration = Duration::from_mins(1);

/// The pause after the system had no descriptor for a connection.
const BREATH: Duration = Duration::from_millis(100);

/// Owner and group may ask on a Unix socket.
const SOCKET_MODE: u32 = 0o660;

/// What is answered: all of it in memory.
pub type Answer = Response<Full<Bytes>>;

/// What can be seen behind a door.
pub trait Site: Send + Sync + 'static {
    /// Names besides localhost by which a port of this machine may be called; none where nobody says so.
    fn hosts(&self) -> &[String] {
        &[]
    }

    /// The answer to a GET with this head; for a HEAD its body is left out.
    fn answer(&self, head: &Parts) -> impl Future<Output = Answer> + Send;
}

/// An answer with this media type and body, which nobody shall keep.
pub fn answer(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let head = answer.headers_mut();
    head.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    head.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    head.insert("X-Content-Type-Options", HeaderValue::from_static("nosniff"));
    answer
}

/// An answer in words.
pub fn words(status: StatusCode, text: &str) -> Answer {
    answer(status, "text/plain; charset=utf-8", format!("{text}\n"))
}

/// The open door. It closes with this value, and every connection ends.
#[derive(Debug)]
pub struct Door {
    _name: Option<NamedSocket>,
    accepting: JoinHandle<()>,
    place: Listen,
}

impl Door {
    /// Where it is; the port is the real one where the configuration says 0.
    pub const fn place(&self) -> &Listen {
        &self.place
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Begins to answer there. Needs a Tokio runtime.
pub fn listen(place: &Listen, site: impl Site) -> io::Result<Door> {
    let site = Arc::new(site);
    match place {
        Listen::Unix(path) => {
            let (name, listener) = NamedSocket::bind(path, SOCKET_MODE)?;
            let accepting = tokio::spawn(accept(Listener::Unix(listener), Hosts::Any, site));
            Ok(Door { _name: Some(name), accepting, place: place.clone() })
        }
        Listen::Tcp(address) => {
            let listener = std::net::TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let place = Listen::Tcp(listener.local_addr()?);
            let hosts = if address.ip().is_loopback() { Hosts::Here } else { Hosts::Any };
            let listener = TcpListener::from_std(listener)?;
            let accepting = tokio::spawn(accept(Listener::Tcp(listener), hosts, site));
            Ok(Door { _name: None, accepting, place })
        }
    }
}

/// By which names the door may be called. A page from elsewhere can make a browser ask here under a name of its own that
/// it lets lead here, and could then read the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Those of this machine.
    Here,
    /// All.
    Any,
}

impl Hosts {
    /// Whether the request calls it by one of them, or by a further one.
    pub(crate) fn include(self, head: &Parts, further: &[String]) -> bool {
        if self == Self::Any {
            return true;
        }
        let named = head.headers.get(HOST).and_then(|host| host.to_str().ok());
        let Some(named) = head.uri.authority().map(Authority::as_str).or(named) else {
            // Only the protocol before HTTP/1.1 knows requests that call nobody by a name (RFC 9112 section 3.2).
            return head.version < Version::HTTP_11;
        };
        let host = match named.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => named.split(':').next().unwrap_or_default(),
        };
        let is_address = host.parse::<IpAddr>().is_ok();
        is_address
            || host.eq_ignore_ascii_case("localhost")
            || further.iter().any(|it| it.eq_ignore_ascii_case(host))
    }
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

enum Stream {
    Tcp(tokio::net::TcpStream),
    Unix(tokio::net::UnixStream),
}

impl Listener {
    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => listener.accept().await.map(|(stream, _)| Stream::Tcp(stream)),
            Self::Unix(listener) => listener.accept().await.map(|(stream, _)| Stream::Unix(stream)),
        }
    }
}

async fn accept(listener: Listener, hosts: Hosts, site: Arc<impl Site>) {
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < CONNECTIONS_MAX;
        let accepted = tokio::select! {
            biased;
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept(), if has_room => accepted,
        };
        match accepted {
            Ok(Stream::Tcp(stream)) => drop(connections.spawn(serve(stream, hosts, Arc::clone(&site)))),
            Ok(Stream::Unix(stream)) => drop(connections.spawn(serve(stream, hosts, Arc::clone(&site)))),
            Err(_) => sleep(BREATH).await,
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, hosts: Hosts, site: Arc<impl Site>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(respond(&request.into_parts(), hosts, &*site).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_OCTETS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    // Who asked has gone, speaks no HTTP or is slow: that is nobody's business.
    let _ = timeout(CONNECTION_WITHIN, connection).await;
}

/// Bodies of requests are never read: nothing that is asked for here has one.
async fn respond((head, _): &(Parts, Incoming), hosts: Hosts, site: &impl Site) -> Answer {
    if head.method != Method::GET && head.method != Method::HEAD {
        let mut answer =
            words(StatusCode::METHOD_NOT_ALLOWED, "there is only something to be read here: GET or HEAD");
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    if !hosts.include(head, site.hosts()) {
        let text = "ask for this machine by its address or as localhost";
        return words(StatusCode::MISDIRECTED_REQUEST, text);
    }
    site.answer(head).await
}
