//! What becomes of an alert when `incoming/` cannot be used: every place, in its order, with a small agent of our own.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use spool_format::folder::file_name;
use spool_format::reach::reach;
use spool_format::socket::Answer;
use spool_format::{Alert, AlertId};

use super::{Said, Sandbox};
use crate::Exit;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

impl Sandbox {
    /// One whose spool is missing, so that every alert goes elsewhere.
    fn without_a_spool() -> Self {
        let sandbox = Self::new();
        std::fs::remove_dir(sandbox.incoming()).expect("an empty folder");
        sandbox
    }

    fn with(mut self, name: &'static str, path: PathBuf) -> Self {
        self.env.push((name, path));
        self
    }

    fn with_socket(self) -> Self {
        let path = self.path("agent.sock");
        self.with("ALERTMAIL_SOCKET", path)
    }

    fn with_spare(self) -> Self {
        let path = self.path("spare");
        std::fs::create_dir(&path).expect("a folder");
        self.with("ALERTMAIL_SPARE", path)
    }

    fn with_log(mut self, which: fn(&mut crate::Syslog) -> &mut PathBuf) -> (Self, UnixDatagram) {
        let path = self.path("log");
        let log = UnixDatagram::bind(&path).expect("bound");
        log.set_read_timeout(Some(PATIENCE)).expect("a socket");
        *which(&mut self.syslog) = path;
        (self, log)
    }

    fn spare_names(&self) -> usize {
        std::fs::read_dir(self.path("spare")).expect("a folder").count()
    }

    /// An agent that takes one connection.
    fn agent(&self, serve: impl FnOnce(UnixStream) + Send + 'static) -> JoinHandle<()> {
        let listener = UnixListener::bind(&self.env[0].1).expect("bound");
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a client");
            stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
            serve(stream);
        })
    }

    /// An agent that reads one whole alert and says this about it.
    fn agent_says(&self, say: fn(AlertId) -> Option<Answer>) -> JoinHandle<()> {
        self.agent(move |mut stream| {
            let mut octets = Vec::new();
            stream.read_to_end(&mut octets).expect("readable");
            let id = serde_json::from_slice::<Alert>(&octets).expect("an alert").id.expect("an id");
            if let Some(answer) = say(id) {
                stream.write_all(&answer.to_octets()).expect("a client");
            }
        })
    }
}

fn id_on_stdout(said: &Said) -> AlertId {
    AlertId::parse(said.stdout.trim_end()).unwrap_or_else(|| panic!("{said:?}"))
}

/// Everything that a log got.
fn logged(log: &UnixDatagram) -> Vec<String> {
    log.set_nonblocking(true).expect("a socket");
    let mut octets = [0; 4096];
    let mut lines = Vec::new();
    while let Ok(length) = log.recv(&mut octets) {
        lines.push(String::from_utf8(octets[..length].to_vec()).expect("UTF-8"));
    }
    lines
}

#[test]
fn an_alert_that_the_agent_keeps_is_a_quiet_success() {
    let sandbox = Sandbox::without_a_spool().with_socket().with_spare();
    let agent = sandbox.agent_says(|id| Some(Answer::Kept(id)));
    let said = sandbox.run(&["-s", "x"]);
    agent.join().expect("no panic");
    assert_eq!((said.exit, said.stderr.as_str()), (Exit::Done, ""));
    id_on_stdout(&said);
    assert_eq!(sandbox.spare_names(), 0);
}

#[test]
fn every_trouble_with_the_folder_leads_on_and_a_good_folder_never_does() {
    for trouble in ["missing", "a file", "read-only by permission", "none"] {
        let sandbox = Sandbox::new().with_spare();
        let incoming = sandbox.incoming();
        match trouble {
            "missing" => std::fs::remove_dir(&incoming).expect("removed"),
            "a file" => {
                std::fs::remove_dir(&incoming).expect("removed");
                std::fs::File::create(&incoming).expect("a file");
            }
            "read-only by permission" if rustix::process::geteuid().is_root() => continue,
            "read-only by permission" => {
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o500);
                std::fs::set_permissions(&incoming, mode).expect("ours");
            }
            _ => {}
        }
        let said = sandbox.run(&["-s", "x"]);
        assert_eq!(said.exit, Exit::Done, "{trouble}: {said:?}");
        assert_eq!(sandbox.spare_names(), usize::from(trouble != "none"), "{trouble}");
    }
}

