//! The programs themselves, from Debian's packages without installing them (`tests/servers/install`): the files that they
//! come with, and queues that they have filled.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{may_have_own_mounts, not_tried, run};
use spool_format::Folder;
use spool_format::alert::Alert;

use crate::{furnish, import, sandbox};

/// Becomes a program of an unpacked package: `$1` is its world, `$2` the copy.
const ENTER: &str = r#"
at=$1 copy=$2; shift 2
mount -t overlay -o "lowerdir=$copy/usr:/usr" overlay "$at/usr"
mount --bind /dev "$at/dev"
exec chroot "$at" "$@"
"#;

/// The group of the machine's mail.
const MAIL: u32 = 8;

/// The unpacked copy of a package; `None`, with a line that says why, where there is none.
fn copy_of(package: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))?;
    let copy = cache.join("alertmail-tests").join(package);
    if !copy.join(".packages").exists() {
        not_tried(&format!("not tried: there is no copy of {package}; tests/servers/install gets it"));
        return None;
    }
    Some(copy)
}

/// A world in which the package is installed, and its queue empty.
fn world(at: &Path, spool: &[&str]) {
    for folder in ["usr", "dev", "tmp", "etc", "run"] {
        fs::create_dir_all(at.join(folder)).expect("a folder of ours");
    }
    for name in ["bin", "sbin", "lib", "lib64"] {
        symlink(format!("usr/{name}"), at.join(name)).expect("a link of ours");
    }
    furnish(
        at,
        &[
            ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nmail:x:8:8:mail:/var/mail:/bin/sh\n"),
            ("etc/group", "root:x:0:\nmail:x:8:\n"),
            ("etc/mailname", "db1.example.com\n"),
        ],
    );
    for name in ["etc/passwd", "etc/group", "etc/mailname"] {
        fs::set_permissions(at.join(name), fs::Permissions::from_mode(0o644)).expect("it is ours");
    }
    for folder in spool {
        let path = at.join(folder);
        fs::create_dir_all(&path).expect("a folder of ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o2770)).expect("it is ours");
        chown(&path, Some(MAIL), Some(MAIL)).expect("root may do that");
    }
    fs::set_permissions(at, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn enter(at: &Path, copy: &Path, program: &[&str], stdin: &[u8]) {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--", "sh", "-eu", "-c", ENTER, "enter"]);
    let ended = run(command.arg(at).arg(copy).args(program), stdin);
    assert_eq!(ended.code, Some(0), "{program:?}: {}{}", ended.stdout, ended.stderr);
}

/// The alerts of a queue that a real program has filled, sorted by their recipients.
fn imported(peer: &str, at: &Path) -> Vec<Alert> {
    let sandbox = sandbox();
    let ended = import(peer, at, &["--queue", "--spool", &sandbox.spool().display().to_string()]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let names = sandbox.names_in(Folder::Incoming);
    let mut alerts: Vec<Alert> = names
        .iter()
        .map(|name| {
            serde_json::from_slice(&fs::read(sandbox.folder(Folder::Incoming).join(name)).expect("a file"))
                .expect("an alert")
        })
        .collect();
    alerts.sort_by(|one, other| one.to.cmp(&other.to));
    alerts
}

#[test]
fn a_queue_that_nullmailer_has_filled_is_taken_over() {
    if let Err(why) = may_have_own_mounts() {
        return not_tried(&why);
    }
    let Some(copy) = copy_of("nullmailer") else { return };
    let world_of_it = tempfile::tempdir().expect("a folder");
    let at = world_of_it.path();
    world(at, &["var/spool/nullmailer", "var/spool/nullmailer/queue", "var/spool/nullmailer/tmp"]);
    furnish(at, &[("etc/nullmailer/remotes", "mail.example.com\n")]);
    for subject in ["disk full", "disk failed"] {
        let message = format!("Subject: {subject}\nTo: ops@example.jp\nBcc: night@example.jp\n\ntext\n");
        enter(at, &copy, &["nullmailer-inject", "-f", "root@db1.example.com"], message.as_bytes());
    }
    let alerts = imported("nullmailer", at);
    assert_eq!(alerts.len(), 2);
    for alert in alerts {
        assert_eq!(alert.to, ["ops@example.jp", "night@example.jp"]);
        assert_eq!(alert.sender.as_deref(), Some("root@db1.example.com"));
    }
}

#[test]
fn a_queue_that_dma_has_filled_is_taken_over() {
    if let Err(why) = may_have_own_mounts() {
        return not_tried(&why);
    }
    let Some(copy) = copy_of("dma") else { return };
    let world_of_it = tempfile::tempdir().expect("a folder");
    let at = world_of_it.path();
    world(at, &["var/spool/dma"]);
    furnish(at, &[("etc/dma/dma.conf", "SMARTHOST mail.example.com\nMAILNAME /etc/mailname\n")]);
    for path in ["etc/dma", "etc/dma/dma.conf"] {
        fs::set_permissions(at.join(path), fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    enter(
        at,
        &copy,
        &["dma", "-bq", "-f", "root@db1.example.com", "ops@example.jp", "night@example.jp"],
        b"Subject: disk full\n\ntext\n",
    );
    let alerts = imported("dma", at);
    let to: Vec<&String> = alerts.iter().flat_map(|alert| &alert.to).collect();
    assert_eq!(to, ["night@example.jp", "ops@example.jp"]);
    assert!(alerts.iter().all(|alert| alert.sender.as_deref() == Some("root@db1.example.com")), "{alerts:?}");
}

/// Each package's own files, with the one line that its installer fills in, or as they are.
#[test]
fn the_files_that_the_packages_come_with_are_understood() {
    for (package, of_it, peer, path, line, code) in [
        ("dma", "usr/share/dma/dma.conf", "dma", "etc/dma/dma.conf", "", 65),
        ("dma", "usr/share/dma/dma.conf", "dma", "etc/dma/dma.conf", "SMARTHOST mail.example.com\n", 0),
        ("msmtp", "usr/share/doc/msmtp/examples/msmtprc-system.example", "msmtp", "etc/msmtprc", "", 0),
        ("msmtp", "usr/share/doc/msmtp/examples/msmtprc-user.example", "msmtp", "root/.msmtprc", "", 0),
        ("ssmtp", "etc/ssmtp/revaliases", "ssmtp", "etc/ssmtp/revaliases", "", 65),
        ("", "usr/share/postfix/main.cf.debian", "postfix", "etc/postfix/main.cf", "", 65),
        (
            "",
            "usr/share/postfix/main.cf.debian",
            "postfix",
            "etc/postfix/main.cf",
            "relayhost = [mail.example.com]:587\n",
            0,
        ),
        (
            "",
            "usr/share/postfix/main.cf.tls",
            "postfix",
            "etc/postfix/main.cf",
            "relayhost = [mail.example.com]:587\n",
            0,
        ),
        (
            "",
            "usr/share/postfix/main.cf.dist",
            "postfix",
            "etc/postfix/main.cf",
            "relayhost = [mail.example.com]:587\n",
            0,
        ),
    ] {
        // Postfix is installed where tests are run.
        let copy = if package.is_empty() { Some(PathBuf::from("/")) } else { copy_of(package) };
        let Some(copy) = copy else { continue };
        let Ok(text) = fs::read_to_string(copy.join(of_it)) else {
            not_tried(&format!("not tried: there is no {of_it}"));
            continue;
        };
        let root = tempfile::tempdir().expect("a folder");
        furnish(root.path(), &[(path, &format!("{text}{line}"))]);
        let ended = import(peer, root.path(), &[]);
        assert_eq!(ended.code, Some(code), "{of_it} {line}: {}{}", ended.stdout, ended.stderr);
        assert!(!ended.stderr.contains("not understood"), "{of_it}: {}", ended.stderr);
    }
}
