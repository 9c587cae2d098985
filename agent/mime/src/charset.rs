//! Which charset a field or a body is written in.
//!
//! Decided for each field by itself, so that one emoji in the Subject does not cost an old phone the body. The
//! smallest charset that holds every character wins; nothing is ever replaced by a question mark.

use crate::iso2022jp;
use crate::replace::{replace, replacement};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Characters that a remark names at most.
const REMARKED_MAX: usize = 8;

/// What a provider's identity asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CharsetPolicy {
    /// US-ASCII, else ISO-2022-JP if every character fits, else UTF-8.
    #[default]
    Auto,
    /// US-ASCII, else UTF-8.
    Utf8,
    /// US-ASCII, else ISO-2022-JP with replacements for characters that it lacks (`①` becomes `(1)`; the table is
    /// `replacements.txt`), else, where one has no replacement, UTF-8 with the text as it was given.
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
    if policy == CharsetPolicy::Utf8 {
        return plain(Charset::Utf8);
    }
    let strict = |text: String| {
        let octets = Cow::Owned(iso2022jp::encode(&text)?);
        // Replacements can make ASCII of it.
        let charset = if text.is_ascii() { Charset::UsAscii } else { Charset::Iso2022Jp };
        Some(Fitted { charset, text: Cow::Owned(text), octets })
    };
    let mapped = iso2022jp::map(text);
    let replaced = || match replace(&mapped) {
        Cow::Owned(replaced) if policy == CharsetPolicy::Iso2022Jp => strict(replaced),
        Cow::Owned(_) | Cow::Borrowed(_) => None,
    };
    strict(mapped.clone()).or_else(replaced).unwrap_or_else(|| plain(Charset::Utf8))
}

/// What [`fit`] had to do to the text that is called `what`, if ISO-2022-JP was asked for and lacks some of it.
pub(crate) fn remark(what: &str, text: &str, policy: CharsetPolicy) -> Option<String> {
    if policy != CharsetPolicy::Iso2022Jp || text.is_ascii() {
        return None;
    }
    let mapped = iso2022jp::map(text);
    if iso2022jp::encode(&mapped).is_some() {
        return None;
    }
    let is_lacking = |c: &char| !c.is_ascii() && iso2022jp::encode(c.encode_utf8(&mut [0; 4])).is_none();
    let lacking: BTreeSet<char> = mapped.chars().filter(is_lacking).collect();
    let without_help: Vec<char> = lacking.iter().copied().filter(|c| replacement(*c).is_none()).collect();
    if without_help.is_empty() {
        let one = |c: &char| match replacement(*c) {
            None | Some("" | " ") => format!("U+{:04X}", u32::from(*c)),
            Some(other) => format!("{c} as {other}"),
        };
        Some(format!("{what}: written for ISO-2022-JP: {}", some(lacking.iter().map(one))))
    } else {
        let one = |c: &char| format!("{} (U+{:04X})", c.escape_debug(), u32::from(*c));
        Some(format!(
            "{what}: sent as UTF-8: ISO-2022-JP has nothing for {}",
            some(without_help.iter().map(one))
        ))
    }
}

