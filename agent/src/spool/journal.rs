//! The open file of the journal: one file a day, appended to and never changed.
//!
//! A line is safe when it was synced. What was appended since the last sync is kept in memory: if a sync fails, nobody
//! can say what of it is on the disk, and a second sync of the same file would say yes without having written it. So
//! the lines go once more into a new file of the same day, and only then are they cut off the old one: an agent that ends
//! in between leaves them where the next one reads them. Lines that stand there twice tell nothing new.

use std::io::{self, Read};

use spool_format::folder::journal_name;
use spool_format::{AlertId, Detail, Entry, Wall};

use super::queue_fs::QueueFs;
use super::read_back::{Reach, journal_files, read_back};

/// Mode of a journal file: operators read it by its group.
const JOURNAL_MODE: u32 = 0o640;

/// The journal, open for appending.
pub struct Journal<F: QueueFs> {
    open: Option<Open<F>>,
    /// Name of the file that is, or was last, appended to; empty before the first line.
    name: String,
    /// Lines appended since the last sync.
    unsynced: Vec<u8>,
    /// The checkpoint of the file that is about to begin, until it is written.
    checkpoint: Option<Vec<u8>>,
    /// Files that were left and still have lines that no other file has.
    left: Vec<Left<F>>,
    /// A name that was taken back from a file that held nothing else; it sorts behind all that are kept.
    free: Option<String>,
}

/// A file that is never synced again.
struct Left<F: QueueFs> {
    name: String,
    file: F::File,
    /// How much of it is on the disk.
    synced: u64,
}

struct Open<F: QueueFs> {
    file: F::File,
    /// Where the last whole write ended.
    good: u64,
}

impl<F: QueueFs> Default for Journal<F> {
    fn default() -> Self {
        Self {
            open: None,
            name: String::new(),
            unsynced: Vec::new(),
            checkpoint: None,
            left: Vec::new(),
            free: None,
        }
    }
}

impl<F: QueueFs> Journal<F> {
    /// Whether lines of `day` (`2026-11-25`) would begin a new file.
    pub fn is_new_day(&self, day: &str) -> bool {
        // A clock that was set back does not take the journal back: the order of names is the order of events.
        self.day() < day
    }

    fn day(&self) -> &str {
        self.name.get(..DAY.len()).unwrap_or_default()
    }

    /// Appends whole lines, to the file of `day` or, if a later one exists, to that. The first line of a day comes
    /// behind the checkpoint of what is alive; `still_there` says of which alerts that are over a file is left.
    /// After an error nothing of the lines is in the file, or the file is left for a new one.
    pub fn append(
        &mut self,
        fs: &F,
        dir: &F::Dir,
        at: Wall,
        lines: &[u8],
        still_there: impl Fn(AlertId) -> bool,
    ) -> io::Result<()> {
        let day = at.day();
        if self.name.is_empty() {
            self.name = journal_files(fs, dir)?.pop().unwrap_or_default();
        }
        if self.is_new_day(&day) {
            self.begin_day(fs, dir, at, still_there)?;
        }
        if self.open.is_none() {
            self.reopen(fs, dir)?;
        }
        self.write(fs, lines)
    }

    /// Brings everything appended so far to the disk. After an error the lines are written into a new file by the next
    /// call of [`Journal::append`] or this one.
    pub fn sync(&mut self, fs: &F, dir: &F::Dir) -> io::Result<()> {
        if self.unsynced.is_empty() {
            return Ok(());
        }
        if self.open.is_none() {
            self.reopen(fs, dir)?;
        }
        let Some(open) = &self.open else { return Err(io::ErrorKind::NotFound.into()) };
        match fs.sync_data(&open.file) {
            Ok(()) => {
                self.unsynced.clear();
                Ok(())
            }
            Err(error) => {
                self.leave();
                Err(error)
            }
        }
    }

