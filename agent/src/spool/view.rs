//! What people see of a spool: the folders merged with the journal. It only reads, takes no lock, and needs no agent.

mod names;

use std::collections::BTreeMap;
use std::io;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::parse_file_name;
use spool_format::fs::{Found, SpoolFs as _, StdFs};
use spool_format::{
    Alert, AlertId, Attachment, Canary, Detail, Drill, Entry, Folder, History, Layout, Notice, Outage,
    Settlement, Severity, State, Wall,
};

use super::read_back::{Reach, ReadBack, read_about, read_back};
use crate::accept::summary;
pub(crate) use names::list;
use names::{beside, list_beginning, list_one};

/// A reason is read up to here.
const REASON_OCTETS_MAX: usize = 4096;

/// Where alerts lie; of two places the later one is where an alert is.
const OF_ALERTS: [Folder; 3] = [Folder::Incoming, Folder::Deferred, Folder::Dead];

/// Everything in a spool.
#[derive(Debug, Default)]
pub struct View {
    /// Alerts that a folder holds or the journal remembers, by birth.
    pub alerts: Vec<Item>,
    /// Files that are no alerts.
    pub corrupt: Vec<CorruptFile>,
    /// Providers that are left out, by name.
    pub left_out: BTreeMap<String, Outage>,
    /// What the last drill of each provider has found, by name.
    pub drills: BTreeMap<String, Drill>,
    /// What became of the last canary mail of each provider, by name.
    pub canaries: BTreeMap<String, Canary>,
    /// Which mails went out lately, by provider: when, and to how many recipients. Only with [`Reach::AliveAndSends`].
    pub sent: BTreeMap<String, Vec<(Wall, usize)>>,
    /// What people were told of the agent's own condition, and what lasts.
    pub notices: Vec<Notice>,
    /// What the journal says of the alerts, line by line; only of [`View::about`].
    pub entries: Vec<Entry>,
    /// Lines of the journal that are damaged, as `FILE:LINE`.
    pub broken_lines: Vec<String>,
    /// Whether what no agent has met yet is missing here: `incoming/` of a machine's spool is listed by the agent's user
    /// and root alone, also if others may read the queue.
    pub incoming_is_hidden: bool,
}

/// One alert.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: AlertId,
    /// Where its file lies; `None` when only the journal remembers it.
    pub folder: Option<Folder>,
    /// Where it stands.
    pub standing: Standing,
    /// Its lane.
    pub severity: Severity,
    /// Its subject as given.
    pub subject: String,
    /// Its thread.
    pub key: Option<String>,
    /// Who is to have it, as named, and how it stands with each.
    pub recipients: Vec<(String, Settlement)>,
    /// What the journal knows of it.
    pub history: Option<Box<History>>,
    /// Why its file cannot be read, if so.
    pub unreadable: Option<String>,
}

/// Where an alert stands, for people: the folder's word and the journal's together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody was tried yet.
    Incoming,
    /// A provider is being tried, or was when the agent ended.
    Trying,
    /// Waits, until the moment if it is known.
    Deferred(Option<Wall>),
    /// A person stopped it.
    Held,
    /// Everybody has it who can have it.
    Sent,
    /// Nobody will take it.
    Dead,
    /// Its file is gone, and the journal does not say why.
    Gone,
}

impl Standing {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Trying => "trying",
            Self::Deferred(_) => "deferred",
            Self::Held => "held",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Gone => "gone",
        }
    }

    /// Whether something still has to happen.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Incoming | Self::Trying | Self::Deferred(_) | Self::Held)
    }

    pub(crate) fn of(folder: Option<Folder>, state: Option<State>) -> Self {
        match (folder, state) {
            (_, Some(State::Sent)) => Self::Sent,
            (Some(Folder::Dead), _) | (_, Some(State::Dead)) => Self::Dead,
            (None | Some(Folder::Corrupt), _) => Self::Gone,
            (_, Some(State::Held)) => Self::Held,
            (_, Some(State::Trying)) => Self::Trying,
            (_, Some(State::Deferred { until })) => Self::Deferred(Some(until)),
            (Some(Folder::Deferred), _) => Self::Deferred(None),
            (Some(Folder::Incoming), _) => Self::Incoming,
        }
    }
}

/// A file that is no alert.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CorruptFile {
    /// Its name.
    pub name: String,
    /// Why it is none.
    pub reason: String,
}

impl View {
    /// Reads a spool, and so much of its journal.
    pub fn read(layout: &Layout, reach: Reach) -> io::Result<Self> {
        let journal = StdFs.open_dir(&layout.journal())?;
        let (names, read) = beside(
            || OF_ALERTS.map(|folder| list(layout, folder)),
            || read_back(&StdFs, &journal, Detail::Full, reach),
        );
        Self::of(layout, read?, names, |_| true)
    }

