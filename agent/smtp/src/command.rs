//! What goes out: each command with its encoding, and beside it the form that people may see.
//!
//! `Display` is the form for the transcript and holds no secret; `write` puts the octets into the output. Nothing
//! else in the crate writes commands.

use std::fmt;

use crate::auth::Mechanism;
use crate::content;
use crate::limits::COMMAND_OCTETS_MAX;
use crate::outcome::Phase;
use crate::path::Path;
use crate::transcript::{Speaker, Transcript};

/// One thing that the client says.
pub(crate) enum Command<'a> {
    Ehlo(&'a str),
    Helo(&'a str),
    StartTls,
    /// With an initial response in base64, if the mechanism has one and the line stays short enough.
    Auth {
        mechanism: Mechanism,
        initial: Option<&'a str>,
    },
    /// The base64 answer to a challenge.
    AuthAnswer(&'a str),
    /// In place of an answer: the login is taken back (RFC 4954 section 4).
    AuthCancel,
    Mail {
        sender: &'a Path,
        size: Option<u64>,
        eight_bit: bool,
    },
    Rcpt(&'a Path),
    Data,
    /// The message and the final dot.
    Content(&'a [u8]),
    /// The message as one chunk, which is the last (RFC 3030 section 2). `size` is its size with CRLF line ends.
    Chunk {
        content: &'a [u8],
        size: u64,
    },
    /// A message without content, for a server that wants one although nobody is to get it.
    LoneDot,
    Rset,
    Quit,
}

impl Command<'_> {
    /// Appends the octets to the output and the visible form to the transcript.
    pub(crate) fn write(&self, output: &mut Vec<u8>, transcript: &mut Transcript) {
        let is_message = matches!(self, Command::Content(_) | Command::Chunk { .. });
        let speaker = if is_message { Speaker::Message } else { Speaker::Client };
        transcript.client(speaker, self.phase(), self);
        match self {
            Command::Auth { mechanism, initial: Some(initial) } => {
                let start = format!("AUTH {} ", mechanism.name());
                // One allocation of the right size: growing would leave copies of the secret behind.
                output.reserve_exact(start.len() + initial.len() + 2);
                output.extend_from_slice(start.as_bytes());
                output.extend_from_slice(initial.as_bytes());
                output.extend_from_slice(b"\r\n");
            }
            Command::AuthAnswer(answer) => {
                output.reserve_exact(answer.len() + 2);
                output.extend_from_slice(answer.as_bytes());
                output.extend_from_slice(b"\r\n");
            }
            Command::Content(octets) => content::write(octets, output),
            Command::Chunk { content, size } => {
                output.extend_from_slice(format!("BDAT {size} LAST\r\n").as_bytes());
                content::write_chunk(content, output);
            }
            Command::Ehlo(_)
            | Command::Helo(_)
            | Command::StartTls
            | Command::Auth { .. }
            | Command::AuthCancel
            | Command::Mail { .. }
            | Command::Rcpt(_)
            | Command::Data
            | Command::LoneDot
            | Command::Rset
            | Command::Quit => output.extend_from_slice(format!("{self}\r\n").as_bytes()),
        }
    }
}

impl Command<'_> {
    fn phase(&self) -> Phase {
        match self {
            Command::Ehlo(_) | Command::Helo(_) => Phase::Ehlo,
            Command::StartTls => Phase::StartTls,
            Command::Auth { .. } | Command::AuthAnswer(_) | Command::AuthCancel => Phase::Auth,
            Command::Mail { .. } => Phase::Mail,
            Command::Rcpt(_) => Phase::Rcpt,
            Command::Data => Phase::Data,
            Command::Content(_) | Command::Chunk { .. } | Command::LoneDot => Phase::Dot,
            Command::Rset => Phase::Rset,
            Command::Quit => Phase::Quit,
        }
    }
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Ehlo(name) => write!(f, "EHLO {name}"),
            Command::Helo(name) => write!(f, "HELO {name}"),
            Command::StartTls => f.write_str("STARTTLS"),
            Command::Auth { mechanism, initial: None } => write!(f, "AUTH {}", mechanism.name()),
            Command::Auth { mechanism, initial: Some(_) } => write!(f, "AUTH {} (secret)", mechanism.name()),
            Command::AuthAnswer("") => f.write_str(""),
            Command::AuthAnswer(_) => f.write_str("(secret)"),
            Command::AuthCancel => f.write_str("*"),
            Command::Mail { sender, size, eight_bit } => {
                write!(f, "MAIL FROM:<{}>", sender.wire())?;
                size.map_or(Ok(()), |size| write!(f, " SIZE={size}"))?;
                if *eight_bit { f.write_str(" BODY=8BITMIME") } else { Ok(()) }
            }
            Command::Rcpt(recipient) => write!(f, "RCPT TO:<{}>", recipient.wire()),
            Command::Data => f.write_str("DATA"),
            Command::Content(octets) => write!(f, "(message, {} octets)", content::size(octets)),
            Command::Chunk { size, .. } => write!(f, "BDAT {size} LAST (message)"),
            Command::LoneDot => f.write_str("."),
            Command::Rset => f.write_str("RSET"),
            Command::Quit => f.write_str("QUIT"),
        }
    }
}

/// Whether an AUTH command with this initial response is short enough for every server.
pub(crate) fn fits_into_auth(mechanism: Mechanism, initial: &str) -> bool {
    "AUTH ".len() + mechanism.name().len() + " ".len() + initial.len() + "\r\n".len() <= COMMAND_OCTETS_MAX
}

/// Whether a name can be said with EHLO without ending or splitting the command.
pub(crate) fn is_helo_name(name: &str) -> bool {
    (1..=crate::limits::DOMAIN_OCTETS_MAX).contains(&name.len())
        && name.bytes().all(|octet| octet.is_ascii_graphic())
}
