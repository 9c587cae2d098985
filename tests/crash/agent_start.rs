//! The agent is killed at every system call of its start, while it puts in order what a crash has left.
//!
//! What it finds: an alert that waits in `deferred/` and still lies in `incoming/`; one that was sent and came back; a
//! dead letter that still lies where it came in; half a file of its own; half a line at the end of the journal; and new
//! alerts. A start that is killed leaves all of this to the next one.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::rc::Rc;

use harness::{
    Call, Config, Fate, PATIENCE, Programs, Provider, Sandbox, becomes_true, calls, watched_from_aside,
};
use lab::{Act, Personality, Server, Stage};
use spool_format::folder::file_name;
use spool_format::{AlertId, Folder, Layout, State};

/// Points that are tried, unless all are (`ALERTMAIL_TEST_EVERY_CUT`).
const POINTS: usize = 40;

const ONCALL: &str = "oncall@example.jp";

/// A spool as a crash has left it.
struct Ruins {
    sandbox: Sandbox,
    server: Rc<Server>,
    /// Had its mail before.
    sent: AlertId,
    dead: AlertId,
    deferred: AlertId,
    fresh: AlertId,
}

impl Ruins {
    #[track_caller]
    fn new() -> Self {
        let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
        let server = sandbox.server("home", Personality::plain());
        let config = Config::of([Provider::clear("home", server.port())]).pause("60ms").limit("keep", "1ms");
        sandbox.configure(&config);
        let enqueue = |to: &str, subject: &str| {
            let id = sandbox.enqueue(&["--to", to, "--severity", "critical", "--subject", subject, "text"]);
            let file = sandbox.folder(Folder::Incoming).join(file_name(id));
            (id, fs::read(file).expect("no agent has taken it"))
        };
        let (sent, sent_file) = enqueue(ONCALL, "sent");
        let (dead, dead_file) = enqueue("nobody-knows-me", "dead");
        let agent = sandbox.start_agent();
        sandbox.wait_until_sent(sent);
        sandbox.wait_for("a dead letter", PATIENCE, || {
            sandbox.state(dead) == Some(State::Dead) && sandbox.names_in(Folder::Incoming).is_empty()
        });
        assert_eq!(agent.stop(), Some(0));

        server.replace(Personality::plain().at(Stage::Mail, Act::Say("451 4.3.0 busy".to_owned())));
        let (deferred, deferred_file) = enqueue(ONCALL, "deferred");
        let agent = sandbox.start_agent();
        sandbox.wait_for("it waits", PATIENCE, || {
            !sandbox.names_in(Folder::Deferred).is_empty() && sandbox.names_in(Folder::Incoming).is_empty()
        });
        agent.kill();
        server.replace(Personality::plain());

        let put = |folder, name: &str, octets: &[u8]| {
            harness::write_file(&sandbox.folder(folder).join(name), 0o640, octets);
        };
        put(Folder::Incoming, &file_name(sent), &sent_file);
        put(Folder::Incoming, &file_name(dead), &dead_file);
        put(Folder::Incoming, &file_name(deferred), &deferred_file);
        put(Folder::Deferred, ".x.tmp", b"half");
        put(Folder::Dead, ".y.tmp", b"");
        let (fresh, _) = enqueue(ONCALL, "fresh");
        let journal = journal_file(&sandbox);
        let file = fs::OpenOptions::new().append(true).open(journal);
        file.and_then(|mut file| file.write_all(b"{\"at\":\"2026-")).expect("half a line");
        Self { sandbox, server, sent, dead, deferred, fresh }
    }

    fn log(&self) -> PathBuf {
        self.sandbox.path().join("calls")
    }

    fn is_settled(&self) -> bool {
        let empty =
            [Folder::Incoming, Folder::Deferred].into_iter().all(|it| self.sandbox.names_in(it).is_empty());
        empty
            && self.sandbox.names_in(Folder::Dead) == [file_name(self.dead)]
            && [self.deferred, self.fresh].into_iter().all(|id| self.sandbox.state(id) == Some(State::Sent))
    }

    /// The calls of an undisturbed start, and all that follows from it, that touch the spool.
    #[track_caller]
    fn points(&self) -> Vec<Call> {
        let agent = self.sandbox.start_agent_by(|command| watched_from_aside(command, &self.log(), &[]));
        self.sandbox.wait_for("everything is in order", PATIENCE, || self.is_settled());
        assert_eq!(agent.stop(), Some(0));
        let spool = self.sandbox.spool().to_string_lossy().into_owned();
        let mut points: Vec<Call> = Vec::new();
        for call in calls(&self.log()).into_iter().filter(|call| call.text.contains(&spool)) {
            // Threads count for themselves: whichever comes first to its n-th call is the one that is hit.
            if !points.iter().any(|point| point.label() == call.label()) {
                points.push(call);
            }
        }
        points
    }

    /// Kills a start at this call, then lets another one through. Says whether the first one came to the call.
    #[track_caller]
    fn strike(&self, call: &Call) -> bool {
        let label = format!("a start is killed at {}", call.label());
        let cut = [call.cut(Fate::Kill)];
        let mut agent = self.sandbox.start_agent_by(|command| watched_from_aside(command, &self.log(), &cut));
        self.sandbox.wait_for(&label, PATIENCE, || agent.has_ended() || self.is_settled());
        let reached = agent.has_ended();
        agent.kill();
        assert!(self.server.wait_for_open_connections(0, PATIENCE), "{label}: the agent is gone");
        let before = self.server.mails().len();
        let known = [self.deferred, self.fresh].map(|id| self.sandbox.state(id) == Some(State::Sent));

        let agent = self.sandbox.start_agent();
        let settled = becomes_true(PATIENCE, || self.is_settled());
        assert!(settled, "{label}: the next start does not put everything in order");
        assert_eq!(agent.stop(), Some(0));
        let copies = |subject: &str| {
            let mails = self.server.mails();
            mails.iter().filter(|mail| mail.header("Subject").as_deref() == Some(subject)).count()
        };
        assert_eq!((copies("sent"), copies("dead")), (1, 0), "{label}: what was settled is left alone");
        for (subject, known) in ["deferred", "fresh"].into_iter().zip(known) {
            let right = if known || before <= 1 { 1..=1 } else { 1..=2 };
            assert!(right.contains(&copies(subject)), "{label}: {subject} arrived {} times", copies(subject));
        }
        let layout = Layout::new(self.sandbox.spool());
        assert!(
            layout.journal().is_dir() && !self.sandbox.journal().is_empty(),
            "{label}: the journal is whole"
        );
        assert_eq!(self.sandbox.state(self.sent), Some(State::Sent), "{label}");
        reached
    }
}

fn journal_file(sandbox: &Sandbox) -> PathBuf {
    let folder = Layout::new(sandbox.spool()).journal();
    let mut files = fs::read_dir(folder).expect("a journal").filter_map(|entry| Some(entry.ok()?.path()));
    files.next().expect("the agent has written something")
}

#[test]
fn a_start_that_is_killed_at_any_call_leaves_everything_to_the_next_one() {
    let points = Ruins::new().points();
    let every = std::env::var_os("ALERTMAIL_TEST_EVERY_CUT").is_some() || points.len() <= POINTS;
    let count = if every { points.len() } else { POINTS };
    let tried = (0..count).map(|n| &points[n * points.len() / count]);
    let reached = tried.filter(|call| Ruins::new().strike(call)).count();
    assert!(2 * reached > count, "of {count} points only {reached} were reached");
    println!("{reached} crash points of {}: an agent was killed while it started", points.len());
}
