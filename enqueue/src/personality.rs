//! Which program is meant: the name under which this one was called says it.

use std::ffi::OsStr;
use std::path::Path;

/// The programs that this one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Personality {
    /// `enqueue`, and any name that is not known: whoever copies the program under a name of his own means this one.
    Enqueue,
    /// `sendmail`: a whole message on stdin, in the manner of every mail system since 1983.
    Sendmail,
    /// `mailq`: what waits.
    Mailq,
    /// `newaliases`: nothing to do.
    Newaliases,
    /// `mail` and `mailx`: a text on stdin, subject and recipients as arguments.
    Mail,
}

impl Personality {
    /// Reads the name of the program, as `argv` has it: with or without folders.
    pub(crate) fn of(program: Option<&OsStr>) -> Self {
        let name = program.map(Path::new).and_then(Path::file_name).unwrap_or_default();
        match name.as_encoded_bytes() {
            b"sendmail" => Self::Sendmail,
            b"mailq" => Self::Mailq,
            b"newaliases" => Self::Newaliases,
            b"mail" | b"mailx" | b"Mail" => Self::Mail,
            _ => Self::Enqueue,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_the_name_decides() {
        for (program, expected) in [
            ("enqueue", Personality::Enqueue),
            ("/usr/bin/enqueue", Personality::Enqueue),
            ("alert", Personality::Enqueue),
            ("", Personality::Enqueue),
            ("sendmail", Personality::Sendmail),
            ("/usr/lib/sendmail", Personality::Sendmail),
            ("/opt/sendmail/enqueue", Personality::Enqueue),
            ("./mailq", Personality::Mailq),
            ("newaliases", Personality::Newaliases),
            ("/usr/bin/mail", Personality::Mail),
            ("mailx", Personality::Mail),
        ] {
            assert_eq!(Personality::of(Some(OsStr::new(program))), expected, "{program}");
        }
        assert_eq!(Personality::of(None), Personality::Enqueue);
    }
}
