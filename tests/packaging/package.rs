//! The Debian package: what is in it, and what becomes of users, settings and queue as it is installed, upgraded,
//! removed and purged, by the real dpkg in a copy of this machine that nobody else sees.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{not_tried, run, with_own_mounts};

use crate::copy::Copy;
use crate::{ALERTMAIL, contrib, has};

/// The package of these programs as this version.
pub(crate) fn build(by: &str, version: &str, to: &Path) -> PathBuf {
    let programs = to.join("built");
    fs::create_dir_all(&programs).expect("a folder");
    for name in ["alertmail", "enqueue"] {
        let built = Path::new(ALERTMAIL).with_file_name(name);
        fs::copy(built, programs.join(name)).expect("built before the tests");
    }
    let mut command = Command::new(contrib("debian/build"));
    command.args(["--by", by, "--version", version, "--compression", "none"]);
    command.arg("--programs").arg(&programs).arg("--output").arg(to.join(by));
    run(&mut command, b"").expect_success().trim_end().into()
}

/// Modes and paths of what is in it, without folders.
fn contents(package: &Path) -> Vec<String> {
    let listed = run(Command::new("dpkg-deb").arg("--contents").arg(package), b"").expect_success();
    let files = listed.lines().filter(|line| !line.starts_with('d'));
    let mut files: Vec<String> =
        files.filter_map(|line| Some(format!("{} {}", line.get(..10)?, line.rsplit(' ').next()?))).collect();
    files.sort();
    files
}

#[test]
fn the_package_has_programs_units_pages_and_completions() {
    if !has("dpkg-deb") || !has("python3") || !has("strip") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let package = build("dpkg-deb", "0.1.0", folder.path());
    let files = contents(&package);
    for file in [
        "-rwxr-xr-x ./usr/bin/alertmail",
        "-rwxr-xr-x ./usr/bin/enqueue",
        "-rw-r--r-- ./etc/alertmail/alertmail.toml",
        "-rw-r--r-- ./usr/lib/systemd/system/alertmail.service",
        "-rw-r--r-- ./usr/lib/systemd/system/alert@.service",
        "-rw-r--r-- ./usr/lib/sysusers.d/alertmail.conf",
        "-rw-r--r-- ./usr/lib/tmpfiles.d/alertmail.conf",
        "-rw-r--r-- ./usr/share/man/man1/alertmail-list.1.gz",
        "-rw-r--r-- ./usr/share/man/man1/enqueue.1.gz",
        "-rw-r--r-- ./usr/share/man/man1/enqueue-mail.1.gz",
        "-rw-r--r-- ./usr/share/man/man1/enqueue-sendmail.1.gz",
        "-rw-r--r-- ./usr/share/man/ja/man1/enqueue-mail.1.gz",
        "-rw-r--r-- ./usr/share/man/ja/man1/enqueue-sendmail.1.gz",
        "-rw-r--r-- ./usr/share/man/ja/man1/alertmail-list.1.gz",
        "-rw-r--r-- ./usr/share/man/ja/man1/enqueue.1.gz",
        "-rw-r--r-- ./usr/share/man/man5/alertmail.toml.5.gz",
        "-rw-r--r-- ./usr/share/man/ja/man5/alertmail.toml.5.gz",
        "-rw-r--r-- ./usr/share/doc/alertmail/examples/README.md",
        "-rw-r--r-- ./usr/share/doc/alertmail/examples/alertmail.toml",
        "-rw-r--r-- ./usr/share/doc/alertmail/examples/grafana/alertmail.json",
        "-rw-r--r-- ./usr/share/bash-completion/completions/enqueue",
        "-rw-r--r-- ./usr/share/zsh/vendor-completions/_alertmail",
        "-rw-r--r-- ./usr/share/fish/vendor_completions.d/alertmail.fish",
    ] {
        assert!(files.iter().any(|found| found == file), "{file} is not in {files:#?}");
    }
    // contrib/README.md names them where they lie.
    let index = fs::read_to_string(contrib("README.md")).expect("the index");
    let links = index.split("](callers/").skip(1).filter_map(|rest| rest.split(')').next());
    let mut callers = 0;
    for link in links {
        let mode =
            fs::metadata(contrib("callers").join(link)).expect("a file of contrib").permissions().mode();
        let mode = if mode & 0o111 == 0 { "-rw-r--r--" } else { "-rwxr-xr-x" };
        let file = format!("{mode} ./usr/share/doc/alertmail/examples/callers/{link}");
        assert!(files.contains(&file), "{file} is not in {files:#?}");
        callers += 1;
    }
    assert!(callers >= 20, "{callers}");
    if Command::new("cargo-deb").arg("--version").output().is_ok() {
        assert_eq!(contents(&build("cargo-deb", "0.1.0", folder.path())), files);
    } else {
        println!("left out: there is no cargo-deb here (cargo install cargo-deb)");
    }
}

