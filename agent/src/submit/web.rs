//! One GET over HTTP/1.1 (RFC 9112), for a ping: the status line is all that is read of the answer.

use std::time::Duration;

use smtp::{AuthPolicy, Security};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::connect::{dial, in_list, resolve};
use super::race::race;
use super::tls::Handshake;
use super::wire::Stream;
use super::{Endpoint, Identity, Route, Target, Trust, TrustError};
use crate::config::Url;

/// Octets of a status line at most.
const STATUS_OCTETS_MAX: usize = 512;

/// A web server that is asked for one address.
#[derive(Debug)]
pub struct Web {
    url: Url,
    /// `None` without TLS.
    handshake: Option<Handshake>,
}

impl Web {
    /// The certificate of the server has to be one whom this system trusts.
    pub fn new(url: Url) -> Result<Self, TrustError> {
        let security = if url.is_secure { Security::Implicit } else { Security::None };
        let target = Target {
            name: "dead_man_url".to_owned(),
            host: url.host.clone(),
            endpoints: vec![Endpoint { port: url.port, security }],
            route: Route::Straight,
            trust: Trust::System,
            tls_name: None,
            helo: String::new(),
            auth: AuthPolicy::None,
            identity: Identity::Nobody,
            messages_per_connection: 1,
            chunking: false,
            recipients_max: 1,
        };
        let handshake = Handshake::prepare(&target)?.map(Handshake::without_warnings);
        Ok(Self { url, handshake })
    }

    /// The server's name: the rest of the address is nobody's business.
    pub fn host(&self) -> &str {
        &self.url.host
    }

    /// Asks for the address with this ending behind its path. All of it has one limit. The error says in words what came
    /// in place of an answer that is content.
    pub async fn get(&self, ending: &str, within: Duration) -> Result<(), String> {
        let deadline = Instant::now() + within;
        let found = resolve(&self.url.host, deadline).await.map_err(|why| why.words)?;
        let addresses: Vec<_> = found
            .into_iter()
            .map(|mut address| {
                address.set_port(self.url.port);
                address
            })
            .collect();
        let stream = race(&addresses, deadline, dial).await;
        let stream = Stream::Tcp(stream.map_err(|notes| in_list(&self.url.host, &notes).words)?);
        let asked = async {
            match &self.handshake {
                Some(handshake) => self.ask(handshake.shake(stream).await?, ending).await,
                None => self.ask(stream, ending).await,
            }
        };
        timeout_at(deadline, asked).await.map_err(|_| "no answer in time".to_owned())?
    }

    async fn ask(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, ending: &str) -> Result<(), String> {
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: alertmail/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            self.url.target(ending),
            self.url.authority(),
            env!("CARGO_PKG_VERSION")
        );
        let failed = |error: std::io::Error| error.to_string();
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        stream.flush().await.map_err(failed)?;
        let mut line = Vec::new();
        let mut buffer = [0; STATUS_OCTETS_MAX];
        while !line.contains(&b'\n') && line.len() < STATUS_OCTETS_MAX {
            match stream.read(&mut buffer).await.map_err(failed)? {
                0 => break,
                count => line.extend_from_slice(&buffer[..count]),
            }
        }
        judge(&line)
    }
}

/// `HTTP/1.1 200 OK`: any of the two hundreds is a yes (RFC 9112 section 4).
fn judge(answer: &[u8]) -> Result<(), String> {
    let line = answer.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let shown: String = String::from_utf8_lossy(line).chars().filter(|c| !c.is_control()).take(100).collect();
    let mut words = shown.split(' ');
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/1."));
    let code =
        words.next().filter(|code| code.len() == 3 && code.bytes().all(|octet| octet.is_ascii_digit()));
    match code {
        Some(code) if is_http && code.starts_with('2') => Ok(()),
        Some(_) if is_http => Err(format!("the server says {shown}")),
        _ => Err(format!("what the server says is not HTTP: {shown:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_hundreds_are_a_yes_and_everything_else_is_told() {
        for yes in ["HTTP/1.1 200 OK\r\n", "HTTP/1.0 204 \r\nX: y\r\n", "HTTP/1.1 201"] {
            assert_eq!(judge(yes.as_bytes()), Ok(()), "{yes}");
        }
        for no in [
            "",
            "HTTP/1.1 404 Not Found\r\n",
            "HTTP/1.1 301 Moved\r\n",
            "HTTP/2 200",
            "HTTP/1.1 2000 x",
            "220 mail ESMTP",
            "HTTP/1.1 20\u{7} x",
        ] {
            assert!(judge(no.as_bytes()).is_err(), "{no}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reader_panic_or_gets_raw_into_the_log(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Err(why) = judge(&octets) {
                prop_assert!(!why.contains(|c: char| c.is_control()) && why.chars().count() < 700);
            }
        }
    }
}
