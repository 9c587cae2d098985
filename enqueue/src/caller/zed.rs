//! ZFS's event daemon, by `ZED_EMAIL_PROG` or as a zedlet: `ZEVENT_…` in the environment, its text on stdin.

use spool_format::Severity::{Critical, Info, Warning};

use super::given::Given;
use super::told::{Told, first_line};

const VARIABLES: [&str; 10] = [
    "ZEVENT_CLASS",
    "ZEVENT_SUBCLASS",
    "ZEVENT_POOL",
    "ZEVENT_POOL_STATE_STR",
    "ZEVENT_VDEV_PATH",
    "ZEVENT_VDEV_STATE_STR",
    "ZEVENT_VDEV_GUID",
    "ZEVENT_TIME_STRING",
    "ZEVENT_EID",
    "ZED_NOTIFY_VERBOSE",
];

pub(super) fn tell(given: &Given<'_>) -> Told {
    let subclass = given.var("ZEVENT_SUBCLASS").or_else(|| {
        given.var("ZEVENT_CLASS").map(|class| class.rsplit('.').next().unwrap_or_default().to_owned())
    });
    let pool = given.var("ZEVENT_POOL");
    let (Some(subclass), Some(pool)) = (subclass, pool) else {
        let mut told = Told::new(first_line(given.stdin).unwrap_or("event of ZFS"), Warning);
        told.note("ZEVENT_SUBCLASS or ZEVENT_POOL is not set; this is all there was");
        told.paragraph(&given.everything(&VARIABLES));
        return told;
    };
    let (subclass, pool) = (subclass.trim(), pool.trim());
    let state = given.var("ZEVENT_VDEV_STATE_STR");
    let state = state.as_deref().map(str::trim).unwrap_or_default();
    let device = given.var("ZEVENT_VDEV_PATH");
    let is_well = subclass == "statechange" && state == "ONLINE";
    let (severity, words) = match subclass {
        "statechange" => match state {
            "FAULTED" | "UNAVAIL" | "REMOVED" => (Critical, format!("device is {state}")),
            "ONLINE" => (Critical, "device is ONLINE".to_owned()),
            "DEGRADED" => (Warning, "device is DEGRADED".to_owned()),
            _ => (Warning, format!("device is {state}")),
        },
        "data" => (Critical, "data is lost".to_owned()),
        "io_failure" => (Critical, "I/O is suspended".to_owned()),
        "vdev.no_replicas" | "no_replicas" => (Critical, "too few devices".to_owned()),
        "checksum" | "io" => (Warning, format!("{subclass} errors")),
        "delay" | "deadman" => (Warning, "I/O is slow".to_owned()),
        "scrub_finish" => (Info, "scrub has ended".to_owned()),
        "resilver_finish" => (Info, "resilver has ended".to_owned()),
        other => (Warning, other.to_owned()),
    };
    let mut told = Told::new(format!("pool {pool}: {words}"), severity);
    if let Some(device) = &device {
        let name = device.trim().rsplit('/').next().unwrap_or_default();
        told.subject.extend([" (", name, ")"]);
    }
    told.resolves = is_well;
    told.key = given.key("zed", &[pool, device.as_deref().unwrap_or("pool")]);
    for (label, name) in [("Pool", "ZEVENT_POOL"), ("Event", "ZEVENT_CLASS"), ("Device", "ZEVENT_VDEV_PATH")]
    {
        told.line(label, given.var(name));
    }
    told.line("State", Some(state));
    told.line("Time", given.var("ZEVENT_TIME_STRING"));
    told.paragraph(given.stdin);
    told
}
