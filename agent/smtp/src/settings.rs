//! What a session is told: how to talk to the provider, and what to send.

use std::sync::Arc;

use crate::auth::{Mechanism, Seed, choose};
use crate::outcome::Trouble;
use crate::path::Path;
use crate::secret::Credentials;

/// When TLS starts. There is no "if it is offered": whoever can delete a line of the EHLO reply would decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Never. Passwords then only go out by mechanisms that hide them.
    None,
    /// After the STARTTLS command (RFC 3207), or the session fails.
    StartTls,
    /// From the first octet (RFC 8314): the driver has done the handshake before it reads the greeting.
    Implicit,
}

/// Which mechanisms may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthPolicy {
    /// No AUTH at all.
    None,
    /// All of [`Mechanism::ALL`] that the server offers and the credentials fit, in that order: SCRAM first, then PLAIN
    /// and LOGIN inside TLS, then those by MD5; with a token those for tokens. A session that finds none of them fails.
    Auto,
    /// These, in this order. Those that show the password or the token are skipped outside TLS even so.
    Listed(Vec<Mechanism>),
}

impl AuthPolicy {
    /// The mechanisms that would be tried with a server that offers these, best first; else why there is none. It has not
    /// to be known yet what proves who we are, but whether it is a token.
    pub fn usable(&self, with_token: bool, offered: &[String], tls: bool) -> Result<Vec<Mechanism>, Trouble> {
        choose(self, with_token, offered, tls)
    }
}

/// How to talk to one provider.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's name or address, as it was configured: DIGEST-MD5 and OAUTHBEARER say with whom they talk.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The name given with EHLO: a host name or an address literal, visible ASCII without blanks.
    pub helo: String,
    /// When TLS starts.
    pub security: Security,
    /// Which mechanisms may be used.
    pub auth: AuthPolicy,
    /// Whether messages may go as chunks (RFC 3030) where a server offers that.
    pub chunking: bool,
    /// Recipients of one transaction at most, at least 1; others get the message in further ones.
    pub recipients_max: usize,
    /// Needed unless `auth` is [`AuthPolicy::None`].
    pub credentials: Option<Arc<Credentials>>,
    /// Chance for the nonces of the login: fresh for every session.
    pub seed: Seed,
}

/// One message for some recipients.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// The envelope sender.
    pub sender: Path,
    /// The envelope recipients. More than [`RECIPIENTS_MAX`](crate::limits::RECIPIENTS_MAX), or than the server takes at a
    /// time, get the message in several rounds.
    pub recipients: Vec<Path>,
    /// The composed message, CRLF lines, no dot-stuffing. Bare CR and LF become CRLF, and the last line gets its end.
    pub content: Arc<[u8]>,
}
