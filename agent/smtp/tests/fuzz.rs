//! The fuzz targets of what a server says without a fuzzer (`agent/smtp/fuzz/`), with the stable compiler and within
//! seconds.

#[expect(unreachable_pub, reason = "to the fuzz targets this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use fuzzing::Target;

/// Words that pieces of replies and challenges are replaced by.
const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b" ",
    b"-",
    b"=",
    b",",
    b"\"",
    b"\\",
    b"\0",
    b"\xff",
    b"\xe3\x81",
    b"250",
    b"421",
    b"334",
    b"5.7.1",
    b"AUTH",
    b"SIZE",
    b"nonce=",
    b"realm=\"",
    b"charset=utf-8",
    b"algorithm=md5-sess",
    b"qop=\"auth\"",
    b"rspauth=",
    b"r=N",
    b"s=AAAA",
    b"i=4096",
    b"i=1000000000",
    b"v=AAAA",
    b"e=x",
    b"m=x",
    b"x=y",
];

fn target(
    name: &'static str,
    corpus: &'static str,
    mutations: usize,
    entry_point: fn(&[u8]) -> bool,
) -> Target {
    Target { name, corpus, words: WORDS, mutations, entry_point }
}

#[test]
fn no_octets_upset_the_reader_of_replies() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/reply");
    target("reply", corpus, 15_000, entry_points::reply).feed();
}

#[test]
fn no_octets_upset_the_reader_of_capabilities() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/ehlo");
    target("ehlo", corpus, 15_000, entry_points::ehlo).feed();
}

#[test]
fn no_challenge_upsets_digest_md5_or_makes_it_trust() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/digest_md5");
    target("digest_md5", corpus, 10_000, entry_points::digest_md5).feed();
}

/// Each that is understood costs thousands of hashes, so that there are fewer.
#[test]
fn no_challenge_upsets_scram_or_makes_it_trust() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/scram");
    target("scram", corpus, 600, entry_points::scram).feed();
}
