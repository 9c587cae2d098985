//! What fuzzers call: any octets, read as an alert or as a file of the journal, and what has to hold whatever they are.
//!
//! Each function panics if a promise is broken, and does nothing else. libFuzzer calls them through `fuzz_targets/`, and
//! `spool-format/tests/fuzz.rs` in every test run.

use serde_json::Value;
use spool_format::alert::{ALERT_OCTETS_MAX, RECIPIENTS_MAX};
use spool_format::journal::{Replay, Seen, begins_with_a_checkpoint, replay};
use spool_format::{Alert, AlertId, Ledger, State};

/// Reads `octets` as the alert in a file. What is read keeps the limits, and is written and read again as the same.
/// Says whether they are an alert, for a caller who wants to know that it tries enough of them.
pub fn alert(octets: &[u8]) -> bool {
    let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id");
    let read = match Alert::parse(octets, id) {
        Ok(read) => read,
        Err(error) => {
            // Goes into a file and a log for people.
            assert!(!error.to_string().is_empty());
            return false;
        }
    };
    // Not that they are UTF-8: what an attachment has in a field of a later version is skipped unread.
    assert!(octets.len() <= ALERT_OCTETS_MAX);
    assert!(read.recipients().count() <= RECIPIENTS_MAX && read.id.is_none_or(|inside| inside == id));
    assert!(!read.subject.is_empty() || !read.body.is_empty() || read.message.is_some());
    let written = read.to_octets();
    assert!(written.ends_with(b"}\n") && !written[..written.len() - 1].contains(&b'\n'), "one line");
    // Numbers and escapes may grow when they are written; what is larger then is refused for that alone.
    if written.len() <= ALERT_OCTETS_MAX {
        let again = Alert::parse(&written, id).expect("what was written can be read");
        assert!(is_same(&read, &again), "{read:?}\n{again:?}");
    }
    true
}

/// All fields the same; in those of a later version fractions may differ in their last digit.
fn is_same(one: &Alert, other: &Alert) -> bool {
    let known = |alert: &Alert| Alert { unknown: std::collections::BTreeMap::new(), ..alert.clone() };
    let unknown = |alert: &Alert| alert.unknown.clone().into_iter().collect::<Value>();
    known(one) == known(other) && is_same_value(&unknown(one), &unknown(other))
}

fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same_value(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && is_same_value(one.1, other.1))
        }
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(a), Some(b)) => {
                one == other || (a - b).abs() <= a.abs() * 1e-15 || (a - b).abs() < f64::MIN_POSITIVE
            }
            _ => one == other,
        },
        _ => one == other,
    }
}

/// Reads `octets` as a file of the journal, whole and cut off as a crash would. Says whether it holds any entry.
pub fn journal(octets: &[u8]) -> bool {
    let whole = replay(octets);
    expect_consistent(octets, &whole);
    let third = octets.len() / 3;
    for cut in [third, 2 * third, octets.len().saturating_sub(1)] {
        let part = replay(&octets[..cut]);
        expect_consistent(&octets[..cut], &part);
        assert!(whole.entries.starts_with(&part.entries), "a crash changes no entry and adds none");
        assert!(whole.seen.broken.starts_with(&part.seen.broken), "a crash breaks no line");
    }
    let mut lines = Vec::new();
    whole.entries.iter().for_each(|entry| entry.write_line(&mut lines));
    let whole_octets = lines.len() as u64;
    let again = Replay { entries: whole.entries.clone(), seen: Seen { whole_octets, ..Seen::default() } };
    assert_eq!(replay(&lines), again, "what was written can be read");
    expect_sent_is_final(&whole);
    begins_with_a_checkpoint(octets).expect("octets in memory can be read");
    !whole.entries.is_empty()
}

/// Each line is an entry, or broken, or of a later version; what stands behind the last line end was torn.
fn expect_consistent(octets: &[u8], found: &Replay) {
    let ends = octets.split(|octet| *octet == b'\n').count() - 1;
    let broken = &found.seen.broken;
    assert!(found.entries.len() + broken.len() <= ends);
    assert!(broken.is_sorted_by(|a, b| a < b) && broken.iter().all(|line| (1..=ends).contains(line)));
    let behind = octets.iter().rposition(|octet| *octet == b'\n').map_or(0, |at| at + 1);
    assert_eq!((found.seen.whole_octets, found.seen.torn_octets), (behind as u64, octets.len() - behind));
}

/// No entry brings an alert back that was sent, and each entry about an alert is known to its history.
fn expect_sent_is_final(found: &Replay) {
    let mut ledger = Ledger::default();
    let mut sent = std::collections::BTreeSet::new();
    for entry in &found.entries {
        ledger.take(entry.clone());
        let Some(id) = entry.event.alert() else { continue };
        let state = ledger.alerts[&id].state;
        assert!(state == State::Sent || !sent.contains(&id), "{id} came back");
        if state == State::Sent {
            sent.insert(id);
        }
    }
}
