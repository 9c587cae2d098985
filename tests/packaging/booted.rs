//! A copy of this machine with a systemd of its own as its first process: processes, mounts and control groups are its own,
//! the network is the test's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use harness::{Ended, becomes_true, mount, run, write_file};

use crate::copy::Copy;

/// For its start, up to the point at which services may be started.
const BOOT: Duration = Duration::from_secs(40);
/// What every service wants of `/dev`.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// Enters the control group `$1`, then namespaces, then the copy `$2`, and becomes systemd.
const ENTER: &str = r#"
echo $$ > "$1/cgroup.procs" && exec unshare --pid --mount --propagation private --uts --ipc --cgroup --fork --kill-child sh -ec '
mount -t proc none "$0/proc"
mount -t cgroup2 none "$0/sys/fs/cgroup"
cd "$0"
pivot_root . .
umount -l .
exec env container=alertmail-test /lib/systemd/systemd --unit=basic.target --log-target=journal' "$2"
"#;

/// The copy with its systemd; all of it ends with this value.
pub(crate) struct Booted {
    copy: Copy,
    /// `unshare`, with which everything in its namespaces ends.
    child: Child,
    group: PathBuf,
}

impl Booted {
    /// Starts it; the error says why there can be none.
    pub(crate) fn new(place: &Path) -> Result<Self, String> {
        let within = |name: &str| {
            let path = place.join(name);
            fs::create_dir(&path).expect("a folder");
            path
        };
        let (machine, groups) = (within("machine"), within("groups"));
        let copy = Copy::new(&machine)?;
        furnish(&copy.root)?;
        mount(&["-t", "cgroup2", "none"], &groups)?;
        let own = fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        let own = own.lines().find_map(|line| line.strip_prefix("0::/")).ok_or("no control groups")?;
        let group = groups.join(own).join(format!("alertmail-test-{}", std::process::id()));
        fs::create_dir(&group).map_err(|error| format!("no control group of its own: {error}"))?;
        let mut command = Command::new("sh");
        command.args(["-c", ENTER, "sh"]).arg(&group).arg(&copy.root);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().expect("a shell");
        let booted = Self { copy, child, group };
        let mut said = String::new();
        let is_up = becomes_true(BOOT, || {
            let state = booted.first_process().map(|_| booted.shell("systemctl is-system-running"));
            said = state.map_or_else(|| "it has not begun".to_owned(), |state| state.stdout + &state.stderr);
            ["running", "degraded"].contains(&said.trim())
        });
        if is_up { Ok(booted) } else { Err(format!("systemd does not start here: {}", said.trim())) }
    }

    /// The folder that is its `/`.
    pub(crate) fn root(&self) -> &Path {
        &self.copy.root
    }

    fn first_process(&self) -> Option<String> {
        let unshare = self.child.id();
        let children = fs::read_to_string(format!("/proc/{unshare}/task/{unshare}/children")).ok()?;
        children.split_whitespace().next().map(str::to_owned)
    }

    /// A line of shell, as root, in it.
    pub(crate) fn shell(&self, line: &str) -> Ended {
        let first = self.first_process().expect("it runs");
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &first, "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--root", "--wd"]);
        command.args(["sh", "-c", line]).env("DEBIAN_FRONTEND", "noninteractive");
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
        command.env_remove("ALERTMAIL_SPOOL").env_remove("ALERTMAIL_CONFIG");
        run(&mut command, b"")
    }

    /// Has to end well; gives what it said.
    #[track_caller]
    pub(crate) fn does(&self, line: &str) -> String {
        let ended = self.shell(line);
        if ended.code != Some(0) {
            let log = self.shell("journalctl --no-pager --lines 60").stdout;
            panic!("{line}: {}{}\n{log}", ended.stdout, ended.stderr);
        }
        ended.stdout + &ended.stderr
    }
}

/// What a machine has that starts, and nothing that this one would start by itself.
fn furnish(root: &Path) -> Result<(), String> {
    mount(&["-t", "tmpfs", "-o", "mode=755", "none"], &root.join("dev"))?;
    for name in DEVICES {
        let device = root.join("dev").join(name);
        write_file(&device, 0o644, b"");
        mount(&["--bind", &format!("/dev/{name}")], &device)?;
    }
    for name in ["pts", "shm"] {
        fs::create_dir(root.join("dev").join(name)).expect("memory of ours");
    }
    mount(&["-t", "devpts", "-o", "newinstance,ptmxmode=0666", "none"], &root.join("dev/pts"))?;
    for (name, target) in [("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd")] {
        std::os::unix::fs::symlink(target, root.join("dev").join(name)).expect("memory of ours");
    }
    mount(&["-t", "tmpfs", "none"], &root.join("dev/shm"))?;
    mount(&["-t", "sysfs", "-o", "ro", "none"], &root.join("sys"))?;
    mount(&["-t", "tmpfs", "-o", "mode=1777", "none"], &root.join("tmp"))?;
    // With an id of its own it is not at its first start, at which it would enable whatever is installed.
    write_file(&root.join("etc/machine-id"), 0o644, b"0123456789abcdef0123456789abcdef\n");
    for folder in ["etc/systemd/system", "var/log/journal", "var/spool/alertmail", "etc/alertmail"] {
        // It may not be there.
        let _ = fs::remove_dir_all(root.join(folder));
    }
    fs::create_dir_all(root.join("etc/systemd/system")).expect("a copy of ours");
    Ok(())
}

impl Drop for Booted {
    fn drop(&mut self) {
        // The kernel ends all that is in there.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let is_gone = becomes_true(Duration::from_secs(10), || remove_groups(&self.group).is_ok());
        assert!(is_gone || std::thread::panicking(), "{} is left behind", self.group.display());
    }
}

/// Control groups go one by one, when nobody is in them.
fn remove_groups(group: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(group)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_groups(&entry.path())?;
        }
    }
    fs::remove_dir(group)
}
