//! A hook whose service is confined: every file system is read-only (`ProtectSystem=strict`), the user is nobody in
//! particular, and no privilege can be gained (`NoNewPrivileges`). The agent's socket is its way out.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use harness::{Agent, Ended, PATIENCE, Sandbox, may_have_own_mounts, not_tried, run_within, signal};
use lab::Server;
use rustix::process::Signal;
use spool_format::folder::{SYSTEM_SPOOL, file_name};
use spool_format::{AlertId, Folder};

use crate::{AGENT, ALICE, machine, may_become_others};

const ALERT: [&str; 7] = ["--timeout", "2s", "--to", "ops", "--subject", "ディスク full", "now"];

/// For a run of `enqueue` that may take 2 s: the rest is for a machine that has much to do.
const BOUNDED: Duration = Duration::from_secs(8);

/// What systemd does for such a unit. `$1` is read-only afterwards, sockets of the machine's log are out of sight, and
/// the rest of the arguments is run as a user without privileges.
const CONFINED: &str = r#"set -e
    mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"
    mount -t tmpfs none /run
    user=$2; shift 2
    exec setpriv --no-new-privs --reuid "$user" --regid "$user" --clear-groups -- "$@""#;

/// The same, with the drop-in in contrib/: its folder, `$2`, stays writable.
const CONFINED_WITH_DROP_IN: &str = r#"set -e
    mount --bind "$2" "$2"
    mount --rbind "$1" "$1"; mount -o remount,bind,ro "$1"
    mount -t tmpfs none /run
    user=$3; shift 3
    exec setpriv --no-new-privs --reuid "$user" --regid "$user" --clear-groups -- "$@""#;

/// A shared spool, its agent at work with a socket where its configuration says, and one provider.
struct Unit {
    agent: Agent,
    server: Rc<Server>,
    socket: PathBuf,
    sandbox: Sandbox,
}

impl Unit {
    /// `None` where a service cannot be confined.
    fn new() -> Option<Self> {
        if !may_become_others() {
            return None;
        }
        if let Err(why) = may_have_own_mounts() {
            not_tried(&why);
            return None;
        }
        let (sandbox, server) = machine(|config| config)?;
        let folder = sandbox.path().join("run");
        fs::create_dir(&folder).expect("a folder");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("our own");
        chown(&folder, Some(AGENT), Some(AGENT)).expect("root gives folders away");
        let socket = folder.join("submit.sock");
        let provider = harness::Provider::clear("home", server.port());
        let config = harness::Config::of([provider]).alias("ops", &["oncall@example.jp"]);
        sandbox.configure(&config.submit("socket", &format!("\"{}\"", socket.display())));
        Some(Self { agent: sandbox.start_agent(), server, socket, sandbox })
    }

    /// Runs `enqueue` as the confined hook would.
    #[track_caller]
    fn enqueue(&self, arguments: &[&str]) -> Ended {
        let mut hook = Command::new("unshare");
        hook.args(["--mount", "--propagation", "private", "sh", "-c", CONFINED, "sh"]);
        hook.arg(self.sandbox.path()).arg(ALICE.to_string()).arg(self.sandbox.path().join("bin/enqueue"));
        hook.args(arguments).env("ALERTMAIL_SPOOL", self.sandbox.spool());
        hook.env("ALERTMAIL_SOCKET", &self.socket).env_remove("ALERTMAIL_SPARE");
        run_within(BOUNDED, &mut hook, b"")
    }

    /// Runs `enqueue` as the confined hook would, whose unit has the drop-in.
    #[track_caller]
    fn enqueue_with_drop_in(&self, arguments: &[&str]) -> Ended {
        let drop_in = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../contrib/systemd/hardened-hook.service.d/alertmail.conf");
        let drop_in = fs::read_to_string(drop_in).expect("the drop-in");
        let writable = drop_in.lines().find_map(|line| line.strip_prefix("ReadWritePaths=-"));
        let below = writable.and_then(|path| path.strip_prefix(SYSTEM_SPOOL)).expect("a folder of the spool");
        let writable = self.sandbox.spool().join(below.trim_start_matches('/'));
        let mut hook = Command::new("unshare");
        hook.args(["--mount", "--propagation", "private", "sh", "-c", CONFINED_WITH_DROP_IN, "sh"]);
        hook.arg(self.sandbox.path()).arg(writable).arg(ALICE.to_string());
        hook.arg(self.sandbox.path().join("bin/enqueue")).args(arguments);
        hook.env("ALERTMAIL_SPOOL", self.sandbox.spool());
        hook.env("ALERTMAIL_SOCKET", &self.socket).env_remove("ALERTMAIL_SPARE");
        run_within(BOUNDED, &mut hook, b"")
    }

