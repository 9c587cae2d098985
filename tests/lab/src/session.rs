//! The protocol: what the client says next, and what that means for this server.
//!
//! A state machine without sockets. It proposes an [`Answer`]; `connection` holds it against the script,
//! says something, and comes back with the effect only if the dialogue moved on. So a scripted refusal
//! leaves the state as a real one would.

mod envelope;
mod login;

use std::sync::Arc;

use crate::Stage;
use crate::auth::Exchange;
use crate::content::Content;
use crate::mail::{self, Mail};
use crate::personality::{Channel, HeaderFrom, LoneLfRule, Personality};
use crate::reply::Reply;

/// What the server would do by itself.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The stage at which the script may interfere, if it may.
    pub(crate) stage: Option<Stage>,
    /// The usual reply, ready to be sent; `None` where servers say nothing.
    pub(crate) reply: Option<String>,
    /// What the dialogue becomes if it moves on; always [`Effect::Nothing`] beside a refusal.
    pub(crate) effect: Effect,
}

/// A change of state that waits for the reply to be final.
#[derive(Debug)]
pub(crate) enum Effect {
    Nothing,
    Welcome,
    Hello,
    /// As `Hello`, but for HELO, which the script can leave alone.
    OldHello,
    StartTls,
    Ask(Exchange),
    LogIn(String),
    Sender(String),
    Recipient(String),
    Content,
    /// A message of so many octets follows at once.
    Chunk(usize),
    Keep(Mail),
    Close,
}

/// What the connection has to do next.
#[derive(Debug)]
pub(crate) enum Next {
    Command,
    Content,
    Chunk(usize),
    StartTls,
    Keep(Mail),
    Close,
}

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Session {
    personality: Arc<Personality>,
    connection: usize,
    tls: bool,
    welcome: bool,
    hello: bool,
    exchange: Option<Exchange>,
    user: Option<String>,
    sender: Option<String>,
    recipients: Vec<String>,
    mails: usize,
}

impl Session {
    pub(crate) fn new(personality: Arc<Personality>, connection: usize) -> Self {
        Self {
            personality,
            connection,
            tls: false,
            welcome: false,
            hello: false,
            exchange: None,
            user: None,
            sender: None,
            recipients: Vec::new(),
            mails: 0,
        }
    }

    /// The channel is encrypted now: everything that was learned before is forgotten (RFC 3207 section 4.2).
    pub(crate) fn secured(&mut self) {
        self.tls = true;
        self.hello = false;
        self.user = None;
        self.forget_transaction();
    }

    /// Whether the next line is part of an AUTH exchange.
    pub(crate) fn expects_secret(&self) -> bool {
        self.exchange.is_some()
    }

    pub(crate) fn greet(&self) -> Answer {
        self.usual(Stage::Greeting, &self.personality.greeting(), Effect::Welcome)
    }

    /// Takes a line of the client, without its line end.
    pub(crate) fn hear(&mut self, line: &str) -> Answer {
        if self.personality.line_octets_max.is_some_and(|max| line.len() + 2 > max) {
            return self.fixed(&Reply::new(500, "5.5.2", "Line too long"));
        }
        if let Some(exchange) = self.exchange.take() {
            return self.hear_secret(exchange, line);
        }
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let argument = argument.trim();
        let verb = verb.to_ascii_uppercase();
        if !self.welcome && verb != "QUIT" {
            return self.fixed(&Reply::new(503, "5.5.1", "no service on this connection, only QUIT"));
        }
        match verb.as_str() {
            "EHLO" | "HELO" => self.hello(&verb, argument),
            "STARTTLS" => self.start_tls(argument),
            "AUTH" => self.auth(argument),
            "MAIL" => self.mail(argument),
            "RCPT" => self.rcpt(argument),
            "DATA" => self.data(),
            "BDAT" => self.bdat(argument),
            "RSET" => {
                self.forget_transaction();
                self.fixed(&Reply::new(250, "2.0.0", "Ok"))
            }
            "NOOP" => self.fixed(&Reply::new(250, "2.0.0", "Ok")),
            "VRFY" => self.fixed(&Reply::new(252, "2.0.0", "try to send something")),
            "QUIT" => self.usual(Stage::Quit, &self.personality.bye(), Effect::Close),
            _ => self.fixed(&Reply::new(502, "5.5.2", "command not recognized")),
        }
    }

