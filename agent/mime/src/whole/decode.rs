//! From octets in some charset to text, when the label is missing or wrong.
//!
//! A label is believed as long as the octets can be what it says. If not, the octets decide: UTF-8 proves itself, the
//! Japanese charsets by what their text would look like, and what remains is Latin. Nothing is lost: an octet that has
//! no place in a text otherwise sound is shown as `\xE3`.

use encoding_rs::{
    DecoderResult, EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};
use std::fmt::Write as _;

/// Names that Japanese programs use and the web does not know.
const ALIASES: [(&str, &Encoding); 12] = [
    ("cp932", SHIFT_JIS),
    ("cp50220", ISO_2022_JP),
    ("cp50221", ISO_2022_JP),
    ("cp51932", EUC_JP),
    ("csiso2022jp", ISO_2022_JP),
    ("euc-jp-ms", EUC_JP),
    ("eucjp", EUC_JP),
    ("eucjp-ms", EUC_JP),
    ("eucjp-win", EUC_JP),
    ("iso-2022-jp-ms", ISO_2022_JP),
    ("sjis-win", SHIFT_JIS),
    ("utf-8mb4", UTF_8),
];
/// Labels that say nothing.
const EMPTY: [&str; 8] = ["", "8bit", "binary", "default", "none", "unknown", "unknown-8bit", "x-unknown"];
/// Labels of plain ASCII; the web reads them as Latin.
const ASCII: [&str; 6] = ["us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "us", "646"];

/// From this row of JIS X 0208 on there are rare kanji only.
const RARE_ROW: u8 = 48;

/// The start of a text tells what it is.
const EVIDENCE_OCTETS: usize = 64 * 1024;
/// Of the start, so many characters. Each costs a search through the table of kanji.
const EVIDENCE_CHARACTERS: usize = 2_000;

/// A text that was found in octets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// The octets are what their label says, so that a reader comes to the same text.
    pub(super) is_as_labelled: bool,
}

/// Decodes octets whose line ends do not matter. `None` if the label names a charset that nobody here can read.
pub(super) fn decode(octets: &[u8], label: Option<&str>) -> Option<Decoded> {
    let label = label.unwrap_or_default().trim().to_ascii_lowercase();
    let says_nothing = EMPTY.contains(&&*label);
    let says_ascii = ASCII.contains(&&*label);
    let named = if says_nothing || says_ascii { None } else { Some(encoding(&label)?) };
    let found = |mut text: String, is_as_labelled| {
        if text.starts_with('\u{FEFF}') {
            text.remove(0);
        }
        Some(Decoded { text, is_as_labelled })
    };

    let is_plain = octets.is_ascii() && !octets.contains(&0x1b);
    if is_plain && !named.is_some_and(is_wide) {
        return found(String::from_utf8_lossy(octets).into_owned(), true);
    }
    // Every label is met on text of this kind, since it passes for ASCII everywhere.
    if octets.is_ascii() && !named.is_some_and(is_wide) {
        let sound = strictly(octets, ISO_2022_JP);
        let is_as_labelled = sound.is_some() && named == Some(ISO_2022_JP);
        let text = sound.or_else(|| mostly(octets, ISO_2022_JP));
        if let Some(text) = text.filter(|text| !text.is_ascii()) {
            return found(text, is_as_labelled);
        }
    }
    let labelled = named.and_then(|encoding| Some((encoding, strictly(octets, encoding)?)));
    if let Some((encoding, text)) = labelled
        && (encoding == UTF_8 || !is_rather_another(octets, encoding, &text))
    {
        return found(text, true);
    }
    // Octets that are not plain need a label.
    if let Ok(text) = std::str::from_utf8(octets) {
        return found(text.to_owned(), octets.is_ascii());
    }
    // Two kanji of EUC-JP can hold a whole character of UTF-8, with a damaged one at each side of it. The reading without
    // a fault wins: what UTF-8 is made of has next to no place in EUC-JP.
    if named.is_none_or(|encoding| encoding == UTF_8 || encoding.is_single_byte())
        && let Some(text) = strictly(octets, EUC_JP).filter(|text| Evidence::of(text, 0).is_faultless())
    {
        return found(text, false);
    }
    let damaged = [named, Some(UTF_8), octets.contains(&0x1b).then_some(ISO_2022_JP)];
    let text = damaged.into_iter().flatten().find_map(|encoding| mostly(octets, encoding));
    let text = text.or_else(|| japanese(octets)).unwrap_or_else(|| latin(octets));
    found(text, false)
}

