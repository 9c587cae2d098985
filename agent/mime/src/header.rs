//! Header fields: cleaning what strangers wrote, folding, and the choice between plain text and encoded words.
//!
//! A line has at most 76 columns, field name included, wherever a blank or an encoded word allows it. Folding
//! happens only in front of a single blank, since readers disagree on what remains of several. The value that
//! a reader gets is the value given, less what [`clean`] takes out.

use crate::charset::{self, Charset, CharsetPolicy};
use crate::encoded_word::{self, WORD_OCTETS_MAX, WORD_OCTETS_USEFUL};
use std::borrow::Cow;

/// The longest line that holds an encoded word (RFC 2047 section 2); also within the 78 of RFC 5322.
pub(crate) const LINE_COLUMNS_MAX: usize = 76;

/// Takes out of a header value what could end the field or turn its display around.
///
/// A run of line breaks (also VT, FF, NEL, U+2028, U+2029) is one blank, or nothing at the ends or beside a
/// blank. TAB is a blank. All other controls, and the bidi controls, vanish.
pub(crate) fn clean(value: &str) -> Cow<'_, str> {
    if value.chars().all(|c| matches!(c, ' '..='~') || (c >= '\u{A0}' && !is_break(c) && !is_bidi_control(c)))
    {
        return Cow::Borrowed(value);
    }
    let mut cleaned = String::with_capacity(value.len());
    let mut broken = false;
    for c in value.chars() {
        match c {
            _ if is_break(c) => broken = true,
            '\t' | ' ' => {
                cleaned.push(' ');
                broken = false;
            }
            _ if c.is_control() || is_bidi_control(c) => {}
            _ => {
                if broken && !cleaned.is_empty() && !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
                broken = false;
                cleaned.push(c);
            }
        }
    }
    Cow::Owned(cleaned)
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\x0b' | '\x0c' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Writes an unstructured field: Subject, or one of the alert's own.
pub(crate) fn write_text(out: &mut String, name: &str, value: &str, policy: CharsetPolicy) {
    let value = clean(value);
    let fitted = charset::fit(&value, policy);
    let mut field = Field::begin(out, name);
    let chunks = chunks(&fitted.text);
    // The first chunk stands beside the name; a name that leaves no room for a word gets a line of its own.
    let beside_name = if field.room() < WORD_OCTETS_USEFUL { WORD_OCTETS_MAX } else { field.room() };
    let needs_words = |n: usize| must_encode(chunks[n], if n == 0 { beside_name } else { WORD_OCTETS_MAX });
    let first = (0..chunks.len()).find(|n| needs_words(*n));
    let last = (0..chunks.len()).rfind(|n| needs_words(*n));
    if let (Some(first), Some(last)) = (first, last) {
        // An equals sign beside a word is taken for another word by some readers, so it goes inside.
        let first = (1..=first).rev().find(|n| !chunks[n - 1].ends_with('=')).unwrap_or(0);
        let continues = |n: &usize| chunks.get(n + 1).is_some_and(|chunk| chunk.starts_with('='));
        let last = (last..chunks.len()).find(|n| !continues(n)).unwrap_or(last);
        field.tokens(&chunks[..first]);
        // As one text: a blank between two encoded words would be lost.
        field.words(fitted.charset, &chunks[first..=last].join(" "));
        field.tokens(&chunks[last + 1..]);
    } else {
        field.tokens(&chunks);
    }
    field.end();
}

/// Writes a field of tokens that are valid as they stand.
pub(crate) fn write_tokens(out: &mut String, name: &str, tokens: &[&str]) {
    let mut field = Field::begin(out, name);
    field.tokens(tokens);
    field.end();
}

/// Splits at each blank that stands alone between two other characters.
fn chunks(text: &str) -> Vec<&str> {
    let octets = text.as_bytes();
    let is_blank = |n: usize| octets.get(n).is_none_or(|octet| *octet == b' ');
    let mut chunks = Vec::new();
    let mut start = 0;
    for n in 1..octets.len() {
        if octets[n] == b' ' && !is_blank(n - 1) && !is_blank(n + 1) {
            chunks.push(&text[start..n]);
            start = n + 1;
        }
    }
    if start < text.len() {
        chunks.push(&text[start..]);
    }
    chunks
}

fn must_encode(chunk: &str, columns_max: usize) -> bool {
    !chunk.is_ascii()
        || chunk.len() > columns_max
        || chunk.contains("=?")
        || chunk.starts_with(' ')
        || chunk.ends_with(' ')
}

/// One field on its way into the header block.
pub(crate) struct Field<'a> {
    out: &'a mut String,
    column: usize,
    /// Nothing but the name, or a fold, stands on this line so far.
    is_fresh: bool,
}

impl<'a> Field<'a> {
    /// Starts a field with its name and colon.
    pub(crate) fn begin(out: &'a mut String, name: &str) -> Self {
        out.push_str(name);
        out.push(':');
        Self { out, column: name.len() + 1, is_fresh: true }
    }

    /// Columns left on this line behind a blank.
    fn room(&self) -> usize {
        LINE_COLUMNS_MAX.saturating_sub(self.column + 1)
    }

    /// Adds a blank and a token, on the next line if this one has no room and the next one has.
    pub(crate) fn token(&mut self, token: &str) {
        let helps = !self.is_fresh || token.len() < LINE_COLUMNS_MAX;
        if token.len() > self.room() && helps {
            self.fold();
        }
        self.out.push(' ');
        self.out.push_str(token);
        self.column += 1 + token.len();
        self.is_fresh = false;
    }

