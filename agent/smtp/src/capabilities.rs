//! What the server offered in its answer to EHLO.
//!
//! Tolerates what old servers send: `AUTH=LOGIN PLAIN`, SIZE without a number, any case, keywords nobody knows.

use crate::limits::RECIPIENTS_MAX;
use crate::reply::Reply;

/// The extensions of one server, as of its last EHLO reply. Empty before it, after HELO, and while TLS starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    keywords: Vec<String>,
    auth: Vec<String>,
    size_limit: Option<u64>,
    recipients_limit: Option<usize>,
    messages_limit: Option<usize>,
}

impl Capabilities {
    /// Reads the lines behind the first one, which only names the server (RFC 5321 section 4.1.1.1).
    pub fn of(reply: &Reply) -> Self {
        let mut offered = Self::default();
        for line in reply.lines.iter().skip(1) {
            offered.add(&line.to_ascii_uppercase());
        }
        offered
    }

    fn add(&mut self, line: &str) {
        let (keyword, parameters) = line.trim().split_once([' ', '=']).unwrap_or((line.trim(), ""));
        if keyword.is_empty() {
            return;
        }
        push_new(&mut self.keywords, keyword);
        match keyword {
            "AUTH" => parameters
                .split([' ', '=', ','])
                .filter(|name| !name.is_empty())
                .for_each(|name| push_new(&mut self.auth, name)),
            // Zero means "no fixed limit" (RFC 1870 section 4), and so does a number that cannot be read.
            "LIMITS" => parameters.split(' ').for_each(|limit| self.add_limit(limit)),
            "SIZE" => self.size_limit = parameters.trim().parse().ok().filter(|limit| *limit > 0),
            _ => {}
        }
    }

    /// One of the pairs behind LIMITS (RFC 9422). What cannot be read is no limit.
    fn add_limit(&mut self, limit: &str) {
        let (name, value) = limit.split_once('=').unwrap_or_default();
        let value = value.parse().ok().filter(|value| *value > 0);
        match name {
            "RCPTMAX" => self.recipients_limit = value,
            "MAILMAX" => self.messages_limit = value,
            _ => {}
        }
    }

    /// Whether a keyword was offered, in any case.
    pub fn has(&self, keyword: &str) -> bool {
        self.keywords.iter().any(|offered| offered.eq_ignore_ascii_case(keyword))
    }

    /// All keywords in the order of the server, in upper case.
    pub fn keywords(&self) -> impl Iterator<Item = &str> {
        self.keywords.iter().map(String::as_str)
    }

    /// Whether commands may be sent without waiting for each reply (RFC 2920).
    pub fn pipelining(&self) -> bool {
        self.has("PIPELINING")
    }

    /// Whether a message may be sent as chunks (RFC 3030).
    pub fn chunking(&self) -> bool {
        self.has("CHUNKING")
    }

    /// Whether a message may have 8-bit octets (RFC 6152).
    pub fn eight_bit(&self) -> bool {
        self.has("8BITMIME")
    }

    /// Whether STARTTLS was offered (RFC 3207).
    pub fn starttls(&self) -> bool {
        self.has("STARTTLS")
    }

    /// Whether SIZE= may be sent with MAIL (RFC 1870).
    pub fn size(&self) -> bool {
        self.has("SIZE")
    }

    /// The largest message in octets, if the server named a limit.
    pub fn size_limit(&self) -> Option<u64> {
        self.size_limit
    }

    /// How many recipients a transaction may have (RFC 9422); [`RECIPIENTS_MAX`] if the server names no limit.
    pub fn recipients_limit(&self) -> usize {
        self.recipients_limit.unwrap_or(RECIPIENTS_MAX)
    }

    /// How many messages a connection may carry (RFC 9422), if the server named a limit.
    pub fn messages_limit(&self) -> Option<usize> {
        self.messages_limit
    }

    /// The AUTH mechanisms in the order of the server, in upper case, each once.
    pub fn auth(&self) -> &[String] {
        &self.auth
    }
}

fn push_new(list: &mut Vec<String>, word: &str) {
    if !list.iter().any(|known| known == word) {
        list.push(word.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::ReplyCode;

    fn offered(lines: &[&str]) -> Capabilities {
        Capabilities::of(&Reply::new(ReplyCode(250), lines))
    }

    #[test]
    fn auth_in_every_old_form_is_merged() {
        for (name, lines, mechanisms) in [
            ("both forms", &["x", "AUTH=LOGIN", "AUTH LOGIN PLAIN"][..], &["LOGIN", "PLAIN"][..]),
            ("old form alone", &["x", "auth=login"], &["LOGIN"]),
            ("old form with blanks", &["x", "AUTH=LOGIN PLAIN"], &["LOGIN", "PLAIN"]),
            ("yahoo", &["x", "AUTH LOGIN PLAIN XYMCOOKIE"], &["LOGIN", "PLAIN", "XYMCOOKIE"]),
            ("none named", &["x", "AUTH"], &[]),
            ("not in the first line", &["AUTH PLAIN"], &[]),
        ] {
            assert_eq!(offered(lines).auth(), mechanisms, "{name}");
        }
    }

    #[test]
    fn a_size_without_a_usable_number_is_no_limit() {
        for (line, limit) in [
            ("SIZE 15727616", Some(15_727_616)),
            ("Size", None),
            ("SIZE 0", None),
            ("SIZE many", None),
            ("SIZE 99999999999999999999999", None),
        ] {
            let offered = offered(&["x", line]);
            assert!(offered.size(), "{line}");
            assert_eq!(offered.size_limit(), limit, "{line}");
        }
    }

    #[test]
    fn keywords_are_matched_in_any_case_and_stray_ones_do_no_harm() {
        let offered = offered(&["x", "MAIL", "RCPT", "DATA", "", "pipelining", "StartTls", "8BITMIME"]);
        assert!(offered.pipelining() && offered.starttls() && offered.has("8bitmime"));
        assert!(!offered.size());
        assert_eq!(offered.keywords().count(), 6);
    }
}
