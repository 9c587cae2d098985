//! From the octets of a journal file to entries.
//!
//! A last line without its line end was torn by a crash: the event did not happen, and nothing is wrong. A
//! broken line anywhere else is skipped and reported, since it means that a disk or a person changed the file.
//! Events of a later version are skipped in silence. Nothing here opens a file, and a file is never in memory as a whole.

mod blocks;

use std::io::{self, BufRead, BufReader, Read};

use crate::entry::Entry;
use crate::event::Event;
use blocks::Blocks;

/// What one journal file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// What else was seen.
    pub seen: Seen,
}

/// What a journal file holds besides its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Numbers of the lines, from 1, that are not entries though they are whole.
    pub broken: Vec<usize>,
    /// Octets of whole lines; whoever appends to the file cuts off what is behind them.
    pub whole_octets: u64,
    /// Octets of a last line that has no end.
    pub torn_octets: usize,
}

/// Reads a whole journal file that is in memory.
pub fn replay(octets: &[u8]) -> Replay {
    let mut entries = Vec::new();
    let seen = replay_each(octets, |entry| entries.push(entry)).expect("octets in memory can be read");
    Replay { entries, seen }
}

/// Reads a whole journal file, one entry after the other. Fails only if reading does.
pub fn replay_each(reader: impl Read, mut each: impl FnMut(Entry)) -> io::Result<Seen> {
    replay_lines(reader, |_, entry| each(entry))
}

/// The same, with each line as it stands there, without its end.
pub fn replay_lines(reader: impl Read, mut each: impl FnMut(&[u8], Entry)) -> io::Result<Seen> {
    let mut seen = Seen::default();
    let mut blocks = Blocks::new(reader);
    let mut number = 0;
    let mut take = |line: &[u8], read| {
        number += 1;
        seen.whole_octets += line.len() as u64 + 1;
        match read {
            Line::Entry(entry) => each(line, entry),
            Line::Later => {}
            Line::Broken => seen.broken.push(number),
        }
    };
    while blocks.next(&mut take)? {}
    seen.torn_octets = blocks.torn_octets();
    Ok(seen)
}

/// What a whole line is.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are entries")]
enum Line {
    Entry(Entry),
    /// An event of a later version.
    Later,
    Broken,
}

/// Whether a whole line, without its end, is an entry, be it one of a later version.
pub fn is_entry(line: &[u8]) -> bool {
    !matches!(parse(line), Line::Broken)
}

fn parse(line: &[u8]) -> Line {
    // Whether it is UTF-8 is quicker to say of the whole line than of each text in it.
    let read = match std::str::from_utf8(line) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(line),
    };
    match read {
        Ok(entry) => Line::Entry(entry),
        Err(_) if is_of_a_later_version(line) => Line::Later,
        Err(_) => Line::Broken,
    }
}

/// Whether a journal file begins with a checkpoint that is whole. Reads no further than that.
pub fn begins_with_a_checkpoint(reader: impl Read) -> io::Result<bool> {
    let mut lines = Lines::new(reader);
    let mut alive = 0;
    while let Some(line) = lines.next_whole()? {
        match serde_json::from_slice::<Entry>(line).map(|entry| entry.event) {
            Ok(Event::Alive(_)) => alive += 1,
            Ok(Event::Provider { .. } | Event::Drill(_) | Event::Canary(_) | Event::Notice(_)) => {}
            Ok(Event::Checkpoint { alive: all }) => return Ok(all == alive),
            _ => return Ok(false),
        }
    }
    Ok(false)
}

/// Whole lines of a file, one at a time in the same buffer.
struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(64 * 1024, reader), line: Vec::new() }
    }

    /// The next line without its end; `None` at the end of the file, with a torn line left in the buffer.
    fn next_whole(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        self.reader.read_until(b'\n', &mut self.line)?;
        Ok(self.line.strip_suffix(b"\n"))
    }
}

