//! The fuzz target of whole messages without a fuzzer (`agent/mime/fuzz/`), with the stable compiler and within seconds.

#[expect(unreachable_pub, reason = "to the fuzz target this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use fuzzing::Target;

/// Words that pieces of messages are replaced by.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\r",
    b"\r\r\n",
    b"\n\n",
    b"\n ",
    b":",
    b"\0",
    b"\x1b$B",
    b"\x1b(B",
    b"\xff",
    b"\xe3\x81\x82",
    b"\x82\xa0",
    b"\nBcc: a@example.com,\n",
    b"\nbCC :",
    b"\nTo: root\n",
    b"\nFrom: ",
    b"\nFrom root Mon Nov 14 23:42 UTC 2016\n",
    b"\nMessage-ID: <a@b>\n",
    b"\nDKIM-Signature: v=1\n",
    b"\nContent-Type: text/plain; charset=",
    b"\nContent-Type: multipart/mixed; boundary=\"b\"\n",
    b"\nContent-Type: multipart/signed; boundary=b\n",
    b"\nContent-Type: message/rfc822\n",
    b"\nContent-Transfer-Encoding: base64\n",
    b"\nContent-Transfer-Encoding: quoted-printable\n",
    b"\nContent-Transfer-Encoding: 8bit\n",
    b"\nContent-Disposition: attachment; filename=\"\xe3\x81\x82",
    b"\n--b\n",
    b"\n--b--\n",
    b"=?utf-8?B?6Zqc?=",
    b"=?iso-2022-jp?B?",
    b"\"",
    b"(",
    b"<",
    b";",
    b"utf-16",
    b"shift_jis",
];

#[test]
fn no_octets_upset_what_makes_a_mail_of_a_whole_message() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/whole");
    let target =
        Target { name: "whole", corpus, words: WORDS, mutations: 2_500, entry_point: entry_points::whole };
    target.feed();
}
