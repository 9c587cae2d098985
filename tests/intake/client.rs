//! A client that says exactly what a test wants.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// For any answer.
const WITHIN: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    reader: BufReader<Box<dyn Read>>,
    writer: Box<dyn Write>,
}

impl Client {
    /// Connects, and says nothing yet.
    pub(crate) fn to(port: u16) -> Self {
        Self::try_to(port).expect("a connection")
    }

    pub(crate) fn try_to(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(WITHIN))?;
        stream.set_write_timeout(Some(WITHIN))?;
        let reader: Box<dyn Read> = Box::new(stream.try_clone()?);
        Ok(Self { reader: BufReader::new(reader), writer: Box::new(stream) })
    }

    pub(crate) fn to_socket(path: &Path) -> Self {
        let stream = UnixStream::connect(path).expect("a connection");
        stream.set_read_timeout(Some(WITHIN)).expect("a time");
        let reader: Box<dyn Read> = Box::new(stream.try_clone().expect("a second end"));
        Self { reader: BufReader::new(reader), writer: Box::new(stream) }
    }

    /// Sends these octets as they are.
    pub(crate) fn send(&mut self, octets: impl AsRef<[u8]>) -> io::Result<()> {
        self.writer.write_all(octets.as_ref())
    }

    /// The next reply, all its lines; what was said before the end if the connection ends.
    pub(crate) fn reply(&mut self) -> io::Result<String> {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            if self.reader.read_line(&mut reply)? == 0 || reply.as_bytes().get(start + 3) != Some(&b'-') {
                return Ok(reply.trim_end().to_owned());
            }
        }
    }

    /// Says a line and hears the reply.
    pub(crate) fn say(&mut self, line: &str) -> io::Result<String> {
        self.send(format!("{line}\r\n"))?;
        self.reply()
    }

    /// Everything up to the end.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // One that ends by force has said what it had to say.
        let _ = self.reader.read_to_end(&mut rest);
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// From the greeting to where a message may be sent, for this recipient.
    pub(crate) fn up_to_data(&mut self, to: &str) -> io::Result<()> {
        for line in ["", "EHLO test", "MAIL FROM:<monitor@example.com>", &format!("RCPT TO:<{to}>"), "DATA"] {
            let reply = if line.is_empty() { self.reply()? } else { self.say(line)? };
            if !reply.starts_with(['2', '3']) {
                return Err(io::Error::other(format!("{line}: {reply}")));
            }
        }
        Ok(())
    }

    /// One mail in a session of its own; what was said of it.
    pub(crate) fn mail(&mut self, to: &str, subject: &str) -> io::Result<String> {
        self.up_to_data(to)?;
        self.say(&format!("From: monitor@example.com\r\nSubject: {subject}\r\n\r\nall is not well\r\n."))
    }
}

/// The id in the reply to a message.
pub(crate) fn id(reply: &str) -> Option<&str> {
    reply.strip_prefix("250 2.0.0 kept as ")
}

/// The codes of all replies in it.
pub(crate) fn codes(said: &str) -> Vec<&str> {
    let last = said.lines().filter(|line| line.as_bytes().get(3) != Some(&b'-'));
    last.filter_map(|line| line.get(..3)).collect()
}
