//! The stage: four providers, a configuration, a spool, and the agent as a child process.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lab::{Authority, Mail, Personality, Port, Server};
use rustix::process::{Pid, Signal, kill_process};
use spool_format::fs::{SpoolFs as _, StdFs};

use spool_format::{AlertId, Detail, Folder, Layout, Ledger, State};

use super::{LEFT_OUT, PATIENCE, Trouble, words};
use crate::notice::Tongue;
use crate::spool::read_back::{Reach, read_back};

/// As whom the first provider lets us send.
pub(super) const HOME_FROM: &str = "alert@example.jp";
/// As whom the last one does.
pub(super) const DOCOMO_FROM: &str = "watch@docomo.example.jp";

const YAHOO_FROM: &str = "alert@yahoo.example.jp";
const YAHOO_REGISTERED: &str = "shop@yahoo.example.jp";
const GOO_FROM: &str = "alert@goo.example.jp";
const USER: &str = "watch";
const PASSWORD: &str = "open sesame";

/// Between two looks at the journal.
const PAUSE: Duration = Duration::from_millis(10);

pub(super) struct Stage {
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
    keep: bool,
    authority: Authority,
    home: Home,
    yahoo: Server,
    goo: Port,
    docomo: Server,
    agent: Agent,
}

/// The first provider: down until it comes back.
enum Home {
    Down(Port),
    Up(Server),
    /// Between the two, or if it could not come back.
    Gone,
}

impl Stage {
    /// Starts everything.
    pub(super) fn set(keep: bool) -> Result<Self, Trouble> {
        let lab = |error: lab::LabError| error.to_string();
        let folder = tempfile::Builder::new()
            .prefix("alertmail-demo-")
            .tempdir()
            .map_err(|error| format!("cannot make a temporary folder: {error}"))?;
        let path = folder.path().to_owned();
        let authority = Authority::new().map_err(lab)?;
        let home = Port::reserve().map_err(lab)?;
        let yahoo = Personality::yahoo(&authority, &[YAHOO_REGISTERED]).login(USER, PASSWORD);
        let yahoo = Server::start(yahoo).map_err(lab)?;
        let goo = Port::reserve().map_err(lab)?;
        let docomo = Personality::docomo(&authority, DOCOMO_FROM).login(USER, PASSWORD);
        let docomo = Server::start(docomo).map_err(lab)?;
        let ports = [home.number(), yahoo.port(), goo.number(), docomo.port()];
        write_files(&path, &authority, ports)
            .map_err(|error| format!("cannot write to {}: {error}", path.display()))?;
        let agent = Agent::start(&path)?;
        Ok(Self {
            folder: Some(folder),
            path,
            keep,
            authority,
            home: Home::Down(home),
            yahoo,
            goo,
            docomo,
            agent,
        })
    }

    /// Who plays what.
    pub(super) fn introduction(&self, tongue: Tongue) -> String {
        let Home::Down(home) = &self.home else { return String::new() };
        let ports = [home.number(), self.yahoo.port(), self.goo.number(), self.docomo.port()];
        words::providers(tongue, ports, DOCOMO_FROM)
    }

    pub(super) fn spool(&self) -> PathBuf {
        spool_of(&self.path)
    }

    pub(super) fn ledger(&self) -> Result<Ledger, Trouble> {
        let journal = Layout::new(self.spool()).journal();
        let read = StdFs.open_dir(&journal).and_then(|dir| read_back(&StdFs, &dir, Detail::Full, Reach::All));
        let ledger = read.map_err(|error| format!("cannot read the journal: {error}"))?.ledger;
        Ok(ledger)
    }

    /// Waits until the journal says of all of them that they were sent.
    pub(super) fn wait_until_sent(&mut self, ids: &[AlertId]) -> Result<(), Trouble> {
        let clock = Deadline::in_a(PATIENCE);
        loop {
            let ledger = self.ledger()?;
            let is_sent =
                |id: &AlertId| ledger.alerts.get(id).is_some_and(|alert| alert.state == State::Sent);
            if ids.iter().all(is_sent) {
                return Ok(());
            }
            if let Some(end) = self.agent.has_ended() {
                return Err(format!("the agent ended by itself: {end}\n{}", self.agent.log()));
            }
            if clock.is_over() {
                let late = ids.iter().filter(|id| !is_sent(id)).count();
                return Err(format!(
                    "{late} alerts were not sent after {} s\n{}",
                    PATIENCE.as_secs(),
                    self.agent.log()
                ));
            }
            clock.pause();
        }
    }

    pub(super) fn docomo_mails(&self) -> Vec<Mail> {
        self.docomo.mails()
    }

    pub(super) fn home_mails(&self) -> Vec<Mail> {
        match &self.home {
            Home::Up(server) => server.mails(),
            Home::Down(_) | Home::Gone => Vec::new(),
        }
    }

