//! A place in which a server believes that it is installed, and alone on its machine.
//!
//! It runs from an unpacked copy of its package (`tests/servers/install`), in mount and process namespaces of its own:
//! there `/usr` is the machine's with the copy laid over it, `/etc` holds what the test writes over what the package
//! brings, `/var` and `/run` are empty but for that, and the users are a handful whom the machine does not know.
//! Outside, nothing is written but one temporary folder. Its end is the end of everything that it has started.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use harness::{PATIENCE, becomes_true, free_ports, make_certificates, run, signal, write_file};
use rustix::process::Signal;

use crate::note;

/// How long a server lives if nobody ends it, in seconds.
const LIFE_S: &str = "300";

/// Lays out the world and becomes the server: `$1` is the place, `$2` the copy, the rest is the command.
const ENTER: &str = r#"
at=$1 copy=$2; shift 2
mount -t overlay -o "lowerdir=$at/etc:$copy/etc:/etc" overlay /etc
mount -t overlay -o "lowerdir=$at/usr:$copy/usr:/usr" overlay /usr
mount --bind "$at/var" /var
mount --bind "$at/run" /run
cd /
exec "$@"
"#;

/// A program that takes a mail on its stdin and makes it visible when it is whole.
pub(crate) const DELIVER: &str =
    "#!/bin/sh\nset -e\ncat >\"/var/mail/tmp/$$\"\nmv \"/var/mail/tmp/$$\" \"/var/mail/new/$$\"\n";

/// Who there is: name, number, home.
const USERS: [(&str, u32, &str); 11] = [
    ("root", 0, "/root"),
    ("daemon", 1, "/"),
    ("mail", 8, "/var/mail"),
    ("nobody", 65534, "/"),
    ("oncall", 61_001, "/var/mail"),
    ("Debian-exim", 61_002, "/var/spool/exim4"),
    ("opensmtpd", 61_003, "/run/empty"),
    ("opensmtpq", 61_004, "/run/empty"),
    ("dovecot", 61_005, "/run/empty"),
    ("dovenull", 61_006, "/run/empty"),
    ("courier", 61_007, "/var/lib/courier"),
];

/// A place that is being furnished.
#[derive(Debug)]
pub(crate) struct Site {
    folder: tempfile::TempDir,
    copy: PathBuf,
}

/// A server at work.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    folder: tempfile::TempDir,
}

/// Furnishes a place for the package's server and runs `command` there until it answers on all its ports. Somebody else
/// may take a port between our choice and the server's bind, so it is tried more than once.
///
/// `None` if that cannot be tried here, as [`copy_of`] says.
#[track_caller]
pub(crate) fn up<const N: usize>(
    package: &str,
    command: &[&str],
    furnish: impl Fn(&Site, [u16; N]),
) -> Option<(Running, [u16; N])> {
    let mut said = String::new();
    for _ in 0..3 {
        let site = Site::furnished(copy_of(package)?);
        let ports = free_ports();
        furnish(&site, ports);
        match site.start(command, &ports) {
            Ok(running) => return Some((running, ports)),
            Err(log) => said = log,
        }
    }
    panic!("the server of {package} does not start; it said:\n{said}");
}

/// Where the unpacked copy of a package lies. `None`, with a line that says why, if its server cannot be tried here; under
/// CI that is a failure.
#[track_caller]
pub(crate) fn copy_of(package: &str) -> Option<PathBuf> {
    let may =
        || run(Command::new("unshare").args(["--mount", "--pid", "--fork", "--mount-proc", "true"]), b"");
    let Some(copy) = harness::unpacked(package) else {
        assert!(std::env::var_os("CI").is_none(), "{package} is missing; tests/servers/install gets it");
        note(&format!("not tried: {package}: it is missing; tests/servers/install gets it (Debian 12)"));
        return None;
    };
    let why = if !rustix::process::geteuid().is_root() || may().code != Some(0) {
        "it takes root and the right to mount to give a server a world of its own".to_owned()
    } else {
        return Some(copy);
    };
    assert!(std::env::var_os("CI").is_none(), "{package} cannot be tried: {why}");
    note(&format!("not tried: {package}: {why}"));
    None
}

