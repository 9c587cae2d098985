//! A folder for mail (maildir): the last resort that needs nobody. A mail is written in `tmp`, synced, linked into `new` and
//! the folder synced, so that readers see whole mails alone and a power cut takes none.
//!
//! Its name is made of the alert and of whom the mail is for, so that a second try after doubt finds what the first one has
//! left, also if a reader has moved it to `cur` meanwhile.

mod folder;

use std::path::{Path, PathBuf};
use std::time::Duration;

use smtp::{Transaction, Trouble};
use spool_format::AlertId;
use spool_format::fs::StdFs;

use super::gateway::with_lf;
use crate::edge::{chance, host};
#[cfg(test)]
pub(crate) use folder::MailFs;
pub(crate) use folder::{Folder, Written};
use folder::{Lost, trouble};

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

impl Maildir {
    /// Writes the mail where nobody sees it, if it is not there already.
    pub(super) async fn write(&self, transaction: &Transaction, id: AlertId) -> Result<Written, Trouble> {
        let (stem, mail) = named(transaction, id);
        let (path, host) = (self.path.clone(), host_part());
        let draft = chance::seed();
        let written = self
            .on_disk(move || Folder { fs: &StdFs, path: &path }.write((&stem, &host), draft, &mail))
            .await;
        written.unwrap_or_else(|| Err(self.silent()))
    }

    /// Makes it visible for readers.
    pub(super) async fn publish(&self, written: &Written) -> Result<(), Lost> {
        let (path, written) = (self.path.clone(), written.clone());
        let published = self.on_disk(move || Folder { fs: &StdFs, path: &path }.publish(&written)).await;
        published.unwrap_or_else(|| Err(Lost { may_be_there: true, trouble: self.silent() }))
    }

    /// Removes what was written for nothing.
    pub(super) async fn remove(&self, written: Written) {
        let path = self.path.clone();
        self.on_disk(move || Folder { fs: &StdFs, path: &path }.remove(&written)).await;
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

/// The name of a mail without the host, and the mail.
pub(crate) fn named(transaction: &Transaction, id: AlertId) -> (String, Vec<u8>) {
    let to: Vec<&str> = transaction.recipients.iter().map(smtp::Path::as_str).collect();
    (stem(id, &to), mail(transaction.sender.as_str(), &to, &transaction.content))
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

#[cfg(test)]
mod tests;