    /// Reads of a spool the alerts whose id begins so, as far back as the journal goes, and who is left out: what one page
    /// about one alert needs, without making entries of the lines about all others.
    pub fn about(layout: &Layout, id_begins: &str) -> io::Result<Self> {
        let journal = StdFs.open_dir(&layout.journal())?;
        // What is no part of an id begins none, and could mean something else in a line.
        let is_of_an_id =
            !id_begins.is_empty() && id_begins.bytes().all(|octet| octet.is_ascii_alphanumeric());
        if !is_of_an_id {
            return Self::of(layout, ReadBack::default(), OF_ALERTS.map(|_| Ok(Vec::new())), |_| false);
        }
        // A folder of a hundred thousand takes as long to list as the journal to search.
        let names = || match AlertId::parse(id_begins) {
            Some(id) => OF_ALERTS.map(|folder| list_one(layout, folder, id)),
            None => OF_ALERTS.map(|folder| list_beginning(layout, folder, id_begins)),
        };
        let (names, read) = beside(names, || read_about(&StdFs, &journal, id_begins));
        Self::of(layout, read?, names, |id| id.as_str().starts_with(id_begins))
    }

    /// What the journal tells and the folders hold together, as far as it is `meant`; `names` are those in [`OF_ALERTS`].
    fn of(
        layout: &Layout,
        read: ReadBack,
        names: [io::Result<Vec<String>>; OF_ALERTS.len()],
        meant: impl Fn(AlertId) -> bool,
    ) -> io::Result<Self> {
        let ReadBack { mut ledger, sends, entries, broken_lines, .. } = read;
        let mut places: BTreeMap<AlertId, Option<Folder>> =
            ledger.alerts.keys().filter(|id| meant(**id)).map(|id| (*id, None)).collect();
        let mut incoming_is_hidden = false;
        for (folder, names) in OF_ALERTS.into_iter().zip(names) {
            let names = match names {
                Err(error)
                    if folder == Folder::Incoming && error.kind() == io::ErrorKind::PermissionDenied =>
                {
                    incoming_is_hidden = true;
                    continue;
                }
                names => names?,
            };
            for name in names {
                if let Some(id) = parse_file_name(&name).filter(|id| meant(*id)) {
                    places.insert(id, Some(folder));
                }
            }
        }
        // What the journal tells of and nobody has settled is still there: it came or was moved meanwhile.
        let unsettled = |id: &AlertId| ledger.alerts.get(id).is_some_and(|history| !history.state.is_final());
        for (id, folder) in places.iter_mut().filter(|(id, folder)| folder.is_none() && unsettled(id)) {
            let is_in = |folder: &Folder| list_one(layout, *folder, *id).is_ok_and(|names| !names.is_empty());
            *folder = OF_ALERTS.into_iter().rfind(is_in);
            if folder.is_none() && incoming_is_hidden {
                *folder = Some(Folder::Incoming);
            }
        }
        let item = |(id, folder): (AlertId, Option<Folder>)| {
            Item::new(layout, id, folder, ledger.alerts.remove(&id))
        };
        let alerts = places.into_iter().map(item).collect();
        let (left_out, drills, canaries) = (ledger.providers, ledger.drills, ledger.canaries);
        let notices = ledger.notices.into_values().filter(|notice| notice.open).collect();
        let corrupt = corrupt(layout)?;
        let sent = sends.counted();
        Ok(Self {
            alerts,
            corrupt,
            left_out,
            drills,
            canaries,
            sent,
            notices,
            entries,
            broken_lines,
            incoming_is_hidden,
        })
    }
}

impl Item {
    pub(crate) fn new(
        layout: &Layout,
        id: AlertId,
        folder: Option<Folder>,
        history: Option<Box<History>>,
    ) -> Self {
        let mut item = Self {
            id,
            folder,
            standing: Standing::of(folder, history.as_ref().map(|history| history.state)),
            severity: Severity::default(),
            subject: String::new(),
            key: None,
            recipients: Vec::new(),
            history,
            unreadable: None,
        };
        match (&item.history, folder) {
            (Some(history), _) => {
                item.severity = history.severity;
                item.subject.clone_from(&history.subject);
                item.key.clone_from(&history.key);
                let named = history.recipients.iter();
                item.recipients =
                    named.map(|(to, settlement)| (to.as_str().to_owned(), *settlement)).collect();
            }
            (None, Some(folder)) => item.read_file(layout, folder),
            (None, None) => {}
        }
        item
    }

