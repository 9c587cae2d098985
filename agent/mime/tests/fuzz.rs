//! The fuzz target of the composer without a fuzzer (`agent/mime/fuzz/`), with the stable compiler and within seconds.

#[expect(unreachable_pub, reason = "to the fuzz target this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use fuzzing::Target;

/// Words that pieces of alerts are replaced by.
const WORDS: &[&[u8]] = &[
    b"\x1e",
    b"\r\n",
    b"\r\nBcc: x@example.net\r\n\r\n",
    b"\n",
    b" ",
    b"  ",
    b"\t",
    b"\0",
    b"\x1b$B",
    b"\x1b(B",
    b"=?",
    b"?=",
    b"=?UTF-8?B?eA==?=",
    b"\"",
    b"\\",
    b"<x@example.net>",
    b"--=_01j9x3c4d5e6f7g8h9j0k1m2n3--",
    b"\xff",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xae",
    "障害".as_bytes(),
    "ｶﾞ".as_bytes(),
    "か\u{3099}".as_bytes(),
    "①".as_bytes(),
    "㈱".as_bytes(),
    "〜".as_bytes(),
    "é".as_bytes(),
    "🚨".as_bytes(),
    "👨\u{200D}👩".as_bytes(),
    b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

#[test]
fn no_alert_breaks_its_mail() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/compose");
    let entry_point = entry_points::compose;
    Target { name: "compose", corpus, words: WORDS, mutations: 6_000, entry_point }.feed();
}
