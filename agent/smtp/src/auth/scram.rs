//! SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 5802, RFC 7677): both sides prove that they know the password, which a listener
//! does not get and the server need not have.
//!
//! Without channel binding (`n,,`): no submission server was seen that offers it. Texts are prepared with `SASLprep`; one that
//! it forbids, such as a password with an emoji, goes as it is, which is what servers do that do not prepare at
//! all. A server whose signature is wrong or missing is not believed.

mod hash;
mod messages;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Exchange, Fault, ONE_CHALLENGE_TOO_MANY, Payload, Start, decode, decode_first, is_same};
pub(super) use hash::Hash;
use messages::{ServerFinal, ServerFirst};

/// No channel binding, and no authorisation identity.
const GS2_HEADER: &str = "n,,";

pub(super) struct Scram {
    hash: Hash,
    start: Start,
    state: State,
}

enum State {
    /// What we began with, without the header.
    Begun(String),
    /// Our proof went out.
    Proven {
        proof: Zeroizing<String>,
        /// What the server has to sign with.
        signature: Zeroizing<Vec<u8>>,
    },
    /// The server has proven itself, too.
    Mutual,
    /// The server gave a reason for its refusal.
    Refused(String),
}

impl Scram {
    pub(super) fn new(hash: Hash, start: Start) -> Self {
        let user = prepare(&start.credentials.user).replace('=', "=3D").replace(',', "=2C");
        let bare = format!("n={user},r={}", start.nonce);
        Self { hash, start, state: State::Begun(bare) }
    }

    /// The proof, and what the server has to answer (RFC 5802 section 3).
    fn prove(&mut self, bare: &str, challenge: &[u8]) -> Result<Payload, Fault> {
        let (hash, first) = (self.hash, ServerFirst::read(challenge, &self.start.nonce)?);
        let salted =
            hash.salted(prepare(self.start.credentials.secret()).as_bytes(), &first.salt, first.iterations);
        let client_key = hash.hmac(&salted, b"Client Key");
        let stored_key = hash.digest(&client_key);
        let without_proof = format!("c={},r={}", STANDARD.encode(GS2_HEADER), first.nonce);
        let signed = format!("{bare},{},{without_proof}", first.text);
        let client_signature = hash.hmac(&stored_key, signed.as_bytes());
        let mut proof = Zeroizing::new(client_key.to_vec());
        proof.iter_mut().zip(client_signature.iter()).for_each(|(octet, other)| *octet ^= other);
        let proof = Zeroizing::new(STANDARD.encode(&*proof));
        let signature = hash.hmac(&hash.hmac(&salted, b"Server Key"), signed.as_bytes());
        let message = format!("{without_proof},p={}", proof.as_str());
        self.state = State::Proven { proof, signature };
        Ok(Payload::new(message.into_bytes()))
    }
}

impl Exchange for Scram {
    fn initial(&mut self) -> Option<Payload> {
        match &self.state {
            State::Begun(bare) => Some(Payload::new(format!("{GS2_HEADER}{bare}").into_bytes())),
            State::Proven { .. } | State::Mutual | State::Refused(_) => None,
        }
    }

    fn answer(&mut self, challenge: &str) -> Result<Payload, Fault> {
        match &self.state {
            State::Begun(bare) => {
                let bare = bare.clone();
                self.prove(&bare, &decode_first(challenge)?)
            }
            State::Proven { signature, .. } => {
                let last = decode(challenge).and_then(|octets| ServerFinal::read(&octets));
                self.state = match last {
                    Some(ServerFinal::Signature(given)) if is_same(&given, signature) => State::Mutual,
                    Some(ServerFinal::Refused(why)) => State::Refused(why),
                    Some(ServerFinal::Signature(_)) | None => {
                        return Err(Fault::Unproven(
                            "its signature is not that of a server that knows the password",
                        ));
                    }
                };
                Ok(Payload::default())
            }
            State::Mutual | State::Refused(_) => Err(ONE_CHALLENGE_TOO_MANY),
        }
    }

    fn finish(&self) -> Result<(), Fault> {
        match &self.state {
            State::Mutual => Ok(()),
            State::Begun(_) | State::Proven { .. } | State::Refused(_) => {
                Err(Fault::Unproven("it let us in without its signature"))
            }
        }
    }

    fn refusal(&self) -> Option<&str> {
        match &self.state {
            State::Refused(why) => Some(why),
            State::Begun(_) | State::Proven { .. } | State::Mutual => None,
        }
    }

    fn derived(&self) -> Option<&str> {
        match &self.state {
            State::Proven { proof, .. } => Some(proof),
            State::Begun(_) | State::Mutual | State::Refused(_) => None,
        }
    }
}

/// `SASLprep` (RFC 4013), or the text as it is where that has no answer.
fn prepare(text: &str) -> Zeroizing<String> {
    Zeroizing::new(stringprep::saslprep(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned))
}

#[cfg(test)]
mod tests;
