//! From what stands on stdin to an alert. It cannot fail but for a crowd of recipients: every text is an alert.

use std::io::{ErrorKind, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use receive::envelope::{self, Named};
use receive::{addresses, session};
use spool_format::alert::FORMAT_VERSION;
use spool_format::{Alert, AlertError, Wall};

use super::flags::Call;
use crate::alert::source;
use crate::exit::{Exit, Refusal};
use crate::value;

/// Octets of a message that are kept; base64 makes them 7 MiB, of 8 that an alert may have.
pub(crate) const MESSAGE_OCTETS_MAX: usize = 5 * 1024 * 1024;

/// Octets read at once.
const PIECE_OCTETS: usize = 16 * 1024;

/// Reads the message to its end, or to a line with a single dot.
///
/// What is too much is read and dropped, so that the caller does not die of a closed pipe, and a line at the end says so.
pub(crate) fn read(stdin: &mut dyn Read, ends_at_dot: bool) -> Vec<u8> {
    let mut message = Vec::new();
    let mut dropped = 0_u64;
    let mut piece = vec![0; PIECE_OCTETS];
    loop {
        let octets = match stdin.read(&mut piece) {
            Ok(0) => break,
            Ok(octets) => octets,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                note(&mut message, &format!("the rest could not be read: {error}"));
                break;
            }
        };
        let kept = octets.min(MESSAGE_OCTETS_MAX - message.len());
        message.extend(&piece[..kept]);
        dropped += (octets - kept) as u64;
        // A terminal gives whole lines.
        if ends_at_dot && (message == b".\n" || message.ends_with(b"\n.\n")) {
            message.truncate(message.len() - 2);
            break;
        }
    }
    if dropped > 0 {
        note(&mut message, &format!("cut here: {dropped} more octets are left out"));
    }
    message
}

fn note(message: &mut Vec<u8>, what: &str) {
    message.extend(format!("\n[sendmail: {what}]\n").bytes());
}

/// The alert of a message that was handed over with these arguments.
pub(super) fn alert(message: Vec<u8>, call: &Call, now: Wall) -> Result<Alert, Refusal> {
    let mut named = if call.reads_header { envelope::named(&message) } else { Named::default() };
    let arguments = call.recipients.iter().flat_map(|argument| addresses::list(argument));
    named.to = arguments.chain(named.to).collect();
    let sender = call.sender.as_deref().and_then(|sender| addresses::list(sender).into_iter().next());
    let name = call.name.clone().filter(|_| !envelope::has(&message, "From"));
    make("sendmail", message, named, sender.as_deref(), name, now).map_err(|error| refuse(&error))
}

/// The alert of a message that a client has handed over.
pub(super) fn alert_of(message: session::Message, now: Wall) -> Result<Alert, Refusal> {
    of_client("sendmail", message, now).map_err(|error| refuse(&error))
}

/// The same, as `program` took it over.
pub(crate) fn of_client(program: &str, message: session::Message, now: Wall) -> Result<Alert, AlertError> {
    let named = Named { to: message.recipients, ..Named::default() };
    make(program, message.octets, named, Some(&message.sender), None, now)
}

fn refuse(error: &AlertError) -> Refusal {
    Refusal::new(Exit::BadData, format!("{error}; send it to fewer at a time, or to a list"))
}

/// The alert of a message whose header names everybody, as `program` made it.
pub(crate) fn as_its_header_says(program: &str, message: Vec<u8>, now: Wall) -> Result<Alert, Refusal> {
    let named = envelope::named(&message);
    make(program, message, named, None, None, now).map_err(|error| refuse(&error))
}

fn make(
    program: &str,
    message: Vec<u8>,
    named: Named,
    sender: Option<&str>,
    from_name: Option<String>,
    created: Wall,
) -> Result<Alert, AlertError> {
    let message = envelope::without_blind_copies(&message).unwrap_or(message);
    let is_empty = message.iter().all(u8::is_ascii_whitespace);
    let mut seen: Vec<String> = Vec::new();
    let mut once = |names: Vec<String>| -> Vec<String> {
        let mut left = Vec::with_capacity(names.len());
        for name in names {
            if !seen.contains(&name) {
                seen.push(name.clone());
                left.push(name);
            }
        }
        left
    };
    let alert = Alert {
        version: FORMAT_VERSION,
        created: Some(created),
        to: once(named.to),
        cc: once(named.cc),
        bcc: once(named.bcc),
        subject: if is_empty { "(empty message)".to_owned() } else { String::new() },
        // Answers go nowhere but to an address.
        sender: sender.and_then(|sender| value::sender(sender).ok().flatten()),
        from_name: from_name.and_then(value::line),
        source: Some(source(program)),
        message: Some(STANDARD.encode(message)),
        ..Alert::default()
    };
    alert.check().map(|()| alert)
}
