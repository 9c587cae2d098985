//! A place of its own for one test: a spool, a configuration, secrets, providers, and the programs that work on them.
//!
//! Gone when its value is dropped; if the test has failed, it first tells on stderr what the agent said, what the
//! journal holds and what was said on the wire.

use std::cell::{Cell, RefCell};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use lab::{Authority, Personality, Port, Server};
use spool_format::Ledger;
use spool_format::{Alert, AlertId, Entry, Event, Folder, History, Layout, State};

use crate::agent::Agent;
use crate::child::{Ended, in_english, run};
use crate::config::{Config, Provider};
use crate::cut::end_watchers_of;
use crate::patience::{PATIENCE, becomes_true};
use crate::programs::Programs;
use crate::story;

/// Mode of the files that a configuration consists of.
const PRIVATE_MODE: u32 = 0o600;

/// One test's world.
#[derive(Debug)]
pub struct Sandbox {
    folder: tempfile::TempDir,
    pub(crate) programs: Programs,
    authority: Authority,
    layout: Layout,
    servers: RefCell<Vec<(String, Rc<Server>)>>,
    logs: Cell<usize>,
    /// The user that the agent runs as, if not as the test does.
    pub(crate) agent: Option<u32>,
}

impl Sandbox {
    /// Makes the folder and, with `alertmail spool init`, a spool in it.
    #[track_caller]
    pub fn new(programs: &Programs) -> Self {
        let sandbox = Self::without_spool(programs);
        sandbox.alertmail(&["spool", "init", &sandbox.spool().to_string_lossy()]).expect_success();
        sandbox
    }

    /// Makes the folder alone.
    #[track_caller]
    pub(crate) fn without_spool(programs: &Programs) -> Self {
        programs.assert_built();
        let folder =
            tempfile::Builder::new().prefix("alertmail-test-").tempdir().expect("a temporary folder");
        let authority = Authority::new().expect("a certificate authority");
        write_file(&folder.path().join("ca.pem"), PRIVATE_MODE, authority.ca_pem().as_bytes());
        let layout = Layout::new(folder.path().join("spool"));
        let programs = programs.clone();
        let (servers, logs) = (RefCell::default(), Cell::new(0));
        Self { folder, programs, authority, layout, servers, logs, agent: None }
    }

    /// The sandbox's own folder: configuration, secrets, `ca.pem`, `spool/`.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The spool.
    pub fn spool(&self) -> &Path {
        self.layout.root()
    }

    /// Who issues the certificates that the configured providers are trusted for.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Makes `ca.pem` trust somebody else's authority as well.
    pub fn also_trust(&self, ca_pem: &str) {
        let both = self.authority.ca_pem() + ca_pem;
        write_file(&self.path().join("ca.pem"), PRIVATE_MODE, both.as_bytes());
    }

    /// Starts a scripted provider.
    #[track_caller]
    pub fn server(&self, name: &str, personality: Personality) -> Rc<Server> {
        self.listen(name, Port::reserve().expect("a port"), personality)
    }

    /// Brings a reserved port to life.
    #[track_caller]
    pub fn listen(&self, name: &str, port: Port, personality: Personality) -> Rc<Server> {
        let server = Rc::new(port.listen(personality).expect("a lab server"));
        self.servers.borrow_mut().push((name.to_owned(), Rc::clone(&server)));
        server
    }

    /// Writes the configuration and its secrets, in place of any earlier one.
    pub fn configure(&self, config: &Config) {
        for (name, secret) in config.providers().iter().filter_map(Provider::secret) {
            self.write_for_agent(&name, &secret);
        }
        self.write_for_agent("alertmail.toml", &config.to_toml());
    }

    /// Where the configuration is.
    pub fn config_file(&self) -> PathBuf {
        self.path().join("alertmail.toml")
    }

    /// Starts the agent and waits until it is at work.
    #[track_caller]
    pub fn start_agent(&self) -> Agent {
        Agent::start(&mut self.agent_command(), &self.next_log())
    }

    /// Starts the agent with its dialogues in its log, and waits until it is at work.
    #[track_caller]
    pub fn start_traced_agent(&self) -> Agent {
        Agent::start(self.agent_command().arg("--trace"), &self.next_log())
    }

    /// Starts the agent by way of another command, as far as it gets: nothing is waited for.
    #[track_caller]
    pub fn start_agent_by(&self, by: impl FnOnce(&Command) -> Command) -> Agent {
        Agent::spawn(&mut by(&self.agent_command()), &self.next_log())
    }

    fn agent_command(&self) -> Command {
        let mut command =
            self.agent.map_or_else(|| self.command(), |uid| self.as_user(uid, &self.programs.alertmail));
        command.args(["run", "--config"]).arg(self.config_file());
        command
    }

    fn next_log(&self) -> PathBuf {
        self.logs.set(self.logs.get() + 1);
        self.log(self.logs.get())
    }

