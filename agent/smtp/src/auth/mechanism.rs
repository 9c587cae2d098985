//! The names of the mechanisms, and what is to be known of each before it begins.

use std::fmt;
use std::str::FromStr;

use super::scram::Hash;
use super::{Exchange, Start, cram_md5, digest_md5, login, oauth, plain, scram};

/// A way to prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mechanism {
    /// A token in place of a password (RFC 7628). Inside TLS only.
    OAuthBearer,
    /// The same in the form in which it was invented. Inside TLS only.
    XOAuth2,
    /// Both sides prove that they know the password, and nobody can read it on the way (RFC 5802, RFC 7677).
    ScramSha256,
    /// The same with an older hash (RFC 5802).
    ScramSha1,
    /// User and password in one message (RFC 4616). Inside TLS only.
    Plain,
    /// User and password one after the other; never standardised, offered everywhere. Inside TLS only.
    Login,
    /// Both sides prove that they know the password, by MD5 (RFC 2831; historic since RFC 6331).
    DigestMd5,
    /// HMAC-MD5 of a challenge (RFC 2195). Hides the password, if not from somebody who can guess it.
    CramMd5,
}

impl Mechanism {
    /// Every mechanism, in the order of [`AuthPolicy::Auto`](crate::AuthPolicy::Auto). Those by MD5 come last: they
    /// help only without TLS, and make servers keep passwords in a form that can be used.
    pub const ALL: [Self; 8] = [
        Self::OAuthBearer,
        Self::XOAuth2,
        Self::ScramSha256,
        Self::ScramSha1,
        Self::Plain,
        Self::Login,
        Self::DigestMd5,
        Self::CramMd5,
    ];

    /// The name in configurations and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OAuthBearer => "oauthbearer",
            Self::XOAuth2 => "xoauth2",
            Self::ScramSha256 => "scram-sha-256",
            Self::ScramSha1 => "scram-sha-1",
            Self::Plain => "plain",
            Self::Login => "login",
            Self::DigestMd5 => "digest-md5",
            Self::CramMd5 => "cram-md5",
        }
    }

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::DigestMd5 => "DIGEST-MD5",
            Self::CramMd5 => "CRAM-MD5",
        }
    }

    /// Whether somebody who listens does not get what logs in: the password, or the token.
    pub fn hides_the_password(self) -> bool {
        match self {
            Self::OAuthBearer | Self::XOAuth2 | Self::Plain | Self::Login => false,
            Self::ScramSha256 | Self::ScramSha1 | Self::DigestMd5 | Self::CramMd5 => true,
        }
    }

    /// Whether it takes a token, and not a password.
    pub fn wants_token(self) -> bool {
        match self {
            Self::OAuthBearer | Self::XOAuth2 => true,
            Self::ScramSha256
            | Self::ScramSha1
            | Self::Plain
            | Self::Login
            | Self::DigestMd5
            | Self::CramMd5 => false,
        }
    }

    /// Begins an exchange with a server.
    pub(crate) fn start(self, start: Start) -> Box<dyn Exchange> {
        match self {
            Self::OAuthBearer => Box::new(oauth::Bearer::standard(start)),
            Self::XOAuth2 => Box::new(oauth::Bearer::as_invented(start)),
            Self::ScramSha256 => Box::new(scram::Scram::new(Hash::Sha256, start)),
            Self::ScramSha1 => Box::new(scram::Scram::new(Hash::Sha1, start)),
            Self::Plain => Box::new(plain::Plain::new(start.credentials)),
            Self::Login => Box::new(login::Login::new(start.credentials)),
            Self::DigestMd5 => Box::new(digest_md5::DigestMd5::new(start)),
            Self::CramMd5 => Box::new(cram_md5::CramMd5::new(start.credentials)),
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no mechanism of this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown auth mechanism `{0}`; known are {list}", list = Mechanism::ALL.map(Mechanism::as_str).join(", "))]
pub struct UnknownMechanism(
    /// The name as it was given.
    pub String,
);

impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    /// Reads the name in any case.
    fn from_str(text: &str) -> Result<Self, UnknownMechanism> {
        Self::ALL
            .into_iter()
            .find(|mechanism| mechanism.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownMechanism(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_written_in_one() {
        for mechanism in Mechanism::ALL {
            assert_eq!(mechanism.as_str().to_uppercase().parse(), Ok(mechanism));
            assert_eq!(mechanism.as_str().to_uppercase(), mechanism.name());
        }
        assert_eq!(
            "ntlm".parse::<Mechanism>().unwrap_err().to_string(),
            "unknown auth mechanism `ntlm`; known are oauthbearer, xoauth2, scram-sha-256, scram-sha-1, plain, login, \
             digest-md5, cram-md5"
        );
    }
}
