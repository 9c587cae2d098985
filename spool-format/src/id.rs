//! The id of an alert: made once by whoever writes the file, never changed, also the name of the file.
//!
//! The layout is that of a ULID (48 bits of milliseconds, 80 bits of chance) in Crockford's base 32, in lower
//! case: 26 characters that sort by birth. Clock and chance are parameters; nothing here reads either.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wall::Wall;

/// Octets of chance in an id.
pub const ENTROPY_OCTETS: usize = 10;

/// Characters in an id.
pub const ID_CHARACTERS: usize = 26;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What each octet is worth as a digit; [`NONE`] for those that are none.
const DIGITS: [u8; 256] = {
    let mut digits = [NONE; 256];
    let mut digit = 0;
    while (digit as usize) < ALPHABET.len() {
        digits[ALPHABET[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};
const NONE: u8 = u8::MAX;

/// Names one alert for its whole life, in file names, journal and mail.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AlertId([u8; ID_CHARACTERS]);

// A journal of a hundred thousand alerts compares millions of times: as two numbers, not octet for octet.
impl Ord for AlertId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_numbers().cmp(&other.as_numbers())
    }
}

impl PartialOrd for AlertId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl AlertId {
    /// Makes an id from the moment of birth and ten octets of chance. Moments before 1970 count as 1970.
    pub fn new(born: Wall, entropy: [u8; ENTROPY_OCTETS]) -> Self {
        let millis = u64::try_from(born.unix_ms()).unwrap_or(0) & ((1 << 48) - 1);
        let mut value = u128::from(millis) << 80;
        for (at, octet) in entropy.iter().enumerate() {
            value |= u128::from(*octet) << (72 - 8 * at);
        }
        let mut text = [b'0'; ID_CHARACTERS];
        for slot in text.iter_mut().rev() {
            *slot = ALPHABET[(value & 31) as usize];
            value >>= 5;
        }
        Self(text)
    }

    /// Reads an id; `None` unless it is 26 characters of the alphabet and fits into 128 bits.
    pub fn parse(text: &str) -> Option<Self> {
        let octets: [u8; ID_CHARACTERS] = text.as_bytes().try_into().ok()?;
        // 26 characters hold 130 bits, so the first one may only be 0 to 7.
        let fits = octets[0] <= b'7' && octets.iter().all(|octet| DIGITS[usize::from(*octet)] != NONE);
        fits.then_some(Self(octets))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }

    /// The first sixteen and the last sixteen octets, which have some in common.
    fn as_numbers(&self) -> (u128, u128) {
        let (first, last) = (self.0.first_chunk(), self.0.last_chunk());
        let number = |octets: Option<&[u8; 16]>| octets.map_or(0, |octets| u128::from_be_bytes(*octets));
        (number(first), number(last))
    }

    /// The moment of birth that the id carries, to the millisecond.
    pub fn born(&self) -> Wall {
        let millis =
            self.0[..10].iter().fold(0_u64, |sum, octet| (sum << 5) | u64::from(DIGITS[usize::from(*octet)]));
        Wall::from_unix_ms(i64::try_from(millis).unwrap_or(0))
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for AlertId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for AlertId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or("an id is 26 characters, digits and lower-case letters without i, l, o and u")
    }
}

impl Serialize for AlertId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AlertId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_26_characters_and_carries_its_birth() {
        let born = Wall::from_unix_ms(1_795_580_000_123);
        let id = AlertId::new(born, *b"0123456789");
        assert_eq!(id.as_str().len(), ID_CHARACTERS);
        assert_eq!(id.born(), born);
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in [
            "",
            "01j9",
            "01J9X3TZZZZZZZZZZZZZZZZZZZ",
            "01j9x3tzzzzzzzzzzzzzzzzzzi",
            "8zzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(AlertId::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn ids_sort_as_their_texts_do(a: [u8; ENTROPY_OCTETS], b: [u8; ENTROPY_OCTETS], at in 0..ENTROPY_OCTETS, born in 0_i64..4) {
            // Also where they are the same up to there.
            let like_a = std::array::from_fn(|n| if n < at { a[n] } else { b[n] });
            let (one, other) = (AlertId::new(Wall::from_unix_ms(born), a), AlertId::new(Wall::from_unix_ms(1), like_a));
            prop_assert_eq!(one.cmp(&other), one.as_str().cmp(other.as_str()));
            prop_assert_eq!(one.born(), Wall::from_unix_ms(born));
        }

        #[test]
        fn ids_sort_by_birth_and_survive_a_round_trip(a in 0_i64..1 << 47, b in 0_i64..1 << 47, chance: [u8; ENTROPY_OCTETS]) {
            let (first, second) = (AlertId::new(Wall::from_unix_ms(a), chance), AlertId::new(Wall::from_unix_ms(b), chance));
            prop_assert_eq!(first.cmp(&second), a.cmp(&b));
            prop_assert_eq!(AlertId::parse(first.as_str()), Some(first));
        }
    }
}
