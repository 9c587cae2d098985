//! The alert that a preview is asked for: from the spool, or from a file.

use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::parse_file_name;
use spool_format::{Address, AlertId, Folder, History, Layout, Settlement, Severity};

use crate::accept::{Accepted, Policy, Reach};
use crate::command::place::unreadable;
use crate::command::{Refusal, select};
use crate::config::Config;
use crate::edge::users::Submitters;
use crate::edge::{chance, clock};
use crate::exit::Exit;
use crate::output::terminal::printable;
use crate::spool::read_back;
use crate::spool::view::{View, read_file};

/// An alert as it was found.
pub(super) struct Subject {
    id: AlertId,
    octets: Vec<u8>,
    reach: Reach,
    history: Option<History>,
}

/// An alert that was understood.
pub(super) struct Read {
    pub(super) id: AlertId,
    pub(super) octets: Vec<u8>,
    pub(super) reach: Reach,
    /// The right side of its Message-ID.
    pub(super) domain: String,
    pub(super) severity: Severity,
    /// Who is to get the next mail.
    pub(super) recipients: Vec<Address>,
    /// Whom it is for, if a person has changed that.
    pub(super) to: Option<Vec<Address>>,
    /// Names in it that lead to nobody.
    pub(super) unusable: Vec<String>,
}

impl Subject {
    /// The alert whose id begins so.
    pub(super) fn in_spool(start: &str, layout: &Layout, config: &Config) -> Result<Self, Refusal> {
        let view = View::read(layout, read_back::Reach::All).map_err(|error| unreadable(layout, &error))?;
        let item = select::find(&view, start)?;
        let id = item.id;
        let Some(folder) = item.folder else {
            return Err(Refusal::new(
                Exit::Data,
                format!(
                    "the file of {id} is gone, and without it the mail cannot be composed again; what became of it: \
                     alertmail show {id}"
                ),
            ));
        };
        let (octets, owner) = read_file(layout, folder, id).map_err(|why| {
            Refusal::new(Exit::Data, format!("cannot read {}/{id}.json: {why}", folder.as_str()))
        })?;
        // A copy is the agent's: who wrote the alert stands in the journal, or nobody knows.
        let known = item.history.as_ref().and_then(|history| history.uid);
        let writer = known.or_else(|| (folder == Folder::Incoming).then_some(owner));
        let reach = writer.map_or(Reach::Configured, |uid| reach(uid, layout, config));
        Ok(Self { id, octets, reach, history: item.history.as_deref().cloned() })
    }

    /// The alert in this file; stdin for `-`. It is taken for one that its reader wrote.
    pub(super) fn in_file(path: Option<&Path>, layout: &Layout, config: &Config) -> Result<Self, Refusal> {
        let path = path.unwrap_or(Path::new("-"));
        let limit = ALERT_OCTETS_MAX as u64 + 1;
        let mut octets = Vec::new();
        let (name, read) = if path == Path::new("-") {
            ("stdin".to_owned(), io::stdin().lock().take(limit).read_to_end(&mut octets))
        } else {
            let read = std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut octets));
            (format!("`{}`", path.display()), read)
        };
        read.map_err(|error| {
            Refusal::new(Exit::NoInput, format!("cannot read the alert from {name}: {error}"))
        })?;
        let reach = reach(rustix::process::getuid().as_raw(), layout, config);
        Ok(Self { id: id_of(&octets, path), octets, reach, history: None })
    }

    /// Reads it as the agent does.
    pub(super) fn read(self, policy: &Policy) -> Result<Read, Refusal> {
        let Self { id, octets, reach, history } = self;
        let accepted = Accepted::read(&octets, id, policy, || reach).map_err(|error| {
            Refusal::new(Exit::Data, format!("this is no alert: {}", printable(&error.to_string())))
        })?;
        let everybody = |history: &History| history.recipients.iter().map(|(to, _)| to.clone()).collect();
        let to = history.as_ref().filter(|history| history.is_edited).map(everybody);
        let open = history.iter().flat_map(|history| &history.recipients);
        let open = open.filter(|(_, how)| matches!(how, Settlement::Open | Settlement::Uncertain));
        let mut recipients: Vec<Address> = open.map(|(to, _)| to.clone()).collect();
        if recipients.is_empty() {
            recipients = accepted.recipients();
        }
        if recipients.is_empty() {
            let what =
                "nobody is to get this alert: it names nobody who can be used, and [alerts] has no `to`";
            return Err(Refusal::new(Exit::Data, what));
        }
        Ok(Read {
            id,
            reach: accepted.reach(),
            domain: policy.domain_for(history.as_ref()).to_owned(),
            severity: accepted.severity(),
            recipients,
            to,
            unusable: accepted.unusable(),
            octets,
        })
    }
}

/// Whom the agent of this spool lets this user name.
fn reach(uid: u32, layout: &Layout, config: &Config) -> Reach {
    let agent = std::fs::metadata(layout.queue()).map(|queue| queue.uid());
    let agent = agent.unwrap_or_else(|_| rustix::process::geteuid().as_raw());
    Submitters::of_agent(agent, &config.submit.free_recipients).reach(uid, clock::now().monotonic)
}

/// Its own id, that of its file's name, or a new one.
fn id_of(octets: &[u8], path: &Path) -> AlertId {
    let own = || {
        let document: serde_json::Value = serde_json::from_slice(octets).ok()?;
        AlertId::parse(document.get("id")?.as_str()?)
    };
    let named = || parse_file_name(path.file_name()?.to_str()?);
    own().or_else(named).unwrap_or_else(|| AlertId::new(clock::wall_now(), chance::names()))
}
