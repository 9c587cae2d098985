//! Whoever has something to say, in their own way: every file of contrib/callers/ with recorded calls, and the monitors
//! themselves, as Debian has them, each on a machine where `enqueue` is what they call. What an alert holds is looked at in
//! the spool; then a real agent takes it to a real mail server, and what came into the mailbox is looked at too.

mod alertmanager;
mod clients;
mod index;
mod jobs;
mod mailbox;
mod mailers;
mod monitors;
mod recorded;
mod smartd;
mod stage;
mod ups;

use spool_format::{Alert, Severity};

use stage::Stage;

/// What an alert says of itself, in one row.
type Row<'a> = (&'a str, Severity, Option<&'a str>, bool);

fn row(alert: &Alert) -> Row<'_> {
    (&alert.subject, alert.severity, alert.key.as_deref(), alert.resolves)
}

/// What this machine is called.
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The key of something of this machine.
fn key(caller: &str, rest: &str) -> String {
    format!("{caller}/{}/{rest}", host())
}
