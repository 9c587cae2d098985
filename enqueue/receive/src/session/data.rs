//! What stands between DATA and the final dot.

/// How far it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Collected {
    /// The end was not seen yet.
    NotYet,
    /// The end was seen, and this is the message.
    Whole(Vec<u8>),
    /// The end was seen, of more than is allowed.
    TooLarge,
}

/// Where in the octets of a line the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Start,
    Text,
    Return,
    Dot,
    DotReturn,
}

/// Collects a message.
#[derive(Debug)]
pub(super) struct Data {
    octets: Vec<u8>,
    octets_max: usize,
    is_too_large: bool,
    /// LF alone ends a line.
    is_bare: bool,
    at: At,
}

impl Data {
    pub(super) const fn new(octets_max: usize, is_bare: bool) -> Self {
        Self { octets: Vec::new(), octets_max, is_too_large: false, is_bare, at: At::Start }
    }

    /// Octets of memory that it takes up.
    pub(super) const fn octets(&self) -> usize {
        self.octets.capacity()
    }

    /// Takes octets as far as the message goes.
    pub(super) fn take(&mut self, octets: &mut &[u8]) -> Collected {
        let mut taken = 0;
        for octet in *octets {
            taken += 1;
            if self.one(*octet) {
                *octets = &octets[taken..];
                return if self.is_too_large {
                    Collected::TooLarge
                } else {
                    Collected::Whole(std::mem::take(&mut self.octets))
                };
            }
        }
        *octets = &octets[taken..];
        Collected::NotYet
    }

    /// Takes one octet; whether it was the last of the message.
    fn one(&mut self, octet: u8) -> bool {
        let ends_line = octet == b'\n' && (self.is_bare || matches!(self.at, At::Return | At::DotReturn));
        match (self.at, octet) {
            (At::Dot | At::DotReturn, b'\n') if ends_line => return true,
            // The dot in front is taken off, whatever follows (RFC 5321 section 4.5.2).
            (At::Start, b'.') => {
                self.at = At::Dot;
                return false;
            }
            (At::Dot, b'\r') => {
                self.at = At::DotReturn;
                return false;
            }
            (At::DotReturn, _) => self.push(b'\r'),
            _ => {}
        }
        self.push(octet);
        self.at = match octet {
            b'\n' if ends_line => At::Start,
            b'\r' => At::Return,
            _ => At::Text,
        };
        false
    }

    fn push(&mut self, octet: u8) {
        if self.octets.len() < self.octets_max {
            self.octets.push(octet);
        } else {
            self.is_too_large = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &[u8], is_bare: bool) -> Option<(Vec<u8>, usize)> {
        let mut data = Data::new(100, is_bare);
        let mut rest = text;
        match data.take(&mut rest) {
            Collected::Whole(octets) => Some((octets, rest.len())),
            other => {
                assert_eq!(other, Collected::NotYet);
                None
            }
        }
    }

    #[test]
    fn only_a_dot_between_two_line_ends_ends_a_message() {
        for (text, expected) in [
            (b"a\r\n.\r\n".as_slice(), Some((b"a\r\n".as_slice(), 0))),
            (b".\r\nQUIT", Some((b"", 4))),
            (b"..\r\n.a\r\n.\r\n", Some((b".\r\na\r\n", 0))),
            // Each of these has ended a message somewhere.
            (b"a\n.\n", None),
            (b"a\n.\r\n", None),
            (b"a\r\n.\n", None),
            (b"a\r.\r", None),
            (b"a\r.\r\n", None),
            (b"a\r\n.\r", None),
            (b"a\r\n.\r\r\n", None),
            (b"a\r\n\0.\r\n", None),
            (b"a\n.\r\nb\r\n.\r\n", Some((b"a\n.\r\nb\r\n", 0))),
            (b"a\r\n.\nb\r\n.\r\n", Some((b"a\r\n\nb\r\n", 0))),
            (b"a\r\n.\rb\r\n.\r\n", Some((b"a\r\n\rb\r\n", 0))),
        ] {
            let expected = expected.map(|(octets, rest)| (octets.to_vec(), rest));
            assert_eq!(whole(text, false), expected, "{}", text.escape_ascii());
        }
        assert_eq!(whole(b"a\n..b\n.\nQUIT", true), Some((b"a\n.b\n".to_vec(), 4)));
        assert_eq!(whole(b"a\r\n.\r\n", true), Some((b"a\r\n".to_vec(), 0)));
    }

    #[test]
    fn what_is_too_large_is_read_to_its_end_and_not_kept() {
        let mut data = Data::new(3, false);
        assert_eq!(data.take(&mut b"abcdefgh\r\n.\r".as_slice()), Collected::NotYet);
        assert_eq!(data.octets.len(), 3);
        assert_eq!(data.take(&mut b"\n".as_slice()), Collected::TooLarge);
    }
}
