//! A server that speaks SMTP as a state machine: octets in, replies out. What it is like comes from the weather; whether
//! it has a mail is the truth about copies.

use super::chance::Dice;
use super::weather::{FULL, GONE, Weather};

/// What a server has to say to some octets, and what became of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Says {
    pub(super) octets: Vec<u8>,
    pub(super) then: Then,
    /// Recipients that it has a mail for, now.
    pub(super) mailed: Vec<String>,
    /// Recipients that it refused for good.
    pub(super) refused: Vec<String>,
    pub(super) has_refused_login: bool,
    /// Of the last message that it has heard.
    pub(super) message_id: Option<String>,
    /// What comes next is a handshake.
    pub(super) goes_on_in_tls: bool,
}

/// What follows when everything was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Then {
    #[default]
    Listens,
    /// It says nothing more, and leaves the connection open.
    FallsSilent,
    Closes,
}

/// One connection, as the server sees it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub(super) struct Server {
    unread: Vec<u8>,
    is_tls: bool,
    has_chunking: bool,
    waits_for_message: bool,
    has_sender: bool,
    recipients: Vec<String>,
    then: Then,
}

impl Server {
    pub(super) fn new(has_chunking: bool) -> Self {
        Self { has_chunking, ..Self::default() }
    }

    pub(super) fn greets(&mut self, weather: Weather, dice: &mut Dice) -> Says {
        let mut says = Says::default();
        if weather.is_silent_at("greeting", dice) {
            self.then = Then::FallsSilent;
        } else if dice.below(8) < weather.says_goodbye {
            says.octets.extend(b"421 4.3.2 busy\r\n");
            self.then = Then::Closes;
        } else {
            says.octets.extend(b"220 mx.example.com ready\r\n");
        }
        says.then = self.then;
        says
    }

    pub(super) const fn starts_tls(&mut self) {
        self.is_tls = true;
    }

    /// The recipients of the message that it waits for; `None` if it has not been asked.
    pub(super) fn waits_for(&self) -> Option<&[String]> {
        self.waits_for_message.then_some(&self.recipients[..])
    }

    /// Reads whatever is whole.
    pub(super) fn hears(&mut self, octets: &[u8], weather: Weather, dice: &mut Dice) -> Says {
        self.unread.extend(octets);
        let mut says = Says::default();
        while self.then == Then::Listens {
            if self.waits_for_message {
                let Some(end) = find(&self.unread, b"\r\n.\r\n") else { break };
                let message: Vec<u8> = self.unread.drain(..end + 5).collect();
                says.message_id = message_id(&message);
                self.waits_for_message = false;
                self.takes_message(&mut says, weather, dice);
                continue;
            }
            let Some(end) = find(&self.unread, b"\r\n") else { break };
            let line = String::from_utf8_lossy(&self.unread[..end]).into_owned();
            if let Some(rest) = line.strip_prefix("BDAT ") {
                let size: usize = rest.split(' ').next().and_then(|it| it.parse().ok()).expect("a size");
                if self.unread.len() < end + 2 + size {
                    break;
                }
                let message: Vec<u8> = self.unread.drain(..end + 2 + size).collect();
                says.message_id = message_id(&message);
                if self.recipients.is_empty() {
                    says.octets.extend(b"503 5.5.1 nobody is to have it\r\n");
                } else {
                    self.takes_message(&mut says, weather, dice);
                }
                continue;
            }
            self.unread.drain(..end + 2);
            self.obeys(&line, &mut says, weather, dice);
        }
        says.then = self.then;
        says
    }

    fn obeys(&mut self, line: &str, says: &mut Says, weather: Weather, dice: &mut Dice) {
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        if weather.is_silent_at(verb, dice) {
            self.then = Then::FallsSilent;
            return;
        }
        let mut happens = |often: usize| dice.below(8) < often;
        let hangs_up = if weather.at == "any" { verb == "DATA" } else { verb == weather.at };
        if hangs_up && happens(weather.hangs_up) {
            self.then = Then::Closes;
            return;
        }
        let reply = match verb {
            "EHLO" if !self.is_tls => "250-mx\r\n250-STARTTLS\r\n250 8BITMIME",
            "EHLO" if self.has_chunking => {
                "250-mx\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 AUTH PLAIN"
            }
            "EHLO" => "250-mx\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "STARTTLS" => {
                says.goes_on_in_tls = true;
                "220 2.0.0 go on"
            }
            "AUTH" if happens(weather.refuses_login) => {
                says.has_refused_login = true;
                "535 5.7.8 no"
            }
            "AUTH" => "235 2.7.0 welcome",
            "MAIL" => {
                self.recipients.clear();
                self.has_sender = !happens(weather.refuses_sender);
                if self.has_sender { "250 2.1.0 ok" } else { "450 4.7.1 try later" }
            }
            "RCPT" if !self.has_sender => "503 5.5.1 nobody sends it",
            "RCPT" => {
                let to = line.split(['<', '>']).nth(1).expect("a path").to_owned();
                if to == GONE || happens(weather.refuses_for_good) {
                    says.refused.push(to);
                    "550 5.1.1 no such user"
                } else if to == FULL && weather.has_full_mailboxes {
                    "452 4.2.2 mailbox full"
                } else if happens(weather.refuses_softly) {
                    "450 4.2.0 try later"
                } else {
                    self.recipients.push(to);
                    "250 2.1.5 ok"
                }
            }
            "DATA" if self.recipients.is_empty() => "503 5.5.1 nobody is to have it",
            "DATA" => {
                self.waits_for_message = true;
                "354 go on"
            }
            "RSET" => {
                self.recipients.clear();
                "250 2.0.0 ok"
            }
            "QUIT" => {
                self.then = Then::Closes;
                "221 2.0.0 bye"
            }
            other => panic!("a session says {other:?}"),
        };
        says.octets.extend(reply.bytes().chain(*b"\r\n"));
    }

    fn takes_message(&mut self, says: &mut Says, weather: Weather, dice: &mut Dice) {
        let recipients = std::mem::take(&mut self.recipients);
        let mut happens = |often: usize| dice.below(8) < often;
        if happens(weather.refuses_content) {
            let text = if happens(4) { "554 5.7.1 looks like spam\r\n" } else { "451 4.3.0 try later\r\n" };
            says.octets.extend(text.bytes());
        } else if happens(weather.loses_reply) {
            if happens(4) {
                says.mailed.extend(recipients);
            }
            self.then = if happens(6) { Then::Closes } else { Then::FallsSilent };
        } else {
            says.mailed.extend(recipients);
            says.octets.extend(b"250 2.0.0 ok\r\n");
        }
    }
}

fn message_id(message: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(message);
    text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).map(str::to_owned)
}

fn find(octets: &[u8], what: &[u8]) -> Option<usize> {
    octets.windows(what.len()).position(|window| window == what)
}
