//! Content-Transfer-Encoding (RFC 2045 section 6): 7bit where the octets allow it, base64 otherwise.
//!
//! Never 8bit, which not every provider takes, and never quoted-printable, which costs Japanese nine octets a
//! character.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest line without its CRLF (RFC 5322 section 2.1.1).
pub(crate) const LINE_OCTETS_MAX: usize = 998;
/// Octets that fill a base64 line of 76 columns.
const BASE64_LINE_OCTETS: usize = 57;

/// How a part is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    SevenBit,
    Base64,
}

impl Transfer {
    /// The value of the field.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::SevenBit => "7bit",
            Self::Base64 => "base64",
        }
    }

    /// Appends the encoded octets, which end in CRLF if there are any. For 7bit the octets must end so already.
    pub(crate) fn write(self, out: &mut Vec<u8>, octets: &[u8]) {
        match self {
            Self::SevenBit => out.extend(octets),
            Self::Base64 => write_base64(out, octets),
        }
    }
}

/// True for 7-bit octets in lines of at most 998.
pub(crate) fn is_7bit(octets: &[u8]) -> bool {
    octets.is_ascii()
        && octets
            .split(|octet| *octet == b'\n')
            .all(|line| line.strip_suffix(b"\r").unwrap_or(line).len() <= LINE_OCTETS_MAX)
}

fn write_base64(out: &mut Vec<u8>, octets: &[u8]) {
    out.reserve(octets.len().div_ceil(BASE64_LINE_OCTETS) * (76 + 2));
    let mut line = [0; 76];
    for part in octets.chunks(BASE64_LINE_OCTETS) {
        let columns = STANDARD.encode_slice(part, &mut line).expect("76 columns hold 57 octets");
        out.extend(&line[..columns]);
        out.extend(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::{Transfer, is_7bit};

    #[test]
    fn a_line_of_998_octets_is_the_longest_in_7bit() {
        for (name, octets, fits) in [
            ("998", [&[b'x'; 998][..], b"\r\n"].concat(), true),
            ("999", [&[b'x'; 999][..], b"\r\n"].concat(), false),
            ("999 without a line end", vec![b'x'; 999], false),
            ("999 behind a short line", [b"a\r\n", &[b'x'; 999][..], b"\r\n"].concat(), false),
            ("an octet above 127", b"\xe3\r\n".to_vec(), false),
            ("nothing", Vec::new(), true),
        ] {
            assert_eq!(is_7bit(&octets), fits, "{name}");
        }
    }

    #[test]
    fn base64_has_76_columns_and_ends_in_crlf() {
        let written = |octets: &[u8]| {
            let mut out = Vec::new();
            Transfer::Base64.write(&mut out, octets);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(b""), "");
        assert_eq!(written(b"hi"), "aGk=\r\n");
        assert_eq!(written(&[0; 57]), format!("{}\r\n", "A".repeat(76)));
        assert_eq!(written(&[0; 58]), format!("{}\r\nAA==\r\n", "A".repeat(76)));
    }
}
