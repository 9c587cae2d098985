//! DIGEST-MD5 (RFC 2831): user, realm and password are hashed with nonces of both sides, and the server answers in kind.
//!
//! Only `qop=auth` is done: what follows the login is not signed or sealed, TLS does that. Every login is a fresh one
//! (`nc=00000001`). A server that does not prove with `rspauth` that it knows the password is not believed.

mod challenge;
mod directives;

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::{Exchange, Fault, ONE_CHALLENGE_TOO_MANY, Payload, Start, decode, decode_first, hex, is_same};
use challenge::{Challenge, Charset};

/// The only quality of protection that is done here.
const QOP: &str = "auth";
/// Every login is the first one with its nonce.
const COUNT: &str = "00000001";

pub(super) struct DigestMd5 {
    start: Start,
    state: State,
}

enum State {
    /// The server has to begin.
    Waiting,
    /// Our response went out.
    Responded {
        response: Zeroizing<String>,
        /// What the server has to answer.
        rspauth: Zeroizing<String>,
    },
    /// The server has proven itself; only the empty line was left to say.
    Proven,
}

impl DigestMd5 {
    pub(super) fn new(start: Start) -> Self {
        Self { start, state: State::Waiting }
    }

    fn respond(&mut self, challenge: &Challenge) -> Result<Payload, Fault> {
        let Start { credentials, host, nonce: cnonce, .. } = &self.start;
        let charset = challenge.charset;
        let realm = challenge.choose_realm(credentials.realm.as_deref(), host, &credentials.user)?;
        let hashed_realm = realm.as_deref().unwrap_or("");
        let (Some(wire_user), Some(wire_realm)) =
            (charset.encode(&credentials.user), charset.encode(hashed_realm))
        else {
            return Err(Fault::unusable(
                "the user has letters that a server without charset=utf-8 cannot read",
            ));
        };
        let hashed =
            [&credentials.user, hashed_realm, credentials.secret()].map(|text| charset.encode_for_hash(text));
        let [Some(user), Some(hashed_realm), Some(password)] = hashed else {
            return Err(Fault::unusable(
                "the password has letters that a server without charset=utf-8 cannot read",
            ));
        };
        let uri = format!("smtp/{host}");
        let proof = Proof {
            secret: md5(&[&user, b":", &hashed_realm, b":", &password]),
            nonce: &challenge.nonce,
            cnonce,
            uri: &uri,
        };
        let (response, rspauth) = (proof.of("AUTHENTICATE:"), proof.of(":"));

        let mut message = Payload::new(Vec::with_capacity(1024));
        if charset == Charset::Utf8 {
            message.extend_from_slice(b"charset=utf-8,");
        }
        quote(&mut message, "username", &wire_user);
        if realm.is_some() {
            quote(&mut message, "realm", &wire_realm);
        }
        quote(&mut message, "nonce", &challenge.nonce);
        message.extend_from_slice(format!("nc={COUNT},").as_bytes());
        quote(&mut message, "cnonce", cnonce.as_bytes());
        quote(&mut message, "digest-uri", uri.as_bytes());
        message.extend_from_slice(format!("response={},qop={QOP}", response.as_str()).as_bytes());
        self.state = State::Responded { response, rspauth };
        Ok(message)
    }
}

impl Exchange for DigestMd5 {
    fn answer(&mut self, challenge: &str) -> Result<Payload, Fault> {
        match &self.state {
            State::Waiting => {
                let challenge = Challenge::read(&decode_first(challenge)?)?;
                self.respond(&challenge)
            }
            State::Responded { rspauth, .. } => {
                if !proves(challenge, rspauth) {
                    return Err(Fault::Unproven(
                        "rspauth is not what a server that knows the password would say",
                    ));
                }
                self.state = State::Proven;
                Ok(Payload::default())
            }
            State::Proven => Err(ONE_CHALLENGE_TOO_MANY),
        }
    }

    fn finish(&self) -> Result<(), Fault> {
        match self.state {
            State::Proven => Ok(()),
            State::Waiting | State::Responded { .. } => Err(Fault::Unproven("it let us in without rspauth")),
        }
    }

    fn derived(&self) -> Option<&str> {
        match &self.state {
            State::Responded { response, .. } => Some(response),
            State::Waiting | State::Proven => None,
        }
    }
}

/// Whether a challenge in base64 holds the right `rspauth`, once.
fn proves(challenge: &str, rspauth: &str) -> bool {
    let Some(directives) = decode(challenge).and_then(|octets| directives::read(&octets)) else {
        return false;
    };
    let mut given = directives.iter().filter(|directive| directive.name == "rspauth");
    match (given.next(), given.next()) {
        (Some(only), None) => is_same(&only.value.to_ascii_lowercase(), rspauth.as_bytes()),
        _ => false,
    }
}

/// What both proofs are made of; they differ in one word only (RFC 2831 sections 2.1.2.1 and 2.1.3).
struct Proof<'a> {
    /// The hash of user, realm and password, as 16 octets.
    secret: Zeroizing<[u8; 16]>,
    nonce: &'a [u8],
    cnonce: &'a str,
    uri: &'a str,
}

impl Proof<'_> {
    fn of(&self, word: &str) -> Zeroizing<String> {
        let cnonce = self.cnonce.as_bytes();
        // md5-sess: the digest of the password goes in as octets, not as digits.
        let first = hex(&*md5(&[&*self.secret, b":", self.nonce, b":", cnonce]));
        let second = hex(&*md5(&[word.as_bytes(), self.uri.as_bytes()]));
        hex(&*md5(&[
            first.as_bytes(),
            b":",
            self.nonce,
            b":",
            COUNT.as_bytes(),
            b":",
            cnonce,
            b":",
            QOP.as_bytes(),
            b":",
            second.as_bytes(),
        ]))
    }
}

fn md5(parts: &[&[u8]]) -> Zeroizing<[u8; 16]> {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part);
    }
    Zeroizing::new(hash.finalize().into())
}

/// Writes `name="value",` with quotes and backslashes escaped.
fn quote(message: &mut Vec<u8>, name: &str, value: &[u8]) {
    message.extend_from_slice(name.as_bytes());
    message.extend_from_slice(b"=\"");
    for octet in value {
        if matches!(octet, b'"' | b'\\') {
            message.push(b'\\');
        }
        message.push(*octet);
    }
    message.extend_from_slice(b"\",");
}

#[cfg(test)]
mod tests;