#[test]
fn an_upgrade_and_a_removal_keep_the_queue_and_purging_takes_no_alert_away() {
    if !has("dpkg-deb") || !has("python3") || !has("strip") {
        return;
    }
    let test = "package::an_upgrade_and_a_removal_keep_the_queue_and_purging_takes_no_alert_away";
    if let Err(why) = with_own_mounts(test, a_life_of_the_package) {
        not_tried(&why);
    }
}

fn a_life_of_the_package() {
    let folder = tempfile::tempdir().expect("a folder");
    let packages = ["0.1.0", "0.2.0"].map(|version| build("dpkg-deb", version, folder.path()));
    let place = folder.path().join("copy");
    fs::create_dir(&place).expect("a folder");
    let machine = match Copy::new(&place) {
        Ok(machine) => machine,
        Err(why) => return not_tried(&format!("not tried: there can be no copy of this machine ({why})")),
    };
    for (package, name) in packages.iter().zip(["old.deb", "new.deb"]) {
        fs::copy(package, machine.root.join("root").join(name)).expect("room in memory");
    }
    // Nothing of what this machine may have itself.
    machine.does("rm -rf /var/spool/alertmail /etc/alertmail");

    let said = machine.does("dpkg -i /root/old.deb");
    assert!(said.contains("say in /etc/alertmail/alertmail.toml who delivers"), "{said}");
    let stat = |path: &str| machine.does(&format!("stat -c '%U:%G %a' /var/spool/alertmail/{path}"));
    assert_eq!(stat("submit/incoming"), "alertmail:alertmail 3733\n");
    assert_eq!(stat("queue/dead"), "alertmail:alertmail-ops 2750\n");
    machine.does("! ls /etc/systemd/system/*.wants/alertmail.service");
    let run = machine.shell("setpriv --reuid alertmail --regid alertmail --init-groups alertmail run");
    assert_eq!(run.code, Some(78), "as it is installed it has nothing to do: {}", run.stderr);

    let hook =
        "setpriv --reuid nobody --regid nogroup --clear-groups enqueue --to ops@example.jp --subject s text";
    let id = machine.does(hook).trim_end().to_owned();
    let alert = format!("/var/spool/alertmail/submit/incoming/{id}.json");
    machine.does("echo '# mine' >> /etc/alertmail/alertmail.toml && chmod 0710 /var/spool/alertmail/submit");
    machine.does("dpkg -i /root/new.deb");
    machine.does(&format!("test -s {alert} && grep mine /etc/alertmail/alertmail.toml"));
    assert_eq!(stat("submit"), "root:root 710\n", "a gate stays closed");

    machine.does("dpkg --remove alertmail");
    machine.does(&format!(
        "! test -e /usr/bin/alertmail && test -s {alert} && test -e /etc/alertmail/alertmail.toml"
    ));

    let said = machine.does("dpkg --purge alertmail");
    assert!(said.contains("/var/spool/alertmail is left as it is"), "{said}");
    machine.does(&format!("test -s {alert} && ! test -e /etc/alertmail/alertmail.toml"));

    machine.does("dpkg -i /root/new.deb");
    machine.does(&format!("test -s {alert} && rm {alert}"));
    let said = machine.does("dpkg --purge alertmail");
    assert!(!said.contains("left as it is"), "{said}");
    machine.does("! test -e /var/spool/alertmail");
}