    /// Another folder takes the place of the one before: its newest file is looked for again.
    pub fn open_anew(&mut self) {
        self.open = None;
        self.name.clear();
        self.checkpoint = None;
        self.left.clear();
        self.free = None;
    }

    /// Never syncs this file again: its lines go on in another one.
    fn leave(&mut self) {
        let Some(open) = self.open.take() else { return };
        let synced = open.good.saturating_sub(self.unsynced.len() as u64);
        // On a disk that keeps failing two names take turns, so that it is not littered with them.
        let free = self.free.take().filter(|_| synced == 0);
        let next = free.unwrap_or_else(|| continued(&self.name));
        let name = std::mem::replace(&mut self.name, next);
        self.left.push(Left { name, file: open.file, synced });
    }

    /// Another file has all that nobody can vouch for: it is cut off the files that were left. One that holds nothing else
    /// is removed. What cannot be cut or removed stands there twice.
    fn tidy_up(&mut self, fs: &F, dir: &F::Dir) {
        for left in std::mem::take(&mut self.left) {
            if left.synced > 0 {
                let _ = fs.truncate(&left.file, left.synced);
            } else if fs.unlink(dir, &left.name).is_ok() {
                self.free = Some(left.name);
            }
        }
    }

    fn begin_day(
        &mut self,
        fs: &F,
        dir: &F::Dir,
        at: Wall,
        still_there: impl Fn(AlertId) -> bool,
    ) -> io::Result<()> {
        if !self.name.is_empty() && self.checkpoint.is_none() {
            // The old file first: what it does not have on the disk goes into the new one as well.
            if self.sync(fs, dir).is_err() {
                self.open = None;
            }
            let read = read_back(fs, dir, Detail::Brief, Reach::Alive)?;
            let mut lines = Vec::new();
            for event in read.ledger.checkpoint(still_there) {
                Entry { at, event }.write_line(&mut lines);
            }
            self.checkpoint = Some(lines);
        }
        let name = journal_name(&at.day());
        let (file, octets) = fs.append_to(dir, &name, JOURNAL_MODE)?;
        // What is in a file that did not exist a moment ago was left by a try that failed.
        fs.truncate(&file, 0)?;
        debug_assert!(octets == 0 || self.checkpoint.is_some(), "a file of a new day is new");
        fs.sync_dir(dir)?;
        let first = [self.checkpoint.as_deref().unwrap_or_default(), &self.unsynced].concat();
        self.open = Some(Open { file, good: 0 });
        let kept = std::mem::take(&mut self.unsynced);
        if let Err(error) = self.write(fs, &first) {
            self.open = None;
            self.unsynced = kept;
            return Err(error);
        }
        self.name = name;
        self.checkpoint = None;
        self.tidy_up(fs, dir);
        // It sorts before what is there now.
        self.free = None;
        Ok(())
    }

    /// Opens the file again after trouble or a start, and brings what was not synced into it.
    fn reopen(&mut self, fs: &F, dir: &F::Dir) -> io::Result<()> {
        let (file, octets) = fs.append_to(dir, &self.name, JOURNAL_MODE)?;
        let mut good = 0;
        if octets > 0 {
            good = end_of_lines(fs.open(dir, &self.name)?)?;
        }
        if good < octets {
            fs.truncate(&file, good)?;
        }
        fs.sync_dir(dir)?;
        self.open = Some(Open { file, good });
        let again = std::mem::take(&mut self.unsynced);
        let written = self.write(fs, &again);
        if written.is_err() {
            self.open = None;
            self.unsynced = again;
        } else {
            self.tidy_up(fs, dir);
        }
        written
    }

    fn write(&mut self, fs: &F, lines: &[u8]) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Err(io::ErrorKind::NotFound.into()) };
        match fs.write_all(&mut open.file, lines) {
            Ok(()) => {
                open.good += lines.len() as u64;
                self.unsynced.extend_from_slice(lines);
                Ok(())
            }
            Err(error) => {
                // Half a line would spoil the next one. If even cutting fails, opening again will cut.
                if fs.truncate(&open.file, open.good).is_err() {
                    self.open = None;
                }
                Err(error)
            }
        }
    }
}

