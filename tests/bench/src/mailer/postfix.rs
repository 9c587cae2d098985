//! Postfix with its defaults, a relay host and the fallback relays that there are; configuration, queue and data are its own.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{run, write_file};

use super::{Ends, Login, Mailer, RECIPIENT, Running, SENDER, done, message};
use crate::place::Place;
use crate::sink::Sink;

const MASTER: &str = "/usr/lib/postfix/sbin/master";
/// How long it lives if nobody ends it, in seconds.
const LIFE_S: &str = "1800";

/// The services that sending takes, none in a chroot.
const SERVICES: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
scache unix - - n - 1 scache
";

/// How long it waits for a relay host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timeouts {
    /// 30 s for a connection, 300 s for a reply.
    Default,
    /// 5 s for a connection, and for each reply before DATA.
    Short,
}

/// A Postfix with a relay host.
pub(super) struct Postfix {
    timeouts: Timeouts,
    sink: Sink,
    folder: tempfile::TempDir,
}

/// Why it cannot be measured.
pub(super) fn missing() -> Option<String> {
    let is_there = Path::new(MASTER).is_file();
    (!is_there).then(|| format!("`{MASTER}` is missing; tests/run installs it"))
}

impl Postfix {
    pub(super) fn new(place: &Place, ends: Ends, timeouts: Timeouts) -> Result<Self, String> {
        let folder = place.folder()?;
        let at = folder.path();
        // Postfix is several users; all of them have to get in.
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
        for (name, owner) in [("etc", "root"), ("queue", "root"), ("data", "postfix")] {
            done(Command::new("install").args(["-d", "-o", owner, "-m", "755"]).arg(at.join(name)))?;
        }
        let text = main_cf(at, &ends, timeouts);
        write_file(&at.join("etc/main.cf"), 0o644, text.as_bytes());
        write_file(&at.join("etc/master.cf"), 0o644, SERVICES.as_bytes());
        // Makes what is missing of the queue, with the owners that Postfix wants.
        done(Command::new("postfix").arg("-c").arg(at.join("etc")).arg("check"))?;
        Ok(Self { timeouts, sink: ends.sink, folder })
    }

    fn etc(&self) -> PathBuf {
        self.folder.path().join("etc")
    }

    fn maildrop(&self) -> PathBuf {
        self.folder.path().join("queue/maildrop")
    }
}

fn main_cf(at: &Path, ends: &Ends, timeouts: Timeouts) -> String {
    let at = at.display();
    let host = |port: &u16| format!("[127.0.0.1]:{port}");
    let (relay, fallback) = ends.ports.split_first().expect("a provider at least");
    let (relay, fallback) = (host(relay), fallback.iter().map(host).collect::<Vec<_>>().join(", "));
    let timeouts = match timeouts {
        Timeouts::Default => "",
        Timeouts::Short => "smtp_connect_timeout = 5s\nsmtp_helo_timeout = 5s\nsmtp_mail_timeout = 5s\n",
    };
    let login = match ends.login {
        Login::None => String::new(),
        Login::Starttls => format!(
            "smtp_tls_security_level = encrypt\n\
             smtp_sasl_auth_enable = yes\n\
             smtp_sasl_password_maps = inline:{{ {{{relay}=user:pass}} }}\n\
             smtp_sasl_security_options =\n\
             smtp_sasl_mechanism_filter = plain\n"
        ),
    };
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {at}/queue\n\
         data_directory = {at}/data\n\
         myhostname = mail.example.com\n\
         mydestination =\n\
         inet_interfaces = loopback-only\n\
         inet_protocols = ipv4\n\
         alias_maps =\n\
         alias_database =\n\
         relayhost = {relay}\n\
         smtp_fallback_relay = {fallback}\n\
         {timeouts}{login}"
    )
}

impl Mailer for Postfix {
    fn name(&self) -> &'static str {
        match self.timeouts {
            Timeouts::Default => "postfix",
            Timeouts::Short => "postfix, 5 s",
        }
    }

    fn sink(&self) -> &Sink {
        &self.sink
    }

    /// Copies a mail that Postfix itself has queued while its daemons were off.
    fn fill(&self, count: usize) -> Result<(), String> {
        let wrong = |error: std::io::Error| format!("cannot fill Postfix's queue: {error}");
        let (mut submit, text) = self.submit("disk full on db1");
        let ended = run(&mut submit, &text);
        if ended.code != Some(0) {
            return Err(format!("sendmail: {}", ended.stderr.trim_end()));
        }
        let mut queued = fs::read_dir(self.maildrop()).map_err(wrong)?.flatten();
        let one = queued.next().ok_or("sendmail has queued nothing")?.path();
        let (octets, kept) = (fs::read(&one).map_err(wrong)?, fs::metadata(&one).map_err(wrong)?);
        for n in 1..count {
            let path = self.maildrop().join(format!("{:X}", 0x10_0000 + n));
            write_file(&path, 0o600, &octets);
            chown(&path, Some(kept.uid()), Some(kept.gid())).map_err(wrong)?;
            fs::set_permissions(&path, kept.permissions()).map_err(wrong)?;
        }
        done(&mut Command::new("sync"))
    }

    fn start(&self) -> Result<Running, String> {
        let mut command = Command::new(MASTER);
        Running::peer(command.arg("-c").arg(self.etc()).args(["-d", "-e", LIFE_S]))
    }

    fn submit(&self, subject: &str) -> (Command, Vec<u8>) {
        let mut command = Command::new("/usr/sbin/sendmail");
        command.arg("-C").arg(self.etc()).args(["-i", "-f", SENDER, RECIPIENT]);
        (command, message(subject).into_bytes())
    }
}
