//! The agent's log: one function for each line, on stderr, where the service manager takes it.
//!
//! Event word first, fields named as in the journal. One line for each change of state; what the journal says is not
//! said twice. Text from strangers is quoted and made printable.

mod fact;

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use spool_format::{Address, AlertId, Folder, Notice, Severity, Wall};

pub use fact::fact;

/// Characters of a stranger's name for somebody at most: no address is longer.
const NAME_CHARACTERS_MAX: usize = 254;

fn line(text: &str) {
    // A test that plays thousands of histories would tell of all of them.
    if cfg!(test) && std::env::var_os("ALERTMAIL_MODEL_SEED").is_none() {
        return;
    }
    // One call for the whole line. Nobody is left to tell when stderr is closed.
    let _ = io::stderr().lock().write_all(format!("{text}\n").as_bytes());
}

/// The agent is at work.
pub fn started(spool: &Path, providers: &[String], waiting: usize) {
    let version = env!("CARGO_PKG_VERSION");
    line(&format!(
        "started version={version} spool={} providers={} waiting={waiting}",
        spool.display(),
        providers.join(",")
    ));
}

/// Something in the configuration wants attention, and nothing stops for it.
pub fn warning(text: &str) {
    line(&format!("warning {text}"));
}

/// A name could not be resolved, and the address that it had has done.
pub fn address_recalled(provider: &str, why: &str) {
    line(&format!("recalled provider={provider} reason={why:?}; its remembered address is used"));
}

/// Nobody tells when the network comes back: it is looked for every few seconds, as ever.
pub fn network_not_watched(what: &str, error: &dyn Display) {
    line(&format!(
        "warning {what} cannot be watched: {error}; alerts that wait for the network are tried at their time"
    ));
}

/// Browsers on this machine can ask for the status page.
pub fn page_shown(place: &dyn Display) {
    line(&format!("page listen={place}"));
}

/// Somebody wants the configuration to be read again: a signal, or this user.
pub fn reloading(uid: Option<u32>) {
    let by = uid.map_or_else(|| "signal=SIGHUP".to_owned(), |uid| format!("uid={uid}"));
    line(&format!("reloading {by}"));
}

/// The new settings cannot be used.
pub fn not_reloaded(why: &impl Display) {
    line(&format!("not reloaded, the old settings hold: {why}"));
}

/// A signal asked for the end.
pub fn stopping(signal: &str, in_flight: bool) {
    let what = if in_flight { "; a transaction in hand is finished first" } else { "" };
    line(&format!("stopping signal={signal}{what}"));
}

/// The end. `cleanly` says whether nothing was in flight.
pub fn stopped(cleanly: bool) {
    line(if cleanly {
        "stopped"
    } else {
        "stopped in the middle of a transaction: its alert may arrive twice, see `alertmail list`"
    });
}

/// A provider's certificate will not be accepted much longer.
pub fn certificate_ends(provider: &str, end: Wall, left: Duration) {
    let days = left.as_secs() / (24 * 3600);
    line(&format!(
        "certificate provider={provider} ends={end} days_left={days}: nothing is sent there from then on unless it is renewed"
    ));
}

/// The alert names somebody who cannot be reached.
pub fn unusable(id: AlertId, names: &[String]) {
    let names: Vec<String> =
        names.iter().map(|name| name.chars().take(NAME_CHARACTERS_MAX).collect()).collect();
    line(&format!("unusable id={id} names={names:?}: neither aliases nor addresses"));
}

/// The alert names somebody whom its writer may not name.
pub fn not_permitted(id: AlertId, uid: u32, names: &[Address]) {
    line(&format!(
        "not-permitted id={id} uid={uid} names={names:?}: uid {uid} reaches configured recipients only; see `free_recipients` in [submit]"
    ));
}

/// The mail differs from what the alert asked for.
pub fn composed_with_notes(id: AlertId, provider: &str, notes: &[String]) {
    line(&format!("composed id={id} provider={provider} notes={notes:?}"));
}

/// A file was set aside.
pub fn set_aside(name: &str, reason: &str) {
    line(&format!("corrupt name={name:?} reason={reason:?}"));
}

/// A file in `incoming/` cannot be read now.
pub fn cannot_read(name: &OsStr, error: &io::Error) {
    let name = name.to_string_lossy();
    line(&format!("cannot read incoming/{name:?}: {error}; it is tried again at every scan"));
}

/// An alert that waits in `deferred/` cannot be read.
pub fn deferred_is_damaged(name: &str, why: &str) {
    line(&format!("cannot read deferred/{name}: {why}; it is left there, mend it and start the agent again"));
}

/// What lies in the spare folder is not an alert.
pub fn left_in_spare(name: &OsStr, reason: &str) {
    let name = name.to_string_lossy();
    line(&format!("left-alone name={name:?} in the spare folder reason={reason:?}; remove it by hand"));
}

/// The folder cannot be listed.
pub fn cannot_scan(error: &io::Error) {
    line(&format!("cannot list incoming/: {error}; it is tried again at the next scan"));
}

/// New alerts cannot be noticed.
pub fn not_watching(error: &dyn Display) {
    line(&format!(
        "cannot watch incoming/: {error}; new alerts are found by a scan every second until it can be watched"
    ));
}

/// New alerts are noticed again.
pub fn watching_again() {
    line("incoming/ is watched again");
}

/// Hints may have been lost; a scan follows.
pub fn hints_lost(why: &dyn Display) {
    line(&format!("hints about new alerts were lost: {why}; incoming/ is scanned"));
}

/// Nothing is at the path of the spool.
pub fn spool_is_gone(spool: &Path) {
    line(&format!(
        "the spool {} is gone; what is in hand is sent, and the spool is used again when it is back",
        spool.display()
    ));
}