impl Site {
    fn furnished(copy: PathBuf) -> Self {
        let folder = tempfile::Builder::new().prefix("am-").tempdir_in("/tmp").expect("a temporary folder");
        let at = folder.path();
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).expect("our own folder");
        let copied = run(Command::new("cp").arg("-a").arg(copy.join("var")).arg(at), b"");
        copied.expect_success();
        let site = Self { folder, copy };
        for name in ["etc", "usr/bin", "run", "run/empty", "var/tmp", "var/log", "var/spool", "var/lib"] {
            site.folder(name, "root", 0o755);
        }
        site.link("var/run", "/run");
        // A Maildir, for those who can deliver there; for others `new` is a folder of files.
        for name in ["var/mail", "var/mail/tmp", "var/mail/new", "var/mail/cur"] {
            site.folder(name, "oncall", 0o755);
        }
        let users = |line: fn(&(&str, u32, &str)) -> String| USERS.iter().map(line).collect::<String>();
        site.file("etc/passwd", &users(|(name, id, home)| format!("{name}:x:{id}:{id}::{home}:/bin/sh\n")));
        site.file("etc/group", &users(|(name, id, _)| format!("{name}:x:{id}:\n")));
        site.file("etc/shadow", "");
        // Nobody is asked for names.
        site.file("etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n");
        site.file("etc/hosts", "127.0.0.1 mail.example.jp localhost\n");
        site.file("etc/resolv.conf", "");
        site.file("etc/mailname", "mail.example.jp\n");
        make_certificates(&site.at("etc"));
        // Servers differ in when they read it, and as whom.
        fs::set_permissions(site.at("etc/key.pem"), fs::Permissions::from_mode(0o644)).expect("our own file");
        site
    }

    /// Where this lies as seen from outside; `path` has no slash in front.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Makes a folder, or gives it this owner and mode; `path` has no slash in front.
    pub(crate) fn folder(&self, path: &str, owner: &str, mode: u32) {
        fs::create_dir_all(self.at(path)).expect("our own folder");
        let (_, id, _) = USERS.iter().find(|(name, ..)| *name == owner).expect("one of our users");
        chown(self.at(path), Some(*id), Some(*id)).expect("root gives folders away");
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(mode)).expect("our own folder");
    }

    /// Writes a file that everybody may read.
    pub(crate) fn file(&self, path: &str, text: &str) {
        self.write(path, 0o644, text);
    }

    /// Writes a file that everybody may run.
    pub(crate) fn program(&self, path: &str, text: &str) {
        self.write(path, 0o755, text);
    }

    /// Keeps a file from everybody but root.
    pub(crate) fn secret(&self, path: &str) {
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(0o600)).expect("our own file");
    }

    /// Writes a file that holds what these hold, one after the other.
    pub(crate) fn join<const N: usize>(&self, from: [&str; N], to: &str) {
        self.file(to, &from.map(|from| fs::read_to_string(self.at(from)).expect("our own file")).concat());
    }

    /// Makes a link to this.
    pub(crate) fn link(&self, path: &str, to: &str) {
        symlink(to, self.at(path)).expect("our own folder");
    }

    fn write(&self, path: &str, mode: u32, text: &str) {
        fs::create_dir_all(self.at(path).parent().expect("a folder")).expect("our own folder");
        write_file(&self.at(path), mode, text.as_bytes());
    }

    /// Runs a command in there to its end, and gives what it printed.
    #[track_caller]
    pub(crate) fn run(&self, command: &[&str], stdin: &[u8]) -> String {
        run(&mut self.enter(command), stdin).expect_success()
    }

    fn start(self, command: &[&str], ports: &[u16]) -> Result<Running, String> {
        let log = fs::File::create(self.at("log")).expect("our own folder");
        let mut command = self.enter(command);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log);
        let child = command.spawn().expect("unshare starts");
        let mut running = Running { child, folder: self.folder };
        let mut has_ended = false;
        let is_up = becomes_true(PATIENCE, || {
            has_ended = !matches!(running.child.try_wait(), Ok(None));
            has_ended || ports.iter().all(|&port| TcpStream::connect(("127.0.0.1", port)).is_ok())
        });
        if is_up && !has_ended { Ok(running) } else { Err(running.log()) }
    }

    /// The first process in there is `timeout`: when it ends, the kernel ends all others.
    fn enter(&self, command: &[&str]) -> Command {
        let mut entered = Command::new("unshare");
        entered.args(["--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--"]);
        entered.args(["timeout", "--foreground", "-s", "KILL", LIFE_S, "sh", "-ec", ENTER, "sh"]);
        entered.arg(self.folder.path()).arg(&self.copy).args(command);
        entered.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        entered
    }
}

impl Running {
    /// The certificate that its own is to be trusted by.
    pub(crate) fn ca_pem(&self) -> String {
        fs::read_to_string(self.folder.path().join("etc/ca.pem")).expect("our own file")
    }

    /// The mails that were delivered, as they lie in `/var/mail/new`.
    pub(crate) fn mails(&self) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(self.folder.path().join("var/mail/new")).expect("our own folder");
        entries.flatten().map(|entry| fs::read(entry.path()).expect("a mail")).collect()
    }

    /// What it said, on its streams and in `/var/log`.
    pub(crate) fn log(&self) -> String {
        let mut text = String::new();
        add_files(&self.folder.path().join("log"), &mut text);
        add_files(&self.folder.path().join("var/log"), &mut text);
        text
    }
}

fn add_files(path: &Path, text: &mut String) {
    if let Ok(entries) = fs::read_dir(path) {
        entries.flatten().for_each(|entry| add_files(&entry.path(), text));
    } else if let Ok(said) = fs::read(path) {
        text.push_str(&String::from_utf8_lossy(&said));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        // The child of unshare is the first process of the namespace; unshare ends when all of them have.
        let id = self.child.id();
        let first = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        match first.trim().parse() {
            Ok(first) => signal(first, Signal::KILL),
            Err(_) => signal(id, Signal::KILL),
        }
        let _ = self.child.wait();
    }
}
