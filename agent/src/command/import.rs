//! `alertmail import`: what another program's files say, as a configuration of ours; and the mails that wait in its queue.
//!
//! One file a program reads its files into one form (`found`), and `written` makes TOML of that. Both are pure; all
//! reading and writing is done here, and in `queue`.

mod addresses;
mod dma;
mod found;
mod msmtp;
mod nullmailer;
mod output;
mod postfix;
mod queue;
mod shell;
mod ssmtp;
mod words;
mod written;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::place::Place;
use super::{Refusal, finish, json};
use crate::config::Reading;
use crate::edge::language;
use crate::exit::Exit;
use crate::notice::Tongue;
use crate::output::terminal::printable;
use found::Found;
use output::Made;

/// A file of settings has no more octets.
const OCTETS_MAX: u64 = 4 * 1024 * 1024;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Without --output the configuration is printed and nothing is written. With it passwords go into files of their own beside
FILE, which only their owner can read; they are never printed. What could not be carried over is named on stderr, each
with file and line. Nothing of the other program's is changed.

With --queue the mails that wait in the queue of nullmailer or dma become alerts: each is durable here before its file
there is moved into the folder imported/ beside the queue. Nothing is removed, and whoever runs it again, also after it
was killed, gets no mail twice. Stop the other program first.

Exit codes: 65 if there is nothing that could be carried over, or a mail had to stay; 66 if none of the files is there.

Examples:
  alertmail import nullmailer
  alertmail import msmtp --output /etc/alertmail/imported.toml
  alertmail import postfix --root /mnt/old --json
  alertmail import nullmailer --queue
  alertmail import dma --queue --spool /var/spool/alertmail")]
pub struct Args {
    /// Whose configuration.
    #[arg(value_enum, value_name = "PROGRAM")]
    peer: Peer,
    /// Read below this folder in place of /.
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// Write the configuration into this new file, and passwords into files beside it.
    #[arg(long, value_name = "FILE", conflicts_with = "queue")]
    output: Option<PathBuf>,
    /// Take the mails over that wait in its queue, in place of its configuration.
    #[arg(long)]
    queue: bool,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// The programs whose files are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Peer {
    Nullmailer,
    Msmtp,
    Ssmtp,
    Dma,
    Postfix,
}

impl Peer {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Nullmailer => "nullmailer",
            Self::Msmtp => "msmtp",
            Self::Ssmtp => "ssmtp",
            Self::Dma => "dma",
            Self::Postfix => "postfix",
        }
    }

    /// The file without which there is nothing to import.
    const fn main_file(self) -> &'static str {
        match self {
            Self::Nullmailer => "/etc/nullmailer/remotes",
            Self::Msmtp => "/etc/msmtprc",
            Self::Ssmtp => "/etc/ssmtp/ssmtp.conf",
            Self::Dma => "/etc/dma/dma.conf",
            Self::Postfix => "/etc/postfix/main.cf",
        }
    }
}

/// What was found, for machines.
#[derive(Debug, serde::Serialize)]
struct Outcome<'d> {
    /// The configuration.
    toml: &'d str,
    /// The files that were read.
    read: &'d [String],
    /// The files that were written.
    written: Vec<&'d Path>,
    /// What was not carried over as it stands.
    notes: Vec<Told<'d>>,
}

#[derive(Debug, serde::Serialize)]
struct Told<'d> {
    file: &'d str,
    /// 0: the file as a whole.
    line: usize,
    message: &'d str,
}

/// Does what the command says.
pub fn run(args: &Args, place: &Place) -> Exit {
    let tongue = language::asked();
    finish(if args.queue { queue::run(args, place, tongue) } else { configuration(args, tongue) })
}

