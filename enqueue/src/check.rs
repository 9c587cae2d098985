//! `--check`: which places work for this caller, tried for real, with nothing left behind.

use std::io;
use std::path::Path;

use spool_format::folder::{ALERT_MODE, temporary_name};
use spool_format::fs::{SpoolFs, StdFs};
use spool_format::{AlertId, Folder, Layout};

use crate::deadline::Deadline;
use crate::exit::{Exit, Refusal};
use crate::place::{Places, incoming, socket};
use crate::{Outcome, World, store, syslog};

/// One place, as it was found.
struct Finding {
    place: &'static str,
    path: String,
    /// What it is good for, or why it is not.
    works: Result<&'static str, String>,
    is_durable: bool,
}

/// Tries all places and says one line for each, in their order, or one JSON array.
///
/// Done if one of the durable ones works, else what storing would say of the first.
#[cold]
pub(crate) fn check(places: &Places, deadline: &Deadline, as_json: bool, world: &mut World<'_>) -> Outcome {
    let id = match store::new_id(world) {
        Ok(id) => id,
        Err(refusal) => return Outcome::of(Err(refusal), crate::Voice::Id),
    };
    let folder = Layout::new(places.spool.as_path()).folder(Folder::Incoming);
    let first = try_folder(&folder, id)
        .map_err(|error| incoming::refuse(&format!("cannot write: {error}"), &error, &places.spool));
    let exit = first.as_ref().map_or_else(|refusal| refusal.exit, |()| Exit::Done);
    let mut findings = vec![Finding {
        place: "incoming",
        path: folder.display().to_string(),
        works: first.map(|()| "durable").map_err(Refusal::into_text),
        is_durable: true,
    }];
    findings.push(Finding {
        place: "socket",
        path: places.socket.display().to_string(),
        works: socket::probe(&places.socket, deadline).map(|()| "durable, as long as the agent has a disk"),
        is_durable: true,
    });
    if let Some(spare) = &places.spare {
        let tried = try_folder(spare, id).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "not wanted: the administrator has not made it".to_owned(),
            _ => error.to_string(),
        });
        findings.push(Finding {
            place: "spare",
            path: spare.display().to_string(),
            works: tried.map(|()| "in memory: no power cut"),
            is_durable: false,
        });
    }
    let log = syslog::probe(&places.syslog);
    findings.push(Finding {
        place: "syslog",
        path: log.as_ref().unwrap_or(&places.syslog.dev_log.as_path()).display().to_string(),
        works: log.map(|_| "for the text only: nobody mails it").map_err(|error| error.to_string()),
        is_durable: false,
    });
    let is_safe = findings.iter().any(|finding| finding.is_durable && finding.works.is_ok());
    let exit = if is_safe { Exit::Done } else { exit };
    Outcome { exit, stdout: if as_json { json(&findings) } else { lines(&findings) }, stderr: String::new() }
}

/// Writes a hidden file, as storing would, and removes it again.
fn try_folder(path: &Path, id: AlertId) -> io::Result<()> {
    let folder = StdFs.open_dir(path)?;
    let draft = temporary_name(id);
    let mut file = StdFs.create(&folder, &draft, ALERT_MODE)?;
    let written = StdFs.write_all(&mut file, b"check\n").and_then(|()| StdFs.sync_file(&file));
    let removed = StdFs.unlink(&folder, &draft);
    written.and(removed)
}

fn lines(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.path.chars().count()).max().unwrap_or(0);
    let line = |Finding { place, path, works, .. }: &Finding| match works {
        Ok(what) => format!("{place:<8}  {path:<width$}  works: {what}\n"),
        Err(why) => format!("{place:<8}  {path:<width$}  no: {why}\n"),
    };
    findings.iter().map(line).collect()
}

/// Written by hand, and only the strings by `serde_json`: a tree of values would make the program a tenth larger.
fn json(findings: &[Finding]) -> String {
    let one = |Finding { place, path, works, is_durable }: &Finding| {
        let (key, text) = match works {
            Ok(what) => ("for", *what),
            Err(why) => ("why_not", why.as_str()),
        };
        let (path, text, works) = (string(path), string(text), works.is_ok());
        format!(
            r#"{{"place":"{place}","path":{path},"durable":{is_durable},"works":{works},"{key}":{text}}}"#
        )
    };
    let all: Vec<String> = findings.iter().map(one).collect();
    format!("[{}]\n", all.join(",\n "))
}

fn string(text: &str) -> String {
    serde_json::to_string(text).expect("every text is a JSON string")
}
