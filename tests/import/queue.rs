//! What waits in another program's queue is taken over once, whatever kills the import.

use std::fs;
use std::path::{Path, PathBuf};

use harness::{
    Call, Config, Fate, PATIENCE, Provider, Sandbox, becomes_true, calls, run, watched, write_file,
};
use lab::Personality;
use rustix::fs::{FileType, FlockOperation, Mode, OFlags, flock};
use spool_format::Folder;

use crate::{furnish, import_command, sandbox};

/// Mails that wait.
const MAILS: usize = 2;

/// A machine with a queue, and a spool of ours.
struct Scene {
    sandbox: Sandbox,
    peer: &'static str,
    root: PathBuf,
}

impl Scene {
    fn new(peer: &'static str) -> Self {
        let sandbox = sandbox();
        let root = sandbox.path().join("old");
        let scene = Self { sandbox, peer, root };
        scene.furnish();
        scene
    }

    fn furnish(&self) {
        match self.peer {
            "nullmailer" => furnish(
                &self.root,
                &[
                    (
                        "var/spool/nullmailer/queue/1795580000.4711",
                        "root@db1.example.com\nops@example.jp\nnight@example.jp\n\nSubject: disk full\nTo: ops@example.jp\n\n/var is at 100 %\n",
                    ),
                    (
                        "var/spool/nullmailer/queue/1795580001.4712",
                        "\nops@example.jp\n\nSubject: a bounce\n\nx\n",
                    ),
                ],
            ),
            _ => furnish(
                &self.root,
                &[
                    (
                        "var/spool/dma/Q1a2b.5581c0",
                        "ID: 1a2b.5581c0\nSender: root@db1.example.com\nRecipient: ops@example.jp\n",
                    ),
                    ("var/spool/dma/M1a2b.5581c0", "Subject: disk full\n\n/var is at 100 %\n"),
                    (
                        "var/spool/dma/Q1a2b.5581d0",
                        "ID: 1a2b.5581d0\nSender: root@db1.example.com\nRecipient: night@example.jp\n",
                    ),
                    ("var/spool/dma/M1a2b.5581d0", "Subject: disk full\n\n/var is at 100 %\n"),
                ],
            ),
        }
    }

    /// The folder with its files, and the one that they go to.
    fn folders(&self) -> (PathBuf, PathBuf) {
        match self.peer {
            "nullmailer" => {
                let spool = self.root.join("var/spool/nullmailer");
                (spool.join("queue"), spool.join("imported"))
            }
            _ => (self.root.join("var/spool/dma"), self.root.join("var/spool/dma/imported")),
        }
    }

    fn command(&self) -> std::process::Command {
        let spool = self.sandbox.spool().display().to_string();
        import_command(self.peer, &self.root, &["--queue", "--spool", &spool])
    }

    fn waiting(&self) -> Vec<String> {
        names(&self.folders().0)
    }

    fn alerts(&self) -> Vec<String> {
        self.sandbox.names_in(Folder::Incoming)
    }

    /// Everything is over, and once.
    #[track_caller]
    fn expect_all_taken(&self, of: &str) {
        let ended = run(&mut self.command(), b"");
        assert_eq!(ended.code, Some(0), "{of}: {}{}", ended.stdout, ended.stderr);
        assert_eq!(self.waiting(), Vec::<String>::new(), "{of}");
        assert_eq!(self.alerts().len(), MAILS, "{of}: {:?}", self.alerts());
        let files = if self.peer == "dma" { 2 * MAILS } else { MAILS };
        assert_eq!(names(&self.folders().1).len(), files, "{of}: {:?}", names(&self.folders().1));
    }

    /// As it was, with a spool that is empty.
    fn begin_again(&self) {
        let _ = fs::remove_dir_all(&self.root);
        self.furnish();
        let incoming = self.sandbox.folder(Folder::Incoming);
        for entry in fs::read_dir(&incoming).expect("a spool") {
            fs::remove_file(entry.expect("readable").path()).expect("it is ours");
        }
    }
}

/// The files in a folder, without folders.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.expect("readable")).filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Calls that change something, or stand right behind one that does: each other call is like one of them.
fn is_a_step(call: &Call) -> bool {
    ["mkdir", "openat", "write", "fsync", "rename", "unlink", "flock", "fchmod", "close", "exit_group"]
        .iter()
        .any(|name| call.name.starts_with(name))
}

fn kill_at_every_step(peer: &'static str) -> usize {
    let scene = Scene::new(peer);
    let log = scene.sandbox.path().join("strace.log");
    run(&mut watched(&scene.command(), &log, &[]), b"").expect_success();
    scene.expect_all_taken("undisturbed");
    let all = calls(&log);
    let begins =
        all.iter().position(|call| call.text.contains("/submit/incoming")).expect("it opens the spool");
    let steps: Vec<&Call> = all[begins..].iter().filter(|call| is_a_step(call)).collect();
    for call in &steps {
        scene.begin_again();
        let killed = run(&mut watched(&scene.command(), &log, &[call.cut(Fate::Kill)]), b"");
        assert_eq!(killed.code, None, "it was not killed at {}: {killed:?}", call.label());
        let envelopes = scene.waiting().iter().filter(|name| !name.starts_with('M')).count();
        let visible = scene.alerts().iter().filter(|name| !name.starts_with('.')).count();
        assert!(envelopes + visible >= MAILS, "{}: a mail is lost", call.label());
        scene.expect_all_taken(&call.label());
    }
    steps.len()
}

