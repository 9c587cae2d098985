//! A message as far as a carrier changes it.

use mail_parser::{Address, HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

/// A message taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Whether there is a header block at all, and whether it ends.
    pub header: Header,
    /// From, To, Cc, Reply-To, Subject and the text, in this order, as far as they are there.
    pub parts: Vec<Part>,
    /// The address in From.
    pub sender: Option<String>,
    /// Its Date: Unix time in milliseconds.
    pub date_ms: Option<i64>,
    /// The files that go with it.
    pub files: Vec<File>,
    /// Whether some of it is HTML.
    pub is_html: bool,
    /// Octets of the whole message.
    pub octets: usize,
    /// Octets of its longest line, without the line end.
    pub longest_line: usize,
}

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its media type; empty if nobody says.
    pub media_type: String,
    /// Its size, decoded.
    pub octets: usize,
}

/// The header block of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// It begins the message, and an empty line ends it.
    Whole,
    /// No empty line ends it.
    Open,
    /// The message begins with something else.
    Missing,
}

/// One part of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which one.
    pub piece: Piece,
    /// How it is written.
    pub form: Form,
    /// What a reader shows of it. Of people, their names and addresses.
    pub text: String,
}

/// Which part of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Who sends.
    From,
    /// Who gets it.
    To,
    /// Who gets a copy.
    Cc,
    /// Who gets answers.
    ReplyTo,
    /// The subject.
    Subject,
    /// The text.
    Text,
}

impl Piece {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::From => "From",
            Self::To => "To",
            Self::Cc => "Cc",
            Self::ReplyTo => "Reply-To",
            Self::Subject => "Subject",
            Self::Text => "text",
        }
    }

    /// Whether it names people.
    pub const fn is_people(self) -> bool {
        matches!(self, Self::From | Self::To | Self::Cc | Self::ReplyTo)
    }
}

/// Charset and encoding of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The label as it stands there, in upper case; several are joined by `+`.
    pub charset: String,
    /// How its octets are written.
    pub transfer: Transfer,
}

impl Form {
    /// US-ASCII without any encoding.
    pub(super) fn ascii() -> Self {
        Self { charset: "US-ASCII".to_owned(), transfer: Transfer::Bare }
    }
}

/// How the octets of a part are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// As they are.
    Bare,
    /// As they are, none above 127.
    SevenBit,
    /// As they are.
    EightBit,
    /// Base64: encoded words in a header.
    Base64,
    /// Base64, with what is ASCII beside the encoded words.
    Base64AsciiBare,
    /// Quoted-printable: the Q encoding in a header.
    Quoted,
}

impl Transfer {
    /// The words for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::SevenBit => "7bit",
            Self::EightBit => "8bit",
            Self::Base64 => "base64",
            Self::Base64AsciiBare => "base64, ASCII bare",
            Self::Quoted => "quoted-printable",
        }
    }
}

impl Letter {
    /// Takes a message apart.
    pub fn read(octets: &[u8]) -> Self {
        // What stands behind the last line end is no line.
        let whole = octets.strip_suffix(b"\n").unwrap_or(octets);
        let lines =
            || whole.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let mut letter = Self {
            header: header(lines()),
            parts: Vec::new(),
            sender: None,
            date_ms: None,
            files: Vec::new(),
            is_html: false,
            octets: octets.len(),
            longest_line: lines().map(<[u8]>::len).max().unwrap_or(0),
        };
        if letter.header == Header::Missing {
            letter.parts.push(Part { piece: Piece::Text, form: Form::ascii(), text: lossy(octets) });
            return letter;
        }
        if let Some(message) = MessageParser::default().parse(octets) {
            letter.read_message(&message);
        }
        letter
    }

    fn read_message(&mut self, message: &Message<'_>) {
        self.sender =
            message.from().and_then(Address::first).and_then(|from| from.address()).map(str::to_owned);
        let people = [
            (Piece::From, HeaderName::From, message.from()),
            (Piece::To, HeaderName::To, message.to()),
            (Piece::Cc, HeaderName::Cc, message.cc()),
            (Piece::ReplyTo, HeaderName::ReplyTo, message.reply_to()),
        ];
        for (piece, name, found) in people {
            if let Some(found) = found {
                let form = header_form(message.header_raw(name).unwrap_or_default());
                self.parts.push(Part { piece, form, text: in_words(found) });
            }
        }
        if let Some(raw) = message.header_raw(HeaderName::Subject) {
            let text = message.subject().unwrap_or_default().to_owned();
            self.parts.push(Part { piece: Piece::Subject, form: header_form(raw), text });
        }
        if let Some(text) = message.body_text(0) {
            let text = text.replace("\r\n", "\n");
            self.parts.push(Part { piece: Piece::Text, form: text_form(message), text });
        }
        self.date_ms = message.date().map(|date| date.to_timestamp().saturating_mul(1000));
        self.files = message.attachments().map(file).collect();
        self.is_html = message.parts.iter().any(|part| matches!(part.body, PartType::Html(_)));
    }

    /// A part of it.
    pub fn part(&self, piece: Piece) -> Option<&Part> {
        self.parts.iter().find(|part| part.piece == piece)
    }
}

