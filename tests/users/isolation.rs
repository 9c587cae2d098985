//! What one user can do to the alerts of another: nothing.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;

use harness::run;
use spool_format::Folder;
use spool_format::folder::file_name;

use crate::{AGENT, ALICE, BOB, OPS, machine, not_tested};

const ALERT: &[&str] = &["--to", "ops", "--subject", "disk full", "of Alice"];

#[test]
fn nobody_can_list_read_change_remove_rename_replace_or_link_the_alert_of_another() {
    let Some((sandbox, server)) = machine(|config| config) else { return };
    let id = sandbox.enqueue_as(ALICE, ALERT);
    let path = sandbox.folder(Folder::Incoming).join(file_name(id));
    let seen = || {
        let data = fs::metadata(&path).expect("the alert is there");
        (
            data.ino(),
            data.uid(),
            data.gid(),
            data.mode() & 0o7777,
            data.nlink(),
            fs::read(&path).expect("readable"),
        )
    };
    let before = seen();
    assert_eq!((before.1, before.2, before.3), (ALICE, AGENT, 0o640));
    let name = file_name(id);
    let mut attempts = vec![
        "ls $incoming".to_owned(),
        format!("cat $incoming/{name}"),
        format!("echo x >> $incoming/{name}"),
        format!("echo x > $incoming/{name}"),
        format!("chmod 666 $incoming/{name}"),
        format!("chown {BOB} $incoming/{name}"),
        format!("rm -f $incoming/{name}"),
        format!("mv -f $incoming/{name} $incoming/other"),
        format!("echo x > $incoming/mine && mv -f $incoming/mine $incoming/{name}"),
        format!("ln -sf /etc/passwd $incoming/{name}"),
        "rm -rf $incoming".to_owned(),
        "mv $incoming $incoming.old".to_owned(),
        "mkdir $incoming/../other".to_owned(),
        "ls $incoming/../../queue".to_owned(),
        "cat $incoming/../../queue/journal/*".to_owned(),
        "touch $incoming/../../queue/deferred/x".to_owned(),
    ];
    let protected = fs::read_to_string("/proc/sys/fs/protected_hardlinks").expect("a kernel of this century");
    if protected.trim() == "0" {
        not_tested("hard links to the alerts of others, since fs.protected_hardlinks is 0 here");
    } else {
        attempts.push(format!("ln $incoming/{name} $incoming/second"));
    }
    for attempt in attempts {
        let ended = sandbox.shell(BOB, &attempt);
        assert_ne!(ended.code, Some(0), "Bob could: {attempt}");
        assert!(ended.stdout.is_empty(), "Bob saw something by: {attempt}: {}", ended.stdout);
        assert_eq!(seen(), before, "after: {attempt}");
    }
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    assert_eq!(server.mails().len(), 1);
    assert_eq!(sandbox.history(id).uid, Some(ALICE), "the journal says whose it was");
}

#[test]
fn operators_read_the_queue_and_change_nothing() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let id = sandbox.enqueue_as(ALICE, ALERT);
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    let journal = sandbox.shell(OPS, "cat $incoming/../../queue/journal/*.jsonl").expect_success();
    assert!(journal.contains(id.as_str()), "{journal}");
    for attempt in ["touch $incoming/../../queue/x", "rm -f $incoming/../../queue/journal/*", "ls $incoming"]
    {
        assert_ne!(sandbox.shell(OPS, attempt).code, Some(0), "an operator could: {attempt}");
    }
    let operator = |arguments: &[&str]| {
        let mut command = sandbox.as_user(OPS, sandbox.path().join("bin/alertmail"));
        run(command.arg("--spool").arg(sandbox.spool()).args(arguments), b"")
    };
    let list = operator(&["list", "--all"]).expect_success();
    assert!(list.contains("disk full") && list.contains("only the agent's user and root"), "{list}");
    assert!(operator(&["show", id.as_str()]).expect_success().contains("sent"));
    let check = operator(&["check"]);
    for nothing in ["waiting=0;", "dead=0;", "corrupt=0;"] {
        assert!(check.stdout.contains(nothing), "{check:?}");
    }
    assert!(!check.stdout.contains("no agent runs"), "{check:?}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn who_may_have_no_further_thread_reads_a_long_journal_all_the_same() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let id = sandbox.enqueue_as(ALICE, ALERT);
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    assert_eq!(agent.stop(), Some(0));
    let journal =
        fs::read_dir(sandbox.spool().join("queue/journal")).expect("a folder").next().expect("a day");
    let line = b"{\"at\":\"2026-11-25T00:00:00.000Z\",\"event\":\"stopped\"}\n";
    let mut journal =
        fs::File::options().append(true).open(journal.expect("an entry").path()).expect("root may");
    journal.write_all(&line.repeat(50_000)).expect("room");
    let mut command = sandbox.as_user(OPS, "/usr/bin/prlimit");
    command.arg("--nproc=1").arg(sandbox.path().join("bin/alertmail")).arg("--spool").arg(sandbox.spool());
    let list = run(command.args(["list", "--all"]), b"").expect_success();
    assert!(list.contains("disk full"), "{list}");
}

#[test]
fn whatever_the_umask_the_agent_can_read_the_alert_and_strangers_cannot() {
    let Some((sandbox, server)) = machine(|config| config) else { return };
    let mut sent = Vec::new();
    for uid in [0, AGENT, ALICE] {
        for umask in ["077", "000", "777"] {
            let line = format!("umask {umask}; exec $enqueue --to ops --subject s text");
            let id = sandbox.shell(uid, &line).expect_success().trim_end().parse().expect("an id");
            let data = fs::metadata(sandbox.folder(Folder::Incoming).join(file_name(id))).expect("stored");
            let access = (data.uid(), data.gid(), data.mode() & 0o7777);
            assert_eq!(access, (uid, AGENT, 0o640), "uid {uid}, umask {umask}");
            sent.push(id);
        }
    }
    let _agent = sandbox.start_agent();
    for id in &sent {
        sandbox.wait_until_sent(*id);
    }
    assert_eq!(server.mails().len(), sent.len());
}

#[test]
fn a_hook_that_may_not_gain_privileges_can_store_its_alert() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let mut hook = sandbox.as_user(ALICE, "setpriv");
    hook.args(["--no-new-privs", "/bin/sh", "-c"]);
    hook.arg("grep -q '^NoNewPrivs:.1' /proc/self/status && exec \"$0\" --to ops --subject s text");
    hook.arg(sandbox.path().join("bin/enqueue")).env("ALERTMAIL_SPOOL", sandbox.spool());
    let id = run(&mut hook, b"").expect_success().trim_end().parse().expect("an id");
    let _agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
}
