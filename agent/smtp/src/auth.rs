//! The mechanisms of AUTH (RFC 4954), and which of them may be used.
//!
//! One file a mechanism, each an [`Exchange`]: an optional first message, then an answer to each challenge. A new one
//! is a file, a variant of [`Mechanism`] and a line in each `match` below. What a mechanism needs from outside, such as
//! a client nonce, will come in as a parameter: nothing here draws chance.

mod cram_md5;
mod login;
mod plain;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::outcome::Trouble;
use crate::secret::Credentials;
use crate::settings::AuthPolicy;

/// A way to prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mechanism {
    /// User and password in one message (RFC 4616). Inside TLS only.
    Plain,
    /// User and password one after the other; never standardised, offered everywhere. Inside TLS only.
    Login,
    /// HMAC-MD5 of a challenge (RFC 2195). Hides the password, if not from somebody who can guess it.
    CramMd5,
}

impl Mechanism {
    /// The order of [`AuthPolicy::Auto`]. The MD5 one comes last: it helps only without TLS, and makes servers keep
    /// passwords in a form that can be used.
    const AUTO: [Self; 3] = [Self::Plain, Self::Login, Self::CramMd5];

    /// The name in configurations and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Login => "login",
            Self::CramMd5 => "cram-md5",
        }
    }

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
        }
    }

    /// Whether somebody who listens does not get the password.
    pub fn hides_the_password(self) -> bool {
        match self {
            Self::Plain | Self::Login => false,
            Self::CramMd5 => true,
        }
    }

    /// Begins an exchange with a server.
    pub(crate) fn start(self, credentials: Arc<Credentials>) -> Box<dyn Exchange> {
        match self {
            Self::Plain => Box::new(plain::Plain::new(credentials)),
            Self::Login => Box::new(login::Login::new(credentials)),
            Self::CramMd5 => Box::new(cram_md5::CramMd5::new(credentials)),
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
#[error("unknown auth mechanism `{0}`; known are plain, login, cram-md5")]
pub struct UnknownMechanism(
    /// The name as it was given.
    pub String,
);

impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    /// Reads the name in any case.
    fn from_str(text: &str) -> Result<Self, UnknownMechanism> {
        Self::AUTO
            .into_iter()
            .find(|mechanism| mechanism.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownMechanism(text.to_owned()))
    }
}

/// Octets that go to the server in base64, overwritten when they go.
pub(crate) type Payload = Zeroizing<Vec<u8>>;

/// One run of a mechanism.
pub(crate) trait Exchange: Send + Sync {
    /// The first message, for mechanisms in which the client begins.
    fn initial(&mut self) -> Option<Payload>;

    /// The answer to a challenge, which is still in base64. An error says what is wrong with the challenge.
    fn answer(&mut self, challenge: &str) -> Result<Payload, &'static str>;
}

/// What a mechanism says to a challenge that it does not expect.
const ONE_CHALLENGE_TOO_MANY: &str = "another challenge although everything was said";

/// The mechanisms that may be tried, best first; never an empty list.
///
/// A policy that wants authentication and finds no way fails here: mail is never sent without it by accident.
pub(crate) fn choose(policy: &AuthPolicy, offered: &[String], tls: bool) -> Result<Vec<Mechanism>, Trouble> {
    let wanted: &[Mechanism] = match policy {
        AuthPolicy::None => &[],
        AuthPolicy::Auto => &Mechanism::AUTO,
        AuthPolicy::Listed(listed) => listed,
    };
    let mut common: Vec<Mechanism> = Vec::new();
    for mechanism in wanted {
        if offered.iter().any(|name| name == mechanism.name()) && !common.contains(mechanism) {
            common.push(*mechanism);
        }
    }
    if common.is_empty() {
        return Err(Trouble::NoCommonMechanism { offered: offered.to_vec() });
    }
    common.retain(|mechanism| tls || mechanism.hides_the_password());
    if common.is_empty() { Err(Trouble::PasswordNeedsTls) } else { Ok(common) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mechanism::{CramMd5, Login, Plain};

    #[test]
    fn the_choice_never_shows_a_password_and_is_never_silently_none() {
        let auto = AuthPolicy::Auto;
        let listed = |mechanisms: &[Mechanism]| AuthPolicy::Listed(mechanisms.to_vec());
        let none_of = |names: &[&str]| {
            Err(Trouble::NoCommonMechanism { offered: names.iter().map(|name| (*name).to_owned()).collect() })
        };
        for (name, policy, offered, tls, chosen) in [
            (
                "auto in TLS",
                &auto,
                &["CRAM-MD5", "LOGIN", "PLAIN"][..],
                true,
                Ok(vec![Plain, Login, CramMd5]),
            ),
            ("auto in clear", &auto, &["CRAM-MD5", "LOGIN", "PLAIN"], false, Ok(vec![CramMd5])),
            ("only clear ones", &auto, &["LOGIN", "PLAIN"], false, Err(Trouble::PasswordNeedsTls)),
            (
                "listed in clear",
                &listed(&[Plain]),
                &["PLAIN", "CRAM-MD5"],
                false,
                Err(Trouble::PasswordNeedsTls),
            ),
            (
                "listed order",
                &listed(&[Login, Plain, Login]),
                &["PLAIN", "LOGIN"],
                true,
                Ok(vec![Login, Plain]),
            ),
            ("unknown ones", &auto, &["XOAUTH2"], true, none_of(&["XOAUTH2"])),
            ("none offered", &auto, &[], true, none_of(&[])),
            ("none listed", &listed(&[]), &["PLAIN"], true, none_of(&["PLAIN"])),
        ] {
            let offered: Vec<String> = offered.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(choose(policy, &offered, tls), chosen, "{name}");
        }
    }

    #[test]
    fn names_are_read_in_any_case_and_written_in_one() {
        for mechanism in Mechanism::AUTO {
            assert_eq!(mechanism.as_str().to_uppercase().parse(), Ok(mechanism));
        }
        assert_eq!(
            "ntlm".parse::<Mechanism>().unwrap_err().to_string(),
            "unknown auth mechanism `ntlm`; known are plain, login, cram-md5"
        );
    }
}
