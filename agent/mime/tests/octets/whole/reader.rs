//! Python's email package as the reader: it shares nothing with the parser that the code under test uses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What Python reads in each mail.
pub(super) fn read<'a>(mails: impl IntoIterator<Item = &'a [u8]>) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/octets/whole/read.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3, which tests/run installs");
    let lines: String = mails.into_iter().map(|mail| STANDARD.encode(mail) + "\n").collect();
    let mut stdin = python.stdin.take().expect("piped");
    // Python answers line by line; a full pipe on either side would stop both.
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).expect("it reads"));
    let output = python.wait_with_output().expect("it ends");
    writer.join().expect("written");
    assert!(output.status.success(), "read.py failed");
    let text = String::from_utf8(output.stdout).expect("JSON");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}
