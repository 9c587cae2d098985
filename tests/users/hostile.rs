//! Whatever users put into the shared folder, it costs the others nothing.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::{Config, PATIENCE, Sandbox, write_file};
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::{AlertId, Folder, State, Wall};

use crate::measure::{TICKS_A_SECOND, most_resident, ticks};
use crate::{ALICE, BOB, machine};

/// What the agent may have resident while it works through the worst, in octets; unoptimised, with all that tests need.
const RESIDENT_MAX: u64 = 64 << 20;

/// Names that begin with nothing but zeros: they come before all others.
fn early(number: u8) -> String {
    file_name(AlertId::new(Wall::from_unix_ms(0), [number; 10]))
}

/// Octets that are no text.
fn noise(octets: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..octets).map(next).collect()
}

/// The folder in which one user leaves things.
struct Hand<'s> {
    sandbox: &'s Sandbox,
    uid: u32,
}

impl Hand<'_> {
    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.sandbox.folder(Folder::Incoming).join(name)
    }

    /// A file of the user's with the mode that a careful writer gives it.
    #[expect(clippy::disallowed_methods, reason = "as a hook of that user does it")]
    fn file(&self, name: impl AsRef<Path>, octets: &[u8]) {
        // Nobody takes it before it is the user's.
        let draft = self.path(temporary_name(AlertId::new(Wall::from_unix_ms(0), [0xAA; 10])));
        write_file(&draft, ALERT_MODE, octets);
        // Its group stays that of the folder.
        chown(&draft, Some(self.uid), None).expect("root gives files away");
        fs::rename(&draft, self.path(name)).expect("a name of its own");
    }

    /// A file that says it has more octets than any disk.
    fn giant(&self, name: &str, octets: u64) {
        self.file(name, b"");
        let file = fs::OpenOptions::new().write(true).open(self.path(name));
        file.and_then(|file| file.set_len(octets)).expect("a hole");
    }

    fn shell(&self, line: &str) {
        self.sandbox.shell(self.uid, line).expect_success();
    }
}

fn alerts(sandbox: &Sandbox, count: usize) -> Vec<AlertId> {
    (0..count).map(|_| sandbox.enqueue_as(BOB, &["--to", "ops", "--subject", "good", "text"])).collect()
}

