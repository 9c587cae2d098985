//! A folder for mail (maildir): the last resort that needs nobody. A mail is written in `tmp`, synced, linked into `new` and
//! the folder synced, so that readers see whole mails alone and a power cut takes none.
//!
//! Its name is made of the alert and of whom the mail is for, so that a second try after doubt finds what the first one has
//! left, also if a reader has moved it to `cur` meanwhile.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;
use smtp::{Transaction, Trouble};
use spool_format::AlertId;
use spool_format::fs::{SpoolFs as _, StdDir, StdFs};

use super::gateway::with_lf;
use crate::edge::host;

/// Owner alone: alerts tell of the insides of machines.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// A folder for mail.
#[derive(Clone, Debug)]
pub struct Maildir {
    /// The provider's name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How long the disk may take.
    pub within: Duration,
}

/// A mail that is written and that nobody sees yet, unless it was there before.
#[derive(Debug)]
pub(super) struct Written {
    name: String,
    /// Where it was found, if it was there.
    found: Option<PathBuf>,
    path: PathBuf,
}

/// A mail that did not become visible, as far as is known.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) may_be_there: bool,
    pub(super) trouble: Trouble,
}

impl Written {
    pub(super) const fn is_there_already(&self) -> bool {
        self.found.is_some()
    }

    /// Where it is.
    pub(super) fn in_words(&self) -> String {
        match &self.found {
            Some(path) => format!("it was there: {}", path.display()),
            None => format!("written to {}", self.path.join("new").join(&self.name).display()),
        }
    }
}

impl Maildir {
    /// Writes the mail where nobody sees it, if it is not there already.
    pub(super) async fn write(&self, transaction: &Transaction, id: AlertId) -> Result<Written, Trouble> {
        let to: Vec<&str> = transaction.recipients.iter().map(smtp::Path::as_str).collect();
        let (stem, mail) = (stem(id, &to), mail(transaction.sender.as_str(), &to, &transaction.content));
        let path = self.path.clone();
        let written = self.on_disk(move || write(&path, &stem, &mail)).await;
        written.unwrap_or_else(|| Err(self.silent()))
    }

    /// Makes it visible for readers.
    pub(super) async fn publish(&self, written: &Written) -> Result<(), Lost> {
        let (path, name) = (self.path.clone(), written.name.clone());
        let published = self.on_disk(move || publish(&path, &name)).await;
        published.unwrap_or_else(|| Err(Lost { may_be_there: true, trouble: self.silent() }))
    }

    /// Removes what was written for nothing.
    pub(super) async fn remove(&self, written: Written) {
        let path = self.path.clone();
        self.on_disk(move || {
            // What stays is removed by readers, in time: it is in `tmp`.
            let _ = StdFs.open_dir(&path.join("tmp")).and_then(|tmp| StdFs.unlink(&tmp, &written.name));
        })
        .await;
    }

    /// Whether mails could be written there now; the error says why not. A folder that is not there yet could be made.
    pub fn look(&self) -> Result<&'static str, String> {
        use rustix::fs::{Access, access};
        let may = |path: &Path| {
            access(path, Access::WRITE_OK | Access::EXEC_OK)
                .map_err(|errno| trouble(path, &errno.into()).to_string())
        };
        if !self.path.exists() {
            let above = self.path.parent().filter(|path| !path.as_os_str().is_empty());
            return may(above.unwrap_or(Path::new("."))).map(|()| "will be made");
        }
        ["tmp", "new", "cur"]
            .map(|name| self.path.join(name))
            .iter()
            .filter(|path| path.exists())
            .try_for_each(|path| may(path))?;
        may(&self.path).map(|()| "can be written")
    }

    /// Does it on a thread that may hang with the disk; `None` if it takes too long.
    async fn on_disk<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let done = tokio::time::timeout(self.within, tokio::task::spawn_blocking(work)).await;
        done.ok().and_then(Result::ok)
    }

    const fn silent(&self) -> Trouble {
        Trouble::Silent { seconds: self.within.as_secs() }
    }
}

fn trouble(path: &Path, error: &io::Error) -> Trouble {
    Trouble::Local(format!("cannot write to {}: {error}", path.display()))
}

