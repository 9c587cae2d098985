//! The agent's log: one function for each line, on stderr, where the service manager takes it.
//!
//! Each says an event with its fields, named as in the journal, and a text: event word first, text from strangers quoted
//! and made printable. One line for each change of state; what the journal says is not said twice. Subjects and texts of
//! alerts are in none. `scribe` makes lines of them: the texts, JSON, or what journald takes.

mod fact;
mod journald;
mod line;
mod scribe;
mod spool;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::time::Duration;

use spool_format::{Address, AlertId, Notice, Severity, Wall};

use tracing::{error, info, warn};

pub use fact::{Told, fact};
pub use scribe::{begin, configure};

use crate::config::{Intake, Listen, Speech};
pub use spool::*;

/// Characters of a stranger's name for somebody at most: no address is longer.
const NAME_CHARACTERS_MAX: usize = 254;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The agent is at work.
pub fn started(spool: &Path, providers: &[String], waiting: usize) {
    info!(event = "started", version = VERSION, spool = %spool.display(), providers = %providers.join(","), waiting, "started version={VERSION} spool={} providers={} waiting={waiting}",
        spool.display(),
        providers.join(","));
}

/// Something in the configuration wants attention, and nothing stops for it.
pub fn warning(text: &str) {
    warn!(event = "warning", reason = text, "warning {text}");
}

/// A name could not be resolved, and the address that it had has done.
pub fn address_recalled(provider: &str, why: &str) {
    info!(
        event = "recalled",
        provider,
        reason = why,
        "recalled provider={provider} reason={why:?}; its remembered address is used"
    );
}

/// Nobody tells when the network comes back: it is looked for every few seconds, as ever.
pub fn network_not_watched(what: &str, error: &dyn Display) {
    warn!(event = "not-watched", what, reason = %error, "warning {what} cannot be watched: {error}; alerts that wait for the network are tried at their time");
}

/// Browsers on this machine can ask for the status page.
pub fn page_shown(place: &dyn Display) {
    info!(event = "page", listen = %place, "page listen={place}");
}

/// Somebody wants the configuration to be read again: a signal, or this user.
pub fn reloading(uid: Option<u32>) {
    let signal = uid.is_none().then_some("SIGHUP");
    let by = uid.map_or_else(|| "signal=SIGHUP".to_owned(), |uid| format!("uid={uid}"));
    info!(event = "reloading", uid, signal, "reloading {by}");
}

/// The new settings cannot be used.
pub fn not_reloaded(why: &impl Display) {
    error!(event = "not-reloaded", reason = %why, "not reloaded, the old settings hold: {why}");
}

/// A signal asked for the end.
pub fn stopping(signal: &str, in_flight: bool) {
    let what = if in_flight { "; a transaction in hand is finished first" } else { "" };
    info!(event = "stopping", signal, in_flight, "stopping signal={signal}{what}");
}

/// The end. `cleanly` says whether nothing was in flight.
pub fn stopped(cleanly: bool) {
    if cleanly {
        info!(event = "stopped", "stopped");
    } else {
        warn!(
            event = "stopped",
            in_flight = true,
            "stopped in the middle of a transaction: its alert may arrive twice, see `alertmail list`"
        );
    }
}

/// A provider's certificate will not be accepted much longer.
pub fn certificate_ends(provider: &str, end: Wall, left: Duration) {
    let days = left.as_secs() / (24 * 3600);
    warn!(event = "certificate-ends", provider, end = %end, days_left = days, "certificate provider={provider} ends={end} days_left={days}: nothing is sent there from then on unless it is renewed");
}

/// The alert names somebody who cannot be reached.
pub fn unusable(id: AlertId, names: &[String]) {
    let names: Vec<String> =
        names.iter().map(|name| name.chars().take(NAME_CHARACTERS_MAX).collect()).collect();
    warn!(event = "unusable", id = %id, names = ?names, "unusable id={id} names={names:?}: neither aliases nor addresses");
}

/// The alert names somebody whom its writer may not name.
pub fn not_permitted(id: AlertId, uid: u32, names: &[Address]) {
    warn!(event = "not-permitted", id = %id, uid, names = ?names, "not-permitted id={id} uid={uid} names={names:?}: uid {uid} reaches configured recipients only; see `free_recipients` in [submit]");
}

/// The mail differs from what the alert asked for.
pub fn composed_with_notes(id: AlertId, provider: &str, notes: &[String]) {
    info!(event = "composed", id = %id, provider, notes = ?notes, "composed id={id} provider={provider} notes={notes:?}");
}

