//! The fuzz targets of this crate without a fuzzer (`agent/mime/fuzz/`), with the stable compiler and within seconds.

#[expect(unreachable_pub, reason = "to the fuzz target this module is a crate")]
#[path = "../fuzz/src/lib.rs"]
mod entry_points;

use fuzzing::Target;

/// Words that pieces of alerts are replaced by.
const WORDS_OF_ALERTS: &[&[u8]] = &[
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
    Target { name: "compose", corpus, words: WORDS_OF_ALERTS, mutations: 6_000, entry_point }.feed();
}

/// Words that pieces of messages are replaced by.
const WORDS_OF_MESSAGES: &[&[u8]] = &[
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
    let target = Target {
        name: "whole",
        corpus,
        words: WORDS_OF_MESSAGES,
        mutations: 2_500,
        entry_point: entry_points::whole,
    };
    target.feed();
}
