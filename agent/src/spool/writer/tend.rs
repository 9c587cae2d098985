//! What the writer looks after besides alerts: room on the disk, what has been kept for long enough, the status.

#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use spool_format::{Folder, Wall};

use super::trouble::What;
use super::{Desk, Pulse};
use crate::log;
use crate::spool::queue_fs::QueueFs;
use crate::spool::read_back::journal_files;
use crate::spool::status::{STATUS, STATUS_DRAFT, Status};

/// Name of the reserve in `queue/`.
const RESERVE: &str = "reserve";
/// Name of the addresses of hosts, and of their draft.
const ADDRESSES: &str = "addresses.json";
const ADDRESSES_DRAFT: &str = ".addresses.tmp";
/// How old a draft in `incoming/` becomes.
const DRAFT_LIFE: Duration = Duration::from_hours(24);
/// Mode of the reserve and the status: operators read it by their group.
const MODE: u32 = 0o640;

impl<F: QueueFs> Desk<F> {
    /// Called at a start and every now and then.
    pub(super) fn tend(&mut self, now: Wall, pulse: Pulse) {
        self.pulse = Some(pulse);
        self.keep_room();
        if self.swept != now.day() {
            self.swept = now.day();
            self.sweep(now);
        }
    }

    /// Whether there is room for copies.
    pub(super) fn has_room(&mut self) -> bool {
        // Who cannot be asked is not believed to be full.
        let room = self.fs.room(self.folders.queue()).unwrap_or(u64::MAX);
        if room >= self.keeping.floor {
            self.troubles.over(What::Room);
            return true;
        }
        let text = format!("{} MiB are free, less than [disk] floor", room >> 20);
        self.troubles.says(What::Room, &text);
        false
    }

    /// After an error that says that the disk is full: gives the reserve free and tries once more.
    pub(super) fn after_making_room<T>(
        &mut self,
        error: io::Error,
        again: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> io::Result<T> {
        let is_full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        if is_full && self.fs.unlink(self.folders.queue(), RESERVE).is_ok() {
            log::reserve_given_free();
            return again(self);
        }
        Err(error)
    }

    /// Takes the reserve up again once there is room for it above the floor.
    fn keep_room(&mut self) {
        if !self.has_room() || self.keeping.reserve == 0 {
            return;
        }
        let queue = self.folders.queue();
        let wanted = self.keeping.floor.saturating_add(self.keeping.reserve);
        if self.fs.room(queue).is_ok_and(|room| room < wanted) {
            return;
        }
        // That it is there already is the rule, and that it cannot be made is no trouble by itself.
        if let Ok(file) = self.fs.create(queue, RESERVE, MODE)
            && self.fs.allocate(&file, self.keeping.reserve).is_err()
        {
            let _ = self.fs.unlink(queue, RESERVE);
        }
    }

    /// Removes what has been kept for long enough: journals that no start needs, and files that are no alerts.
    fn sweep(&self, now: Wall) {
        let first_day_kept = earlier(now, self.keeping.journal).day();
        let journal = self.folders.journal();
        let files = journal_files(&self.fs, journal).unwrap_or_default();
        let behind = crate::spool::read_back::first_needed(&self.fs, journal, &files).unwrap_or(0);
        for name in files[..behind].iter().filter(|name| **name < first_day_kept) {
            if let Err(error) = self.fs.unlink(journal, name) {
                log::cannot_sweep(&format!("journal/{name}"), &error);
            }
        }
        self.sweep_drafts(now);
        let corrupt = self.folders.of(Folder::Corrupt);
        let kept_since = earlier(now, self.keeping.corrupt);
        for name in self.fs.list(corrupt).unwrap_or_default() {
            // The file itself may be of any age; its reason was written when it was set aside.
            let Some(kept) = name.strip_suffix(".reason") else { continue };
            let is_old = self.fs.modified(corrupt, &name).is_ok_and(|written| written < kept_since);
            if is_old && let Err(error) = self.remove_corrupt(kept, &name) {
                log::cannot_sweep(&format!("corrupt/{kept}"), &error);
            }
        }
    }

    /// Removes drafts that their writers have left: no writer takes so long.
    fn sweep_drafts(&self, now: Wall) {
        let incoming = self.folders.of(Folder::Incoming);
        let fresh_since = earlier(now, DRAFT_LIFE);
        for name in self.fs.list(incoming).unwrap_or_default() {
            let is_draft = name.starts_with('.') && name.strip_suffix(".tmp").is_some();
            if is_draft && self.fs.modified(incoming, &name).is_ok_and(|written| written < fresh_since) {
                // What cannot be removed, a folder for instance, is in nobody's way.
                let _ = self.fs.unlink(incoming, &name);
            }
        }
    }

    fn remove_corrupt(&self, name: &str, reason: &str) -> io::Result<()> {
        let corrupt = self.folders.of(Folder::Corrupt);
        match self.fs.unlink(corrupt, name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.fs.unlink(corrupt, reason),
        }
    }

    /// Writes the status if it says something new. It is a service to people: that it cannot be written is no trouble.
    pub(super) fn write_status(&mut self, now: Wall) {
        let Some(pulse) = self.pulse.take() else { return };
        let status = Status { troubles: self.troubles.sentences(), pulse };
        let says = serde_json::to_string(&status).expect("a status has only string keys");
        if says == self.status {
            return;
        }
        let text = format!("{{\"at\":\"{now}\",{}\n", &says[1..]);
        if self.replace((STATUS_DRAFT, STATUS), &text).is_ok() {
            self.status = says;
        }
    }

    /// Writes the addresses down. That they cannot be written is no trouble.
    pub(super) fn keep_addresses(&self, text: &str) {
        let _ = self.replace((ADDRESSES_DRAFT, ADDRESSES), text);
    }

    /// Puts a file without which nothing is missing in the place of the one that is there, in one step.
    fn replace(&self, (draft, name): (&str, &str), text: &str) -> io::Result<()> {
        let queue = self.folders.queue();
        let _ = self.fs.unlink(queue, draft);
        let mut file = self.fs.create(queue, draft, MODE)?;
        self.fs.write_all(&mut file, text.as_bytes())?;
        self.fs.replace(queue, draft, name)
    }
}

/// The moment that is so long before another one.
fn earlier(now: Wall, duration: Duration) -> Wall {
    Wall::from_unix_ms(now.unix_ms().saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
}
