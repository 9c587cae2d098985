//! What the sink says to one client.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use tokio_rustls::rustls::{ServerConnection, StreamOwned};

use super::trouble::{Refusals, Trouble};
use super::{MARK, Manner};
use crate::wire::Wire;

const OK: &[u8] = b"250 2.0.0 ok\r\n";

/// Talks to one client until it goes; `count` is told of each mail, with its mark.
pub(super) fn serve(stream: TcpStream, manner: Manner, count: impl Fn(Option<&str>)) -> io::Result<()> {
    let wire = Wire::new(stream, manner.round_trip)?;
    let trouble = manner.trouble;
    let mut refusals = Refusals::of(trouble);
    let mut dialogue = Dialogue { wire, manner, is_secure: false, has_login: false, mark: None };
    match trouble {
        Some(Trouble::Silent) => return dialogue.say_nothing(),
        Some(Trouble::Closed) => {
            dialogue.wire.say(b"421 4.3.2 not in service\r\n");
            return dialogue.wire.send();
        }
        Some(Trouble::Later(_)) | None => dialogue.wire.say(b"220 sink.example.jp ESMTP\r\n"),
    }
    while let Some(said) = dialogue.next_command()? {
        let refusal = refusals.of_command(&said);
        match said {
            Said::Chunk { octets, is_last } => {
                dialogue.read_chunk(octets)?;
                let mark = dialogue.mark.take_if(|_| is_last);
                if is_last && refusal.is_none() {
                    count(mark.as_deref());
                }
                dialogue.wire.say(refusal.unwrap_or(OK));
            }
            _ if refusal.is_some() => dialogue.wire.say(refusal.unwrap_or_default()),
            Said::Ehlo => dialogue.introduce(),
            Said::StartTls => dialogue.start_tls()?,
            Said::Auth { questions } => dialogue.log_in(questions)?,
            Said::Mail if !dialogue.may_send() => dialogue.wire.say(b"530 5.7.0 log in first\r\n"),
            Said::Data => {
                dialogue.wire.say(b"354 go on\r\n");
                dialogue.read_mail()?;
                let refusal = refusals.of_dot();
                if refusal.is_none() {
                    count(dialogue.mark.take().as_deref());
                }
                dialogue.wire.say(refusal.unwrap_or(OK));
            }
            Said::Quit => {
                dialogue.wire.say(b"221 2.0.0 bye\r\n");
                return dialogue.wire.send();
            }
            Said::Mail | Said::Rcpt | Said::Other => dialogue.wire.say(OK),
            Said::Nonsense => dialogue.wire.say(b"501 5.5.4 what?\r\n"),
        }
    }
    Ok(())
}

/// A command, as far as it matters.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Ehlo,
    StartTls,
    /// What was not said with the command has to be asked for.
    Auth {
        questions: usize,
    },
    Mail,
    Rcpt,
    Data,
    Chunk {
        octets: usize,
        is_last: bool,
    },
    Quit,
    Other,
    Nonsense,
}

impl Said {
    fn read(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let mut words = line.split_ascii_whitespace();
        let verb = words.next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" | "HELO" => Self::Ehlo,
            "STARTTLS" => Self::StartTls,
            "AUTH" => {
                let is_login = words.next().is_some_and(|name| name.eq_ignore_ascii_case("LOGIN"));
                let has_begun = words.next().is_some();
                Self::Auth { questions: usize::from(is_login) + usize::from(!has_begun) }
            }
            "MAIL" => Self::Mail,
            "RCPT" => Self::Rcpt,
            "DATA" => Self::Data,
            "BDAT" => match words.next().map(str::parse) {
                Some(Ok(octets)) => {
                    let is_last = words.next().is_some_and(|word| word.eq_ignore_ascii_case("LAST"));
                    Self::Chunk { octets, is_last }
                }
                _ => Self::Nonsense,
            },
            "QUIT" => Self::Quit,
            _ => Self::Other,
        }
    }
}

