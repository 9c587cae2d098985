//! A connection, in clear or in TLS, over whatever carries it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::program::Pipe;

/// What carries octets to the server and back.
#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream),
    Program(Pipe),
    #[cfg(test)]
    Memory(tokio::io::DuplexStream),
}

impl Stream {
    /// Who is at the other end, if that is an address: the server, or the proxy in front of it.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(stream) => stream.peer_addr().ok(),
            Self::Program(_) => None,
            #[cfg(test)]
            Self::Memory(_) => None,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Program(pipe) => Pin::new(pipe).poll_read(context, buffer),
            #[cfg(test)]
            Self::Memory(pipe) => Pin::new(pipe).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, octets),
            Self::Program(pipe) => Pin::new(pipe).poll_write(context, octets),
            #[cfg(test)]
            Self::Memory(pipe) => Pin::new(pipe).poll_write(context, octets),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Self::Program(pipe) => Pin::new(pipe).poll_flush(context),
            #[cfg(test)]
            Self::Memory(pipe) => Pin::new(pipe).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Program(pipe) => Pin::new(pipe).poll_shutdown(context),
            #[cfg(test)]
            Self::Memory(pipe) => Pin::new(pipe).poll_shutdown(context),
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(super) enum Wire {
    Clear(Stream),
    Tls(Box<TlsStream<Stream>>),
    /// While a handshake has the connection, and after one that failed.
    Gone,
}

impl Wire {
    /// Reads what has come; 0 is the end. Cancel-safe: what was read is never lost.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer).await,
            // A server that closes without TLS's goodbye has closed all the same.
            Self::Tls(stream) => match stream.read(buffer).await {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
                other => other,
            },
            Self::Gone => Ok(0),
        }
    }

    /// Writes everything, as one flight. Not cancel-safe: after a time-out the connection is of no use.
    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.write_all(octets).await,
            Self::Tls(stream) => {
                stream.write_all(octets).await?;
                stream.flush().await
            }
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}