#[test]
fn an_alert_in_the_agents_memory_only_is_no_success_and_its_text_is_in_the_log() {
    let (sandbox, log) =
        Sandbox::without_a_spool().with_socket().with_spare().with_log(|syslog| &mut syslog.journald);
    let agent = sandbox.agent_says(|id| Some(Answer::Held(id)));
    let said = sandbox.run(&["-s", "x"]);
    agent.join().expect("no panic");
    assert_eq!((said.exit, said.stdout.as_str()), (Exit::TryAgain, ""));
    for part in ["perhaps not stored: no spool at", "holds it in memory", "may send it twice", "in journald"]
    {
        assert!(said.stderr.contains(part), "{part}: {said:?}");
    }
    assert_eq!(sandbox.spare_names(), 0, "it would be sent twice");
    assert_eq!(logged(&log).len(), 1);
}

#[test]
fn what_the_agent_refuses_is_bad_data_and_goes_nowhere_else() {
    let (sandbox, log) =
        Sandbox::without_a_spool().with_socket().with_spare().with_log(|syslog| &mut syslog.journald);
    let agent = sandbox.agent_says(|_| Some(Answer::Refused("no such alias".into())));
    let said = sandbox.run(&["-s", "x"]);
    agent.join().expect("no panic");
    assert_eq!(said.exit, Exit::BadData);
    assert_eq!(said.stderr, "enqueue: not stored: the agent refuses the alert: no such alias\n");
    assert_eq!((sandbox.spare_names(), logged(&log).len()), (0, 0));
}

#[test]
fn an_agent_that_is_busy_leads_on_also_when_it_does_not_read_the_alert() {
    let big = Sandbox::with_stdin(&vec![b'x'; 4 * 1024 * 1024]);
    std::fs::remove_dir(big.incoming()).expect("an empty folder");
    for sandbox in [Sandbox::without_a_spool(), big] {
        let sandbox = sandbox.with_socket().with_spare();
        let agent = sandbox.agent(|mut stream| {
            stream.write_all(&Answer::Busy("32 others".into()).to_octets()).expect("a client");
        });
        let said = sandbox.run(&["-s", "x"]);
        agent.join().expect("no panic");
        assert_eq!(said.exit, Exit::Done, "{said:?}");
        assert!(said.stderr.starts_with("enqueue: stored in memory only, in "), "{said:?}");
        assert!(said.stderr.contains("no power cut; no spool at"), "{said:?}");
        assert_eq!(said.stderr.matches('\n').count(), 1);
        assert!(sandbox.path("spare").join(file_name(id_on_stdout(&said))).exists());
    }
}

#[test]
fn an_agent_that_says_nothing_or_nonsense_leaves_the_alert_uncertain() {
    for serve in [
        (|_| ()) as fn(UnixStream),
        |mut stream| drop(stream.write_all(b"kept 01kax3tzzzzzzzzzzzzzzzzzzz\n")),
        |mut stream| drop(stream.write_all(b"220 mail.example.jp ESMTP\r\n")),
    ] {
        let sandbox = Sandbox::without_a_spool().with_socket().with_spare();
        let agent = sandbox.agent(move |mut stream| {
            stream.read_to_end(&mut Vec::new()).expect("readable");
            serve(stream);
        });
        let said = sandbox.run(&["-s", "x"]);
        agent.join().expect("no panic");
        assert_eq!((said.exit, sandbox.spare_names()), (Exit::TryAgain, 0), "{said:?}");
        assert!(said.stderr.starts_with("enqueue: perhaps not stored: no spool at "), "{said:?}");
    }
}

#[test]
fn an_agent_that_hangs_is_left_at_the_deadline() {
    let sandbox = Sandbox::without_a_spool().with_socket();
    let (done, hang) = std::sync::mpsc::channel::<()>();
    let agent = sandbox.agent(move |_stream| {
        let _ = hang.recv();
    });
    let began = super::monotonic();
    let said = sandbox.run(&["-s", "x", "--timeout", "1s"]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(said.exit, Exit::TryAgain);
    assert!(said.stderr.contains("did not say what became of it"), "{said:?}");
    drop(done);
    agent.join().expect("no panic");
}

#[test]
fn an_agent_whose_socket_has_a_long_path_is_reached() {
    let sandbox = Sandbox::without_a_spool();
    let folder = sandbox.path(&"x".repeat(200));
    std::fs::create_dir(&folder).expect("a folder");
    let sandbox = sandbox.with("ALERTMAIL_SOCKET", folder.join("socket"));
    let reached = reach(&folder.join("socket")).expect("a folder");
    let listener = UnixListener::bind(reached.path()).expect("bound");
    let agent = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).expect("readable");
        let id = serde_json::from_slice::<Alert>(&octets).expect("an alert").id.expect("an id");
        stream.write_all(&Answer::Kept(id).to_octets()).expect("a client");
    });
    assert_eq!(sandbox.run(&["-s", "x"]).exit, Exit::Done);
    agent.join().expect("no panic");
}

