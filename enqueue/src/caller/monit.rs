//! Monit, by `exec`: everything is in `MONIT_…` (monit(1), "exec").

use spool_format::Severity::{self, Critical, Warning};

use super::given::Given;
use super::told::Told;

const VARIABLES: [&str; 10] = [
    "MONIT_SERVICE",
    "MONIT_EVENT",
    "MONIT_DESCRIPTION",
    "MONIT_DATE",
    "MONIT_HOST",
    "MONIT_PROGRAM_STATUS",
    "MONIT_PROCESS_PID",
    "MONIT_PROCESS_MEMORY",
    "MONIT_PROCESS_CHILDREN",
    "MONIT_PROCESS_CPU_PERCENT",
];

/// How the event's name ends if it is the end of a trouble: `Connection succeeded`, `Link up`, `Timeout recovery`.
const ENDS: [&str; 6] = [" succeeded", " ok", " up", " recovery", " done", "Exists"];

/// What an event is about: its name without the word that says how it stands, the same for a trouble and for its end.
fn about(event: &str) -> String {
    let about = match event {
        "Does not exist" | "Does exist" | "Exists" | "Exists not" => "existence",
        "Invalid type" => "type",
        "Timeout" | "Timeout recovery" => "timeout",
        "Data access error" => "data access",
        other => other.rsplit_once(' ').map_or(other, |(about, _)| about),
    };
    about.strip_suffix(" not").unwrap_or(about).to_ascii_lowercase().replace(' ', "-")
}

/// What is gone has to be looked at in the night; what is more than a limit may wait until the morning.
fn severity(about: &str) -> Severity {
    match about {
        "connection" | "existence" | "data-access" | "execution" | "timeout" | "icmp" | "link"
        | "heartbeat" => Critical,
        _ => Warning,
    }
}

pub(super) fn tell(given: &Given<'_>) -> Told {
    let (Some(service), Some(event)) = (given.var("MONIT_SERVICE"), given.var("MONIT_EVENT")) else {
        let mut told = Told::new("event of Monit", Warning);
        told.note("MONIT_SERVICE or MONIT_EVENT is not set; this is all there was");
        told.paragraph(&given.everything(&VARIABLES));
        return told;
    };
    let about = about(event.trim());
    let mut told = Told::new(format!("{}: {}", service.trim(), event.trim()), severity(&about));
    told.resolves = ENDS.iter().any(|end| event.trim().ends_with(end));
    // The agent's own event of starting and stopping is neither.
    if about == "monit-instance" || about == "action" {
        told.severity = Severity::Info;
        told.resolves = false;
    }
    told.key = given.key("monit", &[&service, &about]);
    told.paragraph(&given.var("MONIT_DESCRIPTION").unwrap_or_default());
    for (label, name) in [
        ("Service", "MONIT_SERVICE"),
        ("Event", "MONIT_EVENT"),
        ("Host", "MONIT_HOST"),
        ("Date", "MONIT_DATE"),
        ("Exit status", "MONIT_PROGRAM_STATUS"),
        ("Process", "MONIT_PROCESS_PID"),
        ("Memory, kB", "MONIT_PROCESS_MEMORY"),
        ("Children", "MONIT_PROCESS_CHILDREN"),
        ("CPU, %", "MONIT_PROCESS_CPU_PERCENT"),
    ] {
        told.line(label, given.var(name));
    }
    told
}
