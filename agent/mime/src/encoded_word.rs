//! Encoded words: text in a header that is not plain ASCII (RFC 2047).
//!
//! Each word holds whole characters and starts and ends in ASCII state, so that it can be read alone. Base64
//! always: for Japanese it is shorter than Q and needs no exceptions in names. Words are not padded except for
//! the last one, where the characters allow it: some readers join the base64 of neighbours before they decode
//! it, and lose what stands behind a pad.

use crate::charset::Charset;
use crate::iso2022jp::{self, TO_ASCII, TO_JIS, Unit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest word, delimiters included (RFC 2047 section 2).
pub(crate) const WORD_OCTETS_MAX: usize = 75;
/// With this many columns any character fits, whatever the charset; with fewer a word goes to the next line.
pub(crate) const WORD_OCTETS_USEFUL: usize = 34;

/// Encodes `text`, which `charset` is known to hold, as words to be set apart by blanks.
///
/// The first word has at most `first` columns, each other one at most `others`; both between
/// [`WORD_OCTETS_USEFUL`] and [`WORD_OCTETS_MAX`].
pub(crate) fn words(charset: Charset, text: &str, first: usize, others: usize) -> Vec<String> {
    let characters = characters(charset, text);
    let mut rest = &characters[..];
    let mut words = Vec::new();
    let mut columns = first;
    while !rest.is_empty() {
        let overhead = "=??B??=".len() + charset.label().len();
        let (now, later) = rest.split_at(longest_prefix(rest, (columns - overhead) / 4 * 3));
        words.push(format!("=?{}?B?{}?=", charset.label(), STANDARD.encode(joined(now))));
        rest = later;
        columns = others;
    }
    words
}

/// One character as octets.
struct Character {
    octets: [u8; 4],
    len: usize,
    /// Stands in JIS X 0208 state.
    in_jis: bool,
}

fn characters(charset: Charset, text: &str) -> Vec<Character> {
    let short = |part: &[u8], in_jis| {
        let mut octets = [0; 4];
        octets[..part.len()].copy_from_slice(part);
        Character { octets, len: part.len(), in_jis }
    };
    match charset {
        Charset::UsAscii | Charset::Utf8 => {
            text.chars().map(|c| short(c.encode_utf8(&mut [0; 4]).as_bytes(), false)).collect()
        }
        Charset::Iso2022Jp => {
            let octets = iso2022jp::encode(text).expect("the caller found that every character fits");
            iso2022jp::units(&octets)
                .into_iter()
                .map(|unit| match unit {
                    Unit::Ascii(octet) => short(&[octet], false),
                    Unit::Jis(code) => short(&code, true),
                })
                .collect()
        }
    }
}

/// How many characters the next word takes: all if they fit, else the most that need no padding.
///
/// At least one: the least capacity is above that of the longest character with its escapes.
fn longest_prefix(characters: &[Character], octets_max: usize) -> usize {
    let (mut fitting, mut unpadded) = (0, 0);
    let mut open = 0;
    let mut in_jis = false;
    for (taken, character) in (1..).zip(characters) {
        open += character.len + if character.in_jis == in_jis { 0 } else { TO_JIS.len() };
        in_jis = character.in_jis;
        let closed = open + if in_jis { TO_ASCII.len() } else { 0 };
        if closed > octets_max {
            break;
        }
        fitting = taken;
        if closed % 3 == 0 {
            unpadded = taken;
        }
    }
    if fitting == characters.len() || unpadded == 0 { fitting.max(1) } else { unpadded }
}

/// The octets of one word, with the escapes that it needs.
fn joined(characters: &[Character]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(WORD_OCTETS_MAX);
    let mut in_jis = false;
    for character in characters {
        if character.in_jis != in_jis {
            octets.extend(if character.in_jis { TO_JIS } else { TO_ASCII });
            in_jis = character.in_jis;
        }
        octets.extend(&character.octets[..character.len]);
    }
    if in_jis {
        octets.extend(TO_ASCII);
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, WORD_OCTETS_MAX, WORD_OCTETS_USEFUL, words};
    use crate::charset::{Charset, CharsetPolicy, fit};
    use base64::Engine as _;
    use proptest::prelude::*;

    fn payloads(words: &[String]) -> Vec<Vec<u8>> {
        words.iter().map(|word| STANDARD.decode(word.split('?').nth(3).unwrap()).unwrap()).collect()
    }

    #[test]
    fn a_short_text_is_one_word() {
        assert_eq!(words(Charset::Iso2022Jp, "障害", 75, 75), ["=?ISO-2022-JP?B?GyRCPmMzMhsoQg==?="]);
        assert_eq!(words(Charset::Utf8, "🚨", 75, 75), ["=?UTF-8?B?8J+aqA==?="]);
        assert_eq!(words(Charset::UsAscii, "=?x?=", 75, 75), ["=?US-ASCII?B?PT94Pz0=?="]);
        assert!(words(Charset::Utf8, "", 75, 75).is_empty());
    }

    #[test]
    fn only_the_last_word_is_padded_when_the_characters_allow_it() {
        for (name, charset, text) in [
            ("kanji", Charset::Iso2022Jp, "障".repeat(100)),
            ("kanji and ascii in turn", Charset::Iso2022Jp, "障a".repeat(100)),
            ("ascii and kanji in turn", Charset::Iso2022Jp, "a障".repeat(100)),
            ("three octets", Charset::Utf8, "障".repeat(100)),
            ("four octets", Charset::Utf8, "🚨".repeat(100)),
            ("two octets", Charset::Utf8, "é".repeat(100)),
            ("one octet", Charset::UsAscii, "x".repeat(400)),
        ] {
            for first in WORD_OCTETS_USEFUL..=WORD_OCTETS_MAX {
                let words = words(charset, &text, first, WORD_OCTETS_MAX);
                let (_, early) = words.split_last().unwrap();
                assert!(early.len() > 2, "{name}");
                for word in early {
                    assert!(!word.ends_with("=?="), "{name}, {first} columns: {word}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_word_can_be_read_alone(
            text in prop_oneof!["[a-c あ-んア-ヴ漢字]{0,200}", "[a-c あ-ん🚨é]{0,200}", "[a-c ]{0,200}"],
            first in WORD_OCTETS_USEFUL..=WORD_OCTETS_MAX,
            others in WORD_OCTETS_USEFUL..=WORD_OCTETS_MAX,
        ) {
            let fitted = fit(&text, CharsetPolicy::Auto);
            let words = words(fitted.charset, &fitted.text, first, others);
            let mut read = String::new();
            for (n, (word, payload)) in words.iter().zip(payloads(&words)).enumerate() {
                let columns = if n == 0 { first } else { others };
                prop_assert!(word.len() <= columns);
                match fitted.charset {
                    Charset::UsAscii | Charset::Utf8 => read.push_str(std::str::from_utf8(&payload).unwrap()),
                    Charset::Iso2022Jp => {
                        prop_assert!(!payload.windows(6).any(|six| six == b"\x1b(B\x1b$B"));
                        let (part, broken) = encoding_rs::ISO_2022_JP.decode_without_bom_handling(&payload);
                        prop_assert!(!broken);
                        read.push_str(&part);
                    }
                }
            }
            prop_assert_eq!(read, fitted.text);
        }
    }
}
