//! `enqueue` and the agent.

use std::path::PathBuf;
use std::process::Command;

use harness::{Config, Provider, Sandbox};
use lab::Authority;
use spool_format::{Folder, Layout};

use super::{Ends, Login, Mailer, RECIPIENT, Running};
use crate::alerts;
use crate::place::Place;
use crate::sink::Sink;

/// Whether connections are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// As by default.
    Kept,
    /// Each mail has its own.
    Cold,
}

/// Our two programs in a sandbox.
pub(crate) struct Ours {
    name: String,
    sandbox: Sandbox,
    sink: Sink,
    enqueue: PathBuf,
    is_critical: bool,
}

impl Ours {
    /// An agent whose providers may have so many connections each.
    pub(crate) fn new(
        name: &str,
        place: &Place,
        ends: Ends,
        authority: &Authority,
        (connections, keeping): (usize, Keeping),
    ) -> Self {
        let sandbox = Sandbox::new(&place.programs());
        sandbox.also_trust(&authority.ca_pem());
        let Ends { ports, sink, login } = ends;
        let provider = |(n, port): (usize, &u16)| {
            let name = format!("sink-{n}");
            let provider = match login {
                Login::None => Provider::clear(&name, *port),
                Login::Starttls => Provider::starttls(&name, *port).login("user", "pass"),
            };
            let provider = provider.key("connections", &connections.to_string());
            match keeping {
                Keeping::Kept => provider,
                Keeping::Cold => provider.key("messages_per_connection", "1"),
            }
        };
        sandbox.configure(&Config::of(ports.iter().enumerate().map(provider)));
        let enqueue = place.of_profile("small", "enqueue").unwrap_or_else(|| place.program("enqueue"));
        Self { name: name.to_owned(), sandbox, sink, enqueue, is_critical: false }
    }

    /// All its alerts are critical.
    pub(crate) fn critical(self) -> Self {
        Self { is_critical: true, ..self }
    }
}

impl Mailer for Ours {
    fn name(&self) -> &str {
        &self.name
    }

    fn sink(&self) -> &Sink {
        &self.sink
    }

    fn fill(&self, count: usize) -> Result<(), String> {
        alerts::put(&Layout::new(self.sandbox.spool()), Folder::Incoming, count)
    }

    fn start(&self) -> Result<Running, String> {
        Ok(Running::Agent(self.sandbox.start_agent()))
    }

    fn submit(&self, subject: &str) -> (Command, Vec<u8>) {
        let mut command = Command::new(&self.enqueue);
        command.arg("--spool").arg(self.sandbox.spool());
        command.args(["--to", RECIPIENT, "--subject", subject]);
        if self.is_critical {
            command.args(["--severity", "critical"]);
        }
        command.arg("The database stops within the hour.\n".repeat(10));
        (command, Vec::new())
    }
}
