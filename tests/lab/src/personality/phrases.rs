//! The usual replies, as each kind of server words them.
//!
//! `{host}` is the server's name, `{id}` the mail's id in its queue, `{time}` and `{pid}` are two
//! numbers made from its place in the connection.

use super::Personality;
use crate::reply::Reply;

/// Texts behind the reply codes.
#[derive(Debug)]
pub(super) struct Phrases {
    greeting: &'static str,
    hello: &'static str,
    sender: &'static str,
    recipient: &'static str,
    go_ahead: &'static str,
    kept: &'static str,
    bye: &'static str,
    logged_in: &'static str,
    login_refused: &'static str,
}

pub(super) const POSTFIX: Phrases = Phrases {
    greeting: "{host} ESMTP Postfix",
    hello: "{host}",
    sender: "Ok",
    recipient: "Ok",
    go_ahead: "End data with <CR><LF>.<CR><LF>",
    kept: "Ok: queued as {id}",
    bye: "Bye",
    logged_in: "Authentication successful",
    login_refused: "Error: authentication failed",
};

pub(super) const PLAIN: Phrases = Phrases { greeting: "{host} ESMTP", ..POSTFIX };

pub(super) const GOO: Phrases =
    Phrases { greeting: "{host} ESMTP", kept: "{id} mail accepted for delivery", ..POSTFIX };

pub(super) const QMAIL: Phrases = Phrases {
    greeting: "{host} ESMTP",
    hello: "{host}",
    sender: "ok",
    recipient: "ok",
    go_ahead: "go ahead",
    kept: "ok {time} qp {pid}",
    bye: "{host}",
    logged_in: "ok, go ahead",
    login_refused: "authorization failed",
};

pub(super) const DOCOMO: Phrases = Phrases {
    greeting: "{host} DOCOMO Mail Server ready",
    hello: "{host} is pleased to meet you",
    sender: "Sender address is accepted",
    recipient: "Recipient address is accepted",
    go_ahead: "Start mail input, end it with a line that holds a dot only",
    kept: "Message {id} is accepted for delivery",
    bye: "{host} is closing the transmission channel",
    logged_in: "Authentication succeeded",
    login_refused: "Authentication failed, check the name and the password",
};

pub(super) const GMAIL: Phrases = Phrases {
    greeting: "{host} ESMTP {id} - gsmtp",
    hello: "{host} at your service, [127.0.0.1]",
    sender: "OK {id} - gsmtp",
    recipient: "OK {id} - gsmtp",
    go_ahead: "Go ahead {id} - gsmtp",
    kept: "OK  {time} {id} - gsmtp",
    bye: "closing connection {id} - gsmtp",
    logged_in: "Accepted",
    login_refused: "Username and Password not accepted. {id} - gsmtp",
};

pub(super) const OUTLOOK: Phrases = Phrases {
    greeting: "{host} Microsoft ESMTP MAIL Service ready",
    hello: "{host} Hello [127.0.0.1]",
    sender: "Sender OK",
    recipient: "Recipient OK",
    go_ahead: "Start mail input; end with <CRLF>.<CRLF>",
    kept: "OK <{id}@{host}> [Hostname={host}] Queued mail for delivery",
    bye: "Service closing transmission channel",
    logged_in: "Authentication successful target host {host}",
    login_refused: "Authentication unsuccessful, the user credentials were incorrect",
};

impl Personality {
    pub(crate) fn greeting(&self) -> Reply {
        Reply::new(220, "", self.fill(self.phrases.greeting))
    }

    /// The first line of the answer to EHLO and the only one of that to HELO.
    pub(crate) fn hello(&self) -> Reply {
        Reply::new(250, "", self.fill(self.phrases.hello))
    }

    pub(crate) fn sender_taken(&self) -> Reply {
        Reply::new(250, "2.1.0", self.fill(self.phrases.sender))
    }

    pub(crate) fn recipient_taken(&self) -> Reply {
        Reply::new(250, "2.1.5", self.fill(self.phrases.recipient))
    }

    pub(crate) fn go_ahead(&self) -> Reply {
        Reply::new(354, "", self.fill(self.phrases.go_ahead))
    }

    pub(crate) fn bye(&self) -> Reply {
        Reply::new(221, "2.0.0", self.fill(self.phrases.bye))
    }

    pub(crate) fn logged_in(&self) -> Reply {
        // qmail's writers have always put 2.0.0 here, everybody else 2.7.0.
        let enhanced = if self.accent == super::Accent::Qmail { "2.0.0" } else { "2.7.0" };
        Reply::new(235, enhanced, self.fill(self.phrases.logged_in))
    }

    pub(crate) fn login_refused(&self) -> Reply {
        Reply::new(535, "5.7.8", self.fill(self.phrases.login_refused))
    }

    /// The answer to the final dot for the `count`-th mail of a connection.
    pub(crate) fn kept(&self, connection: usize, count: usize) -> Reply {
        let text = self
            .fill(&self.phrases.kept.replace("{id}", &format!("{connection:06X}{count:04X}")))
            .replace("{time}", &format!("{}", 1_536_500_000 + count))
            .replace("{pid}", &format!("{}", 1000 + connection));
        Reply::new(250, "2.0.0", text)
    }

    fn fill(&self, phrase: &str) -> String {
        phrase.replace("{host}", self.host).replace("{id}", "0a1b2c3d4e5f-67890abcdef")
    }
}
