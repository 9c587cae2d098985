//! The arguments of `mail`, as GNU mailutils, bsd-mailx and s-nail have them, told apart by their shape.
//!
//! Three programs bear the name, and one letter means three things: `-a` is a header field or a file, `-E` a command of
//! mailutils or the wish to send no empty mail, `-A` a file or an account. Options may stand behind addresses. What is not
//! known is warned of and ignored, since whoever calls is a script that nobody looks at.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use crate::exit::shown;

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) subject: Option<Vec<u8>>,
    /// Lists of addresses as they were typed.
    pub(super) to: Vec<Vec<u8>>,
    pub(super) cc: Vec<Vec<u8>>,
    pub(super) bcc: Vec<Vec<u8>>,
    pub(super) from: Option<Vec<u8>>,
    /// Name and value of further fields.
    pub(super) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) attach: Vec<Vec<u8>>,
    /// Files whose text goes below the text.
    pub(super) quote: Vec<Vec<u8>>,
    /// stdin begins with header fields.
    pub(super) reads_header: bool,
    /// An empty text is not to be sent.
    pub(super) skips_empty: bool,
    /// A flag of those that read mail.
    pub(super) reading: Option<String>,
    /// What is to be shown in place of all this.
    pub(super) shows: Option<Shows>,
    /// For stderr.
    pub(super) warnings: Vec<String>,
}

/// A text to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    Help,
    Version,
}

/// Letters that stand alone and change nothing here.
const IGNORED: &[u8] = b"BDIFNdilnpvw~#R";

/// Letters that have a value which changes nothing here: s-nail's commands, fields and customs.
const IGNORED_WITH_VALUE: &[u8] = b"LTXY:";

/// Long options of mailutils, with the letter that means the same.
const LONG: [(&str, u8); 17] = [
    ("subject", b's'),
    ("append", b'a'),
    ("attach", b'A'),
    ("return-address", b'r'),
    ("exec", b'E'),
    ("to", b't'),
    ("content-type", b'M'),
    ("user", b'u'),
    ("file", b'f'),
    ("exist", b'e'),
    ("headers", b'H'),
    ("ignore", b'i'),
    ("norc", b'n'),
    ("nosum", b'N'),
    ("byname", b'F'),
    ("help", b'?'),
    ("version", b'V'),
];

/// Reads the arguments behind the program's name. `is_file` says whether this names a file that is there.
pub(super) fn parse(arguments: &[OsString], is_file: &dyn Fn(&[u8]) -> bool) -> Call {
    let words = arguments.iter().map(|word| word.clone().into_vec()).collect();
    let mut parser = Parser { words, at: 0, is_file, call: Call::default() };
    while let Some(word) = parser.next() {
        match word.as_slice() {
            b"--" => parser.behind_dashes(),
            [b'-', b'-', long @ ..] => parser.long(long),
            [b'-', letters @ ..] if !letters.is_empty() => parser.letters(letters),
            _ => parser.call.to.push(word),
        }
    }
    parser.call
}

