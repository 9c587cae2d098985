//! An agent that is killed at a chosen system call, again and again, and what has to be true after each time.
//!
//! One agent is at work; `strace` takes hold of one of its threads; alerts come in; at the n-th call of some name the
//! agent is killed (and, on a [`Disk`], the power goes). The next agent puts everything in order, and is the one that
//! is killed in the next round. The oracle is [`Siege::expect_nothing_lost`].
//!
//! `ALERTMAIL_TEST_EVERY_CUT=1` in the environment tries every call; without it an even sample is tried, so that all
//! scenarios together take about a minute.

use std::collections::BTreeSet;
use std::rc::Rc;

use harness::{
    Agent, Attached, Call, Config, Cut, Disk, Fate, FileSystem, PATIENCE, Programs, Provider, Sandbox,
    Threads, watched_from_aside, write_file,
};
use lab::{Act, Mail, Personality, Server, Stage};
use serde_json::Value;
use spool_format::folder::file_name;
use spool_format::{AlertId, Entry, Event, Folder, State};

use crate::power;

const ONCALL: &str = "oncall@example.jp";

/// What comes in, and what the provider makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// Three alerts, and a provider that takes them.
    Taken,
    /// Two alerts that the provider refuses for now, and takes in a later pass.
    Deferred,
    /// An alert for nobody.
    ForNobody,
    /// An alert whose recipient is refused for good, by a provider that knows him again when the next agent starts.
    Refused,
    /// A file that is not an alert.
    Corrupt,
}

/// A call of one of the agent's threads.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The thread's place among the agent's threads, the oldest first.
    pub(crate) thread: usize,
    pub(crate) call: Call,
}

/// What came in in one round.
pub(crate) struct Arrivals {
    pub(crate) alerts: Vec<(AlertId, String)>,
    for_nobody: Vec<AlertId>,
    refused: Vec<(AlertId, String)>,
    corrupt: Vec<String>,
}

/// What was true when the agent was gone.
pub(crate) struct Remains {
    pub(crate) mails: Vec<Mail>,
    journal: Vec<Entry>,
    dead: Vec<String>,
    /// Files of alerts that were removed already, before the power went.
    removed: BTreeSet<AlertId>,
}

pub(crate) struct Siege {
    /// First, so that it is unmounted before the sandbox is cleared away.
    disk: Option<Disk>,
    pub(crate) sandbox: Sandbox,
    pub(crate) server: Rc<Server>,
    scenario: Scenario,
    rounds: usize,
    /// How often an agent is killed in one round.
    kills: usize,
    dead: BTreeSet<String>,
    corrupt: BTreeSet<String>,
}

