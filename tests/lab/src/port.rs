//! A loopback port that belongs to us before anybody listens on it.

use std::net::{Ipv4Addr, SocketAddrV4};

use tokio::net::TcpSocket;

use crate::{LabError, Personality, Server};

/// A reserved port: bound, so that nobody else can take it, but not listening, so that connections are
/// refused.
#[derive(Debug)]
pub struct Port {
    socket: TcpSocket,
    number: u16,
}

impl Port {
    /// Reserves a loopback port of the kernel's choice until the value is dropped.
    pub fn reserve() -> Result<Self, LabError> {
        Self::reserve_at(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))
    }

    /// The same at this loopback address; port 0 is the kernel's choice. Panics at any other address.
    pub fn reserve_at(address: SocketAddrV4) -> Result<Self, LabError> {
        assert!(address.ip().is_loopback(), "the lab serves this machine only, and not at {address}");
        let socket = TcpSocket::new_v4().map_err(LabError::Port)?;
        socket.bind(address.into()).map_err(LabError::Port)?;
        let number = socket.local_addr().map_err(LabError::Port)?.port();
        Ok(Self { socket, number })
    }

    /// The number of the port.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// Brings the port to life: from now on connections are accepted, with these manners.
    pub fn listen(self, personality: Personality) -> Result<Server, LabError> {
        Server::on(self.socket, self.number, personality)
    }
}
