//! The server's half of SMTP (RFC 5321) and LMTP (RFC 2033), as a state machine.
//!
//! ```text
//!   octets ──► Session::take ──► Step::Reply     write these octets
//!                            ──► Step::Message   keep it, say with Session::kept what came of it
//!                            ──► Step::Close     write nothing more, read nothing more
//!                            ──► Step::More      read, and call again
//! ```
//!
//! Who drives it owns the socket, the clock and the disk: no reply to a message exists before he has said that it is kept.
//! What a client can make this grow to is bounded by [`Limits`]. A message ends with `CR LF . CR LF` and nothing else, so
//! that nobody smuggles a second one in (a bare LF or CR is text); only where [`LineEnds::AsFirst`] is set may a client
//! that has begun with bare LF go on with it, which is for pipes from programs of the same machine.

mod auth;
mod command;
mod data;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use command::{Command, Path};
use data::{Collected, Data};
pub use settings::{Limits, LineEnds, Login, Protocol, Recipients, Settings};

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Write these octets to the client.
    Reply(Vec<u8>),
    /// A whole message with its envelope. Nothing goes on until [`Session::kept`] has said what came of it.
    Message(Message),
    /// Nothing more is to be read or written. What was to be said has been.
    Close,
    /// Everything was taken: more octets are needed.
    More,
}

/// A message that a client has handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Of MAIL; empty for the sender of notices about mails.
    pub sender: String,
    /// Of RCPT, in their order: addresses, or names of local users.
    pub recipients: Vec<String>,
    /// Header and body, without dots in front of dots.
    pub octets: Vec<u8>,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is durable, under this name.
    Yes(String),
    /// Not now, for this reason: the client is to try again.
    Later(String),
    /// Never, for this reason.
    Never(String),
}

/// Where a session stands.
#[derive(Debug)]
enum State {
    /// Commands are read.
    Commands,
    /// Behind DATA.
    Data(Data),
    /// A message is with whoever drives this; so many recipients are to hear of it.
    Asked(usize),
    /// It is over.
    Over,
}

/// The command that is read just now.
#[derive(Debug)]
struct Line {
    octets: Vec<u8>,
    /// It is longer than allowed: its rest is dropped.
    is_too_long: bool,
    /// The first line ended with LF alone.
    is_bare: Option<bool>,
}

/// One session with a client.
#[derive(Debug)]
pub struct Session {
    settings: Arc<Settings>,
    state: State,
    line: Line,
    /// What is to be written.
    replies: Vec<u8>,
    has_greeted: bool,
    /// What was said with HELO, EHLO or LHLO.
    client: Option<String>,
    /// Answers to a login that are still to come.
    answers: u8,
    has_logged_in: bool,
    sender: Option<String>,
    recipients: Vec<String>,
    errors: u32,
    has_quit: bool,
    oversized: u64,
}

impl Session {
    /// A session with a client that has just come.
    pub fn new(settings: impl Into<Arc<Settings>>) -> Self {
        Self {
            settings: settings.into(),
            state: State::Commands,
            line: Line { octets: Vec::new(), is_too_long: false, is_bare: None },
            replies: Vec::new(),
            has_greeted: false,
            client: None,
            answers: 0,
            has_logged_in: false,
            sender: None,
            recipients: Vec::new(),
            errors: 0,
            has_quit: false,
            oversized: 0,
        }
    }

    /// Takes octets from the front of `octets` as far as it can, and says what is to be done. Call it until it says
    /// [`Step::More`] or [`Step::Close`]; the first call needs none and gives the greeting.
    pub fn take(&mut self, octets: &mut &[u8]) -> Step {
        if !self.has_greeted {
            self.has_greeted = true;
            let word = if self.settings.protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" };
            self.say(&format!("220 {} {word} alertmail", self.settings.host));
        }
        loop {
            // Replies to a group of commands go out together (RFC 2920 section 3.2), but before a message is asked about.
            let waits_for_the_driver = matches!(self.state, State::Asked(_));
            if !self.replies.is_empty() && (octets.is_empty() || waits_for_the_driver || self.is_over()) {
                return Step::Reply(std::mem::take(&mut self.replies));
            }
            match &mut self.state {
                State::Over => return Step::Close,
                State::Asked(_) => return Step::More,
                State::Commands | State::Data(_) if octets.is_empty() => return Step::More,
                State::Data(data) => match data.take(octets) {
                    Collected::NotYet => {}
                    Collected::TooLarge => {
                        self.oversized += 1;
                        let text = format!(
                            "552 5.3.4 a message may have {} octets",
                            self.settings.limits.message_octets
                        );
                        self.answer_message(&text);
                    }
                    Collected::Whole(octets) => {
                        self.state = State::Asked(self.recipients.len());
                        let (sender, recipients) =
                            (self.sender.take().unwrap_or_default(), std::mem::take(&mut self.recipients));
                        return Step::Message(Message { sender, recipients, octets });
                    }
                },
                State::Commands => self.take_line(octets),
            }
        }
    }

