//! What a session is told: how to talk to the provider, and what to send.

use std::sync::Arc;

use crate::auth::{Mechanism, choose};
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
    /// PLAIN, LOGIN, CRAM-MD5, in this order and as offered. A session that finds none of them fails.
    Auto,
    /// These, in this order. PLAIN and LOGIN are skipped outside TLS even so.
    Listed(Vec<Mechanism>),
}

impl AuthPolicy {
    /// The mechanisms that would be tried with a server that offers these, best first; else why there is none.
    pub fn usable(&self, offered: &[String], tls: bool) -> Result<Vec<Mechanism>, Trouble> {
        choose(self, offered, tls)
    }
}

/// How to talk to one provider.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name given with EHLO: a host name or an address literal, visible ASCII without blanks.
    pub helo: String,
    /// When TLS starts.
    pub security: Security,
    /// Which mechanisms may be used.
    pub auth: AuthPolicy,
    /// Needed unless `auth` is [`AuthPolicy::None`].
    pub credentials: Option<Arc<Credentials>>,
}

/// One message for some recipients.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// The envelope sender.
    pub sender: Path,
    /// The envelope recipients. At most [`RECIPIENTS_MAX`](crate::limits::RECIPIENTS_MAX) are offered; those behind
    /// fail with [`TooManyRecipients`](crate::Trouble::TooManyRecipients).
    pub recipients: Vec<Path>,
    /// The composed message, CRLF lines, no dot-stuffing. Bare CR and LF become CRLF, and the last line gets its end.
    pub content: Arc<[u8]>,
}