/// Decodes a raw header value. Headers were UTF-8 whenever they were anything, whatever the body is.
pub(super) fn decode_header(octets: &[u8], label: Option<&str>) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.contains('\x1b') => text.to_owned(),
        _ => decode(octets, label).or_else(|| decode(octets, None)).map_or_else(String::new, |it| it.text),
    }
}

/// Whether a label names UTF-16, whose line ends are no octets of their own.
pub(super) fn is_wide_label(label: Option<&str>) -> bool {
    label.and_then(|label| encoding(&label.trim().to_ascii_lowercase())).is_some_and(is_wide)
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    let alias = ALIASES.iter().find(|(name, _)| *name == label).map(|(_, encoding)| *encoding);
    alias.or_else(|| Encoding::for_label_no_replacement(label.as_bytes()))
}

fn is_wide(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn strictly(octets: &[u8], encoding: &'static Encoding) -> Option<String> {
    if encoding == ISO_2022_JP {
        let octets = without_idle_escapes(octets);
        let text = encoding.decode_without_bom_handling_and_without_replacement(&octets)?;
        return Some(text.into_owned());
    }
    let (encoding, octets) = match octets {
        [0xfe, 0xff, rest @ ..] if is_wide(encoding) => (UTF_16BE, rest),
        [0xff, 0xfe, rest @ ..] if is_wide(encoding) => (UTF_16LE, rest),
        _ => (encoding, octets),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(octets)?;
    Some(text.into_owned())
}

/// The octets can be read as their label says, but are clearly something else.
fn is_rather_another(octets: &[u8], encoding: &'static Encoding, text: &str) -> bool {
    if is_wide(encoding) || octets.is_ascii() {
        return false;
    }
    let utf_8 = std::str::from_utf8(octets);
    if encoding == SHIFT_JIS || encoding == EUC_JP {
        // Half-width katakana can look like UTF-8, but not like its characters of three octets.
        utf_8.is_ok_and(|text| text.chars().any(|c| c >= '\u{800}')) && !Evidence::of(text, 0).is_japanese()
    } else if encoding.is_single_byte() {
        // Every octet is a letter there, so that it says little that they could be read.
        utf_8.is_ok() || (encoding == WINDOWS_1252 && japanese(octets).is_some())
    } else {
        false
    }
}

/// The text if it has at least as many characters as places where there is none.
fn mostly(octets: &[u8], encoding: &'static Encoding) -> Option<String> {
    if is_wide(encoding) || encoding.is_single_byte() {
        return None;
    }
    let (text, bad) = if encoding == ISO_2022_JP {
        with_escapes(&without_idle_escapes(octets), encoding)
    } else {
        with_escapes(octets, encoding)
    };
    let sound = text.chars().filter(|c| !c.is_ascii()).count();
    (sound > 0 && sound >= bad).then_some(text)
}

/// EUC-JP or `Shift_JIS`, if one of them gives a text that looks Japanese.
fn japanese(octets: &[u8]) -> Option<String> {
    let sample = &octets[..octets.len().min(EVIDENCE_OCTETS)];
    let candidates = [EUC_JP, SHIFT_JIS].map(|encoding| {
        let (text, bad) = with_escapes(sample, encoding);
        (Evidence::of(&text, bad), encoding)
    });
    let best = candidates.into_iter().filter(|(evidence, _)| evidence.is_japanese());
    let (_, encoding) = best.max_by_key(|(evidence, _)| evidence.score())?;
    Some(with_escapes(octets, encoding).0)
}

fn latin(octets: &[u8]) -> String {
    let (text, _) = with_escapes(octets, WINDOWS_1252);
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Five octets that Windows has no letter for.
            '\u{80}'..='\u{9f}' => {
                write!(shown, "\\x{:02X}", u32::from(c)).expect("a string takes everything");
            }
            _ => shown.push(c),
        }
    }
    shown
}

