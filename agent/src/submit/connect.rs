//! From a provider to a connection with it: straight, through a SOCKS proxy, or by a program. All of it has one limit,
//! which the endpoints share, so that a port that never answers leaves time for the next one.

use std::fmt::Display;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustix::net::sockopt::set_tcp_user_timeout;
use smtp::{Failure, Phase, Security, Trouble};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

use super::memory::Memory;
use super::program::{self, Ending};
use super::race::{Note, Side, Why, in_turn, race};
use super::wire::Stream;
use super::{Endpoint, Proxy, Route, Target, socks};
use crate::config::{hides_password, is_near};
use crate::edge::clock::wall_now;
use crate::edge::network::{Way, way_to};

/// Addresses that an error lists at most; the reason is usually the same for all.
const LISTED_MAX: usize = 6;

/// When nothing of what was sent is acknowledged for so long, the connection is over (`TCP_USER_TIMEOUT`). A server may think
/// about a message for minutes, but its kernel says at once that it is there: where that does not, nobody is, and an alert
/// whose last octets are under way need not wait for the limit of the reply.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(10);

/// How long the name service may take before a remembered address is tried beside it: less than a provider may take to be
/// ready for a critical alert.
const NAME_PATIENCE: Duration = Duration::from_millis(500);

/// A connection on which nothing was said yet.
pub(super) struct Connection {
    pub(super) stream: Stream,
    pub(super) endpoint: Endpoint,
    /// Of the program that carries it, if one does.
    pub(super) ending: Option<Ending>,
    /// Why the name was not resolved, if a remembered address took its place.
    pub(super) recalled: Option<String>,
}

impl Connection {
    const fn over(stream: Stream, endpoint: Endpoint) -> Self {
        Self { stream, endpoint, ending: None, recalled: None }
    }
}

/// Connects to the first endpoint that can be reached.
pub(super) async fn connect(
    target: &Target,
    limit: Duration,
    memory: Option<&Memory>,
) -> Result<Connection, Failure> {
    let deadline = Instant::now() + limit;
    match &target.route {
        Route::Straight => straight(target, deadline, memory).await,
        #[cfg(test)]
        Route::Model(_) => straight(target, deadline, memory).await,
        Route::Socks(proxy) => through(proxy, target, deadline).await,
        Route::Command(words) => {
            // It is the program that decides where to go, so that there is one way in.
            let endpoint = *target.endpoints.first().ok_or_else(|| Failure::connect("no endpoint"))?;
            let started = program::start(words, &target.host, endpoint.port);
            let (pipe, ending) = started.map_err(Failure::connect)?;
            Ok(Connection { stream: Stream::Program(pipe), endpoint, ending: Some(ending), recalled: None })
        }
    }
}

/// Connects to an address of the host. While the name service does not answer, the addresses count that the host had when it
/// was last reached; whatever the name service says goes before them.
async fn straight(
    target: &Target,
    deadline: Instant,
    memory: Option<&Memory>,
) -> Result<Connection, Failure> {
    let host = &target.host;
    let lookup = resolve(host, deadline);
    tokio::pin!(lookup);
    let recalled = memory.map_or_else(Vec::new, |memory| memory.recall(host));
    let answer = if recalled.is_empty() {
        Some(lookup.as_mut().await)
    } else {
        timeout(NAME_PATIENCE, lookup.as_mut()).await.ok()
    };
    let mut why = match answer {
        Some(Ok(found)) => return fresh(target, &found, deadline, memory).await,
        Some(Err(why)) if why.side != Side::Ours || recalled.is_empty() => return Err(unreached(why)),
        Some(Err(why)) => Some(why),
        None => None,
    };
    let reaching = reach(target, &recalled, deadline);
    tokio::pin!(reaching);
    let failure = loop {
        tokio::select! {
            biased;
            answer = lookup.as_mut(), if why.is_none() => match answer {
                Ok(found) => return fresh(target, &found, deadline, memory).await,
                Err(late) if late.side == Side::Ours => why = Some(late),
                Err(late) => return Err(unreached(late)),
            },
            reached = reaching.as_mut() => match reached {
                Ok(mut connection) => {
                    connection.recalled = Some(why.unwrap_or_else(|| unanswered(host)).words);
                    return Ok(connection);
                }
                Err(failure) => break failure,
            },
        }
    };
    let why = match why {
        Some(why) => why,
        None => match lookup.as_mut().await {
            Ok(found) => return fresh(target, &found, deadline, memory).await,
            Err(why) => why,
        },
    };
    if why.side == Side::Ours { Err(not_recalled(&why.words, &failure)) } else { Err(unreached(why)) }
}

