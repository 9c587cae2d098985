//! What no text may do to a reader, and what holds of every configuration that is made: it is accepted, and no password is
//! in it.

mod mutated;

use std::path::Path;

use proptest::prelude::*;

use super::found::{Files, Found};
use super::{dma, msmtp, nullmailer, postfix, ssmtp, written};
use crate::config::Reading;
use crate::notice::Tongue;

type Reader = fn(&Files<'_>) -> Found;

/// Each with the files that it reads.
const PEERS: [(&str, Reader, &[&str]); 5] = [
    (
        "nullmailer",
        nullmailer::read,
        &["/etc/nullmailer/remotes", "/etc/nullmailer/adminaddr", "/etc/mailname"],
    ),
    ("msmtp", |files| msmtp::read(files, "/root"), &["/etc/msmtprc", "/root/.msmtprc"]),
    ("ssmtp", ssmtp::read, &["/etc/ssmtp/ssmtp.conf", "/etc/ssmtp/revaliases"]),
    ("dma", dma::read, &["/etc/dma/dma.conf", "/etc/dma/auth.conf", "/etc/aliases"]),
    (
        "postfix",
        postfix::read,
        &["/etc/postfix/main.cf", "/etc/postfix/master.cf", "/etc/postfix/sasl_passwd", "/etc/aliases"],
    ),
];

/// What stands in such files, and what does not belong there.
fn a_text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "mail.example.com",
        "smtp.gmail.com",
        "[smtp.mail.yahoo.co.jp]:587",
        "192.0.2.1",
        "10.0.0.1",
        "[2001:db8::1]:25",
        "smtp",
        "port=2525",
        "starttls",
        "tls",
        "user=u",
        "pass='hunter2 x'",
        "--insecure",
        "auth-login",
        "host",
        "account",
        "default",
        ":",
        "defaults",
        "from",
        "on",
        "off",
        "auth",
        "user",
        "password",
        "passwordeval",
        "ops@example.jp",
        "aliases",
        "SMARTHOST",
        "PORT",
        "AUTHPATH",
        "MASQUERADE",
        "SECURETRANSFER",
        "STARTTLS",
        "u|mail.example.com:hunter2",
        "root",
        "mailhub",
        "UseTLS",
        "YES",
        "AuthUser",
        "AuthPass",
        "relayhost",
        "smtp_tls_security_level",
        "encrypt",
        "may",
        "smtp_sasl_auth_enable",
        "yes",
        "smtp_sasl_password_maps",
        "hash:/etc/postfix/sasl_passwd",
        "$mydomain",
        "${x",
        "mail.example.com u:hunter2",
        "unix - - n - - smtp -o a=b",
        "=",
        " ",
        " ",
        "\t",
        "\n",
        "\n",
        "\n",
        "\n ",
        "#",
        "'",
        "\"",
        "\\",
        "\u{7f}",
        "\r",
        "é",
        "*",
        "root: ops@example.jp",
        "|/bin/x",
        "\0",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

/// Reads these texts as the files of a program.
fn read_with(reader: Reader, names: &[&str], texts: &[String]) -> Found {
    let mut found = reader(&|path: &str| {
        names.iter().position(|name| *name == path).and_then(|nth| texts.get(nth)).cloned()
    });
    found.leave_out_strange_hosts();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_text_upsets_a_reader_and_lines_are_lines_of_the_file(texts in prop::collection::vec(a_text(), 4)) {
        for (peer, reader, names) in PEERS {
            let found = read_with(reader, names, &texts);
            for spot in found.notes.iter().map(|note| &note.spot).chain(found.providers.iter().map(|it| &it.spot)) {
                let nth = names.iter().position(|name| *name == spot.file);
                let lines = nth.and_then(|nth| texts.get(nth)).map_or(1, |text| text.lines().count());
                prop_assert!(spot.line <= lines, "{} {}", peer, spot);
            }
        }
    }

    #[test]
    fn what_is_made_of_any_text_is_a_configuration_without_a_password(texts in prop::collection::vec(a_text(), 4)) {
        for (peer, reader, names) in PEERS {
            let mut found = read_with(reader, names, &texts);
            if found.providers.is_empty() {
                continue;
            }
            let secrets: Vec<String> = found.providers.iter().filter_map(|it| match &it.password {
                Some(super::found::Credential::Text(password)) => Some(password.0.to_string()),
                _ => None,
            }).collect();
            let written = written::write(&mut found, peer, &|_| false, Tongue::English);
            let mistakes = Reading::parse(&written.toml, Path::new("/nowhere/x.toml")).mistakes;
            prop_assert!(mistakes.is_empty(), "{}: {:?}\n{}", peer, mistakes, written.toml);
            let is_told = |secret: &String| secret.contains("hunter2") && written.toml.contains(secret.as_str());
            prop_assert!(!secrets.iter().any(is_told), "{}\n{}", peer, written.toml);
            let is_noted = |secret: &String| {
                secret.contains("hunter2")
                    && found.notes.iter().any(|note| note.said.in_tongue(Tongue::English).contains(secret.as_str()))
            };
            prop_assert!(!secrets.iter().any(is_noted), "{}: {:?}", peer, found.notes);
        }
    }
}

/// The readers are told lines that go wrong, each by its own number.
#[test]
fn each_reader_names_the_line_that_it_cannot_carry_over() {
    for (nth, text, line) in [
        (0, "# x\nmail.example.com smtp source=192.0.2.1\n", 2),
        (1, "account a\nhost mail.example.com\n\ntls_fingerprint AA:BB\n", 4),
        (2, "root=ops@example.jp\nmailhub=mail.example.com\nTLSCert=/x\n", 3),
        (3, "SMARTHOST mail.example.com\nSECURETRANSFER\nFINGERPRINT aabb\n", 3),
        (4, "relayhost = [mail.example.com]\n\n# y\ntransport_maps =\n  hash:/etc/postfix/transport\n", 4),
    ] {
        let (peer, reader, names) = PEERS[nth];
        let found = read_with(reader, names, &[text.to_owned()]);
        assert!(found.notes.iter().any(|note| note.spot.line == line), "{peer}: {:?}", found.notes);
        assert_eq!(found.providers.len(), 1, "{peer}");
    }
}

/// A password that is written wrongly is still one: what is left of it is not quoted.
#[test]
fn what_stands_where_a_password_is_meant_to_be_is_not_quoted() {
    for (nth, texts) in [
        (0, ["mail.example.com smtp user=u pass=a hunter2\n", ""]),
        (0, ["mail.example.com smtp user=u pass = hunter2\n", ""]),
        (0, ["mail.example.com hunter2\nmail.example.com smtp pass='hunter2\n", ""]),
        (1, ["account a\nhost mail.example.com\nauth on\nuser u\npassword a hunter2\n", ""]),
        (1, ["account a\nhost mail.example.com\nauth on\nuser u\npasswordeval echo hunter2\n", ""]),
        (2, ["mailhub=mail.example.com\nAuthUser u\nAuthPass a hunter2\n", ""]),
        (
            3,
            [
                "SMARTHOST mail.example.com\nAUTHPATH /etc/dma/auth.conf\n",
                "u|hunter2:x\nu|hunter2\nhunter2\n",
            ],
        ),
    ] {
        let (peer, reader, names) = PEERS[nth];
        let mut found = read_with(reader, names, &texts.map(str::to_owned));
        let written = written::write(&mut found, peer, &|_| false, Tongue::English);
        let notes: Vec<&str> = found.notes.iter().map(|note| note.said.in_tongue(Tongue::English)).collect();
        assert!(
            !written.toml.contains("hunter2") && !notes.concat().contains("hunter2"),
            "{texts:?}: {notes:?}"
        );
    }
}
