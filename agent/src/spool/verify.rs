//! Whether a spool is in order: each file an alert, each alert where the journal says, each line of the journal an entry.
//!
//! It only reads. An agent at work moves files and writes lines meanwhile, so whoever asks then asks twice, and believes
//! what is found both times ([`lasting`]).

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use spool_format::folder::{file_name, parse_file_name};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::journal::replay_each;
use spool_format::{Alert, AlertId, Detail, Folder, Layout, Ledger, State};

use super::audit::{Agent, HardLinks, audit};
use super::queue_fs::QueueFs as _;
use super::read_back::journal_files;
use super::view::{list, read_file};

/// What is not in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Fault {
    /// Of which kind.
    pub kind: Kind,
    /// Where, from the spool's folder on; with the line behind a colon where it is one.
    pub at: String,
    /// In words, with what it means.
    pub what: String,
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A folder is not there.
    MissingFolder,
    /// Owners or modes let somebody do what nobody should.
    Owner,
    /// A line of the journal is damaged: what it said is not known.
    BrokenLine,
    /// A file cannot be read as an alert.
    Unreadable,
    /// The journal knows of an alert that waits, and its file is nowhere.
    NoFile,
    /// The end of a line is missing: the writer died in it.
    TornLine,
    /// An alert lies in two folders.
    TwoFiles,
    /// An alert is settled, and its file lies where those are that wait.
    Settled,
    /// A half-written file of an agent that died.
    Litter,
    /// A file was set aside, and not why.
    Unexplained,
}

/// Who puts it in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cure {
    /// `alertmail spool repair`.
    Repair,
    /// An agent, when it starts; `repair` does it too.
    Start,
    /// A person, as the words say.
    Person,
}

impl Kind {
    /// Who puts it in order.
    pub const fn cure(self) -> Cure {
        match self {
            Self::Owner => Cure::Person,
            Self::MissingFolder | Self::BrokenLine | Self::Unreadable | Self::NoFile => Cure::Repair,
            Self::TornLine | Self::TwoFiles | Self::Settled | Self::Litter | Self::Unexplained => Cure::Start,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// What was looked at, and what is not in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Files of alerts.
    pub files: usize,
    /// Entries of the journal.
    pub entries: usize,
    /// The worst first.
    pub faults: Vec<Fault>,
    /// Whether `incoming/` could not be listed.
    pub incoming_is_hidden: bool,
}

/// Those that both looks found.
pub fn lasting(first: &Verdict, second: Verdict) -> Verdict {
    let faults = second.faults.into_iter().filter(|fault| first.faults.contains(fault)).collect();
    Verdict { faults, ..second }
}

/// Looks at everything. Fails if something that has to be listed or read cannot be.
pub fn verify(layout: &Layout) -> io::Result<Verdict> {
    let mut look = Look { layout, verdict: Verdict::default(), places: BTreeMap::new() };
    if look.misses_folders() {
        return Ok(look.verdict);
    }
    for finding in audit(layout, &Agent::of(layout)?, HardLinks::here())? {
        look.finds(Kind::Owner, ".".to_owned(), finding.to_string());
    }
    let ledger = look.at_the_journal()?;
    look.at_the_folders()?;
    look.compare(&ledger);
    look.at_what_was_set_aside()?;
    look.verdict.faults.sort();
    Ok(look.verdict)
}

struct Look<'l> {
    layout: &'l Layout,
    verdict: Verdict,
    /// The folders in which each alert lies, the strongest first.
    places: BTreeMap<AlertId, Vec<Folder>>,
}

fn in_folder(folder: Folder, name: &str) -> String {
    let within = if folder == Folder::Incoming { "submit" } else { "queue" };
    format!("{within}/{}/{name}", folder.as_str())
}

impl Look<'_> {
    fn finds(&mut self, kind: Kind, at: String, what: impl Into<String>) {
        self.verdict.faults.push(Fault { kind, at, what: what.into() });
    }

    fn misses_folders(&mut self) -> bool {
        let missing: Vec<_> = self.layout.all_folders().into_iter().filter(|path| !path.is_dir()).collect();
        for path in &missing {
            let at = path.strip_prefix(self.layout.root()).unwrap_or(path).display().to_string();
            self.finds(Kind::MissingFolder, at, "this folder of the spool is missing");
        }
        !missing.is_empty()
    }

