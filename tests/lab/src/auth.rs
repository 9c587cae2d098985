//! The server's half of the AUTH exchanges (RFC 4954), written from their standards and not from the client.
//!
//! Knows how proofs travel and whether one fits a login; when AUTH is allowed is the session's business. One file a
//! family: `simple` has PLAIN, LOGIN and CRAM-MD5, the others what their names say.

mod bearer;
mod digest_md5;
mod scram;
mod simple;

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use bearer::Bearer;
use digest_md5::DigestMd5;
use scram::Scram;
use simple::Simple;

/// A name and a password that a server knows; for OAUTHBEARER and XOAUTH2 the password is the token.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

/// An exchange that waits for the client's next line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    Simple(Simple),
    DigestMd5(DigestMd5),
    Scram(Scram),
    Bearer(Bearer),
}

/// What came of a line of the client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The client has more to say.
    Wait(Exchange),
    /// It is this user.
    Admitted(String),
    /// It is not.
    Refused,
    /// The client took it back with `*`.
    Cancelled,
    /// Not base64, or not what the mechanism has at this place.
    Malformed,
}

impl Exchange {
    /// Starts a mechanism; `None` for one that the lab does not speak. `unique` goes into challenges and nonces.
    pub(crate) fn start(mechanism: &str, unique: String, host: &str) -> Option<Self> {
        Some(match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Self::Simple(Simple::Plain),
            "LOGIN" => Self::Simple(Simple::LoginUser),
            "CRAM-MD5" => Self::Simple(Simple::CramMd5 { challenge: unique }),
            "DIGEST-MD5" => Self::DigestMd5(DigestMd5::start(unique, host)),
            "SCRAM-SHA-1" => Self::Scram(Scram::start(scram::Hash::Sha1, unique)),
            "SCRAM-SHA-256" => Self::Scram(Scram::start(scram::Hash::Sha256, unique)),
            "OAUTHBEARER" => Self::Bearer(Bearer::start(bearer::Form::Standard)),
            "XOAUTH2" => Self::Bearer(Bearer::start(bearer::Form::AsInvented)),
            _ => return None,
        })
    }

    /// Whether a client may send its first response together with AUTH.
    pub(crate) fn takes_initial_response(&self) -> bool {
        match self {
            Self::Simple(simple) => simple.takes_initial_response(),
            Self::DigestMd5(_) => false,
            Self::Scram(_) | Self::Bearer(_) => true,
        }
    }

    /// What the server sends behind `334 ` to get the next line.
    pub(crate) fn prompt(&self) -> String {
        STANDARD.encode(match self {
            Self::Simple(simple) => simple.prompt(),
            Self::DigestMd5(digest) => digest.prompt(),
            Self::Scram(scram) => scram.prompt(),
            Self::Bearer(bearer) => bearer.prompt(),
        })
    }

    /// Takes the client's line, as it came, and holds it against the only login that there is; without one everybody is
    /// let in who need not be known for it.
    pub(crate) fn hear(self, line: &str, login: Option<&Login>) -> Step {
        if line == "*" {
            return Step::Cancelled;
        }
        // "=" is the empty response, which cannot be left out beside AUTH (RFC 4954 section 4).
        let encoded = if line == "=" { "" } else { line };
        let Some(text) = STANDARD.decode(encoded).ok().and_then(|octets| String::from_utf8(octets).ok())
        else {
            return Step::Malformed;
        };
        match self {
            Self::Simple(simple) => simple.hear(text, login),
            Self::DigestMd5(digest) => digest.hear(&text, login),
            Self::Scram(scram) => scram.hear(&text, login),
            Self::Bearer(bearer) => bearer.hear(&text, login),
        }
    }
}

/// Lower-case hexadecimal digits.
fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut hex, octet| {
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_can_be_cancelled_and_survives_nonsense() {
        for mechanism in [
            "PLAIN",
            "LOGIN",
            "CRAM-MD5",
            "DIGEST-MD5",
            "SCRAM-SHA-1",
            "SCRAM-SHA-256",
            "OAUTHBEARER",
            "XOAUTH2",
        ] {
            let start = || Exchange::start(mechanism, "x".to_owned(), "mx.example.jp").unwrap();
            assert_eq!(start().hear("*", None), Step::Cancelled, "{mechanism}");
            assert_eq!(start().hear("%%%", None), Step::Malformed, "{mechanism}");
        }
        assert_eq!(Exchange::start("NTLM", String::new(), ""), None);
    }

    #[test]
    fn a_login_is_never_shown_with_its_password() {
        let login = Login { user: "u".to_owned(), password: "tamago".to_owned() };
        assert!(!format!("{login:?}").contains("tamago"));
    }
}
