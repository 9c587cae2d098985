//! Somebody sets the machine's clock, by years and both ways, while the real agent works: no pause gets longer or shorter,
//! nothing expires, nothing floods, and the journal stays in order.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::{Agent, Config, PATIENCE, Provider, Sandbox, not_tried, write_file};
use lab::{Act, Personality, Stage};
use spool_format::{AlertId, State};

use crate::stand::sandbox;

/// Debian's package faketime.
const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
];
const ALERT: [&str; 5] = ["--to", "oncall@example.jp", "--subject", "disk full", "now"];

/// A clock on the wall that a test can set.
struct Clock<'a> {
    sandbox: &'a Sandbox,
    library: &'static str,
}

impl Clock<'_> {
    fn set(&self, offset: &str) {
        write_file(&self.file(), 0o600, offset.as_bytes());
    }

    fn file(&self) -> std::path::PathBuf {
        self.sandbox.path().join("clock")
    }

    /// An agent that looks at it.
    fn start_agent(&self) -> Agent {
        let agent = self.sandbox.start_agent_by(|agent| {
            let mut command = Command::new(agent.get_program());
            command.args(agent.get_args()).env("LD_PRELOAD", self.library);
            command.env("FAKETIME_TIMESTAMP_FILE", self.file());
            command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            command
        });
        self.sandbox.wait_for("the agent is at work", PATIENCE, || agent.log().contains("started "));
        agent
    }
}

fn passes(sandbox: &Sandbox, id: AlertId) -> usize {
    sandbox.state(id).map_or(0, |_| sandbox.history(id).attempts.len())
}

#[test]
fn a_clock_that_is_set_by_years_while_an_alert_waits_neither_drops_it_nor_hurries_it_nor_holds_it_up() {
    let Some(library) = LIBRARIES.into_iter().find(|library| Path::new(library).exists()) else {
        return not_tried(
            "not tried: libfaketime is missing; tests/run installs it (Debian package faketime)",
        );
    };
    let sandbox = sandbox();
    let clock = Clock { sandbox: &sandbox, library };
    clock.set("+0");
    let sick = || Personality::plain().at(Stage::Greeting, Act::SayAndClose("421 4.3.2 busy".to_owned()));
    let server = sandbox.server("home", sick());
    sandbox.configure(&Config::of([Provider::clear("home", server.port())]).pause("2s"));
    let mut agent = clock.start_agent();
    let id = sandbox.enqueue(&ALERT);
    // Each pause is of one to two seconds; a provider that is left out adds one of the same length.
    for offset in ["+20y", "-20y", "+0", "-9y", "+30y", "+1d"] {
        let before = passes(&sandbox, id);
        clock.set(offset);
        sandbox.wait_for(&format!("{offset}: it is tried again"), Duration::from_secs(8), || {
            passes(&sandbox, id) >= before + 2
        });
        let connections = server.connections();
        assert!(passes(&sandbox, id) <= before + 3, "{offset}: {connections} connections");
        assert!(!matches!(sandbox.state(id), None | Some(State::Sent | State::Dead)), "{offset}");
        if offset == "-9y" || offset == "+30y" {
            // What one agent wrote down with such a clock the next one reads with another.
            assert_eq!(agent.stop(), Some(0), "{offset}");
            clock.set(if offset == "-9y" { "+5y" } else { "-5y" });
            agent = clock.start_agent();
        }
    }
    server.replace(Personality::plain());
    sandbox.wait_for("it is sent", Duration::from_secs(8), || sandbox.state(id) == Some(State::Sent));
    assert_eq!(server.mails().len(), 1);
    let walls: Vec<_> = sandbox.journal().into_iter().map(|entry| entry.at).collect();
    let years = |ms: i64| ms / (365 * 24 * 3_600_000);
    let spans = walls.iter().map(|at| years(at.unix_ms()));
    let (least, most) = (spans.clone().min().expect("lines"), spans.max().expect("lines"));
    assert!(most - least >= 30, "the clock was set: {least} to {most}");
    assert_eq!(agent.stop(), Some(0));
    let events = sandbox.events(id);
    assert!(
        matches!(events.last(), Some(spool_format::Event::Sent { .. })),
        "the last line is the last: {events:?}"
    );
}
