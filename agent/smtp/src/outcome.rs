//! What came of it: per recipient, in which phase, and why.
//!
//! Says what happened and never whose fault it is or what to do next: the delivery crate judges.

use std::fmt;

use crate::auth::Mechanism;
use crate::printable::{cut, printable};
use crate::reply::Reply;

/// Where in a session something happened. Between commands it is the phase of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Name resolution and TCP connect.
    Connect,
    /// Waiting for the server's first words.
    Greeting,
    /// EHLO or HELO.
    Ehlo,
    /// The STARTTLS command.
    StartTls,
    /// The TLS handshake.
    Tls,
    /// AUTH and its challenges.
    Auth,
    /// MAIL FROM; also while the connection is idle.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, up to the last moment before the message.
    Data,
    /// The message, the final dot, and its reply.
    Dot,
    /// RSET between two transactions.
    Rset,
    /// QUIT.
    Quit,
    /// A program in the place of a server.
    Program,
    /// A folder for mail in the place of a server.
    Maildir,
}

impl Phase {
    /// The name used in journals, logs and rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Connect => "connect",
            Phase::Greeting => "greeting",
            Phase::Ehlo => "ehlo",
            Phase::StartTls => "starttls",
            Phase::Tls => "tls",
            Phase::Auth => "auth",
            Phase::Mail => "mail",
            Phase::Rcpt => "rcpt",
            Phase::Data => "data",
            Phase::Dot => "dot",
            Phase::Rset => "rset",
            Phase::Quit => "quit",
            Phase::Program => "program",
            Phase::Maildir => "maildir",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The server said no, or that it goes away.
    Reply(Reply),
    /// No connection could be made: name resolution, route, refusal, time-out.
    Unreachable(String),
    /// This machine has no way to anybody: no route, no interface, no name service. Says nothing about the provider.
    NoNetwork(String),
    /// The connection ended without a reply.
    Closed(String),
    /// Nothing came for so long that the driver gave up.
    Silent {
        /// How long it waited.
        seconds: u64,
    },
    /// The server said something that no SMTP server may say at this point.
    Protocol(String),
    /// The handshake failed: certificate, name, version.
    Tls(String),
    /// Nothing that is allowed was offered.
    NoCommonMechanism {
        /// The server's list, in upper case.
        offered: Vec<String>,
    },
    /// Only mechanisms that show the password or the token would be left, and there is no TLS.
    PasswordNeedsTls,
    /// The only mechanism that was left is of no use with this server.
    MechanismUnusable {
        /// Which.
        mechanism: Mechanism,
        /// What is in the way.
        why: String,
    },
    /// The server has not shown that it knows the password; says how. It may be somebody else.
    ServerUnproven(String),
    /// The token was refused, with this reply; its last line says why, if the server has said so. A fresh token may do.
    TokenRefused(Reply),
    /// STARTTLS is required and the server does not offer it.
    StartTlsMissing,
    /// The driver took the transaction back at a gate. No octet of the message has gone out.
    Withdrawn,
    /// The message is larger than the server announced to take. Nothing was sent.
    TooLarge {
        /// The announced limit in octets.
        limit: u64,
    },
    /// The message has 8-bit octets and the server takes none. Nothing was sent.
    EightBitMissing,
    /// The settings cannot be used; says which and why. Nothing was sent.
    Settings(String),
    /// A program in the place of a server ended with this code, which is not 0 (`sysexits.h` says what they mean).
    Exit {
        /// The code.
        code: i32,
        /// Whether it was run for this recipient and nobody else.
        is_alone: bool,
        /// Its name, and what it said last.
        text: String,
    },
    /// What is on this machine in the place of a server does not work; says what and why.
    Local(String),
    /// This recipient cannot be told to a program; says why. It was not started.
    Unaddressable(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Reply(reply) => write!(f, "the server answered `{reply}`"),
            Trouble::Unreachable(text) => write!(f, "cannot connect{}", reason(text)),
            Trouble::NoNetwork(text) => write!(f, "this machine has no network{}", reason(text)),
            Trouble::Closed(text) => write!(f, "the connection was lost{}", reason(text)),
            Trouble::Silent { seconds } => write!(f, "no answer for {seconds} s"),
            Trouble::Protocol(text) => write!(f, "the server does not keep to the protocol{}", reason(text)),
            Trouble::Tls(text) => write!(f, "no TLS with this server{}", reason(text)),
            Trouble::NoCommonMechanism { offered } if offered.is_empty() => {
                f.write_str("the server offers no authentication; set auth to none if it needs none")
            }
            Trouble::NoCommonMechanism { offered } => {
                write!(f, "the server offers {} for authentication, none of which may be used", offered.join(", "))
            }
            Trouble::PasswordNeedsTls => f.write_str(
                "the password or token would go out in clear and was not sent; turn on TLS or use a mechanism that hides it",
            ),
            Trouble::MechanismUnusable { mechanism, why } => {
                write!(f, "{mechanism} cannot be used with this server{}", reason(why))
            }
            Trouble::ServerUnproven(why) => {
                write!(f, "the server has not proven that it knows the password, and gets no mail{}", reason(why))
            }
            Trouble::TokenRefused(reply) => write!(f, "the server refused the token: `{reply}`"),
            Trouble::StartTlsMissing => f.write_str("the server does not offer STARTTLS; nothing is sent without TLS"),
            Trouble::Withdrawn => f.write_str("the transaction was taken back before the message was sent"),
            Trouble::TooLarge { limit } => {
                write!(f, "the message is larger than the {limit} octets that the server takes")
            }
            Trouble::EightBitMissing => {
                f.write_str("the message has 8-bit octets and the server does not offer 8BITMIME")
            }
            Trouble::Settings(text) => write!(f, "the settings cannot be used{}", reason(text)),
            Trouble::Exit { text, .. } | Trouble::Local(text) | Trouble::Unaddressable(text) => {
                f.write_str(&cut(&printable(text.as_bytes())))
            }
        }
    }
}