struct Parser<'p> {
    words: Vec<Vec<u8>>,
    at: usize,
    is_file: &'p dyn Fn(&[u8]) -> bool,
    call: Call,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<Vec<u8>> {
        let word = self.words.get(self.at).cloned();
        self.at += usize::from(word.is_some());
        word
    }

    fn next_if(&mut self, is_value: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
        let fits = self.words.get(self.at).is_some_and(|word| is_value(word));
        fits.then(|| self.next()).flatten()
    }

    fn warn(&mut self, what: &str) {
        self.call.warnings.push(what.to_owned());
    }

    fn letters(&mut self, letters: &[u8]) {
        let mut rest = letters;
        while let [letter, behind @ ..] = rest {
            // The rest of the word is the value, if there is one.
            let attached = (!behind.is_empty()).then(|| behind.to_vec());
            if self.letter(*letter, attached) {
                return;
            }
            rest = behind;
        }
    }

    /// Takes one letter; says whether the rest of its word is used up.
    fn letter(&mut self, letter: u8, attached: Option<Vec<u8>>) -> bool {
        let is_file = self.is_file;
        match letter {
            b't' => self.call.reads_header = true,
            b'V' => self.call.shows = Some(Shows::Version),
            b'?' | b'h' => self.call.shows = Some(Shows::Help),
            b'E' => return self.exec_or_empty(attached),
            // s-nail has a file or a type there; others have no value.
            b'q' | b'm' => match attached.filter(|word| is_file(word)).or_else(|| self.next_if(is_file)) {
                Some(file) => {
                    self.call.quote.push(file);
                    return true;
                }
                None => return false,
            },
            b'M' => {
                let is_type = |word: &[u8]| word.contains(&b'/') && !word.contains(&b'@') && word[0] != b'-';
                if let Some(kind) = attached.filter(|word| is_type(word)).or_else(|| self.next_if(is_type)) {
                    self.call.headers.push((b"Content-Type".to_vec(), kind));
                    return true;
                }
                return false;
            }
            b'f' | b'u' | b'e' | b'H' => {
                self.call.reading = Some(format!("-{}", char::from(letter)));
                return matches!(letter, b'f' | b'u') && attached.is_some();
            }
            _ if IGNORED.contains(&letter) => return false,
            b's' | b'a' | b'A' | b'b' | b'c' | b'r' | b'S' | b'C' => match attached.or_else(|| self.next()) {
                Some(value) => {
                    self.value(letter, value);
                    return true;
                }
                None => self.warn(&format!("-{} has no value", char::from(letter))),
            },
            _ if IGNORED_WITH_VALUE.contains(&letter) => {
                let _ = attached.or_else(|| self.next());
                return true;
            }
            _ => self.warn(&format!("unknown option -{}, ignored", char::from(letter).escape_default())),
        }
        false
    }

    fn value(&mut self, letter: u8, value: Vec<u8>) {
        match letter {
            b's' => self.call.subject = Some(value),
            b'b' => self.call.bcc.push(value),
            b'c' => self.call.cc.push(value),
            b'r' => self.call.from = Some(value),
            b'S' => {
                // Values of the others may be passwords, and are looked at no further.
                if let Some(from) = value.strip_prefix(b"from=") {
                    self.call.from.get_or_insert_with(|| from.to_vec());
                }
            }
            b'A' if !(self.is_file)(&value) && !value.contains(&b'/') && !value.contains(&b'.') => {
                self.warn(&format!("-A {} is no file, and accounts are not known here", lossy(&value)));
            }
            b'A' => self.call.attach.push(value),
            _ => match field(&value).filter(|_| !(self.is_file)(&value)) {
                Some(field) => self.call.headers.push(field),
                None => self.call.attach.push(value),
            },
        }
    }

    /// `-E`: of mailutils with a command, which has several words; of the others without a value.
    fn exec_or_empty(&mut self, attached: Option<Vec<u8>>) -> bool {
        let is_command =
            |word: &[u8]| word.contains(&b' ') && !word.contains(&b'@') && !word.starts_with(b"-");
        if let Some(attached) = attached {
            self.call.skips_empty = !is_command(&attached);
            return !self.call.skips_empty;
        }
        if self.next_if(is_command).is_some() {
            return true;
        }
        self.call.skips_empty = true;
        false
    }

    fn long(&mut self, long: &[u8]) {
        let mut parts = long.splitn(2, |octet| *octet == b'=');
        let (name, value) = (lossy(parts.next().unwrap_or_default()), parts.next().map(<[u8]>::to_vec));
        let known = LONG.iter().find(|(known, _)| known.starts_with(name.as_str()) && !name.is_empty());
        match known {
            Some((_, b'E')) => drop(value.or_else(|| self.next())),
            Some((_, letter)) => {
                self.letter(*letter, value);
            }
            None => self.warn(&format!("unknown option --{name}, ignored")),
        }
    }

    /// Behind `--`: addresses, or in the manner of BSD what the mailer is to be told.
    fn behind_dashes(&mut self) {
        while let Some(word) = self.next() {
            match word.as_slice() {
                [b'-', b'f' | b'r', from @ ..] if !from.is_empty() => self.call.from = Some(from.to_vec()),
                b"-f" | b"-r" => self.call.from = self.next().or_else(|| self.call.from.take()),
                b"-F" => drop(self.next()),
                [b'-', ..] if !word.contains(&b'@') => {
                    self.warn(&format!("option {} for the mailer, ignored", lossy(&word)));
                }
                _ => self.call.to.push(word),
            }
        }
    }
}

/// `Name: value`, if it is that (RFC 5322 section 2.2).
fn field(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let colon = text.iter().position(|octet| *octet == b':')?;
    let (name, value) = (&text[..colon], &text[colon + 1..]);
    let is_name =
        !name.is_empty() && name.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-');
    is_name.then(|| (name.to_vec(), value.trim_ascii().to_vec()))
}