    /// Takes a message that came as a chunk, which counts only if the server has an envelope for it.
    pub(crate) fn hear_chunk(&mut self, chunk: Vec<u8>) -> Answer {
        if let Some(refusal) = self.missing_envelope() {
            return self.fixed(&refusal);
        }
        self.hear_content(Content::of_chunk(chunk, self.personality.message_octets_max()))
    }

    /// Takes a message that has come to its end. The transaction is over, whatever is said.
    pub(crate) fn hear_content(&mut self, content: Content) -> Answer {
        let sender = self.sender.take().unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        if let Some(reply) = self.fault_of(&content) {
            return self.usual(Stage::Dot, &reply, Effect::Nothing);
        }
        self.mails += 1;
        let mail = Mail {
            sender,
            recipients,
            octets: content.octets,
            tls: self.tls,
            user: self.user.clone(),
            connection: self.connection,
        };
        self.usual(Stage::Dot, &self.personality.kept(self.connection, self.mails), Effect::Keep(mail))
    }

    /// Makes an effect true, and says where that leads.
    pub(crate) fn commit(&mut self, effect: Effect) -> Next {
        match effect {
            Effect::Nothing => {}
            Effect::Welcome => self.welcome = true,
            Effect::Hello | Effect::OldHello => {
                self.hello = true;
                self.forget_transaction();
            }
            Effect::StartTls => return Next::StartTls,
            Effect::Ask(exchange) => self.exchange = Some(exchange),
            Effect::LogIn(user) => self.user = Some(user),
            Effect::Sender(address) => self.sender = Some(address),
            Effect::Recipient(address) => self.recipients.push(address),
            Effect::Content => return Next::Content,
            Effect::Chunk(octets) => return Next::Chunk(octets),
            Effect::Keep(mail) => return Next::Keep(mail),
            Effect::Close => return Next::Close,
        }
        Next::Command
    }

    /// An answer that the script cannot change and that changes nothing: to what is malformed or out of
    /// order, for one.
    pub(crate) fn fixed(&self, reply: &Reply) -> Answer {
        Answer { stage: None, reply: Some(self.personality.voice(reply)), effect: Effect::Nothing }
    }

    fn hello(&self, verb: &str, name: &str) -> Answer {
        if name.is_empty() {
            return self.fixed(&Reply::new(501, "", format!("Syntax: {verb} hostname")));
        }
        let mut reply = self.personality.hello();
        if verb == "HELO" {
            return self.usual(Stage::Ehlo, &reply, Effect::OldHello);
        }
        reply.lines.extend(self.personality.extensions(self.tls).map(str::to_owned));
        self.usual(Stage::Ehlo, &reply, Effect::Hello)
    }

    fn start_tls(&self, argument: &str) -> Answer {
        let possible = matches!(self.personality.channel, Channel::StartTls(_));
        if !possible || !self.personality.offers("STARTTLS") {
            return self.fixed(&Reply::new(502, "5.5.1", "STARTTLS is not offered"));
        }
        if self.tls {
            return self.fixed(&Reply::new(503, "5.5.1", "TLS is already active"));
        }
        if !argument.is_empty() {
            return self.fixed(&Reply::new(501, "5.5.4", "STARTTLS takes no parameters"));
        }
        self.usual(Stage::StartTls, &Reply::new(220, "2.0.0", "Ready to start TLS"), Effect::StartTls)
    }

    fn fault_of(&self, content: &Content) -> Option<Reply> {
        if content.overlong {
            return Some(Reply::new(552, "5.3.4", "Message size exceeds the limit"));
        }
        if self.personality.line_octets_max.is_some_and(|max| content.line_octets > max) {
            return Some(Reply::new(500, "5.5.2", "Line too long"));
        }
        if let LoneLfRule::Refuse(refusal) = &self.personality.lone_lf
            && content.lone_lf
        {
            return Some(refusal.clone());
        }
        match &self.personality.header_from {
            HeaderFrom::Any => None,
            HeaderFrom::Only { address, refusal } => {
                let from = mail::header(&content.octets, "From");
                let own = from.is_some_and(|value| mail::address_of(&value).eq_ignore_ascii_case(address));
                (!own).then(|| refusal.clone())
            }
        }
    }

    fn forget_transaction(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn usual(&self, stage: Stage, reply: &Reply, effect: Effect) -> Answer {
        Answer { stage: Some(stage), reply: Some(self.personality.voice(reply)), effect }
    }
}
