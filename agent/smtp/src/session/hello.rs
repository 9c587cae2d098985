//! EHLO, or HELO for servers that do not know it, and the decision what has to come next.

use super::{At, Session};
use crate::capabilities::Capabilities;
use crate::command::{Command, is_helo_name};
use crate::outcome::{Failure, Phase, Trouble};
use crate::reply::Reply;
use crate::settings::{AuthPolicy, Security};

/// Which greeting of ours is being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hello {
    /// EHLO.
    Extended,
    /// HELO, after the server did not know EHLO.
    Plain,
}

impl Session {
    pub(super) fn say_hello(&mut self, hello: Hello) {
        self.at = At::Hello(hello);
        self.capabilities = Capabilities::default();
        let name = self.settings.helo.as_str();
        if !is_helo_name(name) {
            let text = format!("`{name}` is no name for EHLO; set a host name or an address literal");
            return self.end_with(Trouble::Settings(text));
        }
        let command = match hello {
            Hello::Extended => Command::Ehlo(name),
            Hello::Plain => Command::Helo(name),
        };
        command.write(&mut self.output, &mut self.transcript);
    }

    pub(super) fn hello_answered(&mut self, hello: Hello, reply: Reply) {
        match hello {
            Hello::Extended if reply.code.is_positive() => {
                self.capabilities = Capabilities::of(&reply);
                self.go_on_after_hello();
            }
            Hello::Plain if reply.code.is_positive() => self.go_on_after_hello(),
            // Only "I do not know this command": a server that says 550 does not want us, whatever we call it.
            Hello::Extended if matches!(reply.code.0, 500 | 501 | 502 | 504) && !self.needs_extensions() => {
                self.say_hello(Hello::Plain);
            }
            Hello::Extended | Hello::Plain => self.end(Failure::by_reply(Phase::Ehlo, reply)),
        }
    }

    /// Whether HELO, which offers nothing, would be of no use.
    fn needs_extensions(&self) -> bool {
        self.wants_starttls() || self.settings.auth != AuthPolicy::None
    }

    fn wants_starttls(&self) -> bool {
        self.settings.security == Security::StartTls && !self.tls
    }

    fn go_on_after_hello(&mut self) {
        if self.wants_starttls() {
            self.start_tls();
        } else if self.settings.auth == AuthPolicy::None {
            self.ready();
        } else {
            self.start_auth();
        }
    }
}
