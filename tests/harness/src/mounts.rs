//! File systems and networks of a test's own, which nobody else sees and which are gone when the test is, however it
//! ends.
//!
//! The test runs itself once more in namespaces that are its own: the kernel undoes what was mounted there together
//! with the last process in them, loop devices included.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::child::{run, run_within};
use crate::sandbox::write_file;

/// Set for the test's second self.
const MARK: &str = "ALERTMAIL_TEST_OWN_NAMESPACES";
/// What `unshare` is told for mounts that nobody else sees.
const OWN_MOUNTS: [&str; 3] = ["--mount", "--propagation", "private"];
/// For the whole of such a test.
const DEADLINE: Duration = Duration::from_mins(10);

/// Runs `body` where it can mount what it likes; `test` is the full name of the calling test, without the crate.
///
/// Gives what the test printed, or why it cannot be tried on this machine (it takes root and the right to mount).
#[track_caller]
pub fn with_own_mounts(test: &str, body: impl FnOnce()) -> Result<String, String> {
    apart(&OWN_MOUNTS, test, body)
}

/// As [`with_own_mounts`], with a network of its own as well: a loopback interface, which is up, and nothing else.
/// There every port is free, and the interface can be taken down with [`loopback`].
#[track_caller]
pub fn with_own_network(test: &str, body: impl FnOnce()) -> Result<String, String> {
    apart(&["--net", "--mount", "--propagation", "private"], test, || {
        loopback("up");
        body();
    })
}

/// Puts the loopback interface of a network of the test's own `up` or `down`.
#[track_caller]
pub fn loopback(state: &str) {
    assert!(std::env::var_os(MARK).is_some(), "this is not a network of the test's own");
    run(Command::new("ip").args(["link", "set", "lo", state]), b"").expect_success();
}

/// Whether a child of the test's can be given mounts of its own, with `unshare --mount --propagation private`; the error
/// says why not.
#[track_caller]
pub fn may_have_own_mounts() -> Result<(), String> {
    may_unshare(&OWN_MOUNTS)
}

/// Says that a test cannot be tried here, and why. Where CI is set, root does not get away with that.
#[track_caller]
#[expect(clippy::print_stderr, reason = "whoever reads the log is to know what was not tested")]
pub fn not_tried(why: &str) {
    let must = rustix::process::geteuid().is_root() && std::env::var_os("CI").is_some();
    assert!(!must, "CI has to run this as root who may make namespaces: {why}");
    eprintln!("{why}");
}

fn unshare(namespaces: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command.args(namespaces).arg("--");
    command
}

#[track_caller]
fn may_unshare(namespaces: &[&str]) -> Result<(), String> {
    let may = run(unshare(namespaces).arg("true"), b"");
    if may.code == Some(0) {
        return Ok(());
    }
    Err(format!("not tried: it takes root and the right to mount ({})", may.stderr.trim_end()))
}

#[track_caller]
fn apart(namespaces: &[&str], test: &str, body: impl FnOnce()) -> Result<String, String> {
    if std::env::var_os(MARK).is_some() {
        body();
        return Ok(String::new());
    }
    may_unshare(namespaces)?;
    let this = std::env::current_exe().expect("the path of this test");
    let mut command = unshare(namespaces);
    command.arg(this).args(["--exact", test, "--nocapture", "--test-threads=1"]).env(MARK, "1");
    let ended = run_within(DEADLINE, &mut command, b"");
    let passed = ended.code == Some(0) && ended.stdout.contains("1 passed");
    assert!(passed, "{test} has failed in its own namespaces:\n{}{}", ended.stdout, ended.stderr);
    Ok(ended.stdout)
}

/// Runs `mount` with these arguments; the error is what it said.
pub fn mount(arguments: &[&str], at: &Path) -> Result<(), String> {
    let ended = run(Command::new("mount").args(arguments).arg(at), b"");
    if ended.code == Some(0) { Ok(()) } else { Err(ended.stderr.trim_end().to_owned()) }
}

/// What every program needs of `/etc`.
const KEPT_OF_ETC: [&str; 3] = ["passwd", "group", "ld.so.cache"];
/// What every program needs of `/dev`.
const KEPT_OF_DEV: [&str; 5] = ["null", "zero", "full", "random", "urandom"];
/// Everybody may read it.
const OPEN_MODE: u32 = 0o644;

/// Gives the test an `/etc` of its own, with these files in it; what else the machine says there is out of sight. Goes
/// with its value. Takes mounts of the test's own.
#[track_caller]
pub fn own_etc(files: &[(&str, &str)]) -> tempfile::TempDir {
    assert!(std::env::var_os(MARK).is_some(), "the mounts are not the test's own");
    let etc = tempfile::tempdir().expect("a folder");
    fs::set_permissions(etc.path(), fs::Permissions::from_mode(0o755)).expect("our own folder");
    for name in KEPT_OF_ETC {
        // A machine may well do without one of them.
        let _ = fs::copy(Path::new("/etc").join(name), etc.path().join(name));
    }
    for (name, text) in files {
        let path = etc.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder of ours");
        write_file(&path, OPEN_MODE, text.as_bytes());
    }
    mount(&["--bind", &etc.path().to_string_lossy()], Path::new("/etc")).expect("a mount of our own");
    etc
}

/// Gives the test a `/dev` and a `/run` of its own, where none of the machine's services can be reached. Takes mounts
/// of the test's own.
#[track_caller]
pub fn own_dev_and_run() {
    assert!(std::env::var_os(MARK).is_some(), "the mounts are not the test's own");
    let dev = tempfile::tempdir().expect("a folder");
    mount(&["-t", "tmpfs", "-o", "mode=755", "none"], dev.path()).expect("a mount of our own");
    for name in KEPT_OF_DEV {
        let device = dev.path().join(name);
        write_file(&device, OPEN_MODE, b"");
        mount(&["--bind", &format!("/dev/{name}")], &device).expect("a mount of our own");
    }
    mount(&["--move", &dev.path().to_string_lossy()], Path::new("/dev")).expect("a mount of our own");
    mount(&["-t", "tmpfs", "-o", "mode=755", "none"], Path::new("/run")).expect("a mount of our own");
}

/// Takes a file system away; panics if somebody still works on it.
#[track_caller]
pub fn unmount(at: &Path) {
    run(Command::new("umount").arg(at), b"").expect_success();
}
