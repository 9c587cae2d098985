//! The agent's socket: works through read-only mounts and with a full disk, as long as an agent is at work.
//!
//! Every step ends at the deadline: also a connection to an agent that is stopped, and an answer that comes octet by
//! octet. Speaks `spool_format::socket`.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use spool_format::reach::reach;
use spool_format::socket::{ANSWER_OCTETS_MAX, Answer};

use crate::deadline::Deadline;
use crate::exit::{Exit, Refusal, shown};
use crate::place::{Failure, Parcel};

/// Gives the alert to the agent. `Ok` means that it is on the agent's disk.
pub(crate) fn submit(parcel: &Parcel, deadline: &Deadline) -> Result<(), Failure> {
    let path = &parcel.places.socket;
    let next = |what: String| Failure::NextPlace(Refusal::new(Exit::TryAgain, what));
    let mut stream = connect(path, deadline).map_err(|error| next(in_words(path, &error)))?;
    let sent = send(&mut stream, &parcel.octets, deadline);
    // Also after a failure: an agent that is busy says so at once and closes.
    let answer =
        if sent.as_ref().is_err_and(is_over) { None } else { receive(&mut stream, deadline).ok().flatten() };
    let id = parcel.id;
    match answer {
        Some(Answer::Kept(kept)) if kept == id => Ok(()),
        Some(Answer::Held(held)) if held == id => {
            let text = format!(
                "the agent holds it in memory and is sending it, but has it on no disk; id {id}; trying again may send it twice"
            );
            Err(Failure::Unsure(Refusal::unsure(Exit::TryAgain, text)))
        }
        Some(Answer::Refused(reason)) => {
            let text = format!("the agent refuses the alert: {}", shown(&reason));
            Err(Failure::Final(Refusal::new(Exit::BadData, text)))
        }
        Some(Answer::Busy(reason)) => Err(next(format!("the agent is busy: {}", shown(&reason)))),
        // What did not go out whole is no alert, so that it cannot have been taken.
        _ if sent.is_err() => Err(next(format!("the agent did not read the alert from {}", path.display()))),
        _ => {
            let text = format!(
                "the agent at {} got the alert and did not say what became of it; id {id}; trying again may send it twice",
                path.display()
            );
            Err(Failure::Unsure(Refusal::unsure(Exit::TryAgain, text)))
        }
    }
}

/// Asks whether anybody is there, without giving anything away.
pub(crate) fn probe(path: &Path, deadline: &Deadline) -> Result<(), String> {
    let asked = connect(path, deadline).and_then(|mut stream| {
        stream.shutdown(Shutdown::Write)?;
        receive(&mut stream, deadline)
    });
    match asked {
        Ok(Some(Answer::Ready)) => Ok(()),
        Ok(Some(answer)) => Err(format!("the agent says: {}", shown(&answer.to_string()))),
        Ok(None) => Err("whoever listens there is no agent".to_owned()),
        Err(error) => Err(in_words(path, &error)),
    }
}

/// Connects, within the deadline even if the agent is stopped and its queue full.
fn connect(path: &Path, deadline: &Deadline) -> io::Result<UnixStream> {
    let reached = reach(path)?;
    let address = SocketAddrUnix::new(reached.path())?;
    let flags = SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    set_socket_timeout(&socket, Timeout::Send, Some(left(deadline)?))?;
    rustix::net::connect(&socket, &address)?;
    Ok(socket.into())
}

fn send(stream: &mut UnixStream, mut octets: &[u8], deadline: &Deadline) -> io::Result<()> {
    while !octets.is_empty() {
        stream.set_write_timeout(Some(left(deadline)?))?;
        let written = stream.write(octets)?;
        octets = &octets[written..];
    }
    stream.shutdown(Shutdown::Write)
}

/// Reads the answer to its end. `None`: what came is none.
fn receive(stream: &mut UnixStream, deadline: &Deadline) -> io::Result<Option<Answer>> {
    let mut octets = [0; ANSWER_OCTETS_MAX + 1];
    let mut length = 0;
    while length < octets.len() && !octets[..length].ends_with(b"\n") {
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(&mut octets[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(Answer::parse(&octets[..length]))
}

fn left(deadline: &Deadline) -> io::Result<Duration> {
    deadline.left().ok_or_else(|| io::ErrorKind::TimedOut.into())
}

fn is_over(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

fn in_words(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match Errno::from_io_error(error) {
        Some(Errno::NOENT) => format!("there is no socket at {path}; is the agent running?"),
        Some(Errno::CONNREFUSED) => format!("nobody listens on {path}; is the agent running?"),
        Some(Errno::AGAIN) => format!("nobody answers on {path} in time; does the agent hang?"),
        _ if is_over(error) => format!("nobody answers on {path} in time; does the agent hang?"),
        _ => format!("cannot connect to {path}: {error}"),
    }
}
