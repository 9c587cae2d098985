//! What there is to see while a provider is talked to, for those who want to look on: a trace, a probe.
//!
//! An onlooker changes nothing and gets no secret: the lines come from the session's transcript.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use smtp::{Failure, Spoken};
use tokio_rustls::client::TlsStream;

use super::Endpoint;
use super::wire::Stream;

/// Something that can be seen.
#[derive(Debug)]
pub enum Sight<'a> {
    /// There is a connection.
    Connected {
        /// To this address, the server's or its proxy's; `None` if a program has made it.
        address: Option<SocketAddr>,
        /// Which of the ways in it is.
        endpoint: Endpoint,
        /// How long name and connection took.
        took: Duration,
    },
    /// TLS is on, and the certificate was accepted.
    Secured(&'a Protection),
    /// One more line of the dialogue.
    Said(&'a Spoken),
    /// There will be no dialogue.
    Failed(&'a Failure),
}

/// Looks on at one connection. Called in the middle of the dialogue, so it must not take its time.
pub trait Onlooker: Send + Sync {
    /// Something happened.
    fn sees(&self, sight: &Sight<'_>);
}

/// Sends an onlooker to each connection.
pub trait Audience: Send + Sync + fmt::Debug {
    /// Who looks on at a new connection to the provider of this name.
    fn admit(&self, provider: &str) -> Arc<dyn Onlooker>;
}

/// How a connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// `TLS 1.3`.
    pub version: &'static str,
    /// The cipher suite by its IANA name.
    pub cipher: String,
    /// The certificates that the server showed, its own first, in DER.
    pub chain: Vec<Vec<u8>>,
    /// How long the handshake took.
    pub took: Duration,
}

impl Protection {
    /// Of a connection whose handshake is done.
    pub(super) fn of(stream: &TlsStream<Stream>, took: Duration) -> Self {
        use tokio_rustls::rustls::ProtocolVersion::{TLSv1_2, TLSv1_3};
        let connection = stream.get_ref().1;
        let version = match connection.protocol_version() {
            Some(TLSv1_3) => "TLS 1.3",
            Some(TLSv1_2) => "TLS 1.2",
            _ => "TLS",
        };
        let cipher = connection.negotiated_cipher_suite().and_then(|suite| {
            let name = suite.suite().as_str()?;
            // The library marks the suites of TLS 1.3 as its own; the registry does not.
            Some(name.replace("TLS13_", "TLS_"))
        });
        let chain = connection.peer_certificates().unwrap_or_default();
        Self {
            version,
            cipher: cipher.unwrap_or_default(),
            chain: chain.iter().map(|certificate| certificate.to_vec()).collect(),
            took,
        }
    }
}
