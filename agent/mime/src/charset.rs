//! Which charset a field or a body is written in.
//!
//! Decided for each field by itself, so that one emoji in the Subject does not cost an old phone the body. The
//! smallest charset that holds every character wins; nothing is ever replaced by a question mark.

use crate::iso2022jp;
use std::borrow::Cow;

/// What a provider's identity asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CharsetPolicy {
    /// US-ASCII, else ISO-2022-JP if every character fits, else UTF-8.
    #[default]
    Auto,
    /// US-ASCII, else UTF-8.
    Utf8,
    /// As [`CharsetPolicy::Auto`]: a character that does not fit sends its field to UTF-8.
    Iso2022Jp,
}

/// A charset that this crate writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// US-ASCII.
    UsAscii,
    /// ISO-2022-JP in the strict sense of RFC 1468.
    Iso2022Jp,
    /// UTF-8.
    Utf8,
}

impl Charset {
    /// The name on the wire, in upper case for the sake of old phones.
    pub fn label(self) -> &'static str {
        match self {
            Self::UsAscii => "US-ASCII",
            Self::Iso2022Jp => "ISO-2022-JP",
            Self::Utf8 => "UTF-8",
        }
    }
}

/// A text and the charset that holds it.
pub(crate) struct Fitted<'a> {
    pub(crate) charset: Charset,
    /// The text in the spelling that the charset takes: mapped for ISO-2022-JP, untouched otherwise.
    pub(crate) text: Cow<'a, str>,
    /// The same, encoded.
    pub(crate) octets: Cow<'a, [u8]>,
}

/// Finds the charset for a text whose controls are gone already.
pub(crate) fn fit(text: &str, policy: CharsetPolicy) -> Fitted<'_> {
    let plain =
        |charset| Fitted { charset, text: Cow::Borrowed(text), octets: Cow::Borrowed(text.as_bytes()) };
    if text.is_ascii() {
        return plain(Charset::UsAscii);
    }
    match policy {
        CharsetPolicy::Utf8 => plain(Charset::Utf8),
        CharsetPolicy::Auto | CharsetPolicy::Iso2022Jp => {
            let mapped = iso2022jp::map(text);
            match iso2022jp::encode(&mapped) {
                Some(octets) => Fitted {
                    charset: Charset::Iso2022Jp,
                    text: Cow::Owned(mapped),
                    octets: Cow::Owned(octets),
                },
                None => plain(Charset::Utf8),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Charset, CharsetPolicy, fit};

    #[test]
    fn the_smallest_charset_that_holds_every_character_wins() {
        use CharsetPolicy::{Auto, Iso2022Jp, Utf8};
        for (name, text, policy, charset, spelling) in [
            ("ascii", "disk full", Auto, Charset::UsAscii, "disk full"),
            ("ascii with utf-8 asked for", "disk full", Utf8, Charset::UsAscii, "disk full"),
            ("nothing", "", Auto, Charset::UsAscii, ""),
            ("japanese", "障害", Auto, Charset::Iso2022Jp, "障害"),
            ("japanese with utf-8 asked for", "障害", Utf8, Charset::Utf8, "障害"),
            ("respelled", "ｶﾞｽ ¥5", Auto, Charset::Iso2022Jp, "ガス ￥5"),
            ("one character too many, and the rest is left alone", "ｶﾞｽ①", Auto, Charset::Utf8, "ｶﾞｽ①"),
            ("the same with iso-2022-jp asked for", "ｶﾞｽ①", Iso2022Jp, Charset::Utf8, "ｶﾞｽ①"),
            ("latin", "Größe", Auto, Charset::Utf8, "Größe"),
            ("emoji", "🚨", Auto, Charset::Utf8, "🚨"),
        ] {
            let fitted = fit(text, policy);
            assert_eq!((fitted.charset, &*fitted.text), (charset, spelling), "{name}");
        }
    }
}
