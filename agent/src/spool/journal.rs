//! The open file of the journal: one file a day, appended to and never changed.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use spool_format::folder::journal_name;
use spool_format::fs::{SpoolFs as _, StdDir, StdFs};
use spool_format::journal::replay;

/// Mode of a journal file: operators read it by its group.
const JOURNAL_MODE: u32 = 0o640;

/// The journal, open for appending.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    day: String,
    file: Option<File>,
    /// Where the last whole write ended.
    good: u64,
}

impl Journal {
    /// A journal in `folder`; the day's file is opened with the first line.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder, day: String::new(), file: None, good: 0 }
    }

    /// Appends whole lines to the file of `day`. After an error the file is as it was before, or is left for a new one.
    pub fn append(&mut self, day: &str, lines: &[u8]) -> io::Result<()> {
        if self.day != day || self.file.is_none() {
            self.open(day)?;
        }
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        match file.write_all(lines) {
            Ok(()) => {
                self.good += lines.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line would spoil the next one. If even cutting fails, opening again will cut.
                if file.set_len(self.good).and_then(|()| file.seek(SeekFrom::Start(self.good))).is_err() {
                    self.file = None;
                }
                Err(error)
            }
        }
    }

    /// Brings everything appended so far to the disk. After an error nothing is known of it, so the file is left.
    pub fn sync(&mut self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let synced = file.sync_data();
        if synced.is_err() {
            self.file = None;
        }
        synced
    }

    fn open(&mut self, day: &str) -> io::Result<()> {
        let path = self.folder.join(journal_name(day));
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let mut file = File::from(rustix::fs::open(&path, flags, Mode::from_raw_mode(JOURNAL_MODE))?);
        self.good = cut_torn_tail(&mut file)?;
        file.seek(SeekFrom::Start(self.good))?;
        sync_folder(&self.folder)?;
        day.clone_into(&mut self.day);
        self.file = Some(file);
        Ok(())
    }
}

/// Cuts a last line without an end, and gives the size that is left.
fn cut_torn_tail(file: &mut File) -> io::Result<u64> {
    let mut octets = Vec::new();
    file.read_to_end(&mut octets)?;
    let torn = replay(&octets).torn_octets;
    let good = (octets.len() - torn) as u64;
    if torn > 0 {
        file.set_len(good)?;
    }
    Ok(good)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    let dir: StdDir = StdFs.open_dir(folder)?;
    StdFs.sync_dir(&dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_tail_is_cut_before_anything_is_appended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("2026-11-25.jsonl");
        let whole = b"{\"at\":\"2026-11-25T00:00:00Z\",\"event\":\"stopped\"}\n";
        let mut journal = Journal::new(folder.path().to_owned());
        journal.append("2026-11-25", whole).expect("room");
        journal.append("2026-11-25", b"{\"at\":\"2026").expect("room");
        let mut journal = Journal::new(folder.path().to_owned());
        journal.append("2026-11-25", whole).expect("room");
        journal.sync().expect("a disk");
        assert_eq!(std::fs::read(path).expect("readable"), [&whole[..], &whole[..]].concat());
    }

    #[test]
    fn each_day_has_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::new(folder.path().to_owned());
        for day in ["2026-11-25", "2026-11-26"] {
            journal.append(day, b"x\n").expect("room");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 2);
    }
}
