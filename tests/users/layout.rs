//! `alertmail spool init --system`, the files for systemd and the design say the same of owners and modes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Programs, Sandbox, run};
use spool_format::Folder;
use spool_format::folder::{SYSTEM_RUN, SYSTEM_SPOOL};

use crate::{AGENT, ALICE, OPS, machine, may_become_others};

/// Owner, group and mode of every folder below `root`, by its path from there.
fn tree(root: &Path) -> BTreeMap<PathBuf, (u32, u32, u32)> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(path) = left.pop() {
        let data = fs::symlink_metadata(&path).expect("readable");
        let short = path.strip_prefix(root).expect("below the root").to_owned();
        found.insert(short, (data.uid(), data.gid(), data.mode() & 0o7777));
        left.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
    }
    found
}

/// The number in the third field of the line about `name`, as passwd and group have it.
fn number(file: &Path, name: &str) -> String {
    let text = fs::read_to_string(file).expect("made by systemd-sysusers");
    let line = text.lines().find(|line| line.starts_with(&format!("{name}:"))).expect("a line about it");
    line.split(':').nth(2).expect("a number").to_owned()
}

#[test]
fn the_files_for_systemd_make_what_spool_init_makes() {
    if !may_become_others() {
        return;
    }
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let root = sandbox.path().join("root");
    fs::create_dir_all(root.join("etc")).expect("a folder");
    let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib");
    for (program, file) in [("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")] {
        let mut command = Command::new(program);
        if program == "systemd-tmpfiles" {
            command.arg("--create");
        }
        command.arg(format!("--root={}", root.display())).arg(contrib.join(file).join("alertmail.conf"));
        run(&mut command, b"").expect_success();
    }
    let user = number(&root.join("etc/passwd"), "alertmail");
    let ops = number(&root.join("etc/group"), "alertmail-ops");
    let other = sandbox.path().join("other/spool");
    let init =
        ["spool", "init", "--system", "--user", &user, "--ops-group", &ops, &other.display().to_string()];
    sandbox.alertmail(&init).expect_success();
    let below = |path: &str| root.join(path.trim_start_matches('/'));
    assert_eq!(tree(&below(SYSTEM_SPOOL)), tree(&other));
    let run_folder = fs::metadata(below(SYSTEM_RUN)).expect("made");
    assert_eq!((run_folder.uid().to_string(), run_folder.mode() & 0o7777), (user, 0o755));
}

#[test]
fn init_mends_what_others_have_changed_and_says_so() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let before = tree(sandbox.spool());
    let incoming = sandbox.folder(Folder::Incoming);
    fs::set_permissions(&incoming, fs::Permissions::from_mode(0o777)).expect("root may");
    chown(sandbox.folder(Folder::Dead), Some(ALICE), Some(ALICE)).expect("root may");
    let checked = sandbox.alertmail(&["check", "--spool", &sandbox.spool().display().to_string()]);
    assert!(
        checked.stdout.contains("is not sticky") && checked.stdout.contains("chmod +t"),
        "{}",
        checked.stdout
    );
    fs::remove_dir(sandbox.folder(Folder::Corrupt)).expect("it was empty");
    let (user, ops, spool) = (AGENT.to_string(), OPS.to_string(), sandbox.spool().display().to_string());
    let init = ["spool", "init", "--system", "--user", &user, "--ops-group", &ops, &spool, "--json"];
    let said = sandbox.alertmail(&init).expect_success();
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["made"][0], sandbox.folder(Folder::Corrupt).display().to_string(), "{said}");
    let mended: Vec<&str> =
        said["mended"].as_array().expect("a list").iter().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!(
        mended,
        [incoming.to_str().expect("text"), sandbox.folder(Folder::Dead).to_str().expect("text")]
    );
    assert_eq!(said["mended"][1]["was"], format!("{ALICE}:{ALICE} 2750"));
    assert_eq!(tree(sandbox.spool()), before);
}

#[test]
fn a_gate_lets_only_its_group_in() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let (user, ops, gate) = (AGENT.to_string(), OPS.to_string(), ALICE.to_string());
    let spool = sandbox.spool().display().to_string();
    let init = ["spool", "init", "--system", "--user", &user, "--ops-group", &ops, "--gate", &gate, &spool];
    let said = sandbox.alertmail(&init).expect_success();
    assert!(said.contains(&format!("run: adduser {user} {gate}")), "the agent has to pass as well: {said}");
    sandbox.enqueue_as(ALICE, &["--to", "ops", "--subject", "s", "text"]);
    let refused = sandbox.shell(crate::BOB, "$enqueue --to ops --subject s text");
    assert_eq!(refused.code, Some(77), "{}", refused.stderr);
}

#[test]
fn only_root_can_make_the_spool_of_a_machine() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let mut command = sandbox.as_user(ALICE, sandbox.path().join("bin/alertmail"));
    let refused = run(command.args(["spool", "init", "--system", "/nonexistent/spool"]), b"");
    assert_eq!(refused.code, Some(77), "{}", refused.stderr);
    assert!(refused.stderr.contains("only root"), "{}", refused.stderr);
}

#[test]
fn an_agent_that_could_not_remove_what_it_sends_does_not_start() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    chown(sandbox.folder(Folder::Incoming), Some(0), Some(AGENT)).expect("root may");
    fs::set_permissions(sandbox.folder(Folder::Incoming), fs::Permissions::from_mode(0o3773))
        .expect("root may");
    let mut command = sandbox.as_user(AGENT, sandbox.path().join("bin/alertmail"));
    let refused = run(command.args(["run", "--config"]).arg(sandbox.config_file()), b"");
    assert_eq!(refused.code, Some(77), "{}", refused.stderr);
    assert!(refused.stderr.contains("could not remove what it has sent"), "{}", refused.stderr);
}
