//! One line of a client as a command (RFC 5321 section 4.1.1).

/// What stands in `<…>`, without a route; empty for `<>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(pub(super) String);

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Helo(String),
    Ehlo(String),
    Lhlo(String),
    Mail {
        path: Path,
        /// Octets that the message has, as far as the client says so (RFC 1870).
        size: Option<u64>,
    },
    Rcpt(Path),
    Data,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
    Auth {
        /// In upper case.
        mechanism: String,
        /// Whether the first answer stands behind it. What it says is not kept.
        is_begun: bool,
    },
    /// A browser or a program that was made to talk to us on somebody's behalf.
    Foreign,
    /// MAIL or RCPT without an address; which of them, as it is to be written.
    BadPath(&'static str),
    Other,
}

impl Command {
    /// Reads a line without its end.
    pub(super) fn parse(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        let (verb, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        match verb.as_str() {
            "HELO" => Self::Helo(client(rest)),
            "EHLO" => Self::Ehlo(client(rest)),
            "LHLO" => Self::Lhlo(client(rest)),
            "DATA" => Self::Data,
            "RSET" => Self::Rset,
            "NOOP" => Self::Noop,
            "VRFY" => Self::Vrfy,
            "HELP" => Self::Help,
            "QUIT" => Self::Quit,
            "AUTH" => {
                let (mechanism, answer) = rest.trim().split_once([' ', '\t']).unwrap_or((rest.trim(), ""));
                let is_begun = !answer.trim().is_empty();
                Self::Auth { mechanism: mechanism.to_ascii_uppercase(), is_begun }
            }
            "GET" | "POST" | "PUT" | "HEAD" | "OPTIONS" | "CONNECT" | "HOST:" => Self::Foreign,
            "MAIL" => match after(rest, "FROM:").and_then(path) {
                Some((path, parameters)) => Self::Mail { path, size: size(parameters) },
                None => Self::BadPath("MAIL FROM"),
            },
            "RCPT" => match after(rest, "TO:").and_then(path) {
                Some((path, _)) => Self::Rcpt(path),
                None => Self::BadPath("RCPT TO"),
            },
            _ => Self::Other,
        }
    }
}

/// What a client calls itself: its first word.
fn client(rest: &str) -> String {
    rest.split_ascii_whitespace().next().unwrap_or_default().to_owned()
}

fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let text = text.trim_start();
    let start = text.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| text[word.len()..].trim_start())
}

/// The path, and the parameters behind it. Without `<` it ends at the first blank.
fn path(text: &str) -> Option<(Path, &str)> {
    let Some(inner) = text.strip_prefix('<') else {
        let (word, parameters) = text.split_once(' ').unwrap_or((text, ""));
        return (!word.is_empty() && is_clean(word)).then(|| (Path(word.to_owned()), parameters));
    };
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = inner.find(|c| {
        let ends = c == '>' && !is_quoted;
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })?;
    let (address, parameters) = (&inner[..end], &inner[end + 1..]);
    // `@a,@b:user@c`: the route is to be ignored (RFC 5321 section 4.1.1.3).
    let address = match address.split_once(':') {
        Some((route, address)) if route.starts_with('@') => address,
        _ => address,
    };
    is_clean(address).then(|| (Path(address.trim().to_owned()), parameters))
}

fn is_clean(address: &str) -> bool {
    !address.contains(|c: char| c.is_control() || c == '\u{fffd}')
}

fn size(parameters: &str) -> Option<u64> {
    parameters.split_ascii_whitespace().find_map(|one| {
        let (name, value) = one.split_once('=')?;
        name.eq_ignore_ascii_case("SIZE").then(|| value.parse().unwrap_or(u64::MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<String> {
        match Command::parse(text.as_bytes()) {
            Command::Mail { path, .. } | Command::Rcpt(path) => Some(path.0),
            Command::BadPath(_) => None,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn paths_are_read_in_all_the_forms_that_clients_write() {
        for (text, expected) in [
            ("MAIL FROM:<a@x>", Some("a@x")),
            ("mail from: <a@x> BODY=8BITMIME SIZE=7", Some("a@x")),
            ("MAIL FROM:<>", Some("")),
            ("MAIL FROM:a@x SIZE=7", Some("a@x")),
            ("RCPT TO:<root>", Some("root")),
            ("RCPT TO:<\"a > b\\\" \"@x> NOTIFY=NEVER", Some("\"a > b\\\" \"@x")),
            ("RCPT TO:<@relay,@other:a@x>", Some("a@x")),
            ("RCPT TO:<a@[IPv6:2001:db8::1]>", Some("a@[IPv6:2001:db8::1]")),
            ("RCPT TO:<a@x", None),
            ("RCPT TO:<a\u{1}@x>", None),
            ("RCPT TO:", None),
            ("RCPT FROM:<a@x>", None),
            ("MAIL", None),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_size_that_is_no_number_is_too_large() {
        for (text, expected) in
            [("SIZE=7", Some(7)), ("size=0", Some(0)), ("SIZE=x", Some(u64::MAX)), ("", None)]
        {
            let Command::Mail { size, .. } = Command::parse(format!("MAIL FROM:<a@x> {text}").as_bytes())
            else {
                panic!("{text}")
            };
            assert_eq!(size, expected, "{text}");
        }
    }
}