    /// Runs any other command of `alertmail` to its end.
    #[track_caller]
    pub fn alertmail(&self, arguments: &[&str]) -> Ended {
        run(self.command().args(arguments), b"")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.programs.alertmail);
        in_english(command.env_remove("ALERTMAIL_SPOOL").env_remove("ALERTMAIL_CONFIG"));
        command
    }

    fn log(&self, number: usize) -> PathBuf {
        self.path().join(format!("agent-{number}.log"))
    }

    /// Runs the real `enqueue` with nothing on its stdin, and gives the id of the alert that it has stored.
    #[track_caller]
    pub fn enqueue(&self, arguments: &[&str]) -> AlertId {
        self.enqueue_with_stdin(arguments, b"")
    }

    /// As [`Sandbox::enqueue`], with this on stdin.
    #[track_caller]
    pub fn enqueue_with_stdin(&self, arguments: &[&str], stdin: &[u8]) -> AlertId {
        let said = run(&mut self.enqueue_command(arguments), stdin).expect_success();
        said.trim_end().parse().unwrap_or_else(|error| panic!("enqueue printed {said:?}: {error}"))
    }

    /// The command that puts an alert into this spool, for those who run it in their own way.
    pub fn enqueue_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.programs.enqueue);
        command.arg("--spool").arg(self.spool()).args(arguments);
        command
    }

    /// The command that calls `enqueue` by another name, as `sendmail`, for this spool.
    #[track_caller]
    pub fn called(&self, name: &str) -> Command {
        let link = self.path().join(name);
        if !link.exists() {
            std::os::unix::fs::symlink(&self.programs.enqueue, &link).expect("a link in our own folder");
        }
        let mut command = Command::new(link);
        command.env("ALERTMAIL_SPOOL", self.spool()).env("ALERTMAIL_CONFIG", self.config_file());
        command
    }

    /// Puts an alert into the spool as a program of somebody else's would, whatever id and age it has.
    #[track_caller]
    pub fn publish(&self, id: AlertId, alert: &Alert) {
        use spool_format::fs::{SpoolFs as _, StdFs};
        use spool_format::{folder, publish};
        let dir = StdFs.open_dir(&self.layout.folder(Folder::Incoming)).expect("the spool was made");
        let (temporary, name) = (folder::temporary_name(id), folder::file_name(id));
        publish::publish(&StdFs, &dir, &temporary, &name, folder::ALERT_MODE, &alert.to_octets())
            .expect("published");
    }

    /// Where one of the spool's folders lies.
    pub fn folder(&self, folder: Folder) -> PathBuf {
        self.layout.folder(folder)
    }

    /// The names in one of the spool's folders, hidden ones too, sorted.
    #[track_caller]
    pub fn names_in(&self, folder: Folder) -> Vec<String> {
        story::names_in(&self.folder(folder))
    }

    /// The journal, oldest entry first. Panics if it has a line that is whole and cannot be read.
    #[track_caller]
    pub fn journal(&self) -> Vec<Entry> {
        story::journal(&self.layout)
    }

    /// What the journal says of one alert, oldest event first.
    #[track_caller]
    pub fn events(&self, id: AlertId) -> Vec<Event> {
        let of_it = |event: &Event| event.alert() == Some(id);
        self.journal().into_iter().map(|entry| entry.event).filter(of_it).collect()
    }

    /// What the journal makes of every alert.
    #[track_caller]
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::default();
        self.journal().into_iter().for_each(|entry| ledger.take(entry));
        ledger
    }

    /// What the journal makes of one alert.
    #[track_caller]
    pub fn history(&self, id: AlertId) -> History {
        let known = self.ledger().alerts.remove(&id);
        *known.unwrap_or_else(|| panic!("the journal knows nothing of {id}"))
    }

    /// Where an alert stands by the journal; `None` while the journal does not know it.
    #[track_caller]
    pub fn state(&self, id: AlertId) -> Option<State> {
        self.ledger().alerts.get(&id).map(|history| history.state)
    }

    /// Waits until the condition holds; panics if it does not within `deadline`.
    #[track_caller]
    pub fn wait_for(&self, what: &str, deadline: Duration, condition: impl FnMut() -> bool) {
        assert!(
            becomes_true(deadline, condition),
            "waited {} s in vain for this: {what}",
            deadline.as_secs_f32()
        );
    }

    /// Waits until the journal says that the alert was sent and its file is gone.
    #[track_caller]
    pub fn wait_until_sent(&self, id: AlertId) {
        self.wait_for(&format!("{id} is sent"), PATIENCE, || {
            let is_there = |folder| self.folder(folder).join(spool_format::folder::file_name(id)).exists();
            self.state(id) == Some(State::Sent) && !Folder::ALL.into_iter().any(is_there)
        });
    }

    /// Everything that a person needs to understand what happened.
    fn report(&self) -> String {
        let mut text = String::new();
        for number in 1..=self.logs.get() {
            let said = fs::read_to_string(self.log(number)).unwrap_or_default();
            story::add_chapter(&mut text, &format!("agent, start {number}"), &said);
        }
        story::add_chapter(&mut text, "journal", &story::journal_as_text(&self.layout));
        for folder in Folder::ALL {
            let path = self.folder(folder);
            let names =
                if path.is_dir() { story::names_in(&path).join("\n") } else { "(is missing)".to_owned() };
            story::add_chapter(&mut text, &format!("{}/", folder.as_str()), &names);
        }
        for (name, server) in self.servers.borrow().iter() {
            let lines: Vec<String> = server.transcript().iter().map(ToString::to_string).collect();
            story::add_chapter(
                &mut text,
                &format!("wire of {name}, port {}", server.port()),
                &lines.join("\n"),
            );
        }
        text
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if std::thread::panicking() {
            #[expect(clippy::print_stderr, reason = "the test has failed; this is for whoever looks into it")]
            {
                eprint!("{}", self.report());
            }
        }
        end_watchers_of(self.path());
    }
}

/// Writes a file with this mode; an older one of that name is replaced.
#[track_caller]
pub fn write_file(path: &Path, mode: u32, octets: &[u8]) {
    let mut options = fs::OpenOptions::new();
    let file = options.create(true).truncate(true).write(true).mode(mode).open(path);
    let written = file.and_then(|mut file| file.write_all(octets));
    written.unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}
