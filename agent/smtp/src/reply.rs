//! Reads the server's replies from octets that may arrive in any pieces.
//!
//! Promises: the result does not depend on how the octets were cut; nothing grows beyond the limits; every text is
//! printable. It never judges what a reply means: the phase that asked does.

use std::collections::VecDeque;
use std::fmt;

use crate::limits::{REPLY_LINES_MAX, REPLY_OCTETS_MAX};
use crate::printable::{cut, printable};
use crate::status::{EnhancedStatus, ReplyCode};

/// One whole reply (RFC 5321 section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The code, the same on all lines.
    pub code: ReplyCode,
    /// The enhanced status of the first line, if it has one that fits the code.
    pub enhanced: Option<EnhancedStatus>,
    /// The texts behind the code, line by line, printable; at least one, which may be empty.
    pub lines: Vec<String>,
}

impl Reply {
    /// Makes a reply of a code and its texts; the enhanced status is taken from the first one.
    pub fn new<T: AsRef<[u8]>>(code: ReplyCode, lines: impl IntoIterator<Item = T>) -> Self {
        let mut lines: Vec<String> = lines.into_iter().map(|line| printable(line.as_ref())).collect();
        if lines.is_empty() {
            lines.push(String::new());
        }
        Self { code, enhanced: EnhancedStatus::find(code, &lines[0]), lines }
    }

    /// All texts in one line, joined by blanks, printable.
    pub fn text(&self) -> String {
        printable(self.lines.join(" ").trim().as_bytes())
    }

    /// Whether this answer to RCPT means that a transaction has enough recipients, and not that this one is refused:
    /// `x.5.3`, or without an enhanced status 452, or the 552 of old servers (RFC 5321 section 4.5.3.1.10).
    pub fn says_too_many_recipients(&self) -> bool {
        match (self.enhanced, self.code.0) {
            (Some(status), _) => (status.subject, status.detail) == (5, 3),
            (None, 452) => true,
            (None, 552) => self.text().to_ascii_lowercase().contains("recipients"),
            (None, _) => false,
        }
    }
}

impl fmt::Display for Reply {
    /// Writes `550 5.1.1 no such user`, cut to [`SHOWN_CHARS_MAX`](crate::limits::SHOWN_CHARS_MAX).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(cut(&format!("{} {}", self.code, self.text())).trim_end())
    }
}

/// Why octets are not a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// A line does not start with a code from 200 to 599 and a blank, a hyphen or its end.
    #[error("this is not an SMTP reply")]
    NotAReply,
    /// A later line carries another code than the first.
    #[error("the lines of one reply carry different codes")]
    CodesDiffer,
    /// The reply is longer than the limits allow.
    #[error("a reply has more than {REPLY_OCTETS_MAX} octets or {REPLY_LINES_MAX} lines")]
    TooLong,
}

/// Collects octets until a reply is whole.
#[derive(Debug, Default)]
pub struct ReplyParser {
    /// Octets that no reply has used yet.
    unread: VecDeque<u8>,
    /// The line that is being read, without its LF.
    line: Vec<u8>,
    /// Texts of the finished lines of the current reply.
    lines: Vec<Vec<u8>>,
    code: Option<ReplyCode>,
    octets: usize,
    error: Option<ReplyError>,
}

impl ReplyParser {
    /// Starts with nothing read.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the octets and returns the first reply that is whole; `None` while it is incomplete.
    ///
    /// Octets behind that reply are kept: call again with an empty slice for the next one. A code without text is a
    /// whole reply, and a line may end with a bare LF. At most [`REPLY_OCTETS_MAX`] octets and [`REPLY_LINES_MAX`]
    /// lines. After an error every further call returns the same error.
    pub fn feed(&mut self, octets: &[u8]) -> Result<Option<Reply>, ReplyError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        self.unread.extend(octets);
        while let Some(octet) = self.unread.pop_front() {
            match self.take(octet) {
                Ok(None) => {}
                Ok(Some(reply)) => return Ok(Some(reply)),
                Err(error) => {
                    self.error = Some(error);
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// Whether octets are there that belong to no reply that was returned.
    pub fn has_leftovers(&self) -> bool {
        self.octets > 0 || !self.unread.is_empty()
    }

    /// Whether the reply that has begun may turn out to carry this code.
    pub(crate) fn may_become(&self, code: ReplyCode) -> bool {
        let digits = self.line.get(..3).unwrap_or(&self.line);
        code.to_string().as_bytes().starts_with(digits) && self.code.is_none_or(|first| first == code)
    }

    /// The octets of the current line and all behind it, as text to show. For error messages.
    pub fn leftovers(&self) -> String {
        let octets: Vec<u8> = self.line.iter().chain(&self.unread).copied().collect();
        cut(printable(&octets).trim_end_matches("\\x0A").trim_end_matches("\\x0D"))
    }

    fn take(&mut self, octet: u8) -> Result<Option<Reply>, ReplyError> {
        self.octets += 1;
        if self.octets > REPLY_OCTETS_MAX {
            return Err(ReplyError::TooLong);
        }
        if octet != b'\n' {
            self.line.push(octet);
            // Looked at once per octet, so that a server of another protocol is found out before its line ends.
            return if self.starts_like_a_reply() { Ok(None) } else { Err(ReplyError::NotAReply) };
        }
        self.end_of_line()
    }

    fn starts_like_a_reply(&self) -> bool {
        let last = self.line.len() - 1;
        let octet = self.line[last];
        match last {
            0 => (b'2'..=b'5').contains(&octet),
            1 | 2 => octet.is_ascii_digit(),
            3 => matches!(octet, b' ' | b'-' | b'\r'),
            4 => self.line[3] != b'\r',
            _ => true,
        }
    }

    fn end_of_line(&mut self) -> Result<Option<Reply>, ReplyError> {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let Some((digits, rest)) = line.split_first_chunk::<3>() else {
            return Err(ReplyError::NotAReply);
        };
        let code = ReplyCode(digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')));
        if *self.code.get_or_insert(code) != code {
            return Err(ReplyError::CodesDiffer);
        }
        if self.lines.len() == REPLY_LINES_MAX {
            return Err(ReplyError::TooLong);
        }
        let goes_on = rest.first() == Some(&b'-');
        self.lines.push(rest.get(1..).unwrap_or_default().to_vec());
        self.line.clear();
        if goes_on {
            return Ok(None);
        }
        let reply = Reply::new(code, &self.lines);
        self.lines.clear();
        self.code = None;
        self.octets = 0;
        Ok(Some(reply))
    }
}

#[cfg(test)]
mod tests;