/// Another spool is at the path now, and is used.
pub fn opened_anew(spool: &Path) {
    line(&format!("another folder is at {} than before: it is the spool from now on", spool.display()));
}

/// Another spool is at the path and cannot be used.
pub fn cannot_open_anew(why: &str) {
    line(&format!(
        "another folder is at the spool's place and cannot be used: {why}; tried again every second"
    ));
}

/// There is no socket for those who cannot write into the spool.
pub fn no_socket(path: &Path, error: &io::Error) {
    line(&format!(
        "no socket at {}: {error}; who cannot write into incoming/ cannot reach the agent, see `socket` in [submit]",
        path.display()
    ));
}

/// The journal has damaged lines.
pub fn broken_lines(places: &[String]) {
    line(&format!("journal damaged at {}: these lines are skipped", places.join(", ")));
}

/// The writer is in trouble, from now on.
pub fn trouble_begins(what: &str, why: &str, consequence: &str) {
    line(&format!("trouble {what}: {why}; {consequence}"));
}

/// That trouble is over.
pub fn trouble_ends(what: &str) {
    line(&format!("trouble over: {what}"));
}

/// The disk is full, and the reserve was made for this.
pub fn reserve_given_free() {
    line("the disk is full: the reserve is given free so that the journal goes on; make room now");
}

/// A file that was kept for long enough cannot be removed.
pub fn cannot_sweep(what: &str, error: &io::Error) {
    line(&format!("cannot remove {what}, which was kept for long enough: {error}; tried again tomorrow"));
}

/// A name cannot be removed from the spare folder.
pub fn cannot_remove_spare(name: &str, error: &io::Error) {
    line(&format!("cannot remove {name:?} from the spare folder: {error}"));
}

/// A user has as much in hand as one user may have.
pub fn has_enough(uid: u32, has: &crate::engine::Load) {
    line(&format!(
        "uid={uid} has {} alerts of {} octets on the way: the rest stays in incoming/ until some of them are sent",
        has.alerts, has.octets
    ));
}

/// An alert cannot be read for a copy; it stays where it is.
pub fn cannot_copy(id: AlertId, to: Folder, why: &str) {
    line(&format!("cannot copy id={id} to {}/: {why}; it stays where it is", to.as_str()));
}

/// A name cannot be removed.
pub fn cannot_remove(name: &str, folder: Folder, error: &io::Error) {
    line(&format!("cannot remove {}/{name:?}: {error}", folder.as_str()));
}

/// What is not an alert cannot be moved away either.
pub fn left_alone(name: &str, reason: &str, error: &io::Error) {
    line(&format!(
        "left-alone name={name:?} reason={reason:?}: cannot move it from incoming/ to corrupt/: {error}; it holds nobody up, remove it by hand"
    ));
}

/// A folder of the queue was not there.
pub fn folder_made(path: &Path) {
    line(&format!("made the folder `{}`, which was missing", path.display()));
}

/// The file with the reason cannot be written.
pub fn cannot_write_reason(name: &str, error: &io::Error) {
    line(&format!("cannot write corrupt/{name:?}: {error}"));
}

/// A token was refused, and there is no fresh one.
pub fn token_not_renewed(provider: &str, why: &str) {
    line(&format!("no fresh token provider={provider}: {why}"));
}

/// People are told of the agent's own condition.
pub fn notice(severity: Severity, word: &str, notice: &Notice) {
    // What systemd's journal takes for a level (sd-daemon(3)), where that reads it.
    let level = if std::env::var_os("JOURNAL_STREAM").is_none() {
        ""
    } else {
        match severity {
            Severity::Critical => "<2>",
            Severity::Warning => "<4>",
            Severity::Info => "<5>",
        }
    };
    let Notice { kind, subject, since, reason, count, alert, .. } = notice;
    let subject = if subject.is_empty() { String::new() } else { format!(" subject={subject}") };
    let alert = alert.map_or_else(String::new, |id| format!(" id={id}"));
    line(&format!(
        "{level}notice {word} kind={}{subject} severity={} since={since} count={count}{alert} reason={reason:?}",
        kind.as_str(),
        severity.as_str()
    ));
}

/// A canary mail could not be made.
pub fn canary_not_made(provider: &str, why: &str) {
    line(&format!("canary provider={provider} not made: {why}"));
}

/// The program that is told of notices failed.
pub fn notice_command_failed(why: &str) {
    line(&format!("the program of [notices] command failed: {why}"));
}

/// Nobody can be told to be told by mail.
pub fn notice_not_mailed(why: &str) {
    line(&format!("a notice cannot be mailed: {why}"));
}

/// A ping came to nothing.
pub fn dead_man_unreached(host: &str, why: &str) {
    line(&format!("[notices] dead_man_url at {host} cannot be pinged: {why}; it is tried again each time"));
}

/// A ping arrived again.
pub fn dead_man_reached(host: &str) {
    line(&format!("[notices] dead_man_url at {host} can be pinged again"));
}

/// The writer's thread ended by a panic.
pub fn writer_died() {
    line("the spool's writer died; what it had not written will be found again at the next start");
}

/// A provider is left out.
pub fn provider_skipped(name: &str, why: &dyn Display) {
    line(&format!("provider `{name}` is skipped until this is mended: {why}"));
}

/// Nobody of those who may be asked by a rule can be used.
pub fn rule_without_providers(line_number: usize, providers: &[String]) {
    line(&format!(
        "the [[route]] in line {line_number} has no provider that can be used ({}): what goes by it waits",
        providers.join(", ")
    ));
}
