//! apcupsd, by the scripts that apccontrol runs (apccontrol(8)): event and UPS are the arguments.

use spool_format::Severity::{Critical, Info, Warning};

use super::given::Given;
use super::told::Told;

pub(super) fn tell(given: &Given<'_>) -> Told {
    let event = given.word(0).map(|path| path.rsplit('/').next().unwrap_or(path)).unwrap_or_default();
    let ups = given.word(1).unwrap_or_default();
    let (severity, words, about, resolves) = match event {
        "powerout" | "onbattery" => (Warning, "on battery", "power", false),
        "mainsback" | "offbattery" => (Warning, "back on line power", "power", true),
        "failing" => (Critical, "battery exhausted, shutting down", "power", false),
        "timeout" => (Critical, "too long on battery, shutting down", "power", false),
        "loadlimit" => (Critical, "battery charge below its limit, shutting down", "power", false),
        "runlimit" => (Critical, "battery runtime below its limit, shutting down", "power", false),
        "doshutdown" => (Critical, "this machine shuts down", "power", false),
        "doreboot" => (Critical, "this machine reboots", "power", false),
        "killpower" => (Critical, "switches its power off", "power", false),
        "remotedown" => (Critical, "shutdown from elsewhere", "power", false),
        "emergency" => (Critical, "emergency shutdown, battery may have failed", "power", false),
        "annoyme" => (Warning, "users are asked to log off", "power", false),
        "changeme" => (Critical, "battery has to be replaced now", "battery", false),
        "battdetach" => (Warning, "battery disconnected", "connection", false),
        "battattach" => (Warning, "battery connected again", "connection", true),
        "commfailure" => (Warning, "communication lost", "communication", false),
        "commok" => (Warning, "communication is back", "communication", true),
        "startselftest" => (Info, "self-test begins", "self-test", false),
        "endselftest" => (Info, "self-test has ended", "self-test", false),
        _ => (Warning, event, event, false),
    };
    let shown = if ups.is_empty() { String::new() } else { format!(" {ups}") };
    let mut told = Told::new(format!("UPS{shown}: {words}"), severity);
    told.resolves = resolves;
    // A UPS without a name is the only one.
    told.key = given.key("ups", &[if ups.is_empty() { "apcupsd" } else { ups }, about]);
    if event.is_empty() {
        "event of a UPS".clone_into(&mut told.subject);
        told.note("the arguments are not EVENT UPS; this is all there was");
        told.paragraph(&given.everything(&[]));
        return told;
    }
    told.line("Event", Some(event));
    told.line("UPS", Some(ups));
    told.paragraph(given.stdin);
    told
}