impl Siege {
    /// On a file system of its own if `kind` says which; the error is why that cannot be.
    pub(crate) fn of(scenario: Scenario, kind: Option<FileSystem>) -> Result<Self, String> {
        let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
        let disk = kind.map(|kind| power::plug_in(&sandbox, kind)).transpose()?;
        let server = sandbox.server("home", Personality::plain());
        let config = Config::of([Provider::clear("home", server.port())]).pause("60ms").limit("keep", "1ms");
        sandbox.configure(&config);
        let (dead, corrupt) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self { sandbox, server, disk, scenario, rounds: 0, kills: 1, dead, corrupt })
    }

    /// Kills an agent at each of at most `at_most` points (or all, see above), and says how many that were.
    #[track_caller]
    pub(crate) fn run(self, at_most: usize) -> String {
        self.run_with(at_most, &[None])
    }

    /// The same; and each time the next start is killed as well, at one of these calls, before the power goes.
    #[track_caller]
    pub(crate) fn run_twice(mut self, at_most: usize, calls: &[(&'static str, u32)]) -> String {
        self.kills = 2;
        let cuts: Vec<Option<Cut<'static>>> = (calls.iter())
            .map(|(name, nth)| Some(Cut { name, when: nth.to_string(), fate: Fate::Kill }))
            .collect();
        self.run_with(at_most, &cuts)
    }

    #[track_caller]
    fn run_with(mut self, at_most: usize, again: &[Option<Cut<'_>>]) -> String {
        let points = self.points();
        let tried = sample(&points, at_most);
        let mut agent = self.sandbox.start_agent();
        let mut reached = 0;
        for (n, point) in tried.iter().enumerate() {
            let (next, was_killed) = self.strike(agent, point, again[n % again.len()].as_ref());
            agent = next;
            reached += usize::from(was_killed);
        }
        assert_eq!(agent.stop(), Some(0));
        let tried = tried.len();
        // Which calls are made, and in which thread, depends on the speed of the machine: a busy one reaches fewer.
        assert!(10 * reached > tried, "of {tried} points only {reached} were reached");
        let what = if self.disk.is_some() { "the power went" } else { "an agent was killed" };
        let twice = if self.kills == 1 { "" } else { " after the next start was killed, too" };
        format!("{reached} crash points of {}, {:?}: {what}{twice}", points.len(), self.scenario)
    }

    /// The calls of an undisturbed round that touch the spool or the provider.
    #[track_caller]
    pub(crate) fn points(&mut self) -> Vec<Point> {
        let agent = self.sandbox.start_agent();
        let threads = agent.threads();
        let attached = Attached::to(Threads::All(agent.pid()), &self.log(), &[]);
        let arrivals = self.arrive();
        self.wait_until_settled(&arrivals, "nobody is killed");
        let calls = attached.finish();
        assert_eq!(agent.stop(), Some(0));
        self.dead.extend(arrivals.refused.iter().map(|(id, _)| file_name(*id)));
        let spool = self.sandbox.spool().to_string_lossy().into_owned();
        let matters = |call: &Call| {
            call.text.contains(&spool) || ["connect", "sendto", "recvfrom"].contains(&call.name.as_str())
        };
        let place = |call: &Call| threads.iter().position(|thread| *thread == call.thread);
        let point = |call: Call| Some(Point { thread: place(&call)?, call });
        calls.into_iter().filter(matters).filter_map(point).collect()
    }

    /// Kills the agent at this call, and starts another one that puts everything in order. Says whether the agent came to
    /// the call at all: what its threads do together differs a little from run to run.
    #[track_caller]
    fn strike(&mut self, mut agent: Agent, point: &Point, again: Option<&Cut<'_>>) -> (Agent, bool) {
        let label = format!("{:?}: thread {} killed at {}", self.scenario, point.thread, point.call.label());
        let thread = agent.threads()[point.thread];
        let attached = Attached::to(Threads::One(thread), &self.log(), &[point.call.cut(Fate::Kill)]);
        let arrivals = self.arrive();
        self.sandbox.wait_for(&label, PATIENCE, || agent.has_ended() || self.is_settled(&arrivals));
        let reached = agent.has_ended();
        drop(attached);
        agent.kill();
        if self.scenario == Scenario::Refused {
            self.server.replace(Personality::plain());
        }
        if let Some(cut) = again {
            self.kill_the_next_start(cut, &arrivals);
        }
        let remains = self.remains(&arrivals);
        let next = self.sandbox.start_agent();
        self.wait_until_settled(&arrivals, &label);
        self.expect_nothing_lost(&arrivals, &remains, &label);
        (next, reached)
    }

    /// Kills the next start at this call, or when it has put everything in order.
    #[track_caller]
    fn kill_the_next_start(&self, cut: &Cut<'_>, arrivals: &Arrivals) {
        let cut = std::slice::from_ref(cut);
        let mut agent = self.sandbox.start_agent_by(|command| watched_from_aside(command, &self.log(), cut));
        self.sandbox.wait_for("the start is killed or done", PATIENCE, || {
            agent.has_ended() || self.is_settled(arrivals)
        });
        agent.kill();
    }

    pub(crate) fn log(&self) -> std::path::PathBuf {
        self.sandbox.path().join("calls")
    }

    /// Lets a round's alerts come in.
    pub(crate) fn arrive(&mut self) -> Arrivals {
        self.rounds += 1;
        let mut arrivals = Arrivals { alerts: vec![], for_nobody: vec![], refused: vec![], corrupt: vec![] };
        let alerts = match self.scenario {
            Scenario::Taken => 3,
            Scenario::Deferred => 2,
            Scenario::ForNobody | Scenario::Refused | Scenario::Corrupt => 0,
        };
        if self.scenario == Scenario::Deferred {
            let busy = Act::Say("451 4.3.0 busy, come back later".to_owned());
            self.server.replace(Personality::plain().at(Stage::Mail, busy).only_first(alerts));
        }
        for n in 0..alerts {
            let subject = format!("round {:04} alert {n}", self.rounds);
            let id = self.enqueue(ONCALL, &subject);
            arrivals.alerts.push((id, subject));
        }
        if self.scenario == Scenario::ForNobody {
            let id = self.enqueue("nobody-knows-me", "lost");
            self.dead.insert(file_name(id));
            arrivals.for_nobody.push(id);
        }
        if self.scenario == Scenario::Refused {
            self.server.replace(Personality::plain().recipient(ONCALL, "550 5.1.1 unknown user"));
            let subject = format!("round {:04} refused", self.rounds);
            arrivals.refused.push((self.enqueue(ONCALL, &subject), subject));
        }
        if self.scenario == Scenario::Corrupt {
            let name = format!("letter-{}.txt", self.rounds);
            self.place_durably(&name);
            self.corrupt.insert(name.clone());
            arrivals.corrupt.push(name);
        }
        arrivals
    }

    /// Puts a file that is no alert where the power cannot take it away.
    fn place_durably(&self, name: &str) {
        let folder = self.sandbox.folder(Folder::Incoming);
        let path = folder.join(name);
        write_file(&path, 0o640, b"not an alert");
        // The agent may have set it aside already; then its name is what counts.
        for path in [path, folder, self.sandbox.folder(Folder::Corrupt)] {
            let _ = std::fs::File::open(path).and_then(|file| file.sync_all());
        }
    }

    fn enqueue(&self, to: &str, subject: &str) -> AlertId {
        self.sandbox.enqueue(&["--to", to, "--severity", "critical", "--subject", subject, "text"])
    }

    /// What the provider and the spool have when the agent is gone, and the power too if this is a disk of our own.
    pub(crate) fn remains(&self, arrivals: &Arrivals) -> Remains {
        // What the agent has sent arrives though it is gone.
        assert!(
            self.server.wait_for_open_connections(0, PATIENCE),
            "the agent is gone, its connections are not"
        );
        let lies_in = |id: &AlertId, folder| self.sandbox.folder(folder).join(file_name(*id)).exists();
        let is_removed = |id: &AlertId| !Folder::ALL.into_iter().any(|folder| lies_in(id, folder));
        let removed = arrivals.alerts.iter().map(|(id, _)| *id).filter(is_removed).collect();
        if let Some(disk) = &self.disk {
            disk.cut_power();
        }
        Remains {
            mails: self.server.mails(),
            journal: self.sandbox.journal(),
            dead: self.sandbox.names_in(Folder::Dead),
            removed,
        }
    }

    pub(crate) fn is_settled(&self, arrivals: &Arrivals) -> bool {
        let is_empty = |folder| self.sandbox.names_in(folder).is_empty();
        let ledger = self.sandbox.ledger();
        let is = |id: &AlertId, state| ledger.alerts.get(id).is_some_and(|history| history.state == state);
        is_empty(Folder::Incoming)
            && is_empty(Folder::Deferred)
            && arrivals.alerts.iter().all(|(id, _)| is(id, State::Sent))
            && arrivals.for_nobody.iter().all(|id| is(id, State::Dead))
            && arrivals.refused.iter().all(|(id, _)| is(id, State::Dead) || is(id, State::Sent))
            && [Folder::Dead, Folder::Corrupt].into_iter().all(|folder| self.has_no_litter(folder))
            && arrivals.corrupt.iter().all(|name| self.reason(name).ends_with('\n'))
    }

    /// Half-written files go, at the latest with the next start.
    fn has_no_litter(&self, folder: Folder) -> bool {
        self.sandbox.names_in(folder).iter().all(|name| !name.starts_with('.'))
    }

    /// Why a file was set aside; nothing if nobody has said so.
    fn reason(&self, name: &str) -> String {
        let path = self.sandbox.folder(Folder::Corrupt).join(format!("{name}.reason"));
        std::fs::read_to_string(path).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn wait_until_settled(&self, arrivals: &Arrivals, label: &str) {
        let what = format!("{label}: everything is sent, dead, or set aside with its reason");
        self.sandbox.wait_for(&what, PATIENCE, || self.is_settled(arrivals));
    }

    /// Everything arrived; twice only what the provider had and the journal did not yet know of; dead letters and
    /// corrupt files are all there, nothing else is, and the commands for people say so.
    #[track_caller]
    pub(crate) fn expect_nothing_lost(&mut self, arrivals: &Arrivals, remains: &Remains, label: &str) {
        let mails = self.server.mails();
        for (id, subject) in &arrivals.alerts {
            let copies = copies(&mails, subject);
            let before = self::copies(&remains.mails, subject).len();
            let known = remains.journal.iter().any(|entry| settles(&entry.event, *id));
            assert!(
                known || !remains.removed.contains(id),
                "{label}: {id} was removed before its line was safe"
            );
            // Each kill may have fallen between the final dot and the line that says so.
            assert!(before <= self.kills, "{label}: {subject} had arrived {before} times already");
            let right = match (before, known) {
                (0, true) => panic!("{label}: the journal says that {subject} arrived, and it did not"),
                (0, false) => 1..=1,
                (_, true) => before..=before,
                (_, false) => before..=before + 1,
            };
            assert!(
                right.contains(&copies.len()),
                "{label}: {subject} arrived {} times, {before} before",
                copies.len()
            );
            let names: BTreeSet<_> = copies.iter().map(|mail| mail.header("Message-ID")).collect();
            assert_eq!(names.len(), 1, "{label}: one alert, one Message-ID");
        }
        self.expect_dead_stay_dead(arrivals, remains, label);
        self.expect_kept(Folder::Dead, &self.dead, label);
        self.expect_kept(Folder::Corrupt, &self.corrupt, label);
        self.expect_commands_to_agree(label);
    }

    /// A refused alert was dead when the agent was killed, and then stays it, or goes out to a provider that has changed
    /// its mind; not both.
    #[track_caller]
    fn expect_dead_stay_dead(&mut self, arrivals: &Arrivals, remains: &Remains, label: &str) {
        for (id, subject) in &arrivals.refused {
            let name = file_name(*id);
            let was_dead = remains.dead.contains(&name);
            let is_dead = self.sandbox.names_in(Folder::Dead).contains(&name);
            let arrived = copies(&self.server.mails(), subject).len();
            // The first agent was refused; each later one that was killed may have sent it.
            let right = if is_dead { 0..=0 } else { 1..=self.kills };
            assert!(right.contains(&arrived), "{label}: dead letter: {is_dead}; mails: {arrived}");
            assert!(is_dead || !was_dead, "{label}: it was a dead letter already");
            assert_eq!(
                self.sandbox.state(*id) == Some(State::Dead),
                is_dead,
                "{label}: what the journal says"
            );
            if is_dead {
                self.dead.insert(name);
            }
        }
    }

    /// Exactly these files are there; beside a corrupt one lies its reason.
    #[track_caller]
    fn expect_kept(&self, folder: Folder, expected: &BTreeSet<String>, label: &str) {
        let names = self.sandbox.names_in(folder);
        let mut with_reasons = expected.clone();
        if folder == Folder::Corrupt {
            with_reasons.extend(expected.iter().map(|name| format!("{name}.reason")));
        }
        let with_reasons: Vec<String> = with_reasons.into_iter().collect();
        assert_eq!(names, with_reasons, "{label}: {folder:?}");
    }

    #[track_caller]
    fn expect_commands_to_agree(&self, label: &str) {
        let spool = self.sandbox.spool().to_string_lossy();
        let ask = |command: &str| -> Value {
            let said = self.sandbox.alertmail(&[command, "--json", "--spool", &spool]).stdout;
            serde_json::from_str(&said).unwrap_or_else(|error| panic!("{label}: {command}: {error}: {said}"))
        };
        let check = ask("check");
        let told = ["waiting", "dead", "corrupt"].map(|key| check[key].as_u64());
        let expected = [0, self.dead.len(), self.corrupt.len()].map(|number| Some(number as u64));
        assert_eq!(told, expected, "{label}: {check}");
        let list = ask("list");
        let alerts = list["alerts"].as_array().expect("a list");
        let dead = alerts.iter().filter(|alert| alert["state"] == "dead").count();
        assert_eq!((dead, alerts.len()), (self.dead.len(), self.dead.len()), "{label}: {list}");
    }
}

fn copies<'m>(mails: &'m [Mail], subject: &str) -> Vec<&'m Mail> {
    mails.iter().filter(|mail| mail.header("Subject").as_deref() == Some(subject)).collect()
}

/// Whether the journal knows by this line that the alert has arrived.
fn settles(event: &Event, id: AlertId) -> bool {
    let took = |code: Option<u16>| code.is_some_and(|code| (200..300).contains(&code));
    match event {
        Event::Outcome { id: of, recipients, .. } => *of == id && recipients.iter().any(|it| took(it.code)),
        Event::Sent { id: of, .. } => *of == id,
        _ => false,
    }
}

/// Every one of `points` if the environment asks for it, else an even sample of at most `at_most`.
fn sample(points: &[Point], at_most: usize) -> Vec<&Point> {
    if std::env::var_os("ALERTMAIL_TEST_EVERY_CUT").is_some() || points.len() <= at_most {
        return points.iter().collect();
    }
    (0..at_most).map(|n| &points[n * points.len() / at_most]).collect()
}
