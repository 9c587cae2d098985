//! AUTH (RFC 4954): one mechanism after the other, as long as the server has something against the mechanism only.
//!
//! A refused password is never tried again by another mechanism: that locks accounts.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::unsaid::Unsaid;
use super::{At, Session};
use crate::auth::{Exchange, Fault, Mechanism, Start, choose};
use crate::command::{Command, fits_into_auth};
use crate::limits::AUTH_ROUNDS_MAX;
use crate::outcome::{Failure, Phase, Trouble};
use crate::printable::{cut, printable};
use crate::reply::Reply;
use crate::secret::{Credentials, MASK};

/// The login that is going on.
pub(super) struct Login {
    exchange: Box<dyn Exchange>,
    /// All mechanisms that may be tried, and the place of the one that is.
    usable: Vec<Mechanism>,
    place: usize,
    /// A first message that was too long for the AUTH command and waits for the server's empty challenge.
    held: Option<Zeroizing<String>>,
    rounds: usize,
    unsaid: Unsaid,
    /// Why the exchange was taken back, once it was.
    cancelled: Option<Trouble>,
}

impl Login {
    /// Takes out of a reply what should not have been in it, and returns what of it may be shown.
    ///
    /// A challenge stays as it is for the exchange, whatever it looks like, and is hidden as a whole in what is shown if
    /// there is a secret in it.
    pub(super) fn mask(&self, reply: &mut Reply) -> Reply {
        let mut shown = reply.clone();
        self.unsaid.mask(&mut shown);
        if reply.code.0 != 334 {
            reply.lines.clone_from(&shown.lines);
            return shown;
        }
        for line in &mut shown.lines {
            let challenge = STANDARD.decode(line.trim()).unwrap_or_default();
            if self.unsaid.mask_line(&mut String::from_utf8_lossy(&challenge).into_owned()) {
                MASK.clone_into(line);
            }
        }
        shown
    }

    fn mechanism(&self) -> Mechanism {
        self.usable[self.place]
    }

    fn has_next(&self) -> bool {
        self.place + 1 < self.usable.len()
    }

    /// The answer to a challenge.
    fn answer(&mut self, challenge: &str) -> Result<Zeroizing<String>, Fault> {
        self.rounds += 1;
        if let Some(held) = self.held.take() {
            return Ok(held);
        }
        if self.rounds > AUTH_ROUNDS_MAX {
            return Err(Fault::Breach("endless challenges"));
        }
        let answer = encode(&self.exchange.answer(challenge)?);
        let derived = self.exchange.derived().map(|derived| Zeroizing::new(derived.to_owned()));
        self.unsaid.add([answer.clone()].into_iter().chain(derived));
        Ok(answer)
    }
}

impl Session {
    pub(super) fn start_auth(&mut self) {
        let outcome = match &self.settings.credentials {
            None => Err("authentication is wanted, but there is no user and password"),
            Some(credentials) => match credentials.fault() {
                Some(fault) => Err(fault),
                None => Ok(Arc::clone(credentials)),
            },
        };
        let credentials = match outcome {
            Ok(credentials) => credentials,
            Err(fault) => return self.end(Failure::new(Phase::Auth, Trouble::Settings(fault.to_owned()))),
        };
        match choose(&self.settings.auth, credentials.has_token(), self.capabilities.auth(), self.tls) {
            Ok(usable) => self.try_mechanism(credentials, usable, 0),
            Err(trouble) => self.end(Failure::new(Phase::Auth, trouble)),
        }
    }

    fn try_mechanism(&mut self, credentials: Arc<Credentials>, usable: Vec<Mechanism>, place: usize) {
        let mechanism = usable[place];
        let mut exchange = mechanism.start(Start {
            credentials: Arc::clone(&credentials),
            host: self.settings.host.clone(),
            port: self.settings.port,
            nonce: self.settings.seed.nonce(place),
        });
        let initial = exchange.initial().map(|message| encode(&message));
        let mut unsaid = Unsaid::new(credentials);
        unsaid.add(initial.clone());
        let (initial, held) = match initial {
            Some(long) if !fits_into_auth(mechanism, &long) => (None, Some(long)),
            short => (short, None),
        };
        self.say(&Command::Auth { mechanism, initial: initial.as_ref().map(|text| text.as_str()) });
        self.at = At::Auth(Login { exchange, usable, place, held, rounds: 0, unsaid, cancelled: None });
    }

