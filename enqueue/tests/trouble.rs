//! Disks and agents in trouble: full, read-only, silent, frozen, stopped; with the built program and real file systems.
//!
//! The file systems need root; without it, or where the kernel does not let even root mount, a test says so and does
//! nothing.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
use spool_format::socket::Answer;
use spool_format::{Alert, Folder, Layout};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A file system under a folder, until this is dropped.
struct Mounted {
    folder: tempfile::TempDir,
    /// The daemon's end of a FUSE file system.
    fuse: Option<File>,
}

impl Mounted {
    /// A FUSE file system whose daemon never answers: every access waits, and can be killed.
    fn silent_fuse() -> Option<Self> {
        let device = OpenOptions::new().read(true).write(true).open("/dev/fuse");
        let device = device.inspect_err(|error| not_tested(&format!("/dev/fuse: {error}"))).ok()?;
        let stdin = device.try_clone().expect("a descriptor");
        let options = "fd=0,rootmode=40000,user_id=0,group_id=0";
        let line = format!("mount -i -t fuse -o {options} none \"$1\"");
        let mut mounted = Self::by(&line, stdin.into())?;
        mounted.fuse = Some(device);
        Some(mounted)
    }

    /// A small ext4 with a spool, frozen: every write waits, and cannot be killed.
    fn frozen_ext4() -> Option<Self> {
        let line = "set -e
            truncate -s 16M \"$1.img\"; trap 'rm -f \"$1.img\"' EXIT
            mkfs.ext4 -q \"$1.img\"; mount -o loop \"$1.img\" \"$1\"
            mkdir -p \"$1/submit/incoming\"; sync -f \"$1\"; fsfreeze -f \"$1\"";
        Self::by(line, Stdio::null())
    }

    /// Runs a shell line that mounts something on `$1`; `None`, and a reason, where that cannot be done.
    fn by(line: &str, stdin: Stdio) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            not_tested("only root can mount");
            return None;
        }
        let mounted = Self { folder: tempfile::tempdir().expect("a folder"), fuse: None };
        let said = shell(line, mounted.path(), stdin);
        if said.status.success() {
            return Some(mounted);
        }
        not_tested(&String::from_utf8_lossy(&said.stderr));
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Without its daemon a FUSE file system answers everything with an error, and hangs nobody any more.
        let line = match self.fuse.take() {
            Some(_) => "umount -l \"$1\"",
            None => "fsfreeze -u \"$1\"; umount -l \"$1\"",
        };
        shell(line, self.path(), Stdio::null());
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests has to know what they do not show")]
fn not_tested(why: &str) {
    eprintln!("not tested here: {}", why.trim());
}

fn shell(line: &str, folder: &Path, stdin: Stdio) -> Output {
    let mut command = Command::new("/bin/bash");
    command.args(["-c", line, "bash"]).arg(folder).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.stdin(stdin).output().expect("bash")
}

/// An agent that keeps one alert, and tells of it.
fn agent(socket: PathBuf) -> (JoinHandle<()>, Receiver<Alert>) {
    let listener = UnixListener::bind(socket).expect("bound");
    let (kept, alerts) = channel();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).expect("readable");
        let alert: Alert = serde_json::from_slice(&octets).expect("an alert");
        stream.write_all(&Answer::Kept(alert.id.expect("an id")).to_octets()).expect("a client");
        kept.send(alert).expect("the test listens");
    });
    (thread, alerts)
}

