//! NUT's upsmon, by `NOTIFYCMD` (upsmon.conf(5)): the message is the argument, type and UPS are in the environment.
//!
//! The power may be about to go. Nothing is waited for, not even stdin.

use spool_format::Severity::{self, Critical, Info, Warning};

use super::given::Given;
use super::told::Told;

/// What upsmon notifies of: severity, words, what it is about, and whether that is over.
const TYPES: [(&str, Severity, &str, &str, bool); 12] = [
    ("ONBATT", Warning, "on battery", "power", false),
    ("ONLINE", Warning, "back on line power", "power", true),
    ("LOWBATT", Critical, "battery is low", "power", false),
    ("FSD", Critical, "forced shutdown", "power", false),
    ("SHUTDOWN", Critical, "this machine shuts down", "power", false),
    ("COMMBAD", Warning, "communication lost", "communication", false),
    ("NOCOMM", Warning, "not available", "communication", false),
    ("COMMOK", Warning, "communication is back", "communication", true),
    ("REPLBATT", Warning, "battery has to be replaced", "battery", false),
    ("NOPARENT", Critical, "upsmon cannot shut this machine down", "upsmon", false),
    ("SUSPEND_STARTING", Info, "this machine goes to sleep", "sleep", false),
    ("SUSPEND_FINISHED", Info, "this machine is awake", "sleep", true),
];

/// What is known of an event.
pub(super) struct Event {
    pub(super) severity: Severity,
    pub(super) words: String,
    pub(super) about: String,
    pub(super) resolves: bool,
}

/// Reads the name of an event, in any case. Types of later versions have an end that begins with `NOT`.
pub(super) fn event(kind: &str) -> Option<Event> {
    let kind = kind.trim().to_ascii_uppercase();
    if let Some((_, severity, words, about, resolves)) = TYPES.iter().find(|(name, ..)| *name == kind) {
        let (words, about) = ((*words).to_owned(), (*about).to_owned());
        return Some(Event { severity: *severity, words, about, resolves: *resolves });
    }
    let (state, resolves) = kind.strip_prefix("NOT").map_or((kind.as_str(), false), |state| (state, true));
    let words = match state {
        "OFF" => "switched off",
        "BYPASS" => "on bypass, without protection",
        "OVER" => "overloaded",
        "ALARM" => "has an alarm",
        "CAL" => "calibrates",
        "ECO" => "in ECO mode",
        "TRIM" => "trims the voltage",
        "BOOST" => "boosts the voltage",
        "TEST" => "tests itself",
        "OTHER" => "in another state",
        _ => return None,
    };
    let words = if resolves { format!("no longer: {words}") } else { words.to_owned() };
    Some(Event { severity: Warning, words, about: state.to_ascii_lowercase(), resolves })
}

/// Which UPS it is, for subjects.
pub(super) fn ups(given: &Given<'_>) -> Option<String> {
    given.var("UPSNAME")
}

pub(super) fn tell(given: &Given<'_>) -> Told {
    let kind = given.var("NOTIFYTYPE");
    let known = kind.as_deref().and_then(event);
    let message = given.words.join(" ");
    let ups = ups(given);
    let mut told = if let Some(known) = &known {
        let mut told =
            Told::new(format!("UPS {}: {}", ups.as_deref().unwrap_or_default(), known.words), known.severity);
        told.key = given.key("ups", &[ups.as_deref().unwrap_or("upsmon"), &known.about]);
        told.resolves = known.resolves;
        told
    } else {
        let subject = if message.trim().is_empty() { "event of a UPS" } else { &message };
        let mut told = Told::new(subject, Warning);
        told.note(&match &kind {
            Some(kind) => format!("NOTIFYTYPE `{kind}` is not known to this program"),
            None => "NOTIFYTYPE is not set; this is all there was".to_owned(),
        });
        told
    };
    told.paragraph(&message);
    told.line("UPS", ups);
    told.line("Type", kind);
    told
}
