//! Hooks that enqueue, one after the other and each with a subject of its own, and the reckoning at the end.
//!
//! Whatever happened to a hook, its exit code and its output are a promise; [`Hooks::reckon`] starts an agent and
//! compares every promise with what the provider got.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use harness::{Call, Config, Cut, Ended, PATIENCE, Programs, Provider, Sandbox, calls, run, watched};
use lab::{Personality, Server};
use spool_format::folder::parse_file_name;
use spool_format::{Alert, AlertId, Folder, State};

/// Nobody's user and group id, on every Linux.
const NOBODY: u32 = 65_534;
/// The user who has the folder that strangers write into; any but root and [`NOBODY`].
const SOMEBODY: u32 = 1;

const BODY: &str = "the whole text";

/// Who enqueues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The owner of the spool, who can open the folder and so sync it.
    Owner,
    /// Another user: may write into the folder (mode 3733) and not open it. Takes root to be tried.
    Stranger,
}

/// A spool, a provider that takes everything, and what was promised so far.
pub(crate) struct Hooks {
    pub(crate) sandbox: Sandbox,
    server: Rc<Server>,
    who: Who,
    count: Cell<usize>,
    promises: RefCell<Vec<Promise>>,
}

/// Calls that touch no file, and come in any order and number when two threads run.
const ABOUT_THREADS: [&str; 10] = [
    "brk",
    "futex",
    "madvise",
    "mmap",
    "mprotect",
    "munmap",
    "rt_sigprocmask",
    "sched_yield",
    "set_robust_list",
    "sigaltstack",
];

/// One hook, when it has ended.
pub(crate) struct Attempt {
    pub(crate) ended: Ended,
    /// The system calls of its first thread, which has the disk in hand.
    pub(crate) calls: Vec<Call>,
    /// Names of the calls of the second one, which watches it.
    aside: BTreeSet<String>,
    /// Whether its alert can be seen in the spool.
    pub(crate) visible: bool,
}

/// What a hook was told, and so how often its alert may arrive.
struct Promise {
    subject: String,
    /// What happened to it.
    point: String,
    copies: std::ops::RangeInclusive<usize>,
    id: Option<AlertId>,
}

impl Hooks {
    pub(crate) fn new(who: Who) -> Self {
        let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
        let server = sandbox.server("home", Personality::plain());
        let config = Config::of([Provider::clear("home", server.port())]);
        sandbox.configure(&config.free_recipients(&[&NOBODY.to_string()]));
        let hooks = Self { sandbox, server, who, count: Cell::new(0), promises: RefCell::default() };
        if who == Who::Stranger {
            set_mode(hooks.sandbox.path(), 0o711);
            let program = PathBuf::from(hooks.sandbox.enqueue_command(&[]).get_program());
            // Where everybody can run it. Not by this process, of which a fork might still have it open for writing.
            run(Command::new("cp").arg(program).arg(hooks.strangers_program()), b"").expect_success();
            fs::create_dir(hooks.desk()).expect("a folder");
            set_mode(&hooks.desk(), 0o777);
        }
        hooks.let_in();
        hooks
    }

    /// Opens the spool to whoever enqueues; once more when a file system was mounted on it.
    pub(crate) fn let_in(&self) {
        if self.who == Who::Stranger {
            let incoming = self.sandbox.folder(Folder::Incoming);
            incoming.ancestors().skip(1).take(2).for_each(|folder| set_mode(folder, 0o755));
            chown(&incoming, Some(SOMEBODY), Some(SOMEBODY)).expect("root may give it away");
            set_mode(&incoming, 0o3733);
        }
    }

    fn strangers_program(&self) -> PathBuf {
        self.sandbox.path().join("enqueue")
    }

    /// Where the hook's `strace` writes.
    fn desk(&self) -> PathBuf {
        self.sandbox.path().join("desk")
    }

    fn log(&self) -> PathBuf {
        if self.who == Who::Stranger { self.desk().join("calls") } else { self.sandbox.path().join("calls") }
    }

    /// The calls of a hook to which nothing happens, from the first touch of the spool to its end.
    #[track_caller]
    pub(crate) fn clean_calls(&self) -> Vec<Call> {
        let attempt = self.attempt("nothing", &[]);
        assert_eq!(attempt.ended.code, Some(0), "{}", attempt.ended.stderr);
        let incoming = self.sandbox.folder(Folder::Incoming);
        let first = attempt.calls.iter().position(|call| call.text.contains(&*incoming.to_string_lossy()));
        let mut calls = attempt.calls[first.expect("it opens the folder")..].to_vec();
        calls.retain(|call| {
            !ABOUT_THREADS.contains(&call.name.as_str()) && !attempt.aside.contains(&call.name)
        });
        calls
    }

