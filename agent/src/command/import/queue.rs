//! The mails that wait in another program's queue become alerts: durable here first, only then moved aside there.
//!
//! The id of an alert is made of the time and the content of its file, so that a second run, also after a kill at any step,
//! gives it the same id: who finds the file in the spool takes it as done, and an agent that has sent it already removes
//! what comes under its id. Nothing is removed there: a file moves into `imported/` beside the queue.

mod dma;
mod nullmailer;
mod report;

use std::fs::{DirBuilder, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::{FlockOperation, OFlags, flock};
use sha2::{Digest as _, Sha256};
use spool_format::alert::{ALERT_OCTETS_MAX, RECIPIENTS_MAX, Source};
use spool_format::folder::{ALERT_MODE, file_name, temporary_name};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::id::ENTROPY_OCTETS;
use spool_format::publish::publish;
use spool_format::{Alert, AlertId, Folder, Layout, Wall};

use super::super::place::{self, Place};
use super::super::{Refusal, json};
use super::{Args, Peer};
use crate::edge::clock;
use crate::exit::Exit;
use crate::notice::Tongue;
use report::{Left, Report, Taken};

/// From its taking over on a mail is worth its trying for so long, however long it has waited already.
const LIFE: Duration = Duration::from_hours(72);

/// A mail as it waits there.
struct Waiting {
    /// The files that hold it, in the order in which they are moved.
    files: Vec<String>,
    /// When it came.
    since: Wall,
    sender: String,
    recipients: Vec<String>,
    message: Vec<u8>,
    /// Keeps the other program off while it lives.
    _lock: Option<File>,
}

/// A queue of another program's.
struct Queue {
    peer: Peer,
    /// The folder with its files.
    folder: PathBuf,
    /// Where they go.
    aside: PathBuf,
}

/// Does what the command says with `--queue`.
pub(super) fn run(args: &Args, place: &Place, tongue: Tongue) -> Result<(Exit, String), Refusal> {
    let queue = match args.peer {
        Peer::Nullmailer => nullmailer::queue(&args.root)?,
        Peer::Dma => dma::queue(&args.root),
        Peer::Msmtp | Peer::Ssmtp | Peer::Postfix => return Err(no_queue(args.peer)),
    };
    let layout = place.layout(place.config()?.as_ref());
    let incoming = StdFs
        .open_dir(&layout.folder(Folder::Incoming))
        .map_err(|error| place::unreadable(&layout, &error))?;
    let names = names_in(&queue)?;
    let mut report = Report::new(&queue, &layout);
    // The second file of a mail may be all that a run has left that was killed.
    let is_of_one =
        |name: &String| is_a_mail(queue.peer, name) || (queue.peer == Peer::Dma && name.starts_with('M'));
    if names.iter().any(is_of_one) {
        let aside = Aside::open(&queue)?;
        if queue.peer == Peer::Dma {
            dma::finish_what_was_begun(&queue, &names, &aside)?;
        }
        for name in names.iter().filter(|name| is_a_mail(queue.peer, name)) {
            let read = match queue.peer {
                Peer::Dma => dma::read(&queue.folder, name),
                _ => nullmailer::read(&queue.folder, name),
            };
            let taken = read.and_then(|mail| take(&queue, name, &mail, &layout, &incoming, &aside));
            match taken {
                Ok(taken) => report.taken.push(taken),
                Err(Reason::Gone) => {}
                Err(Reason::Stays(why)) => report.left.push(Left { file: name.clone(), reason: why }),
            }
        }
    }
    let exit = if report.left.is_empty() { Exit::Done } else { Exit::Data };
    Ok((exit, if args.json { json(&report) } else { report.in_words(tongue) }))
}

fn no_queue(peer: Peer) -> Refusal {
    let name = peer.as_str();
    match peer {
        Peer::Postfix => Refusal::in_both(
            Exit::Usage,
            "the queue of Postfix is Postfix's own: let it send what waits (postqueue -f), and look with mailq, before it is stopped",
            "Postfix のキューは取り込めません。止める前に postqueue -f で送信させ、mailq で確認してください",
        ),
        _ => Refusal::in_both(
            Exit::Usage,
            format!("{name} has no queue: whatever it took is sent, or was refused to its caller"),
            format!("{name} にキューはありません"),
        ),
    }
}

/// Why a mail is not taken over.
enum Reason {
    /// It is not there any more: the other program has sent it.
    Gone,
    /// It stays where it is, for this reason.
    Stays(String),
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Gone,
            _ => Self::Stays(error.to_string()),
        }
    }
}

