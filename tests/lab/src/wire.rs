//! The octets of one connection, in the clear or over TLS.
//!
//! Replies are gathered and go out in one write, just before the server has to wait for the client. What
//! comes in is bounded.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use crate::content::{Content, ContentReader};

/// Octets in a command line; as many as an AUTH line may have (RFC 4954 section 4).
const LINE_OCTETS_MAX: usize = 12_288;
/// Octets taken from the socket at once.
const READ_OCTETS: usize = 16_384;
/// Octets that a server without end says in one go, at least.
const FLOOD_OCTETS: usize = 16_384;
/// How long a closing connection goes on reading, so that a reset does not overtake our last reply.
const LINGER: Duration = Duration::from_secs(1);

/// A line of the client.
pub(crate) enum Heard {
    /// Without its line end.
    Line(String),
    /// More than is allowed without a line end.
    TooLong,
}

enum Channel {
    Clear(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// The handshake failed and took the socket with it.
    Gone,
}

/// The two directions of a connection.
pub(crate) struct Wire {
    channel: Channel,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { channel: Channel::Clear(stream), input: Vec::new(), output: Vec::new() }
    }

    pub(crate) fn is_tls(&self) -> bool {
        matches!(self.channel, Channel::Tls(_))
    }

    /// The server name that the client asked for in the handshake (SNI).
    pub(crate) fn asked_for(&self) -> Option<&str> {
        match &self.channel {
            Channel::Tls(stream) => stream.get_ref().1.server_name(),
            Channel::Clear(_) | Channel::Gone => None,
        }
    }

    /// Whether the client has sent more than what was taken so far.
    pub(crate) fn has_input(&self) -> bool {
        !self.input.is_empty()
    }

    /// Adds to the flight that goes out next.
    pub(crate) fn say(&mut self, octets: &[u8]) {
        self.output.extend_from_slice(octets);
    }

    /// Takes the next line; sends the flight first if it has to wait. The end of the stream is an error.
    pub(crate) async fn line(&mut self) -> io::Result<Heard> {
        let mut searched = 0;
        loop {
            if let Some(offset) = self.input[searched..].iter().position(|&octet| octet == b'\n') {
                let end = searched + offset;
                let line = self.input[..end].strip_suffix(b"\r").unwrap_or(&self.input[..end]);
                let line = String::from_utf8_lossy(line).into_owned();
                self.input.drain(..=end);
                return Ok(if line.len() > LINE_OCTETS_MAX { Heard::TooLong } else { Heard::Line(line) });
            }
            searched = self.input.len();
            if searched > LINE_OCTETS_MAX {
                return Ok(Heard::TooLong);
            }
            self.read().await?;
        }
    }

    /// Takes a message up to its final dot.
    pub(crate) async fn content(&mut self, mut reader: ContentReader) -> io::Result<Content> {
        loop {
            let taken = reader.feed(&self.input);
            self.input.drain(..taken);
            if reader.is_complete() {
                return Ok(reader.finish());
            }
            self.read().await?;
        }
    }

    /// Takes so many octets, whatever they are.
    pub(crate) async fn chunk(&mut self, octets: usize) -> io::Result<Vec<u8>> {
        while self.input.len() < octets {
            self.read().await?;
        }
        Ok(self.input.drain(..octets).collect())
    }

    /// Becomes TLS. Plaintext that came behind STARTTLS is dropped: nobody may talk across the border
    /// (CVE-2011-0411).
    pub(crate) async fn secure(&mut self, config: Arc<ServerConfig>) -> io::Result<()> {
        self.flush().await?;
        self.input.clear();
        match std::mem::replace(&mut self.channel, Channel::Gone) {
            Channel::Clear(stream) => {
                let stream = TlsAcceptor::from(config).accept(stream).await?;
                self.channel = Channel::Tls(Box::new(stream));
                Ok(())
            }
            Channel::Tls(_) | Channel::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Sends what was gathered.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        match &mut self.channel {
            Channel::Clear(stream) => stream.write_all(&self.output).await?,
            Channel::Tls(stream) => {
                stream.write_all(&self.output).await?;
                stream.flush().await?;
            }
            Channel::Gone => return Err(io::ErrorKind::NotConnected.into()),
        }
        self.output.clear();
        Ok(())
    }

    /// Sends the flight and then these octets one by one, with a pause before each.
    pub(crate) async fn dribble(&mut self, octets: &[u8], pause: Duration) -> io::Result<()> {
        self.flush().await?;
        for &octet in octets {
            tokio::time::sleep(pause).await;
            self.say(&[octet]);
            self.flush().await?;
        }
        Ok(())
    }

    /// Sends the flight and then these octets again and again, until the client has gone.
    pub(crate) async fn flood(&mut self, octets: &[u8]) {
        let many = octets.repeat(FLOOD_OCTETS.div_ceil(octets.len().max(1)));
        while self.flush().await.is_ok() && !many.is_empty() {
            self.say(&many);
        }
    }

    /// Sends the flight, then reads and forgets until the client has gone.
    pub(crate) async fn ignore(&mut self) {
        if self.flush().await.is_ok() {
            self.drain().await;
        }
    }

    /// Closes in order: the flight, the end of the stream, then a short while for the client to close as
    /// well.
    pub(crate) async fn close(&mut self) {
        let farewell = async {
            self.flush().await?;
            match &mut self.channel {
                Channel::Clear(stream) => stream.shutdown().await,
                Channel::Tls(stream) => stream.shutdown().await,
                Channel::Gone => Ok(()),
            }?;
            self.drain().await;
            io::Result::Ok(())
        };
        // Late or broken: either way the connection ends now.
        let _ = tokio::time::timeout(LINGER, farewell).await;
    }

    /// Sends the flight and ends the connection with a reset.
    pub(crate) async fn reset(mut self) {
        let _ = self.flush().await;
        let _ = match &self.channel {
            Channel::Clear(stream) => stream.set_zero_linger(),
            Channel::Tls(stream) => stream.get_ref().0.set_zero_linger(),
            Channel::Gone => Ok(()),
        };
    }

    async fn drain(&mut self) {
        self.input.clear();
        while self.read().await.is_ok() {
            self.input.clear();
        }
    }

    /// Reads at least one octet, with everything said that had to be said.
    async fn read(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.input.reserve(READ_OCTETS);
        let count = match &mut self.channel {
            Channel::Clear(stream) => stream.read_buf(&mut self.input).await?,
            Channel::Tls(stream) => stream.read_buf(&mut self.input).await?,
            Channel::Gone => 0,
        };
        if count == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}
