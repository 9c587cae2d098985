//! Lines about the spool: what lies there, what the disk does not do.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io;
use std::path::Path;

use spool_format::{AlertId, Folder};

use tracing::{error, info, warn};

/// A file was set aside.
pub fn set_aside(name: &str, reason: &str) {
    warn!(event = "corrupt", name, reason, "corrupt name={name:?} reason={reason:?}");
}

/// A file in `incoming/` cannot be read now.
pub fn cannot_read(name: &OsStr, error: &io::Error) {
    let name = name.to_string_lossy();
    warn!(event = "cannot-read", folder = "incoming", name = %name, reason = %error, "cannot read incoming/{name:?}: {error}; it is tried again at every scan");
}

/// An alert that waits in `deferred/` cannot be read.
pub fn deferred_is_damaged(name: &str, why: &str) {
    error!(
        event = "cannot-read",
        folder = "deferred",
        name,
        reason = why,
        "cannot read deferred/{name}: {why}; it is left there, mend it and start the agent again"
    );
}

/// What lies in the spare folder is not an alert.
pub fn left_in_spare(name: &OsStr, reason: &str) {
    let name = name.to_string_lossy();
    warn!(event = "left-alone", folder = "spare", name = %name, reason, "left-alone name={name:?} in the spare folder reason={reason:?}; remove it by hand");
}

/// The folder cannot be listed.
pub fn cannot_scan(error: &io::Error) {
    error!(event = "cannot-scan", folder = "incoming", reason = %error, "cannot list incoming/: {error}; it is tried again at the next scan");
}

/// New alerts cannot be noticed.
pub fn not_watching(error: &dyn Display) {
    warn!(event = "not-watching", folder = "incoming", reason = %error, "cannot watch incoming/: {error}; new alerts are found by a scan every second until it can be watched");
}

/// New alerts are noticed again.
pub fn watching_again() {
    info!(event = "watching", folder = "incoming", "incoming/ is watched again");
}

/// Hints may have been lost; a scan follows.
pub fn hints_lost(why: &dyn Display) {
    warn!(event = "hints-lost", folder = "incoming", reason = %why, "hints about new alerts were lost: {why}; incoming/ is scanned");
}

/// Nothing is at the path of the spool.
pub fn spool_is_gone(spool: &Path) {
    error!(event = "spool-gone", spool = %spool.display(), "the spool {} is gone; what is in hand is sent, and the spool is used again when it is back",
        spool.display());
}

/// Another spool is at the path now, and is used.
pub fn opened_anew(spool: &Path) {
    warn!(event = "spool-replaced", spool = %spool.display(), "another folder is at {} than before: it is the spool from now on", spool.display());
}

/// Another spool is at the path and cannot be used.
pub fn cannot_open_anew(why: &str) {
    error!(
        event = "spool-unusable",
        reason = why,
        "another folder is at the spool's place and cannot be used: {why}; tried again every second"
    );
}

/// There is no socket for those who cannot write into the spool.
pub fn no_socket(path: &Path, error: &io::Error) {
    warn!(event = "no-socket", path = %path.display(), reason = %error, "no socket at {}: {error}; who cannot write into incoming/ cannot reach the agent, see `socket` in [submit]",
        path.display());
}

/// The journal has damaged lines.
pub fn broken_lines(places: &[String]) {
    error!(event = "journal-damaged", places = %places.join(", "), "journal damaged at {}: these lines are skipped", places.join(", "));
}

/// The writer is in trouble, from now on.
pub fn trouble_begins(what: &str, why: &str, consequence: &str) {
    error!(event = "trouble", what, reason = why, consequence, "trouble {what}: {why}; {consequence}");
}

/// That trouble is over.
pub fn trouble_ends(what: &str) {
    info!(event = "trouble-over", what, "trouble over: {what}");
}

/// The disk is full, and the reserve was made for this.
pub fn reserve_given_free() {
    error!(
        event = "reserve-freed",
        "the disk is full: the reserve is given free so that the journal goes on; make room now"
    );
}

/// A file that was kept for long enough cannot be removed.
pub fn cannot_sweep(what: &str, error: &io::Error) {
    warn!(event = "cannot-remove", what, reason = %error, "cannot remove {what}, which was kept for long enough: {error}; tried again tomorrow");
}

/// A name cannot be removed from the spare folder.
pub fn cannot_remove_spare(name: &str, error: &io::Error) {
    warn!(event = "cannot-remove", folder = "spare", name, reason = %error, "cannot remove {name:?} from the spare folder: {error}");
}

/// A user has as much in hand as one user may have.
pub fn has_enough(uid: u32, has: &crate::engine::Load) {
    warn!(
        event = "has-enough",
        uid,
        alerts = has.alerts,
        octets = has.octets,
        "uid={uid} has {} alerts of {} octets on the way: the rest stays in incoming/ until some of them are sent",
        has.alerts,
        has.octets
    );
}

/// An alert cannot be read for a copy; it stays where it is.
pub fn cannot_copy(id: AlertId, to: Folder, why: &str) {
    error!(event = "cannot-copy", id = %id, folder = to.as_str(), reason = why, "cannot copy id={id} to {}/: {why}; it stays where it is", to.as_str());
}

/// A name cannot be removed.
pub fn cannot_remove(name: &str, folder: Folder, error: &io::Error) {
    error!(event = "cannot-remove", folder = folder.as_str(), name, reason = %error, "cannot remove {}/{name:?}: {error}", folder.as_str());
}

/// What was removed from a folder may come back if the power goes.
pub fn cannot_sync(folder: Folder, error: &io::Error) {
    warn!(event = "cannot-sync", folder = folder.as_str(), reason = %error, "cannot sync {}/: {error}", folder.as_str());
}

/// What is not an alert cannot be moved away either.
pub fn left_alone(name: &str, reason: &str, error: &io::Error) {
    error!(event = "left-alone", folder = "incoming", name, reason, error = %error, "left-alone name={name:?} reason={reason:?}: cannot move it from incoming/ to corrupt/: {error}; it holds nobody up, remove it by hand");
}

/// A folder of the queue was not there.
pub fn folder_made(path: &Path) {
    info!(event = "folder-made", path = %path.display(), "made the folder `{}`, which was missing", path.display());
}

/// The file with the reason cannot be written.
pub fn cannot_write_reason(name: &str, error: &io::Error) {
    warn!(event = "cannot-write", folder = "corrupt", name, reason = %error, "cannot write corrupt/{name:?}: {error}");
}