fn nested(depth: usize) -> Vec<u8> {
    format!("{{\"version\":1,\"subject\":\"s\",\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth))
        .into_bytes()
}

#[test]
fn case_one_bad_file_blocks_all() {
    let Some((sandbox, server)) = machine(|config| config.limit("rescan", "100ms")) else { return };
    let alice = Hand { sandbox: &sandbox, uid: ALICE };
    alice.file(early(1), b"");
    alice.file(early(2), b"{\"to\":");
    alice.file(early(3), b"{\"version\":1,\"subject\":\"for nobody\"}");
    alice.file("a.json", &noise(1 << 20));
    alice.file(early(4), &nested(10_000));
    alice.shell("mkdir $incoming/b.json && mkfifo $incoming/c.json && ln -s /nonexistent $incoming/d.json");
    alice.shell(&format!("mkfifo $incoming/{} && ln -s /dev/zero $incoming/{}", early(6), early(7)));
    alice.file(early(5), b"{\"version\":1,\"subject\":\"unreadable\"}");
    alice.shell(&format!("chmod 000 $incoming/{}", early(5)));
    alice.file(OsStr::from_bytes(b"\xff\xfe.json"), b"x");
    fs::remove_dir(sandbox.folder(Folder::Corrupt)).expect("it was empty");
    let good = alerts(&sandbox, 5);

    let agent = sandbox.start_agent();
    sandbox.wait_for("the five good alerts are sent", Duration::from_secs(10), || server.mails().len() == 5);
    let corrupt = [1, 2, 4, 5, 6, 7].map(early).into_iter();
    let corrupt: Vec<String> =
        corrupt.chain(["a.json", "c.json", "d.json", "__.json"].map(str::to_owned)).collect();
    sandbox.wait_for("the bad ones are set aside", PATIENCE, || {
        sandbox.names_in(Folder::Corrupt).len() == 2 * corrupt.len()
            && sandbox.names_in(Folder::Incoming) == ["b.json"]
    });
    for name in &corrupt {
        assert!(
            sandbox.names_in(Folder::Corrupt).contains(&format!("{name}.reason")),
            "{name} has no reason"
        );
    }
    assert_eq!(sandbox.names_in(Folder::Dead), [early(3)], "an alert for nobody is kept");
    for id in good {
        sandbox.wait_until_sent(id);
    }

    let (before, span) = (ticks(agent.pid()), Duration::from_secs(3));
    // Nothing is to happen, so there is nothing to wait for but time.
    let idle = harness::becomes_true(span, || false);
    let spent = ticks(agent.pid()) - before;
    assert!(!idle && spent <= span.as_secs() * TICKS_A_SECOND / 20, "{spent} ticks in {} s", span.as_secs());
    let log = agent.log();
    for name in corrupt.iter().chain([&"b.json".to_owned()]) {
        let lines = log.lines().filter(|line| line.contains(name.as_str())).count();
        assert_eq!(lines, 1, "{name}: {log}");
    }
    assert!(log.contains("made the folder"), "{log}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn what_the_agent_cannot_move_is_told_of_once_and_costs_nobody_anything() {
    let Some((sandbox, _server)) = machine(|config| config.limit("rescan", "50ms")) else { return };
    let alice = Hand { sandbox: &sandbox, uid: ALICE };
    alice.shell("mkdir $incoming/empty $incoming/full && touch $incoming/full/x && chmod 000 $incoming/full");
    alice.shell(&format!("mkdir $incoming/{}", early(1)));
    let agent = sandbox.start_agent();
    for id in alerts(&sandbox, 3) {
        sandbox.wait_until_sent(id);
    }
    let told = |name: &str| agent.log().lines().filter(|line| line.contains(name)).count();
    sandbox.wait_for("all are told of", PATIENCE, || {
        ["\"empty\"", "\"full\"", &early(1)].iter().all(|name| told(name) == 1)
    });
    // Many scans later.
    for id in alerts(&sandbox, 10) {
        sandbox.wait_until_sent(id);
    }
    for name in ["\"empty\"", "\"full\"", &early(1)] {
        assert_eq!(told(name), 1, "{}", agent.log());
    }
    // Their owner can take them away.
    alice.shell("rmdir $incoming/empty");
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(sandbox.names_in(Folder::Incoming), [early(1), "full".to_owned()]);
}

#[test]
fn giants_and_hostile_names_fill_neither_memory_nor_log_nor_terminal() {
    let Some((sandbox, _server)) = machine(|config| config) else { return };
    let alice = Hand { sandbox: &sandbox, uid: ALICE };
    for number in 0..20 {
        alice.giant(&early(number), 1 << 40);
    }
    // As large as an alert may be, and none.
    for number in 20..26 {
        alice.file(early(number), &noise(ALERT_OCTETS_MAX));
    }
    // What is wrong with these is a text of theirs, as long and as nasty as they like.
    let nasty = "\\u001b[2J".repeat(100_000);
    alice.file(early(26), format!("{{\"version\":\"{nasty}\"}}").as_bytes());
    alice.file(early(27), format!("{{\"version\":1,\"subject\":\"s\",\"severity\":\"{nasty}\"}}").as_bytes());
    alice.file(
        file_name(AlertId::new(Wall::from_unix_ms(1_795_580_000_000), [28; 10])),
        format!("{{\"version\":1,\"subject\":\"s\",\"to\":[\"ops\",\"{nasty}\"]}}").as_bytes(),
    );
    let names: [&[u8]; 6] = [
        b"new\nline",
        b"\x1b[2Jclear",
        b"bell\x07\r\n.json",
        b"\xc3\x28",
        &[b'n'; 255],
        b"-rf ; $(reboot) `x`",
    ];
    for name in names {
        alice.file(OsStr::from_bytes(name), b"x");
    }
    let agent = sandbox.start_agent();
    for id in alerts(&sandbox, 3) {
        sandbox.wait_until_sent(id);
    }
    let expected = 28 + names.len();
    sandbox.wait_for("all are set aside", PATIENCE, || {
        sandbox.names_in(Folder::Incoming).is_empty()
            && sandbox.names_in(Folder::Corrupt).len() == 2 * expected
    });
    let resident = most_resident(agent.pid());
    assert!(resident < RESIDENT_MAX, "{resident} octets");
    let log = agent.log();
    assert!(!log.contains(['\x1b', '\x07', '\r']), "{log:?}");
    assert_eq!(log.lines().filter(|line| line.starts_with("corrupt ")).count(), expected, "{log}");
    assert_eq!(log.lines().filter(|line| line.starts_with("unusable ")).count(), 1, "{log}");
    assert!(log.len() < 20_000, "{} octets", log.len());
    for number in [26, 27] {
        let reason = fs::read_to_string(sandbox.folder(Folder::Corrupt).join(early(number) + ".reason"));
        let reason = reason.expect("a reason");
        assert!(reason.len() < 1_000 && !reason.contains('\x1b'), "{} octets", reason.len());
    }
    let odd = |name: &&String| name.contains(|it: char| it.is_control() || " ;$`\u{fffd}".contains(it));
    assert_eq!(sandbox.names_in(Folder::Corrupt).iter().find(odd), None);
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_writer_who_keeps_its_file_open_changes_nothing_that_was_read() {
    // The id was born long ago, and the subject is to stay as it is.
    let late = |config: Config| config.alerts("late_after", "\"never\"");
    let Some((sandbox, server)) = machine(late) else { return };
    let agent = sandbox.start_agent();
    let alice = Hand { sandbox: &sandbox, uid: ALICE };
    let id = AlertId::new(Wall::from_unix_ms(1_795_580_000_000), [9; 10]);
    // The name comes last, as a careful writer does it; then the file is changed through the open descriptor.
    alice.shell(&format!(
        "cd $incoming; umask 022; exec 3> .w; chmod 640 .w; \
         printf '%s' '{{\"version\":1,\"subject\":\"first\",\"to\":[\"ops\"]}}' >&3; mv .w {}; printf 'EVIL' >&3",
        file_name(id)
    ));
    sandbox.wait_for("it is settled", PATIENCE, || {
        sandbox.state(id) == Some(State::Sent) || sandbox.names_in(Folder::Corrupt).len() == 2
    });
    assert!(server.mails().iter().all(|mail| mail.header("Subject").as_deref() == Some("first")));
    for id in alerts(&sandbox, 1) {
        sandbox.wait_until_sent(id);
    }
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_name_that_is_no_text_is_noticed_without_a_scan() {
    let Some((sandbox, _server)) = machine(|config| config.limit("rescan", "1h")) else { return };
    let agent = sandbox.start_agent();
    Hand { sandbox: &sandbox, uid: ALICE }.file(OsStr::from_bytes(b"\xff\xfe.json"), b"x");
    sandbox.wait_for("it is set aside", PATIENCE, || {
        sandbox.names_in(Folder::Corrupt) == ["__.json", "__.json.reason"]
    });
    assert_eq!(agent.stop(), Some(0));
}
