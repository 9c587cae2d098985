//! smartd, by `-M exec`: everything is in `SMARTD_…` (smartd.conf(5)).
//!
//! smartd itself decides when to repeat a warning, so that each of its calls is an alert. It never says that a trouble
//! is over.

use spool_format::Severity::{Critical, Info, Warning};

use super::given::Given;
use super::told::Told;

/// `SMARTD_FAILTYPE`: severity, and the words of the subject.
const TYPES: [(&str, spool_format::Severity, &str); 13] = [
    ("EmailTest", Info, "test of smartd"),
    ("Health", Critical, "SMART health check failed"),
    ("Usage", Warning, "SMART usage attribute failed"),
    ("SelfTest", Warning, "SMART self-test failed"),
    ("ErrorCount", Warning, "new SMART errors"),
    ("FailedHealthCheck", Warning, "SMART health cannot be read"),
    ("FailedReadSmartData", Warning, "SMART data cannot be read"),
    ("FailedReadSmartErrorLog", Warning, "SMART error log cannot be read"),
    ("FailedReadSmartSelfTestLog", Warning, "SMART self-test log cannot be read"),
    ("FailedOpenDevice", Critical, "disk cannot be opened"),
    ("CurrentPendingSector", Warning, "unreadable sectors"),
    ("OfflineUncorrectableSector", Warning, "uncorrectable sectors"),
    ("Temperature", Warning, "temperature"),
];

const VARIABLES: [&str; 12] = [
    "SMARTD_FAILTYPE",
    "SMARTD_DEVICE",
    "SMARTD_DEVICESTRING",
    "SMARTD_DEVICETYPE",
    "SMARTD_DEVICEINFO",
    "SMARTD_SUBJECT",
    "SMARTD_MESSAGE",
    "SMARTD_FULLMESSAGE",
    "SMARTD_ADDRESS",
    "SMARTD_TFIRST",
    "SMARTD_PREVCNT",
    "SMARTD_NEXTDAYS",
];

/// A test is of no interest for long.
const TEST_TTL_S: u64 = 3600;

pub(super) fn tell(given: &Given<'_>) -> Told {
    let device = given.var("SMARTD_DEVICESTRING").or_else(|| given.var("SMARTD_DEVICE"));
    let failure = given.var("SMARTD_FAILTYPE");
    let known = TYPES.iter().find(|(name, _, _)| failure.as_deref() == Some(name));
    let (severity, words) = known.map_or((Warning, None), |(_, severity, words)| (*severity, Some(*words)));
    let words = words.or(failure.as_deref()).unwrap_or("SMART warning");
    let mut told = Told::new(format!("{}: {words}", device.as_deref().unwrap_or("a disk")), severity);
    told.key =
        given.key("smartd", &[device.as_deref().unwrap_or_default(), failure.as_deref().unwrap_or_default()]);
    told.ttl = known.filter(|(name, _, _)| *name == "EmailTest").map(|_| TEST_TTL_S);
    let message = given.var("SMARTD_FULLMESSAGE");
    if device.is_none() || failure.is_none() {
        told.note("SMARTD_DEVICE or SMARTD_FAILTYPE is not set; this is all there was");
        told.paragraph(&given.everything(&VARIABLES));
        return told;
    }
    if known.is_none() {
        told.note(&format!("failure type `{words}` is not known to this program"));
    }
    match message.or_else(|| given.var("SMARTD_MESSAGE")) {
        Some(message) => told.paragraph(&message),
        None => told.note("neither SMARTD_MESSAGE nor SMARTD_FULLMESSAGE is set"),
    }
    told.line("\nDevice", device);
    told.line("Model", given.var("SMARTD_DEVICEINFO"));
    told.line("First seen", given.var("SMARTD_TFIRST").filter(|first| first.trim() != "0"));
    told.line("Told before", given.var("SMARTD_PREVCNT").filter(|count| count.trim() != "0"));
    told.line("Next in days", given.var("SMARTD_NEXTDAYS"));
    told
}
