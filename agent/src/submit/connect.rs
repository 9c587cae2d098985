//! From a provider to a connection with it: straight, through a SOCKS proxy, or by a program. All of it has one limit,
//! which the endpoints share, so that a port that never answers leaves time for the next one.

use std::fmt::Display;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use smtp::{Failure, Phase, Security, Trouble};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use super::race::{Note, in_turn, race};
use super::wire::Stream;
use super::{Endpoint, Target};
use crate::config::{hides_password, is_near};

/// Addresses that an error lists at most; the reason is usually the same for all.
const LISTED_MAX: usize = 6;

/// Connects to the first endpoint that can be reached.
pub(super) async fn connect(target: &Target, limit: Duration) -> Result<(Stream, Endpoint), Failure> {
    let deadline = Instant::now() + limit;
    let found = resolve(&target.host, deadline).await.map_err(Failure::connect)?;
    let mut notes = Vec::new();
    let mut refused = 0;
    for (n, endpoint) in target.endpoints.iter().enumerate() {
        let addresses = found.iter().map(|address| SocketAddr::new(address.ip(), endpoint.port));
        let (open, shut): (Vec<_>, Vec<_>) = addresses.partition(|it| may_talk(target, *endpoint, it.ip()));
        refused += shut.len();
        notes.extend(shut.into_iter().map(|address| (address, "not without TLS".to_owned())));
        let by = share(deadline, target.endpoints.len() - n);
        match race(&open, by, |address| async move { dial(address).await.map_err(|error| in_words(&error)) })
            .await
        {
            Ok(stream) => return Ok((Stream::Tcp(stream), *endpoint)),
            Err(more) => notes.extend(more),
        }
    }
    if refused == notes.len() && refused > 0 {
        return Err(Failure::new(Phase::Connect, Trouble::Settings(too_far(&target.host, &notes))));
    }
    Err(Failure::connect(in_list(&target.host, &notes)))
}

/// When the next of so many ways in has to be ready, if all are to have the same time.
fn share(deadline: Instant, ways: usize) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now) / u32::try_from(ways.max(1)).unwrap_or(u32::MAX)
}

/// One TCP connection. Keep-alive stays off: whoever falls silent is found out by our own limits.
async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // Each flight is one write; waiting for more to come would only cost time.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Every address of the host, in the order in which they are tried.
async fn resolve(host: &str, deadline: Instant) -> Result<Vec<SocketAddr>, String> {
    let failed = |why: &dyn Display| format!("the name `{host}` cannot be resolved ({why})");
    match timeout_at(deadline, lookup_host((host, 0))).await {
        Ok(Ok(found)) => {
            let found = in_turn(&found.collect::<Vec<_>>());
            if found.is_empty() { Err(failed(&"it has no address")) } else { Ok(found) }
        }
        Ok(Err(error)) => Err(failed(&error)),
        Err(_) => Err(failed(&"no answer from the name service")),
    }
}

/// Whether anything may be said to this address: without TLS only near ones, unless no password can be seen.
fn may_talk(target: &Target, endpoint: Endpoint, address: IpAddr) -> bool {
    endpoint.security != Security::None || is_near(address) || hides_password(&target.auth)
}

fn too_far(host: &str, notes: &[Note]) -> String {
    let addresses: Vec<String> = notes.iter().map(|(address, _)| address.ip().to_string()).collect();
    let addresses = cut(&addresses, ", ");
    let what =
        if addresses == host { format!("`{host}` is") } else { format!("`{host}` leads to {addresses},") };
    format!(
        "{what} neither this machine nor in a private network: nothing goes there without TLS; set `tls` to starttls or implicit, or `auth` to mechanisms that hide the password"
    )
}

/// What became of each address; of many, only the first ones are named.
fn in_list(host: &str, notes: &[Note]) -> String {
    let lines: Vec<String> =
        notes.iter().map(|(address, why)| format!("{}: {why}", place(host, *address))).collect();
    cut(&lines, "; ")
}

fn cut(items: &[String], between: &str) -> String {
    let listed = items[..items.len().min(LISTED_MAX)].join(between);
    match items.len().saturating_sub(LISTED_MAX) {
        0 => listed,
        more => format!("{listed}{between}and {more} more"),
    }
}

/// `mail.example.jp (192.0.2.1) port 587`; an address is not said twice.
fn place(host: &str, address: SocketAddr) -> String {
    let (ip, port) = (address.ip().to_string(), address.port());
    if ip == host { format!("{host} port {port}") } else { format!("{host} ({ip}) port {port}") }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        io::ErrorKind::TimedOut => "no answer".to_owned(),
        io::ErrorKind::HostUnreachable => "no route to this host".to_owned(),
        io::ErrorKind::NetworkUnreachable => "no route to this network".to_owned(),
        _ => error.to_string(),
    }
}
