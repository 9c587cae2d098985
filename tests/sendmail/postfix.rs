//! Postfix's `sendmail` with a configuration and a queue of the test's own. No other part of Postfix runs, so what it takes
//! stays where it was put, and its records say for whom it is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use harness::{run, write_file};

/// What a mail in the queue says of its envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) sender: String,
    pub(crate) recipients: Vec<String>,
}

/// The program, and its own folder.
pub(crate) struct PostfixSendmail {
    folder: tempfile::TempDir,
}

impl PostfixSendmail {
    #[track_caller]
    pub(crate) fn new() -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "a Postfix of its own can only be had by root; run tests/run as root, or leave this test out: -- --skip postfix"
        );
        let folder = tempfile::Builder::new().prefix("am-").tempdir_in("/tmp").expect("a temporary folder");
        let at = folder.path();
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).expect("our own folder");
        for name in ["etc", "queue", "data"] {
            fs::create_dir(at.join(name)).expect("our own folder");
        }
        let at_shown = at.display();
        let main_cf = format!(
            "compatibility_level = 3.6\nqueue_directory = {at_shown}/queue\ndata_directory = {at_shown}/data\nmaillog_file = {at_shown}/log\n\
             maillog_file_prefixes = {at_shown}\nmyhostname = db1.example.com\nalias_maps =\nalias_database =\ninet_interfaces = loopback-only\n"
        );
        write_file(&at.join("etc/main.cf"), 0o644, main_cf.as_bytes());
        write_file(
            &at.join("etc/master.cf"),
            0o644,
            b"pickup unix n - n 60 1 pickup\npostlog unix-dgram n - n - 1 postlogd\n",
        );
        run(Command::new("chown").arg("postfix").arg(at.join("data")), b"").expect_success();
        run(Command::new("postfix").arg("-c").arg(at.join("etc")).arg("check"), b"").expect_success();
        Self { folder }
    }

    fn maildrop(&self) -> PathBuf {
        self.folder.path().join("queue/maildrop")
    }

    /// What came of these words: an exit code, and the mails, which are taken out of the queue.
    pub(crate) fn run(&self, words: &[String], stdin: &[u8]) -> (Option<i32>, Vec<Queued>, String) {
        let mut command = Command::new("/usr/sbin/sendmail");
        command.args(words).env("MAIL_CONFIG", self.folder.path().join("etc"));
        let ended = run(&mut command, stdin);
        let mut queued = Vec::new();
        for entry in fs::read_dir(self.maildrop()).expect("the queue").flatten() {
            queued.push(read(&fs::read(entry.path()).expect("a mail")));
            fs::remove_file(entry.path()).expect("our own file");
        }
        (ended.code, queued, ended.stderr)
    }
}

/// Reads a queue file: a letter, a length in groups of seven bits, that many octets; and again.
fn read(octets: &[u8]) -> Queued {
    let mut queued = Queued::default();
    let mut rest = octets;
    while let Some((kind, behind)) = rest.split_first() {
        let (mut length, mut shift) = (0_usize, 0);
        rest = behind;
        while let Some((octet, behind)) = rest.split_first() {
            rest = behind;
            length |= usize::from(octet & 0x7f) << shift;
            shift += 7;
            if octet & 0x80 == 0 {
                break;
            }
        }
        let (record, behind) = rest.split_at(length);
        rest = behind;
        let text = || String::from_utf8_lossy(record).into_owned();
        match kind {
            b'S' => queued.sender = text(),
            b'R' => queued.recipients.push(text()),
            _ => {}
        }
    }
    queued
}