fn configuration(args: &Args, tongue: Tongue) -> Result<(Exit, String), Refusal> {
    let mut found = read(args)?;
    if found.providers.is_empty() {
        if !args.json {
            say(&found, tongue);
        }
        return Err(Refusal::in_both(
            Exit::Data,
            format!(
                "{} names no server that takes mail for this machine, so there is nothing to carry over",
                args.peer.main_file()
            ),
            format!("{} に送信先サーバの指定がなく、取り込むものがありません", args.peer.main_file()),
        ));
    }
    let has_file = |path: &str| below(&args.root, path).is_file();
    let written = {
        let spoken = if args.json { Tongue::English } else { tongue };
        written::write(&mut found, args.peer.as_str(), &has_file, spoken)
    };
    // A file that cannot be used is not written, and what is wrong with it is a defect of ours.
    let sample = args.output.as_deref().unwrap_or(Path::new("imported.toml"));
    let mistakes: Vec<String> =
        Reading::parse(&written.toml, sample).mistakes.iter().map(ToString::to_string).collect();
    if !mistakes.is_empty() {
        let what = printable(&mistakes.join("; "));
        return Err(Refusal::new(Exit::Data, format!("what was found makes no configuration: {what}")));
    }
    let made = match &args.output {
        Some(path) => output::write(path, &written)?,
        None => Made::default(),
    };
    found.notes.sort_by(|one, other| one.spot.cmp(&other.spot));
    if args.json {
        let notes = found.notes.iter().map(|note| Told {
            file: &note.spot.file,
            line: note.spot.line,
            message: note.said.in_tongue(Tongue::English),
        });
        let document = Outcome {
            toml: &written.toml,
            read: &found.files,
            written: made.files.iter().map(PathBuf::as_path).collect(),
            notes: notes.collect(),
        };
        return Ok((Exit::Done, json(&document)));
    }
    say(&found, tongue);
    match &args.output {
        None => {
            for secret in &written.secrets {
                let line = words::password_goes_to(&secret.name);
                let _ = writeln!(io::stderr().lock(), "alertmail: {}", printable(line.in_tongue(tongue)));
            }
            Ok((Exit::Done, written.toml))
        }
        Some(path) => Ok((Exit::Done, made.in_words(path, tongue))),
    }
}

/// Reads what this program has.
fn read(args: &Args) -> Result<Found, Refusal> {
    let refused: RefCell<Option<Refusal>> = RefCell::new(None);
    let files = |path: &str| match text_of(&below(&args.root, path)) {
        Ok(text) => Some(text),
        Err(error) if is_absent(&error) => None,
        Err(error) => {
            let exit = match error.kind() {
                io::ErrorKind::PermissionDenied => Exit::NoPermission,
                _ => Exit::NoInput,
            };
            let shown = below(&args.root, path);
            let shown = shown.display();
            refused.borrow_mut().get_or_insert_with(|| {
                Refusal::in_both(
                    exit,
                    format!("cannot read `{shown}`: {error}; ask as its owner or as root"),
                    format!("`{shown}` を読めません: {error}。所有者または root で実行してください"),
                )
            });
            None
        }
    };
    let home =
        std::env::var("HOME").ok().filter(|home| home.starts_with('/')).unwrap_or_else(|| "/root".to_owned());
    let mut found = match args.peer {
        Peer::Nullmailer => nullmailer::read(&files),
        Peer::Msmtp => msmtp::read(&files, &home),
        Peer::Ssmtp => ssmtp::read(&files),
        Peer::Dma => dma::read(&files),
        Peer::Postfix => postfix::read(&files),
    };
    found.leave_out_strange_hosts();
    if let Some(refusal) = refused.into_inner() {
        return Err(refusal);
    }
    let peer_has = |file: &String| file.contains(args.peer.as_str());
    if !found.files.iter().any(peer_has) {
        let shown = below(&args.root, args.peer.main_file());
        let shown = shown.display();
        return Err(Refusal::in_both(
            Exit::NoInput,
            format!("there is no `{shown}`; name the folder that is its / with --root DIR"),
            format!("`{shown}` がありません。/ に当たるフォルダを --root DIR で指定してください"),
        ));
    }
    Ok(found)
}

/// A path of that machine.
fn below(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Octets that are not UTF-8 cost their own line at most.
fn text_of(path: &Path) -> io::Result<String> {
    use std::io::Read as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    // A FIFO in its place must hold nobody up.
    let file = std::fs::File::options().read(true).custom_flags(nonblock).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut octets = Vec::new();
    file.take(OCTETS_MAX + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > OCTETS_MAX {
        return Err(io::Error::other("it has more than 4 MiB"));
    }
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// What is not as it was there, for people.
fn say(found: &Found, tongue: Tongue) {
    let mut stderr = io::stderr().lock();
    for note in &found.notes {
        let _ = writeln!(
            stderr,
            "{}: {}",
            printable(&note.spot.to_string()),
            printable(note.said.in_tongue(tongue))
        );
    }
}
