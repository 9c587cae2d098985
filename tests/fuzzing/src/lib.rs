//! Fuzz targets without a fuzzer: the whole corpus, and thousands of mutations of it, the same in every run.
//!
//! A real fuzzer finds more (cargo-fuzz, in the `fuzz/` folder of a crate); this keeps its targets working and every input
//! that was ever found harmless, with the stable compiler and within seconds. It knows nothing of what is read.

use std::path::Path;

/// Larger inputs are only fed as they are: their mutations take long and lead nowhere new.
const MUTATED_OCTETS_MAX: usize = 4_096;

/// One target: where its corpus is, and how it is fed.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, for messages.
    pub name: &'static str,
    /// The folder with one file an input; at least twenty.
    pub corpus: &'static str,
    /// Words that pieces of inputs are replaced by.
    pub words: &'static [&'static [u8]],
    /// How many mutations are fed.
    pub mutations: usize,
    /// Panics if a promise is broken; says whether it understood the input.
    pub entry_point: fn(&[u8]) -> bool,
}

impl Target {
    /// Feeds the corpus and its mutations; panics with the input that a promise is broken by, and if hardly any mutation
    /// is understood, or hardly any is not.
    pub fn feed(self) {
        let Self { name: target, words, mutations, entry_point, .. } = self;
        let corpus = corpus(self.corpus);
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
        for n in 0..mutations {
            // What is nearly an input that is understood leads deeper than what is none.
            let seeds = if chance.below(8) == 0 { &bad } else { &good };
            let (name, seed) = seeds[chance.below(seeds.len())];
            let mut octets = seed.clone();
            for _ in 0..=chance.below(2) {
                mutate(&mut octets, good[chance.below(good.len())].1, words, &mut chance);
            }
            understood += usize::from(try_with(&format!("mutation {n} of {name}"), &octets));
        }
        let enough = mutations / 20..mutations * 9 / 10;
        assert!(
            enough.contains(&understood),
            "{target}: {understood} of {mutations} mutations were understood: too few or too many"
        );
    }
}

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

/// Changes `octets` once; `other` is another input of the corpus.
fn mutate(octets: &mut Vec<u8>, other: &[u8], words: &[&[u8]], chance: &mut Chance) {
    let range = chance.range(octets);
    match chance.below(8) {
        0 => octets.truncate(range.start),
        1 => drop(octets.drain(range)),
        2 => {
            let piece = octets[range.clone()].to_vec();
            octets.splice(range.end..range.end, piece);
        }
        3 => drop(octets.splice(range, other[chance.range(other)].to_vec())),
        4 => drop(octets.splice(range, words[chance.below(words.len())].to_vec())),
        _ => {
            if let Some(octet) = octets.get_mut(range.start) {
                *octet ^= 1 << chance.below(8);
            }
        }
    }
}

/// Every file of the corpus with its name, in order.
fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = (std::fs::read_dir(Path::new(folder)).expect("a corpus"))
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("readable"))
        })
        .collect();
    files.sort();
    assert!(files.len() >= 20, "the corpus in {folder} has only {} files", files.len());
    files
}