    pub(super) fn bring_home_back(&mut self) -> Result<(), Trouble> {
        if let Home::Down(port) = std::mem::replace(&mut self.home, Home::Gone) {
            let manners = Personality::self_hosted(&self.authority).login(USER, PASSWORD);
            self.home = Home::Up(port.listen(manners).map_err(|error| error.to_string())?);
        }
        // The agent leaves it out for a while after three failures; nobody wants to watch for half a minute.
        let clock = Deadline::in_a(LEFT_OUT);
        while !clock.is_over() {
            clock.pause();
        }
        Ok(())
    }

    /// Stops the agent and checks that nothing is left and nothing arrived twice. Gives the folder if it is kept.
    pub(super) fn end(mut self, mails: usize) -> Result<Option<PathBuf>, Trouble> {
        self.agent.stop()?;
        let arrived = self.docomo.mails().len() + self.home_mails().len() + self.yahoo.mails().len();
        if arrived != mails {
            return Err(format!("{arrived} mails arrived, and {mails} should have"));
        }
        let layout = Layout::new(self.spool());
        for folder in Folder::ALL {
            let left = fs::read_dir(layout.folder(folder)).map_or(0, Iterator::count);
            if left != 0 {
                return Err(format!("{left} files are left in {}/", folder.as_str()));
            }
        }
        if !self.ledger()?.stopped_cleanly {
            return Err("the agent did not stop cleanly".to_owned());
        }
        Ok(self.folder.take().filter(|_| self.keep).map(tempfile::TempDir::keep))
    }
}

fn spool_of(folder: &Path) -> PathBuf {
    folder.join("spool")
}

/// The configuration, as an operator would write it.
fn write_files(folder: &Path, authority: &Authority, ports: [u16; 4]) -> std::io::Result<()> {
    let [home, yahoo, goo, docomo] = ports;
    let provider = |name: &str, port: u16, tls: &str, from: &str| {
        format!(
            "\n[[provider]]\nname = \"{name}\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"{tls}\"\n\
             ca_file = \"ca.pem\"\nuser = \"{USER}\"\npassword = {{ file = \"secret\" }}\nfrom = \"{from}\"\n"
        )
    };
    let config = [
        "spool = \"spool\"\n\n[alerts]\nfrom_name = \"alerts\"\n".to_owned(),
        format!("\n[retry]\nprovider = [\"{}ms\"]\n", LEFT_OUT.as_millis()),
        provider("home", home, "starttls", HOME_FROM),
        provider("yahoo", yahoo, "implicit", YAHOO_FROM),
        provider("goo", goo, "starttls", GOO_FROM),
        provider("docomo", docomo, "implicit", DOCOMO_FROM),
    ];
    for (name, text) in [
        ("alertmail.toml", config.concat()),
        ("ca.pem", authority.ca_pem()),
        ("secret", format!("{PASSWORD}\n")),
    ] {
        let mut file =
            fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(folder.join(name))?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
    }
    Ok(())
}

/// The agent's process. It ends with this value, whatever happens.
struct Agent {
    child: Child,
    log: PathBuf,
}

impl Agent {
    fn start(folder: &Path) -> Result<Self, Trouble> {
        let program =
            std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let made = Command::new(&program).args(["spool", "init"]).arg(spool_of(folder)).output();
        let made = made.map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        if !made.status.success() {
            return Err(format!("cannot make a spool: {}", String::from_utf8_lossy(&made.stderr).trim_end()));
        }
        let log = folder.join("agent.log");
        let stderr =
            fs::File::create(&log).map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        let child = Command::new(&program)
            .arg("run")
            .arg("--config")
            .arg(folder.join("alertmail.toml"))
            .env_remove("ALERTMAIL_SPOOL")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .map_err(|error| format!("cannot start the agent: {error}"))?;
        Ok(Self { child, log })
    }

    fn has_ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks it to stop, as a service manager would.
    fn stop(&mut self) -> Result<(), Trouble> {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or("the agent has no process id")?;
        kill_process(pid, Signal::TERM).map_err(|error| format!("cannot stop the agent: {error}"))?;
        let clock = Deadline::in_a(PATIENCE);
        while !clock.is_over() {
            match self.has_ended() {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the agent ended with {status}\n{}", self.log())),
                None => clock.pause(),
            }
        }
        Err(format!("the agent did not stop\n{}", self.log()))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if self.has_ended().is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The end of somebody's patience.
struct Deadline(Instant);

impl Deadline {
    #[expect(clippy::disallowed_methods, reason = "another process is waited for")]
    fn in_a(while_: Duration) -> Self {
        Self(Instant::now() + while_)
    }

    #[expect(clippy::disallowed_methods, reason = "another process is waited for")]
    fn is_over(&self) -> bool {
        Instant::now() >= self.0
    }

    #[expect(clippy::disallowed_methods, reason = "another process gives no event when it has written")]
    fn pause(&self) {
        std::thread::sleep(PAUSE.min(self.0.saturating_duration_since(Instant::now())));
    }
}