    fn at_the_journal(&mut self) -> io::Result<Ledger> {
        let mut ledger = Ledger::new(Detail::Brief);
        let journal = StdFs.open_dir(&self.layout.journal())?;
        for name in journal_files(&StdFs, &journal)? {
            let file = match StdFs.open(&journal, &name) {
                Ok(file) => file,
                // An agent keeps its days only so long, and takes back what it could not sync.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let mut entries = 0;
            let seen = replay_each(file, |entry| {
                ledger.take(entry);
                entries += 1;
            })?;
            self.verdict.entries += entries;
            for line in seen.broken {
                let at = format!("queue/journal/{name}:{line}");
                self.finds(Kind::BrokenLine, at, "this line is damaged, and what it said is not known");
            }
            if seen.torn_octets > 0 {
                let at = format!("queue/journal/{name}");
                let what = "its last line has no end: what it was to say has not happened";
                self.finds(Kind::TornLine, at, what);
            }
        }
        Ok(ledger)
    }

    fn at_the_folders(&mut self) -> io::Result<()> {
        for folder in [Folder::Dead, Folder::Deferred, Folder::Incoming] {
            let names = match list(self.layout, folder) {
                Err(error)
                    if folder == Folder::Incoming && error.kind() == io::ErrorKind::PermissionDenied =>
                {
                    self.verdict.incoming_is_hidden = true;
                    continue;
                }
                names => names?,
            };
            for name in names {
                match parse_file_name(&name) {
                    Some(id) => self.at_an_alert(id, folder),
                    None if folder == Folder::Incoming => {}
                    None if name.starts_with('.') => {
                        let what = "a half-written file of an agent that died";
                        self.finds(Kind::Litter, in_folder(folder, &name), what);
                    }
                    None => {
                        let what =
                            "this is no name of an alert: nobody looks at it, and somebody put it here";
                        self.finds(Kind::Owner, in_folder(folder, &name), what);
                    }
                }
            }
        }
        Ok(())
    }

    /// What lies in `incoming/` is judged by the agent when it meets it.
    fn at_an_alert(&mut self, id: AlertId, folder: Folder) {
        self.verdict.files += 1;
        self.places.entry(id).or_default().push(folder);
        if folder == Folder::Incoming {
            return;
        }
        let read = read_file(self.layout, folder, id)
            .and_then(|(octets, _)| Alert::parse(&octets, id).map_err(|error| error.to_string()));
        if let Err(why) = read {
            let what = format!("it cannot be read as an alert: {why}");
            self.finds(Kind::Unreadable, in_folder(folder, &file_name(id)), what);
        }
    }

    fn compare(&mut self, ledger: &Ledger) {
        for (id, folders) in std::mem::take(&mut self.places) {
            let at = in_folder(folders[0], &file_name(id));
            let state = ledger.alerts.get(&id).map(|history| history.state);
            if ledger.sent.contains(&id) {
                self.finds(Kind::Settled, at, "it is sent, and its file is still here");
            } else if folders.len() > 1 {
                let others: Vec<&str> = folders[1..].iter().map(|folder| folder.as_str()).collect();
                self.finds(Kind::TwoFiles, at, format!("it lies in {} as well", others.join(" and ")));
            } else if state == Some(State::Dead) && folders[0] != Folder::Dead {
                self.finds(Kind::Settled, at, "it is dead, and its file is not in dead/");
            } else if folders[0] == Folder::Dead && state != Some(State::Dead) {
                self.finds(
                    Kind::Settled,
                    at,
                    "it lies in dead/, and the journal does not say that it is dead",
                );
            }
            self.places.insert(id, folders);
        }
        if self.verdict.incoming_is_hidden {
            return;
        }
        let waits = ledger.alerts.iter().filter(|(_, history)| !history.state.is_final());
        let gone: Vec<AlertId> =
            waits.map(|(id, _)| *id).filter(|id| !self.places.contains_key(id)).collect();
        for id in gone {
            let what = "the journal says that it waits, and its file is nowhere: nobody can send it";
            self.finds(Kind::NoFile, id.to_string(), what);
        }
    }

    fn at_what_was_set_aside(&mut self) -> io::Result<()> {
        let mut names = list(self.layout, Folder::Corrupt)?;
        names.sort();
        let has = |name: &str| names.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
        let is_reason = |name: &str| name.strip_suffix(".reason").is_some_and(has);
        let unexplained: Vec<&String> = names
            .iter()
            .filter(|name| !is_reason(name) && !name.starts_with('.') && !has(&format!("{name}.reason")))
            .collect();
        for name in unexplained {
            let what = "it was set aside, and nobody wrote down why";
            self.finds(Kind::Unexplained, in_folder(Folder::Corrupt, name), what);
        }
        Ok(())
    }
}
