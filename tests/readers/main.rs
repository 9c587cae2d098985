//! Mails that every reader shows exactly as they were meant: thousands of them, drawn by lot, read by programs that share
//! nothing with the composer, nor with each other. `README.md` beside this file has the table.

mod expected;
mod faults;
mod judge;
mod reader;
mod sample;
mod scalars;
mod table;
mod words;

use std::fmt::Write as _;

use expected::{Expected, expected};
use faults::FAULTS;
use judge::{Column, Outcome, judge};
use reader::{READERS, Reader, Reading};
use sample::{POLICIES, Sample};
use table::Table;

/// Seeds of a run that nobody waits for, and of all others.
const SEEDS_ALL: u64 = 10_000;
const SEEDS: u64 = 500;
/// Seeds that are in memory at a time.
const SEEDS_AT_ONCE: u64 = 1_000;
/// Differences of each reader that are told in full.
const TOLD_MAX: usize = 10;

/// Whether to take the time to try everything.
fn is_whole_run() -> bool {
    std::env::var_os("ALERTMAIL_TEST_EVERY_READING").is_some()
}

#[expect(clippy::print_stdout, reason = "the table is for whoever runs the tests")]
fn note(text: &str) {
    println!("{text}");
}

/// Asks all readers at once; those that are not there are left out, but not where CI is set.
fn ask(mails: &[&[u8]]) -> Vec<(Reader, Result<Vec<Reading>, String>)> {
    std::thread::scope(|scope| {
        let asked = READERS.map(|reader| (reader, scope.spawn(move || reader.read(mails.iter().copied()))));
        asked.map(|(reader, answer)| (reader, answer.join().expect("a reader"))).into()
    })
}

#[test]
fn every_reader_shows_every_subject_name_body_and_file_name_as_it_was_meant() {
    let seeds = if is_whole_run() { SEEDS_ALL } else { SEEDS };
    let (mut table, mut differences, mut told) = (Table::default(), 0, String::new());
    for first in (0..seeds).step_by(usize::try_from(SEEDS_AT_ONCE).expect("few")) {
        let heap = first..seeds.min(first + SEEDS_AT_ONCE);
        let samples: Vec<Sample> =
            heap.flat_map(|seed| POLICIES.map(|policy| Sample::new(seed, policy))).collect();
        let all: Vec<Vec<Expected>> = samples.iter().map(expected).collect();
        let mails: Vec<&[u8]> = samples.iter().map(|sample| &sample.composed.octets[..]).collect();
        for (reader, answer) in ask(&mails) {
            let readings = match answer {
                Ok(readings) => readings,
                Err(why) if first == 0 => {
                    table.leave_out(reader, &why);
                    continue;
                }
                Err(_) => continue,
            };
            let mut told_of = 0;
            for ((sample, expected), reading) in samples.iter().zip(&all).zip(&readings) {
                judge(
                    reader.name,
                    reader.reads,
                    &sample.composed.octets,
                    expected,
                    reading,
                    |case, outcome| {
                        table.add(reader, Column::of(case.expected.key), outcome);
                        if matches!(outcome, Outcome::Different) {
                            differences += 1;
                            told_of += 1;
                            if told_of <= TOLD_MAX {
                                let (key, text) = (case.expected.key, &case.expected.text);
                                let _ = writeln!(
                                    told,
                                    "{}, {}: {key}\n    meant {text:?}\n    shown {:?}\n    field {}",
                                    sample.name, reader.name, case.got, case.field
                                );
                            }
                        }
                    },
                );
            }
        }
    }
    note(&table.to_markdown());
    assert_eq!(differences, 0, "some texts are not shown as they were meant:\n{told}");
    table.expect_all_to_have_been_asked();
}

#[test]
fn every_fault_of_a_reader_is_seen_in_a_mail_that_shows_it() {
    let mails: Vec<Vec<u8>> = FAULTS
        .iter()
        .map(|fault| {
            let body = if fault.mail.contains("\n\n") { "" } else { "\nbody\n" };
            format!("{}{body}", fault.mail).replace('\n', "\r\n").into_bytes()
        })
        .collect();
    let mails: Vec<&[u8]> = mails.iter().map(Vec::as_slice).collect();
    for (reader, answer) in ask(&mails) {
        let Ok(readings) = answer else { continue };
        for (fault, reading) in
            FAULTS.iter().zip(readings).filter(|(fault, _)| fault.readers.contains(&reader.name))
        {
            let (key, right) = fault.right;
            let got = reading.iter().rev().find(|(it, _)| it == key).map(|(_, text)| text.as_str());
            if got == Some(right) {
                note(&format!("{} no longer {}", reader.name, fault.what));
            } else {
                assert_eq!(got, Some(fault.wrong), "{}, {}: {reading:?}", reader.name, fault.what);
            }
        }
    }
}