/// The first few of a list.
fn some(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(REMARKED_MAX);
    let mut shown: Vec<String> = items.take(REMARKED_MAX).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Charset, CharsetPolicy, fit, remark, replacement};

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
            ("the same with iso-2022-jp asked for", "ｶﾞｽ①", Iso2022Jp, Charset::Iso2022Jp, "ガス(1)"),
            ("ascii once it is replaced", "①", Iso2022Jp, Charset::UsAscii, "(1)"),
            ("no replacement for one of them", "ｶﾞｽ①🚨", Iso2022Jp, Charset::Utf8, "ｶﾞｽ①🚨"),
            ("latin", "Größe", Auto, Charset::Utf8, "Größe"),
            ("emoji", "🚨", Auto, Charset::Utf8, "🚨"),
        ] {
            let fitted = fit(text, policy);
            assert_eq!((fitted.charset, &*fitted.text), (charset, spelling), "{name}");
        }
    }

    #[test]
    fn what_was_done_for_iso_2022_jp_is_told_and_only_then() {
        for (text, told) in [
            ("障害 ｱﾗｰﾑ ～", None),
            ("①号機 ㈱例示", Some("Subject: written for ISO-2022-JP: ① as (1), ㈱ as (株)")),
            ("障害\u{A0}です", Some("Subject: written for ISO-2022-JP: U+00A0")),
            ("①号機 🚨", Some("Subject: sent as UTF-8: ISO-2022-JP has nothing for 🚨 (U+1F6A8)")),
            (
                "①②③④⑤⑥⑦⑧⑨⑩",
                Some(
                    "Subject: written for ISO-2022-JP: ① as (1), ② as (2), ③ as (3), ④ as (4), ⑤ as (5), ⑥ as (6), ⑦ as (7), ⑧ as (8), 2 more",
                ),
            ),
        ] {
            assert_eq!(remark("Subject", text, CharsetPolicy::Iso2022Jp).as_deref(), told, "{text}");
            assert_eq!(remark("Subject", text, CharsetPolicy::Auto), None);
        }
    }

    /// Reads ISO-2022-JP as RFC 1468 means it, through the table of another encoding; panics at anything else.
    fn decoded(octets: &[u8]) -> String {
        let is_empty_pair = |six: &[u8]| matches!(six, b"\x1b$B\x1b(B" | b"\x1b(B\x1b$B");
        assert!(!octets.windows(6).any(is_empty_pair), "{octets:02x?}");
        let (mut text, mut in_jis, mut rest) = (String::new(), false, octets);
        while let [first, tail @ ..] = rest {
            rest = match (rest, in_jis) {
                ([0x1b, b'$', b'B', behind @ ..], false) | ([0x1b, b'(', b'B', behind @ ..], true) => {
                    in_jis = !in_jis;
                    behind
                }
                ([lead @ (0x21..=0x28 | 0x30..=0x74), trail @ 0x21..=0x7e, behind @ ..], true) => {
                    let code = [lead | 0x80, trail | 0x80];
                    let (character, broken) = encoding_rs::EUC_JP.decode_without_bom_handling(&code);
                    assert!(!broken, "{octets:02x?}");
                    text.push_str(&character);
                    behind
                }
                ([0x20..=0x7e, ..], false) => {
                    text.push(char::from(*first));
                    tail
                }
                _ => panic!("{first:02x} in {octets:02x?}"),
            };
        }
        assert!(!in_jis, "does not end in ASCII: {octets:02x?}");
        text
    }

    #[test]
    fn every_character_of_unicode_alone_and_in_a_sentence_comes_back() {
        let mut fitted_alone = 0;
        for c in ('\0'..=char::MAX).filter(|c| !c.is_control()) {
            for text in [c.to_string(), format!("障害{c}発生 {c}b")] {
                // Without a replacement both policies do the same.
                let forced = replacement(c).map(|_| CharsetPolicy::Iso2022Jp);
                for policy in std::iter::once(CharsetPolicy::Auto).chain(forced) {
                    let fitted = fit(&text, policy);
                    match fitted.charset {
                        Charset::UsAscii => assert!(fitted.octets.is_ascii()),
                        Charset::Utf8 => {
                            assert_eq!((&*fitted.octets, &*fitted.text), (text.as_bytes(), &*text));
                        }
                        Charset::Iso2022Jp => {
                            // One code has two spellings, and the encoder knows both.
                            let same = |text: &str| text.replace('\u{2212}', "\u{FF0D}");
                            assert_eq!(same(&decoded(&fitted.octets)), same(&fitted.text), "{c:?}");
                        }
                    }
                    let is_given = fitted.charset != Charset::Iso2022Jp || policy == CharsetPolicy::Iso2022Jp;
                    assert!(is_given || *fitted.text == crate::iso2022jp::map(&text), "{c:?}");
                    if text.chars().count() == 1 && policy == CharsetPolicy::Auto {
                        fitted_alone += u32::from(fitted.charset == Charset::Iso2022Jp);
                    }
                }
            }
        }
        // 6,879 characters; second spellings: 63 in half width, and of nine signs.
        assert_eq!(fitted_alone, 6_879 + 63 + 9);
    }
}
