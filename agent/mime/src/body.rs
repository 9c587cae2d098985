//! The text of the alert as a body part.
//!
//! Line ends become CRLF before anything else, also under base64 (RFC 2045 section 6.8). Beyond that and the
//! controls that mail cannot hold, nothing is inserted, wrapped or trimmed: a line too long for the wire goes
//! under base64 and comes back whole.

use crate::charset::{self, Charset, CharsetPolicy, Fitted};
use crate::transfer::{self, Transfer};

/// The text part: encoded in its charset, not yet in its transfer encoding.
pub(crate) struct Body {
    pub(crate) charset: Charset,
    pub(crate) transfer: Transfer,
    pub(crate) octets: Vec<u8>,
}

impl Body {
    /// Prepares `text`. If `boundary` is given and the text holds it, base64 keeps the two apart.
    pub(crate) fn new(text: &str, policy: CharsetPolicy, boundary: Option<&str>) -> Self {
        let text = canonical(text);
        let Fitted { charset, octets, .. } = charset::fit(&text, policy);
        let is_split_by =
            |boundary: &str| octets.windows(boundary.len()).any(|part| part == boundary.as_bytes());
        let transfer = if transfer::is_7bit(&octets) && !boundary.is_some_and(is_split_by) {
            Transfer::SevenBit
        } else {
            Transfer::Base64
        };
        Self { charset, transfer, octets: octets.into_owned() }
    }
}

/// CRLF for every line end, one at the very end, and no control besides TAB.
///
/// CR, LF, CRLF, NEL, U+2028 and U+2029 end a line. Other C0 and C1 controls and DEL are dropped: NUL is forbidden
/// in mail, ESC would switch the charset of ISO-2022-JP, and U+009B does to a terminal what ESC does.
fn canonical(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + 16);
    let mut before = '\0';
    for c in text.chars() {
        match c {
            '\n' if before == '\r' => {}
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => lines.push_str("\r\n"),
            '\t' => lines.push(c),
            _ if c.is_control() => {}
            _ => lines.push(c),
        }
        before = c;
    }
    if !lines.ends_with("\r\n") {
        lines.push_str("\r\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Body, canonical};
    use crate::charset::{Charset, CharsetPolicy};
    use crate::transfer::Transfer;

    #[test]
    fn every_line_end_is_crlf_and_the_last_line_has_one() {
        for (name, text, lines) in [
            ("empty", "", "\r\n"),
            ("no line end", "a", "a\r\n"),
            ("lf", "a\nb\n", "a\r\nb\r\n"),
            ("crlf", "a\r\nb\r\n", "a\r\nb\r\n"),
            ("cr", "a\rb\r", "a\r\nb\r\n"),
            ("crcrlf", "a\r\r\nb", "a\r\n\r\nb\r\n"),
            ("lfcr", "a\n\rb", "a\r\n\r\nb\r\n"),
            ("nel and separators", "a\u{85}b\u{2028}c\u{2029}d", "a\r\nb\r\nc\r\nd\r\n"),
            ("blank lines at the end", "a\n\n\n", "a\r\n\r\n\r\n"),
            ("trailing blanks", "tail \t \n", "tail \t \r\n"),
            ("signature mark and dots", "-- \n.\n..\n", "-- \r\n.\r\n..\r\n"),
            ("controls", "a\0\x1b$B\x0c\x7f\u{9b}b", "a$Bb\r\n"),
            ("a control between cr and lf", "a\r\0\nb", "a\r\n\r\nb\r\n"),
        ] {
            assert_eq!(canonical(text), lines, "{name}");
        }
    }

    #[test]
    fn a_body_is_7bit_unless_its_charset_a_line_or_the_boundary_forbids_it() {
        use Charset::{Iso2022Jp, UsAscii, Utf8};
        use Transfer::{Base64, SevenBit};
        for (name, text, charset, transfer) in [
            ("ascii", "a\nb".to_owned(), UsAscii, SevenBit),
            ("japanese", "障害".to_owned(), Iso2022Jp, SevenBit),
            ("emoji", "🚨".to_owned(), Utf8, Base64),
            ("998 octets", "x".repeat(998), UsAscii, SevenBit),
            ("999 octets", "x".repeat(999), UsAscii, Base64),
            ("496 kanji are 998 octets", "障".repeat(496), Iso2022Jp, SevenBit),
            ("497 kanji are 1000 octets", "障".repeat(497), Iso2022Jp, Base64),
            ("the boundary", "x\n--=_b1\nx".to_owned(), UsAscii, Base64),
            ("the boundary inside a line", "see =_b1.".to_owned(), UsAscii, Base64),
        ] {
            let body = Body::new(&text, CharsetPolicy::Auto, Some("=_b1"));
            assert_eq!((body.charset, body.transfer), (charset, transfer), "{name}");
        }
    }
}
