//! Whether somebody is there where alerts are to be taken from a network: whoever sends them would learn of it alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use spool_format::reach::reach;

use crate::config::{Config, Intake, Listen};

/// For a connection to this machine.
const WITHIN: Duration = Duration::from_secs(1);

/// The configured listeners at which nobody takes a connection: what is spoken there, and where.
pub(super) fn deaf(config: Option<&Config>) -> Vec<(String, String)> {
    let intakes = config.into_iter().flat_map(|config| &config.intakes);
    let names = |intake: &Intake| (intake.speech.to_string(), intake.place.to_string());
    intakes.filter(|intake| !hears(&intake.place)).map(names).collect()
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
