//! What the service manager is told (`sd_notify(3)`): one datagram each to the socket that it has named.

use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How often a start that takes long says so.
const EXTENDS_EVERY: Duration = Duration::from_secs(10);
/// How many times: what has not been read after an hour is not going to be.
const EXTENSIONS_MAX: usize = 360;

/// The service manager, if there is one that wants to be told.
#[derive(Debug)]
pub struct Service {
    line: Option<(UnixDatagram, SocketAddr)>,
    /// It ends whoever says nothing for so long.
    patience: Option<Duration>,
}

impl Service {
    /// The one that has started this process.
    pub fn here() -> Self {
        let variable = |name: &str| std::env::var_os(name);
        Self { line: variable("NOTIFY_SOCKET").and_then(|name| connect(&name)), patience: patience(variable) }
    }

    /// How often it is to be told that all is well: twice within its patience, and a little more.
    pub fn beat(&self) -> Option<Duration> {
        self.line.as_ref().and(self.patience).map(|patience| patience * 2 / 5)
    }

    /// The agent is at work, or at work again with other settings or the old ones.
    pub fn is_ready(&self) {
        self.tell("READY=1");
    }

    /// Other settings are read.
    pub fn reloads(&self) {
        // For `Type=notify-reload`: it has to be sure that this is about its own signal.
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let micros = i128::from(now.tv_sec) * 1_000_000 + i128::from(now.tv_nsec) / 1000;
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }

    /// Does `work`, which may take longer than a start is allowed to; until it is done the manager is told what it is, and waits.
    pub fn waits_for<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        if self.line.is_none() {
            return work();
        }
        self.waits_each(EXTENDS_EVERY, what, work)
    }

    fn waits_each<T>(&self, pause: Duration, what: &str, work: impl FnOnce() -> T) -> T {
        let (done, is_done) = mpsc::channel::<()>();
        thread::scope(|scope| {
            // Without such a thread it is as with a manager that does not listen.
            let _ = thread::Builder::new().spawn_scoped(scope, move || {
                let micros = 3 * pause.as_micros();
                for _ in 0..EXTENSIONS_MAX {
                    self.tell(&format!("STATUS={what}\nEXTEND_TIMEOUT_USEC={micros}"));
                    if is_done.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                        return;
                    }
                }
            });
            let result = work();
            drop(done);
            result
        })
    }

    /// It ends.
    pub fn stops(&self) {
        self.tell("STOPPING=1");
    }

    /// It makes progress; and how it is, on one line.
    pub fn is_alive(&self, status: &str) {
        let status = status.replace(char::is_control, " ");
        self.tell(&format!("WATCHDOG=1\nSTATUS={status}"));
    }

    fn tell(&self, text: &str) {
        // One that does not listen has its reasons; nothing here depends on it.
        let _ = self.line.as_ref().map(|(socket, to)| socket.send_to_addr(text.as_bytes(), to));
    }
}

/// A name that begins with `@` is one in the abstract namespace.
fn connect(name: &OsString) -> Option<(UnixDatagram, SocketAddr)> {
    let to = match name.as_bytes() {
        [b'@', abstract_name @ ..] => SocketAddr::from_abstract_name(abstract_name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => return None,
    };
    let socket = UnixDatagram::unbound().ok()?;
    // Nobody waits for a manager that is busy.
    socket.set_nonblocking(true).ok()?;
    Some((socket, to.ok()?))
}

/// `WATCHDOG_USEC`, unless `WATCHDOG_PID` says that another process is meant.
fn patience(variable: impl Fn(&str) -> Option<OsString>) -> Option<Duration> {
    let number = |name: &str| variable(name)?.to_str()?.parse::<u64>().ok();
    if variable("WATCHDOG_PID").is_some() && number("WATCHDOG_PID") != Some(u64::from(std::process::id())) {
        return None;
    }
    number("WATCHDOG_USEC").filter(|micros| *micros > 0).map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watchdog_that_is_meant_for_another_process_is_none_of_ours() {
        let ours = std::process::id().to_string();
        for (set, expected) in [
            (&[][..], None),
            (&[("WATCHDOG_USEC", "60000000")], Some(Duration::from_mins(1))),
            (&[("WATCHDOG_USEC", "60000000"), ("WATCHDOG_PID", &ours)], Some(Duration::from_mins(1))),
            (&[("WATCHDOG_USEC", "60000000"), ("WATCHDOG_PID", "1")], None),
            (&[("WATCHDOG_USEC", "0")], None),
            (&[("WATCHDOG_USEC", "soon")], None),
        ] {
            let find = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            };
            assert_eq!(patience(find), expected, "{set:?}");
        }
    }

    #[test]
    fn a_start_that_takes_long_asks_for_time_until_it_is_done() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let hears = UnixDatagram::bind(&path).expect("a socket");
        hears.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        let service = Service { line: connect(&path.into_os_string()), patience: None };
        let mut octets = [0; 100];
        let words = service.waits_each(Duration::from_millis(1), "reading", || {
            (0..3).filter(|_| hears.recv(&mut octets).is_ok()).count()
        });
        assert_eq!(words, 3);
        assert!(octets.starts_with(b"STATUS=reading\nEXTEND_TIMEOUT_USEC=3000"));
    }

    #[test]
    fn what_is_said_arrives_under_both_kinds_of_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let hears = UnixDatagram::bind(&path).expect("a socket");
        let name = format!("alertmail-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let hears_too = UnixDatagram::bind_addr(&address).expect("a socket");
        for (hears, name) in [(hears, path.into_os_string()), (hears_too, format!("@{name}").into())] {
            Service { line: connect(&name), patience: None }.is_alive("one\ntwo");
            let mut octets = [0; 100];
            hears.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
            let so_many = hears.recv(&mut octets).expect("a word");
            assert_eq!(&octets[..so_many], b"WATCHDOG=1\nSTATUS=one two");
        }
    }
}
