//! A machine on which a monitor believes that it is installed, and where `enqueue` is whatever sends its mail.
//!
//! The monitor runs from the unpacked copy of its package, with mounts, processes and a loopback of its own: `/usr` and `/etc` are the
//! machine's with the copy and the test's files laid over them, and when the test's script ends, all that it has started ends.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use harness::{Ended, Programs, Sandbox, run, run_within, write_file};
use spool_format::{Alert, AlertId, Folder, Layout, folder::parse_file_name};

/// The agent, beside which `enqueue` lies.
const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");

/// Longest a monitor may take.
const LIFE: Duration = Duration::from_secs(40);

/// Lays out the world and becomes the script: `$1` is the place, `$2` the copies, `$3` the script.
const ENTER: &str = r#"
set -e
at=$1 usr= etc=
for copy in $2; do
    [ ! -d "$copy/usr" ] || usr="$usr:$copy/usr"
    [ ! -d "$copy/etc" ] || etc="$etc:$copy/etc"
done
mount -t overlay -o "lowerdir=$at/etc$etc:/etc" overlay /etc
mount -t overlay -o "lowerdir=$at/usr$usr:/usr" overlay /usr
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=755 tmpfs /var/spool
mkdir /var/spool/alertmail
mount --bind "$at/spool" /var/spool/alertmail
ip link set lo up
cd "$at"
exec timeout -k 1 35 sh -c "$3" sh
"#;

/// What scripts may call: waits until the spool holds so many alerts, or an agent has sent so many, or it has taken too long.
const WAIT_FOR: &str = r#"
wait_sent() {
    n=0
    until [ "$(cat "$ALERTMAIL_SPOOL"/queue/journal/* | grep -c '"event":"sent"')" -ge "$1" ] || [ $n -ge 100 ]; do sleep 0.1; n=$((n+1)); done
}
wait_for() {
    n=0
    while [ "$(ls "$ALERTMAIL_SPOOL/submit/incoming" | wc -l)" -lt "$1" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
}
"#;

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A machine.
pub(crate) struct Stage {
    /// Its spool, and all that it takes to send what lies there.
    pub(crate) sandbox: Sandbox,
    /// Where the packages are.
    copies: Vec<PathBuf>,
}

impl Stage {
    /// A machine with nothing but our program, under each of its names.
    pub(crate) fn new() -> Self {
        let programs = Programs::beside(ALERTMAIL);
        let stage = Self { sandbox: Sandbox::new(&programs), copies: Vec::new() };
        let enqueue = Path::new(ALERTMAIL).with_file_name("enqueue");
        for name in
            ["usr/bin/enqueue", "usr/bin/mail", "usr/bin/mailx", "usr/sbin/sendmail", "usr/lib/sendmail"]
        {
            let link = stage.at(name);
            fs::create_dir_all(link.parent().expect("a folder")).expect("our own folder");
            symlink(&enqueue, link).expect("our own folder");
        }
        fs::create_dir_all(stage.at("etc")).expect("our own folder");
        stage
    }

    /// A machine with these packages as well; nothing, with a line that says why, if that cannot be had here.
    #[track_caller]
    pub(crate) fn with(packages: &[&str]) -> Option<Self> {
        let mut stage = Self::new();
        let may = || {
            run(
                Command::new("unshare").args(["--mount", "--pid", "--net", "--fork", "--mount-proc", "true"]),
                b"",
            )
        };
        let copies: Option<Vec<PathBuf>> =
            packages.iter().map(|package| harness::unpacked(package)).collect();
        let why = match copies {
            None => format!("{packages:?} are missing; tests/callers/install gets them (Debian 12)"),
            Some(_) if !rustix::process::geteuid().is_root() || may().code != Some(0) => {
                "it takes root and the right to mount to give a monitor a world of its own".to_owned()
            }
            Some(copies) => {
                stage.copies = copies;
                return Some(stage);
            }
        };
        harness::not_tried(&format!("{packages:?}: {why}"));
        None
    }

    /// Where this lies as seen from outside; `path` has no slash in front.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.sandbox.path().join(path)
    }

    /// Writes a file; `path` has no slash in front.
    pub(crate) fn file(&self, path: &str, mode: u32, text: &str) {
        fs::create_dir_all(self.at(path).parent().expect("a folder")).expect("our own folder");
        write_file(&self.at(path), mode, text.as_bytes());
    }

    /// Installs a file of contrib/callers/ as it stands.
    pub(crate) fn contrib(&self, file: &str, path: &str, mode: u32) {
        let text = fs::read_to_string(repository("contrib/callers").join(file)).expect("a file of contrib");
        self.file(path, mode, &text);
    }

    /// Runs a script on this machine, with root's rights and all packages.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Ended {
        let copies: Vec<&str> = self.copies.iter().map(|copy| copy.to_str().expect("UTF-8")).collect();
        let mut command = Command::new("unshare");
        command.args([
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ]);
        command.args(["sh", "-c", ENTER, "sh"]).arg(self.sandbox.path()).arg(copies.join(" "));
        command.arg([WAIT_FOR, script].concat());
        command.env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("ALERTMAIL_SPOOL", self.sandbox.spool());
        run_within(LIFE, &mut command, b"")
    }

    /// Runs a program of this machine by its path in it, with nothing of this machine but the tools of its shell.
    #[track_caller]
    pub(crate) fn call(&self, program: &Path, words: &[&str], env: &[(&str, &str)], stdin: &[u8]) -> Ended {
        let mut command = Command::new(program);
        let path =
            format!("{}:{}:/usr/bin:/bin", self.at("usr/bin").display(), self.at("usr/sbin").display());
        command.args(words).env_clear().env("PATH", path).env("ALERTMAIL_SPOOL", self.sandbox.spool());
        command.envs(env.iter().copied());
        run(&mut command, stdin)
    }

    /// All alerts in the spool, in the order of their birth.
    #[track_caller]
    pub(crate) fn alerts(&self) -> Vec<Alert> {
        let folder = Layout::new(self.sandbox.spool()).folder(Folder::Incoming);
        let names =
            fs::read_dir(&folder).expect("the spool").map(|entry| entry.expect("an entry").file_name());
        let mut ids: Vec<AlertId> =
            names.filter_map(|name| parse_file_name(&name.to_string_lossy())).collect();
        ids.sort_unstable();
        let read = |id: &AlertId| fs::read(folder.join(format!("{id}.json"))).expect("an alert");
        ids.iter().map(|id| Alert::parse(&read(id), *id).expect("an alert")).collect()
    }

    /// The one alert in the spool.
    #[track_caller]
    pub(crate) fn alert(&self, ended: &Ended) -> Alert {
        let alerts: [Alert; 1] = self
            .alerts()
            .try_into()
            .unwrap_or_else(|alerts| panic!("not one alert: {alerts:#?}\n{ended:#?}"));
        let [alert] = alerts;
        alert
    }
}
