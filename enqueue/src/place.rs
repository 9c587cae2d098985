//! The places that take an alert, in their order, and how one leads on to the next.
//!
//! | place | what it means that it took the alert |
//! | --- | --- |
//! | [`incoming`] | durable; what every normal run uses, and nothing else |
//! | [`socket`] | durable as well: the agent answers after its own sync |
//! | [`spare`] | in memory, where the administrator has made that folder: success with a warning |
//! | [`syslog`](crate::syslog) | the text can be read there; nobody mails it: no success |
//!
//! Whatever says *this place does not work for me now* leads on. What may have been taken already does not: it could be
//! sent twice. What is no alert is refused by the first who notices.

pub(crate) mod incoming;
pub(crate) mod socket;
pub(crate) mod spare;

use std::ffi::OsString;
use std::path::PathBuf;

use spool_format::{Alert, AlertId, Layout};

use crate::Voice;
use crate::deadline::Deadline;
use crate::exit::{Exit, Refusal};
use crate::syslog::{self, Syslog};

/// Where to try.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) spool: PathBuf,
    pub(crate) socket: PathBuf,
    pub(crate) spare: Option<PathBuf>,
    pub(crate) syslog: Syslog,
    pub(crate) voice: Voice,
}

impl Places {
    /// Those that belong to a spool, unless the environment names others.
    pub(crate) fn of(spool: PathBuf, syslog: Syslog, env: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let named = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let layout = Layout::new(spool);
        Self {
            socket: named("ALERTMAIL_SOCKET").unwrap_or_else(|| layout.socket()),
            spare: named("ALERTMAIL_SPARE").or_else(|| layout.spare()),
            spool: layout.root().to_owned(),
            syslog,
            voice: Voice::default(),
        }
    }
}

/// One alert on its way, under the id that it keeps wherever it ends up.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) id: AlertId,
    pub(crate) alert: Alert,
    pub(crate) octets: Vec<u8>,
    pub(crate) places: Places,
}

/// The alert is where the agent finds it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) id: AlertId,
    /// What the caller has to know all the same.
    pub(crate) warning: Option<String>,
}

/// Why a place did not take the alert.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It does not work, for this caller, now: the next place may.
    NextPlace(Refusal),
    /// The alert may be there all the same, so no other place may have it.
    Unsure(Refusal),
    /// No place would do better.
    Final(Refusal),
}

/// Tries all places but the first, which failed for that reason.
#[cold]
pub(crate) fn elsewhere(parcel: &Parcel, deadline: &Deadline, first: Refusal) -> Result<Stored, Refusal> {
    match socket::submit(parcel, deadline) {
        Ok(()) => return Ok(Stored { id: parcel.id, warning: None }),
        Err(Failure::Final(refusal)) => return Err(refusal),
        Err(Failure::Unsure(unsure)) => {
            let text = format!("{}; {}", first.text(), unsure.text());
            return Err(to_syslog(parcel, deadline, Refusal::unsure(Exit::TryAgain, text)));
        }
        Err(Failure::NextPlace(_)) => {}
    }
    without_the_agent(parcel, deadline, first)
}

/// Tries what is left when the agent cannot be reached.
#[cold]
pub(crate) fn without_the_agent(
    parcel: &Parcel,
    deadline: &Deadline,
    first: Refusal,
) -> Result<Stored, Refusal> {
    match spare::keep(parcel) {
        Ok(folder) => {
            let warning = format!(
                "stored in memory only, in {folder}: it survives a crash of the agent, but no power cut; {}",
                first.text()
            );
            Ok(Stored { id: parcel.id, warning: Some(warning) })
        }
        Err(Failure::NextPlace(_)) => Err(to_syslog(parcel, deadline, first)),
        Err(Failure::Unsure(unsure) | Failure::Final(unsure)) => Err(to_syslog(parcel, deadline, unsure)),
    }
}

/// The last way out: somebody may read the text at least. The line says where.
#[cold]
pub(crate) fn to_syslog(parcel: &Parcel, deadline: &Deadline, refusal: Refusal) -> Refusal {
    match syslog::write(&parcel.places.syslog, parcel, deadline) {
        Ok(name) => refusal.with_text_in(name, parcel.id),
        // The code of the first place says more than "try again" does.
        Err(_) => refusal,
    }
}
