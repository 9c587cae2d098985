//! Copies of alerts that the writer makes in other folders, and what becomes of those that cannot be made.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::Found;
use spool_format::{AlertId, Folder};

use super::trouble::What;
use super::{Ack, Deed, Desk};
use crate::spool::queue_fs::QueueFs;

/// A copy that could not be made.
#[derive(Debug)]
pub(super) struct Uncopied {
    /// Where the alert should have come to lie.
    pub(super) to: Folder,
    /// What is to be copied, if it could be read.
    octets: Option<Arc<[u8]>>,
    /// Where the alert was to be removed from, and is kept since there is no other copy.
    pub(super) kept_in: BTreeSet<Folder>,
    /// Its name in the spare folder, where it is kept for the same reason.
    pub(super) kept_spare: Option<String>,
    /// Whether it is to be forgotten as soon as the copy is made.
    pub(super) forget: bool,
}

/// A copy whose name is not durable yet.
#[derive(Debug)]
pub(super) struct Copied {
    id: AlertId,
    to: Folder,
    octets: Arc<[u8]>,
}

impl<F: QueueFs> Desk<F> {
    /// Makes the copies among `deeds`. Their folders are still to be synced.
    pub(super) fn copy_all(&mut self, deeds: &mut Vec<Deed>, copied: &mut Vec<Copied>) {
        let is_copy =
            |deed: &Deed| matches!(deed, Deed::Copy { .. } | Deed::Strand { .. } | Deed::Bury { .. });
        if !deeds.iter().any(is_copy) {
            return;
        }
        leave_what_is_wanted_again(deeds);
        let has_room = self.has_room();
        let mut removals = Vec::new();
        for deed in deeds.iter_mut() {
            match deed {
                Deed::Copy { id, to, octets } => {
                    self.is_wanted_in(*id, *to);
                    let octets = Arc::clone(octets);
                    self.copy_or_keep(has_room, Copied { id: *id, to: *to, octets }, copied);
                }
                Deed::Strand { id, to } => {
                    self.is_wanted_in(*id, *to);
                    self.keep(*id, *to, None);
                }
                Deed::Bury { id, from } => {
                    self.bury(has_room, *id, *from, copied);
                    removals.push(Deed::Unlink { id: *id, folder: *from });
                }
                _ => {}
            }
        }
        deeds.append(&mut removals);
    }

    /// Tries once more what could not be copied.
    pub(super) fn copy_again(&mut self, copied: &mut Vec<Copied>) {
        if self.uncopied.is_empty() || !self.has_room() {
            return;
        }
        let again: Vec<Copied> = (self.uncopied.iter())
            .filter_map(|(id, uncopied)| {
                let octets = uncopied.octets.clone().or_else(|| self.read_kept(*id, uncopied))?;
                Some(Copied { id: *id, to: uncopied.to, octets })
            })
            .collect();
        for copy in again {
            match self.copy(copy.id, copy.to, &copy.octets) {
                Ok(()) => copied.push(copy),
                // The others would fare no better.
                Err(error) => return self.troubles.is(What::Copies, &error),
            }
        }
    }

    /// What could not be read when it was to be copied, from where it was kept.
    fn read_kept(&self, id: AlertId, uncopied: &Uncopied) -> Option<Arc<[u8]>> {
        let read = |folder: &Folder| self.fs.read(self.folders.of(*folder), &file_name(id), ALERT_OCTETS_MAX);
        uncopied.kept_in.iter().find_map(|folder| match read(folder) {
            Ok(Found::File { octets, .. }) => Some(octets.into()),
            Ok(_) | Err(_) => None,
        })
    }

    fn copy_or_keep(&mut self, has_room: bool, copy: Copied, copied: &mut Vec<Copied>) {
        if !has_room {
            return self.keep(copy.id, copy.to, Some(copy.octets));
        }
        let make = |desk: &mut Self| desk.copy(copy.id, copy.to, &copy.octets);
        match make(self).or_else(|error| self.after_making_room(error, make)) {
            Ok(()) => copied.push(copy),
            Err(error) => {
                self.troubles.is(What::Copies, &error);
                self.keep(copy.id, copy.to, Some(copy.octets));
            }
        }
    }

