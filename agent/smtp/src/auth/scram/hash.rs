//! The hash of a SCRAM mechanism, and what is built on it (RFC 5802 section 2.2).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Which hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum Hash {
    Sha1,
    Sha256,
}

/// A key, a signature, a digest.
type Octets = Zeroizing<Vec<u8>>;

impl Hash {
    /// `H`.
    pub(super) fn digest(self, text: &[u8]) -> Octets {
        Octets::new(match self {
            Self::Sha1 => Sha1::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
        })
    }

    /// `HMAC`.
    pub(super) fn hmac(self, key: &[u8], text: &[u8]) -> Octets {
        match self {
            Self::Sha1 => mac::<Hmac<Sha1>>(&keyed(key), &[text]),
            Self::Sha256 => mac::<Hmac<Sha256>>(&keyed(key), &[text]),
        }
    }

    /// `Hi`: the password, made expensive to guess. It is PBKDF2 with HMAC and one block.
    pub(super) fn salted(self, password: &[u8], salt: &[u8], iterations: u32) -> Octets {
        match self {
            Self::Sha1 => salted::<Hmac<Sha1>>(password, salt, iterations),
            Self::Sha256 => salted::<Hmac<Sha256>>(password, salt, iterations),
        }
    }
}

fn keyed<M: KeyInit>(key: &[u8]) -> M {
    M::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn mac<M: Mac + Clone>(keyed: &M, parts: &[&[u8]]) -> Octets {
    let mut mac = keyed.clone();
    for part in parts {
        mac.update(part);
    }
    Octets::new(mac.finalize().into_bytes().to_vec())
}

fn salted<M: Mac + KeyInit + Clone>(password: &[u8], salt: &[u8], iterations: u32) -> Octets {
    // The two first blocks of HMAC depend on the key alone: they are done once, not in each of the iterations.
    let keyed: M = keyed(password);
    let mut last = mac(&keyed, &[salt, &1_u32.to_be_bytes()]);
    let mut sum = last.clone();
    for _ in 1..iterations {
        let mut mac = keyed.clone();
        mac.update(&last);
        last.copy_from_slice(&mac.finalize().into_bytes());
        sum.iter_mut().zip(last.iter()).for_each(|(octet, other)| *octet ^= other);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::hex;

    /// RFC 6070, and the same inputs for SHA-256 as other implementations give them.
    #[test]
    fn salting_is_pbkdf2() {
        for (hash, password, salt, iterations, expected) in [
            (Hash::Sha1, "password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
            (Hash::Sha1, "password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
            (Hash::Sha1, "password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1"),
            (
                Hash::Sha256,
                "password",
                "salt",
                4096,
                "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
            ),
        ] {
            let salted = hash.salted(password.as_bytes(), salt.as_bytes(), iterations);
            assert_eq!(hex(&salted).as_str(), expected, "{hash:?} {iterations}");
        }
    }
}
