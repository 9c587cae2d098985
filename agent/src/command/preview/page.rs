//! What a preview looks like, for people.

use std::fmt::Write as _;

use mime::carrier::docomo::LIST_WIDE;
use mime::carrier::{Letter, Part, Piece, Remark, Weight};

use super::docomo::Docomo;
use super::subject::Read;
use super::words::{self, Word, name, word};
use super::{Mail, Preview};
use crate::notice::Tongue;
use crate::output::table::{self, Cell};
use crate::output::terminal::{Colour, Look, printable};

/// The page for people. `offset_minutes` is the zone of its times, east of UTC.
pub(super) fn text(
    subject: &Read,
    previews: &[Preview],
    offset_minutes: i32,
    (look, tongue): (Look, Tongue),
) -> String {
    let mut text = String::new();
    let mut line = |what: Word, value: &str| {
        let _ = writeln!(text, "{}{}", name(word(tongue, what)), printable(value));
    };
    line(Word::Alert, &format!("{}, {}", subject.id, subject.severity.as_str()));
    line(Word::For, &list(&subject.recipients));
    subject.unusable.iter().for_each(|name| line(Word::Unusable, name));
    for preview in previews {
        let _ = write!(text, "\n{}\n", look.paint(&format!("-- {}", preview.provider), Colour::Cyan));
        match &preview.mail {
            Ok(mail) => write_mail(&mut text, (preview, mail), offset_minutes, (look, tongue)),
            Err(why) => {
                let _ = writeln!(
                    text,
                    "\n{}: {}",
                    word(tongue, Word::NoMail),
                    printable(&words::why(tongue, why))
                );
            }
        }
    }
    text
}

fn write_mail(
    text: &mut String,
    (preview, mail): (&Preview, &Mail),
    offset_minutes: i32,
    (look, tongue): (Look, Tongue),
) {
    let Mail { octets, notes, letter, docomo } = mail;
    let head = |text: &mut String, what: &str| {
        let _ = writeln!(text, "\n{}", look.paint(what, Colour::Dim));
    };
    head(text, &words::as_sent(tongue, &preview.sender.to_string(), octets.len()));
    let mut in_header = true;
    for line in lines(octets) {
        in_header &= !line.is_empty();
        let field = line.split_once(':').filter(|(name, _)| in_header && !name.contains(' '));
        let line = match field {
            Some((name, value)) => format!("{}:{value}", look.paint(name, Colour::Cyan)),
            None => line,
        };
        let _ = writeln!(text, "{}", format!("  {line}").trim_end());
    }

    head(text, word(tongue, Word::AsShown));
    for (field, value) in shown(tongue, letter, offset_minutes) {
        let _ = writeln!(text, "  {}{}", name(&field), printable(&value));
    }
    for line in letter.part(Piece::Text).map_or("", |part| &part.text).lines() {
        let _ = writeln!(text, "{}", format!("  | {}", printable(line)).trim_end());
    }

    if !notes.is_empty() {
        head(text, word(tongue, Word::Differs));
        for note in notes {
            let _ = writeln!(text, "  {}", printable(&words::why(tongue, note)));
        }
    }
    if docomo.is_concerned() {
        head(text, word(tongue, Word::Docomo));
        write_docomo(text, letter, docomo, (look, tongue));
    }
}

/// A line for each part: how it is sent, relayed, received, and what is shown in the end.
fn write_docomo(text: &mut String, sent: &Letter, docomo: &Docomo, (look, tongue): (Look, Tongue)) {
    let letters: Vec<(&str, &Letter)> = [
        Some((word(tongue, Word::Sent), sent)),
        docomo.relayed.as_ref().map(|letter| (word(tongue, Word::Relayed), letter)),
        docomo.received.as_ref().map(|letter| (word(tongue, Word::Received), letter)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some((_, last)) = letters.last().filter(|_| letters.len() > 1) {
        let mut head = vec![word(tongue, Word::Part)];
        head.extend(letters.iter().map(|(name, _)| *name));
        head.push(word(tongue, Word::ShownAs));
        let row = |part: &Part| {
            let forms =
                letters.iter().map(|(_, letter)| letter.part(part.piece).map_or_else(String::new, form));
            let shown = part.text.lines().next().unwrap_or_default();
            std::iter::once(words::piece(tongue, part.piece).to_owned())
                .chain(forms)
                .chain(std::iter::once(printable(shown)))
                .map(Cell::plain)
                .collect::<Vec<_>>()
        };
        let rows: Vec<Vec<Cell>> = last.parts.iter().map(row).collect();
        let inner = Look { columns: look.columns.saturating_sub(2), ..look };
        for line in table::set(&head, &rows, inner).lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    if let Some(listed) = &docomo.listed {
        let _ = writeln!(text, "  {}{}", name(word(tongue, Word::List)), printable(listed));
        let what = words::listed(tongue, LIST_WIDE);
        let _ = writeln!(text, "  {}{}", name(""), look.paint(&what, Colour::Dim));
    }
    for Remark { weight, text: what, source } in &docomo.remarks {
        let colour = match weight {
            Weight::Refused | Weight::Lost => Colour::Red,
            Weight::InDoubt => Colour::Yellow,
            Weight::Changed => Colour::Plain,
        };
        let how = look.paint(&name(words::weight(tongue, *weight)), colour);
        let when = source.when.map_or_else(String::new, |when| format!(", {when}"));
        let _ = writeln!(text, "  {how}{}", printable(&words::why(tongue, what)));
        let who = words::why(tongue, source.who);
        let who =
            look.paint(&tongue.either(format!("({who}{when})"), format!("（{who}{when}）")), Colour::Dim);
        let _ = writeln!(text, "  {}{who}", name(""));
    }
}

/// Charset and encoding; bare ASCII has none worth a word.
fn form(part: &Part) -> String {
    printable(&format!("{} {}", part.form.charset, part.form.transfer.as_str()))
}

/// The fields that a reader shows, decoded.
fn shown(tongue: Tongue, letter: &Letter, offset_minutes: i32) -> Vec<(String, String)> {
    let part =
        |piece| letter.part(piece).map(|part: &Part| (part.piece.as_str().to_owned(), part.text.clone()));
    let date = letter.date_ms.map(|ms| ("Date".to_owned(), mime::local_time(ms, offset_minutes)));
    let files = letter.files.iter();
    let files = files.map(|file| words::file(tongue, &file.name, &file.media_type, file.octets));
    let fields = [Piece::From, Piece::To, Piece::Cc, Piece::ReplyTo].map(part);
    fields.into_iter().chain([date, part(Piece::Subject)]).flatten().chain(files).collect()
}

/// The lines of a mail as a terminal can show them.
pub(super) fn lines(octets: &[u8]) -> impl Iterator<Item = String> {
    let octets = octets.strip_suffix(b"\r\n").unwrap_or(octets);
    octets.split(|octet| *octet == b'\n').map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        printable(&String::from_utf8_lossy(line).replace('\u{1b}', "␛"))
    })
}

fn list(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
