//! Reads the journal back: all of it, or as much as a start needs.
//!
//! A day's file begins with a checkpoint of what is alive, so the newest file that has one and the file before it are
//! enough: that one holds the alerts that were sent so lately that a power cut may bring their files back.

use std::collections::BTreeMap;
use std::io;

use spool_format::journal::{begins_with_a_checkpoint, replay_each};
use spool_format::{Detail, Entry, Ledger, Outage};

use super::queue_fs::QueueFs;
use super::search::replay_with;
use super::sends::Sends;

/// So often the folder is listed again, since a file was gone when its turn came.
const LISTED_AGAIN: usize = 20;

/// What stands in a line that says whether a provider is left out.
const OF_A_PROVIDER: &str = "\"event\":\"provider\"";

/// The day in a file's name.
const DAY_OCTETS: usize = "2026-11-25".len();

/// How far back to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every file that is kept.
    All,
    /// What is needed to know everything that is alive.
    Alive,
    /// The same, and which mails went out lately.
    AliveAndSends,
}

/// What was read.
#[derive(Debug, Default)]
pub struct ReadBack {
    /// What it tells.
    pub ledger: Ledger,
    /// Which mails went out; only with [`Reach::AliveAndSends`].
    pub sends: Sends,
    /// The entries about the alerts that were asked for; only of [`read_about`].
    pub entries: Vec<Entry>,
    /// Lines that are damaged, as `FILE:LINE`.
    pub broken_lines: Vec<String>,
    /// Files that were read.
    pub files: usize,
}

/// Names of the journal's files, oldest first.
pub fn journal_files<F: QueueFs>(fs: &F, dir: &F::Dir) -> io::Result<Vec<String>> {
    let mut names = fs.list(dir)?;
    names.retain(|name| name.strip_suffix(".jsonl").is_some());
    names.sort();
    Ok(names)
}

/// Reads the journal in the folder `dir`. An agent whose disk fails goes on in new files and removes those that could not be
/// synced: whoever meets that begins again, since the lines are in another file.
pub fn read_back<F: QueueFs>(fs: &F, dir: &F::Dir, detail: Detail, reach: Reach) -> io::Result<ReadBack> {
    for _ in 0..LISTED_AGAIN {
        match read_once(fs, dir, detail, reach) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
    }
    read_once(fs, dir, detail, reach)
}

fn read_once<F: QueueFs>(fs: &F, dir: &F::Dir, detail: Detail, reach: Reach) -> io::Result<ReadBack> {
    let names = journal_files(fs, dir)?;
    let first = match reach {
        Reach::All => 0,
        Reach::Alive | Reach::AliveAndSends => first_needed(fs, dir, &names)?,
    };
    let mut read = ReadBack { ledger: Ledger::new(detail), ..ReadBack::default() };
    for name in &names[first..] {
        let seen = replay_each(fs.open(dir, name)?, |entry| {
            if reach == Reach::AliveAndSends {
                read.sends.take(&entry);
            }
            read.ledger.take(entry);
        })?;
        read.broken_lines.extend(seen.broken.iter().map(|line| format!("{name}:{line}")));
        read.files += 1;
    }
    Ok(read)
}

/// Reads all files of the journal for what they say of alerts whose id begins so, and of which providers are left out. Broken
/// lines are not looked for.
pub fn read_about<F: QueueFs>(fs: &F, dir: &F::Dir, id_begins: &str) -> io::Result<ReadBack> {
    for _ in 0..LISTED_AGAIN {
        match read_about_once(fs, dir, id_begins) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
    }
    read_about_once(fs, dir, id_begins)
}

fn read_about_once<F: QueueFs>(fs: &F, dir: &F::Dir, id_begins: &str) -> io::Result<ReadBack> {
    let mut read = ReadBack { ledger: Ledger::new(Detail::Full), ..ReadBack::default() };
    let lines_of_it = format!("\"id\":\"{id_begins}");
    for name in journal_files(fs, dir)? {
        let texts = [lines_of_it.as_str(), OF_A_PROVIDER];
        replay_with(fs.open(dir, &name)?, &texts, |entry| {
            if entry.event.alert().is_some() {
                read.entries.push(entry.clone());
            }
            read.ledger.take(entry);
        })?;
        read.files += 1;
    }
    Ok(read)
}

/// Reads which providers are left out, and makes no entries of what the journal says of anything else.
pub fn read_left_out<F: QueueFs>(fs: &F, dir: &F::Dir) -> io::Result<BTreeMap<String, Outage>> {
    for _ in 0..LISTED_AGAIN {
        match read_left_out_once(fs, dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
    }
    read_left_out_once(fs, dir)
}

fn read_left_out_once<F: QueueFs>(fs: &F, dir: &F::Dir) -> io::Result<BTreeMap<String, Outage>> {
    let mut ledger = Ledger::new(Detail::Brief);
    let names = journal_files(fs, dir)?;
    for name in &names[first_needed(fs, dir, &names)?..] {
        replay_with(fs.open(dir, name)?, &[OF_A_PROVIDER], |entry| ledger.take(entry))?;
    }
    Ok(ledger.providers)
}

/// The place among `names` of the first file that a start needs: the first one of the day before the newest that begins with a
/// checkpoint. Who began in the middle of a day, where the agent went on in a new file after a failed sync, would miss the
/// checkpoint of that day, and take what comes after it for all there is.
pub fn first_needed<F: QueueFs>(fs: &F, dir: &F::Dir, names: &[String]) -> io::Result<usize> {
    for (at, name) in names.iter().enumerate().rev() {
        if begins_with_a_checkpoint(fs.open(dir, name)?)? {
            let day = |name: &String| name.get(..DAY_OCTETS).map(str::to_owned);
            let before = names[..at].iter().rfind(|name| day(name) != day(&names[at])).map(day);
            let first = before.and_then(|before| names.iter().position(|name| day(name) == before));
            return Ok(first.unwrap_or(0));
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use spool_format::fs::{SpoolFs as _, StdFs};
    use spool_format::{Entry, Wall};

    use super::*;

    #[test]
    fn a_day_is_read_from_its_checkpoint_on_though_the_agent_went_on_in_another_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut begins = Vec::new();
        for event in Ledger::new(Detail::Brief).checkpoint(|_| false) {
            Entry { at: Wall::from_unix_ms(0), event }.write_line(&mut begins);
        }
        let names = ["25.jsonl", "26.jsonl", "26_01.jsonl", "26_02.jsonl", "27.jsonl", "27_01.jsonl"];
        let names = names.map(|name| format!("2026-11-{name}"));
        for name in &names {
            let octets = if name.contains('_') { &b""[..] } else { &begins };
            spill(&folder.path().join(name), octets);
        }
        let dir = StdFs.open_dir(folder.path()).expect("the folder");
        let first = |names: &[String]| first_needed(&StdFs, &dir, names).expect("files that can be read");
        assert_eq!(first(&names), 1);
        assert_eq!(first(&names[..4]), 0);
        assert_eq!(first(&names[..1]), 0);
    }

    #[expect(clippy::disallowed_methods, reason = "what an earlier run left")]
    fn spill(path: &std::path::Path, octets: &[u8]) {
        fs::write(path, octets).expect("written");
    }
}
