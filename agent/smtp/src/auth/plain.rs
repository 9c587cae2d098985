//! PLAIN (RFC 4616): one message, `NUL user NUL password`, with no authorisation identity in front.

use std::sync::Arc;

use super::{Exchange, Fault, ONE_CHALLENGE_TOO_MANY, Payload};
use crate::secret::Credentials;

pub(super) struct Plain {
    credentials: Arc<Credentials>,
}

impl Plain {
    pub(super) fn new(credentials: Arc<Credentials>) -> Self {
        Self { credentials }
    }
}

impl Exchange for Plain {
    fn initial(&mut self) -> Option<Payload> {
        let (user, password) = (self.credentials.user.as_bytes(), self.credentials.secret().as_bytes());
        let mut message = Payload::new(Vec::with_capacity(user.len() + password.len() + 2));
        message.push(0);
        message.extend_from_slice(user);
        message.push(0);
        message.extend_from_slice(password);
        Some(message)
    }

    fn answer(&mut self, _challenge: &str) -> Result<Payload, Fault> {
        Err(ONE_CHALLENGE_TOO_MANY)
    }
}