/// What is wrong is that no name server answers: the address was right once, and what is there now is not the provider's
/// fault.
pub(super) fn not_recalled(why: &str, failure: &Failure) -> Failure {
    let words = format!("{why}; at the address that it had: {failure}");
    Failure::new(failure.phase, Trouble::NoNetwork(words))
}

async fn fresh(
    target: &Target,
    found: &[SocketAddr],
    deadline: Instant,
    memory: Option<&Memory>,
) -> Result<Connection, Failure> {
    let connection = reach(target, found, deadline).await?;
    if let Some(memory) = memory {
        memory.remember(&target.host, found, wall_now());
    }
    Ok(connection)
}

/// Connects to one of these addresses, at the first endpoint that can be reached.
async fn reach(target: &Target, found: &[SocketAddr], deadline: Instant) -> Result<Connection, Failure> {
    let mut notes = Vec::new();
    let mut refused = 0;
    for (n, endpoint) in target.endpoints.iter().enumerate() {
        let addresses = found.iter().map(|address| with_port(*address, endpoint.port));
        let (open, shut): (Vec<_>, Vec<_>) =
            addresses.partition(|address| may_talk(target, *endpoint, Some(address.ip())));
        refused += shut.len();
        notes.extend(shut.into_iter().map(|address| (address, Why::theirs("not without TLS"))));
        let by = share(deadline, target.endpoints.len() - n);
        match first(&target.route, &open, by).await {
            Ok(stream) => return Ok(Connection::over(stream, *endpoint)),
            Err(more) => notes.extend(more.into_iter().map(decided)),
        }
    }
    if refused == notes.len() && refused > 0 {
        let addresses: Vec<String> = notes.iter().map(|(address, _)| address.ip().to_string()).collect();
        return Err(too_far(&target.host, &cut(&addresses, ", ")));
    }
    Err(unreached(in_list(&target.host, &notes)))
}

/// The connection that is there first.
async fn first(route: &Route, open: &[SocketAddr], by: Instant) -> Result<Stream, Vec<Note>> {
    match route {
        Route::Straight | Route::Socks(_) | Route::Command(_) => race(open, by, dial).await.map(Stream::Tcp),
        #[cfg(test)]
        Route::Model(net) => race(open, by, |address| net.dial(address)).await.map(Stream::Memory),
    }
}

/// Through a proxy. Which address it connects to is not seen, so that only an address in place of the name is known to
/// be near, and only if the proxy is near as well.
async fn through(proxy: &Proxy, target: &Target, deadline: Instant) -> Result<Connection, Failure> {
    let through = format!("through the proxy {}:{}", proxy.host, proxy.port);
    let found = resolve(&proxy.host, deadline).await;
    let found = found.map_err(|why| unreached(why.told(|why| format!("{through}: {why}"))))?;
    let proxies: Vec<SocketAddr> = found.iter().map(|address| with_port(*address, proxy.port)).collect();
    let all_near = proxies.iter().all(|address| is_near(address.ip()));
    let known = target.host.parse().ok().filter(|_| all_near);
    let mut notes = Vec::new();
    for (n, endpoint) in target.endpoints.iter().enumerate() {
        if !may_talk(target, *endpoint, known) {
            return Err(too_far(&target.host, "an address that only the proxy knows"));
        }
        let by = share(deadline, target.endpoints.len() - n);
        let mut stream = match race(&proxies, by, dial).await {
            Ok(stream) => stream,
            // The next port would not be nearer.
            Err(more) => {
                let more: Vec<Note> = more.into_iter().map(decided).collect();
                let why = in_list(&proxy.host, &more);
                return Err(unreached(why.told(|why| format!("{through}: {why}"))));
            }
        };
        let asked = socks::ask(&mut stream, &target.host, endpoint.port, proxy.login.as_deref());
        match timeout_at(by, asked).await {
            Ok(Ok(())) => return Ok(Connection::over(Stream::Tcp(stream), *endpoint)),
            Ok(Err(why)) => notes.push(format!("{} port {}: {why}", target.host, endpoint.port)),
            Err(_) => notes.push(format!("{} port {}: no answer in time", target.host, endpoint.port)),
        }
    }
    Err(Failure::connect(format!("{through}: {}", cut(&notes, "; "))))
}

/// The same address, scope and all, at another port.
fn with_port(mut address: SocketAddr, port: u16) -> SocketAddr {
    address.set_port(port);
    address
}

/// When the next of so many ways in has to be ready, if all are to have the same time.
fn share(deadline: Instant, ways: usize) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now) / u32::try_from(ways.max(1)).unwrap_or(u32::MAX)
}

