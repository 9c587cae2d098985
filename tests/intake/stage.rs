//! An agent that takes alerts, and sends none: nobody is where its provider should be.

use std::collections::BTreeMap;
use std::path::PathBuf;

use harness::{Agent, Config, PATIENCE, Programs, Provider, Sandbox, free_ports};
use spool_format::folder::parse_file_name;
use spool_format::{Alert, AlertId, Folder};

/// What is told to nobody is told to these.
pub(crate) const ONCALL: &str = "oncall@example.jp";

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) agent: Option<Agent>,
    pub(crate) port: u16,
}

impl Stage {
    /// One that listens at a port of its own; `keys` is what `[[listen]]` says besides that.
    #[track_caller]
    pub(crate) fn new(keys: &str) -> Self {
        let [port, nobody] = free_ports();
        let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
        let listen = format!("[[listen]]\naddress = \"127.0.0.1:{port}\"\n{keys}\n");
        let config = Config::of([Provider::clear("nobody", nobody)])
            .default_to(ONCALL)
            .alias("root", &["ops@example.jp"])
            .more(&listen);
        sandbox.configure(&config);
        let agent = Some(sandbox.start_agent());
        Self { sandbox, agent, port }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.sandbox.path().join(name)
    }

    pub(crate) fn kill(&mut self) {
        self.agent.take().expect("it runs").kill();
    }

    pub(crate) fn start(&mut self) {
        self.agent = Some(self.sandbox.start_agent());
    }

    /// What `alertmail check` says of it.
    pub(crate) fn check(&self) -> String {
        let config = self.sandbox.config_file();
        self.sandbox.alertmail(&["check", "--config", &config.to_string_lossy()]).stdout
    }

    /// Every alert that there is, whole, by its id.
    pub(crate) fn alerts(&self) -> BTreeMap<AlertId, Alert> {
        let mut alerts = BTreeMap::new();
        // In the order in which they move.
        for folder in [Folder::Incoming, Folder::Deferred, Folder::Incoming, Folder::Deferred] {
            for name in self.sandbox.names_in(folder) {
                let Some(id) = parse_file_name(&name) else { continue };
                let Ok(octets) = std::fs::read(self.sandbox.folder(folder).join(&name)) else { continue };
                alerts
                    .insert(id, Alert::parse(&octets, id).unwrap_or_else(|error| panic!("{name}: {error}")));
            }
        }
        alerts
    }

    /// The alerts when there are so many.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Alert> {
        self.sandbox.wait_for(&format!("{count} alerts"), PATIENCE, || self.alerts().len() >= count);
        let alerts: Vec<Alert> = self.alerts().into_values().collect();
        assert_eq!(alerts.len(), count, "{alerts:?}");
        alerts
    }
}

/// The mail that an alert holds.
pub(crate) fn mail(alert: &Alert) -> String {
    use base64::Engine as _;
    let message = alert.message.as_deref().expect("a mail");
    let octets = base64::engine::general_purpose::STANDARD.decode(message).expect("base64");
    String::from_utf8_lossy(&octets).into_owned()
}

/// The value of its field, without folds.
pub(crate) fn field(alert: &Alert, name: &str) -> Option<String> {
    let mail = mail(alert);
    let line = mail.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.map(|value| value.trim_end().to_owned())
}
