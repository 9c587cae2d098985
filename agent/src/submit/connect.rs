//! From a host and its endpoints to a TCP connection: every address of every endpoint, in turn, within one limit.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use smtp::Failure;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use super::{Endpoint, Target};

/// Connects to the first endpoint that can be reached.
pub(super) async fn connect(target: &Target, limit: Duration) -> Result<(TcpStream, Endpoint), Failure> {
    let deadline = Instant::now() + limit;
    let mut tried = Vec::new();
    let mut candidates = Vec::new();
    for endpoint in &target.endpoints {
        match look_up(&target.host, endpoint.port, deadline).await {
            Ok(addresses) => candidates.extend(addresses.into_iter().map(|address| (*endpoint, address))),
            Err(error) => {
                tried.push(format!("{}: {error}", target.host));
                break;
            }
        }
    }
    for (n, (endpoint, address)) in candidates.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        // An address that never answers must not use up the time of those behind it.
        let share = left / u32::try_from(candidates.len() - n).unwrap_or(u32::MAX);
        let why = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Each flight is one write; waiting for more to come would only cost time.
                let _ = stream.set_nodelay(true);
                return Ok((stream, *endpoint));
            }
            Ok(Err(error)) => in_words(&error),
            Err(_) => format!("no answer within {:.1} s", share.as_secs_f64()),
        };
        tried.push(format!("{}: {why}", place(&target.host, *address)));
    }
    Err(Failure::connect(tried.join("; ")))
}

/// The addresses of a host.
pub(super) async fn look_up(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, String> {
    let left = deadline.saturating_duration_since(Instant::now());
    match timeout(left, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        Ok(Err(error)) => Err(format!("the name cannot be resolved ({error})")),
        Err(_) => Err("no answer from the name service".to_owned()),
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