    /// What came of the message that was handed out last.
    pub fn kept(&mut self, kept: &Kept) {
        let text = match kept {
            Kept::Yes(name) => format!("250 2.0.0 kept as {name}"),
            Kept::Later(why) => format!("451 4.3.0 {why}"),
            Kept::Never(why) => format!("554 5.6.0 {why}"),
        };
        self.answer_message(&text);
    }

    /// Whether the client has ended the session as it should.
    pub const fn has_quit(&self) -> bool {
        self.has_quit
    }

    /// Whether a client that goes away now leaves something half done: it has begun a mail that nobody has kept.
    pub const fn is_amid(&self) -> bool {
        self.sender.is_some() || matches!(self.state, State::Data(_) | State::Asked(_))
    }

    /// Whether what comes now is a message: between DATA and its end.
    pub const fn is_in_message(&self) -> bool {
        matches!(self.state, State::Data(_))
    }

    /// Octets of memory that what has come so far of a message takes up.
    pub const fn octets(&self) -> usize {
        match &self.state {
            State::Data(data) => data.octets(),
            _ => 0,
        }
    }

    /// How many messages were refused since they are too large.
    pub const fn oversized(&self) -> u64 {
        self.oversized
    }

    /// How the client has called itself; empty before it has.
    pub fn client(&self) -> &str {
        self.client.as_deref().unwrap_or_default()
    }

    /// Ends the session with a last reply: the client is too slow, or the program is to end.
    pub fn end(&mut self, why: &str) {
        if !self.is_over() {
            self.say(&format!("421 4.3.2 {why}"));
            self.state = State::Over;
        }
    }

