//! The least that a client can do: the flights that a submission takes on one connection, and nothing else. With a spool
//! it also reads each file, and removes it after the reply.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use lab::Authority;
use rustix::time::{ClockId, clock_gettime};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::wire::Wire;

/// What every envelope says.
const ENVELOPE: &str = "MAIL FROM:<alert@example.com>\r\nRCPT TO:<oncall@example.jp>\r\n";

/// To whom it connects, and how.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) port: u16,
    /// STARTTLS and a login, where this is asked for.
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

impl Way {
    /// To the sink on this port; in TLS if somebody vouches for it.
    pub(crate) fn new(port: u16, authority: Option<&Authority>) -> Self {
        Self { port, tls: authority.map(trusting) }
    }
}

/// A client's half of TLS that trusts this authority.
fn trusting(authority: &Authority) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let pem = authority.ca_pem();
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).expect("the lab writes PEM");
    roots.add(certificate).expect("the lab makes authorities");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring has all of them");
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

/// A connection to the sink that is ready for mail.
pub(crate) struct Client {
    wire: Wire,
    chunking: bool,
}

impl Client {
    /// Connects, says hello and, in TLS, logs in.
    pub(crate) fn connect(way: &Way) -> io::Result<Self> {
        let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, way.port))?;
        let mut client = Self { wire: Wire::new(tcp, Duration::ZERO)?, chunking: false };
        client.reply()?;
        client.hello()?;
        if let Some(config) = &way.tls {
            client.ask("STARTTLS\r\n")?;
            let name = ServerName::try_from("127.0.0.1").expect("an address is a name");
            let connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
            client.wire.secure(|tcp| StreamOwned::new(connection, tcp))?;
            client.hello()?;
            // NUL user NUL password.
            client.ask("AUTH PLAIN AHVzZXIAcGFzcw==\r\n")?;
        }
        Ok(client)
    }

    /// Delivers a message without lines that begin with a dot: in one flight if the server offers CHUNKING, else in two.
    pub(crate) fn deliver(&mut self, message: &[u8]) -> io::Result<()> {
        self.wire.say(ENVELOPE.as_bytes());
        if self.chunking {
            self.wire.say(format!("BDAT {} LAST\r\n", message.len()).as_bytes());
            self.wire.say(message);
            return (0..3).try_for_each(|_| self.reply());
        }
        self.wire.say(b"DATA\r\n");
        (0..3).try_for_each(|_| self.reply())?;
        self.wire.say(message);
        self.wire.say(b".\r\n");
        self.reply()
    }

    fn hello(&mut self) -> io::Result<()> {
        self.chunking = false;
        self.wire.say(b"EHLO client.example.com\r\n");
        loop {
            let line = self.wire.line()?;
            self.chunking |= line.ends_with(b"CHUNKING\r\n");
            match line.get(3) {
                Some(b'-') => {}
                Some(_) => return Ok(()),
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }

    fn ask(&mut self, command: &str) -> io::Result<()> {
        self.wire.say(command.as_bytes());
        self.reply()
    }

    fn reply(&mut self) -> io::Result<()> {
        match self.wire.line()? {
            [b'2' | b'3', ..] => Ok(()),
            other => Err(io::Error::other(String::from_utf8_lossy(other).into_owned())),
        }
    }
}

/// Drains these files over so many connections, a thread each, and removes each file after the reply, without a sync.
/// Gives the processor time that it took. Stops early once `is_over` says so.
pub(crate) fn drain(
    way: &Way,
    connections: usize,
    files: Vec<PathBuf>,
    is_over: &(impl Fn() -> bool + Sync),
) -> io::Result<Duration> {
    let files = Mutex::new(files.into_iter());
    let next = || files.lock().ok()?.next();
    let one = || -> io::Result<Duration> {
        let mut client = Client::connect(way)?;
        while let Some(file) = next().filter(|_| !is_over()) {
            client.deliver(&fs::read(&file)?)?;
            fs::remove_file(&file)?;
        }
        Ok(thread_time())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(one)).collect();
        let times = threads.into_iter().map(|thread| thread.join().expect("a client does not panic"));
        times.sum()
    })
}

/// Processor time of this thread.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