fn enqueue(spool: &Path, socket: &Path, options: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_enqueue"))
        .args(options)
        .args(["--subject", "the disk hangs", "x"])
        .env("ALERTMAIL_SPOOL", spool)
        .env("ALERTMAIL_SOCKET", socket)
        .env_remove("ALERTMAIL_SPARE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("enqueue")
}

/// Waits for the end, but not for ever: then the child is killed, and the test fails.
fn end_of(child: Child) -> Output {
    let pid = rustix::process::Pid::from_child(&child);
    let (done, ended) = channel();
    let thread = std::thread::spawn(move || {
        let output = child.wait_with_output().expect("output");
        let _ = done.send(());
        output
    });
    let in_time = ended.recv_timeout(PATIENCE).is_ok();
    if !in_time {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
    assert!(in_time, "enqueue did not come to an end");
    thread.join().expect("no panic")
}

#[test]
fn an_alert_that_a_full_or_read_only_disk_does_not_take_is_with_the_agent() {
    for options in ["size=4k,nr_inodes=6", "nr_inodes=4", "ro"] {
        let line = format!(
            "set -e; mount -t tmpfs none \"$1\"; mkdir -p \"$1/submit/incoming\"
             mount -o remount,{options} \"$1\"; [ {options} = ro ] || head -c 4096 /dev/zero >\"$1/full\""
        );
        let Some(mounted) = Mounted::by(&line, Stdio::null()) else { return };
        let elsewhere = tempfile::tempdir().expect("a folder");
        let socket = elsewhere.path().join("socket");
        let (thread, alerts) = agent(socket.clone());
        let said = end_of(enqueue(mounted.path(), &socket, &[]));
        assert_eq!(
            (said.status.code(), said.stderr.as_slice()),
            (Some(0), b"".as_slice()),
            "{options}: {said:?}"
        );
        assert_eq!(alerts.recv_timeout(PATIENCE).expect("an alert").body, "x");
        thread.join().expect("no panic");
        let incoming = Layout::new(mounted.path()).folder(Folder::Incoming);
        assert_eq!(std::fs::read_dir(incoming).expect("a folder").count(), 0, "{options}");
    }
}

#[test]
fn a_file_system_that_does_not_answer_is_left_in_time_and_the_agent_has_the_alert() {
    for options in [["--severity", "critical", "--timeout", "2s"], ["--severity", "info", "--timeout", "2s"]]
    {
        let Some(mounted) = Mounted::silent_fuse() else { return };
        let elsewhere = tempfile::tempdir().expect("a folder");
        let socket = elsewhere.path().join("socket");
        let (thread, alerts) = agent(socket.clone());
        let said = end_of(enqueue(mounted.path(), &socket, &options));
        assert_eq!((said.status.code(), said.stderr.as_slice()), (Some(0), b"".as_slice()), "{said:?}");
        let alert = alerts.recv_timeout(PATIENCE).expect("an alert");
        assert_eq!(said.stdout, format!("{}\n", alert.id.expect("an id")).into_bytes());
        thread.join().expect("no panic");
    }
}

#[test]
fn a_disk_that_cannot_be_interrupted_holds_the_caller_but_not_the_alert() {
    let Some(mounted) = Mounted::frozen_ext4() else { return };
    let elsewhere = tempfile::tempdir().expect("a folder");
    let socket = elsewhere.path().join("socket");
    let (thread, alerts) = agent(socket.clone());
    let mut child = enqueue(mounted.path(), &socket, &["--timeout", "1s"]);
    let alert = alerts.recv_timeout(PATIENCE).expect("the alert is out while the disk hangs");
    assert_eq!(child.try_wait().expect("a child"), None, "the kernel let go: say so in `watch`");
    assert!(shell("fsfreeze -u \"$1\"", mounted.path(), Stdio::null()).status.success());
    let said = end_of(child);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert_eq!(said.stdout, format!("{}\n", alert.id.expect("an id")).into_bytes());
    let incoming = Layout::new(mounted.path()).folder(Folder::Incoming);
    let names = std::fs::read_dir(incoming).expect("a folder");
    let names: Vec<_> = names.map(|entry| entry.expect("an entry").file_name()).collect();
    let visible = names.iter().filter(|name| !name.to_string_lossy().starts_with('.')).count();
    assert_eq!(visible, 0, "it would be sent twice: {names:?}");
    thread.join().expect("no panic");
}

#[test]
fn an_agent_that_is_stopped_is_left_in_time_whether_or_not_it_can_be_connected_to() {
    for (full, part) in [(false, "did not say what became of it"), (true, "no spool at")] {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("socket");
        // To a client a stopped agent is a queue that nobody empties; this one has room for a single connection.
        let listener = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        let address = SocketAddrUnix::new(&socket).expect("short");
        rustix::net::bind(&listener, &address).expect("bound");
        rustix::net::listen(&listener, 0).expect("listening");
        let _queued = full.then(|| std::os::unix::net::UnixStream::connect(&socket).expect("room for one"));
        let said = end_of(enqueue(&folder.path().join("none"), &socket, &["--timeout", "1s"]));
        let line = String::from_utf8_lossy(&said.stderr);
        assert!(!said.status.success() && line.contains(part), "{said:?}");
    }
}
