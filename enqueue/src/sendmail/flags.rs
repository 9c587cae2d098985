//! The flags of `sendmail`, as forty years of callers write them: bundled, with values attached or apart.
//!
//! | flag | |
//! | --- | --- |
//! | `-t -f -r -F -i -b -q -I -O -o --` | done, where they mean something here |
//! | `-A -B -C -h -L -N -R -V -X -p` | taken with their value, and ignored |
//! | `-c -d -D -e -G -J -m -n -U -v -x` | taken and ignored |
//! | `-bd -bt -bv …` | refused: what they ask for is no mail |
//! | all others | warned of: a mail with a warning is better than none |

use std::ffi::OsString;

use crate::exit::shown;

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// `-bm`: stdin is a message.
    #[default]
    Deliver,
    /// `-bs`: stdin is a client.
    Dialogue,
    /// `-bp`: say what waits.
    List,
    /// `-q`: try again what waits.
    Flush,
    /// `-bi`: there are no tables to be made anew.
    NewAliases,
    /// `-q30m`: the agent looks after the queue anyway.
    Nothing,
    Help,
    Version,
    /// Not here, for this reason.
    Refused(&'static str),
}

/// A command line that was understood as far as possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) mode: Mode,
    /// `-t`: recipients stand in the message too.
    pub(super) reads_header: bool,
    /// `-i`: a line with a single dot is text, also on a terminal.
    pub(super) ignores_dots: bool,
    pub(super) sender: Option<String>,
    pub(super) name: Option<String>,
    pub(super) recipients: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// Reads all words but the first.
pub(super) fn parse(words: &[OsString]) -> Call {
    let mut words = words.iter().map(|word| word.to_string_lossy().into_owned()).peekable();
    let mut call = Call::default();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some("-") => {
                call.recipients.extend(words);
                break;
            }
            Some("-help") => call.mode = Mode::Help,
            Some("-version") => call.mode = Mode::Version,
            Some(letters) if !letters.is_empty() => call.letters(letters, &word, &mut words),
            _ => call.recipients.push(word),
        }
    }
    call
}

impl Call {
    /// Reads one word of flags; the last of them may have its value in the next word.
    fn letters(
        &mut self,
        letters: &str,
        word: &str,
        words: &mut std::iter::Peekable<impl Iterator<Item = String>>,
    ) {
        for (at, letter) in letters.char_indices() {
            let attached = &letters[at + letter.len_utf8()..];
            match letter {
                't' => self.reads_header = true,
                'i' => self.ignores_dots = true,
                'I' => self.mode = Mode::NewAliases,
                'c' | 'D' | 'G' | 'J' | 'm' | 'n' | 'U' | 'v' | 'x' => {}
                'A' | 'B' | 'C' | 'F' | 'L' | 'N' | 'O' | 'R' | 'V' | 'X' | 'b' | 'f' | 'h' | 'o' | 'p'
                | 'r' => {
                    let value = value(attached, words);
                    return match value {
                        Some(value) => self.with_value(letter, &value),
                        None => self.warnings.push(format!("option `-{letter}` has no value")),
                    };
                }
                // Its value may be apart, but is one letter: the next word may be a recipient.
                'e' => {
                    if attached.is_empty() {
                        words.next_if(|next| matches!(next.as_str(), "b" | "e" | "m" | "p" | "q" | "w"));
                    }
                    return;
                }
                'd' => return,
                'q' => {
                    let is_interval = attached.starts_with(|c: char| c.is_ascii_digit());
                    self.mode = if is_interval { Mode::Nothing } else { Mode::Flush };
                    return;
                }
                _ => {
                    return self.warnings.push(format!("unknown option `{}` is ignored", shown(word)));
                }
            }
        }
    }

    fn with_value(&mut self, letter: char, value: &str) {
        match letter {
            'f' | 'r' => self.sender = Some(value.to_owned()),
            'F' => self.name = Some(value.to_owned()),
            'o' if value == "i" => self.ignores_dots = true,
            'O' if value.to_ascii_lowercase().starts_with("ignoredots") => {
                self.ignores_dots = !value.to_ascii_lowercase().ends_with("=false");
            }
            'b' => self.be(value),
            _ => {}
        }
    }

    fn be(&mut self, value: &str) {
        self.mode = match value.as_bytes()[0] {
            b'm' => Mode::Deliver,
            b's' => Mode::Dialogue,
            b'p' => Mode::List,
            b'i' => Mode::NewAliases,
            b'd' | b'D' => {
                Mode::Refused("-bd: this is no server for other machines; alertmail run is the agent")
            }
            b't' => Mode::Refused("-bt: there are no rules to be tried; see alertmail route --help"),
            b'v' => Mode::Refused("-bv: addresses are not verified; see alertmail route --help"),
            b'h' | b'H' | b'P' => {
                Mode::Refused("-bh, -bH, -bP: there is no such list; see alertmail providers --help")
            }
            _ => {
                self.warnings.push(format!("unknown option `-b{}` is ignored", shown(value)));
                return;
            }
        };
    }
}

