//! LOGIN: the server asks twice, for the user and for the password, in words of its own that nobody should read.

use std::sync::Arc;

use super::{Exchange, Fault, ONE_CHALLENGE_TOO_MANY, Payload};
use crate::secret::Credentials;

pub(super) struct Login {
    credentials: Arc<Credentials>,
    answered: usize,
}

impl Login {
    pub(super) fn new(credentials: Arc<Credentials>) -> Self {
        Self { credentials, answered: 0 }
    }
}

impl Exchange for Login {
    fn answer(&mut self, _challenge: &str) -> Result<Payload, Fault> {
        self.answered += 1;
        match self.answered {
            1 => Ok(Payload::new(self.credentials.user.as_bytes().to_vec())),
            2 => Ok(Payload::new(self.credentials.secret().as_bytes().to_vec())),
            _ => Err(ONE_CHALLENGE_TOO_MANY),
        }
    }
}
