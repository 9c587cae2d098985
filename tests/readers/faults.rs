//! What readers themselves get wrong, each with a mail that shows it.
//!
//! An exception is as narrow as it can be: it holds for one text of one reader, and only if what is shown is what the
//! fault makes of it; where that cannot be told, only if the field holds what the fault stumbles over. The mails stand here in full and come from nobody's composer; a test reads them.

use crate::expected::folded;
use crate::judge::{Case, Column};

/// A fault of one or more readers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) readers: &'static [&'static str],
    /// For the table.
    pub(crate) what: &'static str,
    /// Fields of a mail without a body; lines end in LF.
    pub(crate) mail: &'static str,
    /// Key and text that stand in it.
    pub(crate) right: (&'static str, &'static str),
    /// What is shown in place of the text.
    pub(crate) wrong: &'static str,
    /// Whether the fault has made this of it.
    pub(crate) explains: fn(Case<'_>) -> bool,
}

pub(crate) const FAULTS: [Fault; 14] = [
    Fault {
        readers: &["Python email"],
        what: "puts a blank where two encoded words of a display name meet, makes one blank of several, and counts wider blanks (U+00A0, U+3000) as such",
        mail: "From: =?UTF-8?B?5pel?=\n =?UTF-8?B?5pys?= <a@example.jp>\nTo: b@example.jp\n",
        right: ("from.name", "日本"),
        wrong: "日 本",
        explains: |case| {
            let solid = |text: &str| case.expected.normal(text).replace(char::is_whitespace, "");
            is(case, Column::Name)
                && case.field.contains("=?")
                && solid(case.got) == solid(&case.expected.text)
        },
    },
    Fault {
        readers: &["Python email"],
        what: "takes angle brackets, quotes and wide blanks off a file name, though they are part of it",
        mail: "From: a@example.jp\nTo: b@example.jp\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nbody\n--x\n\
               Content-Type: image/png\nContent-Disposition: attachment; filename=\"<root>\"\n\nfile\n--x--\n",
        right: ("file", "<root>"),
        wrong: "root",
        explains: |case| {
            let bare = |pair: &(char, char)| case.expected.text.strip_prefix(pair.0)?.strip_suffix(pair.1);
            let shown = [('<', '>'), ('"', '"')].iter().find_map(bare).unwrap_or(&case.expected.text);
            is(case, Column::File) && case.got == shown.trim()
        },
    },
    Fault {
        readers: &["postal-mime", "Ruby mail"],
        what: "decodes what looks like an encoded word in a file name, also in the percent form, which has none",
        mail: "From: a@example.jp\nTo: b@example.jp\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nbody\n--x\n\
               Content-Type: image/png\nContent-Disposition: attachment;\n filename*=UTF-8''%3D%3FUTF-8%3FB%3F5pel%3F%3D\n\nfile\n--x--\n",
        right: ("file", "=?UTF-8?B?5pel?="),
        wrong: "日",
        // Decoding them may cost the byte order mark of a later fault.
        explains: |case| {
            let text = &case.expected.text;
            let without_mark = text.strip_prefix('\u{FEFF}').unwrap_or(text);
            let is_replaced = [text, without_mark].iter().any(|text| has_lookalikes_replaced(text, case.got));
            is(case, Column::File) && is_replaced
        },
    },
    Fault {
        readers: &["GMime"],
        what: "joins the base64 of neighbouring words, and loses what stands behind a pad",
        mail: "From: =?UTF-8?B?OiDml6U=?=\n =?UTF-8?B?5pys?= <a@example.jp>\nTo: b@example.jp\n",
        right: ("from.name", ": 日本"),
        wrong: ": 日",
        explains: |case| {
            let is_in_header = is(case, Column::Name) || is(case, Column::Subject);
            is_in_header
                && case.field.contains("=?= =?")
                && lacks_one_piece(
                    &case.expected.normal(&case.expected.text),
                    &case.expected.normal(case.got),
                )
        },
    },
    Fault {
        readers: &["Ruby mail"],
        what: "takes the quoted local part of one mailbox for the name of the next one in the list",
        mail: "From: a@example.jp\nTo: <\"c..\"@example.jp>, =?UTF-8?B?5pel?= <b@example.jp>\n",
        right: ("to.name", "日"),
        wrong: "c..",
        explains: |case| is(case, Column::Name) && case.field.contains(&format!("<\"{}\"@", case.got)),
    },
    Fault {
        readers: &["Ruby mail"],
        what: "shows nothing of a text of blanks",
        mail: "From: a@example.jp\nTo: b@example.jp\n\n \n",
        right: ("body", " \r\n"),
        wrong: "",
        explains: |case| {
            is(case, Column::Body) && case.got.is_empty() && case.expected.text.trim().is_empty()
        },
    },
    Fault {
        readers: &["postal-mime"],
        what: "takes U+FEFF at the start of an encoded word or a body for a byte order mark",
        mail: "From: =?UTF-8?B?77u/YQ==?= <a@example.jp>\nTo: b@example.jp\n",
        right: ("from.name", "\u{FEFF}a"),
        wrong: "a",
        explains: |case| {
            let without_mark = |text: &str| case.expected.normal(text).replace('\u{FEFF}', "");
            let has_mark =
                case.field.contains("=?UTF-8?B?77u/") || case.expected.text.starts_with('\u{FEFF}');
            has_mark && without_mark(case.got) == without_mark(&case.expected.text)
        },
    },
    Fault {
        readers: &["PHP mailparse, iconv"],
        what: "knows no backslash in a quoted name, and reads the list wrongly from there on",
        mail: "From: \"a \\\"b\\\"\" <a@example.jp>\nTo: b@example.jp\n",
        right: ("from.name", "a \"b\""),
        wrong: "a \\ b\\",
        explains: |case| (is(case, Column::Name) || is(case, Column::Address)) && case.field.contains('\\'),
    },
    Fault {
        readers: &["PHP mailparse, iconv"],
        what: "makes blanks of the underscores of a file name in percent form",
        mail: "From: a@example.jp\nTo: b@example.jp\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nbody\n--x\n\
               Content-Type: image/png\nContent-Disposition: attachment; filename*=UTF-8''%E6%97%A5_\n\nfile\n--x--\n",
        right: ("file", "日_"),
        wrong: "日 ",
        explains: |case| {
            is(case, Column::File) && case.expected.text.replace('_', " ") == case.got.replace('_', " ")
        },
    },
    Fault {
        readers: &["PHP mailparse, iconv"],
        what: "refuses a text that ends in an equals sign (iconv)",
        mail: "From: a@example.jp\nTo: b@example.jp\nSubject: a =\n",
        right: ("subject", "a ="),
        wrong: "(refused: iconv_mime_decode(): Malformed string)",
        explains: |case| {
            case.expected.text.ends_with('=') && case.got.starts_with("(refused: iconv_mime_decode")
        },
    },
    Fault {
        readers: &["Perl Encode"],
        what: "shows U+FFFD for what is no character in Unicode, now and ever (U+FDD0 to U+FDEF, U+nFFFE, U+nFFFF)",
        mail: "From: =?UTF-8?B?77eQ?= <a@example.jp>\nTo: b@example.jp\n",
        right: ("from.name", "\u{FDD0}"),
        wrong: "\u{FFFD}",
        explains: |case| {
            let is_none = |c: char| matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE;
            case.got == case.expected.text.replace(is_none, "\u{FFFD}")
        },
    },
    Fault {
        readers: &["nkf"],
        what: "knows no US-ASCII in encoded words",
        mail: "From: a@example.jp\nTo: b@example.jp\nSubject: =?US-ASCII?B?YQ==?=\n",
        right: ("subject", "a"),
        wrong: "=?US-ASCII?B?YQ==?=",
        explains: |case| case.field.contains("=?US-ASCII?B?") && case.got.contains("=?US-ASCII?B?"),
    },
    Fault {
        readers: &["nkf"],
        what: "takes U+FEFF at the start of a body for a byte order mark",
        mail: "From: a@example.jp\nTo: b@example.jp\nContent-Type: text/plain; charset=UTF-8\n\
               Content-Transfer-Encoding: base64\n\n77u/YQ==\n",
        right: ("body", "\u{FEFF}a"),
        wrong: "a",
        explains: |case| {
            let text = case.expected.text.strip_prefix('\u{FEFF}');
            let shown = folded(&case.expected.normal(case.got));
            is(case, Column::Body) && text.is_some_and(|text| folded(&case.expected.normal(text)) == shown)
        },
    },
    Fault {
        readers: &["nkf"],
        what: "has one code for two characters, in UTF-8 too: ￥ and ¥, ￣ and ‾, ￤ and ¦, and the family of the wave dash",
        mail: "From: a@example.jp\nTo: b@example.jp\nSubject: =?UTF-8?B?77+l?=\n",
        right: ("subject", "￥"),
        wrong: "¥",
        explains: |case| {
            folded(&case.expected.normal(case.got)) == folded(&case.expected.normal(&case.expected.text))
        },
    },
];

