//! What people want of a running agent: one JSON object on `queue/control.sock`, and one in answer.
//!
//! Both ends are this program, so this is no contract with others. Who may connect is who may write to the socket: its
//! owner, the spool's group, and root.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use spool_format::reach::reach;
use spool_format::{Address, AlertId, Layout};

use crate::exit::Exit;
use crate::spool::socket::Word;

/// The owner of the spool and its group.
pub const MODE: u32 = 0o660;

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// The configuration is read again and used, if nothing is wrong with it.
    Reload,
    /// These are tried now.
    Retry {
        /// Which alerts.
        ids: Vec<AlertId>,
    },
    /// These are stopped.
    Hold {
        /// Which alerts.
        ids: Vec<AlertId>,
    },
    /// These go on.
    Release {
        /// Which alerts.
        ids: Vec<AlertId>,
    },
    /// These are given up, and kept as dead letters.
    Drop {
        /// Which alerts.
        ids: Vec<AlertId>,
        /// Why.
        reason: String,
    },
    /// This one goes to somebody else.
    Edit {
        /// Which alert.
        id: AlertId,
        /// In whose place; without it, in the place of all who do not have it.
        instead_of: Option<Address>,
        /// Aliases and addresses.
        to: Vec<String>,
    },
    /// These dead letters are tried again.
    Requeue {
        /// Which alerts.
        ids: Vec<AlertId>,
    },
    /// These dead letters are removed.
    Purge {
        /// Which alerts.
        ids: Vec<AlertId>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The exit code of the command that asked.
    pub exit: u8,
    /// For people.
    pub said: String,
    /// Of an order about alerts: what came of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Said>,
}

/// What came of an order for one alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Which.
    pub id: AlertId,
    /// Whether it was done.
    pub done: bool,
    /// Why not, or what is to be known; empty if there is nothing to say.
    pub text: String,
}

impl Reply {
    /// An exit code, and words.
    pub fn new(exit: Exit, said: impl Into<String>) -> Self {
        Self { exit: exit.code(), said: said.into(), alerts: Vec::new() }
    }

    /// What came of each alert.
    pub fn of(alerts: Vec<Said>) -> Self {
        let exit = if alerts.iter().all(|said| said.done) { Exit::Done } else { Exit::Data };
        Self { exit: exit.code(), said: String::new(), alerts }
    }
}

impl Word for Reply {
    /// Longer than a transaction in hand may take when settings change.
    const WITHIN: Duration = Duration::from_mins(10);

    fn busy(why: String) -> Self {
        Self::new(Exit::NotNow, why)
    }

    fn refused(why: String) -> Self {
        Self::new(Exit::Data, why)
    }

    fn ready() -> Self {
        Self::new(Exit::Done, "")
    }

    fn to_octets(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Why nothing was asked, or nobody answered.
#[derive(Debug)]
pub enum Unheard {
    /// No agent listens.
    NoAgent,
    /// The system does not let us.
    Io(io::Error),
}

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAgent => f.write_str("no agent is at work there"),
            Self::Io(error) => write!(f, "cannot ask the agent: {error}"),
        }
    }
}

/// Asks the agent of this spool, and waits for its answer.
pub fn ask(layout: &Layout, order: &Order) -> Result<Reply, Unheard> {
    use io::ErrorKind::{ConnectionRefused, InvalidData, NotFound};
    let connect = || UnixStream::connect(reach(&layout.control())?.path());
    let mut stream = connect().map_err(|error| match error.kind() {
        NotFound | ConnectionRefused => Unheard::NoAgent,
        _ => Unheard::Io(error),
    })?;
    let mut talk = || {
        stream.set_read_timeout(Some(Reply::WITHIN))?;
        stream.write_all(&serde_json::to_vec(order)?)?;
        stream.shutdown(Shutdown::Write)?;
        let mut said = Vec::new();
        stream.read_to_end(&mut said)?;
        let unread = |error: serde_json::Error| {
            let text =
                if said.is_empty() { "it ended without an answer".to_owned() } else { error.to_string() };
            io::Error::new(InvalidData, text)
        };
        serde_json::from_slice(&said).map_err(unread)
    };
    talk().map_err(Unheard::Io)
}
