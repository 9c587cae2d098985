//! Front ends for monitors: what one of them says in its own way, as an alert.
//!
//! One file a monitor, and pure: environment, arguments and stdin go in, a [`Told`] comes out. Nothing that a monitor
//! says is refused. What it did not say, or what is not of the form that is known, makes an alert all the same, with
//! all there was as its body and a note in front.
//!
//! What they have in common:
//!
//! - The key is the same for a trouble and for its end, and no other machine's: it begins with monitor and host.
//! - The end of a trouble has the severity of the trouble, where that is known, so that it reaches whom the trouble
//!   has reached; else it is a warning.
//! - A subject is for a phone: what, and what of it. Severity and host are put in front by the agent.

mod alertmanager;
mod apcupsd;
mod fail2ban;
mod given;
mod grafana;
mod healthcheck;
mod icinga2;
mod mdadm;
mod monit;
mod nagios;
mod nut;
mod smartd;
mod systemd;
mod told;
mod upssched;
mod webhook;
mod zabbix;
mod zed;

use std::ffi::OsString;
use std::io::{self, Read as _};

use crate::World;
use crate::args::{Args, Body};
use crate::exit::{Exit, Refusal, shown};
use crate::value;

use given::Given;
pub(crate) use told::Told;

/// Octets of stdin that are read for a monitor: more than any of them says.
const STDIN_OCTETS_MAX: u64 = 8 * 1024 * 1024;

/// Octets that are read and dropped behind them, so that whoever writes is not ended by SIGPIPE.
const DRAINED_OCTETS_MAX: u64 = 64 * 1024 * 1024;

/// A monitor that is understood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// What is typed behind `--caller`.
    pub(crate) name: &'static str,
    /// What of the monitor is read, for people.
    reads: &'static str,
    /// Whether it says something on stdin. Who does not may have left anything there, even a pipe that never ends.
    reads_stdin: bool,
    tell: fn(&Given<'_>) -> Told,
}

/// All of them, in the order of the help.
pub(crate) const CALLERS: [Caller; 15] = [
    caller("smartd", "SMARTD_… (-M exec)", false, smartd::tell),
    caller("mdadm", "EVENT ARRAY [DEVICE] (PROGRAM); /proc/mdstat on stdin", true, mdadm::tell),
    caller("nut", "MESSAGE, NOTIFYTYPE, UPSNAME (NOTIFYCMD)", false, nut::tell),
    caller("upssched", "TIMER, NOTIFYTYPE, UPSNAME (CMDSCRIPT)", false, upssched::tell),
    caller("apcupsd", "EVENT [UPS] (scripts of apccontrol); apcaccess on stdin", true, apcupsd::tell),
    caller("monit", "MONIT_… (exec)", false, monit::tell),
    caller("zabbix", "SENDTO SUBJECT MESSAGE [MACRO=VALUE…] (alert script)", false, zabbix::tell),
    caller("nagios", "NAGIOS_… or MACRO=VALUE… (notification command)", false, nagios::tell),
    caller("icinga2", "NOTIFICATIONTYPE, … (NotificationCommand)", false, icinga2::tell),
    caller("systemd", "[UNIT], MONITOR_… (OnFailure=, OnSuccess=); the log on stdin", true, systemd::tell),
    caller("zed", "ZEVENT_…; the text on stdin", true, zed::tell),
    caller("fail2ban", "EVENT JAIL [IP [FAILURES]] (action); matches on stdin", true, fail2ban::tell),
    caller("alertmanager", "a webhook's JSON on stdin", true, alertmanager::tell),
    caller("grafana", "a webhook's JSON on stdin", true, grafana::tell),
    caller("healthcheck", "NAME STATUS, or an event of docker as JSON, on stdin", true, healthcheck::tell),
];

const fn caller(
    name: &'static str,
    reads: &'static str,
    reads_stdin: bool,
    tell: fn(&Given<'_>) -> Told,
) -> Caller {
    Caller { name, reads, reads_stdin, tell }
}

/// Finds the monitor of this name.
pub(crate) fn named(name: &str) -> Result<Caller, Refusal> {
    CALLERS.into_iter().find(|caller| caller.name.eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
        let text = format!("unknown caller `{}`; enqueue --caller help lists them", shown(name));
        Refusal::new(Exit::Usage, text)
    })
}

/// The monitor of this name, if it is one that posts what it says elsewhere.
pub(crate) fn that_posts(name: &str) -> Option<Caller> {
    let posts = ["alertmanager", "grafana"].contains(&name);
    CALLERS.into_iter().find(|caller| posts && caller.name == name)
}

impl Caller {
    /// What it says by this document alone.
    pub(crate) fn hear(self, env: &dyn Fn(&str) -> Option<OsString>, stdin: &str) -> Told {
        (self.tell)(&Given { env, words: &[], stdin, host: &this_host() })
    }
}

fn this_host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The answer to `--caller help`.
pub(crate) fn list() -> String {
    let mut text = String::from("What enqueue --caller NAME reads, behind the options:\n\n");
    for caller in CALLERS {
        text += &[&format!("  {:<13} ", caller.name), caller.reads, "\n"].concat();
    }
    text + "\nSubject, text, severity, key, the end of a trouble and a life time are filled in where no option\n\
            says them. contrib/callers/ has a ready file for each.\n"
}

/// Fills in what no option says: reads what the monitor has said, in its own way.
#[cold]
pub(crate) fn fill(caller: Caller, args: &mut Args, world: &mut World<'_>) {
    let mut trouble = None;
    let stdin = if caller.reads_stdin && !world.stdin_is_terminal {
        let mut octets = Vec::new();
        let read = world.stdin.take(STDIN_OCTETS_MAX).read_to_end(&mut octets);
        let drained = read.and_then(|_| io::copy(&mut world.stdin.take(DRAINED_OCTETS_MAX), &mut io::sink()));
        trouble = match drained {
            Err(error) => Some(format!("stdin could not be read to its end: {error}")),
            Ok(0) => None,
            Ok(_) => Some("stdin holds more than 8 MiB; the rest is left out".to_owned()),
        };
        String::from_utf8(octets)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    } else {
        String::new()
    };
    let host = this_host();
    let mut told = (caller.tell)(&Given { env: world.env, words: &args.words, stdin: &stdin, host: &host });
    if let Some(trouble) = trouble {
        told.note(&trouble);
    }
    let names_nobody = args.to.is_empty() && args.cc.is_empty() && args.bcc.is_empty();
    if let Some(to) = told.to.clone().filter(|_| names_nobody) {
        let mut members = Vec::new();
        match value::recipients(&to, &mut members) {
            Ok(()) => args.to = members,
            Err(refusal) => told.note(&format!("not sent to `{}`: {}", shown(&to), refusal.text())),
        }
    }
    let body = told.text();
    if args.subject.is_empty() {
        args.subject = told.subject_line(caller.name);
    }
    if args.key.is_none() {
        args.key = told.key.and_then(value::line);
    }
    args.severity = args.severity.or(Some(told.severity));
    args.resolves |= told.resolves;
    args.ttl = args.ttl.or(told.ttl);
    caller.name.clone_into(&mut args.program);
    args.body = Body::Text(body);
}