/// One TCP connection. Keep-alive stays off: whoever falls silent is found out by our own limits.
pub(super) async fn dial(address: SocketAddr) -> Result<TcpStream, Why> {
    let stream = TcpStream::connect(address).await.map_err(|error| not_dialed(&error))?;
    // Each flight is one write; waiting for more to come would only cost time.
    let _ = stream.set_nodelay(true);
    let most = u32::try_from(UNACKNOWLEDGED_MAX.as_millis()).unwrap_or(u32::MAX);
    let _ = set_tcp_user_timeout(&stream, most);
    Ok(stream)
}

/// Every address of the host, at port 0, in the order in which they are tried.
pub(super) async fn resolve(host: &str, deadline: Instant) -> Result<Vec<SocketAddr>, Why> {
    let failed = |why: &dyn Display, is_ours| Why {
        words: format!("the name `{host}` cannot be resolved ({why})"),
        side: if is_ours { Side::Ours } else { Side::Theirs },
    };
    match timeout_at(deadline, lookup_host((host, 0))).await {
        Ok(Ok(found)) => {
            let found = in_turn(&found.collect::<Vec<_>>());
            if found.is_empty() { Err(failed(&"it has no address", false)) } else { Ok(found) }
        }
        Ok(Err(error)) => Err(failed(&error, nobody_answers(&error))),
        Err(_) => Err(unanswered(host)),
    }
}

fn unanswered(host: &str) -> Why {
    let words = format!("the name `{host}` cannot be resolved (no answer from the name service)");
    Why { words, side: Side::Ours }
}

/// Whether anything may be said there: without TLS only to near addresses, unless no password can be seen.
fn may_talk(target: &Target, endpoint: Endpoint, address: Option<IpAddr>) -> bool {
    endpoint.security != Security::None || address.is_some_and(is_near) || hides_password(&target.auth)
}

fn too_far(host: &str, addresses: &str) -> Failure {
    let what =
        if addresses == host { format!("`{host}` is") } else { format!("`{host}` leads to {addresses},") };
    let why = format!(
        "{what} neither this machine nor in a private network: nothing goes there without TLS; set `tls` to starttls or implicit, or `auth` to mechanisms that hide the password"
    );
    Failure::new(Phase::Connect, Trouble::Settings(why))
}

/// What became of each address; of many, only the first ones are named.
pub(super) fn in_list(host: &str, notes: &[Note]) -> Why {
    let lines: Vec<String> =
        notes.iter().map(|(address, why)| format!("{}: {}", place(host, *address), why.words)).collect();
    let is_ours = !notes.is_empty() && notes.iter().all(|(_, why)| why.side == Side::Ours);
    Why { words: cut(&lines, "; "), side: if is_ours { Side::Ours } else { Side::Theirs } }
}

/// Nobody is to blame for a network that this machine has not.
fn unreached(why: Why) -> Failure {
    if why.side == Side::Ours {
        Failure::new(Phase::Connect, Trouble::NoNetwork(why.words))
    } else {
        Failure::connect(why.words)
    }
}

/// What an error of a connection means. "No route to host" may come from this machine or from any router on the way.
fn not_dialed(error: &io::Error) -> Why {
    let side = match error.kind() {
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::TimedOut => {
            Side::Unclear
        }
        io::ErrorKind::NetworkDown | io::ErrorKind::AddrNotAvailable => Side::Ours,
        _ => Side::Theirs,
    };
    Why { words: in_words(error), side }
}

/// What is unclear is decided by what this machine has: a route, a carrier, a gateway that answers. Where the kernel does not
/// tell, "no way" is believed to be ours, and silence to be theirs.
fn decided((address, why): Note) -> Note {
    if why.side != Side::Unclear {
        return (address, why);
    }
    let why = match way_to(address.ip()).map(Way::missing) {
        Ok(Some(missing)) if why.words.contains(missing) => Why { side: Side::Ours, ..why },
        Ok(Some(missing)) => Why { words: format!("{} ({missing})", why.words), side: Side::Ours },
        Ok(None) => Why { side: Side::Theirs, ..why },
        Err(_) if why.words.starts_with("no route") => Why { side: Side::Ours, ..why },
        Err(_) => Why { side: Side::Theirs, ..why },
    };
    (address, why)
}

/// Whether no name server gave an answer (`EAI_AGAIN`). The error has no number; these are the words of glibc and of musl.
fn nobody_answers(error: &io::Error) -> bool {
    let text = error.to_string();
    text.ends_with("Temporary failure in name resolution") || text.ends_with("Try again")
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
