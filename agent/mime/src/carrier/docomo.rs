//! What docomo does to a mail: its relay to one that goes out through it, its mailbox to one that comes in.
//!
//! The matrix was measured by somebody who sent mails through both ways, in 2018. It says which charset and encoding
//! come out; what becomes of characters that do not fit is not known, and is shown as [`GETA`].

use super::{Form, Header, Letter, Part, Piece, Remark, Source, Transfer, Weight};
use crate::iso2022jp;
use crate::width::cut;
use encoding_rs::{ISO_2022_JP, SHIFT_JIS};
use std::collections::BTreeSet;

/// Stands for a character that the charset lacks, as Japanese typesetters have it.
pub const GETA: char = '〓';

/// Wide characters of a subject that a list on a phone surely shows. Nobody publishes how many there are.
pub const LIST_WIDE: usize = 15;

/// Octets of a message that the relay takes at most: what it says with SIZE.
pub const RELAY_OCTETS_MAX: usize = 15_727_616;
/// Octets of a message that a mailbox takes at most, as the user has set it: the least and the most.
pub const MAILBOX_OCTETS: (usize, usize) = (1_000_000, 10_000_000);
/// Octets of a line that docomo takes at most, without the line end.
pub const LINE_OCTETS_MAX: usize = 998;

/// The domain of its mailboxes.
pub const DOMAIN: &str = "docomo.ne.jp";

/// Characters that a remark names at most.
const NAMED_MAX: usize = 8;

/// Sent through both ways and compared.
pub const MEASURED: Source = Source {
    who: "conversion matrix of the OP25B article by the author of clsmtpc",
    when: Some("2018-09-20"),
};
/// What the relay said with EHLO.
pub const TRANSCRIPT: Source = Source {
    who: "transcript of the relay in the OP25B article by the author of clsmtpc",
    when: Some("2018-09-17"),
};
/// What docomo tells senders.
pub const SENDERS: Source = Source { who: "docomo's notice to senders of mail (smtp_notice)", when: None };
/// What senders of many mails have met there.
pub const REPLIES: Source = Source { who: "sendmagic, filters and replies of docomo", when: None };
/// What a user may set.
pub const SETTINGS: Source = Source { who: "blastengine, receive size at docomo", when: Some("2024") };
/// The two halves of JIS X 0201.
pub const ROMAN: Source = Source { who: "JIS X 0201, the one-octet half of Shift_JIS", when: None };
/// Nobody has measured it; the next best guess.
pub const ASSUMED: Source = Source { who: "assumed by alertmail", when: None };

/// Which way a mail goes through docomo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Out, through smtp.spmode.ne.jp.
    Relay,
    /// In, to somebody at docomo.ne.jp.
    Mailbox,
}

/// What the matrix tells apart about the charset of what comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// US-ASCII.
    Ascii,
    /// A charset made for Japanese: ISO-2022-JP, `Shift_JIS`, EUC-JP.
    Japanese,
    /// Any other, UTF-8 among them.
    Other,
}

/// What comes out: the charset (`None`: its own) and the encoding.
type Cell = (Option<&'static str>, Transfer);

const JIS: Option<&str> = Some("ISO-2022-JP");
const SJIS: Option<&str> = Some("SHIFT_JIS");

/// The matrix. People: From and To; the article does not speak of Cc and Reply-To, which are taken for the same.
///
/// | way, part | US-ASCII | Japanese | other |
const MATRIX: [(Way, &[Piece], [Cell; 3]); 5] = {
    use Transfer::{Base64, Base64AsciiBare, SevenBit};
    const PEOPLE: &[Piece] = &[Piece::From, Piece::To, Piece::Cc, Piece::ReplyTo];
    const REST: &[Piece] = &[Piece::Subject, Piece::Text];
    [
        (Way::Relay, PEOPLE, [(JIS, Base64), (JIS, Base64), (JIS, Base64)]),
        (Way::Relay, &[Piece::Subject], [(JIS, Base64AsciiBare), (JIS, Base64AsciiBare), (None, Base64)]),
        (Way::Relay, &[Piece::Text], [(JIS, SevenBit), (JIS, SevenBit), (None, Base64)]),
        (Way::Mailbox, PEOPLE, [(SJIS, Base64), (SJIS, Base64), (SJIS, Base64)]),
        (Way::Mailbox, REST, [(SJIS, Base64), (SJIS, Base64), (None, Base64)]),
    ]
};

/// What becomes of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The mail afterwards; `None` if it is not taken.
    pub letter: Option<Letter>,
    /// What was lost or changed, or may be.
    pub remarks: Vec<Remark>,
}

