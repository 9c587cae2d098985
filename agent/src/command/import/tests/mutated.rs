//! Files as people write them, and thousands of mutations of them: `tests/import/corpus`, in which a file is a machine.

use fuzzing::Target;

use super::*;

/// Words that pieces of such files are replaced by.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\n ",
    b"\r\n",
    b" ",
    b"\t",
    b"=",
    b":",
    b"|",
    b",",
    b"#",
    b"'",
    b"\"",
    b"\\",
    b"$",
    b"[",
    b"]",
    b"\0",
    b"\xff",
    b"\xe3\x81",
    b"587",
    b"465",
    b"65536",
    b"-1",
    b"mail.example.com",
    b"192.0.2.1",
    b"[2001:db8::1]",
    b"a@example.com",
    b"hunter2",
    b"smtp ",
    b"ssl",
    b"starttls",
    b"user=",
    b"pass=",
    b"account default : ",
    b"host ",
    b"tls on",
    b"$myhostname",
    b"${x?y}",
    b"hash:/etc/postfix/sasl_passwd",
    b"\n== /etc/aliases\n",
    b"root: ",
];

/// The first line names the program; a line `== PATH` begins a file. Says whether a provider is found there.
fn import(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets);
    let (peer, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let Some((peer, reader, _)) = PEERS.into_iter().find(|(name, ..)| *name == peer) else { return false };
    let machine: Vec<(&str, &str)> = rest.split("== ").filter_map(|file| file.split_once('\n')).collect();
    let mut found = reader(&|path: &str| {
        let file = machine.iter().find(|(name, _)| *name == path);
        file.map(|(_, text)| (*text).to_owned())
    });
    found.leave_out_strange_hosts();
    for spot in found.notes.iter().map(|note| &note.spot).chain(found.providers.iter().map(|it| &it.spot)) {
        let file = machine.iter().find(|(name, _)| *name == spot.file);
        let lines = file.map_or(1, |(_, text)| text.lines().count());
        assert!(spot.line <= lines, "{peer} {spot}");
    }
    if found.providers.is_empty() {
        return false;
    }
    let written = written::write(&mut found, peer, &|_| false, Tongue::English);
    let mistakes = Reading::parse(&written.toml, Path::new("/nowhere/x.toml")).mistakes;
    assert!(mistakes.is_empty(), "{peer}: {mistakes:?}\n{}", written.toml);
    true
}

#[test]
fn no_file_that_was_damaged_upsets_a_reader_or_becomes_a_faulty_configuration() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/import/corpus");
    Target { name: "import", corpus, words: WORDS, mutations: 2_000, entry_point: import }.feed();
}
