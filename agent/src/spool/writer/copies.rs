//! Files that the writer makes: copies of alerts in other folders, and what is set aside with its reason.

use std::collections::BTreeSet;
use std::io;

use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::{AlertId, Event, Folder};

use super::{Ack, Deed, State};
use crate::log;

/// Names tried for a file that is set aside, if its own is taken.
const NAMES_MAX: u32 = 1_000;

/// Octets of a name that is kept when a file is set aside; the rest leaves room for the endings.
const NAME_OCTETS_MAX: usize = 200;

impl State {
    /// Makes the copies among `deeds` and takes them out. Their folders are still to be synced.
    pub(super) fn copy_all(&mut self, deeds: &mut Vec<Deed>, copied: &mut BTreeSet<Folder>) {
        let mut failed = BTreeSet::new();
        deeds.retain(|deed| {
            let Deed::Copy { id, to, octets } = deed else { return true };
            match self.copy(*id, *to, octets) {
                Ok(()) => {
                    copied.insert(*to);
                }
                Err(error) => {
                    log::cannot_copy(*id, *to, &error);
                    failed.insert(*id);
                }
            }
            false
        });
        // What is not copied must not go where it is.
        self.stranded.extend(failed);
    }

    fn copy(&self, id: AlertId, to: Folder, octets: &[u8]) -> io::Result<()> {
        let (dir, temporary, name) = (self.folders.of(to), temporary_name(id), file_name(id));
        // Left by a try that was cut off; nobody else writes here.
        let _ = StdFs.unlink(dir, &temporary);
        let mut file = StdFs.create(dir, &temporary, ALERT_MODE)?;
        let written = StdFs.write_all(&mut file, octets).and_then(|()| StdFs.sync_file(&file));
        let named = written.and_then(|()| match StdFs.rename(dir, &temporary, &name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => StdFs.unlink(dir, &temporary),
            other => other,
        });
        if named.is_err() {
            let _ = StdFs.unlink(dir, &temporary);
        }
        named
    }

    /// Makes the names of the copies durable.
    pub(super) fn sync_copies(&mut self, copied: &BTreeSet<Folder>) {
        for folder in copied {
            if let Err(error) = StdFs.sync_dir(self.folders.of(*folder)) {
                log::cannot_sync(*folder, &error);
                // Nothing says which names are safe, so what was to be removed in this round stays.
                let unsafe_now = self.owed.removals.iter().filter_map(|deed| match deed {
                    Deed::Unlink { id, folder: Folder::Incoming } => Some(*id),
                    _ => None,
                });
                self.stranded.extend(unsafe_now);
            }
        }
    }

    /// Moves what is not an alert out of the way, unread, with a file beside it that says why.
    pub(super) fn set_aside(&mut self, name: &str, reason: String) {
        let shown = printable_name(name);
        match self.move_to_corrupt(name, &shown) {
            Ok(kept_as) => {
                self.write_reason(&kept_as, &reason);
                log::set_aside(&kept_as, &reason);
                self.owe_line(Event::Corrupt { name: kept_as, reason });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => log::cannot_set_aside(&shown, &error),
        }
        (self.acks)(Ack::SetAside(name.to_owned()));
    }

    fn move_to_corrupt(&self, name: &str, shown: &str) -> io::Result<String> {
        let (from, to) = (self.folders.of(Folder::Incoming), self.folders.of(Folder::Corrupt));
        for n in 1..=NAMES_MAX {
            let new_name = if n == 1 { shown.to_owned() } else { format!("{shown}.{n}") };
            match StdFs.move_to(from, name, to, &new_name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => return other.map(|()| new_name),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn write_reason(&self, kept_as: &str, reason: &str) {
        let dir = self.folders.of(Folder::Corrupt);
        let name = format!("{kept_as}.reason");
        let written = StdFs.create(dir, &name, ALERT_MODE).and_then(|mut file| {
            StdFs.write_all(&mut file, format!("{reason}\n").as_bytes())?;
            StdFs.sync_file(&file)
        });
        if let Err(error) = written.and_then(|()| StdFs.sync_dir(dir)) {
            // The journal and the log say it as well.
            log::cannot_write_reason(&name, &error);
        }
    }
}

/// The name with everything that could upset a terminal or a script replaced.
fn printable_name(name: &str) -> String {
    let harmless = |character: char| character.is_ascii_alphanumeric() || "._-+@=,".contains(character);
    let shown: String =
        name.chars().map(|character| if harmless(character) { character } else { '_' }).collect();
    shown.chars().take(NAME_OCTETS_MAX).collect()
}
