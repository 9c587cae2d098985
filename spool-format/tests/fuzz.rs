//! The fuzz targets of the readers without a fuzzer (`spool-format/fuzz/`), with the stable compiler and within seconds.

#[expect(unreachable_pub, reason = "to the fuzz targets this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use fuzzing::Target;

/// Mutations of each target: some 5 s for both together in a build without optimisation.
const MUTATIONS: usize = 15_000;

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

#[test]
fn no_octets_upset_the_reader_of_alerts() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/alert");
    let entry_point = entry_points::alert;
    Target { name: "alert", corpus, words: WORDS, mutations: MUTATIONS, entry_point }.feed();
}

#[test]
fn no_octets_upset_the_reader_of_journals() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/journal");
    let entry_point = entry_points::journal;
    Target { name: "journal", corpus, words: WORDS, mutations: MUTATIONS, entry_point }.feed();
}