#[test]
fn an_import_of_nullmailers_queue_that_is_killed_at_any_step_loses_and_doubles_nothing() {
    let steps = kill_at_every_step("nullmailer");
    assert!(steps > 20, "{steps}");
}

#[test]
fn an_import_of_dmas_queue_that_is_killed_at_any_step_loses_and_doubles_nothing() {
    let steps = kill_at_every_step("dma");
    assert!(steps > 25, "{steps}");
}

#[test]
fn what_was_sent_meanwhile_is_not_sent_again_by_the_run_after_the_kill() {
    let scene = Scene::new("nullmailer");
    let server = scene.sandbox.server("home", Personality::plain());
    let provider = Provider::clear("home", server.port()).from("alert@example.jp");
    scene.sandbox.configure(&Config::of([provider]));
    let log = scene.sandbox.path().join("strace.log");
    // The first rename publishes; the second moves the file away.
    let at_the_move = harness::Cut { name: "renameat2", when: "2".to_owned(), fate: Fate::Kill };
    run(&mut watched(&scene.command(), &log, &[at_the_move]), b"");
    assert_eq!((scene.waiting().len(), scene.alerts().len()), (2, 1), "killed in between");
    let agent = scene.sandbox.start_agent();
    assert!(server.wait_for_mails(1, PATIENCE), "{}", agent.log());
    scene.sandbox.wait_for("it is over", PATIENCE, || scene.alerts().is_empty());
    let ended = run(&mut scene.command(), b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(server.wait_for_mails(2, PATIENCE), "{}", agent.log());
    scene.sandbox.wait_for("all is over", PATIENCE, || scene.alerts().is_empty());
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "each once: {}", agent.log());
    assert_eq!(mails[0].recipients, ["ops@example.jp", "night@example.jp"]);
    let text = String::from_utf8_lossy(&mails[0].octets).into_owned();
    assert!(text.contains("Subject: disk full") && text.contains("/var is at 100 %"), "{text}");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_queue_that_its_program_works_at_is_left_to_it() {
    let scene = Scene::new("nullmailer");
    let trigger = scene.root.join("var/spool/nullmailer/trigger");
    rustix::fs::mknodat(rustix::fs::CWD, &trigger, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
        .expect("a FIFO");
    let listens = fs::File::options().read(true).write(true).open(&trigger).expect("a FIFO");
    let ended = run(&mut scene.command(), b"");
    assert_eq!(ended.code, Some(69), "{}", ended.stderr);
    assert!(ended.stderr.contains("systemctl disable --now nullmailer"), "{}", ended.stderr);
    assert_eq!((scene.waiting().len(), scene.alerts().len()), (2, 0));
    drop(listens);
    // A child that another test is just starting may have it open for a moment yet.
    let nobody_listens = || {
        let flags = OFlags::WRONLY | OFlags::NONBLOCK;
        rustix::fs::open(&trigger, flags, Mode::empty()).is_err()
    };
    assert!(becomes_true(PATIENCE, nobody_listens));
    scene.expect_all_taken("nobody listens");

    let scene = Scene::new("dma");
    let held = fs::File::open(scene.folders().0.join("Q1a2b.5581c0")).expect("a file");
    flock(&held, FlockOperation::LockExclusive).expect("a lock");
    let ended = run(&mut scene.command(), b"");
    assert_eq!(ended.code, Some(65), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("Q1a2b.5581c0: stays in the queue: a dma process has it"),
        "{}",
        ended.stdout
    );
    assert_eq!(
        (scene.waiting(), scene.alerts().len()),
        (vec!["M1a2b.5581c0".to_owned(), "Q1a2b.5581c0".to_owned()], 1)
    );
    flock(&held, FlockOperation::Unlock).expect("it is ours");
    scene.expect_all_taken("nobody holds it");
}

#[test]
fn what_is_no_mail_stays_where_it_is_with_a_reason() {
    let scene = Scene::new("nullmailer");
    let (queue, _) = scene.folders();
    write_file(&queue.join("1795580002.1"), 0o600, b"root@db1.example.com\nops@exa");
    write_file(&queue.join("1795580003.1"), 0o600, b"root@db1.example.com\n\nSubject: nobody\n\n");
    write_file(
        &queue.join("1795580004.1"),
        0o600,
        &[&b"\nops@example.jp\n\n"[..], &vec![b'x'; 7 << 20]].concat(),
    );
    std::os::unix::fs::symlink("/etc/passwd", queue.join("1795580005.1")).expect("a link");
    let ended = run(&mut scene.command(), b"");
    assert_eq!(ended.code, Some(65), "{}", ended.stdout);
    for part in [
        "ends within its envelope",
        "names no recipient",
        "more than an alert can hold",
        "1795580005.1: stays",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    assert_eq!(scene.alerts().len(), MAILS);
    assert_eq!(scene.waiting().len(), 4);
}
