//! One attempt's mail, and what those want to know of its alert who take it in the place of a server.

use smtp::Transaction;
use spool_format::{AlertId, Severity};

/// What is to be carried.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Envelope and content.
    pub transaction: Transaction,
    /// The alert behind it; servers are not told.
    pub about: Option<About>,
}

/// What a program is told of an alert besides its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub id: AlertId,
    /// How urgent it is.
    pub severity: Severity,
    /// What it is about.
    pub key: Option<String>,
    /// Its subject as given.
    pub subject: String,
}

impl From<Transaction> for Errand {
    fn from(transaction: Transaction) -> Self {
        Self { transaction, about: None }
    }
}