fn reason(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {}", cut(&printable(text.as_bytes()))) }
}

/// One thing that went wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where.
    pub phase: Phase,
    /// What.
    pub trouble: Trouble,
}

impl Failure {
    /// Puts the two together.
    pub fn new(phase: Phase, trouble: Trouble) -> Self {
        Self { phase, trouble }
    }

    /// For a driver that got no connection: the reason in words.
    pub fn connect(text: impl Into<String>) -> Self {
        Self::new(Phase::Connect, Trouble::Unreachable(text.into()))
    }

    /// For a reply that is not the one hoped for: a refusal if it is one, else a breach of protocol.
    pub(crate) fn by_reply(phase: Phase, reply: Reply) -> Self {
        let trouble = if reply.code.is_transient() || reply.code.is_permanent() {
            Trouble::Reply(reply)
        } else {
            Trouble::Protocol(format!("unexpected reply `{reply}`"))
        };
        Self::new(phase, trouble)
    }

    /// The server's reply, if that was the trouble.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.trouble {
            Trouble::Reply(reply) | Trouble::TokenRefused(reply) => Some(reply),
            Trouble::Unreachable(_)
            | Trouble::NoNetwork(_)
            | Trouble::Closed(_)
            | Trouble::Silent { .. }
            | Trouble::Protocol(_)
            | Trouble::Tls(_)
            | Trouble::NoCommonMechanism { .. }
            | Trouble::PasswordNeedsTls
            | Trouble::MechanismUnusable { .. }
            | Trouble::ServerUnproven(_)
            | Trouble::StartTlsMissing
            | Trouble::Withdrawn
            | Trouble::TooLarge { .. }
            | Trouble::EightBitMissing
            | Trouble::Settings(_)
            | Trouble::Exit { .. }
            | Trouble::Local(_)
            | Trouble::Unaddressable(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    /// Writes `at rcpt: the server answered …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.phase, self.trouble)
    }
}

/// What became of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipientOutcome {
    /// The server took the message over, with this reply to the final dot.
    Delivered(Reply),
    /// What is in the place of a server took the message over, in these words.
    Taken {
        /// What it is.
        phase: Phase,
        /// Its words.
        text: String,
    },
    /// The server certainly has not got the message for this recipient.
    Failed(Failure),
    /// The final dot may have gone out and no reply to it could be read: the server may have the message or not.
    Uncertain(Failure),
}

/// What became of one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// One for each recipient, in the order of the transaction. What befell the session is repeated for each.
    pub recipients: Vec<RecipientOutcome>,
}

impl Outcome {
    /// The outcome of a transaction that failed for everybody before there was a session.
    pub fn failed(recipients: usize, failure: &Failure) -> Self {
        Self { recipients: vec![RecipientOutcome::Failed(failure.clone()); recipients] }
    }
}
