//! A message as the wire wants it: CRLF lines, dots doubled, a lone dot at the end (RFC 5321 section 4.5.2); or as a chunk
//! whose length was told before, without the dots (RFC 3030).
//!
//! Promises that no bare CR or LF goes out, whatever comes in: a server that reads line ends otherwise than we do
//! could be made to see a second message inside the first.

/// Splits at CRLF, bare CR and bare LF; the line ends are not part of the lines. A last line may lack its end.
fn lines(mut content: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if content.is_empty() {
            return None;
        }
        let end = content.iter().position(|octet| matches!(octet, b'\r' | b'\n')).unwrap_or(content.len());
        let (line, rest) = content.split_at(end);
        content = rest.strip_prefix(b"\r\n").unwrap_or_else(|| rest.get(1..).unwrap_or_default());
        Some(line)
    })
}

/// The size in octets as RFC 1870 counts it: with CRLF line ends, without doubled dots and the final dot.
pub(crate) fn size(content: &[u8]) -> u64 {
    lines(content).map(|line| line.len() as u64 + 2).sum()
}

/// Appends the whole message as it stands in a chunk: [`size`] octets.
pub(crate) fn write_chunk(content: &[u8], output: &mut Vec<u8>) {
    output.reserve(content.len() + 2);
    for line in lines(content) {
        output.extend_from_slice(line);
        output.extend_from_slice(b"\r\n");
    }
}

/// Appends the whole message and the final dot.
pub(crate) fn write(content: &[u8], output: &mut Vec<u8>) {
    // Room for one doubled dot in 64 octets; more dots only cost a second allocation.
    output.reserve(content.len() + content.len() / 64 + 8);
    for line in lines(content) {
        if line.first() == Some(&b'.') {
            output.push(b'.');
        }
        output.extend_from_slice(line);
        output.extend_from_slice(b"\r\n");
    }
    output.extend_from_slice(b".\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wire(content: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        write(content, &mut output);
        output
    }

    #[test]
    fn every_line_end_becomes_crlf_and_leading_dots_are_doubled() {
        for (name, content, expected) in [
            ("tidy", &b"a\r\nb\r\n"[..], &b"a\r\nb\r\n.\r\n"[..]),
            ("no last line end", b"a", b"a\r\n.\r\n"),
            ("empty", b"", b".\r\n"),
            ("lone dot", b".\r\n", b"..\r\n.\r\n"),
            ("dot in front", b".a\r\n..b\r\n", b"..a\r\n...b\r\n.\r\n"),
            ("smuggled with lf", b"a\n.\nMAIL", b"a\r\n..\r\nMAIL\r\n.\r\n"),
            ("smuggled with cr", b"a\r.\rMAIL", b"a\r\n..\r\nMAIL\r\n.\r\n"),
            ("mixed", b"a\n\r\nb\r\r\n", b"a\r\n\r\nb\r\n\r\n.\r\n"),
            ("cr at the end", b"a\r", b"a\r\n.\r\n"),
        ] {
            assert_eq!(wire(content), expected, "{name}");
        }
    }

    /// What a server makes of it.
    fn received(wire: &[u8]) -> Vec<u8> {
        let mut message = Vec::new();
        let mut rest = wire;
        loop {
            let end = rest.windows(2).position(|pair| pair == b"\r\n").expect("lines end with CRLF");
            let line = &rest[..end];
            rest = &rest[end + 2..];
            if line == b"." {
                assert!(rest.is_empty(), "the message ended early");
                return message;
            }
            assert!(!line.contains(&b'\r') && !line.contains(&b'\n'), "a bare line end went out");
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            message.extend_from_slice(b"\r\n");
        }
    }

    /// Where servers see the end of a message that take other line ends than CRLF for one.
    fn ends_seen(wire: &[u8]) -> usize {
        let line_ends: [&[u8]; 3] = [b"\r\n", b"\r", b"\n"];
        let is_end = |at: usize| {
            (at == 0 || line_ends.iter().any(|before| wire[..at].ends_with(before)))
                && line_ends.iter().any(|behind| wire[at + 1..].starts_with(behind))
        };
        (0..wire.len()).filter(|at| wire[*at] == b'.' && is_end(*at)).count()
    }

    #[test]
    fn no_combination_of_cr_lf_and_dots_ends_a_message_early_for_any_reader() {
        const ALPHABET: &[u8; 4] = b"\r\n.a";
        for length in 0..=8 {
            for number in 0..4_usize.pow(length) {
                let content: Vec<u8> =
                    (0..length).map(|place| ALPHABET[number / 4_usize.pow(place) % 4]).collect();
                for content in [content.clone(), [b"a\r\n", &content[..], b"\r\nMAIL"].concat()] {
                    let wire = wire(&content);
                    received(&wire);
                    assert_eq!(ends_seen(&wire), 1, "{content:?}");
                    let mut chunk = Vec::new();
                    write_chunk(&content, &mut chunk);
                    assert_eq!(chunk.len() as u64, size(&content), "{content:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_is_what_the_server_reads(content in "[.a\r\n]{0,40}|(\\.{0,3}[ab]{0,3}\r\n){0,9}") {
            let expected: Vec<u8> = lines(content.as_bytes()).flat_map(|line| [line, b"\r\n"].concat()).collect();
            prop_assert_eq!(received(&wire(content.as_bytes())), expected.clone());
            prop_assert_eq!(size(content.as_bytes()), expected.len() as u64);
            let mut chunk = Vec::new();
            write_chunk(content.as_bytes(), &mut chunk);
            prop_assert_eq!(chunk, expected);
        }

        #[test]
        fn tidy_content_arrives_octet_for_octet(lines in proptest::collection::vec("[ -~]{0,20}", 0..9)) {
            let content: String = lines.iter().flat_map(|line| [line, "\r\n"]).collect();
            prop_assert_eq!(received(&wire(content.as_bytes())), content.into_bytes());
        }
    }
}
