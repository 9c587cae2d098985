//! systemd, as the unit of `OnFailure=` or `OnSuccess=`: the unit is the argument, `MONITOR_…` say what happened.
//!
//! The variables are there since version 251, and only if one unit alone can trigger the handler, and in one of the two
//! ways; the argument is there always. Lines of the log may come on stdin.

use spool_format::Severity::{Critical, Warning};

use super::given::Given;
use super::told::Told;

const VARIABLES: [&str; 5] = [
    "MONITOR_UNIT",
    "MONITOR_SERVICE_RESULT",
    "MONITOR_EXIT_CODE",
    "MONITOR_EXIT_STATUS",
    "MONITOR_INVOCATION_ID",
];

pub(super) fn tell(given: &Given<'_>) -> Told {
    let Some(unit) = given.word(0).map(str::to_owned).or_else(|| given.var("MONITOR_UNIT")) else {
        let mut told = Told::new("a unit of systemd failed", Critical);
        told.note("neither an argument nor MONITOR_UNIT says which unit; this is all there was");
        told.paragraph(&given.everything(&VARIABLES));
        return told;
    };
    let unit = unit.trim();
    // They may be of another unit, if one handler serves several.
    let is_of_it = given.var("MONITOR_UNIT").is_none_or(|monitored| monitored.trim() == unit);
    let var = |name: &str| given.var(name).filter(|_| is_of_it);
    let result = var("MONITOR_SERVICE_RESULT");
    let result = result.as_deref().map(str::trim);
    let status = var("MONITOR_EXIT_STATUS");
    let status = status.as_deref().map(str::trim).unwrap_or_default();
    let words = match result {
        Some("success") => "works again".to_owned(),
        Some("exit-code") if !status.is_empty() => format!("failed with exit code {status}"),
        Some("signal" | "core-dump") if !status.is_empty() => format!("was ended by signal {status}"),
        Some("timeout") => "failed: it took too long".to_owned(),
        Some("watchdog") => "failed: it hung".to_owned(),
        Some("oom-kill") => "failed: out of memory".to_owned(),
        Some("start-limit-hit") => "failed again and again, and is not started any more".to_owned(),
        Some(other) => format!("failed ({other})"),
        None => "failed".to_owned(),
    };
    let resolves = result == Some("success");
    let mut told = Told::new(format!("{unit} {words}"), if resolves { Warning } else { Critical });
    told.resolves = resolves;
    told.key = given.key("systemd", &[unit]);
    told.line("Unit", Some(unit));
    told.line("Result", result);
    told.line("Exit", var("MONITOR_EXIT_CODE").map(|code| format!("{} {status}", code.trim())));
    told.line("Invocation", var("MONITOR_INVOCATION_ID"));
    if given.stdin.trim().is_empty() {
        told.line("See", Some(format!("journalctl -u {unit}")));
    }
    told.paragraph(given.stdin);
    told
}
