//! A blocking SMTP client for the tests. It says what it is told and shows what it hears.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lab::Authority;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Generous: reached only by a test that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

enum Stream {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

pub(crate) struct Client {
    stream: Stream,
    input: Vec<u8>,
}

impl Client {
    /// Connects and says nothing.
    pub(crate) fn connect(port: u16) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
        stream.set_nodelay(true).expect("the option can be set");
        Self { stream: Stream::Clear(stream), input: Vec::new() }
    }

    /// Connects, reads the greeting and says EHLO.
    pub(crate) fn greeted(port: u16) -> Self {
        let mut client = Self::connect(port);
        client.expect("220");
        client.ask_expecting("EHLO client.example.jp", "250");
        client
    }

    /// As `greeted`, with TLS from the first octet.
    pub(crate) fn greeted_over_tls(port: u16, authority: &Authority) -> Self {
        let mut client = Self::connect(port);
        client.secure(authority, "localhost").expect("the certificate is good");
        client.expect("220");
        client.ask_expecting("EHLO client.example.jp", "250");
        client
    }

    /// As `greeted`, then STARTTLS and EHLO again.
    pub(crate) fn greeted_after_starttls(port: u16, authority: &Authority) -> Self {
        let mut client = Self::greeted(port);
        client.ask_expecting("STARTTLS", "220");
        client.secure(authority, "localhost").expect("the certificate is good");
        client.ask_expecting("EHLO client.example.jp", "250");
        client
    }

    /// Turns the connection into TLS, trusting this authority only.
    pub(crate) fn secure(&mut self, authority: &Authority, name: &str) -> io::Result<()> {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(authority.ca_pem().as_bytes()).expect("the PEM is sound");
        roots.add(root).expect("the authority is a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has the usual suites")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        let Stream::Clear(tcp) = &mut self.stream else { panic!("TLS inside TLS") };
        connection.complete_io(tcp)?;
        let tcp = tcp.try_clone()?;
        self.stream = Stream::Tls(Box::new(StreamOwned::new(connection, tcp)));
        Ok(())
    }

    pub(crate) fn send(&mut self, octets: &[u8]) {
        match &mut self.stream {
            Stream::Clear(stream) => stream.write_all(octets),
            Stream::Tls(stream) => stream.write_all(octets),
        }
        .expect("the server takes octets");
    }

    /// Reads once, whatever comes.
    pub(crate) fn read(&mut self) -> io::Result<usize> {
        let mut octets = [0; 16_384];
        let count = match &mut self.stream {
            Stream::Clear(stream) => stream.read(&mut octets),
            Stream::Tls(stream) => stream.read(&mut octets),
        }?;
        self.input.extend_from_slice(&octets[..count]);
        Ok(count)
    }

    /// What was read and not yet taken.
    pub(crate) fn input(&self) -> String {
        String::from_utf8_lossy(&self.input).into_owned()
    }

    /// One whole reply, its lines joined by `|`.
    pub(crate) fn reply(&mut self) -> io::Result<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            let last = line.as_bytes().get(3) != Some(&b'-');
            lines.push(line);
            if last {
                return Ok(lines.join("|"));
            }
        }
    }

    /// One whole reply that must begin like this.
    pub(crate) fn expect(&mut self, start: &str) -> String {
        let reply = self.reply().expect("a reply");
        assert!(reply.starts_with(start), "expected `{start}`, got `{reply}`");
        reply
    }

    /// Sends a line and gives the reply to it.
    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes());
        self.reply().expect("a reply")
    }

    pub(crate) fn ask_expecting(&mut self, line: &str, start: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes());
        self.expect(start)
    }

    /// Everything from MAIL to the final dot; gives the reply to the dot. The message is sent as it stands.
    pub(crate) fn submit(&mut self, sender: &str, message: &str) -> io::Result<String> {
        self.ask_expecting(&format!("MAIL FROM:<{sender}>"), "250");
        self.ask_expecting("RCPT TO:<oncall@example.jp>", "250");
        self.ask_expecting("DATA", "354");
        self.send(format!("{message}.\r\n").as_bytes());
        self.reply()
    }

    pub(crate) fn log_in(&mut self, user: &str, password: &str) -> String {
        self.ask(&format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}"))))
    }

    /// How the connection ended, given that nothing more is said on it.
    pub(crate) fn ending(&mut self) -> End {
        match self.read() {
            Ok(0) => End::Closed,
            Ok(_) => End::Spoke(self.input()),
            Err(why) if why.kind() == io::ErrorKind::ConnectionReset => End::Reset,
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => End::Closed,
            Err(why) if why.kind() == io::ErrorKind::WouldBlock => End::Silent,
            Err(why) => panic!("unexpected: {why}"),
        }
    }

    /// Whether so many octets cannot be sent, since nobody takes them for so long.
    pub(crate) fn would_block_within(&mut self, octets: usize, patience: Duration) -> bool {
        let Stream::Clear(stream) = &mut self.stream else { panic!("not over TLS") };
        stream.set_write_timeout(Some(patience)).expect("a time-out can be set");
        stream.write_all(&vec![b'x'; octets]).is_err_and(|why| why.kind() == io::ErrorKind::WouldBlock)
    }

    /// How long reads wait from now on.
    pub(crate) fn set_patience(&mut self, patience: Duration) {
        let stream = match &self.stream {
            Stream::Clear(stream) => stream,
            Stream::Tls(stream) => &stream.sock,
        };
        stream.set_read_timeout(Some(patience)).expect("a time-out can be set");
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.input.iter().position(|&octet| octet == b'\n') {
                let line: Vec<u8> = self.input.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned());
            }
            if self.read()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
    Silent,
    Spoke(String),
}
