//! Reads a message up to its final dot and undoes dot-stuffing (RFC 5321 section 4.5.2); or takes it as a chunk (RFC 3030).
//!
//! Takes octets in any pieces. Only CR LF, dot, CR LF ends a message, except where a server is known to
//! take bare line feeds for line ends. Keeps no more than it was allowed; the rest is read and forgotten,
//! so that the refusal can be said in order.

/// Whether a line feed without carriage return is a line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoneLf {
    /// It is an octet like any other.
    Content,
    /// It ends a line, even around the final dot.
    EndsLine,
}

/// A complete message and what was noticed on the way.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Content {
    pub(crate) octets: Vec<u8>,
    /// A line feed without carriage return was seen.
    pub(crate) lone_lf: bool,
    /// Octets in the longest line, line end included, dot-stuffing undone.
    pub(crate) line_octets: usize,
    /// The message was longer than allowed; `octets` is not all of it.
    pub(crate) overlong: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Middle,
    AfterCr,
    AfterDot,
    AfterDotCr,
    End,
}

impl Content {
    /// The message that is one chunk, of which no more than so many octets are kept.
    pub(crate) fn of_chunk(mut octets: Vec<u8>, octets_max: usize) -> Self {
        let overlong = octets.len() > octets_max;
        let lone_lf = (0..octets.len()).any(|at| octets[at] == b'\n' && !octets[..at].ends_with(b"\r"));
        let line_octets = octets.split_inclusive(|&octet| octet == b'\n').map(<[u8]>::len).max().unwrap_or(0);
        octets.truncate(octets_max);
        Self { octets, lone_lf, line_octets, overlong }
    }
}

/// The state between two pieces of a message.
#[derive(Debug)]
pub(crate) struct ContentReader {
    content: Content,
    octets_max: usize,
    lone_lf: LoneLf,
    line_octets: usize,
    at: At,
}

impl ContentReader {
    pub(crate) fn new(octets_max: usize, lone_lf: LoneLf) -> Self {
        Self { content: Content::default(), octets_max, lone_lf, line_octets: 0, at: At::LineStart }
    }

    /// Takes octets up to the end of the message and says how many; those behind it are not touched.
    pub(crate) fn feed(&mut self, octets: &[u8]) -> usize {
        for (index, &octet) in octets.iter().enumerate() {
            if self.at == At::End {
                return index;
            }
            self.octet(octet);
        }
        octets.len()
    }

    /// Whether the final dot was seen.
    pub(crate) fn is_complete(&self) -> bool {
        self.at == At::End
    }

    /// Gives the message away.
    pub(crate) fn finish(self) -> Content {
        self.content
    }

    fn octet(&mut self, octet: u8) {
        match (self.at, octet) {
            (At::LineStart, b'.') => self.at = At::AfterDot,
            (At::AfterDot, b'\r') => self.at = At::AfterDotCr,
            (At::AfterDotCr, b'\n') => self.at = At::End,
            (At::AfterDot, b'\n') if self.lone_lf == LoneLf::EndsLine => {
                self.content.lone_lf = true;
                self.at = At::End;
            }
            (At::AfterDotCr, _) => {
                // The dot was stuffing after all, and its carriage return is content.
                self.keep(b'\r');
                self.at = At::AfterCr;
                self.in_line(octet);
            }
            _ => self.in_line(octet),
        }
    }

    fn in_line(&mut self, octet: u8) {
        self.keep(octet);
        self.at = match octet {
            b'\r' => At::AfterCr,
            b'\n' if self.at == At::AfterCr => At::LineStart,
            b'\n' => {
                self.content.lone_lf = true;
                match self.lone_lf {
                    LoneLf::Content => At::Middle,
                    LoneLf::EndsLine => At::LineStart,
                }
            }
            _ => At::Middle,
        };
        if self.at == At::LineStart {
            self.line_octets = 0;
        }
    }

    fn keep(&mut self, octet: u8) {
        self.line_octets += 1;
        self.content.line_octets = self.content.line_octets.max(self.line_octets);
        if self.content.octets.len() < self.octets_max {
            self.content.octets.push(octet);
        } else {
            self.content.overlong = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wire: &[u8], piece: usize, lone_lf: LoneLf) -> (Content, usize) {
        let mut reader = ContentReader::new(64, lone_lf);
        let mut taken = 0;
        for octets in wire.chunks(piece) {
            taken += reader.feed(octets);
        }
        assert!(reader.is_complete(), "the final dot was not seen");
        (reader.finish(), taken)
    }

    #[test]
    fn stuffing_is_undone_and_only_a_lone_dot_between_crlfs_ends_the_message_in_any_pieces() {
        let rows: [(&str, &[u8], &[u8]); 7] = [
            ("empty", b".\r\n", b""),
            ("one line", b"a\r\n.\r\n", b"a\r\n"),
            ("stuffed", b"..\r\n..a\r\n.\r\n", b".\r\n.a\r\n"),
            ("dot and cr inside", b".\rb\r\n.\r\n", b"\rb\r\n"),
            ("dot, cr, cr", b".\r\r\n.\r\n", b"\r\r\n"),
            ("lf dot crlf is content", b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
            ("crlf dot lf is content", b"a\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n"),
        ];
        for (name, wire, expected) in rows {
            for piece in 1..=wire.len() {
                let (content, taken) = read(wire, piece, LoneLf::Content);
                assert_eq!(content.octets, expected, "{name}, pieces of {piece}");
                assert_eq!(taken, wire.len(), "{name}, pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_chunk_is_taken_as_it_stands() {
        let content = Content::of_chunk(b".\r\n.a\nbcd\r\n".to_vec(), 8);
        assert_eq!(content.octets, b".\r\n.a\nbc");
        assert_eq!((content.lone_lf, content.overlong, content.line_octets), (true, true, 5));
        assert!(!Content::of_chunk(b"a\r\n".to_vec(), 3).overlong);
    }

    #[test]
    fn octets_behind_the_final_dot_are_left_for_the_next_command() {
        let mut reader = ContentReader::new(64, LoneLf::Content);
        assert_eq!(reader.feed(b"a\r\n.\r\nQUIT\r\n"), 6);
        assert!(reader.is_complete());
    }

    #[test]
    fn a_server_that_takes_line_feeds_for_line_ends_does_so_around_the_dot_too() {
        let (content, _) = read(b"a\n.\n", 1, LoneLf::EndsLine);
        assert_eq!(content.octets, b"a\n");
        assert!(content.lone_lf);
    }

    #[test]
    fn what_is_too_long_is_noticed_and_not_kept() {
        let (content, _) = read(&[&[b'x'; 100][..], b"\r\n.\r\n"].concat(), 7, LoneLf::Content);
        assert_eq!((content.octets.len(), content.overlong, content.line_octets), (64, true, 102));
    }
}
