//! Nonces of ours, made of chance that the driver brings.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Octets of a nonce before base64: 144 bits, and no padding.
const NONCE_OCTETS: usize = 18;

/// Where the nonces of one session come from: 32 octets that nobody can foretell, and that are never used twice.
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Takes the octets over. The same ones give the same nonces, always.
    pub const fn new(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The nonce of the login with this number in the session: letters, digits, `+` and `/`. Who has seen one of them
    /// cannot tell the next.
    pub(crate) fn nonce(&self, number: usize) -> String {
        let number = u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes();
        let digest = Sha256::new().chain_update(self.0).chain_update(number).finalize();
        STANDARD.encode(&digest[..NONCE_OCTETS])
    }
}

impl fmt::Debug for Seed {
    /// Says that there is one, not which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_two_seeds_and_no_two_logins_have_the_same_nonce(one: [u8; 32], other: [u8; 32]) {
            let nonces = [Seed::new(one).nonce(0), Seed::new(one).nonce(1), Seed::new(other).nonce(0)];
            prop_assert_ne!(&nonces[0], &nonces[1]);
            prop_assert_eq!(one == other, nonces[0] == nonces[2]);
            for nonce in nonces {
                prop_assert_eq!(nonce.len(), 24);
                prop_assert!(nonce.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/".contains(&it)));
            }
        }
    }
}
