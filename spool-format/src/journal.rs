//! From the octets of a journal file to entries.
//!
//! A last line without its line end was torn by a crash: the event did not happen, and nothing is wrong. A
//! broken line anywhere else is skipped and reported, since it means that a disk or a person changed the file.
//! Events of a later version are skipped in silence. Nothing here reads a file.

use crate::event::Entry;

/// What one journal file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// Numbers of the lines, from 1, that are not entries though they are whole.
    pub broken: Vec<usize>,
    /// Octets of a last line that has no end; whoever appends to the file cuts them off first.
    pub torn_octets: usize,
}

/// Reads a whole journal file.
pub fn replay(octets: &[u8]) -> Replay {
    let mut found = Replay::default();
    for (at, line) in octets.split_inclusive(|octet| *octet == b'\n').enumerate() {
        let Some(line) = line.strip_suffix(b"\n") else {
            found.torn_octets = line.len();
            break;
        };
        match serde_json::from_slice::<Entry>(line) {
            Ok(entry) => found.entries.push(entry),
            Err(_) if is_of_a_later_version(line) => {}
            Err(_) => found.broken.push(at + 1),
        }
    }
    found
}

/// Whether a line is an entry in form, with an event that this version does not know.
fn is_of_a_later_version(line: &[u8]) -> bool {
    const KNOWN: [&str; 12] = [
        "started", "stopped", "accepted", "attempt", "dot-sent", "outcome", "deferred", "held", "released",
        "sent", "dead", "corrupt",
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
    use crate::{Address, AlertId, Severity, Wall};
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
            Event::Started { boot: "b".into(), program: "0.1.0".into() },
            Event::Stopped,
            Event::Accepted {
                id,
                uid: 0,
                recipients: vec![to.clone()],
                unusable: vec![],
                message_id: None,
                severity: Severity::Info,
                key: None,
                subject: "s".into(),
            },
            Event::Attempt { id, attempt: 1, provider: "home".into(), recipients: vec![to.clone()] },
            Event::DotSent { id, attempt: 1, provider: "home".into() },
            Event::Outcome { id, attempt: 1, provider: "home".into(), took_ms: 5, recipients: vec![result] },
            Event::Deferred { id, passes: 1, until: Wall::from_unix_ms(9) },
            Event::Held { id },
            Event::Released { id },
            Event::Sent { id, delivered: vec![to], refused: vec![] },
            Event::Dead { id, reason: "r".into() },
            Event::Corrupt { name: "x".into(), reason: "r".into() },
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
        assert_eq!(replay(&octets), Replay { entries, broken: vec![], torn_octets: 0 });
    }

    #[test]
    fn a_torn_last_line_did_not_happen_wherever_it_was_cut() {
        let (entries, octets) = lines();
        for cut in 0..octets.len() {
            let found = replay(&octets[..cut]);
            let whole = octets[..cut].split(|octet| *octet == b'\n').count() - 1;
            assert_eq!(found.entries, entries[..whole], "cut at {cut}");
            assert!(found.broken.is_empty());
        }
    }

    #[test]
    fn a_broken_line_in_the_middle_is_skipped_and_reported() {
        let (entries, octets) = lines();
        let text = String::from_utf8(octets).expect("UTF-8");
        let changed = text.replacen("\"stopped\"", "\"stopped", 1);
        let found = replay(changed.as_bytes());
        assert_eq!((found.entries.len(), found.broken), (entries.len() - 1, vec![2]));
    }

    #[test]
    fn an_event_of_a_later_version_is_no_damage() {
        let found = replay(b"{\"at\":\"2026-11-25T00:00:00Z\",\"event\":\"folded\",\"into\":\"x\"}\n");
        assert_eq!(found, Replay::default());
    }

    proptest! {
        #[test]
        fn no_octets_make_the_reader_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = replay(&octets);
        }
    }
}