    fn tokens(&mut self, tokens: &[&str]) {
        for token in tokens {
            self.token(token);
        }
    }

    /// Adds `text` as encoded words.
    pub(crate) fn words(&mut self, charset: Charset, text: &str) {
        if self.room() < WORD_OCTETS_USEFUL {
            self.fold();
        }
        let here = encoded_word::words(charset, text, self.room().min(WORD_OCTETS_MAX), WORD_OCTETS_MAX);
        // Fewer words have fewer joints, and not every reader gets those right.
        let below = if here.len() == 2 && !self.is_fresh {
            encoded_word::words(charset, text, WORD_OCTETS_MAX, WORD_OCTETS_MAX)
        } else {
            Vec::new()
        };
        let words = if below.len() == 1 { below } else { here };
        for word in words {
            self.token(&word);
        }
    }

    /// Ends the field.
    pub(crate) fn end(self) {
        self.out.push_str("\r\n");
    }

    fn fold(&mut self) {
        self.out.push_str("\r\n");
        self.column = 0;
        self.is_fresh = true;
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, write_text};
    use crate::charset::CharsetPolicy;

    fn subject(value: &str) -> String {
        let mut out = String::new();
        write_text(&mut out, "Subject", value, CharsetPolicy::Auto);
        out
    }

    #[test]
    fn what_could_end_a_field_becomes_one_blank_or_vanishes() {
        for (name, value, cleaned) in [
            ("nothing to do", "disk  full 障害", "disk  full 障害"),
            ("crlf", "a\r\nBcc: b\r\n\r\nc", "a Bcc: b c"),
            ("cr", "a\rb", "a b"),
            ("lf", "a\nb", "a b"),
            ("nel", "a\u{85}b", "a b"),
            ("line and paragraph separator", "a\u{2028}\u{2029}b", "a b"),
            ("folded text", "a\r\n b \r\nc", "a b c"),
            ("breaks at the ends", "\r\na\n", "a"),
            ("tab", "a\tb", "a b"),
            ("nul, esc, del and c1", "a\0\x1b\x7f\u{9b}b", "ab"),
            ("bidi", "a\u{202E}\u{2066}\u{200F}\u{61C}b", "ab"),
            ("nothing left", "\r\n\0", ""),
        ] {
            assert_eq!(clean(value), cleaned, "{name}");
        }
    }

    #[test]
    fn a_subject_is_plain_where_it_can_be_and_encoded_where_it_must() {
        for (name, value, field) in [
            ("empty", "", "Subject:\r\n"),
            ("plain", "disk full", "Subject: disk full\r\n"),
            ("two blanks inside", "disk  full", "Subject: disk  full\r\n"),
            ("japanese", "障害", "Subject: =?ISO-2022-JP?B?GyRCPmMzMhsoQg==?=\r\n"),
            (
                "ascii around",
                "[web1] 障害 at 10",
                "Subject: [web1] =?ISO-2022-JP?B?GyRCPmMzMhsoQg==?= at 10\r\n",
            ),
            (
                "equals signs beside",
                "x = 障害 = x",
                "Subject: x =?ISO-2022-JP?B?PSAbJEI+YzMyGyhCID0=?= x\r\n",
            ),
            (
                "blanks between are inside the word",
                "障 x  害",
                "Subject: =?ISO-2022-JP?B?GyRCPmMbKEIgeCAgGyRCMzIbKEI=?=\r\n",
            ),
            ("two blanks before", "a  é", "Subject: =?UTF-8?B?YSAgw6k=?=\r\n"),
            ("blank at the end", "ok ", "Subject: =?US-ASCII?B?b2sg?=\r\n"),
            ("blank at the start", " ok", "Subject: =?US-ASCII?B?IG9r?=\r\n"),
            ("one blank", " ", "Subject: =?US-ASCII?B?IA==?=\r\n"),
            (
                "looks encoded",
                "a =?UTF-8?B?eA==?= b",
                "Subject: a =?US-ASCII?B?PT9VVEYtOD9CP2VBPT0/PQ==?= b\r\n",
            ),
        ] {
            assert_eq!(subject(value), field, "{name}");
        }
    }

    #[test]
    fn long_ascii_is_folded_at_single_blanks_only() {
        let field = subject(&"seven77 ".repeat(20).trim_end().replacen(' ', "  ", 1));
        assert_eq!(
            field.lines().next().unwrap(),
            "Subject: seven77  seven77 seven77 seven77 seven77 seven77 seven77 seven77"
        );
        assert!(field.lines().skip(1).all(|line| line.starts_with(" s") && line.len() <= 76), "{field}");
    }

    #[test]
    fn a_word_too_long_for_a_line_is_encoded_and_its_neighbours_are_not() {
        let field = subject(&format!("before {} after", "x".repeat(1200)));
        assert!(field.starts_with("Subject: before =?US-ASCII?B?"), "{field}");
        assert!(field.replace("\r\n ", " ").ends_with("?= after\r\n"), "{field}");
        assert!(field.lines().all(|line| line.len() <= 76), "{field}");
    }

    #[test]
    fn a_name_that_fills_its_line_is_folded_behind_the_colon() {
        let mut out = String::new();
        write_text(&mut out, &"X".repeat(60), "障害", CharsetPolicy::Auto);
        assert_eq!(out, format!("{}:\r\n =?ISO-2022-JP?B?GyRCPmMzMhsoQg==?=\r\n", "X".repeat(60)));
    }
}