/// Where the last whole line ends. What is in the lines does not matter here, so a long file costs little.
fn end_of_lines(mut reader: impl Read) -> io::Result<u64> {
    let mut chunk = vec![0; CHUNK_OCTETS];
    let (mut before, mut end) = (0, 0);
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(end),
            Ok(octets) => {
                let last = chunk[..octets].iter().rposition(|octet| *octet == b'\n');
                end = last.map_or(end, |at| before + at as u64 + 1);
                before += octets as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Octets of a file that are read at once.
const CHUNK_OCTETS: usize = 64 * 1024;

/// What the day in a file's name looks like.
const DAY: &str = "2026-11-25";

/// The name of the file that goes on where `name` cannot: `2026-11-25.jsonl`, `2026-11-25_01.jsonl` … in this order.
fn continued(name: &str) -> String {
    let stem = name.strip_suffix(".jsonl").unwrap_or(name);
    let (day, number) = match stem.split_once('_') {
        Some((day, number)) => (day, number.parse().unwrap_or(0)),
        None => (stem, 0_u32),
    };
    format!("{day}_{:02}.jsonl", number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::fs::{SpoolFs as _, StdFs};

    const LINE: &[u8] = b"{\"at\":\"2026-11-25T00:00:00Z\",\"event\":\"stopped\"}\n";

    fn day(n: u64) -> Wall {
        Wall::parse("2026-11-25T12:00:00Z").expect("a time").plus(std::time::Duration::from_hours(24 * n))
    }

    fn append(journal: &mut Journal<StdFs>, folder: &tempfile::TempDir, at: Wall, lines: &[u8]) {
        let dir = StdFs.open_dir(folder.path()).expect("a folder");
        journal.append(&StdFs, &dir, at, lines, |_| false).expect("room");
        journal.sync(&StdFs, &dir).expect("a disk");
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        journal_files(&StdFs, &StdFs.open_dir(folder.path()).expect("a folder")).expect("readable")
    }

    #[test]
    fn a_torn_tail_is_cut_before_anything_is_appended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("2026-11-25.jsonl");
        let mut journal = Journal::default();
        append(&mut journal, &folder, day(0), LINE);
        append(&mut journal, &folder, day(0), b"{\"at\":\"2026");
        append(&mut Journal::default(), &folder, day(0), LINE);
        let text = std::fs::read(path).expect("readable");
        assert!(text.ends_with(&[LINE, LINE].concat()), "{}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn each_day_has_its_file_and_begins_it_with_a_checkpoint() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::default();
        append(&mut journal, &folder, day(0), LINE);
        append(&mut journal, &folder, day(1), LINE);
        assert_eq!(names(&folder), ["2026-11-25.jsonl", "2026-11-26.jsonl"]);
        let text = std::fs::read_to_string(folder.path().join("2026-11-26.jsonl")).expect("readable");
        assert!(text.lines().next().expect("a line").contains(r#""event":"checkpoint","alive":0"#), "{text}");
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_take_the_journal_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::default();
        append(&mut journal, &folder, day(1), LINE);
        append(&mut journal, &folder, day(0), LINE);
        append(&mut Journal::default(), &folder, day(0), LINE);
        assert_eq!(names(&folder), ["2026-11-26.jsonl"]);
    }

    #[test]
    fn a_file_that_is_left_goes_on_under_names_that_sort_behind_it() {
        let mut names = vec!["2026-11-25.jsonl".to_owned()];
        for _ in 0..12 {
            names.push(continued(names.last().expect("one")));
        }
        names.push("2026-11-26.jsonl".to_owned());
        assert!(names.is_sorted(), "{names:?}");
    }
}
