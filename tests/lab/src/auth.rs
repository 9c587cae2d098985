//! The server's half of the AUTH exchanges: PLAIN, LOGIN and CRAM-MD5 (RFC 4954, 4616, 2195).
//!
//! Only knows how proofs travel and whether one fits a login; when AUTH is allowed is the session's business.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;

/// A name and a password that a server knows.
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

impl Login {
    /// Whether this claim is proven by the password.
    pub(crate) fn admits(&self, claim: &Claim) -> bool {
        self.user == claim.user
            && match &claim.proof {
                Proof::Password(password) => *password == self.password,
                Proof::Digest { challenge, digest } => {
                    digest.eq_ignore_ascii_case(&cram_digest(&self.password, challenge))
                }
            }
    }
}

/// Somebody's word for who they are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) user: String,
    proof: Proof,
}

#[derive(Debug, PartialEq, Eq)]
enum Proof {
    Password(String),
    Digest { challenge: String, digest: String },
}

/// An exchange that waits for the client's next line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    Plain,
    LoginUser,
    LoginPassword { user: String },
    CramMd5 { challenge: String },
}

/// What came of a line of the client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The client has more to say.
    Wait(Exchange),
    /// The client has said everything.
    Claimed(Claim),
    /// The client took it back with `*`.
    Cancelled,
    /// Not base64, or not what the mechanism has at this place.
    Malformed,
}

impl Exchange {
    /// Starts a mechanism; `None` for one that the lab does not speak. The challenge is for CRAM-MD5.
    pub(crate) fn start(mechanism: &str, challenge: String) -> Option<Self> {
        match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Some(Self::Plain),
            "LOGIN" => Some(Self::LoginUser),
            "CRAM-MD5" => Some(Self::CramMd5 { challenge }),
            _ => None,
        }
    }

    /// Whether a client may send its first response together with AUTH.
    pub(crate) fn takes_initial_response(&self) -> bool {
        match self {
            Self::Plain | Self::LoginUser => true,
            Self::LoginPassword { .. } | Self::CramMd5 { .. } => false,
        }
    }

    /// What the server sends behind `334 ` to get the next line.
    pub(crate) fn prompt(&self) -> String {
        match self {
            Self::Plain => String::new(),
            Self::LoginUser => STANDARD.encode("Username:"),
            Self::LoginPassword { .. } => STANDARD.encode("Password:"),
            Self::CramMd5 { challenge } => STANDARD.encode(challenge),
        }
    }

    /// Takes the client's line, as it came.
    pub(crate) fn hear(self, line: &str) -> Step {
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
            Self::Plain => plain_claim(&text).map_or(Step::Malformed, Step::Claimed),
            Self::LoginUser => Step::Wait(Self::LoginPassword { user: text }),
            Self::LoginPassword { user } => Step::Claimed(Claim { user, proof: Proof::Password(text) }),
            Self::CramMd5 { challenge } => match text.rsplit_once(' ') {
                Some((user, digest)) => Step::Claimed(Claim {
                    user: user.to_owned(),
                    proof: Proof::Digest { challenge, digest: digest.to_owned() },
                }),
                None => Step::Malformed,
            },
        }
    }
}

/// Reads `authzid NUL authcid NUL password`. An authorisation id other than the user itself is not for the
/// lab.
fn plain_claim(text: &str) -> Option<Claim> {
    let mut parts = text.split('\0');
    let (act_as, user, password) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !(act_as.is_empty() || act_as == user) {
        return None;
    }
    Some(Claim { user: user.to_owned(), proof: Proof::Password(password.to_owned()) })
}

fn cram_digest(password: &str, challenge: &str) -> String {
    let mut mac = Hmac::<Md5>::new_from_slice(password.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(challenge.as_bytes());
    mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, octet| {
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim_of(step: Step) -> Claim {
        let Step::Claimed(claim) = step else { panic!("no claim: {step:?}") };
        claim
    }

    #[test]
    fn cram_md5_agrees_with_the_example_of_its_rfc() {
        let exchange =
            Exchange::start("CRAM-MD5", "<1896.697170952@postoffice.reston.mci.net>".to_owned()).unwrap();
        let login = Login { user: "tim".to_owned(), password: "tanstaaftanstaaf".to_owned() };
        let answer = STANDARD.encode("tim b913a602c7eda7a495b4e6e7334d3890");
        assert!(login.admits(&claim_of(exchange.hear(&answer))));
    }

    #[test]
    fn plain_takes_the_user_as_its_own_authorisation_id_and_nobody_else() {
        let login = Login { user: "u".to_owned(), password: "p".to_owned() };
        for (name, text, admitted) in [
            ("empty", "\0u\0p", Some(true)),
            ("the same", "u\0u\0p", Some(true)),
            ("wrong password", "\0u\0q", Some(false)),
            ("another", "root\0u\0p", None),
            ("too few parts", "u\0p", None),
        ] {
            let seen = match Exchange::Plain.hear(&STANDARD.encode(text)) {
                Step::Claimed(claim) => Some(login.admits(&claim)),
                Step::Malformed => None,
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(seen, admitted, "{name}");
        }
    }

    #[test]
    fn an_exchange_can_be_cancelled_and_survives_nonsense() {
        assert_eq!(Exchange::LoginUser.hear("*"), Step::Cancelled);
        assert_eq!(Exchange::LoginUser.hear("%%%"), Step::Malformed);
        assert_eq!(Exchange::Plain.hear("="), Step::Malformed);
    }

    #[test]
    fn a_login_is_never_shown_with_its_password() {
        let login = Login { user: "u".to_owned(), password: "tamago".to_owned() };
        assert!(!format!("{login:?}").contains("tamago"));
    }
}
