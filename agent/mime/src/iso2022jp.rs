//! ISO-2022-JP as RFC 1468 means it: ASCII and JIS X 0208, nothing else.
//!
//! The tables come from `encoding_rs`, which follows what browsers do: it knows vendor rows that mail readers
//! refuse, and refuses characters for which browsers prefer another spelling. So text is mapped first and the
//! result is checked after. What does not fit is told (`None`), never replaced and never dropped.

use encoding_rs::{EncoderResult, ISO_2022_JP};

/// Switches to JIS X 0208.
pub(crate) const TO_JIS: [u8; 3] = *b"\x1b$B";
/// Switches to ASCII.
pub(crate) const TO_ASCII: [u8; 3] = *b"\x1b(B";

/// U+FF61 to U+FF9F in full width, in order.
const FULL_WIDTH: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア',
    'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ',
    'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム', 'メ', 'モ',
    'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '゛', '゜',
];

/// Kana whose voiced form is the next code point and stands in JIS X 0208.
const VOICEABLE: &str =
    "かきくけこさしすせそたちつてとはひふへほゝカキクケコサシスセソタチツテトハヒフヘホヽ";
/// Kana whose half-voiced form is two code points further.
const HALF_VOICEABLE: &str = "はひふへほハヒフヘホ";

/// One character of an encoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A character in ASCII state.
    Ascii(u8),
    /// A character of JIS X 0208: row and cell, each plus 0x20.
    Jis([u8; 2]),
}

/// Spells `text` the way that JIS X 0208 can take it, where that is only a matter of spelling.
///
/// Half-width katakana become full width and take their sound mark in; kana with a combining sound mark become
/// one character; yen, overline and the dash and tilde family get the spelling that the table knows. This is
/// not NFC, which would turn JIS characters (U+212B) into others and swap name kanji.
pub(crate) fn map(text: &str) -> String {
    let mut mapped = String::with_capacity(text.len());
    let mut before = '\0';
    for c in text.chars() {
        let composed = mapped.chars().next_back().and_then(|base| compose(base, mark(c, before)?));
        if let Some(composed) = composed {
            mapped.pop();
            mapped.push(composed);
        } else {
            mapped.push(respell(c));
        }
        before = c;
    }
    mapped
}

/// Encodes mapped text, or returns `None` if one character is not in ASCII or JIS X 0208.
///
/// The text returns to ASCII before each line end and at its own end. Controls other than TAB, CR and LF are
/// refused: an ESC in the text would switch the reader's state.
pub(crate) fn encode(mapped: &str) -> Option<Vec<u8>> {
    if mapped.chars().any(|c| c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n')) {
        return None;
    }
    let mut encoder = ISO_2022_JP.new_encoder();
    let room = encoder.max_buffer_length_from_utf8_without_replacement(mapped.len())?;
    let mut octets = vec![0; room];
    let (result, _, written) = encoder.encode_from_utf8_without_replacement(mapped, &mut octets, true);
    octets.truncate(written);
    (result == EncoderResult::InputEmpty && is_strict(&octets)).then_some(octets)
}

/// Takes an encoded text apart into its characters, without the escapes.
pub(crate) fn units(octets: &[u8]) -> Vec<Unit> {
    let mut units = Vec::with_capacity(octets.len());
    let mut in_jis = false;
    let mut rest = octets;
    while let [first, ..] = rest {
        if rest.starts_with(&TO_JIS) || rest.starts_with(&TO_ASCII) {
            in_jis = rest.starts_with(&TO_JIS);
            rest = &rest[TO_JIS.len()..];
        } else if let (true, [lead, trail, tail @ ..]) = (in_jis, rest) {
            units.push(Unit::Jis([*lead, *trail]));
            rest = tail;
        } else {
            units.push(Unit::Ascii(*first));
            rest = &rest[1..];
        }
    }
    units
}

/// Rows 1-8 and 16-84 only, and no state but ASCII and JIS X 0208.
fn is_strict(octets: &[u8]) -> bool {
    units(octets).iter().all(|unit| match unit {
        Unit::Ascii(octet) => *octet != 0x1b,
        Unit::Jis([lead, _]) => matches!(lead, 0x21..=0x28 | 0x30..=0x74),
    })
}

/// A sound mark that belongs to the character before it.
#[derive(Clone, Copy)]
enum Mark {
    Voiced,
    HalfVoiced,
}

