//! What is not an alert is moved from `incoming/` to `corrupt/`, unread, with a file beside it that says why.
//!
//! What cannot be moved stays where it is and is told of once: a folder of somebody else (to move it, its own `..` would
//! have to be written), or what is not a file where `incoming/` and `corrupt/` lie on two file systems. It holds nobody
//! up there; it is tried again at every scan, silently.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::ALERT_MODE;
use spool_format::fs::Found;
use spool_format::publish::publish;
use spool_format::{Event, Folder, Wall};

use super::{Ack, Desk};
use crate::log;
use crate::spool::queue_fs::QueueFs;

/// Names tried for a file that is set aside, if its own is taken.
const NAMES_MAX: u32 = 1_000;

/// Octets of a name that is kept when a file is set aside; the rest leaves room for the endings.
const NAME_OCTETS_MAX: usize = 200;

/// Names remembered as told of. Above it all are forgotten, and told of again: names are not to fill the memory.
const TOLD_MAX: usize = 10_000;

/// Names that could not be moved, and that the log has told of.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeSet<OsString>);

impl Told {
    /// Whether this name is told of for the first time.
    fn is_news(&mut self, name: &OsStr) -> bool {
        if self.0.len() >= TOLD_MAX {
            self.0.clear();
        }
        self.0.insert(name.to_owned())
    }
}

impl<F: QueueFs> Desk<F> {
    /// Moves it out of the way, or says once why it cannot be.
    pub(super) fn set_aside(&mut self, now: Wall, name: &OsStr, reason: String) {
        let shown = printable_name(name);
        let mut is_news = false;
        match self.move_to_corrupt(name, &shown) {
            Ok(kept_as) => {
                self.told.0.remove(name);
                self.write_reason(&kept_as, &reason);
                log::set_aside(&kept_as, &reason);
                self.owe_line(now, Event::Corrupt { name: kept_as, reason });
                is_news = true;
            }
            Err(_) if !self.is_in_incoming(name) => {
                self.told.0.remove(name);
            }
            Err(error) => {
                if self.told.is_news(name) {
                    log::left_alone(&shown, &reason, &error);
                }
            }
        }
        self.acks.push(Ack::SetAside { name: name.to_owned(), is_news });
    }

    /// Says what is left to say of a file that was moved by an agent that was killed before it could say why.
    pub(super) fn explain(&mut self, now: Wall, name: String) {
        let reason = "it was set aside by an agent that was killed before it could write down why".to_owned();
        self.write_reason(&name, &reason);
        log::set_aside(&name, &reason);
        self.acks.push(Ack::SetAside { name: OsString::from(&name), is_news: true });
        self.owe_line(now, Event::Corrupt { name, reason });
    }

    fn is_in_incoming(&self, name: &OsStr) -> bool {
        self.fs.is_there(self.folders.of(Folder::Incoming), name)
    }

    fn move_to_corrupt(&self, name: &OsStr, shown: &str) -> io::Result<String> {
        let (from, to) = (self.folders.of(Folder::Incoming), self.folders.of(Folder::Corrupt));
        for n in 1..=NAMES_MAX {
            let new_name = if n == 1 { shown.to_owned() } else { format!("{shown}.{n}") };
            let moved = match self.fs.move_to(from, name, to, &new_name) {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    self.copy_to_corrupt(name, &new_name)
                }
                other => other,
            };
            match moved {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => return other.map(|()| new_name),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The way between two file systems, for files that can be read. The original goes when the copy is durable.
    fn copy_to_corrupt(&self, name: &OsStr, new_name: &str) -> io::Result<()> {
        let no =
            |why: &str| Err(io::Error::other(format!("corrupt/ lies on another file system, and {why}")));
        let Some(text) = name.to_str() else { return no("the name is not UTF-8") };
        let (from, to) = (self.folders.of(Folder::Incoming), self.folders.of(Folder::Corrupt));
        match self.fs.read(from, text, ALERT_OCTETS_MAX)? {
            Found::File { octets, .. } => {
                let temporary = format!(".{new_name}.tmp");
                // Left by a try that was cut off; nobody else writes here.
                let _ = self.fs.unlink(to, &temporary);
                publish(&self.fs, to, &temporary, new_name, ALERT_MODE, &octets)
                    .map_err(|error| error.source)?;
                self.fs.unlink(from, text)
            }
            Found::TooLarge { .. } => no("the file is too large to be copied"),
            Found::Other(what) => no(&format!("{what} cannot be copied")),
        }
    }

    fn write_reason(&self, kept_as: &str, reason: &str) {
        let dir = self.folders.of(Folder::Corrupt);
        let (name, temporary) = (format!("{kept_as}.reason"), format!(".{kept_as}.tmp"));
        // Left by a try that was cut off; nobody else writes here.
        let _ = self.fs.unlink(dir, &temporary);
        if let Err(error) =
            publish(&self.fs, dir, &temporary, &name, ALERT_MODE, format!("{reason}\n").as_bytes())
        {
            // The journal and the log say it as well.
            log::cannot_write_reason(&name, &error.source);
        }
    }
}

/// The name with everything that could upset a terminal or a script replaced.
fn printable_name(name: &OsStr) -> String {
    let harmless = |character: char| character.is_ascii_alphanumeric() || "._-+@=,".contains(character);
    let shown: String = name
        .to_string_lossy()
        .chars()
        .map(|character| if harmless(character) { character } else { '_' })
        .collect();
    shown.chars().take(NAME_OCTETS_MAX).collect()
}