struct Dialogue {
    wire: Wire,
    manner: Manner,
    is_secure: bool,
    has_login: bool,
    /// The mark of the mail that is being read.
    mark: Option<String>,
}

impl Dialogue {
    fn next_command(&mut self) -> io::Result<Option<Said>> {
        let line = self.wire.line()?;
        Ok((!line.is_empty()).then(|| Said::read(line)))
    }

    /// Reads until the client has had enough.
    fn say_nothing(&mut self) -> io::Result<()> {
        while !self.wire.line()?.is_empty() {}
        Ok(())
    }

    fn may_send(&self) -> bool {
        self.manner.tls.is_none() || self.has_login
    }

    fn introduce(&mut self) {
        self.wire.say(b"250-sink.example.jp\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n");
        if self.manner.chunking {
            self.wire.say(b"250-CHUNKING\r\n");
        }
        if self.is_secure {
            self.wire.say(b"250-AUTH PLAIN LOGIN\r\n");
        } else if self.manner.tls.is_some() {
            self.wire.say(b"250-STARTTLS\r\n");
        }
        self.wire.say(b"250 8BITMIME\r\n");
    }

    fn start_tls(&mut self) -> io::Result<()> {
        let Some(config) = self.manner.tls.clone().filter(|_| !self.is_secure) else {
            self.wire.say(b"502 5.5.1 not here\r\n");
            return Ok(());
        };
        self.wire.say(b"220 2.0.0 go on\r\n");
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        self.is_secure = true;
        self.wire.secure(|tcp| StreamOwned::new(connection, tcp))
    }

    /// Believes whatever is said.
    fn log_in(&mut self, questions: usize) -> io::Result<()> {
        for _ in 0..questions {
            self.wire.say(b"334 \r\n");
            self.wire.line()?;
        }
        self.has_login = true;
        self.wire.say(b"235 2.7.0 welcome\r\n");
        Ok(())
    }

    /// Reads up to the final dot.
    fn read_mail(&mut self) -> io::Result<()> {
        self.mark = None;
        loop {
            match self.wire.line()? {
                [] => return Err(io::ErrorKind::UnexpectedEof.into()),
                b".\r\n" => return Ok(()),
                line => {
                    if let Some(mark) = mark_in(line) {
                        self.mark = Some(mark);
                    }
                }
            }
        }
    }

    fn read_chunk(&mut self, octets: usize) -> io::Result<()> {
        let chunk = self.wire.block(octets)?;
        let mark = chunk.split_inclusive(|octet| *octet == b'\n').find_map(mark_in);
        if mark.is_some() {
            self.mark = mark;
        }
        Ok(())
    }
}

/// The mark, if this line is a subject with one.
fn mark_in(line: &[u8]) -> Option<String> {
    let subject = line.strip_prefix(b"Subject: ")?;
    let text = String::from_utf8_lossy(subject);
    text.trim_end().strip_prefix(MARK).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_apart_in_any_case() {
        for (line, said) in [
            ("EHLO a\r\n", Said::Ehlo),
            ("auth plain AGEAYg==\r\n", Said::Auth { questions: 0 }),
            ("AUTH PLAIN\r\n", Said::Auth { questions: 1 }),
            ("AUTH LOGIN\r\n", Said::Auth { questions: 2 }),
            ("AUTH LOGIN dXNlcg==\r\n", Said::Auth { questions: 1 }),
            ("BDAT 12 last\r\n", Said::Chunk { octets: 12, is_last: true }),
            ("BDAT 0\r\n", Said::Chunk { octets: 0, is_last: false }),
            ("BDAT many\r\n", Said::Nonsense),
            ("RCPT TO:<a@example.jp>\r\n", Said::Rcpt),
        ] {
            assert_eq!(Said::read(line.as_bytes()), said, "{line}");
        }
    }
}