/// What the relay sends on of a mail that is handed in for `account`, whose address is the only one that it sends as.
pub fn relay(letter: &Letter, account: &str) -> Converted {
    let mut remarks = Vec::new();
    let refusal = |text: String, source| Remark { weight: Weight::Refused, text, source };
    match (letter.header, &letter.sender) {
        (Header::Missing | Header::Open, _) => {
            remarks.push(refusal("the relay refuses mail without a header that ends".into(), &MEASURED));
        }
        (Header::Whole, None) => {
            remarks.push(refusal("the relay refuses mail without an address in From".into(), &MEASURED));
        }
        (Header::Whole, Some(from)) if !from.eq_ignore_ascii_case(account) => remarks.push(refusal(
            format!("the relay refuses mail whose From is {from}: it has to be {account}"),
            &MEASURED,
        )),
        (Header::Whole, Some(_)) => {}
    }
    if letter.octets > RELAY_OCTETS_MAX {
        let text = format!("the relay refuses {} octets: it takes {RELAY_OCTETS_MAX}", letter.octets);
        remarks.push(refusal(text, &TRANSCRIPT));
    }
    remark_long_line(letter, &mut remarks);
    finish(Way::Relay, letter, remarks)
}

/// What a mailbox has of a mail. `is_relayed` says whether it came through docomo's own relay.
pub fn mailbox(letter: &Letter, is_relayed: bool) -> Converted {
    let mut remarks = Vec::new();
    let mut remark = |weight, text: String, source| remarks.push(Remark { weight, text, source });
    if letter.header != Header::Whole {
        let text = "a mail whose header is missing or does not end is shown as a file".to_owned();
        remark(Weight::Changed, text, &MEASURED);
    }
    let (least, most) = MAILBOX_OCTETS;
    if letter.octets > most {
        remark(
            Weight::Refused,
            format!("{} octets: no mailbox takes more than {most}", letter.octets),
            &SETTINGS,
        );
    } else if letter.octets > least {
        let text = format!("{} octets: a mailbox may be set to take {least} at most", letter.octets);
        remark(Weight::InDoubt, text, &SETTINGS);
    }
    let is_at_docomo =
        |from: &String| from.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(DOMAIN));
    if !is_relayed && letter.sender.as_ref().is_some_and(is_at_docomo) {
        let text = format!("From is at {DOMAIN}, and the mail comes from elsewhere: taken for a forgery");
        remark(Weight::InDoubt, text, &SENDERS);
    }
    let text = letter.part(Piece::Text).map_or("", |part| part.text.as_str());
    if text.contains("http://") || text.contains("https://") {
        let text = "a link in the text: a filter that the user has set may keep the mail away".to_owned();
        remark(Weight::InDoubt, text, &REPLIES);
    }
    if letter.is_html {
        remark(Weight::InDoubt, "HTML: the matrix says nothing about it".to_owned(), &MEASURED);
    }
    remark_long_line(letter, &mut remarks);
    finish(Way::Mailbox, letter, remarks)
}

/// What a list on a phone shows of a subject at least.
pub fn listed(subject: &str) -> &str {
    cut(subject, 2 * LIST_WIDE)
}

fn remark_long_line(letter: &Letter, remarks: &mut Vec<Remark>) {
    if letter.longest_line > LINE_OCTETS_MAX {
        let text = format!("a line of {} octets: docomo takes {LINE_OCTETS_MAX}", letter.longest_line);
        remarks.push(Remark { weight: Weight::Refused, text, source: &REPLIES });
    }
}

/// Converts each part, unless the mail is not taken.
fn finish(way: Way, letter: &Letter, mut remarks: Vec<Remark>) -> Converted {
    if remarks.iter().any(|remark| remark.weight == Weight::Refused) {
        return Converted { letter: None, remarks };
    }
    let parts = letter.parts.iter().map(|part| converted(way, part, &mut remarks)).collect();
    let files =
        if letter.files.is_empty() { None } else { Some("files: the matrix says nothing about them") };
    remarks.extend(files.map(|text| Remark {
        weight: Weight::InDoubt,
        text: text.to_owned(),
        source: &MEASURED,
    }));
    // Whatever comes in, docomo writes its own lines, and a header that ends.
    let longest_line = letter.longest_line.min(LINE_OCTETS_MAX);
    let letter = Letter { header: Header::Whole, parts, longest_line, ..letter.clone() };
    Converted { letter: Some(letter), remarks }
}