    const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// One reply to a message; in LMTP one for each recipient (RFC 2033 section 4.2).
    fn answer_message(&mut self, text: &str) {
        let recipients = match self.state {
            State::Asked(recipients) => recipients,
            _ => self.recipients.len(),
        };
        let times = if self.settings.protocol == Protocol::Lmtp { recipients.max(1) } else { 1 };
        for _ in 0..times {
            self.say(text);
        }
        self.reset();
        self.state = State::Commands;
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn take_line(&mut self, octets: &mut &[u8]) {
        let end = octets.iter().position(|octet| *octet == b'\n');
        let (piece, rest) = octets.split_at(end.map_or(octets.len(), |end| end + 1));
        *octets = rest;
        let room = self.settings.limits.line_octets.saturating_sub(self.line.octets.len());
        self.line.is_too_long |= piece.len() > room;
        self.line.octets.extend(&piece[..piece.len().min(room)]);
        if end.is_none() {
            return;
        }
        let line = std::mem::take(&mut self.line.octets);
        if std::mem::take(&mut self.line.is_too_long) {
            return self.refuse("500 5.5.2 the line is too long");
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let is_bare = !line.ends_with(b"\r");
        let may_be_bare =
            self.settings.line_ends == LineEnds::AsFirst && *self.line.is_bare.get_or_insert(is_bare);
        if is_bare && !may_be_bare {
            // What is behind it may be the work of somebody else than the client.
            self.say("500 5.5.2 a line ends with CR LF");
            self.state = State::Over;
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
        if self.answers > 0 {
            self.go_on_with_login(&line);
        } else {
            self.obey(&Command::parse(&line));
        }
    }

    fn obey(&mut self, command: &Command) {
        let is_lmtp = self.settings.protocol == Protocol::Lmtp;
        match command {
            Command::Helo(_) if is_lmtp => self.refuse("500 5.5.1 this is LMTP: say LHLO"),
            Command::Helo(client) => {
                self.begin(client);
                let reply = format!("250 {}", self.settings.host);
                self.say(&reply);
            }
            Command::Ehlo(client) | Command::Lhlo(client)
                if is_lmtp == matches!(command, Command::Lhlo(_)) =>
            {
                self.begin(client);
                let size = self.settings.limits.message_octets;
                let host = &self.settings.host;
                let login = auth::offer(self.settings.login);
                let reply = format!(
                    "250-{host}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n{login}250 SIZE {size}"
                );
                self.say(&reply);
            }
            Command::Ehlo(_) => self.refuse("500 5.5.1 this is LMTP: say LHLO"),
            Command::Lhlo(_) => self.refuse("500 5.5.1 this is SMTP: say EHLO"),
            Command::Auth { mechanism, is_begun } => self.begin_login(mechanism, *is_begun),
            Command::Mail { path, size } => self.mail(path, *size),
            Command::Rcpt(path) => self.rcpt(path),
            Command::Data => self.data(),
            Command::Rset => {
                self.reset();
                self.say("250 2.0.0 forgotten");
            }
            Command::Noop => self.say("250 2.0.0 here"),
            Command::Vrfy => self.say("252 2.5.0 send it, and see"),
            Command::Help => self.say("214 2.0.0 EHLO MAIL RCPT DATA RSET NOOP QUIT"),
            Command::Quit => {
                self.has_quit = true;
                self.say("221 2.0.0 bye");
                self.state = State::Over;
            }
            Command::Foreign => {
                self.say("421 5.5.1 this is no web server");
                self.state = State::Over;
            }
            Command::BadPath(what) => self.refuse(&format!("501 5.5.4 write {what}:<user@example.com>")),
            Command::Other => self.refuse("502 5.5.1 that command is not known here"),
        }
    }

    fn begin(&mut self, client: &str) {
        self.reset();
        self.client = Some(client.to_owned());
    }

    fn mail(&mut self, path: &Path, size: Option<u64>) {
        if self.client.is_none() {
            self.refuse("503 5.5.1 say who you are first");
        } else if self.sender.is_some() {
            self.refuse("503 5.5.1 one mail at a time");
        } else if size.is_some_and(|size| size > self.settings.limits.message_octets as u64) {
            self.oversized += 1;
            self.refuse("552 5.3.4 the message is too large");
        } else {
            self.sender = Some(path.0.clone());
            self.say("250 2.1.0 ok");
        }
    }

    fn rcpt(&mut self, path: &Path) {
        if self.sender.is_none() {
            self.refuse("503 5.5.1 MAIL comes first");
        } else if path.0.is_empty() {
            self.refuse("501 5.1.3 nobody is no recipient");
        } else if self.recipients.len() >= self.settings.limits.recipients {
            self.refuse("452 4.5.3 too many recipients; send the rest in another mail");
        } else if !self.settings.recipients.may_be(&path.0) {
            self.refuse("550 5.7.1 mail is not taken for that recipient here");
        } else {
            self.recipients.push(path.0.clone());
            self.say("250 2.1.5 ok");
        }
    }

    fn data(&mut self) {
        if self.sender.is_none() {
            self.refuse("503 5.5.1 MAIL comes first");
        } else if self.recipients.is_empty() {
            self.refuse("554 5.5.1 no recipient was taken");
        } else {
            self.say("354 end with a line that holds one dot");
            let may_be_bare = self.line.is_bare == Some(true) && self.settings.line_ends == LineEnds::AsFirst;
            self.state = State::Data(Data::new(self.settings.limits.message_octets, may_be_bare));
        }
    }

    fn refuse(&mut self, reply: &str) {
        self.errors += 1;
        if self.errors > self.settings.limits.errors {
            self.say("421 4.7.0 too many errors");
            self.state = State::Over;
            return;
        }
        self.say(reply);
    }

    fn say(&mut self, reply: &str) {
        // What a driver says of a message comes from elsewhere.
        let is_safe = |c: &char| !c.is_control() || matches!(c, '\r' | '\n');
        self.replies.extend(reply.chars().filter(is_safe).collect::<String>().bytes());
        self.replies.extend(b"\r\n");
    }
}
