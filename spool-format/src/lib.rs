//! The contract on disk: what an alert file holds, where it lies, and what the journal says of it.
//!
//! Everything here is synchronous and small, since `enqueue` is made of it. It knows names, octets and
//! order; it knows nothing of mail, and it never reads a clock. The specification for people who put alerts into
//! the spool without this crate, or read its journal, is `README.md` in this crate's folder, with JSON Schemas and examples
//! in sh and Python; `tests/contract/` of the repository holds page and code to each other.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`id`] | [`AlertId`]: 26 characters that sort by birth |
//! | [`wall`] | [`Wall`]: a moment of civil time, written as RFC 3339 |
//! | [`address`] | [`Address`]: a mailbox that was parsed |
//! | [`alert`] | [`Alert`]: the JSON document, with its limits |
//! | [`folder`] | [`Folder`] and the layout of a spool |
//! | [`event`] | [`Event`]: what each line of the journal can say |
//! | [`entry`] | [`Entry`]: such a line |
//! | [`journal`] | lines to entries, with torn and broken lines told apart |
//! | [`state`] | where an alert stands, and which moves are legal |
//! | [`history`] | what the entries make of an alert: [`History`] |
//! | [`snapshot`] | what a checkpoint says of it |
//! | [`ledger`] | what a whole journal tells |
//! | [`notice`] | what the agent has told people of its own condition |
//! | [`outage`] | that a provider is left out |
//! | [`canary`] | what became of the last canary mail of a provider |
//! | [`drill`] | what a drill of a provider has found |
//! | [`publish`] | the only way in which a file becomes visible |
//! | [`socket`] | what is said on the agent's socket: the answers, the limits |
//! | [`reach`] | paths of sockets, however long |
//! | [`fs`] | the calls that we make to a file system, and what each one promises after a crash |

pub mod address;
pub mod alert;
pub mod canary;
pub mod drill;
pub mod entry;
pub mod event;
pub mod folder;
pub mod fs;
pub mod history;
pub mod id;
pub mod journal;
pub mod ledger;
pub mod notice;
pub mod outage;
pub mod publish;
pub mod reach;
pub mod snapshot;
pub mod socket;
pub mod state;
pub mod wall;

pub use address::{Address, BadAddress};
pub use alert::{Alert, AlertError, Attachment, Severity};
pub use canary::Canary;
pub use drill::{Drill, DrillResult};
pub use entry::Entry;
pub use event::{Event, RecipientResult, Settlement};
pub use folder::{Folder, Layout};
pub use history::{Detail, History};
pub use id::AlertId;
pub use ledger::Ledger;
pub use notice::{Notice, NoticeKind};
pub use outage::{Cause, Outage};
pub use snapshot::{Snapshot, Standing};
pub use state::State;
pub use wall::Wall;
