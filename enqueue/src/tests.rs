//! The whole program in a world of its own: every option, every exit code, many at once.

mod callers;
mod elsewhere;
mod help;
mod mail;
mod sendmail;
mod webhooks;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use spool_format::folder::parse_file_name;
use spool_format::{Alert, AlertId, Folder, Layout, Severity, Wall};

use crate::{Exit, Outcome, Syslog, World, run};

static NEXT_CHANCE: AtomicU64 = AtomicU64::new(0);

/// A spool, and what was said when something was put into it.
struct Sandbox {
    folder: tempfile::TempDir,
    stdin: Vec<u8>,
    stdin_is_terminal: bool,
    /// Chance that is used up before fresh one is drawn.
    chance: Vec<[u8; 10]>,
    /// Of the environment, besides the spool.
    env: Vec<(&'static str, PathBuf)>,
    syslog: Syslog,
    leave: Option<fn(&Outcome)>,
}

#[derive(Debug)]
struct Said {
    exit: Exit,
    stdout: String,
    stderr: String,
}

impl Sandbox {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for path in Layout::new(folder.path()).all_folders() {
            std::fs::create_dir_all(path).expect("a folder");
        }
        let (stdin, chance, env) = (Vec::new(), Vec::new(), Vec::new());
        Self { folder, stdin, stdin_is_terminal: false, chance, env, syslog: Syslog::nowhere(), leave: None }
    }

    fn with_stdin(octets: &[u8]) -> Self {
        Self { stdin: octets.to_vec(), ..Self::new() }
    }

    fn at_a_terminal() -> Self {
        Self { stdin_is_terminal: true, ..Self::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn incoming(&self) -> PathBuf {
        Layout::new(self.folder.path()).folder(Folder::Incoming)
    }

    /// Every name in the folder of new alerts, hidden ones too.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.incoming()).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
    }

    fn run(&self, words: &[&str]) -> Said {
        self.run_at(self.folder.path(), words)
    }

    fn run_at(&self, spool: &Path, words: &[&str]) -> Said {
        self.run_as("enqueue", spool, words)
    }

    /// Called by another name.
    fn run_as(&self, program: &str, spool: &Path, words: &[&str]) -> Said {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut chance = self.chance.iter();
        let argv: Vec<OsString> = [program].iter().chain(words).map(OsString::from).collect();
        let exit = run(
            &argv,
            &mut World {
                stdin: &mut self.stdin.as_slice(),
                stdin_is_terminal: self.stdin_is_terminal,
                stdout: &mut stdout,
                stderr: &mut stderr,
                env: &|name| match name {
                    "ALERTMAIL_SPOOL" => Some(spool.as_os_str().to_owned()),
                    _ => self.env.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()),
                },
                now: Wall::from_unix_ms(1_795_580_610_123),
                entropy: &mut || Ok(chance.next().copied().unwrap_or_else(fresh)),
                uid: 1000,
                clock: monotonic,
                syslog: self.syslog.clone(),
                leave: self.leave,
                become_alertmail: Some(|words| io::Error::other(words.join("+"))),
            },
        );
        let text = |octets| String::from_utf8(octets).expect("UTF-8");
        Said { exit, stdout: text(stdout), stderr: text(stderr) }
    }

    /// The alert that these words put into the spool.
    fn alert(&self, words: &[&str]) -> Alert {
        let said = self.run(words);
        assert_eq!((said.exit, said.stderr.as_str()), (Exit::Done, ""), "{words:?}");
        let id = AlertId::parse(said.stdout.strip_suffix('\n').expect("a line")).expect("an id");
        let octets = std::fs::read(self.incoming().join(format!("{id}.json"))).expect("the file");
        let alert = Alert::parse(&octets, id).expect("an alert");
        assert_eq!(alert.id, Some(id));
        alert
    }
}

#[expect(clippy::disallowed_methods, reason = "tests wait in real time")]
fn monotonic() -> Instant {
    Instant::now()
}

fn fresh() -> [u8; 10] {
    let number = NEXT_CHANCE.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    std::array::from_fn(|at| number.get(at).copied().unwrap_or(7))
}

