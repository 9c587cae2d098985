//! Puts a spool in order in which a disk or a person has changed things: under the lock, where no agent runs.
//!
//! Nothing is thrown away: what cannot be read goes to `corrupt/`, with a reason beside it. Whatever a start would do is
//! done as well, by the same code.

use std::io::{self, BufRead as _, BufReader, Write as _};

use spool_format::folder::{ALERT_MODE, file_name, parse_file_name};
use spool_format::fs::{SpoolFs as _, StdDir, StdFs};
use spool_format::journal::is_entry;
use spool_format::publish::publish;
use spool_format::{AlertId, Event, Folder, Layout};

use super::queue_fs::QueueFs as _;
use super::recover::recover;
use super::verify::{Fault, Kind};
use super::writer::{Batch, Deed, Writer};
use super::{Folders, OpenError};
use crate::config::Keeping;

/// Names tried in `corrupt/` for what is set aside.
const NAMES_MAX: u32 = 1_000;

/// Why it could not be done; what was done before that stays done, and is sound.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// A folder cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something cannot be read or written.
    #[error("{at}: {source}")]
    Io {
        /// Where, from the spool's folder on.
        at: String,
        /// What the kernel said.
        source: io::Error,
    },
}

fn at(place: &str) -> impl FnOnce(io::Error) -> RepairError {
    let at = place.to_owned();
    move |source| RepairError::Io { at, source }
}

/// Mends these faults, except those that only a person can mend. The caller holds the lock, and is the user `by`.
pub fn repair(
    layout: &Layout,
    keeping: Keeping,
    faults: &[Fault],
    (by, boot): (u32, &str),
) -> Result<(), RepairError> {
    let folders = Folders::open(&StdFs, layout)?;
    let of_kind = |kind: Kind| faults.iter().filter(move |fault| fault.kind == kind);
    let mut lines = Vec::new();
    let mut files: Vec<&str> = of_kind(Kind::BrokenLine)
        .filter_map(|fault| fault.at.strip_prefix("queue/journal/")?.rsplit_once(':'))
        .map(|(name, _)| name)
        .collect();
    files.dedup();
    for name in files {
        lines.push(set_lines_aside(&folders, name)?);
    }
    for fault in of_kind(Kind::Unreadable) {
        lines.extend(set_alert_aside(&folders, fault, by)?);
    }
    let lost = "its file was nowhere when the spool was repaired";
    let dead = |id| Event::Dead { id, reason: lost.to_owned(), by: Some(by) };
    lines.extend(of_kind(Kind::NoFile).filter_map(|fault| AlertId::parse(&fault.at)).map(dead));
    // Then it is as a start would find it.
    write(layout, keeping, lines.into_iter().map(Deed::Line).collect())?;
    let found = recover(&StdFs, &folders, boot).map_err(at("queue/journal"))?;
    write(layout, keeping, found.deeds)
}

fn write(layout: &Layout, keeping: Keeping, deeds: Vec<Deed>) -> Result<(), RepairError> {
    let writer = Writer::start(layout, keeping, drop)?;
    writer.send(Batch { deeds, sync: true, early: None, token: None });
    writer.finish();
    Ok(())
}

/// Writes a file of the journal again without the lines that are damaged, which go to `corrupt/`.
fn set_lines_aside(folders: &Folders, name: &str) -> Result<Event, RepairError> {
    let place = format!("queue/journal/{name}");
    let journal = folders.journal();
    let temporary = format!(".{name}.repair");
    remove_rest(journal, &temporary).map_err(at(&place))?;
    let mut broken = Vec::new();
    let written = (|| {
        let mut reader = BufReader::new(StdFs.open(journal, name)?);
        let mut file = StdFs.create(journal, &temporary, ALERT_MODE)?;
        let mut writer = io::BufWriter::new(&mut file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            match line.strip_suffix(b"\n") {
                Some(whole) if is_entry(whole) => writer.write_all(&line)?,
                _ => broken.extend_from_slice(&line),
            }
            line.clear();
        }
        writer.flush()?;
        drop(writer);
        StdFs.sync_file(&file)
    })();
    written.map_err(at(&place))?;
    // Before they are gone from where they were.
    let reason = format!("lines of the journal's file {name} that are damaged");
    let kept_as = explain_new(folders, &format!("journal-{name}.broken"), &reason, &broken)?;
    StdFs.replace(journal, &temporary, name).map_err(at(&place))?;
    StdFs.sync_dir(journal).map_err(at(&place))?;
    Ok(Event::Corrupt { name: kept_as, reason })
}

/// Puts octets and the reason why they are there into `corrupt/`, and gives the name.
fn explain_new(folders: &Folders, name: &str, reason: &str, octets: &[u8]) -> Result<String, RepairError> {
    let corrupt = folders.of(Folder::Corrupt);
    let kept_as = free_name(corrupt, name);
    put(corrupt, &format!("{kept_as}.reason"), reason.as_bytes())?;
    put(corrupt, &kept_as, octets)?;
    Ok(kept_as)
}

fn put(corrupt: &StdDir, name: &str, octets: &[u8]) -> Result<(), RepairError> {
    let (place, temporary) = (format!("queue/corrupt/{name}"), format!(".{name}"));
    remove_rest(corrupt, &temporary).map_err(at(&place))?;
    publish(&StdFs, corrupt, &temporary, name, ALERT_MODE, octets).map_err(|error| at(&place)(error.source))
}

/// What a repair that was killed has left half-written.
fn remove_rest(dir: &StdDir, temporary: &str) -> io::Result<()> {
    match StdFs.unlink(dir, temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The name, or the first one behind it that is not taken.
fn free_name(corrupt: &StdDir, name: &str) -> String {
    let is_free = |name: &String| {
        !StdFs.is_there(corrupt, name.as_ref()) && !StdFs.is_there(corrupt, format!("{name}.reason").as_ref())
    };
    let numbered = (1..NAMES_MAX).map(|n| format!("{name}.{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| name.to_owned())
}

/// Moves the file of an alert that cannot be read to `corrupt/`. The alert is dead if it was not settled: nobody can send it.
fn set_alert_aside(folders: &Folders, fault: &Fault, by: u32) -> Result<Vec<Event>, RepairError> {
    let mut parts = fault.at.rsplit('/');
    let (Some(name), Some(folder)) = (parts.next(), parts.next()) else { return Ok(Vec::new()) };
    let from = if folder == Folder::Dead.as_str() { Folder::Dead } else { Folder::Deferred };
    let Some(id) = parse_file_name(name) else { return Ok(Vec::new()) };
    let corrupt = folders.of(Folder::Corrupt);
    let kept_as = free_name(corrupt, &file_name(id));
    let reason = fault.what.clone();
    put(corrupt, &format!("{kept_as}.reason"), reason.as_bytes())?;
    StdFs
        .move_to(folders.of(from), name.as_ref(), corrupt, &kept_as)
        .and_then(|()| StdFs.sync_dir(corrupt))
        .and_then(|()| StdFs.sync_dir(folders.of(from)))
        .map_err(at(&fault.at))?;
    let mut lines = vec![Event::Corrupt { name: kept_as.clone(), reason }];
    let has_another = StdFs.is_there(folders.of(Folder::Incoming), name.as_ref());
    if from == Folder::Deferred && !has_another {
        let reason = format!("its file was damaged: corrupt/{kept_as}");
        lines.push(Event::Dead { id, reason, by: Some(by) });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests;