fn is(case: Case<'_>, column: Column) -> bool {
    Column::of(case.expected.key) == column
}

/// `got` is `text` without one piece of it.
fn lacks_one_piece(text: &str, got: &str) -> bool {
    let same = |(a, b): &(char, char)| a == b;
    let before = text.chars().zip(got.chars()).take_while(same).count();
    let behind = text.chars().rev().zip(got.chars().rev()).take_while(same).count();
    before + behind >= got.chars().count()
}

/// `text` seems to hold encoded words, and what stands before the first and behind the last of them is in `got`, too.
fn has_lookalikes_replaced(text: &str, got: &str) -> bool {
    let words = text.match_indices("=?").filter_map(|(start, _)| Some((start, lookalike_end(text, start)?)));
    let (starts, ends): (Vec<_>, Vec<_>) = words.unzip();
    let (Some(first), Some(last)) = (starts.first(), ends.iter().max()) else { return false };
    got.starts_with(text[..*first].trim_end()) && got.ends_with(text[*last..].trim_start())
}

/// Where what begins at `start` and looks like an encoded word ends.
fn lookalike_end(text: &str, start: usize) -> Option<usize> {
    let parts: Vec<&str> = text[start + 2..].splitn(3, '?').collect();
    let [charset, encoding, rest] = parts[..] else { return None };
    let is_word = charset.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && matches!(encoding, "B" | "b" | "Q" | "q");
    let payload = rest.find("?=").filter(|_| is_word)?;
    Some(start + 2 + charset.len() + 1 + encoding.len() + 1 + payload + 2)
}