    /// Runs a hook to which this happens.
    #[track_caller]
    pub(crate) fn attempt(&self, point: &str, cuts: &[Cut<'_>]) -> Attempt {
        let attempt = self.attempt_by(point, |command| watched(command, &self.log(), cuts));
        let all = calls(&self.log());
        let main = all.first().map_or(0, |call| call.thread);
        let (calls, aside): (Vec<Call>, Vec<Call>) = all.into_iter().partition(|call| call.thread == main);
        Attempt { calls, aside: aside.into_iter().map(|call| call.name).collect(), ..attempt }
    }

    /// Runs a hook by way of another command, of which no calls are known.
    #[track_caller]
    pub(crate) fn attempt_by(&self, point: &str, by: impl FnOnce(&Command) -> Command) -> Attempt {
        self.count.set(self.count.get() + 1);
        let subject = format!("alert {:04}", self.count.get());
        let mut command = by(&self.command(&["--to", "oncall@example.jp", "--subject", &subject, BODY]));
        if self.who == Who::Stranger {
            command.uid(NOBODY).gid(NOBODY).current_dir("/");
        }
        let ended = run(&mut command, b"");
        let visible = self.visible(point).contains(&subject);
        let promise = Promise::of(subject, point, &ended);
        if promise.copies == (0..=0) {
            assert!(!visible, "{point}: refused, and visible all the same; it said: {}", ended.stderr);
        }
        if promise.id.is_some() {
            assert!(visible, "{point}: stored, and not to be seen");
        }
        self.promises.borrow_mut().push(promise);
        Attempt { ended, calls: Vec::new(), aside: BTreeSet::new(), visible }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let own = self.sandbox.enqueue_command(arguments);
        if self.who == Who::Owner {
            return own;
        }
        let mut command = Command::new(self.strangers_program());
        command.args(own.get_args());
        command
    }

    /// The subjects of the alerts that an agent would see. Each file of that name is a whole alert.
    #[track_caller]
    pub(crate) fn visible(&self, point: &str) -> Vec<String> {
        let subject = |name: &String| {
            let id = parse_file_name(name).unwrap_or_else(|| panic!("{point}: a file named {name}"));
            let octets = fs::read(self.sandbox.folder(Folder::Incoming).join(name)).expect("a file of ours");
            let alert = Alert::parse(&octets, id).unwrap_or_else(|error| panic!("{point}: {name}: {error}"));
            assert_eq!(alert.body, BODY, "{point}: {name} is not whole");
            alert.subject
        };
        self.names().iter().filter(|name| !name.starts_with('.')).map(subject).collect()
    }

    /// Every alert that was promised is there, and nothing that is there is less than whole.
    #[track_caller]
    pub(crate) fn expect_promised(&self, point: &str) {
        let visible = self.visible(point);
        for promise in self.promises.borrow().iter().filter(|promise| promise.id.is_some()) {
            assert!(visible.contains(&promise.subject), "{point}: {} is lost", promise.subject);
        }
    }

    /// Half-written files in the folder.
    pub(crate) fn drafts(&self) -> usize {
        self.names().iter().filter(|name| name.starts_with('.')).count()
    }

    /// A folder that is missing or closed shows nothing.
    fn names(&self) -> Vec<String> {
        let is_open = fs::read_dir(self.sandbox.folder(Folder::Incoming)).is_ok();
        if is_open { self.sandbox.names_in(Folder::Incoming) } else { Vec::new() }
    }

    /// Starts an agent, and compares what was promised with what arrives. Gives the number of alerts that arrived.
    #[track_caller]
    pub(crate) fn reckon(&self) -> usize {
        let agent = self.sandbox.start_agent();
        self.sandbox.wait_for("the agent has taken everything", PATIENCE, || {
            self.names().iter().all(|name| name.starts_with('.'))
        });
        assert_eq!(agent.stop(), Some(0));
        let mails = self.server.mails();
        let subjects: Vec<String> = mails.iter().filter_map(|mail| mail.header("Subject")).collect();
        for Promise { subject, point, copies, id } in &*self.promises.borrow() {
            let arrived = subjects.iter().filter(|it| *it == subject).count();
            assert!(
                copies.contains(&arrived),
                "{point}: {copies:?} were promised, {arrived} arrived ({subject})"
            );
            if let Some(id) = id {
                assert_eq!(self.sandbox.state(*id), Some(State::Sent), "{point}: {id}");
            }
        }
        mails.len()
    }
}

impl Promise {
    fn of(subject: String, point: &str, ended: &Ended) -> Self {
        let id = ended.stdout.trim_end().parse().ok();
        let copies = match ended.code {
            // Whoever has the id has the promise, also if the program is killed in its last moment.
            _ if id.is_some() => 1..=1,
            None => 0..=1,
            Some(0) => panic!("{point}: exit 0 without an id"),
            Some(_) if ended.stderr.contains("perhaps not stored") => 0..=1,
            Some(_) => 0..=0,
        };
        Self { subject, point: point.to_owned(), copies, id }
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    let set = fs::set_permissions(path, fs::Permissions::from_mode(mode));
    set.unwrap_or_else(|error| panic!("cannot set the mode of {}: {error}", path.display()));
}
