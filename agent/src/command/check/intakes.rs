//! Whether alerts are taken, and kept, where they are to be taken from a network: whoever sends them would learn of it alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use spool_format::reach::reach;

use crate::config::{Config, Intake, Listen};
use crate::spool::status::Deaf;

/// For a connection to this machine.
const WITHIN: Duration = Duration::from_secs(1);

/// The configured listeners that do not do their work, as the agent says it (`said`, asked anew each time) or as it is seen
/// from here.
pub(super) fn deaf(config: Option<&Config>, said: impl Fn() -> Vec<Deaf>) -> Vec<Deaf> {
    let intakes = config.into_iter().flat_map(|config| &config.intakes);
    intakes.filter_map(|intake| look(intake, &said)).collect()
}

fn look(intake: &Intake, said: impl Fn() -> Vec<Deaf>) -> Option<Deaf> {
    let (kind, place) = (intake.speech.to_string(), intake.place.to_string());
    let of_it = || said().into_iter().find(|deaf| deaf.kind == kind && deaf.place == place);
    let hears = hears(&intake.place);
    let mut says = of_it();
    if hears && says.as_ref().is_some_and(|deaf| !deaf.listens) {
        // Another program may be there, or the agent has listened for so short a time that it has not said so yet.
        pause();
        says = of_it();
    }
    says.or_else(|| (!hears).then_some(Deaf { kind, place, listens: false, why: String::new() }))
}

#[expect(clippy::disallowed_methods, reason = "a command that ends soon and has nothing else to do")]
fn pause() {
    std::thread::sleep(WITHIN);
}

fn hears(place: &Listen) -> bool {
    match place {
        Listen::Tcp(address) => TcpStream::connect_timeout(&here(*address), WITHIN).is_ok(),
        Listen::Unix(path) => connects(path),
    }
}

fn connects(path: &Path) -> bool {
    reach(path).is_ok_and(|reached| UnixStream::connect(reached.path()).is_ok())
}

/// Who listens everywhere listens here.
fn here(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}