/// Whether a line is an entry in form, with an event that this version does not know.
fn is_of_a_later_version(line: &[u8]) -> bool {
    const KNOWN: [&str; 22] = [
        "started",
        "stopped",
        "accepted",
        "attempt",
        "dot-sent",
        "outcome",
        "deferred",
        "held",
        "released",
        "retry",
        "edited",
        "requeued",
        "purged",
        "sent",
        "dead",
        "corrupt",
        "provider",
        "canary",
        "drill",
        "notice",
        "alive",
        "checkpoint",
    ];
    serde_json::from_slice::<serde_json::Value>(line)
        .ok()
        .and_then(|value| {
            Some((value.get("at")?.as_str()?.to_owned(), value.get("event")?.as_str()?.to_owned()))
        })
        .is_some_and(|(_, event)| !KNOWN.contains(&event.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, RecipientResult, Settlement};
    use crate::outage::{Cause, Outage};
    use crate::{Address, AlertId, Notice, NoticeKind, Severity, Wall};
    use proptest::prelude::*;

    fn every_event() -> Vec<Event> {
        let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
        let to = Address::parse("oncall@example.jp").expect("an address");
        let result = RecipientResult {
            to: to.clone(),
            result: Settlement::Open,
            phase: "rcpt".into(),
            code: Some(450),
            enhanced: Some("4.2.1".into()),
            text: "busy".into(),
            scope: Some("recipient".into()),
            duration: Some("soft".into()),
            rule: Some("mailbox-busy".into()),
        };
        vec![
            Event::Started { boot: "b".into(), program: "0.1.0".into(), anew: false },
            Event::Stopped,
            Event::Accepted {
                id,
                uid: 0,
                octets: 0,
                recipients: vec![to.clone()],
                unusable: vec![],
                created: None,
                ttl: None,
                message_id: None,
                notice: false,
                canary: None,
                severity: Severity::Info,
                key: None,
                subject: "s".into(),
            },
            Event::Attempt {
                id,
                attempt: 1,
                provider: "home".into(),
                recipients: vec![to.clone()],
                beside: Some(1),
            },
            Event::DotSent {
                id,
                attempt: 1,
                provider: "home".into(),
                notes: vec![],
                text: None,
                files: vec![],
            },
            Event::Outcome {
                id,
                attempt: 1,
                provider: "home".into(),
                took_ms: 5,
                preferred: Vec::new(),
                recipients: vec![result],
            },
            Event::Deferred { id, passes: 1, until: Wall::from_unix_ms(9), why: None },
            Event::Held { id, by: 0 },
            Event::Released { id, by: 0 },
            Event::Sent { id, delivered: vec![to], refused: vec![] },
            Event::Dead { id, reason: "r".into(), by: None },
            Event::Corrupt { name: "x".into(), reason: "r".into() },
            Event::Notice(Box::new(Notice {
                open: true,
                alert: Some(id),
                told: Some(Wall::from_unix_ms(3)),
                ..Notice::new(NoticeKind::ProviderFailing, "home".into(), Wall::from_unix_ms(2))
            })),
            Event::Provider { provider: "docomo".into(), outage: None },
            Event::Provider {
                provider: "home".into(),
                outage: Some(Outage {
                    since: Wall::from_unix_ms(7),
                    until: Wall::from_unix_ms(9),
                    openings: 2,
                    cause: Cause::Login,
                    reason: "535".into(),
                }),
            },
        ]
    }

    fn lines() -> (Vec<Entry>, Vec<u8>) {
        let entries: Vec<Entry> =
            every_event().into_iter().map(|event| Entry { at: Wall::from_unix_ms(1), event }).collect();
        let mut octets = Vec::new();
        for entry in &entries {
            entry.write_line(&mut octets);
        }
        (entries, octets)
    }

    #[test]
    fn every_event_survives_a_round_trip() {
        let (entries, octets) = lines();
        let whole_octets = octets.len() as u64;
        assert_eq!(replay(&octets), Replay { entries, seen: Seen { whole_octets, ..Seen::default() } });
    }

    #[test]
    fn a_torn_last_line_did_not_happen_wherever_it_was_cut() {
        let (entries, octets) = lines();
        for cut in 0..octets.len() {
            let found = replay(&octets[..cut]);
            let whole = octets[..cut].split(|octet| *octet == b'\n').count() - 1;
            assert_eq!(found.entries, entries[..whole], "cut at {cut}");
            assert!(found.seen.broken.is_empty());
            assert_eq!(found.seen.whole_octets + found.seen.torn_octets as u64, cut as u64);
        }
    }

    #[test]
    fn a_broken_line_in_the_middle_is_skipped_and_reported() {
        let (entries, octets) = lines();
        let text = String::from_utf8(octets).expect("UTF-8");
        let changed = text.replacen("\"stopped\"", "\"stopped", 1);
        let found = replay(changed.as_bytes());
        assert_eq!((found.entries.len(), found.seen.broken), (entries.len() - 1, vec![2]));
    }

    #[test]
    fn an_event_of_a_later_version_is_no_damage() {
        let found = replay(b"{\"at\":\"2026-11-25T00:00:00Z\",\"event\":\"folded\",\"into\":\"x\"}\n");
        assert_eq!((found.entries, found.seen.broken), (vec![], vec![]));
    }

    #[test]
    fn a_checkpoint_counts_only_when_it_is_whole_and_at_the_beginning() {
        let mut ledger = crate::Ledger::default();
        lines().0.into_iter().for_each(|entry| ledger.take(entry));
        let mut octets = Vec::new();
        for event in ledger.checkpoint(|_| true) {
            Entry { at: Wall::from_unix_ms(1), event }.write_line(&mut octets);
        }
        let begins = |octets: &[u8]| begins_with_a_checkpoint(octets).expect("in memory");
        assert!(begins(&octets));
        assert!(begins(&[&octets[..], &lines().1].concat()));
        assert!(!begins(&octets[..octets.len() - 1]), "torn");
        assert!(!begins(&[lines().1, octets.clone()].concat()), "not at the beginning");
        let second = octets.iter().position(|octet| *octet == b'\n').expect("lines") + 1;
        assert!(!begins(&octets[second..]), "a line is missing");
    }

    /// Gives a few octets at a time, and is interrupted in between.
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

    #[test]
    fn a_long_file_is_read_in_order_with_every_line_numbered_however_it_comes() {
        let (_, once) = lines();
        let long = format!(
            r#"{{"at":"2026-11-25T00:00:00.000Z","event":"dead","id":"01kax3tzzzzzzzzzzzzzzzzzzz","reason":"{}"}}"#,
            "x".repeat(700_000)
        );
        let mut octets = once.repeat(400);
        octets.extend(long.as_bytes());
        octets.extend(b"\nnot an entry\n");
        octets.extend(once.repeat(400));
        octets.extend(b"{\"torn");
        let expected: Vec<Vec<u8>> = octets
            .split(|octet| *octet == b'\n')
            .filter(|line| line.starts_with(br#"{"at"#))
            .map(<[u8]>::to_vec)
            .collect();
        for step in [octets.len(), 300_000, 9_973] {
            let mut found: Vec<Vec<u8>> = Vec::new();
            let seen = replay_lines(Slow(&octets, step, false), |line, entry| {
                let mut again = Vec::new();
                entry.write_line(&mut again);
                assert_eq!(again.strip_suffix(b"\n"), Some(line));
                found.push(line.to_vec());
            });
            assert!(found == expected, "steps of {step}: {} of {} lines", found.len(), expected.len());
            let broken = 400 * lines().0.len() + 2;
            let whole_octets = octets.len() as u64 - 6;
            assert_eq!(seen.expect("in memory"), Seen { broken: vec![broken], whole_octets, torn_octets: 6 });
        }
    }

    proptest! {
        #[test]
        fn no_octets_make_the_reader_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = replay(&octets);
        }
    }
}
