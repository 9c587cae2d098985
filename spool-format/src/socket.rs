//! What is said on the agent's socket, for those who cannot write into `incoming/`.
//!
//! A client connects to the unix stream socket, sends one alert as it would stand in its file (JSON, with its `id`,
//! which tells the agent that a second copy is no second alert), and shuts down its writing side. The agent answers
//! one line, and closes:
//!
//! | line | meaning |
//! | --- | --- |
//! | `kept ID` | durable, like a file in `incoming/` |
//! | `held ID` | in the agent's memory and being sent, but on no disk: a crash loses it |
//! | `refused REASON` | not an alert; the same octets are refused again |
//! | `busy REASON` | not taken, not now; nothing was kept |
//! | `ready` | nothing was sent, so this was a question whether anybody is there |
//!
//! A connection that ends without a line says nothing: the alert may have been taken. The answer may come before
//! everything was sent. Pure: types, texts and limits.

use std::fmt;

use crate::id::AlertId;

/// Octets of an answer at most, with its line end.
pub const ANSWER_OCTETS_MAX: usize = 512;

/// Seconds within which a submission has to be over, from the connection to the answer.
pub const SUBMISSION_S_MAX: u64 = 10;

/// What the agent says to a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// On disk, synced.
    Kept(AlertId),
    /// In memory only, and being sent.
    Held(AlertId),
    /// Not an alert, for this reason.
    Refused(String),
    /// Not now, for this reason.
    Busy(String),
    /// The answer to an empty submission.
    Ready,
}

impl Answer {
    /// Reads what came until the agent closed the connection. `None` unless it is one whole line of the table above.
    pub fn parse(octets: &[u8]) -> Option<Self> {
        if octets.len() > ANSWER_OCTETS_MAX {
            return None;
        }
        let line = std::str::from_utf8(octets).ok()?.strip_suffix('\n')?;
        if line.contains(char::is_control) {
            return None;
        }
        match line.split_once(' ').unwrap_or((line, "")) {
            ("kept", id) => AlertId::parse(id).map(Self::Kept),
            ("held", id) => AlertId::parse(id).map(Self::Held),
            ("refused", reason) => Some(Self::Refused(reason.to_owned())),
            ("busy", reason) => Some(Self::Busy(reason.to_owned())),
            ("ready", "") => Some(Self::Ready),
            _ => None,
        }
    }

    /// The line, with its end.
    pub fn to_octets(&self) -> Vec<u8> {
        format!("{self}\n").into_bytes()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept(id) => write!(out, "kept {id}"),
            Self::Held(id) => write!(out, "held {id}"),
            Self::Refused(reason) => write!(out, "refused {}", one_line(reason)),
            Self::Busy(reason) => write!(out, "busy {}", one_line(reason)),
            Self::Ready => out.write_str("ready"),
        }
    }
}

/// A reason that may quote a stranger: control characters become blanks, and what does not fit is cut.
fn one_line(reason: &str) -> String {
    const ROOM: usize = ANSWER_OCTETS_MAX - "refused ".len() - "\n".len();
    let mut line = String::with_capacity(reason.len().min(ROOM));
    for c in reason.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if line.len() + c.len_utf8() > ROOM {
            break;
        }
        line.push(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "01kax3tzzzzzzzzzzzzzzzzzzz";

    #[test]
    fn every_answer_survives_a_round_trip() {
        let id = AlertId::parse(ID).expect("an id");
        for (answer, line) in [
            (Answer::Kept(id), format!("kept {ID}\n")),
            (Answer::Held(id), format!("held {ID}\n")),
            (Answer::Refused("no `version`".into()), "refused no `version`\n".into()),
            (Answer::Busy("32 others".into()), "busy 32 others\n".into()),
            (Answer::Ready, "ready\n".into()),
        ] {
            assert_eq!(answer.to_octets(), line.as_bytes());
            assert_eq!(Answer::parse(line.as_bytes()), Some(answer));
        }
    }

    #[test]
    fn half_an_answer_and_a_strange_one_are_none() {
        let long = format!("busy {}\n", "x".repeat(ANSWER_OCTETS_MAX));
        let cut = format!("kept {ID}");
        for octets in
            ["", "\n", cut.as_str(), "kept 01k\n", "kept\n", "ready x\n", "ok\n", "busy a\nb\n", &long]
        {
            assert_eq!(Answer::parse(octets.as_bytes()), None, "{octets:?}");
        }
        assert_eq!(Answer::parse(b"busy \xff\n"), None);
    }

    proptest! {
        #[test]
        fn whatever_the_reason_the_answer_is_one_line_within_the_limit(reason in "(?s).{0,600}") {
            for answer in [Answer::Refused(reason.clone()), Answer::Busy(reason.clone())] {
                let octets = answer.to_octets();
                prop_assert!(octets.len() <= ANSWER_OCTETS_MAX);
                prop_assert!(Answer::parse(&octets).is_some());
            }
        }

        #[test]
        fn no_octets_make_the_parser_panic(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Answer::parse(&octets);
        }
    }
}