    /// Goes on with the next mechanism; without one the trouble is the outcome.
    fn try_next(&mut self, trouble: Trouble) {
        let At::Auth(login) = &mut self.at else { return };
        if login.has_next() {
            let (credentials, place) = (Arc::clone(&login.unsaid.credentials), login.place + 1);
            let usable = std::mem::take(&mut login.usable);
            self.try_mechanism(credentials, usable, place);
        } else {
            self.end_with(trouble);
        }
    }

    pub(super) fn auth_answered(&mut self, reply: Reply) {
        let At::Auth(login) = &mut self.at else { return };
        match (login.cancelled.take(), reply.code.0) {
            (Some(trouble), 400..) => self.try_next(trouble),
            (Some(_), _) => {
                self.end_with(Trouble::Protocol(
                    "the server goes on with a login that was taken back".to_owned(),
                ));
            }
            (None, 334) => self.challenged(&reply),
            // The server has nothing against us, only against the mechanism.
            (None, 504 | 534 | 538) => self.try_next(Trouble::Reply(reply)),
            (None, 200..=299) => match login.exchange.finish() {
                Ok(()) => {
                    let At::Auth(login) = std::mem::replace(&mut self.at, At::Ready) else { return };
                    self.unsaid = Some(login.unsaid);
                    self.ready();
                }
                Err(fault) => self.give_up(fault),
            },
            (None, _) => self.refused(reply),
        }
    }

    fn challenged(&mut self, reply: &Reply) {
        let At::Auth(login) = &mut self.at else { return };
        match login.answer(&reply.lines[0]) {
            Ok(answer) => Command::AuthAnswer(&answer).write(&mut self.output, &mut self.transcript),
            Err(fault) => self.give_up(fault),
        }
    }

    /// Ends what cannot go on: the exchange if another mechanism may do, else the session.
    fn give_up(&mut self, fault: Fault) {
        let At::Auth(login) = &mut self.at else { return };
        let trouble = match fault {
            Fault::Breach(what) => Trouble::Protocol(what.to_owned()),
            Fault::Unproven(how) => Trouble::ServerUnproven(how.to_owned()),
            Fault::Unusable(why) => {
                let mut why = why.into_owned();
                // A server that puts the secret into its challenge is not to get it into an error.
                login.unsaid.mask_line(&mut why);
                let unusable = Trouble::MechanismUnusable { mechanism: login.mechanism(), why };
                if login.has_next() {
                    self.transcript.event(Phase::Auth, &unusable);
                    login.cancelled = Some(unusable);
                    return self.say(&Command::AuthCancel);
                }
                unusable
            }
        };
        self.end_with(trouble);
    }

    /// The server will not have us. What it gave as a reason inside the exchange becomes the last line of its reply.
    fn refused(&mut self, mut reply: Reply) {
        let At::Auth(login) = &self.at else { return };
        if let Some(said) = login.exchange.refusal() {
            let mut said = said.to_owned();
            login.unsaid.mask_line(&mut said);
            reply.lines.push(cut(&printable(said.as_bytes())));
        }
        let is_token = login.mechanism().wants_token() && reply.code.is_permanent();
        let failure = if is_token {
            Failure::new(Phase::Auth, Trouble::TokenRefused(reply))
        } else {
            Failure::by_reply(Phase::Auth, reply)
        };
        self.end(failure);
    }
}

fn encode(message: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Payload, Seed};
    use crate::secret::Secret;
    use crate::session::Step;
    use crate::settings::{AuthPolicy, Security, Settings};

    /// A mechanism that would go on for ever.
    struct Endless;

    impl Exchange for Endless {
        fn answer(&mut self, _challenge: &str) -> Result<Payload, Fault> {
            Ok(Payload::new(b"more".to_vec()))
        }
    }

    #[test]
    fn even_a_mechanism_that_never_ends_is_stopped() {
        let credentials = Arc::new(Credentials::with_password("u", Secret::new("p".to_owned())));
        let mut session = Session::new(Settings {
            host: "mx.example.jp".to_owned(),
            port: 465,
            helo: "client.example.jp".to_owned(),
            security: Security::Implicit,
            auth: AuthPolicy::Auto,
            chunking: true,
            recipients_max: crate::limits::RECIPIENTS_MAX,
            credentials: Some(Arc::clone(&credentials)),
            seed: Seed::new([0; 32]),
        });
        session.at = At::Auth(Login {
            exchange: Box::new(Endless),
            unsaid: Unsaid::new(credentials),
            usable: vec![Mechanism::Plain, Mechanism::Login],
            place: 0,
            held: None,
            rounds: 0,
            cancelled: None,
        });
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
