//! AUTH (RFC 4954): one mechanism, and one more only if the server will not have the first.
//!
//! A refused password is never tried again by another mechanism: that locks accounts.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{At, Session};
use crate::auth::{Exchange, Mechanism, choose};
use crate::command::{Command, fits_into_auth};
use crate::limits::AUTH_ROUNDS_MAX;
use crate::outcome::{Failure, Phase, Trouble};
use crate::reply::Reply;
use crate::secret::{Credentials, MASK, MASKED_OCTETS_MIN};

/// The login that is going on.
pub(super) struct Login {
    exchange: Box<dyn Exchange>,
    credentials: Arc<Credentials>,
    /// What to try if the server will not have this mechanism.
    next_best: Option<Mechanism>,
    /// A first message that was too long for the AUTH command and waits for the server's empty challenge.
    held: Option<Zeroizing<String>>,
    rounds: usize,
    /// What was sent, to find it in replies of servers that echo.
    said: Vec<Zeroizing<String>>,
}

impl Login {
    /// Takes out of a reply what should not have been in it.
    pub(super) fn mask(&self, reply: &mut Reply) {
        for line in &mut reply.lines {
            for said in self.said.iter().filter(|said| said.len() >= MASKED_OCTETS_MIN) {
                *line = line.replace(said.as_str(), MASK);
            }
            *line = self.credentials.password.masked_in(line);
        }
    }
}

impl Session {
    pub(super) fn start_auth(&mut self) {
        let fault = match &self.settings.credentials {
            None => Some("authentication is wanted, but there is no user and password"),
            Some(credentials) => credentials.fault(),
        };
        let outcome = match fault {
            Some(fault) => Err(Trouble::Settings(fault.to_owned())),
            None => choose(&self.settings.auth, self.capabilities.auth(), self.tls),
        };
        match outcome {
            Ok(usable) => self.try_mechanism(usable[0], usable.get(1).copied()),
            Err(trouble) => self.end(Failure::new(Phase::Auth, trouble)),
        }
    }

    fn try_mechanism(&mut self, mechanism: Mechanism, next_best: Option<Mechanism>) {
        let Some(credentials) = self.settings.credentials.clone() else { return };
        let mut exchange = mechanism.start(Arc::clone(&credentials));
        let initial = exchange.initial().map(|message| encode(&message));
        let (initial, held) = match initial {
            Some(long) if !fits_into_auth(mechanism, &long) => (None, Some(long)),
            short => (short, None),
        };
        self.say(&Command::Auth { mechanism, initial: initial.as_ref().map(|text| text.as_str()) });
        let said = initial.into_iter().collect();
        self.at = At::Auth(Login { exchange, credentials, next_best, held, rounds: 0, said });
    }

    pub(super) fn auth_answered(&mut self, reply: Reply) {
        let At::Auth(login) = &mut self.at else { return };
        match reply.code.0 {
            334 => self.challenged(&reply),
            // The server has nothing against us, only against the mechanism.
            504 | 534 | 538 if login.next_best.is_some() => {
                if let Some(mechanism) = login.next_best.take() {
                    self.try_mechanism(mechanism, None);
                }
            }
            _ if reply.code.is_positive() => self.ready(),
            _ => self.end(Failure::by_reply(Phase::Auth, reply)),
        }
    }

    fn challenged(&mut self, reply: &Reply) {
        let At::Auth(login) = &mut self.at else { return };
        login.rounds += 1;
        let answer = match login.held.take() {
            Some(held) => Ok(held),
            None if login.rounds > AUTH_ROUNDS_MAX => Err("endless challenges"),
            None => login.exchange.answer(&reply.lines[0]).map(|message| encode(&message)),
        };
        match answer {
            Ok(answer) => {
                Command::AuthAnswer(&answer).write(&mut self.output, &mut self.transcript);
                login.said.push(answer);
            }
            Err(fault) => self.end_with(Trouble::Protocol(fault.to_owned())),
        }
    }
}

fn encode(message: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Payload;
    use crate::secret::Secret;
    use crate::session::Step;
    use crate::settings::{AuthPolicy, Security, Settings};

    /// A mechanism that would go on for ever.
    struct Endless;

    impl Exchange for Endless {
        fn initial(&mut self) -> Option<Payload> {
            None
        }

        fn answer(&mut self, _challenge: &str) -> Result<Payload, &'static str> {
            Ok(Payload::new(b"more".to_vec()))
        }
    }

    #[test]
    fn even_a_mechanism_that_never_ends_is_stopped() {
        let credentials =
            Arc::new(Credentials { user: "u".to_owned(), password: Secret::new("p".to_owned()) });
        let mut session = Session::new(Settings {
            helo: "client.example.jp".to_owned(),
            security: Security::Implicit,
            auth: AuthPolicy::Auto,
            credentials: Some(Arc::clone(&credentials)),
        });
        let exchange = Box::new(Endless);
        let said = Vec::new();
        session.at = At::Auth(Login { exchange, credentials, next_best: None, held: None, rounds: 0, said });
        for _ in 0..AUTH_ROUNDS_MAX {
            session.received(b"334 \r\n");
            assert_eq!(session.next(), Step::Send);
            session.sent();
        }
        session.received(b"334 \r\n");
        let failure = Failure::new(Phase::Auth, Trouble::Protocol("endless challenges".to_owned()));
        assert_eq!(session.next(), Step::Done(Some(failure)));
    }
}
