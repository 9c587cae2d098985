//! Messages of the programs that people use: with files, sealed, and within each other.

use mime::Treatment::{PassedThrough, Recomposed};

use super::inputs::{Input, input};

pub(super) fn all() -> Vec<Input> {
    [clients(), sealed(), nested()].into_iter().flatten().collect()
}

/// Mails of people's programs.
fn clients() -> Vec<Input> {
    vec![
        input(
            "mutt",
            "Date: Wed, 25 Nov 2026 14:14:02 +0900\nFrom: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <yamada@db1.example.jp>\n\
             To: ops@example.jp\nCc: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <y@example.com>, b@example.com\n\
             Subject: =?iso-2022-jp?B?GyRCPmMzMhsoQg==?= report\nMessage-ID: <ZWGhsk3xQ@db1.example.jp>\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=iso-2022-jp\nContent-Disposition: inline\n\
             User-Agent: Mutt/2.2.12 (2023-09-09)\n\n\x1b$B>c32\x1b(B\n",
            Recomposed,
            "障害 report",
            &[("text/plain", "障害\n")],
            "yamada@db1.example.jp",
        ),
        input(
            "format=flowed",
            "From: a@example.com\nTo: ops@example.jp\nSubject: flowed\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes\nContent-Transfer-Encoding: 8bit\n\n\
             障害が \n発生した \n> quoted\n-- \nme\n",
            Recomposed,
            "flowed",
            &[("text/plain", "障害が \n発生した \n> quoted\n-- \nme\n")],
            "a@example.com",
        ),
        input(
            "python with a file",
            "Content-Type: multipart/mixed; boundary=\"===============123==\"\nMIME-Version: 1.0\n\
             From: job@example.com\nTo: ops@example.jp\nSubject: =?utf-8?b?6Zqc5a6z?=\n\n\
             --===============123==\nContent-Type: text/plain; charset=\"utf-8\"\nMIME-Version: 1.0\n\
             Content-Transfer-Encoding: base64\n\n6Zqc5a6zCg==\n\n\
             --===============123==\nContent-Type: text/csv\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\
             Content-Disposition: attachment; filename*=utf-8''%E9%9A%9C%E5%AE%B3.csv\n\nYSxiCjEsMgo=\n\n\
             --===============123==--\n",
            PassedThrough,
            "障害",
            &[("text/plain", "障害\n"), ("text/csv", "a,b\n1,2\n")],
            "job@example.com",
        ),
        input(
            "outlook by exchange",
            "From: \"Yamada, Taro\" <taro@corp.example.com>\nTo: \"ops@example.jp\" <ops@example.jp>\n\
             Subject: RE: disk\nThread-Topic: disk\nThread-Index: AdoXyz==\nDate: Wed, 25 Nov 2026 05:14:02 +0000\n\
             Message-ID: <TY1PR01MB@TY1PR01MB.jpnprd01.prod.example.com>\nX-MS-Has-Attach:\nMIME-Version: 1.0\n\
             Content-Type: multipart/related;\n\tboundary=\"_004_TY1_\";\n\ttype=\"multipart/alternative\"\n\n\
             --_004_TY1_\nContent-Type: multipart/alternative;\n\tboundary=\"_000_TY1_\"\n\n\
             --_000_TY1_\nContent-Type: text/plain; charset=\"iso-2022-jp\"\nContent-Transfer-Encoding: quoted-printable\n\n\
             =1B$B>c32=1B(B\n\n--_000_TY1_\nContent-Type: text/html; charset=\"iso-2022-jp\"\n\
             Content-Transfer-Encoding: quoted-printable\n\n<p>=1B$B>c32=1B(B</p>\n\n--_000_TY1_--\n\n\
             --_004_TY1_\nContent-Type: image/png; name=\"a.png\"\nContent-ID: <a>\nContent-Transfer-Encoding: base64\n\n\
             iVBORw0KGgo=\n\n--_004_TY1_--\n",
            PassedThrough,
            "RE: disk",
            &[
                ("text/plain", "障害\n"),
                ("text/html", "<p>障害</p>\n"),
                ("image/png", "\u{fffd}PNG\r\n\x1a\n"),
            ],
            "taro@corp.example.com",
        ),
        input(
            "html alone, raw",
            "From: a@example.com\nTo: ops@example.jp\nSubject: h\nMIME-Version: 1.0\n\
             Content-Type: text/html; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n<p>障害</p>\n",
            PassedThrough,
            "h",
            &[("text/html", "<p>障害</p>\n")],
            "a@example.com",
        ),
        input(
            "raw file name and raw text",
            "From: a@example.com\nTo: ops@example.jp\nSubject: 障害\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n障害\n--b\n\
             Content-Type: application/octet-stream; name=\"障害.log\"\n\
             Content-Disposition: attachment; filename=\"障害.log\"\n\n障\n--b--\n",
            PassedThrough,
            "障害",
            &[("text/plain", "障害"), ("application/octet-stream", "障")],
            "a@example.com",
        ),
    ]
}