/// The name without the host: time of birth, alert, recipients. Of the same alert for the same recipients it is the same.
fn stem(id: AlertId, to: &[&str]) -> String {
    let mut to: Vec<String> = to.iter().map(|to| to.to_ascii_lowercase()).collect();
    to.sort_unstable();
    // FNV-1a: it has to tell a handful of sets of recipients apart.
    let hash = to.join(" ").bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}.A{}R{hash:016x}.", id.born().unix_ms().max(0) / 1_000, id.as_str())
}

/// The host's name as it may stand in a file's name.
fn host_part() -> String {
    let name = host::name();
    let sound = |character: char| match character {
        '/' => "\\057".to_owned(),
        ':' => "\\072".to_owned(),
        other if other.is_ascii_graphic() => other.to_string(),
        _ => "_".to_owned(),
    };
    let name: String = name.chars().take(100).map(sound).collect();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

/// The mail with what a last server adds.
fn mail(sender: &str, to: &[&str], content: &[u8]) -> Vec<u8> {
    let mut mail = format!("Return-Path: <{sender}>\n");
    for to in to {
        mail.push_str("Delivered-To: ");
        mail.push_str(to);
        mail.push('\n');
    }
    let mut mail = mail.into_bytes();
    mail.extend(with_lf(content));
    mail
}

fn write(path: &Path, stem: &str, mail: &[u8]) -> Result<Written, Trouble> {
    make(path).map_err(|error| trouble(path, &error))?;
    let name = format!("{stem}{}", host_part());
    let found = find(path, stem).map_err(|error| trouble(path, &error))?;
    if found.is_some() {
        return Ok(Written { name, found, path: path.to_owned() });
    }
    let tmp = path.join("tmp");
    let write = || -> io::Result<()> {
        let dir = StdFs.open_dir(&tmp)?;
        // A try that was cut off has left it.
        let _ = StdFs.unlink(&dir, &name);
        let mut file = StdFs.create(&dir, &name, FILE_MODE)?;
        let written = StdFs.write_all(&mut file, mail).and_then(|()| StdFs.sync_file(&file));
        written.inspect_err(|_| {
            let _ = StdFs.unlink(&dir, &name);
        })
    };
    write().map_err(|error| trouble(&tmp, &error))?;
    Ok(Written { name, found: None, path: path.to_owned() })
}

/// Makes what is missing of the folder.
fn make(path: &Path) -> io::Result<()> {
    let mut is_new = false;
    for folder in [path.to_owned(), path.join("tmp"), path.join("new"), path.join("cur")] {
        match rustix::fs::mkdir(&folder, Mode::from_raw_mode(FOLDER_MODE)) {
            Ok(()) => is_new = true,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    if is_new {
        StdFs.sync_dir(&StdFs.open_dir(path)?)?;
        let above = path.parent().filter(|above| !above.as_os_str().is_empty());
        // One that may not be read cannot be synced; then the folder may have to be made again.
        let above = StdFs.open_dir(above.unwrap_or(Path::new(".")))?;
        if StdFs.is_readable(&above) {
            StdFs.sync_dir(&above)?;
        }
    }
    Ok(())
}

/// The mail whose name begins so, where readers see it.
fn find(path: &Path, stem: &str) -> io::Result<Option<PathBuf>> {
    for folder in ["new", "cur"] {
        let folder = path.join(folder);
        let names = StdFs.list(&StdFs.open_dir(&folder)?)?;
        if let Some(name) = names.into_iter().find(|name| name.starts_with(stem)) {
            return Ok(Some(folder.join(name)));
        }
    }
    Ok(None)
}

fn publish(path: &Path, name: &str) -> Result<(), Lost> {
    let lost = |may_be_there| move |error: io::Error| Lost { may_be_there, trouble: trouble(path, &error) };
    let open = |folder: &str| StdFs.open_dir(&path.join(folder)).map_err(lost(false));
    let (tmp, new) = (open("tmp")?, open("new")?);
    link(&tmp, &new, name).map_err(lost(false))?;
    StdFs.sync_dir(&new).map_err(lost(true))?;
    let _ = StdFs.unlink(&tmp, name);
    Ok(())
}

/// As the standard has it; where a file cannot have two names, it is renamed.
fn link(tmp: &StdDir, new: &StdDir, name: &str) -> io::Result<()> {
    match rustix::fs::linkat(tmp.fd(), name, new.fd(), name, AtFlags::empty()) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK) => {
            Ok(rustix::fs::renameat(tmp.fd(), name, new.fd(), name)?)
        }
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests;
