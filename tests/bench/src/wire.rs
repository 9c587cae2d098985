//! The octets of one connection, in clear or in TLS, for both sides: the sink and the floor's client.
//!
//! What is to be said is gathered and goes out as one write, just before more is read: one flight. A pause before each
//! flight is the model of a line's round trip.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::time::Duration;

use crate::clock;

/// Octets that are read at once.
const READ_OCTETS: usize = 64 * 1024;

/// Whatever carries octets.
trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// One end of a connection.
pub(crate) struct Wire {
    stream: Box<dyn Stream>,
    /// The connection below TLS.
    tcp: TcpStream,
    /// Before each flight.
    pause: Duration,
    input: Vec<u8>,
    /// How much of `input` was taken.
    taken: usize,
    output: Vec<u8>,
}

impl Wire {
    /// Takes over a connection; nothing was read of it yet.
    pub(crate) fn new(tcp: TcpStream, pause: Duration) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        let stream = Box::new(tcp.try_clone()?);
        Ok(Self { stream, tcp, pause, input: Vec::new(), taken: 0, output: Vec::new() })
    }

    /// Goes on inside TLS, as `wrap` makes it of the connection.
    pub(crate) fn secure<S>(&mut self, wrap: impl FnOnce(TcpStream) -> S) -> io::Result<()>
    where
        S: Read + Write + Send + 'static,
    {
        self.send()?;
        self.wait();
        self.stream = Box::new(wrap(self.tcp.try_clone()?));
        self.input.clear();
        self.taken = 0;
        Ok(())
    }

    /// Something to say with the next flight.
    pub(crate) fn say(&mut self, octets: &[u8]) {
        self.output.extend_from_slice(octets);
    }

    /// Sends what there is to say.
    pub(crate) fn send(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        self.wait();
        self.stream.write_all(&self.output)?;
        self.stream.flush()?;
        self.output.clear();
        Ok(())
    }

    /// The next line, with its end. Empty at the end of the connection.
    pub(crate) fn line(&mut self) -> io::Result<&[u8]> {
        let mut looked = 0;
        loop {
            let unlooked = &self.input[self.taken + looked..];
            if let Some(end) = unlooked.iter().position(|octet| *octet == b'\n') {
                return Ok(self.take(looked + end + 1));
            }
            looked += unlooked.len();
            if !self.read_more()? {
                return Ok(&[]);
            }
        }
    }

    /// The next `octets` octets, whatever they are.
    pub(crate) fn block(&mut self, octets: usize) -> io::Result<&[u8]> {
        while self.input.len() - self.taken < octets {
            if !self.read_more()? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.take(octets))
    }

    fn take(&mut self, octets: usize) -> &[u8] {
        let range = Range { start: self.taken, end: self.taken + octets };
        self.taken = range.end;
        &self.input[range]
    }

    /// Reads what comes next, after everything was said. False at the end of the connection.
    fn read_more(&mut self) -> io::Result<bool> {
        self.send()?;
        self.input.drain(..self.taken);
        self.taken = 0;
        let there = self.input.len();
        self.input.resize(there + READ_OCTETS, 0);
        let read = self.stream.read(&mut self.input[there..]);
        self.input.truncate(there + *read.as_ref().unwrap_or(&0));
        match read {
            // A client that goes without TLS's goodbye has gone all the same.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            other => other.map(|octets| octets > 0),
        }
    }

    fn wait(&self) {
        if !self.pause.is_zero() {
            clock::let_pass(self.pause);
        }
    }
}