fn header<'o>(mut lines: impl Iterator<Item = &'o [u8]>) -> Header {
    let is_field = |line: &[u8]| {
        let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
        name.len() < line.len() && !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
    };
    match lines.next() {
        Some(first) if is_field(first) => {}
        _ => return Header::Missing,
    }
    for line in lines {
        if line.is_empty() {
            return Header::Whole;
        }
        if !is_field(line) && !line.starts_with(b" ") && !line.starts_with(b"\t") {
            return Header::Open;
        }
    }
    Header::Open
}

fn lossy(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).replace("\r\n", "\n")
}

/// Names and addresses, as a reader shows them. Of an empty group there is nothing to show.
fn in_words(address: &Address<'_>) -> String {
    let one = |person: &mail_parser::Addr<'_>| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (one, other) => one.or(other).unwrap_or_default().to_owned(),
    };
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Charset and encoding of the encoded words in a field.
fn header_form(raw: &str) -> Form {
    let mut charsets: Vec<String> = Vec::new();
    let mut transfer = Transfer::Bare;
    let mut bare = String::new();
    let mut rest = raw;
    while let Some((before, label, encoding, behind)) = next_word(rest) {
        bare.push_str(before);
        if !charsets.contains(&label) {
            charsets.push(label);
        }
        transfer = if encoding.eq_ignore_ascii_case("q") { Transfer::Quoted } else { Transfer::Base64 };
        rest = behind;
    }
    match charsets.is_empty() {
        true if raw.is_ascii() => Form::ascii(),
        true => Form { charset: "UNKNOWN".to_owned(), transfer: Transfer::EightBit },
        false => Form { charset: charsets.join("+"), transfer },
    }
}

/// What stands in front of the next encoded word, its charset and encoding, and what stands behind it.
fn next_word(text: &str) -> Option<(&str, String, &str, &str)> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find("=?")?;
        let mut parts = text[at + 2..].splitn(4, '?');
        if let (Some(label), Some(encoding), Some(_), Some(behind)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
            && matches!(encoding, "B" | "b" | "Q" | "q")
            && let Some(behind) = behind.strip_prefix('=')
        {
            // RFC 2231 section 5 has the language behind the charset.
            let charset = label.split('*').next().unwrap_or_default().to_ascii_uppercase();
            return Some((&text[..at], charset, encoding, behind));
        }
        from = at + 2;
    }
}

fn file(part: &MessagePart<'_>) -> File {
    let kind = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    File {
        name: part.attachment_name().unwrap_or_default().to_owned(),
        media_type: kind.unwrap_or_default(),
        octets: part.contents().len(),
    }
}

fn text_form(message: &Message<'_>) -> Form {
    let part = message.text_part(0);
    let charset = part.and_then(|part| part.content_type()).and_then(|kind| kind.attribute("charset"));
    let transfer =
        part.and_then(|part| part.content_transfer_encoding()).unwrap_or("7bit").to_ascii_lowercase();
    Form {
        charset: charset.unwrap_or("US-ASCII").to_ascii_uppercase(),
        transfer: match transfer.as_str() {
            "base64" => Transfer::Base64,
            "quoted-printable" => Transfer::Quoted,
            "8bit" | "binary" => Transfer::EightBit,
            _ => Transfer::SevenBit,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Header, Letter, Transfer, header_form};
    use proptest::prelude::*;

    #[test]
    fn a_field_is_in_the_charsets_of_its_encoded_words() {
        use Transfer::{Bare, Base64, EightBit, Quoted};
        for (raw, charset, transfer) in [
            ("disk full", "US-ASCII", Bare),
            ("a =?b c=?", "US-ASCII", Bare),
            ("=?x?y?z?=", "US-ASCII", Bare),
            ("=?iso-2022-jp?B?GyRCPmMbKEI=?=", "ISO-2022-JP", Base64),
            ("web =?UTF-8*ja?q?=E9?= x", "UTF-8", Quoted),
            ("=?UTF-8?B?8J+aqA==?= =?ISO-2022-JP?B?GyRCPmMbKEI=?=", "UTF-8+ISO-2022-JP", Base64),
            ("障害", "UNKNOWN", EightBit),
        ] {
            assert_eq!(header_form(raw), Form { charset: charset.to_owned(), transfer }, "{raw}");
        }
    }

    #[test]
    fn a_header_block_is_told_from_a_text() {
        for (message, header) in [
            ("Subject: x\r\n\r\ny\r\n", Header::Whole),
            ("Subject: x\n y\n\nz\n", Header::Whole),
            ("Subject: x\r\n", Header::Open),
            ("Subject: x\r\ntext\r\n\r\nmore", Header::Open),
            ("disk full\r\n", Header::Missing),
            ("\r\nSubject: x\r\n", Header::Missing),
            ("", Header::Missing),
        ] {
            assert_eq!(Letter::read(message.as_bytes()).header, header, "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn any_octets_can_be_taken_apart(octets in prop::collection::vec(any::<u8>(), 0..300)) {
            Letter::read(&octets);
        }

        #[test]
        fn any_field_can_be_taken_apart(raw in "[=?a-zBQ*障 ]{0,40}") {
            header_form(&raw);
        }
    }
}
