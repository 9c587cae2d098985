//! Searches the journal for the lines about one thing, and makes entries of those alone: what a page about one alert needs
//! of a file that tells of a hundred thousand.

use std::io::{self, Read};

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use spool_format::Entry;

/// So much of a file is searched at a time.
const BLOCK_OCTETS: usize = 256 * 1024;

/// Reads of a journal file only the whole lines in which one of these texts stands, in order. What a JSON string holds cannot be
/// taken for the quotes of a key, so `"id":"01kax3` finds the lines about alerts whose id begins so, and no others.
///
/// The other lines are not read as entries, which takes a fraction of the time that [`spool_format::journal::replay_each`] does; that one of
/// them is broken does not show.
pub fn replay_with(mut reader: impl Read, texts: &[&str], mut each: impl FnMut(Entry)) -> io::Result<()> {
    let finders: Vec<Finder<'_>> = texts.iter().map(|text| Finder::new(text.as_bytes())).collect();
    let mut held = Vec::new();
    loop {
        let begins = held.len();
        held.resize(begins + BLOCK_OCTETS, 0);
        let read = match reader.read(&mut held[begins..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            read => Some(read?),
        };
        held.truncate(begins + read.unwrap_or(0));
        if let Some(end) = memrchr(b'\n', &held[begins..]) {
            let whole = begins + end + 1;
            lines_with(&held[..whole], &finders, &mut each);
            held.drain(..whole);
        }
        if read == Some(0) {
            return Ok(());
        }
    }
}

/// The lines of whole ones in which one of the texts stands.
fn lines_with(lines: &[u8], finders: &[Finder<'_>], each: &mut impl FnMut(Entry)) {
    let find = |finder: &Finder<'_>, from: usize| finder.find(&lines[from..]).map(|found| from + found);
    let mut found: Vec<Option<usize>> = finders.iter().map(|finder| find(finder, 0)).collect();
    while let Some(at) = found.iter().flatten().min().copied() {
        let begin = memrchr(b'\n', &lines[..at]).map_or(0, |before| before + 1);
        let end = memchr(b'\n', &lines[at..]).map_or(lines.len(), |behind| at + behind);
        if let Ok(entry) = serde_json::from_slice(&lines[begin..end]) {
            each(entry);
        }
        // Each text is searched once to the end, however often the others stand there.
        for (place, finder) in found.iter_mut().zip(finders).filter(|(place, _)| **place < Some(end)) {
            *place = place.and_then(|_| find(finder, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use spool_format::journal::replay;
    use spool_format::{Event, Wall};

    /// A journal of a few lines, also with what looks like a key within a text.
    fn lines() -> Vec<u8> {
        let id = |text: &str| spool_format::AlertId::parse(text).expect("an id");
        let (one, two) = (id("01kax3tzzzzzzzzzzzzzzzzzzz"), id("01kax4tzzzzzzzzzzzzzzzzzzz"));
        let events = [
            Event::Stopped,
            Event::Held { id: one, by: 0 },
            Event::Dead {
                id: two,
                reason: r#"it said "id":"01kax3tz" and "event":"provider""#.into(),
                by: None,
            },
            Event::Provider { provider: "home".into(), outage: None },
            Event::Released { id: two, by: 7 },
        ];
        let mut octets = Vec::new();
        for event in events {
            Entry { at: Wall::from_unix_ms(1), event }.write_line(&mut octets);
        }
        octets
    }

    /// A reader that gives a few octets at a time, and is interrupted in between.
    struct Slow<'o>(&'o [u8], usize, bool);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.2 = !self.2;
            if self.2 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let most = self.1.min(into.len());
            self.0.read(&mut into[..most])
        }
    }

    proptest! {
        #[test]
        fn lines_that_are_searched_for_are_those_that_a_whole_reading_finds(
            order in proptest::collection::vec(0_usize..5, 0..40),
            step in 1_usize..300,
            cut in 0_usize..40,
            texts in proptest::sample::subsequence(vec!["\"id\":\"01kax3", "\"event\":\"provider\"", "\"id\":\"02", "e"], 0..4),
        ) {
            let all = lines();
            let lines: Vec<&[u8]> = all.split_inclusive(|octet| *octet == b'\n').collect();
            let mut octets: Vec<u8> = order.iter().flat_map(|n| lines[n % lines.len()]).copied().collect();
            octets.truncate(octets.len().saturating_sub(cut));
            let mut found = Vec::new();
            replay_with(Slow(&octets, step, false), &texts, |entry| found.push(entry)).expect("in memory");
            let has = |entry: &Entry| {
                let mut line = Vec::new();
                entry.write_line(&mut line);
                let line = String::from_utf8(line).expect("UTF-8");
                texts.iter().any(|text| line.contains(text))
            };
            let expected: Vec<Entry> = replay(&octets).entries.into_iter().filter(has).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_key_within_a_text_is_no_key() {
        let mut found = Vec::new();
        let octets = lines();
        replay_with(&octets[..], &["\"id\":\"01kax3"], |entry| found.push(entry.event)).expect("in memory");
        assert!(matches!(found[..], [Event::Held { .. }]), "{found:?}");
    }
}