fn names_in(queue: &Queue) -> Result<Vec<String>, Refusal> {
    let listed = StdFs.open_dir(&queue.folder).and_then(|folder| StdFs.list(&folder));
    let mut names = listed.map_err(|error| cannot_use(&queue.folder, &error))?;
    names.sort_unstable();
    Ok(names)
}

fn is_a_mail(peer: Peer, name: &str) -> bool {
    match peer {
        Peer::Dma => name.starts_with('Q'),
        _ => !name.starts_with('.'),
    }
}

fn cannot_use(folder: &Path, error: &io::Error) -> Refusal {
    let shown = folder.display();
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::in_both(
            Exit::NoInput,
            format!("there is no queue at `{shown}`; name the folder that is its / with --root DIR"),
            format!("`{shown}` にキューがありません。/ に当たるフォルダを --root DIR で指定してください"),
        ),
        io::ErrorKind::PermissionDenied => {
            Refusal::new(Exit::NoPermission, format!("you may not use the queue `{shown}`; ask as root"))
        }
        _ => Refusal::new(Exit::Io, format!("cannot use the queue `{shown}`: {error}")),
    }
}

/// The folder into which files move, and which only one import at a time has.
struct Aside {
    from: <StdFs as spool_format::fs::SpoolFs>::Dir,
    to: <StdFs as spool_format::fs::SpoolFs>::Dir,
    _lock: File,
}

impl Aside {
    fn open(queue: &Queue) -> Result<Self, Refusal> {
        let cannot = |error: io::Error| cannot_use(&queue.aside, &error);
        match DirBuilder::new().mode(0o700).create(&queue.aside) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(cannot(error)),
            _ => {}
        }
        let lock = File::open(&queue.aside).map_err(cannot)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|_| {
            let shown = queue.aside.display();
            Refusal::in_both(
                Exit::Unavailable,
                format!("another import is at work with `{shown}`; wait for its end"),
                format!("別の import が `{shown}` を使用中です。終わるまで待ってください"),
            )
        })?;
        // The folder itself has to survive a power cut before anything moves into it.
        if let Some(above) = queue.aside.parent() {
            File::open(above).and_then(|above| above.sync_all()).map_err(cannot)?;
        }
        let (from, to) = (StdFs.open_dir(&queue.folder), StdFs.open_dir(&queue.aside));
        Ok(Self { from: from.map_err(cannot)?, to: to.map_err(cannot)?, _lock: lock })
    }

    /// Moves a file, durably. One of an older mail that has this name there stays, too.
    fn put(&self, name: &str, id: AlertId) -> io::Result<()> {
        match StdFs.move_to(&self.from, name.as_ref(), &self.to, name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                StdFs.move_to(&self.from, name.as_ref(), &self.to, &format!("{name}.{id}"))?;
            }
            moved => moved?,
        }
        StdFs.sync_dir(&self.to)?;
        StdFs.sync_dir(&self.from)
    }
}

/// Takes one over: alerts first, then the files.
fn take(
    queue: &Queue,
    name: &str,
    mail: &Waiting,
    layout: &Layout,
    incoming: &<StdFs as spool_format::fs::SpoolFs>::Dir,
    aside: &Aside,
) -> Result<Taken, Reason> {
    if mail.recipients.is_empty() {
        return Err(Reason::Stays("it names no recipient".to_owned()));
    }
    let mut ids = Vec::new();
    // More recipients than one alert may have make several.
    for (nth, recipients) in mail.recipients.chunks(RECIPIENTS_MAX).enumerate() {
        let id = id_of(queue.peer, name, mail, nth);
        let octets = alert(queue.peer, mail, recipients, id).to_octets();
        if octets.len() > ALERT_OCTETS_MAX {
            return Err(Reason::Stays(format!(
                "the mail has {} octets, more than an alert can hold",
                mail.message.len()
            )));
        }
        keep(layout, incoming, id, &octets)?;
        ids.push(id);
    }
    for file in &mail.files {
        let moved = aside.put(file, ids[0]);
        // That it is safe here is what counts; the next run finds it known, and moves it.
        moved.map_err(|error| {
            Reason::Stays(format!("it is in the spool as {}, but cannot be moved: {error}", ids[0]))
        })?;
    }
    Ok(Taken { file: name.to_owned(), ids, to: mail.recipients.clone() })
}

