//! The fuzz targets of command lines without a fuzzer (`enqueue/fuzz/`), with the stable compiler and within seconds.

#[expect(unreachable_pub, reason = "to the fuzz targets this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use fuzzing::Target;

/// Words that pieces of inputs are replaced by.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\n\n",
    b"\r\n",
    b"\\n",
    b" ",
    b"-",
    b"--",
    b"=",
    b",",
    b":",
    b";",
    b"<",
    b">",
    b"\"",
    b"\\",
    b"\0",
    b"\xff",
    b"\xe3\x81",
    b"{",
    b"}",
    b"[",
    b"null",
    b"1e999",
    b"-1",
    b"@",
    b"a@example.com",
    b"root",
    b"-t\n",
    b"-i\n",
    b"-f\n",
    b"-s\n",
    b"-oi\n",
    b"-bs\n",
    b"-b\n",
    b"To: ",
    b"Bcc: ",
    b"Subject: ",
    b"systemd\n",
    b"NOTIFYTYPE=",
    b"UPSNAME=",
];

fn feed(name: &'static str, corpus: &'static str, entry_point: fn(&[u8]) -> bool) {
    Target { name, corpus, words: WORDS, mutations: 3_000, entry_point }.feed();
}

#[test]
fn whatever_a_monitor_says_is_one_alert_that_can_be_read() {
    feed("callers", concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/callers"), entry_points::callers);
}

#[test]
fn no_words_upset_mail_and_no_text_is_lost() {
    feed("mail", concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/mail"), entry_points::mail);
}

#[test]
fn no_words_upset_sendmail_and_no_message_is_lost() {
    feed("sendmail", concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/sendmail"), entry_points::sendmail);
}

#[test]
fn no_options_upset_enqueue_and_its_id_is_that_of_an_alert() {
    feed("options", concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/options"), entry_points::options);
}
