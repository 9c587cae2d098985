//! The agent is killed at every system call of its start, while it puts in order what a crash has left.
//!
//! What it finds: an alert that waits in `deferred/` and still lies in `incoming/`; one that was sent and came back; a
//! dead letter that still lies where it came in; half a file of its own; half a line at the end of the journal; and new
//! alerts. A start that is killed leaves all of this to the next one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use harness::{
    Call, Config, Fate, PATIENCE, Programs, Provider, Sandbox, becomes_true, calls, watched_from_aside,
};
use lab::{Act, Personality, Server, Stage};
use spool_format::folder::file_name;
use spool_format::{AlertId, Folder, Layout, State};

/// Points that are tried, unless all are (`ALERTMAIL_TEST_EVERY_CUT`).
const POINTS: usize = 40;

/// For a start that met an error: it gives up, or goes on as far as it can.
const PATIENCE_WITH_ERRORS: Duration = Duration::from_secs(1);

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
        let mut labels = BTreeSet::new();
        let mut points = calls(&self.log());
        // Threads count for themselves: whichever comes first to its n-th call is the one that is hit.
        points.retain(|call| labels.insert(call.label()) && call.text.contains(&spool));
        points
    }

    /// Does this to a start at this call, then lets another one through. Says whether the first one ended of it.
    #[track_caller]
    fn strike(&self, call: &Call, fate: Fate<'_>) -> bool {
        let label = format!("{fate:?} at {} of a start", call.label());
        let cut = [call.cut(fate)];
        let mut agent = self.sandbox.start_agent_by(|command| watched_from_aside(command, &self.log(), &cut));
        let patience = if fate == Fate::Kill { PATIENCE } else { PATIENCE_WITH_ERRORS };
        let over = becomes_true(patience, || agent.has_ended() || self.is_settled());
        assert!(over || fate != Fate::Kill, "{label}: neither killed nor done");
        let ended = agent.has_ended();
        let said = agent.log();
        agent.kill();
        assert!(!said.contains("panicked"), "{label}: {said}");
        if ended && fate != Fate::Kill {
            let last = said.lines().last().unwrap_or_default();
            assert!(
                last.starts_with("alertmail: ") && last.len() > 40,
                "{label}: it gave up without a word: {said}"
            );
        }
        self.expect_next_start_to_mend(&label);
        ended
    }

    #[track_caller]
    fn expect_next_start_to_mend(&self, label: &str) {
        assert!(self.server.wait_for_open_connections(0, PATIENCE), "{label}: the agent is gone");
        let before = self.server.mails().len();
        let known = [self.deferred, self.fresh].map(|id| self.sandbox.state(id) == Some(State::Sent));
        let agent = self.sandbox.start_agent();
        let settled = becomes_true(PATIENCE, || self.is_settled());
        assert!(settled, "{label}: the next start does not put everything in order");
        assert_eq!(agent.stop(), Some(0));
        let mails = self.server.mails();
        let copies = |subject: &str| {
            mails.iter().filter(|mail| mail.header("Subject").as_deref() == Some(subject)).count()
        };
        assert_eq!((copies("sent"), copies("dead")), (1, 0), "{label}: what was settled is left alone");
        for (subject, known) in ["deferred", "fresh"].into_iter().zip(known) {
            let right = if known || before <= 1 { 1..=1 } else { 1..=2 };
            assert!(right.contains(&copies(subject)), "{label}: {subject} arrived {} times", copies(subject));
        }
        assert!(!self.sandbox.journal().is_empty(), "{label}: the journal is whole");
        assert_eq!(self.sandbox.state(self.sent), Some(State::Sent), "{label}");
    }
}

fn journal_file(sandbox: &Sandbox) -> PathBuf {
    let folder = Layout::new(sandbox.spool()).journal();
    let mut files = fs::read_dir(folder).expect("a journal").filter_map(|entry| Some(entry.ok()?.path()));
    files.next().expect("the agent has written something")
}

/// Does this at every point, or at an even sample; gives the number of starts that ended of it, of those tried, and of
/// all points.
#[track_caller]
fn strike_everywhere(fate: Fate<'_>) -> (usize, usize, usize) {
    let mut points = Ruins::new().points();
    // To close a file that was read cannot fail, and the standard library relies on it.
    points.retain(|call| fate == Fate::Kill || call.name != "close");
    let every = std::env::var_os("ALERTMAIL_TEST_EVERY_CUT").is_some() || points.len() <= POINTS;
    let count = if every { points.len() } else { POINTS };
    let tried = (0..count).map(|n| &points[n * points.len() / count]);
    let ended = tried.filter(|call| Ruins::new().strike(call, fate)).count();
    (ended, count, points.len())
}

#[test]
fn a_start_that_is_killed_at_any_call_leaves_everything_to_the_next_one() {
    let (reached, tried, points) = strike_everywhere(Fate::Kill);
    assert!(2 * reached > tried, "of {tried} points only {reached} were reached");
    println!("{reached} crash points of {points}: an agent was killed while it started");
}

#[test]
fn a_start_that_meets_an_error_at_any_call_says_so_or_goes_on_and_the_next_one_mends_it() {
    let (ended, tried, points) = strike_everywhere(Fate::Fail("EIO"));
    println!("{tried} errors of {points} injected into a start: {ended} starts gave up and said why");
}
