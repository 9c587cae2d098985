//! SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677), as a server does it: it holds the client's key against what it
//! has stored, and signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{Exchange, Login, Step};

const SALT: &[u8] = b"salt of the lab";
const ITERATIONS: u32 = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scram {
    hash: Hash,
    unique: String,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Start,
    /// The client's first message without its header, and what was answered.
    Challenged {
        user: String,
        bare: String,
        challenge: String,
        nonce: String,
    },
    Signed {
        user: String,
        signature: String,
    },
    Refused,
}

impl Scram {
    pub(super) fn start(hash: Hash, unique: String) -> Self {
        Self { hash, unique, state: State::Start }
    }

    pub(super) fn prompt(&self) -> String {
        match &self.state {
            State::Start => String::new(),
            State::Challenged { challenge, .. } => challenge.clone(),
            State::Signed { signature, .. } => format!("v={signature}"),
            State::Refused => "e=invalid-proof".to_owned(),
        }
    }

    pub(super) fn hear(self, text: &str, login: Option<&Login>) -> Step {
        let Self { hash, unique, state } = self;
        let next = match state {
            State::Start => first(text, &unique),
            State::Challenged { user, bare, challenge, nonce } => last(
                hash,
                text,
                &nonce,
                &format!("{bare},{challenge}"),
                login.filter(|login| login.user == user),
            ),
            State::Signed { user, .. } if text.is_empty() => return Step::Admitted(user),
            State::Refused if text.is_empty() => return Step::Refused,
            State::Signed { .. } | State::Refused => None,
        };
        next.map_or(Step::Malformed, |state| Step::Wait(Exchange::Scram(Self { hash, unique, state })))
    }
}

fn first(text: &str, unique: &str) -> Option<State> {
    let bare = text.strip_prefix("n,,")?;
    let (user, nonce) = bare.strip_prefix("n=")?.split_once(",r=")?;
    let is_escaped = user.split('=').skip(1).all(|rest| rest.starts_with("2C") || rest.starts_with("3D"));
    if user.is_empty() || !is_escaped || nonce.len() < 16 || nonce.contains(',') {
        return None;
    }
    let user = user.replace("=2C", ",").replace("=3D", "=");
    let nonce = format!("{nonce}{unique}");
    let challenge = format!("r={nonce},s={},i={ITERATIONS}", STANDARD.encode(SALT));
    Some(State::Challenged { user, bare: bare.to_owned(), challenge, nonce })
}

fn last(hash: Hash, text: &str, nonce: &str, before: &str, login: Option<&Login>) -> Option<State> {
    let (without_proof, proof) = text.rsplit_once(",p=")?;
    let proof = STANDARD.decode(proof).ok()?;
    if without_proof != format!("c=biws,r={nonce}") {
        return None;
    }
    let Some(login) = login else { return Some(State::Refused) };
    let signed = format!("{before},{without_proof}");
    let salted = hash.salted(login.password.as_bytes());
    let stored_key = hash.digest(&hash.hmac(&salted, b"Client Key"));
    let client_signature = hash.hmac(&stored_key, signed.as_bytes());
    let client_key: Vec<u8> = proof.iter().zip(&client_signature).map(|(one, other)| one ^ other).collect();
    if proof.len() != client_signature.len() || hash.digest(&client_key) != stored_key {
        return Some(State::Refused);
    }
    let signature = hash.hmac(&hash.hmac(&salted, b"Server Key"), signed.as_bytes());
    Some(State::Signed { user: login.user.clone(), signature: STANDARD.encode(signature) })
}

impl Hash {
    fn digest(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
        }
    }

    fn hmac(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        const ANY: &str = "HMAC takes keys of any length";
        match self {
            Self::Sha1 => Hmac::<Sha1>::new_from_slice(key)
                .expect(ANY)
                .chain_update(text)
                .finalize()
                .into_bytes()
                .to_vec(),
            Self::Sha256 => Hmac::<Sha256>::new_from_slice(key)
                .expect(ANY)
                .chain_update(text)
                .finalize()
                .into_bytes()
                .to_vec(),
        }
    }

    /// `Hi`, as the RFC writes it.
    fn salted(self, password: &[u8]) -> Vec<u8> {
        let mut last = self.hmac(password, &[SALT, &[0, 0, 0, 1]].concat());
        let mut sum = last.clone();
        for _ in 1..ITERATIONS {
            last = self.hmac(password, &last);
            sum.iter_mut().zip(&last).for_each(|(octet, other)| *octet ^= other);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by other means: the salts of the RFCs' examples are not the lab's.
    #[test]
    fn a_right_proof_is_signed_and_a_wrong_one_is_not() {
        for (hash, proof, signature) in [
            (Hash::Sha1, "n6FWneeCjuuP2y3jEwKhC4ny6Ac=", "ETIHXHd9VFn5DPZFMtkzRISLhYQ="),
            (
                Hash::Sha256,
                "D8+7NteFRK+4xnliCvfWQHscim5jxSJ0RdW3VJHXUNQ=",
                "46HxvvGMYbTOQBGj4MOg4tZfmAHKEg4FgsbJOYCPdvE=",
            ),
        ] {
            let last_of = |password: &str, proof: &str| {
                let login = Login { user: "us,er".to_owned(), password: password.to_owned() };
                let begun =
                    Scram::start(hash, "server".to_owned()).hear("n,,n=us=2Cer,r=0123456789abcdef", None);
                let Step::Wait(Exchange::Scram(begun)) = begun else { panic!("{begun:?}") };
                let said = format!("c=biws,r=0123456789abcdefserver,p={proof}");
                let Step::Wait(Exchange::Scram(end)) = begun.hear(&said, Some(&login)) else {
                    panic!("no answer")
                };
                (end.prompt(), end.hear("", None))
            };
            let good = (format!("v={signature}"), Step::Admitted("us,er".to_owned()));
            assert_eq!(last_of("pencil", proof), good, "{hash:?}");
            let refused = ("e=invalid-proof".to_owned(), Step::Refused);
            assert_eq!(last_of("pen", proof), refused, "{hash:?}");
            assert_eq!(last_of("pencil", "AAAA"), refused, "{hash:?}");
        }
    }
}
