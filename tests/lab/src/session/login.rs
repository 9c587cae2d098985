//! AUTH and the lines that follow it (RFC 4954).

use super::{Answer, Effect, Session};
use crate::Stage;
use crate::auth::{Exchange, Step};
use crate::reply::Reply;

impl Session {
    pub(super) fn auth(&self, argument: &str) -> Answer {
        let mut words = argument.split_ascii_whitespace();
        let (Some(mechanism), response) = (words.next(), words.next()) else {
            return self.fixed(&Reply::new(501, "5.5.4", "Syntax: AUTH mechanism"));
        };
        if let Some(reply) = self.reason_against_auth() {
            return self.fixed(&reply);
        }
        let challenge = format!("<{}.{}@{}>", self.connection, self.mails, self.personality.host);
        let exchange = Exchange::start(mechanism, challenge, self.personality.host)
            .filter(|_| self.personality.offers_mechanism(mechanism));
        match (exchange, response) {
            (None, _) => self.fixed(&Reply::new(504, "5.5.4", "Unrecognized authentication type")),
            (Some(exchange), None) => Self::ask(exchange),
            (Some(exchange), Some(response)) if exchange.takes_initial_response() => {
                self.hear_secret(exchange, response)
            }
            (Some(_), Some(_)) => {
                self.fixed(&Reply::new(501, "5.5.4", "this mechanism takes no initial response"))
            }
        }
    }

    pub(super) fn hear_secret(&self, exchange: Exchange, line: &str) -> Answer {
        match exchange.hear(line, self.personality.login.as_ref()) {
            Step::Wait(exchange) => Self::ask(exchange),
            Step::Cancelled => self.fixed(&Reply::new(501, "5.7.0", "Authentication aborted")),
            Step::Malformed => self.fixed(&Reply::new(501, "5.5.2", "Malformed authentication data")),
            Step::Admitted(user) => {
                self.usual(Stage::Auth, &self.personality.logged_in(), Effect::LogIn(user))
            }
            Step::Refused => self.usual(Stage::Auth, &self.personality.login_refused(), Effect::Nothing),
        }
    }

    fn reason_against_auth(&self) -> Option<Reply> {
        if !self.hello {
            return Some(Reply::new(503, "5.5.1", "Error: send EHLO first"));
        }
        if !self.personality.offers("AUTH") {
            return Some(Reply::new(503, "5.5.1", "Error: authentication not enabled"));
        }
        if self.user.is_some() {
            return Some(Reply::new(503, "5.5.1", "Error: already authenticated"));
        }
        if self.sender.is_some() {
            return Some(Reply::new(503, "5.5.1", "Error: MAIL transaction in progress"));
        }
        if self.tls { None } else { self.personality.refusal_of_auth_before_tls() }
    }

    /// Asks for the next line. Built by hand: an empty prompt still has the blank behind 334.
    fn ask(exchange: Exchange) -> Answer {
        let reply = Some(format!("334 {}", exchange.prompt()));
        Answer { stage: None, reply, effect: Effect::Ask(exchange) }
    }
}
