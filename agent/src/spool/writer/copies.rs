//! Copies of alerts that the writer makes in other folders.

use std::collections::BTreeSet;
use std::io;

use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::{AlertId, Folder};

use super::{Deed, State};
use crate::log;

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
}
