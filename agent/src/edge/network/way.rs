//! Whether there is a way to an address, as far as this machine knows: a route, a carrier on its link, a gateway that
//! answers. What lies behind the gateway nobody here can know.
//!
//! An error from a connection does not tell: "no route to host" comes from a gateway that is gone, from a host that is
//! switched off, and from any router on the way.

use std::io;
use std::net::IpAddr;

use rustix::io::Errno;
use rustix::net::SocketFlags;

use super::links::is_running;
use super::netlink::{Message, OCTETS_MAX, ask, kind, messages, open, receive, u16_at, u32_at};

/// `AF_INET` and `AF_INET6`.
const IPV4: u8 = 2;
const IPV6: u8 = 10;
/// Octets of `rtmsg`.
const ROUTE: usize = 12;
/// `RTA_DST`, which is also `NDA_DST`; `RTA_OIF`, `RTA_GATEWAY`; `RTA_VIA`: a gateway of the other family.
const DESTINATION: u16 = 1;
const OUT: u16 = 4;
const GATEWAY: u16 = 5;
const VIA: u16 = 18;
/// `NUD_INCOMPLETE` and `NUD_FAILED`: asked for, and no answer.
const NO_ANSWER: u16 = 0x1 | 0x20;

/// What is known of the way to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// There is no route.
    NoRoute,
    /// There is one, over a link that is down or has no carrier.
    NoCarrier,
    /// There is one, by a gateway that does not answer.
    NoGateway,
    /// Nothing here is in the way.
    Open,
}

impl Way {
    /// What is missing, in words; `None` if nothing is.
    pub const fn missing(self) -> Option<&'static str> {
        match self {
            Self::NoRoute => Some("no route to this network"),
            Self::NoCarrier => Some("the link is down"),
            Self::NoGateway => Some("the gateway does not answer"),
            Self::Open => None,
        }
    }
}

/// Looks for the way to this address. The error says that the kernel did not tell.
pub fn way_to(address: IpAddr) -> io::Result<Way> {
    let socket = open(SocketFlags::empty())?;
    let (family, octets) = octets_of(address);
    let width = u8::try_from(8 * octets.len()).unwrap_or(u8::MAX);
    let mut fixed = [0; ROUTE];
    (fixed[0], fixed[1]) = (family, width);
    let mut buffer = vec![0; OCTETS_MAX];
    ask(&socket, kind::GET_ROUTE, &fixed, Some((DESTINATION, &octets)))?;
    let (link, gateway) = match answer(receive(&socket, &mut buffer)?)? {
        Err(Errno::NETUNREACH | Errno::HOSTUNREACH | Errno::INVAL | Errno::ACCESS) => {
            return Ok(Way::NoRoute);
        }
        Err(errno) => return Err(errno.into()),
        Ok(route) => {
            let link = route.attribute(ROUTE, OUT).and_then(|link| u32_at(link, 0));
            (link.ok_or_else(unread)?, gateway_of(&route, family))
        }
    };
    let mut fixed = [0; 16];
    fixed[4..8].copy_from_slice(&link.to_ne_bytes());
    ask(&socket, kind::GET_LINK, &fixed, None)?;
    if let Ok(found) = answer(receive(&socket, &mut buffer)?)?
        && !is_running(u32_at(found.body, 8).ok_or_else(unread)?)
    {
        return Ok(Way::NoCarrier);
    }
    let Some((family, gateway)) = gateway else { return Ok(Way::Open) };
    let mut fixed = [0; 12];
    fixed[0] = family;
    fixed[4..8].copy_from_slice(&link.to_ne_bytes());
    ask(&socket, kind::GET_NEIGHBOUR, &fixed, Some((DESTINATION, &gateway)))?;
    // One that nobody has asked for lately is not known to be gone; older kernels do not answer this question.
    let state = answer(receive(&socket, &mut buffer)?)?.ok().and_then(|found| u16_at(found.body, 8));
    Ok(if state.is_some_and(|state| state & NO_ANSWER != 0) { Way::NoGateway } else { Way::Open })
}

fn octets_of(address: IpAddr) -> (u8, Vec<u8>) {
    match address {
        IpAddr::V4(address) => (IPV4, address.octets().to_vec()),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => (IPV4, address.octets().to_vec()),
            None => (IPV6, address.octets().to_vec()),
        },
    }
}

/// The family and address of the gateway that a route leads by.
fn gateway_of(route: &Message<'_>, family: u8) -> Option<(u8, Vec<u8>)> {
    let by = route.attribute(ROUTE, GATEWAY).map(|gateway| (family, gateway.to_vec()));
    by.or_else(|| {
        let via = route.attribute(ROUTE, VIA)?;
        let family = u8::try_from(u16_at(via, 0)?).ok()?;
        Some((family, via.get(2..)?.to_vec()))
    })
}

/// The answer, or the error that it is.
fn answer(octets: &[u8]) -> io::Result<Result<Message<'_>, Errno>> {
    let message = messages(octets).next().ok_or_else(unread)?;
    match (message.kind, message.errno()) {
        (kind::ERROR, Some(errno)) => Ok(Err(errno)),
        (kind::NEW_ROUTE | kind::NEW_LINK | kind::NEW_NEIGHBOUR, _) => Ok(Ok(message)),
        _ => Err(unread()),
    }
}

fn unread() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the kernel's answer cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn the_way_to_this_machine_itself_is_open() {
        for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), Ipv4Addr::LOCALHOST.to_ipv6_mapped().into()] {
            match way_to(address) {
                Ok(way) => assert_eq!(way, Way::Open, "{address}"),
                Err(error) => panic!("{address}: {error}"),
            }
        }
    }
}