fn lossy(octets: &[u8]) -> String {
    shown(&String::from_utf8_lossy(octets))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(words: &[&str]) -> Call {
        let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
        parse(&arguments, &|name| matches!(name, b"/etc/motd" | b"report.csv" | b"a: b"))
    }

    fn texts(list: &[Vec<u8>]) -> Vec<&str> {
        list.iter().map(|octets| std::str::from_utf8(octets).expect("UTF-8")).collect()
    }

    #[test]
    fn each_dialect_leads_to_the_same_subject_recipients_and_sender() {
        for words in [
            ["-s", "disk full", "-r", "me@x", "-c", "c@x", "-b", "b@x", "a@x"].as_slice(),
            &["-sdisk full", "-rme@x", "-cc@x", "-bb@x", "a@x"],
            &["a@x", "-s", "disk full", "-r", "me@x", "-c", "c@x", "-b", "b@x"],
            &["--subject=disk full", "--return-address", "me@x", "-c", "c@x", "-b", "b@x", "a@x"],
            &["-E", "set escape", "-s", "disk full", "-rme@x", "-cc@x", "-bb@x", "a@x"],
            &["-ins", "disk full", "-c", "c@x", "-b", "b@x", "a@x", "--", "-f", "me@x"],
            &["-v", "-s", "disk full", "-c", "c@x", "-b", "b@x", "a@x", "--", "-fme@x"],
            &["-S", "smtp=x:25", "-S", "from=me@x", "-s", "disk full", "-b", "b@x", "-c", "c@x", "a@x"],
            &["-S", "sendwait", "-r", "me@x", "-s", "disk full", "-b", "b@x", "-c", "c@x", "--", "a@x"],
        ] {
            let call = parsed(words);
            assert_eq!(call.subject.as_deref(), Some(b"disk full".as_slice()), "{words:?}");
            assert_eq!(
                (texts(&call.to), texts(&call.cc), texts(&call.bcc)),
                (vec!["a@x"], vec!["c@x"], vec!["b@x"])
            );
            assert_eq!(call.from.as_deref(), Some(b"me@x".as_slice()), "{words:?}");
            assert!(call.warnings.is_empty() && !call.skips_empty && call.reading.is_none(), "{call:?}");
        }
    }

    #[test]
    fn a_letter_that_means_several_things_is_understood_by_what_follows() {
        let call = parsed(&[
            "-a",
            "From: Ops <ops@x>",
            "-a",
            "report.csv",
            "-a",
            "a: b",
            "-A",
            "/etc/motd",
            "-A",
            "gmail",
            "a@x",
        ]);
        assert_eq!(call.headers, [(b"From".to_vec(), b"Ops <ops@x>".to_vec())]);
        assert_eq!(texts(&call.attach), ["report.csv", "a: b", "/etc/motd"]);
        assert!(call.warnings.iter().any(|warning| warning.contains("gmail")), "{:?}", call.warnings);
        // Files that are missing are attachments still, for somebody has to be told.
        assert_eq!(
            texts(&parsed(&["-A", "/no/such", "-a", "gone.txt", "a@x"]).attach),
            ["/no/such", "gone.txt"]
        );
        for (words, skips_empty) in [
            (["-E", "-s", "x", "a@x"].as_slice(), true),
            (&["-E", "a@x"], true),
            (&["-Es", "x", "a@x"], true),
            (&["-E", "set escape", "a@x"], false),
            (&["-Eset escape", "a@x"], false),
            (&["--exec=set escape", "a@x"], false),
        ] {
            let call = parsed(words);
            assert_eq!((call.skips_empty, texts(&call.to)), (skips_empty, vec!["a@x"]), "{words:?}");
        }
        let call = parsed(&["-M", "text/html", "-q", "/etc/motd", "a@x"]);
        assert_eq!(
            (call.headers.len(), texts(&call.quote), texts(&call.to)),
            (1, vec!["/etc/motd"], vec!["a@x"])
        );
        assert_eq!(texts(&parsed(&["-M", "-q", "a@x"]).to), ["a@x"]);
    }

    #[test]
    fn what_is_not_known_is_warned_of_and_costs_no_recipient() {
        for words in
            [["-Z", "a@x"].as_slice(), &["--frobnicate", "a@x"], &["a@x", "--", "-odi"], &["a@x", "-s"]]
        {
            let call = parsed(words);
            assert_eq!((texts(&call.to), call.warnings.len()), (vec!["a@x"], 1), "{words:?}");
        }
    }

    proptest! {
        #[test]
        fn no_arguments_make_the_parser_panic(words in prop::collection::vec(prop::collection::vec(1..=255u8, 0..8), 0..8)) {
            let arguments: Vec<OsString> = words.into_iter().map(OsString::from_vec).collect();
            let call = parse(&arguments, &|name| name.len() % 2 == 0);
            let kept = call.to.len() + call.cc.len() + call.bcc.len();
            prop_assert!(kept <= arguments.len());
        }
    }
}
