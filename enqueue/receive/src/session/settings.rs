//! What a session is told about the place where it happens.

use std::fmt;
use std::sync::Arc;

/// Which protocol is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5321: one reply to a message.
    #[default]
    Smtp,
    /// RFC 2033: LHLO, and one reply to a message for each recipient.
    Lmtp,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnds {
    /// CR LF. A command that ends with LF alone ends the session: behind a gateway it may be smuggled in.
    #[default]
    Strict,
    /// What ended the first line: for pipes on one machine, where programs write LF.
    AsFirst,
}

/// How much a client may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of a command with its line end. RFC 5321 section 4.5.3.1.4 asks for 512.
    pub line_octets: usize,
    /// Octets of a message; what is more is read, dropped, and refused.
    pub message_octets: usize,
    /// Recipients of a message. RFC 5321 section 4.5.3.1.8 asks for 100.
    pub recipients: usize,
    /// Commands that are refused before the session is ended.
    pub errors: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line_octets: 2048, message_octets: 5 * 1024 * 1024, recipients: 100, errors: 20 }
    }
}

/// For whom mail is taken.
#[derive(Clone, Default)]
pub enum Recipients {
    /// Everybody: somebody else decides later. Not for a network, where it would be an open relay.
    #[default]
    Anybody,
    /// Those of whom this says so. It gets the path of RCPT as the client wrote it, without brackets and route.
    Judged(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

impl Recipients {
    pub(super) fn may_be(&self, recipient: &str) -> bool {
        match self {
            Self::Anybody => true,
            Self::Judged(may_be) => may_be(recipient),
        }
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anybody => "Anybody",
            Self::Judged(_) => "Judged",
        })
    }
}

/// Who has to log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Nobody can.
    #[default]
    None,
    /// Nobody has to, and whoever wants to may, by PLAIN or LOGIN (RFC 4954) and as anybody: for appliances that send
    /// nothing without having logged in. Nothing that they say is looked at, and nothing follows from it.
    Any,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How the server calls itself.
    pub host: String,
    /// Which protocol is spoken.
    pub protocol: Protocol,
    /// What ends a line.
    pub line_ends: LineEnds,
    /// How much a client may ask for.
    pub limits: Limits,
    /// For whom mail is taken.
    pub recipients: Recipients,
    /// Who has to log in.
    pub login: Login,
}