/// Drops escape sequences of ISO-2022-JP that another one follows at once. Many programs write them; browsers, and with
/// them the decoder, take them for an attack.
fn without_idle_escapes(octets: &[u8]) -> Vec<u8> {
    let is_escape =
        |rest: &[u8]| matches!(rest, [0x1b, b'(', b'B' | b'J' | b'I', ..] | [0x1b, b'$', b'@' | b'B', ..]);
    let mut kept = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let [first, tail @ ..] = rest {
        if is_escape(rest) && is_escape(&rest[3..]) {
            rest = &rest[3..];
        } else {
            kept.push(*first);
            rest = tail;
        }
    }
    kept
}

/// Decodes all that can be decoded, shows the other octets as escapes, and counts their places. Controls vanish, as they do
/// from every text.
fn with_escapes(octets: &[u8], encoding: &'static Encoding) -> (String, usize) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(octets.len()).unwrap_or(octets.len() * 3);
    let mut text = String::with_capacity(room + 8);
    let (mut rest, mut bad) = (octets, 0);
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        match result {
            DecoderResult::InputEmpty => return (text, bad),
            DecoderResult::OutputFull => {
                rest = &rest[read..];
                text.reserve(rest.len() * 3 + 16);
            }
            DecoderResult::Malformed(count, behind) => {
                let at = octets.len() - rest.len() + read;
                let end = at.saturating_sub(usize::from(behind));
                bad += 1;
                for octet in &octets[end.saturating_sub(usize::from(count))..end] {
                    if !octet.is_ascii() {
                        write!(text, "\\x{octet:02X}").expect("a string takes everything");
                    } else if !octet.is_ascii_control() || matches!(octet, b'\t' | b'\r' | b'\n') {
                        text.push(char::from(*octet));
                    }
                }
                rest = &rest[read..];
            }
        }
    }
}

/// What speaks for a Japanese text, and what against it.
struct Evidence {
    /// Kana, marks, and the kanji of everyday (JIS X 0208 rows 1 to 47).
    common: usize,
    /// Half-width katakana: what EUC-JP looks like when it is read as `Shift_JIS`.
    half_width: usize,
    /// Rare kanji, private characters, octets that are none.
    odd: usize,
}

impl Evidence {
    fn of(text: &str, bad: usize) -> Self {
        let mut evidence = Self { common: 0, half_width: 0, odd: bad * 3 };
        for c in text.chars().filter(|c| !c.is_ascii()).take(EVIDENCE_CHARACTERS) {
            if matches!(c, '\u{FF61}'..='\u{FF9F}') {
                evidence.half_width += 1;
                continue;
            }
            let mut buffer = [0; 4];
            let (code, _, is_missing) = EUC_JP.encode(c.encode_utf8(&mut buffer));
            match *code {
                [lead, _] if !is_missing && lead < 0xa0 + RARE_ROW => evidence.common += 1,
                _ => evidence.odd += 1,
            }
        }
        evidence
    }

    fn is_japanese(&self) -> bool {
        self.common * 2 > self.odd * 2 + self.half_width
    }

    /// Only what is common, and some of it.
    fn is_faultless(&self) -> bool {
        self.common > 0 && self.odd == 0 && self.half_width == 0
    }

