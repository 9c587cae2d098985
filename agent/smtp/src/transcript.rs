//! The dialogue as people may read it.
//!
//! Bounded, printable, without secrets: `Command` writes what may be shown and what goes out separately, so that no
//! payload of AUTH ever comes here to be masked.

use std::collections::VecDeque;
use std::fmt;

use crate::limits::TRANSCRIPT_LINES_MAX;
use crate::printable::{cut, printable};
use crate::reply::Reply;

/// The last lines of a session: `C:` ours, `S:` the server's, `*:` what happened otherwise.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    lines: VecDeque<String>,
    dropped: usize,
}

impl Transcript {
    /// The lines kept, oldest first, at most [`TRANSCRIPT_LINES_MAX`].
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// How many older lines are no longer there.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    pub(crate) fn client(&mut self, shown: &impl fmt::Display) {
        self.push(&format!("C: {shown}"));
    }

    pub(crate) fn server(&mut self, reply: &Reply) {
        let last = reply.lines.len() - 1;
        for (number, line) in reply.lines.iter().enumerate() {
            let separator = if number == last { ' ' } else { '-' };
            self.push(&format!("S: {}{separator}{line}", reply.code));
        }
    }

    pub(crate) fn event(&mut self, event: &impl fmt::Display) {
        self.push(&format!("*: {event}"));
    }

    fn push(&mut self, line: &str) {
        if self.lines.len() == TRANSCRIPT_LINES_MAX {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(cut(printable(line.as_bytes()).trim_end()));
    }
}

impl fmt::Display for Transcript {
    /// Writes one line each, with a note in front if some were dropped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dropped > 0 {
            writeln!(f, "*: {} older lines were dropped", self.dropped)?;
        }
        self.lines().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_lines_go_and_are_counted() {
        let mut transcript = Transcript::default();
        for number in 0..TRANSCRIPT_LINES_MAX + 3 {
            transcript.client(&number);
        }
        assert_eq!(transcript.lines().count(), TRANSCRIPT_LINES_MAX);
        assert_eq!(transcript.lines().next(), Some("C: 3"));
        assert!(transcript.to_string().starts_with("*: 3 older lines were dropped\nC: 3\n"));
    }
}