/// Puts an alert into the spool, unless it is there. After `Ok` it is durable.
fn keep(
    layout: &Layout,
    incoming: &<StdFs as spool_format::fs::SpoolFs>::Dir,
    id: AlertId,
    octets: &[u8],
) -> Result<(), Reason> {
    let (draft, name) = (temporary_name(id), file_name(id));
    // In the order in which an alert goes through them: it is never in none in between.
    let place = [Folder::Incoming, Folder::Deferred, Folder::Dead]
        .into_iter()
        .map(|folder| layout.folder(folder).join(&name));
    for path in place {
        match File::open(&path) {
            Ok(file) => {
                // Whoever wrote it may have been killed before it was durable.
                file.sync_all()?;
                return if StdFs.is_readable(incoming) { Ok(StdFs.sync_dir(incoming)?) } else { Ok(()) };
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Reason::Stays(format!("cannot look at {}: {error}", path.display()))),
        }
    }
    // A draft of this id is one of ours, left by a kill: nobody else is at work here.
    match StdFs.unlink(incoming, &draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Reason::Stays(error.to_string()));
        }
        _ => {}
    }
    match publish(&StdFs, incoming, &draft, &name, ALERT_MODE, octets) {
        Ok(()) => Ok(()),
        Err(error) => Err(Reason::Stays(format!("not taken over: {error}"))),
    }
}

/// The same in every run.
fn id_of(peer: Peer, name: &str, mail: &Waiting, nth: usize) -> AlertId {
    let mut hash = Sha256::new();
    for part in [peer.as_str(), name, &mail.sender] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    for recipient in &mail.recipients {
        hash.update(recipient.as_bytes());
        hash.update([0]);
    }
    hash.update(nth.to_be_bytes());
    hash.update(&mail.message);
    let mut entropy = [0; ENTROPY_OCTETS];
    entropy.copy_from_slice(&hash.finalize()[..ENTROPY_OCTETS]);
    AlertId::new(mail.since, entropy)
}

fn alert(peer: Peer, mail: &Waiting, recipients: &[String], id: AlertId) -> Alert {
    let waited = clock::wall_now().unix_ms().saturating_sub(mail.since.unix_ms()).max(0);
    let waited = Duration::from_millis(u64::try_from(waited).unwrap_or(0));
    Alert {
        version: spool_format::alert::FORMAT_VERSION,
        id: Some(id),
        created: Some(mail.since),
        to: recipients.to_vec(),
        sender: Some(mail.sender.clone()).filter(|sender| !sender.is_empty()),
        ttl: Some((waited + LIFE).as_secs()),
        source: Some(Source { host: String::new(), program: peer.as_str().to_owned() }),
        message: Some(STANDARD.encode(&mail.message)),
        ..Alert::default()
    }
}

/// Opens a file there; never waits for a FIFO, and follows no link.
fn open(folder: &Path, name: &str) -> Result<File, Reason> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = File::options().read(true).custom_flags(flags).open(folder.join(name))?;
    if !file.metadata()?.is_file() {
        return Err(Reason::Stays("it is not a regular file".to_owned()));
    }
    Ok(file)
}

/// All of it, as far as an alert can hold it.
fn octets_of(file: &File) -> Result<Vec<u8>, Reason> {
    let mut octets = Vec::new();
    file.take(ALERT_OCTETS_MAX as u64 + 1).read_to_end(&mut octets)?;
    if octets.len() > ALERT_OCTETS_MAX {
        return Err(Reason::Stays(format!("it has more than {ALERT_OCTETS_MAX} octets")));
    }
    Ok(octets)
}

/// When a file was written.
fn written(file: &File) -> io::Result<Wall> {
    Ok(Wall::from_unix_ms(file.metadata()?.mtime().saturating_mul(1000)))
}

/// Text of an envelope: addresses are ASCII, or UTF-8.
fn text(octets: &[u8]) -> Result<String, Reason> {
    let text = std::str::from_utf8(octets);
    Ok(text.map_err(|_| Reason::Stays("its envelope is not text".to_owned()))?.trim().to_owned())
}