#[test]
fn at_last_the_whole_text_goes_to_journald_in_its_own_form() {
    let (sandbox, log) = Sandbox::without_a_spool().with_log(|syslog| &mut syslog.journald);
    let said = sandbox.run(&["-s", "disk full", "--severity", "critical", "--to", "ops", "line 1\nline 2"]);
    assert_eq!(said.exit, Exit::TryAgain);
    let lines = logged(&log);
    let id = lines[0].split("ALERTMAIL_ID=").nth(1).expect("an id").trim_end();
    let entry = |number: usize, text: &str| {
        format!(
            "MESSAGE={id} {number}/4: {text}\nPRIORITY=2\nSYSLOG_FACILITY=2\nSYSLOG_IDENTIFIER=enqueue\nALERTMAIL_ID={id}\n"
        )
    };
    let expected = ["subject: disk full", "to: ops", "| line 1", "| line 2"];
    let expected: Vec<String> = expected.iter().enumerate().map(|(at, text)| entry(at + 1, text)).collect();
    assert_eq!(lines, expected);
    assert!(said.stderr.contains("no spool at"), "{said:?}");
    assert!(said.stderr.ends_with(&format!("; the text is in journald under id {id}\n")), "{said:?}");
}

#[test]
fn without_journald_the_text_goes_to_any_syslog() {
    let (sandbox, log) = Sandbox::without_a_spool().with_log(|syslog| &mut syslog.dev_log);
    let said = sandbox.run(&["-s", "disk full", "--severity", "info"]);
    assert_eq!(said.exit, Exit::TryAgain);
    let lines = logged(&log);
    assert!(lines[0].starts_with("<22>enqueue: 01"), "{lines:?}");
    assert!(lines[0].ends_with(" 1/1: subject: disk full"), "{lines:?}");
    assert!(said.stderr.contains("; the text is in syslog under id 01"), "{said:?}");
}

#[test]
fn a_log_that_nobody_reads_does_not_hold_the_caller() {
    let (sandbox, log) = Sandbox::without_a_spool().with_log(|syslog| &mut syslog.dev_log);
    let body = "x\n".repeat(100_000);
    let said = sandbox.run(&["-s", "x", "--timeout", "1s", &body]);
    assert_eq!(said.exit, Exit::NoSpool, "half a text is not the text");
    drop(log);
}

#[test]
fn bad_input_leads_nowhere() {
    let (sandbox, log) = Sandbox::without_a_spool().with_spare().with_log(|syslog| &mut syslog.journald);
    for words in [["--to", "two words"], ["--severity", "loud"], ["--attach", "/no/such/file"], ["-s", ""]] {
        assert_ne!(sandbox.run(&words).exit, Exit::Done, "{words:?}");
    }
    assert_eq!((sandbox.spare_names(), logged(&log).len()), (0, 0));
}

#[test]
fn a_check_tells_of_every_place_and_leaves_nothing() {
    let sandbox = Sandbox::new().with_socket().with_spare();
    let said = sandbox.run(&["--check"]);
    assert_eq!(
        (said.exit, said.stderr.as_str(), said.stdout.lines().count()),
        (Exit::Done, "", 4),
        "{said:?}"
    );
    for (line, (place, part)) in said.stdout.lines().zip([
        ("incoming", "works: durable"),
        ("socket", "no: there is no socket at"),
        ("spare", "works: in memory"),
        ("syslog", "no: "),
    ]) {
        assert!(line.starts_with(place) && line.contains(part), "{line}");
    }
    assert_eq!((sandbox.names().len(), sandbox.spare_names()), (0, 0));
}

#[test]
fn a_check_without_a_durable_place_has_the_code_of_the_first() {
    let sandbox = Sandbox::without_a_spool().with_socket().with_spare();
    let said = sandbox.run(&["--check", "--json"]);
    assert_eq!(said.exit, Exit::NoSpool);
    let found: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!((&found[0]["place"], &found[0]["works"]), (&"incoming".into(), &false.into()));
    assert_eq!((&found[2]["works"], &found[2]["durable"]), (&true.into(), &false.into()));
    let agent = sandbox.agent(|mut stream| {
        assert_eq!(stream.read(&mut [0; 1]).expect("readable"), 0, "a check gives nothing away");
        stream.write_all(&Answer::Ready.to_octets()).expect("a client");
    });
    let said = sandbox.run(&["--check"]);
    agent.join().expect("no panic");
    assert_eq!(said.exit, Exit::Done, "{said:?}");
}
