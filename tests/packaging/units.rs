//! What systemd itself says of each of its files. Owners and modes are held by tests/users, the agent's unit by tests/watch.

use std::fs;
use std::path::Path;
use std::process::Command;

use harness::{run, write_file};

use crate::{ALERTMAIL, contrib, has};

/// A hook as hardened as the drop-in is made for.
const HARDENED: &str = "\
[Service]
Type=oneshot
DynamicUser=yes
ProtectSystem=strict
PrivateTmp=yes
NoNewPrivileges=yes
ExecStart=enqueue --check
";

/// A file of a unit, with the built programs in the place of installed ones.
fn copy(text: &str, to: &Path) {
    let folder = Path::new(ALERTMAIL).parent().expect("a folder");
    let text = ["alertmail", "enqueue"].into_iter().fold(text.to_owned(), |text, name| {
        text.replace(&format!("={name} "), &format!("={} ", folder.join(name).display()))
    });
    write_file(to, 0o644, text.as_bytes());
}

#[test]
fn systemd_finds_nothing_wrong_with_any_unit() {
    if !has("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let units = folder.path();
    for unit in ["alertmail.service", "alert@.service"] {
        let text = fs::read_to_string(contrib("systemd").join(unit)).expect("a unit");
        copy(&text, &units.join(unit));
    }
    let drop_in = "hardened-hook.service.d";
    fs::create_dir(units.join(drop_in)).expect("a folder");
    copy(HARDENED, &units.join("hardened-hook.service"));
    let settings = contrib("systemd").join(drop_in).join("alertmail.conf");
    fs::copy(settings, units.join(drop_in).join("alertmail.conf")).expect("the drop-in");
    for unit in ["alertmail.service", "alert@db.service", "hardened-hook.service"] {
        let mut verify = Command::new("systemd-analyze");
        // Only what the units themselves say: what this machine has besides is its own business.
        verify.args(["verify", "--man=no", "--recursive-errors=no"]).arg(units.join(unit));
        let ended = run(verify.env("SYSTEMD_UNIT_PATH", format!("{}:", units.display())), b"");
        let ours: Vec<&str> =
            ended.stderr.lines().filter(|line| line.contains(&*units.to_string_lossy())).collect();
        assert!(ended.code == Some(0) && ours.is_empty(), "{unit}: {}", ended.stderr);
    }
}

#[test]
fn systemd_reads_users_and_folders_without_a_complaint() {
    for (program, file) in [("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")] {
        if !has(program) {
            continue;
        }
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("etc")).expect("a folder");
        // The users that the folders name.
        write_file(
            &root.path().join("etc/passwd"),
            0o644,
            b"root:x:0:0::/:/bin/sh\nalertmail:x:900:900::/:/bin/false\n",
        );
        write_file(
            &root.path().join("etc/group"),
            0o644,
            b"root:x:0:\nalertmail:x:900:\nalertmail-ops:x:901:\n",
        );
        let mut command = Command::new(program);
        command.arg(format!("--root={}", root.path().display()));
        command.arg(if program == "systemd-sysusers" { "--dry-run" } else { "--create" });
        if program == "systemd-tmpfiles" && !rustix::process::geteuid().is_root() {
            continue;
        }
        let ended = run(command.arg(contrib(file).join("alertmail.conf")), b"");
        // A complaint names the file and its line.
        let is_content = !ended.stderr.contains("alertmail.conf");
        assert!(ended.code == Some(0) && is_content, "{program}: {}", ended.stderr);
    }
}
