//! nullmailer, its folders laid over those of the machine.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use harness::{run, write_file};

use super::{Ends, Login, Mailer, RECIPIENT, Running, SENDER, done, message};
use crate::peers::lay_over;
use crate::place::Place;
use crate::sink::Sink;

const SEND: &str = "/usr/sbin/nullmailer-send";
const SPOOL: &str = "/var/spool/nullmailer";
const ETC: &str = "/etc/nullmailer";
/// Whose queue it is.
const OWNER: &str = "mail";

/// A nullmailer with a remote for each provider.
pub(super) struct Nullmailer {
    sink: Sink,
    _folder: tempfile::TempDir,
}

/// Why it cannot be measured.
pub(super) fn missing() -> Option<String> {
    let is_there = Path::new(SEND).is_file();
    (!is_there).then(|| format!("`{SEND}` is missing; tests/servers/install gets it"))
}

impl Nullmailer {
    pub(super) fn new(place: &Place, ends: Ends) -> Result<Self, String> {
        let folder = place.folder()?;
        for at in [ETC, SPOOL] {
            lay_over(folder.path(), at, OWNER, "755")?;
        }
        for name in ["queue", "tmp", "failed"] {
            let at = format!("{SPOOL}/{name}");
            done(Command::new("install").args(["-d", "-o", OWNER, "-g", OWNER, "-m", "750", &at]))?;
        }
        let trigger = format!("{SPOOL}/trigger");
        done(Command::new("mkfifo").args(["-m", "622", &trigger]))?;
        done(Command::new("chown").args([OWNER, &trigger]))?;
        let login = match ends.login {
            Login::None => "",
            Login::Starttls => " --starttls --insecure --user=user --pass=pass",
        };
        let remote = |port| format!("127.0.0.1 smtp --port={port}{login}\n");
        let remotes: String = ends.ports.iter().map(remote).collect();
        write_file(&Path::new(ETC).join("remotes"), 0o644, remotes.as_bytes());
        write_file(&Path::new(ETC).join("me"), 0o644, b"example.com\n");
        Ok(Self { sink: ends.sink, _folder: folder })
    }
}

impl Drop for Nullmailer {
    /// Nothing can be laid over a folder that is gone.
    fn drop(&mut self) {
        for at in [ETC, SPOOL] {
            run(Command::new("umount").args(["--lazy", at]), b"");
        }
    }
}

impl Mailer for Nullmailer {
    fn name(&self) -> &'static str {
        "nullmailer"
    }

    fn sink(&self) -> &Sink {
        &self.sink
    }

    /// A file holds the sender, the recipients, an empty line and the message.
    fn fill(&self, count: usize) -> Result<(), String> {
        let wrong = |error: std::io::Error| format!("cannot fill nullmailer's queue: {error}");
        let queue = fs::metadata(format!("{SPOOL}/queue")).map_err(wrong)?;
        let owner = std::os::unix::fs::MetadataExt::uid(&queue);
        for n in 0..count {
            let path = Path::new(SPOOL).join("queue").join(format!("1000000000.{}", 100_000 + n));
            let text = format!("{SENDER}\n{RECIPIENT}\n\n{}", message(&format!("disk {n} is full")));
            write_file(&path, 0o600, text.as_bytes());
            chown(&path, Some(owner), Some(owner)).map_err(wrong)?;
        }
        done(&mut Command::new("sync"))
    }

    fn start(&self) -> Result<Running, String> {
        let mut command = Command::new("setpriv");
        Running::peer(command.args(["--reuid", OWNER, "--regid", OWNER, "--clear-groups", SEND]))
    }

    fn submit(&self, subject: &str) -> (Command, Vec<u8>) {
        let mut command = Command::new("/usr/bin/nullmailer-inject");
        command.args(["-f", SENDER, RECIPIENT]);
        (command, message(subject).into_bytes())
    }
}
