//! The last place: the whole text to the system's log, where somebody may read it.
//!
//! To journald in its own form if it is there, else to `/dev/log` as RFC 3164 writes it (without a time: the daemon
//! knows it). One datagram a line, numbered, printable, at most [`LINE_OCTETS_MAX`] octets of text. Attachments are
//! named, not copied.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spool_format::{Alert, Severity};

use crate::deadline::Deadline;
use crate::place::Parcel;

/// Octets of text in one line of the log: what RFC 3164 lets a whole message have, less its head.
const LINE_OCTETS_MAX: usize = 900;

/// The time that the log gets even if all the rest is used up: the text is worth it.
const GRACE: Duration = Duration::from_secs(1);

/// Facility `mail` of RFC 3164.
const FACILITY: u8 = 2;

/// Where the system's log listens.
#[derive(Clone, Debug)]
pub struct Syslog {
    /// journald's native socket.
    pub journald: PathBuf,
    /// The socket of any syslog daemon.
    pub dev_log: PathBuf,
}

impl Syslog {
    /// No log at all.
    pub fn nowhere() -> Self {
        Self { journald: "/dev/null".into(), dev_log: "/dev/null".into() }
    }
}

impl Default for Syslog {
    fn default() -> Self {
        Self { journald: "/run/systemd/journal/socket".into(), dev_log: "/dev/log".into() }
    }
}

/// Writes everything, or says why not. Returns the name of the log that has it.
pub(crate) fn write(syslog: &Syslog, parcel: &Parcel, deadline: &Deadline) -> io::Result<&'static str> {
    let lines = lines(&parcel.alert);
    let (id, priority) = (parcel.id, priority(parcel.alert.severity));
    let numbered = |number: usize, line: &str| format!("{id} {number}/{}: {line}", lines.len());
    let to_journald = |number: usize, line: &str| {
        let message = numbered(number, line);
        format!(
            "MESSAGE={message}\nPRIORITY={priority}\nSYSLOG_FACILITY={FACILITY}\nSYSLOG_IDENTIFIER=enqueue\nALERTMAIL_ID={id}\n"
        )
    };
    let to_syslog = |number: usize, line: &str| {
        format!("<{}>enqueue: {}", FACILITY * 8 + priority, numbered(number, line))
    };
    send(&syslog.journald, &lines, deadline, to_journald)
        .map(|()| "journald")
        .or_else(|_| send(&syslog.dev_log, &lines, deadline, to_syslog).map(|()| "syslog"))
}

/// Says which log listens.
pub(crate) fn probe(syslog: &Syslog) -> io::Result<&Path> {
    let socket = UnixDatagram::unbound()?;
    let journald = socket.connect(&syslog.journald).map(|()| syslog.journald.as_path());
    journald.or_else(|_| socket.connect(&syslog.dev_log).map(|()| syslog.dev_log.as_path()))
}

fn send(
    path: &Path,
    lines: &[String],
    deadline: &Deadline,
    datagram: impl Fn(usize, &str) -> String,
) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.connect(path)?;
    for (at, line) in lines.iter().enumerate() {
        socket.set_write_timeout(Some(deadline.left().unwrap_or(GRACE)))?;
        socket.send(datagram(at + 1, line).as_bytes())?;
    }
    Ok(())
}

const fn priority(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 2,
        Severity::Warning => 4,
        Severity::Info => 6,
    }
}

/// Everything that a reader needs to do what the mail would have made him do.
fn lines(alert: &Alert) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |name: &str, text: &str| {
        for line in text.lines() {
            cut(&format!("{name}{line}"), &mut lines);
        }
    };
    add("subject: ", &alert.subject);
    for (name, people) in [("to: ", &alert.to), ("cc: ", &alert.cc), ("bcc: ", &alert.bcc)] {
        add(name, &people.join(", "));
    }
    add("key: ", alert.key.as_deref().unwrap_or_default());
    if alert.resolves {
        add("", "resolves: yes");
    }
    for attachment in &alert.attachments {
        add("attachment, not copied: ", &attachment.name);
    }
    add("| ", &alert.body);
    let message = alert.message.as_deref().and_then(|message| STANDARD.decode(message).ok());
    add("| ", &String::from_utf8_lossy(&message.unwrap_or_default()));
    lines
}

/// Makes the line printable, and several lines of it if it is long.
fn cut(line: &str, lines: &mut Vec<String>) {
    let mut part = String::new();
    for c in line.chars() {
        let shown = if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
        if part.len() + shown.len_utf8() > LINE_OCTETS_MAX {
            lines.push(std::mem::take(&mut part));
        }
        part.push(shown);
    }
    lines.push(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_printable_and_short_and_nothing_is_missing() {
        let body = format!("first\n{}\x1b[31m\r\n\nlast", "障".repeat(1000));
        let alert = Alert { subject: "s".into(), to: vec!["a".into(), "b".into()], body, ..Alert::default() };
        let lines = lines(&alert);
        assert_eq!(&lines[..3], ["subject: s", "to: a, b", "| first"]);
        assert_eq!(lines.last().map(String::as_str), Some("| last"));
        assert_eq!(lines.concat().matches('障').count(), 1000);
        for line in &lines {
            assert!(line.len() <= LINE_OCTETS_MAX && !line.contains(char::is_control), "{line}");
        }
    }
}