    /// The alert is sent once, as one of Alice's.
    #[track_caller]
    fn expect_sent_once(&self, id: AlertId) {
        self.sandbox.wait_until_sent(id);
        assert_eq!(self.sandbox.history(id).uid, Some(ALICE), "the kernel says who submitted it");
        let name = id.to_string();
        let of_it = |mail: &lab::Mail| mail.header("Message-ID").is_some_and(|it| it.contains(&name));
        assert_eq!(self.server.mails().into_iter().filter(of_it).count(), 1, "one mail, once");
    }
}

#[test]
fn a_hook_under_protect_system_strict_has_its_alert_sent_through_the_agents_socket() {
    let Some(unit) = Unit::new() else { return };
    let check = unit.enqueue(&["--check"]);
    assert_eq!((check.code, check.stderr.as_str()), (Some(0), ""), "{}", check.stdout);
    expect_place(&check, "incoming", "no: the spool");
    expect_place(&check, "socket", "works: durable");
    expect_place(&check, "syslog", "no: ");

    let said = unit.enqueue(&ALERT);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    let id = said.stdout.trim_end().parse().expect("an id and nothing else");
    unit.expect_sent_once(id);
    assert_eq!(unit.server.mails().len(), 1);
    assert!(!unit.sandbox.folder(Folder::Incoming).join(file_name(id)).exists());
    assert_eq!(unit.agent.stop(), Some(0));
}

#[test]
fn a_hook_under_protect_system_strict_is_told_in_time_that_the_agent_is_stopped() {
    let Some(unit) = Unit::new() else { return };
    signal(unit.agent.pid(), Signal::STOP);
    let check = unit.enqueue(&["--check", "--timeout", "1s"]);
    assert_eq!(check.code, Some(73), "no place is durable: {}", check.stdout);
    expect_place(&check, "incoming", "no: the spool");
    expect_place(&check, "socket", "no: nobody answers");

    let said = unit.enqueue(&ALERT);
    assert_eq!((said.code, said.stdout.as_str()), (Some(75), ""), "{said:?}");
    assert!(said.stderr.starts_with("enqueue: perhaps not stored: "), "{said:?}");
    assert_eq!(said.stderr.matches('\n').count(), 1, "{said:?}");
    let id = said.stderr.split("; id ").nth(1).and_then(|rest| rest.get(..26)).expect("an id");

    signal(unit.agent.pid(), Signal::CONT);
    unit.expect_sent_once(id.parse().expect("an id"));
    let again = unit.enqueue(&ALERT);
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""), "{again:?}");
    unit.expect_sent_once(again.stdout.trim_end().parse().expect("an id"));
    assert_eq!((unit.server.wait_for_mails(2, PATIENCE), unit.agent.stop()), (true, Some(0)));
}

#[test]
fn with_the_drop_in_a_hook_under_protect_system_strict_needs_no_running_agent() {
    let Some(unit) = Unit::new() else { return };
    signal(unit.agent.pid(), Signal::STOP);
    let check = unit.enqueue_with_drop_in(&["--check", "--timeout", "1s"]);
    expect_place(&check, "incoming", "works: durable");
    let said = unit.enqueue_with_drop_in(&ALERT);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    let id: AlertId = said.stdout.trim_end().parse().expect("an id and nothing else");
    assert!(unit.sandbox.folder(Folder::Incoming).join(file_name(id)).exists());
    signal(unit.agent.pid(), Signal::CONT);
    unit.expect_sent_once(id);
    assert_eq!(unit.agent.stop(), Some(0));
}

/// `--check` says this of a place.
#[track_caller]
fn expect_place(check: &Ended, place: &str, verdict: &str) {
    let line = check.stdout.lines().find(|line| line.starts_with(place));
    assert!(line.is_some_and(|line| line.contains(&format!("  {verdict}"))), "{place}: {}", check.stdout);
}
