//! How `enqueue` ends: the exit codes as a type, and the one line on stderr that goes with each failure.
//!
//! The codes are those of sysexits.h, because mail programs and init systems know them. They are an
//! interface: a code never changes its meaning. Nothing here decides which failure it was; the places do.

use spool_format::AlertId;

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: the alert is stored and survives a crash; or help or the version was asked for and shown.
    Done,
    /// 64: the command line is wrong. The same call fails again.
    Usage,
    /// 65: a recipient, or the size of what was given, is wrong. The same call fails again.
    BadData,
    /// 66: stdin or a file to attach cannot be read.
    NoInput,
    /// 69: `alertmail`, which is to answer in place of this program, cannot be started.
    NoProgram,
    /// 73: there is no spool at that place, or no file can be made there; and no other place took the alert or its text.
    NoSpool,
    /// 75: the system is short of something (room, quota, descriptors) or the disk failed; or the text is in the system's
    /// log only; or nobody knows. Try again later.
    TryAgain,
    /// 77: the caller may not write into the spool; and no other place took the alert or its text.
    NotPermitted,
}

impl Exit {
    /// Every way to end, in the order of the codes.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Usage,
        Self::BadData,
        Self::NoInput,
        Self::NoProgram,
        Self::NoSpool,
        Self::TryAgain,
        Self::NotPermitted,
    ];

    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 64,
            Self::BadData => 65,
            Self::NoInput => 66,
            Self::NoProgram => 69,
            Self::NoSpool => 73,
            Self::TryAgain => 75,
            Self::NotPermitted => 77,
        }
    }
}

/// Why an alert was not stored.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The exit code that goes with it.
    pub(crate) exit: Exit,
    outcome: &'static str,
    text: String,
}

impl Refusal {
    /// The alert is not in the spool. The text says what happened, to what, and what to do.
    pub(crate) fn new(exit: Exit, text: String) -> Self {
        Self { exit, outcome: "not stored", text }
    }

    /// The alert may be in the spool all the same.
    pub(crate) fn unsure(exit: Exit, text: String) -> Self {
        Self { exit, outcome: "perhaps not stored", text }
    }

    /// The same, after the text went where people can read it, but nobody mails it.
    pub(crate) fn with_text_in(self, log: &str, id: AlertId) -> Self {
        let text = format!("{}; the text is in {log} under id {id}", self.text);
        Self { exit: Exit::TryAgain, text, ..self }
    }

    /// What happened, to what, and what to do.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The same, for keeps.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The one line for stderr, with its end.
    pub(crate) fn line(&self) -> String {
        format!("enqueue: {}: {}\n", self.outcome, self.text)
    }
}

/// The caller's own words as an error may show them: one line, cut, control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(80) {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}