    fn score(&self) -> isize {
        let signed = |count: usize| isize::try_from(count).unwrap_or(isize::MAX / 4);
        signed(self.common) * 2 - signed(self.odd) * 2 - signed(self.half_width)
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_header};
    use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8};

    const TEXTS: [&str; 8] = [
        "障害",
        "障害が発生しました。",
        "ﾃﾞｨｽｸ障害が発生しました｡",
        "/dev/sda1: 使用率 98 %",
        "㈱例示の①号機",
        "あ",
        "バックアップに失敗しました: 終了コード 1",
        "ｼｽﾃﾑ: 正常に戻りました",
    ];

    fn octets(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn japanese_is_found_without_a_label_and_under_every_wrong_one() {
        for text in TEXTS {
            for encoding in [UTF_8, EUC_JP, SHIFT_JIS, ISO_2022_JP] {
                let octets = octets(text, encoding);
                // ISO-2022-JP knows katakana in full width only.
                let text = if encoding == ISO_2022_JP {
                    encoding.decode(&octets).0.into_owned()
                } else {
                    text.to_owned()
                };
                for label in [None, Some("us-ascii"), Some("utf-8"), Some("iso-8859-1"), Some("unknown-8bit")]
                {
                    let decoded = decode(&octets, label).unwrap();
                    assert_eq!(decoded.text, text, "{} as {label:?}", encoding.name());
                    let is_right =
                        label.is_some_and(|label| Encoding::for_label(label.as_bytes()) == Some(encoding));
                    assert_eq!(decoded.is_as_labelled, is_right, "{} as {label:?}", encoding.name());
                }
                assert_eq!(decode_header(&octets, None), text, "{}", encoding.name());
            }
        }
    }

    #[test]
    fn utf_8_is_found_under_japanese_labels_and_they_are_believed_otherwise() {
        for text in TEXTS.iter().filter(|text| text.chars().count() > 1) {
            for label in ["shift_jis", "euc-jp", "iso-2022-jp", "windows-31j"] {
                assert_eq!(decode(text.as_bytes(), Some(label)).unwrap().text, **text, "{label}");
            }
            for (encoding, label) in [(SHIFT_JIS, "cp932"), (EUC_JP, "eucJP-ms"), (SHIFT_JIS, "Windows-31J")]
            {
                let decoded = decode(&octets(text, encoding), Some(label)).unwrap();
                assert_eq!((&*decoded.text, decoded.is_as_labelled), (*text, true), "{label}");
            }
        }
        // Octets that could be either are what the label says.
        assert_eq!(decode(b"\xc3\xbd", Some("shift_jis")).unwrap().text, "ﾃｽ");
    }

    #[test]
    fn latin_text_is_not_taken_for_japanese() {
        for text in [
            "Größe",
            "déjà créé, à l'été",
            "Ångström",
            "¡Mañana!",
            "naïve café",
            "Übergröße: 5 €",
            "õäöü ÕÄÖÜ",
        ] {
            let octets = octets(text, encoding_rs::WINDOWS_1252);
            for label in [None, Some("us-ascii"), Some("iso-8859-1"), Some("utf-8")] {
                assert_eq!(decode(&octets, label).unwrap().text, text, "{label:?}");
            }
        }
    }

    #[test]
    fn what_is_damaged_is_read_around_the_damage() {
        for (name, octets, label, text) in [
            ("cut utf-8", &b"\xe3\x81\x82\xe3\x81"[..], None, "あ\\xE3\\x81"),
            ("cut utf-8 with its label", b"\x82\xe3\x81\x82", Some("utf-8"), "\\x82あ"),
            ("cut shift_jis", b"\x8f\xe1\x8aQ\x82", Some("shift_jis"), "障害\\x82"),
            ("idle escapes", b"\x1b$B>c\x1b(B\x1b$B32\x1b(B", None, "障害"),
            ("colours", b"\x1b[31m\x1b$B>c32\x1b(B\x1b[0m", None, "[31m障害[0m"),
            ("no escape at the end of a line", b"\x1b$B>c\n32\x1b(B", Some("iso-2022-jp"), "障\n害"),
            ("colours alone", b"\x1b[31mred\x1b(B\x1b[m", None, "\x1b[31mred\x1b(B\x1b[m"),
            ("an octet that is no letter", b"a\x81 b", None, "a\\x81 b"),
            ("bom", b"\xef\xbb\xbfa", Some("utf-8"), "a"),
            ("utf-16", b"\xff\xfea\0", Some("utf-16"), "a"),
        ] {
            assert_eq!(decode(octets, label).unwrap().text, text, "{name}");
        }
        assert_eq!(decode(b"+AGE-", Some("utf-7")), None);
        assert_eq!(decode_header(b"\xe9", Some("utf-7")), "é");
    }
}
