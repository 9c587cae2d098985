//! MAIL, RCPT, and what brings the message: DATA or BDAT.

use super::{Answer, Effect, Session};
use crate::Stage;
use crate::path::{self, Path};
use crate::personality::{Brackets, Senders};
use crate::reply::{self, Reply};

/// Octets of a chunk; more than any message here has.
const CHUNK_OCTETS_MAX: usize = 128 << 20;

/// Parameters of MAIL, each with the extension that allows it.
const MAIL_PARAMETERS: [(&str, &str); 6] = [
    ("SIZE", "SIZE"),
    ("BODY", "8BITMIME"),
    ("RET", "DSN"),
    ("ENVID", "DSN"),
    ("AUTH", "AUTH"),
    ("SMTPUTF8", "SMTPUTF8"),
];

/// Parameters of RCPT, each with the extension that allows it.
const RCPT_PARAMETERS: [(&str, &str); 2] = [("NOTIFY", "DSN"), ("ORCPT", "DSN")];

impl Session {
    pub(super) fn mail(&self, argument: &str) -> Answer {
        if !self.hello {
            return self.fixed(&Reply::new(503, "5.5.1", "Error: send HELO/EHLO first"));
        }
        if self.personality.login.is_some() && self.user.is_none() {
            let refusal = Reply::new(530, "5.7.0", "Authentication required");
            return self.usual(Stage::Mail, &refusal, Effect::Nothing);
        }
        if self.sender.is_some() {
            return self.fixed(&Reply::new(503, "5.5.1", "Error: nested MAIL command"));
        }
        let path = match self.path(argument, "FROM:", &MAIL_PARAMETERS) {
            Ok(path) => path,
            Err(reply) => return self.fixed(&reply),
        };
        if let Some(refusal) = self.refusal_of_sender(path.address).or_else(|| self.refusal_of_size(&path)) {
            return self.usual(Stage::Mail, &refusal, Effect::Nothing);
        }
        self.usual(Stage::Mail, &self.personality.sender_taken(), Effect::Sender(path.address.to_owned()))
    }

    pub(super) fn rcpt(&self, argument: &str) -> Answer {
        if self.sender.is_none() {
            return self.fixed(&Reply::new(503, "5.5.1", "Error: need MAIL command"));
        }
        let path = match self.path(argument, "TO:", &RCPT_PARAMETERS) {
            Ok(path) => path,
            Err(reply) => return self.fixed(&reply),
        };
        if path.address.is_empty() {
            return self.fixed(&Reply::new(501, "5.1.3", "Bad recipient address syntax"));
        }
        if self.recipients.len() >= self.personality.recipients_max {
            return self.fixed(&Reply::new(452, "4.5.3", "Error: too many recipients"));
        }
        let taken = Effect::Recipient(path.address.to_owned());
        match self.personality.reply_to_recipient(path.address) {
            Some(text) => {
                let effect = if reply::moves_on(text) { taken } else { Effect::Nothing };
                Answer { stage: Some(Stage::Rcpt), reply: Some(text.to_owned()), effect }
            }
            None => self.usual(Stage::Rcpt, &self.personality.recipient_taken(), taken),
        }
    }

    pub(super) fn data(&self) -> Answer {
        if let Some(refusal) = self.missing_envelope() {
            return self.fixed(&refusal);
        }
        self.usual(Stage::Data, &self.personality.go_ahead(), Effect::Content)
    }

    /// A message in one chunk; the lab wants no more than that of RFC 3030. Nothing is said before the chunk is there.
    pub(super) fn bdat(&self, argument: &str) -> Answer {
        if !self.personality.offers("CHUNKING") {
            return self.fixed(&Reply::new(502, "5.5.2", "command not recognized"));
        }
        let whole = argument.split_once(' ').filter(|(_, last)| last.eq_ignore_ascii_case("LAST"));
        let Some(octets) =
            whole.and_then(|(octets, _)| octets.parse().ok()).filter(|octets| *octets <= CHUNK_OCTETS_MAX)
        else {
            return self.fixed(&Reply::new(501, "5.5.4", "Syntax: BDAT octets LAST"));
        };
        Answer { stage: None, reply: None, effect: Effect::Chunk(octets) }
    }

    /// What is in the way of a message.
    pub(super) fn missing_envelope(&self) -> Option<Reply> {
        if self.sender.is_none() {
            return Some(Reply::new(503, "5.5.1", "Error: need MAIL command"));
        }
        self.recipients.is_empty().then(|| Reply::new(554, "5.5.1", "Error: no valid recipients"))
    }

    /// Reads the argument by this server's rules.
    fn path<'a>(
        &self,
        argument: &'a str,
        keyword: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Path<'a>, Reply> {
        let syntax = || Reply::new(501, "5.5.4", format!("Syntax: {keyword}<address>"));
        let path = path::parse(argument, keyword).ok_or_else(syntax)?;
        if !path.bracketed && self.personality.brackets == Brackets::Required {
            return Err(syntax());
        }
        for parameter in &path.parameters {
            let name = parameter.split('=').next().unwrap_or(parameter);
            let known = parameters
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .is_some_and(|(_, extension)| self.personality.offers(extension));
            if !known {
                return Err(Reply::new(555, "5.5.4", format!("Unsupported option: {parameter}")));
            }
        }
        Ok(path)
    }

    fn refusal_of_sender(&self, sender: &str) -> Option<Reply> {
        match &self.personality.senders {
            Senders::Any => None,
            Senders::Only { addresses, refusal } => {
                let known = addresses.iter().any(|address| address.eq_ignore_ascii_case(sender));
                (!known).then(|| refusal.clone())
            }
        }
    }

    fn refusal_of_size(&self, path: &Path<'_>) -> Option<Reply> {
        let size = path.parameters.iter().find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then(|| value.parse::<usize>().ok()).flatten()
        });
        size.filter(|&size| size > self.personality.message_octets_max())
            .map(|_| Reply::new(552, "5.3.4", "Message size exceeds fixed limit"))
    }
}
