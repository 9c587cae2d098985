//! Why a lab server or its certificates could not be made.

use std::fmt;
use std::io;

use tokio_rustls::rustls;

/// What kept the lab from being set up. What peers do later never ends up here.
#[derive(Debug)]
#[non_exhaustive]
pub enum LabError {
    /// No loopback port could be bound or listened on.
    Port(io::Error),
    /// The background thread or its runtime could not be started.
    Thread(io::Error),
    /// A key or a certificate could not be made.
    Certificate(rcgen::Error),
    /// The TLS library refused the certificate that was made for it.
    Tls(rustls::Error),
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(why) => write!(f, "cannot listen on a loopback port: {why}"),
            Self::Thread(why) => write!(f, "cannot start the lab server's thread: {why}"),
            Self::Certificate(why) => write!(f, "cannot make a certificate for the lab: {why}"),
            Self::Tls(why) => write!(f, "cannot use the lab's certificate for TLS: {why}"),
        }
    }
}

impl std::error::Error for LabError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Port(why) | Self::Thread(why) => Some(why),
            Self::Certificate(why) => Some(why),
            Self::Tls(why) => Some(why),
        }
    }
}
