//! dma's queue: for each recipient `Q…`, a few lines, and `M…`, the message, which those of one mail share.

use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use spool_format::AlertId;

use super::super::below;
use super::{Aside, Peer, Queue, Reason, Waiting, cannot_use, octets_of, open, text, written};
use crate::command::Refusal;

const SPOOL: &str = "/var/spool/dma";

/// The queue.
pub(super) fn queue(root: &Path) -> Queue {
    Queue { peer: Peer::Dma, folder: below(root, SPOOL), aside: below(root, &format!("{SPOOL}/imported")) }
}

/// Reads one, and holds dma's own lock on it from then on.
pub(super) fn read(folder: &Path, name: &str) -> Result<Waiting, Reason> {
    let file = open(folder, name)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| {
        Reason::Stays(
            "a dma process has it and may be sending it; wait for its end, or end it, then run this again"
                .to_owned(),
        )
    })?;
    // Between opening and locking dma may have sent and removed it.
    if !folder.join(name).exists() {
        return Err(Reason::Gone);
    }
    let (sender, recipient) = envelope(&octets_of(&file)?)?;
    let of_message = format!("M{}", &name[1..]);
    let message = match open(folder, &of_message) {
        Err(Reason::Gone) => return Err(Reason::Stays(format!("its message, {of_message}, is missing"))),
        message => octets_of(&message?)?,
    };
    Ok(Waiting {
        files: vec![name.to_owned(), of_message],
        since: written(&file)?,
        sender,
        recipients: recipient.into_iter().collect(),
        message,
        _lock: Some(file),
    })
}

/// `Sender: …` and `Recipient: …`, among other lines.
fn envelope(octets: &[u8]) -> Result<(String, Option<String>), Reason> {
    let (mut sender, mut recipient) = (String::new(), None);
    for line in octets.split(|octet| *octet == b'\n') {
        if let Some(value) = line.strip_prefix(b"Sender: ") {
            sender = text(value)?;
        } else if let Some(value) = line.strip_prefix(b"Recipient: ") {
            recipient = Some(text(value)?).filter(|recipient| !recipient.is_empty());
        }
    }
    Ok((sender, recipient))
}

/// A run that was killed between the two files of a mail has left the second.
pub(super) fn finish_what_was_begun(queue: &Queue, names: &[String], aside: &Aside) -> Result<(), Refusal> {
    for name in names.iter().filter(|name| name.starts_with('M')) {
        let envelope = format!("Q{}", &name[1..]);
        if !names.contains(&envelope) && queue.aside.join(&envelope).exists() {
            let nobody =
                AlertId::new(spool_format::Wall::from_unix_ms(0), [0; spool_format::id::ENTROPY_OCTETS]);
            aside.put(name, nobody).map_err(|error| cannot_use(&queue.aside, &error))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_envelope_is_read_as_dma_writes_it() {
        let Ok(read) = envelope(b"ID: 1a2b.5581\nSender: root@db1.example.com\nRecipient: ops@example.jp\n")
        else {
            panic!("it is one");
        };
        assert_eq!(read, ("root@db1.example.com".to_owned(), Some("ops@example.jp".to_owned())));
        assert!(envelope(b"ID: 1\nSender: \n").is_ok_and(|read| read == (String::new(), None)));
    }

    proptest! {
        #[test]
        fn no_octets_upset_it(octets: Vec<u8>) {
            let _ = envelope(&octets);
        }
    }
}
