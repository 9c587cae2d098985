//! The last place, for real: what no other place takes is whole in the log of a daemon that people run, and the log knows
//! who wrote it.
//!
//! Each daemon runs in mounts of the test's own, in the foreground: nothing on the machine hears of it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use harness::{
    PATIENCE, Sandbox, becomes_true, not_tried, own_dev_and_run, own_etc, run, with_own_mounts,
    with_own_network,
};
use spool_format::AlertId;

use crate::{ALICE, machine};

const SUBJECT: &str = "サーバー室 disk full";

/// Many lines, a long one, an empty one.
fn body() -> String {
    let mut lines: Vec<String> = (1..=300).map(|n| format!("{n} 行目: ディスクの空きがありません")).collect();
    lines.push("障".repeat(1000));
    lines.push(String::new());
    lines.push("last line".to_owned());
    lines.join("\n")
}

/// All that has to be in the log, in this order.
fn text() -> String {
    let mut text = format!("subject: {SUBJECT}to: oncall@example.jp");
    for line in body().lines() {
        text.push_str("| ");
        text.push_str(line);
    }
    text
}

/// A daemon in the foreground; it ends with this value.
struct Daemon(Child);

impl Daemon {
    #[track_caller]
    fn start(command: &mut Command, socket: &str) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon =
            Self(command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}")));
        let mut ended = None;
        let listens = becomes_true(PATIENCE, || {
            ended = daemon.0.try_wait().expect("a child of ours");
            ended.is_some() || Path::new(socket).exists()
        });
        assert!(listens && ended.is_none(), "{command:?} does not listen on {socket}: {ended:?}");
        daemon
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Alice has something to say, and there is neither a spool nor an agent. Gives the id under which `log` has it.
#[track_caller]
fn alert_into(log: &str, sandbox: &Sandbox) -> AlertId {
    let mut hook = sandbox.as_user(ALICE, sandbox.path().join("bin/enqueue"));
    hook.args(["--severity", "critical", "--to", "oncall@example.jp", "--subject", SUBJECT]);
    let ended = run(hook.env("ALERTMAIL_SPOOL", "/nonexistent"), body().as_bytes());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(75), ""), "{}", ended.stderr);
    let id = ended.stderr.trim_end().split_once(&format!("the text is in {log} under id "));
    id.unwrap_or_else(|| panic!("{}", ended.stderr)).1.parse().expect("an id")
}

/// The numbered lines of the alert, put together again. Panics if one of them is missing; `None` while they come in.
fn put_together<'a>(id: AlertId, messages: impl Iterator<Item = &'a str>) -> Option<String> {
    let (mut text, mut seen, mut all) = (String::new(), 0, usize::MAX);
    for message in messages {
        let Some((_, numbered)) = message.split_once(&format!("{id} ")) else { continue };
        let (number, line) = numbered.split_once(": ").expect("a number and a line");
        let (at, of) = number.split_once('/').expect("one of many");
        seen += 1;
        assert_eq!(at.parse(), Ok(seen), "a line is missing before: {message}");
        all = of.parse().expect("a number");
        text.push_str(line);
    }
    (seen == all).then_some(text)
}

#[test]
fn what_no_place_takes_is_whole_in_the_file_of_a_syslog_daemon() {
    let test = "log::what_no_place_takes_is_whole_in_the_file_of_a_syslog_daemon";
    let tried = with_own_mounts(test, || {
        own_dev_and_run();
        let Some((sandbox, _server)) = machine(|config| config) else { return };
        let file = sandbox.path().join("messages");
        let mut syslogd = Command::new("busybox");
        let _daemon = Daemon::start(syslogd.args(["syslogd", "-n", "-O"]).arg(&file), "/dev/log");
        let id = alert_into("syslog", &sandbox);
        let mut written = None;
        sandbox.wait_for("the log has every line", PATIENCE, || {
            let messages = fs::read_to_string(&file).unwrap_or_default();
            written = put_together(id, messages.lines());
            written.is_some()
        });
        assert_eq!(written, Some(text()));
        let messages = fs::read_to_string(&file).expect("it was there a moment ago");
        assert!(messages.contains(&format!("mail.crit enqueue: {id} 1/")), "{messages}");
    });
    tried.map_or_else(|why| not_tried(&why), drop);
}

#[test]
fn what_no_place_takes_is_whole_in_journald_under_the_name_of_who_wrote_it() {
    let test = "log::what_no_place_takes_is_whole_in_journald_under_the_name_of_who_wrote_it";
    // Without a network of its own journald would have an ear at the kernel's audit messages.
    let tried = with_own_network(test, || {
        own_dev_and_run();
        let apart =
            "[Journal]\nStorage=volatile\nAudit=no\nReadKMsg=no\nForwardToWall=no\nForwardToSyslog=no\n";
        let files = [("machine-id", "0123456789abcdef0123456789abcdef\n"), ("systemd/journald.conf", apart)];
        let _etc = own_etc(&files);
        let Some((sandbox, _server)) = machine(|config| config) else { return };
        let mut journald = Command::new("/lib/systemd/systemd-journald");
        let _daemon = Daemon::start(&mut journald, "/run/systemd/journal/socket");
        let id = alert_into("journald", &sandbox);
        let mut entries = Vec::new();
        sandbox.wait_for("the log has every line", PATIENCE, || {
            entries = of_alert(id);
            put_together(id, entries.iter().filter_map(|entry| entry["MESSAGE"].as_str())).is_some()
        });
        let messages = entries.iter().map(|entry| entry["MESSAGE"].as_str().expect("text"));
        assert_eq!(put_together(id, messages), Some(text()));
        for entry in &entries {
            let (uid, priority) = (entry["_UID"].as_str(), entry["PRIORITY"].as_str());
            assert_eq!((uid, priority), (Some(ALICE.to_string().as_str()), Some("2")), "{entry}");
        }
    });
    tried.map_or_else(|why| not_tried(&why), drop);
}

/// What `journalctl` finds under the id of the alert.
fn of_alert(id: AlertId) -> Vec<serde_json::Value> {
    let mut journalctl = Command::new("journalctl");
    journalctl.args(["--directory", "/run/log/journal", "--output", "json", "--no-pager"]);
    let found = run(journalctl.arg(format!("ALERTMAIL_ID={id}")), b"");
    found.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}