/// A half-width mark belongs to half-width katakana only: behind anything else it is a character of its own.
fn mark(c: char, before: char) -> Option<Mark> {
    let behind_half_width = matches!(before, '\u{FF66}'..='\u{FF9D}');
    match c {
        '\u{3099}' => Some(Mark::Voiced),
        '\u{309A}' => Some(Mark::HalfVoiced),
        '\u{FF9E}' if behind_half_width => Some(Mark::Voiced),
        '\u{FF9F}' if behind_half_width => Some(Mark::HalfVoiced),
        _ => None,
    }
}

fn compose(base: char, mark: Mark) -> Option<char> {
    let step = match mark {
        Mark::Voiced if base == 'ウ' => return Some('ヴ'),
        Mark::Voiced if VOICEABLE.contains(base) => 1,
        Mark::HalfVoiced if HALF_VOICEABLE.contains(base) => 2,
        Mark::Voiced | Mark::HalfVoiced => return None,
    };
    char::from_u32(u32::from(base) + step)
}

fn respell(c: char) -> char {
    match c {
        '\u{FF61}'..='\u{FF9F}' => FULL_WIDTH[c as usize - 0xFF61],
        '\u{301C}' => '\u{FF5E}', // wave dash
        '\u{2016}' => '\u{2225}', // double vertical line
        '\u{2014}' => '\u{2015}', // em dash
        '\u{00A2}' => '\u{FFE0}', // cent
        '\u{00A3}' => '\u{FFE1}', // pound
        '\u{00AC}' => '\u{FFE2}', // not
        // JIS Roman has these two, but readers show its yen as a backslash.
        '\u{00A5}' => '\u{FFE5}',
        '\u{203E}' => '\u{FFE3}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, encode, map, units};
    use std::collections::BTreeSet;

    fn hex(octets: &[u8]) -> String {
        use std::fmt::Write as _;
        octets.iter().fold(String::new(), |mut out, octet| {
            write!(out, "{octet:02x}").expect("a string takes everything");
            out
        })
    }

    #[test]
    fn every_vector_gives_its_octets_or_is_refused() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../testdata/iso2022jp.json")).unwrap();
        let vectors = vectors.as_array().unwrap();
        assert_eq!(vectors.len(), 129);
        for vector in vectors {
            let text = vector["text"].as_str().unwrap();
            let got = encode(&map(text)).map(|octets| hex(&octets));
            assert_eq!(got.as_deref(), vector["iso2022jp_hex"].as_str(), "{}", vector["name"]);
        }
    }

    #[test]
    fn the_whole_of_unicode_reaches_exactly_the_6879_characters_of_jis_x_0208() {
        let mut reached = BTreeSet::new();
        for c in '\u{80}'..=char::MAX {
            let Some(octets) = encode(&map(&c.to_string())) else { continue };
            assert_eq!(octets.len(), 8, "{c:?}");
            let all = units(&octets);
            let [Unit::Jis(code @ [lead, trail])] = all[..] else { panic!("{c:?} gave {all:?}") };
            assert!(matches!(lead, 0x21..=0x28 | 0x30..=0x74), "{c:?}");
            assert!(matches!(trail, 0x21..=0x7e), "{c:?}");
            reached.insert(code);
        }
        assert_eq!(reached.len(), 6879);
    }

    #[test]
    fn every_control_but_tab_and_line_ends_is_refused() {
        for c in ('\0'..='\x1f').chain(['\x7f']) {
            let fits = encode(&format!("障{c}害")).is_some();
            assert_eq!(fits, matches!(c, '\t' | '\r' | '\n'), "{c:?}");
        }
    }

    #[test]
    fn sound_marks_join_only_what_they_belong_to() {
        for (name, text, mapped) in [
            ("half width", "ｶﾞﾊﾟｳﾞ", "ガパヴ"),
            ("two marks behind one kana", "ｶﾞﾞ", "ガ゛"),
            ("half-width mark behind full width", "カﾞ", "カ゛"),
            ("combining mark behind half width", "ｶ\u{3099}", "ガ"),
            ("combining marks", "か\u{3099}は\u{309A}ゝ\u{3099}", "がぱゞ"),
            ("no voiced form", "ｦﾞﾅﾟ", "ヲ゛ナ゜"),
            ("mark first", "ﾞ", "゛"),
            ("combining mark that joins nothing", "a\u{3099}", "a\u{3099}"),
        ] {
            assert_eq!(map(text), mapped, "{name}");
        }
    }
}
