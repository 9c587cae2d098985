//! The journal from where it was read last: a place in each of its files, and the files that come.

use std::collections::BTreeMap;
use std::io::{self, Seek as _, SeekFrom};

use spool_format::fs::{SpoolFs as _, StdDir, StdFs};
use spool_format::journal::replay_lines;
use spool_format::{Entry, Layout, Wall};

use crate::spool::queue_fs::QueueFs as _;
use crate::spool::read_back::journal_files;

/// How far each file was read.
pub(super) struct Tail {
    dir: StdDir,
    /// Octets of whole lines, by name.
    read: BTreeMap<String, u64>,
    /// Files of earlier days are not read.
    from_day: Option<String>,
}

impl Tail {
    /// Of a spool's journal, where nothing was read yet. What happened before a moment is left out, as far as whole files are.
    pub(super) fn new(layout: &Layout, since: Option<Wall>) -> io::Result<Self> {
        // One day more, since clocks are set.
        let from_day =
            since.map(|since| Wall::from_unix_ms(since.unix_ms().saturating_sub(86_400_000)).day());
        Ok(Self { dir: StdFs.open_dir(&layout.journal())?, read: BTreeMap::new(), from_day })
    }

    /// Reads on in every file, oldest first. A line that has no end yet is read when it has one.
    pub(super) fn read_on(&mut self, mut each: impl FnMut(&[u8], Entry)) -> io::Result<()> {
        let names = journal_files(&StdFs, &self.dir)?;
        self.read.retain(|name, _| names.contains(name));
        for name in names {
            if self.from_day.as_ref().is_some_and(|day| name < *day) {
                continue;
            }
            let mut file = match StdFs.open(&self.dir, &name) {
                Ok(file) => file,
                // An agent whose disk fails takes a file back that it could not sync; its lines are in the next one.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let read = self.read.entry(name).or_default();
            if file.metadata()?.len() < *read {
                // What was cut off had no end, or was never vouched for.
                *read = file.metadata()?.len();
            }
            file.seek(SeekFrom::Start(*read))?;
            *read += replay_lines(file, &mut each)?.whole_octets;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spool_format::Event;

    fn line(ms: i64) -> Vec<u8> {
        let mut octets = Vec::new();
        Entry { at: Wall::from_unix_ms(ms), event: Event::Stopped }.write_line(&mut octets);
        octets
    }

    #[test]
    fn lines_are_read_once_when_they_are_whole_also_in_the_file_of_the_next_day() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        std::fs::create_dir_all(layout.journal()).expect("a folder");
        let dir = StdFs.open_dir(&layout.journal()).expect("a folder");
        let mut tail = Tail::new(&layout, None).expect("a journal");
        let mut read = || {
            let mut seen = Vec::new();
            tail.read_on(|_, entry| seen.push(entry.at.unix_ms())).expect("a journal");
            seen
        };
        let mut first = StdFs.create(&dir, "2026-11-25.jsonl", 0o600).expect("a file");
        let mut write = |octets: &[u8]| StdFs.write_all(&mut first, octets).expect("room");
        write(&line(1));
        write(&line(2)[..9]);
        assert_eq!(read(), [1]);
        write(&line(2)[9..]);
        let mut second = StdFs.create(&dir, "2026-11-26.jsonl", 0o600).expect("a file");
        StdFs.write_all(&mut second, &line(3)).expect("room");
        assert_eq!(read(), [2, 3]);
        write(&line(4));
        assert_eq!(read(), [4]);
        assert!(read().is_empty());
    }
}
