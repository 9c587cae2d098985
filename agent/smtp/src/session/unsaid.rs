//! What must not be quoted of a server: the password or token, and what was made of it.
//!
//! Servers echo what they got, in the middle of a login or long after it.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::reply::Reply;
use crate::secret::{Credentials, MASK, MASKED_OCTETS_MIN};

/// What one login has shown or derived.
pub(super) struct Unsaid {
    pub(super) credentials: Arc<Credentials>,
    /// Answers as they were sent, and what was made of the password on the way.
    said: Vec<Zeroizing<String>>,
}

impl Unsaid {
    pub(super) fn new(credentials: Arc<Credentials>) -> Self {
        Self { credentials, said: Vec::new() }
    }

    pub(super) fn add(&mut self, said: impl IntoIterator<Item = Zeroizing<String>>) {
        // Very short ones are found in innocent words.
        self.said.extend(said.into_iter().filter(|said| said.len() >= MASKED_OCTETS_MIN));
    }

    /// Says whether there was anything.
    pub(super) fn mask_line(&self, line: &mut String) -> bool {
        let mut masked = line.clone();
        for said in &self.said {
            if masked.contains(said.as_str()) {
                masked = masked.replace(said.as_str(), MASK);
            }
        }
        masked = self.credentials.masked_in(&masked);
        let found = masked != *line;
        *line = masked;
        found
    }

    pub(super) fn mask(&self, reply: &mut Reply) {
        for line in &mut reply.lines {
            self.mask_line(line);
        }
    }
}
