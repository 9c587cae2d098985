//! mdadm --monitor, by `PROGRAM` (mdadm.conf(5)): event, array and perhaps a component device are the arguments.

use spool_format::Severity::{Critical, Info, Warning};

use super::given::Given;
use super::told::Told;

/// A rebuild's progress is of no interest when the rebuild is over.
const PROGRESS_TTL_S: u64 = 6 * 3600;

pub(super) fn tell(given: &Given<'_>) -> Told {
    let (Some(event), Some(array)) = (given.word(0), given.word(1)) else {
        let mut told = Told::new("mdadm: event of an array", Warning);
        told.note("the arguments are not EVENT ARRAY [DEVICE]; this is all there was");
        told.paragraph(&given.everything(&[]));
        return told;
    };
    let device = given.word(2);
    let (severity, words, resolves) = match event {
        "Fail" => (Critical, "disk failed", false),
        "DegradedArray" => (Critical, "array is degraded", false),
        "DeviceDisappeared" => (Critical, "array has disappeared", false),
        "FailSpare" => (Warning, "spare failed", false),
        "SparesMissing" => (Warning, "spares are missing", false),
        // The spare holds the data now: what had failed is made up for.
        "SpareActive" => (Critical, "spare is active, the rebuild is done", true),
        "MoveSpare" => (Info, "spare was moved here", false),
        "NewArray" => (Info, "new array", false),
        "TestMessage" => (Info, "test of mdadm", false),
        "RebuildStarted" => (Warning, "rebuild has begun", false),
        // Also when it was broken off: that nothing is wrong any more is said by SpareActive.
        "RebuildFinished" => (Warning, "rebuild has ended", false),
        other => (if other.starts_with("Rebuild") { Info } else { Warning }, other, false),
    };
    let of = device.map_or_else(String::new, |device| format!(" ({device})"));
    let mut told = Told::new(format!("{array}: {words}{of}"), severity);
    told.key = given.key("mdadm", &[array]);
    told.resolves = resolves;
    told.ttl = (severity == Info).then_some(PROGRESS_TTL_S);
    told.line("Event", Some(event));
    told.line("Array", Some(array));
    told.line("Device", device);
    for word in given.words.iter().skip(3) {
        told.line("Further", Some(word));
    }
    told.paragraph(given.stdin);
    told
}