const SMIME: &str = "From: a@example.com\nTo: ops@example.jp\nSubject: signed\nMIME-Version: 1.0\n\
     Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=\"sha-256\"; boundary=\"----1A\"\n\n\
     This is an S/MIME signed message\n\n------1A\nContent-Type: text/plain; charset=us-ascii\n\
     Content-Transfer-Encoding: 7bit\n\nsigned  text \n\n------1A\n\
     Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\nContent-Transfer-Encoding: base64\n\
     Content-Disposition: attachment; filename=\"smime.p7s\"\n\nMIIB\n\n------1A--\n\n";

/// Signed and encrypted.
fn sealed() -> Vec<Input> {
    vec![
        input(
            "s/mime signed",
            SMIME,
            PassedThrough,
            "signed",
            &[("text/plain", "signed  text \n"), ("application/pkcs7-signature", "0\u{fffd}\u{1}")],
            "a@example.com",
        ),
        input(
            "s/mime encrypted",
            "From: a@example.com\nTo: ops@example.jp\nSubject: sealed\nMIME-Version: 1.0\n\
             Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\n\
             Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"smime.p7m\"\n\nMIIB\n",
            PassedThrough,
            "sealed",
            &[("application/pkcs7-mime", "0\u{fffd}\u{1}")],
            "a@example.com",
        ),
        input(
            "pgp encrypted",
            "From: a@example.com\nTo: ops@example.jp\nSubject: ...\nMIME-Version: 1.0\n\
             Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"e\"\n\n\
             --e\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--e\n\
             Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n\
             -----END PGP MESSAGE-----\n\n--e--\n",
            PassedThrough,
            "...",
            &[
                ("application/pgp-encrypted", "Version: 1\n"),
                (
                    "application/octet-stream",
                    "-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n",
                ),
            ],
            "a@example.com",
        ),
        input(
            "pgp inline",
            "From: a@example.com\nTo: ops@example.jp\nSubject: clear\nContent-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: 8bit\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n障害\n\
             -----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
            PassedThrough,
            "clear",
            &[(
                "text/plain",
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n障害\n\
                 -----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
            )],
            "a@example.com",
        ),
    ]
}

/// Messages within messages.
fn nested() -> Vec<Input> {
    vec![
        input(
            "a report of a failure",
            "From: MAILER-DAEMON@db1.example.jp\nTo: ops@example.jp\nSubject: Undelivered Mail\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"r/1\"\n\n\
             This is a MIME-encapsulated message.\n\n--r/1\nContent-Type: text/plain; charset=us-ascii\n\nsorry\n\n\
             --r/1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; db1\n\nAction: failed\n\n\
             --r/1\nContent-Type: message/rfc822\n\nFrom: x@example.com\nSubject: inner\nBcc: y@example.com\n\nhi\n\n\
             --r/1--\n",
            PassedThrough,
            "Undelivered Mail",
            &[("text/plain", "sorry\n"), ("message/delivery-status", ""), ("text/plain", "hi\n")],
            "MAILER-DAEMON@db1.example.jp",
        ),
        input(
            "a raw message within",
            "From: a@example.com\nTo: ops@example.jp\nSubject: fwd\nMIME-Version: 1.0\n\
             Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n\
             From: 山田 <x@example.com>\nTo: 鈴木 <s@example.com>\nSubject: 障害\n\n障害\n",
            PassedThrough,
            "fwd",
            &[("text/plain", "障害\n")],
            "a@example.com",
        ),
        input(
            "multiparts in multiparts",
            "From: a@example.com\nTo: ops@example.jp\nSubject: nested\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n\
             --ab\nContent-Type: multipart/mixed; boundary=abc\n\n--abc\n\n障害\n\n--abc--\n\n--ab--\n\n--a\n\nlast\n\n--a--\n",
            PassedThrough,
            "nested",
            &[("text/plain", "障害\n"), ("text/plain", "last\n")],
            "a@example.com",
        ),
    ]
}
