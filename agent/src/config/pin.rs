//! A pin: the SHA-256 digest of the public key that a server has to show (its `SubjectPublicKeyInfo`, RFC 7469).

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Octets of a SHA-256 digest.
const OCTETS: usize = 32;

/// As curl, HPKP and openssl write it; the padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The digest of a public key. It is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin([u8; OCTETS]);

impl Pin {
    /// Takes a digest; `None` if it is not one of SHA-256.
    pub fn new(digest: &[u8]) -> Option<Self> {
        digest.try_into().map(Self).ok()
    }

    /// Reads 64 hexadecimal digits, with or without colons, or base64; `sha256//` may stand before either.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let digest = text.strip_prefix("sha256//").unwrap_or(text);
        let digits: Vec<u8> = digest.bytes().filter(|octet| *octet != b':').collect();
        let octets = if digits.len() == 2 * OCTETS && digits.iter().all(u8::is_ascii_hexdigit) {
            digits.chunks(2).map(octet).collect()
        } else {
            BASE64.decode(digest).ok()
        };
        octets.as_deref().and_then(Self::new).ok_or_else(|| {
            let shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
            format!("`{shown}` is not a SHA-256 digest in hexadecimal digits or base64")
        })
    }
}

fn octet(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

impl fmt::Display for Pin {
    /// Writes hexadecimal digits, as `sha256sum` does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn a_pin_reads_the_same_in_every_way_of_writing_it() {
        let octets: Vec<u8> = (0..32).map(|octet| octet * 7).collect();
        let pin = Pin::new(&octets).expect("a pin");
        let hex = pin.to_string();
        let mut colons = String::new();
        for (n, digit) in hex.to_uppercase().chars().enumerate() {
            let colon = if n > 0 && n % 2 == 0 { ":" } else { "" };
            let _ = write!(colons, "{colon}{digit}");
        }
        let base64 = BASE64.encode(&octets);
        assert_eq!(base64.len(), 44);
        for text in [&hex, &colons, &base64, &base64[..43], &format!("sha256//{base64}")] {
            assert_eq!(Pin::parse(text), Ok(pin), "{text}");
        }
    }

    #[test]
    fn what_is_no_digest_of_sha_256_is_refused() {
        let hex = "0".repeat(64);
        for text in ["", "sha256//", &hex[..62], &format!("{hex}00"), &"z".repeat(64), "AAAA", "鍵"] {
            let error = Pin::parse(text).expect_err("no pin");
            assert!(error.contains("is not a SHA-256 digest"), "{error}");
        }
    }
}