/// What is attached, or else the next word.
fn value(attached: &str, words: &mut std::iter::Peekable<impl Iterator<Item = String>>) -> Option<String> {
    if !attached.is_empty() {
        return Some(attached.to_owned());
    }
    words.next_if(|next| next != "--" && !next.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Call {
        let words: Vec<OsString> =
            line.split(' ').filter(|word| !word.is_empty()).map(OsString::from).collect();
        parse(&words)
    }

    #[test]
    fn what_real_callers_write_is_understood() {
        for (line, recipients, sender, name, reads_header) in [
            ("-FCronDaemon -i -B8BITMIME -oem root", "root", "", "CronDaemon", false),
            ("-FCronDaemon -odi -oem -oi -t -f root@db1", "", "root@db1", "CronDaemon", true),
            ("-ti", "", "", "", true),
            ("-FAnacron -odi root", "root", "", "Anacron", false),
            ("-t -fmdadm@db1", "", "mdadm@db1", "", true),
            ("-f fail2ban@db1 ops@example.jp", "ops@example.jp", "fail2ban@db1", "", false),
            ("-oi -t", "", "", "", true),
            ("-N failure -R hdrs -V id7 root", "root", "", "", false),
            ("-O DeliveryMode=b -ODeliveryMode=b root", "root", "", "", false),
            (
                "-v -U -X log.txt -r x@example.com -- -dash@example.com",
                "-dash@example.com",
                "x@example.com",
                "",
                false,
            ),
            ("-bm -em -e m root -oem", "root", "", "", false),
            ("-e root", "root", "", "", false),
            ("-d0.1 -d root", "root", "", "", false),
            ("-oi -f -- a@x b@x", "a@x b@x", "", "", false),
            ("root -f x@y ops", "root ops", "x@y", "", false),
            ("-Zunknown root", "root", "", "", false),
            ("-- -t", "-t", "", "", false),
            ("-tf", "", "", "", true),
        ] {
            let call = read(line);
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            assert_eq!(call.recipients.join(" "), recipients, "{line}");
            assert_eq!(
                (text(&call.sender), text(&call.name)),
                (sender.to_owned(), name.to_owned()),
                "{line}"
            );
            assert_eq!((call.reads_header, call.mode), (reads_header, Mode::Deliver), "{line}");
        }
    }

    #[test]
    fn a_mode_is_asked_for_by_its_letter() {
        for (line, mode) in [
            ("", Mode::Deliver),
            ("-bm", Mode::Deliver),
            ("-bs -odb -oem", Mode::Dialogue),
            ("-b s", Mode::Dialogue),
            ("-bp", Mode::List),
            ("-q", Mode::Flush),
            ("-qRexample.jp", Mode::Flush),
            ("-q30m", Mode::Nothing),
            ("-bi", Mode::NewAliases),
            ("-I", Mode::NewAliases),
            ("-bz", Mode::Deliver),
            ("--help", Mode::Help),
            ("--version", Mode::Version),
        ] {
            assert_eq!(read(line).mode, mode, "{line}");
        }
        for line in ["-bd", "-bd -q30m -bd", "-bt", "-bv root", "-bh"] {
            assert!(matches!(read(line).mode, Mode::Refused(_)), "{line}");
        }
    }

    #[test]
    fn what_is_not_known_is_warned_of_by_name() {
        for (line, warned) in [
            ("-Zunknown root", "`-Zunknown`"),
            ("-bz", "`-bz`"),
            ("root -f", "`-f` has no value"),
            ("--frob", "`--frob`"),
        ] {
            let warnings = read(line).warnings;
            assert!(warnings.len() == 1 && warnings[0].contains(warned), "{line}: {warnings:?}");
        }
        assert_eq!(read("-ti -FCronDaemon -oem root").warnings, [""; 0]);
    }

    proptest! {
        #[test]
        fn no_words_upset_it_and_all_behind_two_dashes_are_recipients(
            before in proptest::collection::vec("-?[a-zA-Z@.]{0,6}", 0..6), behind in proptest::collection::vec("[-a-z@]{0,6}", 0..4),
        ) {
            let words: Vec<OsString> = before.iter().map(String::as_str).chain(["--"]).chain(behind.iter().map(String::as_str)).map(OsString::from).collect();
            let call = parse(&words);
            prop_assert!(call.recipients.ends_with(&behind));
        }
    }
}