#[test]
fn every_option_lands_in_the_alert() {
    let sandbox = Sandbox::with_stdin(b"line 1\nline 2\n");
    let file = sandbox.path("report.csv");
    std::fs::File::create(&file)
        .and_then(|mut file| io::Write::write_all(&mut file, b"a;\xff"))
        .expect("a file");
    let alert = sandbox.alert(&[
        "--to",
        "a@example.jp,root",
        "-t=b@example.jp",
        "--cc=c@example.jp",
        "--bcc",
        "d@example.jp",
        "--sender",
        "me@example.jp",
        "--from-name",
        "監視",
        "--severity=critical",
        "--key",
        "disk-db1",
        "--resolves",
        "--ttl",
        "15m",
        "--header",
        "X-Room: 7",
        "--attach",
        file.to_str().expect("UTF-8"),
        "--subject",
        "disk full",
    ]);
    assert_eq!(alert.version, 1);
    assert_eq!(alert.created, Some(Wall::from_unix_ms(1_795_580_610_123)));
    assert_eq!(alert.to, ["a@example.jp", "root", "b@example.jp"]);
    assert_eq!(alert.cc, ["c@example.jp"]);
    assert_eq!(alert.bcc, ["d@example.jp"]);
    assert_eq!(alert.sender.as_deref(), Some("me@example.jp"));
    assert_eq!(alert.from_name.as_deref(), Some("監視"));
    assert_eq!(alert.severity, Severity::Critical);
    assert_eq!(alert.key.as_deref(), Some("disk-db1"));
    assert!(alert.resolves);
    assert_eq!(alert.ttl, Some(900));
    assert_eq!(alert.headers["X-Room"], "7");
    assert_eq!(alert.subject, "disk full");
    assert_eq!(alert.body, "line 1\nline 2\n");
    let [attachment] = alert.attachments.as_slice() else { panic!("one attachment") };
    assert_eq!(
        (attachment.name.as_str(), attachment.media_type.as_str(), attachment.data.as_str()),
        ("report.csv", "text/csv", "YTv/")
    );
    let source = alert.source.expect("a source");
    assert_eq!(source.host.as_bytes(), rustix::system::uname().nodename().to_bytes());
    assert_eq!(source.program, "");
    assert!(alert.unknown.is_empty());
}

#[test]
fn the_option_names_another_spool_than_the_environment() {
    let (sandbox, other) = (Sandbox::new(), Sandbox::new());
    let said = sandbox.run(&["-s", "x", "--spool", other.folder.path().to_str().expect("UTF-8")]);
    assert_eq!(said.exit, Exit::Done);
    assert_eq!((sandbox.names().len(), other.names().len()), (0, 1));
}

#[test]
fn the_body_is_the_text_or_stdin_but_never_waits_for_a_terminal() {
    let (pipe, terminal) =
        (Sandbox::with_stdin(b"piped"), Sandbox { stdin: b"typed".to_vec(), ..Sandbox::at_a_terminal() });
    for (name, sandbox, words, body) in [
        ("pipe", &pipe, ["-s", "x"].as_slice(), "piped"),
        ("pipe without a subject", &pipe, &[], "piped"),
        ("dash", &pipe, &["-"], "piped"),
        ("words", &pipe, &["disk", "full"], "disk full"),
        ("empty text", &pipe, &["-s", "x", ""], ""),
        ("terminal", &terminal, &["-s", "x"], ""),
        ("terminal with a dash", &terminal, &["-s", "x", "-"], "typed"),
    ] {
        assert_eq!(sandbox.alert(words).body, body, "{name}");
    }
}

#[test]
fn octets_that_are_not_utf_8_do_not_cost_the_alert() {
    assert_eq!(Sandbox::with_stdin(b"a\xffb\0c").alert(&[]).body, "a\u{fffd}b\0c");
}

#[test]
fn the_file_has_the_mode_that_lets_the_agent_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    sandbox.alert(&["-s", "x"]);
    let [name] = sandbox.names().try_into().expect("one name");
    let mode = std::fs::metadata(sandbox.incoming().join(name)).expect("the file").permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
}

#[test]
fn each_refusal_has_its_exit_code_one_line_and_no_file() {
    let missing = "/no/such/file";
    let crowd = "a@example.jp,".repeat(101);
    for (words, exit, part) in [
        (["--subjet", "x"].as_slice(), Exit::Usage, "did you mean `--subject`?"),
        (&["--severity", "loud"], Exit::Usage, "critical, warning or info"),
        (&["--ttl", "soon"], Exit::Usage, "90s, 15m"),
        (&["--timeout", "soon"], Exit::Usage, "`soon` is not a time to wait"),
        (&["--json", "x"], Exit::Usage, "--json belongs to --check"),
        (&["--header", "X-Room 7"], Exit::Usage, "no colon"),
        (&["--to", "two words"], Exit::BadData, "name of an alias"),
        (&["--sender", "root"], Exit::BadData, "`root` is not a mail address"),
        (&["--subject", "x", "--to", &crowd], Exit::BadData, "101 recipients"),
        (&["--subject", "x", "--attach", missing], Exit::NoInput, missing),
        (&["--subject", "x", "--attach", "/"], Exit::NoInput, "cannot read `/`"),
        (&["--subject", "x", "--attach", "/dev/zero"], Exit::BadData, "larger than 8 MiB"),
        (&[], Exit::BadData, "stdin is empty"),
        (&[""], Exit::Usage, "nothing to tell"),
    ] {
        let sandbox = Sandbox::new();
        let said = sandbox.run(words);
        assert_eq!(said.exit, exit, "{words:?}: {said:?}");
        assert!(said.stderr.starts_with("enqueue: not stored: ") && said.stderr.contains(part), "{said:?}");
        assert_eq!((said.stderr.matches('\n').count(), said.stdout.as_str()), (1, ""), "{said:?}");
        assert_eq!(sandbox.names(), Vec::<String>::new(), "{words:?}");
    }
}