/// One part afterwards.
fn converted(way: Way, part: &Part, remarks: &mut Vec<Remark>) -> Part {
    let class = class(&part.form);
    let row = MATRIX.iter().find(|(of, pieces, _)| *of == way && pieces.contains(&part.piece));
    let Some((_, _, cells)) = row else { return part.clone() };
    let (charset, transfer) = cells[class as usize];
    let name = part.piece.as_str();
    let mut text = part.text.clone();
    if let Some(charset) = charset {
        let fit = if charset == "SHIFT_JIS" { in_shift_jis } else { in_jis };
        text = fitted(&part.text, charset, fit, name, remarks);
    }
    // With nothing but ASCII there is nothing to encode, where ASCII stands bare.
    let is_bare = transfer == Transfer::Base64AsciiBare
        || (part.piece == Piece::Subject && way == Way::Relay && class == Class::Other)
        // An address without a name.
        || (part.piece.is_people() && part.form == Form::ascii() && !part.text.contains('<'));
    let form = if is_bare && text.is_ascii() {
        Form::ascii()
    } else {
        Form { charset: charset.map_or_else(|| part.form.charset.clone(), str::to_owned), transfer }
    };
    if way == Way::Mailbox
        && form.charset == "SHIFT_JIS"
        && !part.piece.is_people()
        && text.contains(['\\', '~'])
    {
        let text = format!("{name}: phones may show \\ as ¥ and ~ as ‾");
        remarks.push(Remark { weight: Weight::InDoubt, text, source: &ROMAN });
    }
    Part { piece: part.piece, form, text }
}

fn class(form: &Form) -> Class {
    const JAPANESE: [&str; 9] = [
        "ISO-2022-JP",
        "CP50220",
        "SHIFT_JIS",
        "SHIFT-JIS",
        "SJIS",
        "X-SJIS",
        "WINDOWS-31J",
        "CP932",
        "EUC-JP",
    ];
    let mut labels = form.charset.split('+').filter(|label| *label != "US-ASCII").peekable();
    if labels.peek().is_none() {
        Class::Ascii
    } else if labels.all(|label| JAPANESE.contains(&label)) {
        Class::Japanese
    } else {
        Class::Other
    }
}

/// How a charset takes a character.
enum Fit {
    /// As it is.
    Same,
    /// Only with the extensions of Windows.
    Extended,
    /// Not at all.
    Not,
}

fn in_jis(c: char) -> Fit {
    let text = c.to_string();
    if c.is_ascii() || iso2022jp::encode(&iso2022jp::map(&text)).is_some() {
        Fit::Same
    } else if ISO_2022_JP.encode(&text).2 {
        Fit::Not
    } else {
        Fit::Extended
    }
}

fn in_shift_jis(c: char) -> Fit {
    match in_jis(c) {
        Fit::Not if !SHIFT_JIS.encode(&c.to_string()).2 => Fit::Extended,
        fit => fit,
    }
}

/// The text as the charset has it, and what it lacks.
fn fitted(text: &str, charset: &str, fit: fn(char) -> Fit, name: &str, remarks: &mut Vec<Remark>) -> String {
    let mut lacking = BTreeSet::new();
    let mut extended = BTreeSet::new();
    let shown: String = text
        .chars()
        .map(|c| match fit(c) {
            Fit::Same => c,
            Fit::Extended => {
                extended.insert(c);
                c
            }
            Fit::Not => {
                lacking.insert(c);
                GETA
            }
        })
        .collect();
    if !lacking.is_empty() {
        let text =
            format!("{name}: {charset} has nothing for {}; {GETA} stands for it here", named(&lacking));
        remarks.push(Remark { weight: Weight::Lost, text, source: &MEASURED });
    }
    if !extended.is_empty() {
        let text = format!("{name}: {} is not in every {charset}, and may be lost", named(&extended));
        remarks.push(Remark { weight: Weight::InDoubt, text, source: &ASSUMED });
    }
    if charset == "ISO-2022-JP" && shown.chars().any(|c| ('\u{FF61}'..='\u{FF9F}').contains(&c)) {
        let text = format!("{name}: half-width katakana become full-width: {charset} has no others");
        remarks.push(Remark { weight: Weight::Changed, text, source: &ASSUMED });
        return iso2022jp::map(&shown);
    }
    shown
}

fn named(characters: &BTreeSet<char>) -> String {
    let more = characters.len().saturating_sub(NAMED_MAX);
    let mut shown: Vec<String> =
        characters.iter().take(NAMED_MAX).map(|c| c.escape_debug().to_string()).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(" ")
}
