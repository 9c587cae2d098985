//! From options to an alert: adds the body, the attachments, the host and the moment.
//!
//! Input is bounded while it is read: nobody makes this program grow above a few times the size that an alert
//! may have. Octets that are not UTF-8 never cost the alert: in a body each bad sequence becomes U+FFFD, in an
//! attachment they stay as they are.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spool_format::alert::{ALERT_OCTETS_MAX, FORMAT_VERSION, Source};
use spool_format::{Alert, AlertError, Attachment};

use crate::World;
use crate::args::{Args, Body};
use crate::exit::{Exit, Refusal};
use crate::value;

/// Media types by the ending of a file's name; what is not here travels as `application/octet-stream`.
const MEDIA_TYPES: [(&str, &str); 12] = [
    ("txt", "text/plain"),
    ("log", "text/plain"),
    ("csv", "text/csv"),
    ("html", "text/html"),
    ("json", "application/json"),
    ("xml", "application/xml"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gz", "application/gzip"),
    ("zip", "application/zip"),
];

/// Makes the alert that the options ask for; it has no id yet. Reads stdin and the files to attach.
pub(crate) fn compose(args: Args, world: &mut World<'_>) -> Result<Alert, Refusal> {
    let mut octets_left = ALERT_OCTETS_MAX;
    let reads_stdin = match &args.body {
        Body::Unsaid if world.stdin_is_terminal && args.subject.is_empty() => {
            return Err(Refusal::new(
                Exit::Usage,
                "nothing to tell; give --subject LINE, or a TEXT, or pipe a text into stdin".to_owned(),
            ));
        }
        Body::Unsaid => !world.stdin_is_terminal,
        Body::Stdin => true,
        Body::Text(_) => false,
    };
    let body = match args.body {
        Body::Text(text) => text,
        _ if reads_stdin => readable(read_bounded(world.stdin, "stdin", &mut octets_left)?),
        _ => String::new(),
    };
    let mut attachments = Vec::with_capacity(args.attach.len());
    for path in &args.attach {
        attachments.push(attach(path, &mut octets_left)?);
    }
    let alert = Alert {
        version: FORMAT_VERSION,
        created: Some(world.now),
        to: args.to,
        cc: args.cc,
        bcc: args.bcc,
        subject: args.subject,
        body,
        severity: args.severity.unwrap_or_default(),
        key: args.key,
        resolves: args.resolves,
        ttl: args.ttl,
        sender: args.sender,
        from_name: args.from_name,
        headers: args.headers,
        attachments,
        source: Some(source(&args.program)),
        ..Alert::default()
    };
    match alert.check() {
        Ok(()) => Ok(alert),
        Err(AlertError::NothingToTell) if reads_stdin => Err(Refusal::new(
            Exit::BadData,
            "nothing to tell: stdin is empty and there is no subject; give --subject LINE".to_owned(),
        )),
        Err(AlertError::NothingToTell) => Err(Refusal::new(
            Exit::Usage,
            "nothing to tell; give --subject LINE or a TEXT that is not empty".to_owned(),
        )),
        Err(error) => Err(Refusal::new(Exit::BadData, error.to_string())),
    }
}

/// Where an alert of this program comes from.
pub(crate) fn source(program: &str) -> Source {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Source { host, program: program.to_owned() }
}

fn readable(octets: Vec<u8>) -> String {
    String::from_utf8(octets).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn attach(path: &Path, octets_left: &mut usize) -> Result<Attachment, Refusal> {
    let shown = path.display();
    let mut file = File::open(path).map_err(|error| {
        Refusal::new(Exit::NoInput, format!("cannot read `{shown}`: {error}; mend it or leave out --attach"))
    })?;
    let octets = read_bounded(&mut file, &format!("`{shown}`"), octets_left)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).and_then(value::line);
    let name = name.unwrap_or_else(|| "attachment".to_owned());
    Ok(Attachment { media_type: media_type(&name).to_owned(), name, data: STANDARD.encode(octets) })
}

pub(crate) fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let known = MEDIA_TYPES.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known));
    known.map_or("application/octet-stream", |(_, media_type)| media_type)
}

/// Reads to the end, but not more than is left of an alert's size, which it reduces.
fn read_bounded(from: &mut dyn Read, name: &str, octets_left: &mut usize) -> Result<Vec<u8>, Refusal> {
    let mut octets = Vec::new();
    from.take(*octets_left as u64 + 1).read_to_end(&mut octets).map_err(|error| {
        Refusal::new(Exit::NoInput, format!("cannot read {name}: {error}; give something that can be read"))
    })?;
    match octets_left.checked_sub(octets.len()) {
        Some(left) => *octets_left = left,
        None => return Err(too_large(name)),
    }
    Ok(octets)
}

/// The refusal of an alert that would be larger than any reader takes.
pub(crate) fn too_large(culprit: &str) -> Refusal {
    const MIB_MAX: usize = ALERT_OCTETS_MAX / 1024 / 1024;
    Refusal::new(
        Exit::BadData,
        format!(
            "{culprit} makes the alert larger than {MIB_MAX} MiB; cut it, for example by: tail -c 100000"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_name_tells_its_media_type() {
        for (name, expected) in [
            ("backup.log", "text/plain"),
            ("BACKUP.PDF", "application/pdf"),
            ("a.tar.gz", "application/gzip"),
            ("core", "application/octet-stream"),
            ("log", "application/octet-stream"),
            ("x.exe", "application/octet-stream"),
        ] {
            assert_eq!(media_type(name), expected, "{name}");
        }
    }
}
