//! What a monitor's words come to.

use spool_format::Severity;

/// Characters of a subject. More does not fit on a phone, and the text has it.
const SUBJECT_CHARS_MAX: usize = 120;

/// Octets of a text. In the file each may take six, and an alert has room for 8 MiB.
const TEXT_OCTETS_MAX: usize = 1024 * 1024;

/// An alert, as far as a monitor says it.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) subject: String,
    pub(crate) severity: Severity,
    /// The same for a trouble and for its end.
    pub(crate) key: Option<String>,
    pub(crate) resolves: bool,
    /// Seconds.
    pub(crate) ttl: Option<u64>,
    /// A list of recipients as the monitor writes it.
    pub(crate) to: Option<String>,
    body: String,
    notes: String,
}

impl Told {
    /// A subject and how bad it is; the rest is added.
    pub(crate) fn new(subject: impl Into<String>, severity: Severity) -> Self {
        Self { subject: subject.into(), severity, ..Self::default() }
    }

    /// Adds `Label: value` if there is a value.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "some values are owned, some borrowed; none is used again"
    )]
    pub(crate) fn line(&mut self, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) =
            value.as_ref().map(|value| value.as_ref().trim()).filter(|value| !value.is_empty())
        {
            self.body.extend([label, ": ", value, "\n"]);
        }
    }

    /// Adds a text, with an empty line before it.
    pub(crate) fn paragraph(&mut self, text: &str) {
        let text = text.trim_matches(['\r', '\n']);
        if !text.trim().is_empty() {
            let gap = if self.body.is_empty() { "" } else { "\n" };
            self.body.extend([gap, text, "\n"]);
        }
    }

    /// Says in front of the text what is odd about it.
    pub(crate) fn note(&mut self, note: &str) {
        self.notes.extend(["Note: ", note, "\n"]);
    }

    /// The text, with its notes in front, bounded.
    pub(crate) fn text(&self) -> String {
        let gap = if self.notes.is_empty() || self.body.is_empty() { "" } else { "\n" };
        let mut text = [&self.notes, gap, &self.body].concat();
        if text.len() > TEXT_OCTETS_MAX {
            text.truncate(text.floor_char_boundary(TEXT_OCTETS_MAX));
            text.push_str("\n[cut here: the text was longer than 1 MiB]\n");
        }
        text
    }

    /// The subject as one line that is not too long; it names the monitor if there is nothing else.
    pub(crate) fn subject_line(&self, caller: &str) -> String {
        let words: Vec<&str> = self
            .subject
            .split(|c: char| c.is_control() || c == ' ')
            .filter(|word| !word.is_empty())
            .collect();
        let line = words.join(" ");
        match line.char_indices().nth(SUBJECT_CHARS_MAX) {
            _ if line.is_empty() => format!("{caller} has something to say"),
            Some((at, _)) => format!("{}…", line[..at].trim_end()),
            None => line,
        }
    }
}

/// The first line that says something, without outer blanks.
pub(crate) fn first_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| !line.is_empty())
}
