//! The program as `mail` and `mailx`: a text on stdin, subject and recipients as arguments.
//!
//! Three programs bear the name; scripts that were written for any of them are understood. Nothing reads mail here. What
//! was typed becomes a message, and goes the way of all messages that `sendmail` gets.

mod flags;
mod message;

use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::alert::media_type;
use crate::exit::{Exit, Refusal, shown};
use crate::sendmail::message::{MESSAGE_OCTETS_MAX, as_its_header_says, read};
use crate::{Outcome, Voice, World, help, sendmail, store};
use flags::{Call, Shows};
use message::File;

/// Does what `argv` asks for.
#[cold]
pub(crate) fn answer(argv: &[OsString], world: &mut World<'_>) -> Result<Outcome, Refusal> {
    let is_file = |name: &[u8]| Path::new(OsStr::from_bytes(name)).is_file();
    let mut call = flags::parse(argv.get(1..).unwrap_or_default(), &is_file);
    match call.shows {
        Some(Shows::Help) => return Ok(world.help(&help::OF_MAIL)),
        Some(Shows::Version) => return Ok(Outcome::said(help::VERSION)),
        None => {}
    }
    // Who gives a subject sends, whatever else is there.
    if let Some(flag) = call.reading.take_if(|_| call.subject.is_none()) {
        return Err(reads_no_mail(&flag));
    }
    let names_nobody = call.to.is_empty() && call.cc.is_empty() && call.bcc.is_empty() && !call.reads_header;
    let says_nothing = names_nobody && call.subject.is_none() && call.attach.is_empty();
    if says_nothing && world.stdin_is_terminal {
        return Err(reads_no_mail("without a recipient"));
    }
    let mut text = read(world.stdin, world.stdin_is_terminal);
    if says_nothing && text.is_empty() {
        return Err(reads_no_mail("without a recipient and without a text"));
    }
    if text.is_empty() && call.skips_empty {
        let stderr = "mail: the text is empty, and with -E that is not sent\n".to_owned();
        return Ok(Outcome { exit: Exit::Done, stdout: String::new(), stderr });
    }
    let files = open_all(&mut call, &mut text);
    let alert = as_its_header_says("mail", message::make(&call, &text, &files), world.now)?;
    let places = sendmail::places(world, Voice::Nothing);
    let mut outcome = store::store(alert, &places, None, world);
    let warnings = call.warnings.iter().map(|warning| format!("mail: warning: {warning}\n"));
    outcome.stderr.insert_str(0, &warnings.collect::<String>());
    Ok(outcome)
}

fn reads_no_mail(how: &str) -> Refusal {
    let text = format!(
        "mail {how} reads mail, and this program only sends; give -s SUBJECT and a recipient, or install mailutils"
    );
    Refusal::new(Exit::Usage, text)
}

/// Reads the files, those to quote into the text. What cannot be read is told of in the text: somebody waits for it.
fn open_all(call: &mut Call, text: &mut Vec<u8>) -> Vec<File> {
    // What is left of a message, when a file takes four octets for three, and some for line ends.
    let mut left = MESSAGE_OCTETS_MAX.saturating_sub(text.len()) / 3 * 2;
    let mut note = |text: &mut Vec<u8>, what: &str| {
        text.extend(format!("\n[mail: {what}]\n").bytes());
        call.warnings.push(what.to_owned());
    };
    for name in &call.quote {
        match read_whole(name, &mut left) {
            Ok(octets) => text.extend(octets),
            Err(why) => note(text, &why),
        }
    }
    let mut files = Vec::new();
    for path in &call.attach {
        match read_whole(path, &mut left) {
            Ok(octets) => {
                let name = Path::new(OsStr::from_bytes(path)).file_name().unwrap_or_default();
                let name = name.to_string_lossy().into_owned();
                files.push(File { media_type: media_type(&name), name, octets });
            }
            Err(why) => note(text, &why),
        }
    }
    files
}

fn read_whole(path: &[u8], left: &mut usize) -> Result<Vec<u8>, String> {
    let name = shown(&String::from_utf8_lossy(path));
    let mut octets = Vec::new();
    let file = std::fs::File::open(OsStr::from_bytes(path));
    let read = file.and_then(|file| file.take(*left as u64 + 1).read_to_end(&mut octets));
    read.map_err(|error| format!("cannot attach `{name}`: {error}"))?;
    *left = left.checked_sub(octets.len()).ok_or_else(|| format!("`{name}` is too large to be attached"))?;
    Ok(octets)
}
