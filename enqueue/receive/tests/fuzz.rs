//! The fuzz targets of what programs hand over without a fuzzer (`enqueue/receive/fuzz/`), with the stable compiler and within
//! seconds.

#[expect(unreachable_pub, reason = "to the fuzz targets this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use fuzzing::Target;

/// Words that pieces of inputs are replaced by.
const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n.\r\n",
    b"\n.\n",
    b".",
    b" ",
    b"\t",
    b"\0",
    b"\xff",
    b"\xe3\x81",
    b",",
    b";",
    b":",
    b"<",
    b">",
    b"(",
    b")",
    b"\"",
    b"\\",
    b"@",
    b"[",
    b"]",
    b"To:",
    b"Bcc:",
    b"bcc :",
    b"Resent-Bcc:",
    b"Subject:",
    b"From ",
    b"MAIL FROM:<a@x>",
    b"RCPT TO:<b@x>",
    b"DATA\r\n",
    b"RSET\r\n",
    b"EHLO x\r\n",
    b"QUIT\r\n",
    b"a@x",
];

fn target(name: &'static str, corpus: &'static str, entry_point: fn(&[u8]) -> bool) -> Target {
    Target { name, corpus, words: WORDS, mutations: 15_000, entry_point }
}

#[test]
fn no_client_upsets_a_session_or_gets_a_message_in_that_it_did_not_end() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/session");
    target("session", corpus, entry_points::session).feed();
}

#[test]
fn no_message_keeps_a_blind_copy_or_loses_its_text() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/message");
    target("message", corpus, entry_points::message).feed();
}

#[test]
fn no_list_of_addresses_upsets_its_reader() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/addresses");
    target("addresses", corpus, entry_points::addresses).feed();
}
