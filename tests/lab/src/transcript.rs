//! What was said on a server's connections, line by line.
//!
//! Proofs of identity are replaced before they are stored: a transcript may be shown to anybody.

use std::fmt;

/// Stands for what a client sent to prove who it is.
const MASK: &str = "***";

/// Who a line is from, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A command of the client; what follows the mechanism of AUTH is masked.
    Command,
    /// A line of the client inside an AUTH exchange; all of it is masked.
    Secret,
    /// A line of the server.
    Reply,
    /// A remark of the lab: TLS, a message and its size, how the connection ended.
    Note,
}

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The connection; the first one of a server is 1.
    pub connection: usize,
    /// Whether the channel was encrypted at that moment.
    pub tls: bool,
    /// Who said it.
    pub kind: Kind,
    /// What was said, without the line end. What is not UTF-8 is replaced; control characters stand as they
    /// came.
    pub text: String,
}

impl fmt::Display for Line {
    /// Shows the line for people, with control characters made visible.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channel = if self.tls { "tls" } else { "" };
        let mark = match self.kind {
            Kind::Command | Kind::Secret => '>',
            Kind::Reply => '<',
            Kind::Note => '-',
        };
        write!(f, "{} {channel}{mark} ", self.connection)?;
        for character in self.text.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

/// A command as it may be stored: what AUTH carries behind its mechanism is masked.
pub(crate) fn masked_command(line: &str) -> String {
    let mut words = line.split_ascii_whitespace();
    let is_auth = words.next().is_some_and(|verb| verb.eq_ignore_ascii_case("AUTH"));
    match (is_auth, words.next(), words.next()) {
        (true, Some(mechanism), Some(_)) => format!("AUTH {mechanism} {MASK}"),
        _ => line.to_owned(),
    }
}

/// What stands behind AUTH, if that is the command.
pub(crate) fn argument_of_auth(line: &str) -> Option<&str> {
    let (verb, argument) = line.split_once(' ')?;
    verb.eq_ignore_ascii_case("AUTH").then_some(argument)
}

/// A line of an AUTH exchange as it may be stored.
pub(crate) fn masked_secret() -> String {
    MASK.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_initial_response_of_auth_is_masked_and_nothing_else() {
        let rows = [
            ("with response", "auth PLAIN AGEAYg==", "AUTH PLAIN ***"),
            ("without response", "AUTH LOGIN", "AUTH LOGIN"),
            ("another command", "MAIL FROM:<a@example.jp> SIZE=3", "MAIL FROM:<a@example.jp> SIZE=3"),
        ];
        for (name, line, expected) in rows {
            assert_eq!(masked_command(line), expected, "{name}");
        }
    }

    #[test]
    fn a_displayed_line_cannot_move_the_cursor() {
        let line = Line { connection: 2, tls: true, kind: Kind::Reply, text: "250 \u{1b}[2J".to_owned() };
        assert_eq!(line.to_string(), "2 tls< 250 \\u{1b}[2J");
    }
}
