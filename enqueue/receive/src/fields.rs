//! Takes a message apart into header fields and body, octet for octet.
//!
//! What is a header and what is text decides whether a blind copy stays blind and whether a text is seen, so it is
//! decided in one place, and the octets that are written later are the slices found here. Line ends are CRLF, LF, and
//! CR alone: whatever any reader takes for a line end is one here.

/// Names that make a block of `name: value` lines a header, beside every `Content-`, `List-`, `Resent-` and `X-`.
const KNOWN: [&str; 24] = [
    "Auto-Submitted",
    "Bcc",
    "Cc",
    "Comments",
    "Date",
    "Delivered-To",
    "DKIM-Signature",
    "Errors-To",
    "From",
    "Importance",
    "In-Reply-To",
    "Keywords",
    "Message-ID",
    "MIME-Version",
    "Organization",
    "Precedence",
    "Priority",
    "Received",
    "References",
    "Reply-To",
    "Return-Path",
    "Sender",
    "Subject",
    "To",
];
/// Names that show that the header goes on behind a line that is no field.
const FRAME: [&str; 8] =
    ["To", "Cc", "Bcc", "Resent-Bcc", "From", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];
/// How many lines are looked through for them.
const LOOKED_AHEAD_LINES: usize = 5;
/// A line end may have this many CR in front of its LF: programs that translate line ends twice make two.
const CR_MAX: usize = 3;

/// One header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// What stands in front of the colon: visible ASCII, not empty.
    pub name: &'a str,
    /// What stands behind the colon, and the lines below it, without line ends. Blanks at the start are kept.
    pub lines: Vec<&'a [u8]>,
}

impl Field<'_> {
    /// Whether it has this name; case does not matter.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it has one of these names.
    pub fn is_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    /// Whether its name begins like this.
    pub fn starts(&self, prefix: &str) -> bool {
        starts(self.name, prefix)
    }

    /// The value, unfolded, without the blanks around it.
    pub fn value(&self) -> Vec<u8> {
        let mut value = Vec::new();
        for line in &self.lines {
            if !value.is_empty() && !starts_with_blank(line) {
                value.push(b' ');
            }
            value.extend(*line);
        }
        value.trim_ascii().to_vec()
    }
}

/// A message, or a part of one.
#[derive(Debug, PartialEq, Eq)]
pub struct Split<'a> {
    /// The header, in its order.
    pub fields: Vec<Field<'a>>,
    /// What stands below the empty line.
    pub body: &'a [u8],
}

/// Takes a message apart that a program has handed over.
///
/// Lines of mailboxes (`From root Mon Nov 14 …`) above the header are dropped. Where no field has a name that mails
/// have, all is body: `12:30 disk full` is a text. A line that is neither a field nor goes on with one ends the header,
/// as with other mail programs, unless the header evidently goes on below it; then it belongs to the field above.
pub fn split(message: &[u8]) -> Split<'_> {
    let octets = without_mailbox_lines(message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message));
    let mut split = split_with(octets, |field, rest| is_open_list(field) || goes_on(rest));
    if !split.fields.is_empty() && !split.fields.iter().any(is_known) {
        split = Split { fields: Vec::new(), body: octets };
    }
    split
}

/// Takes a part of a multipart apart, or a message inside of another one.
pub fn split_part(octets: &[u8]) -> Split<'_> {
    split_with(octets, |_, _| false)
}

/// `goes_on` is asked about the field above and the octets from a line on that is no field.
fn split_with<'a>(octets: &'a [u8], goes_on: impl Fn(&Field<'a>, &'a [u8]) -> bool) -> Split<'a> {
    let mut fields: Vec<Field<'a>> = Vec::new();
    let mut rest = octets;
    while !rest.is_empty() {
        let (line, below) = next_line(rest);
        if line.is_empty() {
            return Split { fields, body: below };
        }
        if let Some(field) = field(line) {
            fields.push(field);
        } else {
            match fields.last_mut() {
                Some(above) if starts_with_blank(line) || goes_on(above, rest) => above.lines.push(line),
                _ => break,
            }
        }
        rest = below;
    }
    Split { fields, body: rest }
}

/// The first line without its end, and what stands below it.
pub fn next_line(octets: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = octets.iter().position(|octet| matches!(octet, b'\r' | b'\n')) else {
        return (octets, &[]);
    };
    let (line, rest) = octets.split_at(end);
    let returns = rest.iter().take(CR_MAX).take_while(|octet| **octet == b'\r').count();
    let octets = if rest.get(returns) == Some(&b'\n') { returns + 1 } else { 1 };
    (line, &rest[octets..])
}

fn field(line: &[u8]) -> Option<Field<'_>> {
    let colon = line.iter().position(|octet| *octet == b':')?;
    let name = line[..colon].trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    Some(Field { name, lines: vec![&line[colon + 1..]] })
}

fn is_known(field: &Field<'_>) -> bool {
    field.is_any(&KNOWN) || ["Content-", "List-", "Resent-", "X-"].iter().any(|prefix| field.starts(prefix))
}

/// A list of blind copies whose next line lacks its blank must not become text.
fn is_open_list(field: &Field<'_>) -> bool {
    let last = field.lines.iter().rev().map(|line| line.trim_ascii_end()).find(|line| !line.is_empty());
    field.is_any(&["Bcc", "Resent-Bcc"]) && last.is_some_and(|line| line.ends_with(b","))
}