    fn bury(&mut self, has_room: bool, id: AlertId, from: Folder, copied: &mut Vec<Copied>) {
        match self.fs.read(self.folders.of(from), &file_name(id), ALERT_OCTETS_MAX) {
            Ok(Found::File { octets, .. }) => {
                let copy = Copied { id, to: Folder::Dead, octets: octets.into() };
                self.copy_or_keep(has_room, copy, copied);
            }
            Ok(_) | Err(_) => self.keep(id, Folder::Dead, None),
        }
    }

    /// What there is of this alert stays where it is.
    fn keep(&mut self, id: AlertId, to: Folder, octets: Option<Arc<[u8]>>) {
        let before = self.uncopied.remove(&id);
        let (kept_in, kept_spare) =
            before.map_or_else(Default::default, |before| (before.kept_in, before.kept_spare));
        self.uncopied.insert(id, Uncopied { to, octets, kept_in, kept_spare, forget: false });
    }

    fn copy(&self, id: AlertId, to: Folder, octets: &[u8]) -> io::Result<()> {
        let (dir, temporary, name) = (self.folders.of(to), temporary_name(id), file_name(id));
        // Left by a try that was cut off; nobody else writes here.
        let _ = self.fs.unlink(dir, &temporary);
        let mut file = self.fs.create(dir, &temporary, ALERT_MODE)?;
        let written = self.fs.write_all(&mut file, octets).and_then(|()| self.fs.sync_file(&file));
        let named = written.and_then(|()| match self.fs.rename(dir, &temporary, &name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.fs.unlink(dir, &temporary),
            other => other,
        });
        if named.is_err() {
            let _ = self.fs.unlink(dir, &temporary);
        }
        named
    }

    /// Makes the names of the copies durable, and removes what was kept for want of them.
    pub(super) fn sync_copies(&mut self, copied: Vec<Copied>) {
        let folders: BTreeSet<Folder> = copied.iter().map(|copy| copy.to).collect();
        let mut synced = BTreeSet::new();
        for folder in folders {
            match self.fs.sync_dir(self.folders.of(folder)) {
                Ok(()) => {
                    self.troubles.over(What::Copies);
                    synced.insert(folder);
                }
                Err(error) => self.troubles.is(What::Copies, &error),
            }
        }
        for Copied { id, to, octets } in copied {
            if synced.contains(&to) {
                self.acks.push(Ack::Copied { id, to });
                if self.uncopied.get(&id).is_some_and(|uncopied| uncopied.to == to) {
                    self.made_up_for(id);
                }
            } else {
                // Nothing says that its name is safe.
                self.keep(id, to, Some(octets));
            }
        }
    }

    /// The copy that was missing is there.
    fn made_up_for(&mut self, id: AlertId) {
        let Some(Uncopied { kept_in, kept_spare, forget, .. }) = self.uncopied.remove(&id) else { return };
        let removals = kept_in.into_iter().map(|folder| Deed::Unlink { id, folder });
        self.owed.removals.extend(removals);
        self.owed.removals.extend(kept_spare.map(|name| Deed::UnlinkSpare { id, name }));
        self.owed.removals.extend(forget.then_some(Deed::Forget(id)));
    }
}

/// Takes out what would remove a file of which the same batch makes a copy later: all copies come before all removals, and a dead letter
/// that is taken up and dead again at once has to stay where it lies.
fn leave_what_is_wanted_again(deeds: &mut Vec<Deed>) {
    let mut wanted = BTreeMap::new();
    for (at, deed) in deeds.iter().enumerate() {
        match deed {
            Deed::Copy { id, to, .. } | Deed::Strand { id, to } => wanted.insert((*id, *to), at),
            Deed::Bury { id, .. } => wanted.insert((*id, Folder::Dead), at),
            _ => None,
        };
    }
    let mut at = 0;
    deeds.retain(|deed| {
        let here = at;
        at += 1;
        let Deed::Unlink { id, folder } = deed else { return true };
        wanted.get(&(*id, *folder)).is_none_or(|copied| here > *copied)
    });
}