#[test]
fn a_terminal_without_subject_and_text_is_told_what_to_do() {
    let said = Sandbox::at_a_terminal().run(&[]);
    assert_eq!(said.exit, Exit::Usage);
    assert!(said.stderr.contains("give --subject LINE, or a TEXT, or pipe"), "{said:?}");
}

#[test]
fn a_body_that_fits_only_before_it_is_escaped_is_too_large() {
    let sandbox = Sandbox::with_stdin(&vec![b'\n'; 5 * 1024 * 1024]);
    assert_eq!(sandbox.run(&[]).exit, Exit::BadData);
    assert_eq!(sandbox.names(), Vec::<String>::new());
    assert_eq!(Sandbox::with_stdin(&vec![b'x'; 8 * 1024 * 1024 + 1]).run(&[]).exit, Exit::BadData);
}

#[test]
fn where_there_is_no_spool_the_line_says_how_to_make_one() {
    let sandbox = Sandbox::new();
    let missing = sandbox.path("missing");
    let said = sandbox.run_at(&missing, &["-s", "x"]);
    let place = missing.display();
    let line =
        format!("enqueue: not stored: no spool at {place}; make it with: alertmail spool init {place}\n");
    assert_eq!((said.exit, said.stderr), (Exit::NoSpool, line));
    let file = sandbox.path("file");
    std::fs::File::create(&file).expect("a file");
    assert_eq!(sandbox.run_at(&file, &["-s", "x"]).exit, Exit::NoSpool);
    assert_eq!(sandbox.run_at(&sandbox.path(&"x".repeat(300)), &["-s", "x"]).exit, Exit::NoSpool);
}

#[test]
fn an_id_that_is_taken_is_replaced_by_a_new_one_twice_and_not_for_ever() {
    let (first, second) = ([1; 10], [2; 10]);
    let mut sandbox = Sandbox::new();
    sandbox.chance = vec![first];
    sandbox.alert(&["-s", "first"]);
    sandbox.chance = vec![first, first, second];
    assert_eq!(sandbox.alert(&["-s", "second"]).subject, "second");
    sandbox.chance = vec![first, second, first];
    assert_eq!(sandbox.run(&["-s", "third"]).exit, Exit::TryAgain);
    assert_eq!(sandbox.names().len(), 2, "{:?}", sandbox.names());
}

#[test]
fn without_chance_nothing_is_stored() {
    let sandbox = Sandbox::new();
    let spool = sandbox.folder.path().as_os_str().to_owned();
    let exit = run(
        &["enqueue".into(), "-s".into(), "x".into()],
        &mut World {
            stdin: &mut io::empty(),
            stdin_is_terminal: false,
            stdout: &mut Vec::new(),
            stderr: &mut Vec::new(),
            env: &|name| (name == "ALERTMAIL_SPOOL").then(|| spool.clone()),
            now: Wall::from_unix_ms(0),
            entropy: &mut || Err(io::Error::other("none")),
            uid: 0,
            clock: monotonic,
            syslog: Syslog::nowhere(),
            leave: None,
            become_alertmail: None,
        },
    );
    assert_eq!(exit, Exit::TryAgain);
    assert_eq!(sandbox.names(), Vec::<String>::new());
}

#[test]
fn two_hundred_at_once_make_two_hundred_files() {
    let sandbox = Sandbox::new();
    let ids: BTreeSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..200)
            .map(|number| {
                let (sandbox, subject) = (&sandbox, format!("number {number}"));
                scope.spawn(move || sandbox.run(&["-s", &subject]))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                let said = thread.join().expect("no panic");
                assert_eq!(said.exit, Exit::Done, "{said:?}");
                said.stdout.trim_end().to_owned()
            })
            .collect()
    });
    let stored = sandbox.names();
    let stored: BTreeSet<String> =
        stored.iter().map(|name| parse_file_name(name).expect("an alert").as_str().to_owned()).collect();
    assert_eq!(ids.len(), 200);
    assert_eq!(stored, ids);
}

#[test]
fn a_closed_stdout_does_not_take_success_back() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let sandbox = Sandbox::new();
    let spool = sandbox.folder.path().as_os_str().to_owned();
    let exit = run(
        &["enqueue".into(), "x".into()],
        &mut World {
            stdin: &mut io::empty(),
            stdin_is_terminal: false,
            stdout: &mut Closed,
            stderr: &mut Closed,
            env: &|name| (name == "ALERTMAIL_SPOOL").then(|| spool.clone()),
            now: Wall::from_unix_ms(0),
            entropy: &mut || Ok(fresh()),
            uid: 0,
            clock: monotonic,
            syslog: Syslog::nowhere(),
            leave: None,
            become_alertmail: None,
        },
    );
    assert_eq!((exit, sandbox.names().len()), (Exit::Done, 1));
}
