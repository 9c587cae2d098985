//! The dialogue as people may read it.
//!
//! Bounded, printable, without secrets: `Command` writes what may be shown and what goes out separately, so that no
//! payload of AUTH ever comes here to be masked. Challenges are left out as well, since together with what a mechanism
//! answers to them they let somebody guess the password at leisure.

use std::collections::VecDeque;
use std::fmt;

use crate::limits::TRANSCRIPT_LINES_MAX;
use crate::outcome::Phase;
use crate::printable::{cut, printable};
use crate::reply::Reply;

/// What LOGIN asks, in base64: `Username:`, `Password:` and what some servers ask in their place.
const PROMPTS: [&str; 4] = ["VXNlcm5hbWU6", "UGFzc3dvcmQ6", "VXNlciBOYW1lAA==", "UGFzc3dvcmQA"];

/// Who or what a line is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// We, with a command.
    Client,
    /// We, with the message itself, which the line only counts.
    Message,
    /// The server.
    Server,
    /// Nobody: something that happened.
    Event,
}

/// One line of a dialogue. Printable, and without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Who said it.
    pub speaker: Speaker,
    /// What was being done.
    pub phase: Phase,
    /// Whether it went through TLS.
    pub tls: bool,
    /// What was said, without the line end; cut if it is long.
    pub text: String,
}

impl fmt::Display for Spoken {
    /// Writes `C: ` before what is ours, `S: ` before what is the server's, `*: ` before what happened otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.speaker {
            Speaker::Client | Speaker::Message => 'C',
            Speaker::Server => 'S',
            Speaker::Event => '*',
        };
        write!(f, "{mark}: {}", self.text)
    }
}

/// The last lines of a session.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    lines: VecDeque<Spoken>,
    dropped: usize,
    tls: bool,
}

impl Transcript {
    /// The lines kept, oldest first, at most [`TRANSCRIPT_LINES_MAX`].
    pub fn lines(&self) -> impl Iterator<Item = &Spoken> {
        self.lines.iter()
    }

    /// The lines behind the first `seen` ones of the whole dialogue, as far as they were kept.
    pub fn after(&self, seen: usize) -> impl Iterator<Item = &Spoken> {
        self.lines.iter().skip(seen.saturating_sub(self.dropped))
    }

    /// How many lines there were, with those that are no longer there.
    pub fn count(&self) -> usize {
        self.dropped + self.lines.len()
    }

    /// How many older lines are no longer there.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// From now on everything goes through TLS.
    pub(crate) fn enter_tls(&mut self) {
        self.tls = true;
    }

    pub(crate) fn client(&mut self, speaker: Speaker, phase: Phase, shown: &impl fmt::Display) {
        self.push(speaker, phase, &shown.to_string());
    }

    pub(crate) fn server(&mut self, phase: Phase, reply: &Reply) {
        let is_challenge = phase == Phase::Auth && reply.code.is_intermediate();
        let last = reply.lines.len() - 1;
        for (number, line) in reply.lines.iter().enumerate() {
            let separator = if number == last { ' ' } else { '-' };
            let shows = !is_challenge || line.is_empty() || PROMPTS.contains(&line.as_str());
            let line = if shows { line } else { "(challenge)" };
            self.push(Speaker::Server, phase, &format!("{}{separator}{line}", reply.code));
        }
    }

    pub(crate) fn event(&mut self, phase: Phase, event: &impl fmt::Display) {
        self.push(Speaker::Event, phase, &event.to_string());
    }

    fn push(&mut self, speaker: Speaker, phase: Phase, line: &str) {
        if self.lines.len() == TRANSCRIPT_LINES_MAX {
            self.lines.pop_front();
            self.dropped += 1;
        }
        let text = cut(printable(line.as_bytes()).trim_end());
        self.lines.push_back(Spoken { speaker, phase, tls: self.tls, text });
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
    use crate::status::ReplyCode;

    #[test]
    fn old_lines_go_and_are_counted() {
        let mut transcript = Transcript::default();
        for number in 0..TRANSCRIPT_LINES_MAX + 3 {
            transcript.client(Speaker::Client, Phase::Rcpt, &number);
        }
        assert_eq!(transcript.lines().count(), TRANSCRIPT_LINES_MAX);
        assert_eq!(transcript.lines().next().map(ToString::to_string).as_deref(), Some("C: 3"));
        assert!(transcript.to_string().starts_with("*: 3 older lines were dropped\nC: 3\n"));
    }

    #[test]
    fn whoever_reads_on_gets_each_line_once_and_misses_only_what_was_dropped() {
        let mut transcript = Transcript::default();
        let mut seen = 0;
        for number in 0..3 {
            transcript.event(Phase::Auth, &number);
            let new: Vec<String> = transcript.after(seen).map(|line| line.text.clone()).collect();
            assert_eq!(new, [number.to_string()]);
            seen = transcript.count();
        }
        for number in 0..=TRANSCRIPT_LINES_MAX {
            transcript.event(Phase::Auth, &number);
        }
        assert_eq!(transcript.after(seen).count(), TRANSCRIPT_LINES_MAX);
        assert_eq!(transcript.after(transcript.count()).count(), 0);
    }

    #[test]
    fn a_challenge_is_not_shown_but_what_everybody_asks_is() {
        let mut transcript = Transcript::default();
        let challenge = |text: &str| Reply::new(ReplyCode(334), [text]);
        for (phase, text) in [
            (Phase::Auth, "cj1yT3ByTkdmd0VlUTUyLHM9QnlhZ2c9PSxpPTQwOTY="),
            (Phase::Auth, "UGFzc3dvcmQ6"),
            (Phase::Auth, ""),
            (Phase::Data, "go ahead"),
        ] {
            transcript.server(phase, &challenge(text));
        }
        let shown: Vec<&str> = transcript.lines().map(|line| line.text.as_str()).collect();
        assert_eq!(shown, ["334 (challenge)", "334 UGFzc3dvcmQ6", "334", "334 go ahead"]);
    }
}