/// One of the next lines, before the header ends, is a field that a text hardly has.
fn goes_on(octets: &[u8]) -> bool {
    let mut rest = octets;
    for _ in 0..=LOOKED_AHEAD_LINES {
        let (line, below) = next_line(rest);
        if line.is_empty() {
            return false;
        }
        if field(line).is_some_and(|field| field.is_any(&FRAME)) {
            return true;
        }
        rest = below;
    }
    false
}

/// Drops `From ` lines, also `>From `, where a header follows or the line has a time of day.
fn without_mailbox_lines(octets: &[u8]) -> &[u8] {
    let mut rest = octets;
    while rest.starts_with(b"From ") || rest.starts_with(b">From ") {
        let (line, below) = next_line(rest);
        let has_time = line.windows(5).any(|five| {
            matches!(five, [a, b, b':', c, d] if [a, b, c, d].iter().all(|octet| octet.is_ascii_digit()))
        });
        if !has_time && field(next_line(below).0).is_none() {
            break;
        }
        rest = below;
    }
    rest
}

fn starts(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Whether a line goes on with the field above it.
pub fn starts_with_blank(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::{next_line, split};

    fn shown(message: &[u8]) -> (Vec<(String, String)>, String) {
        let split = split(message);
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let fields = split.fields.iter().map(|field| (field.name.to_owned(), text(&field.value())));
        (fields.collect(), text(split.body))
    }

    #[test]
    fn a_header_ends_where_it_ends_whatever_its_line_ends_and_neighbours_are() {
        for (name, message, fields, body) in [
            ("lf", "Subject: x\nTo: a\n\nhi\n", &[("Subject", "x"), ("To", "a")][..], "hi\n"),
            ("crlf", "Subject: x\r\nTo: a\r\n\r\nhi\r\n", &[("Subject", "x"), ("To", "a")], "hi\r\n"),
            ("cr", "Subject: x\rTo: a\r\rhi\r", &[("Subject", "x"), ("To", "a")], "hi\r"),
            ("crcrlf", "Subject: x\r\r\nTo: a\r\r\n\r\r\nhi", &[("Subject", "x"), ("To", "a")], "hi"),
            (
                "a hidden line end",
                "X-A: a\rBcc: b\nTo: c\n\n",
                &[("X-A", "a"), ("Bcc", "b"), ("To", "c")],
                "",
            ),
            ("folded", "Subject: a\n b\n\tc\n\nhi", &[("Subject", "a b\tc")], "hi"),
            ("a line of blanks", "Subject: a\n \nhi: b c\nx\n", &[("Subject", "a"), ("hi", "b c")], "x\n"),
            ("blanks before the colon", "Subject \t: x\n\nhi", &[("Subject", "x")], "hi"),
            ("no body", "Subject: x", &[("Subject", "x")], ""),
            ("no header", "disk full\n", &[], "disk full\n"),
            ("a header of nothing", "\ndisk full\n", &[], "disk full\n"),
            ("a text with colons", "12:30 disk full\nhost: db1\n", &[], "12:30 disk full\nhost: db1\n"),
            ("nothing", "", &[], ""),
            ("bom", "\u{FEFF}Subject: x\n\nhi", &[("Subject", "x")], "hi"),
            ("no empty line", "Subject: x\ndisk full\nhi\n", &[("Subject", "x")], "disk full\nhi\n"),
            (
                "a header that goes on below a broken line",
                "Subject: a\nb\nBcc: c\n\nhi",
                &[("Subject", "a b"), ("Bcc", "c")],
                "hi",
            ),
            ("a list of blind copies without blanks", "Bcc: a,\nb\n\nhi", &[("Bcc", "a, b")], "hi"),
        ] {
            let fields: Vec<_> = fields.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(shown(message.as_bytes()), (fields, body.to_owned()), "{name}");
        }
    }

    #[test]
    fn only_a_line_of_a_mailbox_is_dropped() {
        let header = vec![("To".to_owned(), "a".to_owned())];
        for line in
            ["From root Mon Nov 14 23:42 UTC 2016", ">From root Mon Nov 14 23:42:00 2016", "From nobody"]
        {
            for end in ["\n", "\r\n"] {
                let message = format!("{line}{end}To: a{end}{end}From here on{end}");
                assert_eq!(
                    shown(message.as_bytes()),
                    (header.clone(), format!("From here on{end}")),
                    "{message}"
                );
            }
        }
        for text in ["From here on all is well\n", ">From me\nto you\n"] {
            assert_eq!(shown(text.as_bytes()), (Vec::new(), text.to_owned()));
        }
    }

    /// Hostile messages are as large as others, and must not take longer.
    #[test]
    fn no_message_takes_time_that_grows_faster_than_it() {
        for piece in ["Bcc: a,\n", "a,\n", "\r", " \n", "Bcc:,\n\t\n", "x\n", "To: a\nx\n", "From a\n"] {
            let message = format!("Subject: x\nBcc: a,\n{}", piece.repeat(300_000));
            split(message.as_bytes());
        }
    }

    #[test]
    fn many_line_ends_are_read_in_one_pass() {
        let octets = vec![b'\r'; 200_000];
        let (mut rest, mut lines) = (&octets[..], 0);
        while !rest.is_empty() {
            rest = next_line(rest).1;
            lines += 1;
        }
        assert_eq!(lines, 200_000);
    }
}
