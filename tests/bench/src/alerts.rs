//! Made-up alerts in the spool, as many as are wanted, without the cost of making each durable.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use rustix::fs::syncfs;
use spool_format::folder::{ALERT_MODE, file_name, journal_name};
use spool_format::fs::{SpoolFs as _, StdFs};
use spool_format::{
    Address, Alert, AlertId, Entry, Event, Folder, Layout, RecipientResult, Settlement, Severity, Wall,
};

use crate::clock;

/// Who is to have them.
const TO: &str = "oncall@example.jp";

/// How old they are: they have waited for an agent or a provider.
const AGE_MS: i64 = 3_600_000;

/// The n-th alert: all of an age, in order.
pub(crate) fn id(born: Wall, n: usize) -> AlertId {
    let mut chance = [0; 10];
    chance[..8].copy_from_slice(&(n as u64).to_be_bytes());
    AlertId::new(born, chance)
}

fn alert(id: AlertId, born: Wall, n: usize) -> Alert {
    Alert {
        version: spool_format::alert::FORMAT_VERSION,
        id: Some(id),
        created: Some(born),
        to: vec![TO.to_owned()],
        subject: format!("disk {n} is full"),
        body: "The database stops within the hour.\n".repeat(10),
        ..Alert::default()
    }
}

/// Puts `count` alerts into a folder of the spool; those in `deferred/` are told of in the journal, and due.
pub(crate) fn put(layout: &Layout, folder: Folder, count: usize) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("cannot fill the spool: {error}");
    let born = Wall::from_unix_ms(clock::wall_now().unix_ms() - AGE_MS);
    let dir = StdFs.open_dir(&layout.folder(folder)).map_err(wrong)?;
    let mut lines = Vec::new();
    for n in 0..count {
        let id = id(born, n);
        let octets = alert(id, born, n).to_octets();
        let mut file = StdFs.create(&dir, &file_name(id), ALERT_MODE).map_err(wrong)?;
        file.write_all(&octets).map_err(wrong)?;
        if folder == Folder::Deferred {
            for event in past(id, born, n, octets.len()) {
                Entry { at: born, event }.write_line(&mut lines);
            }
        }
    }
    append_to_journal(&layout.journal(), clock::wall_now(), &lines).map_err(wrong)?;
    syncfs(dir.fd()).map_err(|errno| wrong(errno.into()))
}

/// Appends lines to the file of a day, unsynced.
pub(crate) fn append_to_journal(journal: &Path, at: Wall, lines: &[u8]) -> std::io::Result<()> {
    let path = journal.join(journal_name(&at.day()));
    File::options().create(true).append(true).open(path)?.write_all(lines)
}

/// Who is to have every alert.
pub(crate) fn recipient() -> Address {
    Address::parse(TO).expect("an address")
}

/// What the journal tells of an alert that one provider did not take.
pub(crate) fn past(id: AlertId, at: Wall, n: usize, octets: usize) -> [Event; 4] {
    let to = recipient();
    let provider = || "sink".to_owned();
    [
        Event::Accepted {
            id,
            uid: rustix::process::getuid().as_raw(),
            octets: octets as u64,
            recipients: vec![to.clone()],
            unusable: Vec::new(),
            severity: Severity::Warning,
            notice: false,
            key: None,
            subject: format!("disk {n} is full"),
            created: Some(at),
            ttl: None,
            message_id: Some(format!("<{id}@example.jp>")),
        },
        Event::Attempt { id, attempt: 1, provider: provider(), recipients: vec![to.clone()], beside: None },
        Event::Outcome { id, attempt: 1, provider: provider(), took_ms: 12, recipients: vec![refusal(to)] },
        Event::Deferred { id, passes: 1, until: at, why: None },
    ]
}

fn refusal(to: Address) -> RecipientResult {
    RecipientResult {
        to,
        result: Settlement::Open,
        phase: "mail".to_owned(),
        code: Some(451),
        enhanced: Some("4.3.0".to_owned()),
        text: "451 4.3.0 try again later".to_owned(),
        scope: Some("provider".to_owned()),
        duration: Some("soft".to_owned()),
        rule: Some("code-4xx".to_owned()),
    }
}
