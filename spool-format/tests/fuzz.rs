//! The fuzz targets without a fuzzer: the whole corpus, and thousands of mutations of it, the same in every run.
//!
//! A real fuzzer finds more (`spool-format/fuzz/`); this keeps the targets working and every input that was ever found in
//! `spool-format/fuzz/corpus/` harmless, with the stable compiler and within seconds.

#[expect(unreachable_pub, reason = "to the fuzz targets this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use std::path::Path;

/// Mutations of each target: some 5 s for both together in a build without optimisation.
const MUTATIONS: usize = 15_000;
/// Larger inputs are only fed as they are: their mutations take long and lead nowhere new.
const MUTATED_OCTETS_MAX: usize = 4_096;

/// Words that pieces of documents are replaced by.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\u",
    b"\\ud800",
    b"\n",
    b"\r\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e999",
    b"1.5",
    b"18446744073709551616",
    b"\"\"",
    b"\"at\":",
    b"\"event\":",
    b"\"id\":",
    b"\"version\":1",
    b"\"subject\":",
    b"\"sent\"",
    b"\"2026-11-25T04:23:30Z\"",
    b"\"a@b\"",
    b"\xff",
    b"\xe3\x81",
    b"\0",
    b"[[[[[[[[",
    b"{\"x\":",
];

/// Chance that is the same in every run (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).expect("31 bits") % end.max(1)
    }

    fn range(&mut self, octets: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(octets.len() + 1);
        start..start + self.below((octets.len() - start).min(32) + 1)
    }
}

/// Changes `octets` once; `other` is another document of the corpus.
fn mutate(octets: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let range = chance.range(octets);
    match chance.below(8) {
        0 => octets.truncate(range.start),
        1 => drop(octets.drain(range)),
        2 => {
            let piece = octets[range.clone()].to_vec();
            octets.splice(range.end..range.end, piece);
        }
        3 => drop(octets.splice(range, other[chance.range(other)].to_vec())),
        4 => drop(octets.splice(range, WORDS[chance.below(WORDS.len())].to_vec())),
        _ => {
            if let Some(octet) = octets.get_mut(range.start) {
                *octet ^= 1 << chance.below(8);
            }
        }
    }
}

/// Every file of the corpus with its name, in order.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<(String, Vec<u8>)> = (std::fs::read_dir(folder).expect("a corpus"))
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("readable"))
        })
        .collect();
    files.sort();
    assert!(files.len() >= 20, "the corpus of {target} has only {} files", files.len());
    files
}

/// Feeds the corpus and its mutations to a target; says with what it failed.
fn feed(target: &str, entry_point: fn(&[u8]) -> bool) {
    let corpus = corpus(target);
    let try_with = |what: &str, octets: &[u8]| {
        let tried = std::panic::catch_unwind(|| entry_point(octets));
        tried.unwrap_or_else(|_| panic!("{target} fails with {what}: {}", octets.escape_ascii()))
    };
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (name, octets) in &corpus {
        let seeds = if try_with(name, octets) { &mut good } else { &mut bad };
        if octets.len() <= MUTATED_OCTETS_MAX {
            seeds.push((name, octets));
        }
    }
    let mut chance = Chance(0x5eed);
    let mut understood = 0;
    for n in 0..MUTATIONS {
        // What is nearly a document leads deeper than what is none.
        let seeds = if chance.below(8) == 0 { &bad } else { &good };
        let (name, seed) = seeds[chance.below(seeds.len())];
        let mut octets = seed.clone();
        for _ in 0..=chance.below(2) {
            mutate(&mut octets, good[chance.below(good.len())].1, &mut chance);
        }
        understood += usize::from(try_with(&format!("mutation {n} of {name}"), &octets));
    }
    let enough = MUTATIONS / 20..MUTATIONS * 9 / 10;
    assert!(
        enough.contains(&understood),
        "{understood} of {MUTATIONS} mutations were understood: too few or too many"
    );
}

#[test]
fn no_octets_upset_the_reader_of_alerts() {
    feed("alert", entry_points::alert);
}

#[test]
fn no_octets_upset_the_reader_of_journals() {
    feed("journal", entry_points::journal);
}