/// A token was refused, and there is no fresh one.
pub fn token_not_renewed(provider: &str, why: &str) {
    warn!(event = "no-fresh-token", provider, reason = why, "no fresh token provider={provider}: {why}");
}

/// People are told of the agent's own condition.
pub fn notice(severity: Severity, word: &str, notice: &Notice) {
    let Notice { kind, subject, since, reason, count, alert, .. } = notice;
    let about = if subject.is_empty() { String::new() } else { format!(" subject={subject}") };
    let of = alert.map_or_else(String::new, |id| format!(" id={id}"));
    macro_rules! say {
        ($level:ident, $priority:literal) => {
            $level!(
                event = "notice",
                state = word,
                kind = kind.as_str(),
                subject = (!subject.is_empty()).then_some(subject),
                severity = severity.as_str(),
                since = %since,
                count,
                id = alert.map(display),
                reason,
                priority = $priority,
                "notice {word} kind={}{about} severity={} since={since} count={count}{of} reason={reason:?}",
                kind.as_str(),
                severity.as_str()
            )
        };
    }
    // The priorities of syslog, which has more of them than there are levels.
    match severity {
        Severity::Critical => say!(error, 2),
        Severity::Warning => say!(warn, 4),
        Severity::Info => say!(info, 5),
    }
}

/// A canary mail could not be made.
pub fn canary_not_made(provider: &str, why: &str) {
    warn!(event = "canary-not-made", provider, reason = why, "canary provider={provider} not made: {why}");
}

/// The program that is told of notices failed.
pub fn notice_command_failed(why: &str) {
    error!(
        event = "notice-not-told",
        sink = "command",
        reason = why,
        "the program of [notices] command failed: {why}"
    );
}

/// Nobody can be told to be told by mail.
pub fn notice_not_mailed(why: &str) {
    error!(event = "notice-not-told", sink = "mail", reason = why, "a notice cannot be mailed: {why}");
}

/// A ping came to nothing.
pub fn dead_man_unreached(host: &str, why: &str) {
    warn!(
        event = "dead-man-unreached",
        host,
        reason = why,
        "[notices] dead_man_url at {host} cannot be pinged: {why}; it is tried again each time"
    );
}

/// A ping arrived again.
pub fn dead_man_reached(host: &str) {
    info!(event = "dead-man-reached", host, "[notices] dead_man_url at {host} can be pinged again");
}

/// The writer's thread ended by a panic.
pub fn writer_died() {
    error!(
        event = "writer-died",
        "the spool's writer died; what it had not written will be found again at the next start"
    );
}

/// Nobody can ask there.
pub fn cannot_listen(section: &str, place: &Listen, error: &io::Error) {
    warn!(event = "cannot-listen", section, listen = %place, reason = %error, "nobody can ask at {place}: {error}; see `listen` in [{section}]");
}

/// Alerts are taken there.
pub fn listening(speech: Speech, place: &Listen) {
    info!(event = "listening", kind = %speech, listen = %place, "listening kind={speech} at={place}");
}

/// Nobody takes alerts there.
pub fn not_listening(intake: &Intake, why: &dyn Display) {
    let Intake { speech, place, .. } = intake;
    error!(event = "not-listening", kind = %speech, listen = %place, reason = %why, "nobody takes alerts by {speech} at {place}: {why}; see [[listen]]");
}

/// A client has an alert that was not kept, and was told to try again.
pub fn not_taken(speech: Speech, why: &str) {
    warn!(event = "not-taken", kind = %speech, reason = why, "an alert that came by {speech} is not kept: {why}; its sender was told to try again");
}

/// The file with the numbers is not what it should be.
pub fn cannot_write_textfile(path: &Path, error: &io::Error) {
    warn!(event = "textfile-not-written", path = %path.display(), reason = %error, "cannot write {}: {error}; see `textfile` in [metrics]; tried again each minute",
        path.display());
}

/// It is again.
pub fn textfile_written_again(path: &Path) {
    info!(event = "textfile-written", path = %path.display(), "{} is written again", path.display());
}

/// A provider is left out.
pub fn provider_skipped(name: &str, why: &dyn Display) {
    error!(event = "provider-skipped", provider = name, reason = %why, "provider `{name}` is skipped until this is mended: {why}");
}

/// Nobody of those who may be asked by a rule can be used.
pub fn rule_without_providers((file, line_number): (&str, usize), providers: &[String]) {
    warn!(event = "route-without-providers", file, line = line_number, providers = %providers.join(","), "the [[route]] in line {line_number} of {file} has no provider that can be used ({}): what goes by it waits",
        providers.join(", "));
}
