//! What a preview looks like, for people.

use std::fmt::Write as _;

use mime::carrier::docomo::LIST_WIDE;
use mime::carrier::{Letter, Part, Piece, Remark, Weight};

use super::docomo::Docomo;
use super::subject::Read;
use super::{Mail, Preview};
use crate::output::table::{self, Cell};
use crate::output::terminal::{Colour, Look, printable};

/// Columns of the names in front of values.
const NAME_COLUMNS: usize = 10;

/// The page for people. `offset_minutes` is the zone of its times, east of UTC.
pub(super) fn text(subject: &Read, previews: &[Preview], offset_minutes: i32, look: Look) -> String {
    let mut text = String::new();
    let mut line = |name: &str, what: &str| {
        let _ = writeln!(text, "{name:NAME_COLUMNS$}{}", printable(what));
    };
    line("alert", &format!("{}, {}", subject.id, subject.severity.as_str()));
    line("for", &list(&subject.recipients));
    subject.unusable.iter().for_each(|name| line("unusable", name));
    for preview in previews {
        let _ = write!(text, "\n{}\n", look.paint(&format!("-- {}", preview.provider), Colour::Cyan));
        match &preview.mail {
            Ok(mail) => write_mail(&mut text, preview, mail, offset_minutes, look),
            Err(why) => {
                let _ = writeln!(text, "\nno mail: {}", printable(why));
            }
        }
    }
    text
}

fn write_mail(text: &mut String, preview: &Preview, mail: &Mail, offset_minutes: i32, look: Look) {
    let Mail { octets, notes, letter, docomo } = mail;
    let head = |text: &mut String, what: &str| {
        let _ = writeln!(text, "\n{}", look.paint(what, Colour::Dim));
    };
    head(text, &format!("as it is sent, as {}: {} octets (␛ stands for ESC)", preview.sender, octets.len()));
    let mut in_header = true;
    for line in lines(octets) {
        in_header &= !line.is_empty();
        let name = line.split_once(':').filter(|(name, _)| in_header && !name.contains(' '));
        let line = match name {
            Some((name, value)) => format!("{}:{value}", look.paint(name, Colour::Cyan)),
            None => line,
        };
        let _ = writeln!(text, "{}", format!("  {line}").trim_end());
    }

    head(text, "as a reader shows it");
    for (name, value) in shown(letter, offset_minutes) {
        let _ = writeln!(text, "  {name:NAME_COLUMNS$}{}", printable(&value));
    }
    for line in letter.part(Piece::Text).map_or("", |part| &part.text).lines() {
        let _ = writeln!(text, "{}", format!("  | {}", printable(line)).trim_end());
    }

    if !notes.is_empty() {
        head(text, "how it differs from the alert");
        for note in notes {
            let _ = writeln!(text, "  {}", printable(note));
        }
    }
    if docomo.is_concerned() {
        head(text, "what docomo makes of it");
        write_docomo(text, letter, docomo, look);
    }
}

/// A line for each part: how it is sent, relayed, received, and what is shown in the end.
fn write_docomo(text: &mut String, sent: &Letter, docomo: &Docomo, look: Look) {
    let letters: Vec<(&str, &Letter)> = [
        Some(("SENT", sent)),
        docomo.relayed.as_ref().map(|letter| ("RELAYED", letter)),
        docomo.received.as_ref().map(|letter| ("IN THE MAILBOX", letter)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some((_, last)) = letters.last().filter(|_| letters.len() > 1) {
        let mut head = vec!["PART"];
        head.extend(letters.iter().map(|(name, _)| *name));
        head.push("SHOWN AS");
        let row = |part: &Part| {
            let forms =
                letters.iter().map(|(_, letter)| letter.part(part.piece).map_or_else(String::new, form));
            let shown = part.text.lines().next().unwrap_or_default();
            std::iter::once(part.piece.as_str().to_owned())
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
        let _ = writeln!(text, "  {:NAME_COLUMNS$}{}", "list", printable(listed));
        let what =
            format!("(what a list on a phone surely shows of the subject: {LIST_WIDE} wide characters)");
        let _ = writeln!(text, "  {:NAME_COLUMNS$}{}", "", look.paint(&what, Colour::Dim));
    }
    for Remark { weight, text: what, source } in &docomo.remarks {
        let colour = match weight {
            Weight::Refused | Weight::Lost => Colour::Red,
            Weight::InDoubt => Colour::Yellow,
            Weight::Changed => Colour::Plain,
        };
        let name = look.paint(&format!("{:NAME_COLUMNS$}", weight.as_str()), colour);
        let when = source.when.map_or_else(String::new, |when| format!(", {when}"));
        let _ = writeln!(text, "  {name}{}", printable(what));
        let _ = writeln!(
            text,
            "  {:NAME_COLUMNS$}{}",
            "",
            look.paint(&format!("({}{when})", source.who), Colour::Dim)
        );
    }
}

/// Charset and encoding; bare ASCII has none worth a word.
fn form(part: &Part) -> String {
    printable(&format!("{} {}", part.form.charset, part.form.transfer.as_str()))
}

/// The fields that a reader shows, decoded.
fn shown(letter: &Letter, offset_minutes: i32) -> Vec<(String, String)> {
    let part =
        |piece| letter.part(piece).map(|part: &Part| (part.piece.as_str().to_owned(), part.text.clone()));
    let date = letter.date_ms.map(|ms| ("Date".to_owned(), mime::local_time(ms, offset_minutes)));
    let files = letter.files.iter().map(|file| {
        ("file".to_owned(), format!("{} ({}, {} octets)", file.name, file.media_type, file.octets))
    });
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
