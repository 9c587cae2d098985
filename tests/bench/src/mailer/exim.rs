//! Exim as an unpacked package, its configuration and users laid over those of the machine; it delivers each mail at once, in a process
//! of its own, and what has to wait with its daemon.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use harness::{mount, run, write_file};

use super::{Ends, Mailer, RECIPIENT, Running, SENDER, done, message};
use crate::peers::lay_over;
use crate::place::Place;
use crate::sink::Sink;

const EXIM: &str = "/usr/sbin/exim4";
const ETC: &str = "/etc/exim4";
/// The user that it insists on, and a number that nobody has.
const USER: &str = "Debian-exim";
const UID: &str = "61002";

/// An Exim that sends everything to its providers, in order.
pub(super) struct Exim {
    sink: Sink,
    _folder: tempfile::TempDir,
}

/// Why it cannot be measured.
pub(super) fn missing() -> Option<String> {
    let is_there = Path::new(EXIM).is_file();
    (!is_there).then(|| format!("`{EXIM}` is missing; tests/servers/install gets it"))
}

impl Exim {
    pub(super) fn new(place: &Place, ends: Ends) -> Result<Self, String> {
        let folder = place.folder()?;
        for (name, line) in [
            ("passwd", format!("{USER}:x:{UID}:{UID}::/:/bin/sh\n")),
            ("group", format!("{USER}:x:{UID}:\n")),
        ] {
            let (at, own) = (Path::new("/etc").join(name), folder.path().join(name));
            let known = fs::read_to_string(&at).map_err(|error| format!("{}: {error}", at.display()))?;
            write_file(&own, 0o644, (known + &line).as_bytes());
            mount(&["--bind", &own.display().to_string()], &at)?;
        }
        lay_over(folder.path(), ETC, "root", "755")?;
        // It is more users than one; all of them have to get in.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .map_err(|error| error.to_string())?;
        let spool = folder.path().join("spool");
        done(Command::new("install").args(["-d", "-o", UID, "-g", UID, "-m", "750"]).arg(&spool))?;
        write_file(&Path::new(ETC).join("exim4.conf"), 0o644, configuration(&spool, &ends.ports).as_bytes());
        Ok(Self { sink: ends.sink, _folder: folder })
    }
}

fn configuration(spool: &Path, ports: &[u16]) -> String {
    let spool = spool.display();
    let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let hosts = hosts.join(" + ");
    format!(
        r#"
primary_hostname = mail.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = 25
spool_directory = {spool}
log_file_path = {spool}/%slog
keep_environment =
host_lookup =
trusted_users = root

begin routers
out:
  driver = manualroute
  transport = remote
  route_list = * "<+ {hosts}"
  self = send

begin transports
remote:
  driver = smtp
  hosts_avoid_tls = *

begin retry
* * F,2h,15m; G,16h,1h,1.5; F,4d,6h
"#
    )
}

impl Drop for Exim {
    /// Nothing can be laid over a folder that is gone.
    fn drop(&mut self) {
        for at in [ETC, "/etc/group", "/etc/passwd"] {
            run(Command::new("umount").args(["--lazy", at]), b"");
        }
    }
}

impl Mailer for Exim {
    fn name(&self) -> &'static str {
        "exim"
    }

    fn sink(&self) -> &Sink {
        &self.sink
    }

    /// It queues them itself, one by one.
    fn fill(&self, count: usize) -> Result<(), String> {
        for n in 0..count {
            let mut command = Command::new(EXIM);
            command.args(["-odq", "-i", "-f", SENDER, RECIPIENT]);
            let ended = run(&mut command, message(&format!("disk {n} is full")).as_bytes());
            if ended.code != Some(0) {
                return Err(format!("exim: {}", ended.stderr.trim_end()));
            }
        }
        done(&mut Command::new("sync"))
    }

    fn start(&self) -> Result<Running, String> {
        Running::peer(Command::new(EXIM).args(["-bdf", "-q30s"]))
    }

    fn submit(&self, subject: &str) -> (Command, Vec<u8>) {
        let mut command = Command::new(EXIM);
        command.args(["-odb", "-i", "-f", SENDER, RECIPIENT]);
        (command, message(subject).into_bytes())
    }
}