    /// What the file says, while no agent has looked at it.
    fn read_file(&mut self, layout: &Layout, folder: Folder) {
        match read_alert(layout, folder, self.id) {
            Ok(alert) => {
                self.recipients = alert.recipients().map(|to| (to.to_owned(), Settlement::Open)).collect();
                self.severity = alert.severity;
                self.subject = summary(&alert).subject;
                self.key = alert.key;
            }
            Err(why) => self.unreadable = Some(why),
        }
    }

    /// Its text: what its file says, else what the journal kept because a mail did not hold all of it. The error says why
    /// there is none.
    pub fn text(&self, layout: &Layout) -> Result<String, String> {
        let mut attempts = self.history.iter().flat_map(|history| history.attempts.iter().rev());
        let kept = attempts.find_map(|attempt| attempt.text.clone());
        // The text of a message that somebody else wrote is known only where it was cut.
        let is_ours = |alert: &Alert| alert.message.is_none() || !alert.body.is_empty();
        let from_file = |folder| {
            let alert = read_alert(layout, folder, self.id)?;
            is_ours(&alert).then_some(alert.body).ok_or_else(|| {
                "it is a whole message, and no mail of it was cut; see: alertmail preview".to_owned()
            })
        };
        match (self.folder.map(from_file), kept) {
            (Some(Ok(text)), _) | (_, Some(text)) => Ok(text),
            (Some(Err(why)), None) => Err(why),
            (None, None) => {
                Err("its file is gone, and its mails held all of it: nothing was kept".to_owned())
            }
        }
    }

    /// Its attachments: those of its file, else what the journal kept because a mail did not hold them. The error says
    /// why nobody knows of any.
    pub fn files(&self, layout: &Layout) -> Result<Vec<Attachment>, String> {
        let mut kept: Vec<Attachment> = Vec::new();
        for file in
            self.history.iter().flat_map(|history| &history.attempts).flat_map(|attempt| &attempt.files)
        {
            if !kept.contains(file) {
                kept.push(file.clone());
            }
        }
        match self.folder.map(|folder| read_alert(layout, folder, self.id)) {
            Some(Ok(alert)) => Ok(alert.attachments),
            Some(Err(why)) if kept.is_empty() => Err(why),
            Some(Err(_)) | None => Ok(kept),
        }
    }

    /// How long it has been under way.
    pub fn age(&self, now: Wall) -> std::time::Duration {
        now.since(self.id.born())
    }

    /// Whether a provider may have it though no reply ever said so.
    pub fn is_uncertain(&self) -> bool {
        self.history.as_ref().is_some_and(|history| !history.uncertain_at().is_empty())
            || self.recipients.iter().any(|(_, settlement)| *settlement == Settlement::Uncertain)
    }
}

fn read_alert(layout: &Layout, folder: Folder, id: AlertId) -> Result<Alert, String> {
    let (octets, _) = read_file(layout, folder, id)?;
    Alert::parse(&octets, id).map_err(|error| error.to_string())
}

/// The file of an alert, and the uid of its owner.
pub fn read_file(layout: &Layout, folder: Folder, id: AlertId) -> Result<(Vec<u8>, u32), String> {
    let dir = StdFs.open_dir(&layout.folder(folder)).map_err(|error| error.to_string())?;
    match StdFs.read(&dir, &spool_format::folder::file_name(id), ALERT_OCTETS_MAX) {
        Ok(Found::File { octets, uid }) => Ok((octets, uid)),
        Ok(Found::TooLarge { octets }) => Err(format!("it has {octets} octets")),
        Ok(Found::Other(what)) => Err(format!("it is {what}")),
        Err(error) => Err(error.to_string()),
    }
}

fn corrupt(layout: &Layout) -> io::Result<Vec<CorruptFile>> {
    let dir = StdFs.open_dir(&layout.folder(Folder::Corrupt))?;
    let names = list(layout, Folder::Corrupt)?;
    let reason_of = |name: &str| match StdFs.read(&dir, &format!("{name}.reason"), REASON_OCTETS_MAX) {
        Ok(Found::File { octets, .. }) => String::from_utf8_lossy(&octets).trim_end().to_owned(),
        _ => "nobody wrote down why".to_owned(),
    };
    let is_reason_of_another =
        |name: &str| name.strip_suffix(".reason").is_some_and(|other| names.iter().any(|name| name == other));
    let mut files: Vec<CorruptFile> = names
        .iter()
        .filter(|name| !is_reason_of_another(name))
        .map(|name| CorruptFile { name: name.clone(), reason: reason_of(name) })
        .collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

#[cfg(test)]
mod tests;
