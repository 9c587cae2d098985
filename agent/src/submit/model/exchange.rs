//! The way from the carrier to servers in memory, whoever plays them.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::DuplexStream;

use crate::submit::race::{Side, Why};

/// What comes of a call; the error is why it came to nobody, and whether for want of a network.
type Answer = Pin<Box<dyn Future<Output = Result<DuplexStream, (String, bool)>> + Send>>;

/// Whom calls reach.
#[derive(Clone)]
pub struct Exchange(Arc<dyn Fn(SocketAddr) -> Answer + Send + Sync>);

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}

impl Exchange {
    pub(crate) fn new(calls: impl Fn(SocketAddr) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(calls))
    }

    /// One call.
    pub(in crate::submit) fn dial(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = Result<DuplexStream, Why>> + Send + use<> {
        let call = (self.0)(address);
        async move {
            call.await.map_err(|(words, is_ours)| Why {
                words,
                side: if is_ours { Side::Ours } else { Side::Theirs },
            })
        }
    }
}
