//! nullmailer's queue: a file a mail with its sender, recipients, an empty line, and the message.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

use super::super::below;
use super::{Peer, Queue, Reason, Waiting, octets_of, open, text, written};
use crate::command::Refusal;
use crate::exit::Exit;

/// The queue, unless somebody is at work with it.
pub(super) fn queue(root: &Path) -> Result<Queue, Refusal> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let trigger = below(root, "/var/spool/nullmailer/trigger");
    // nullmailer-send has no lock, but it always listens at this FIFO: without a reader it cannot be opened for writing.
    if File::options().write(true).custom_flags(flags).open(&trigger).is_ok() {
        return Err(Refusal::in_both(
            Exit::Unavailable,
            "nullmailer-send is at work with this queue, and might send what is taken over; stop it first: systemctl disable --now nullmailer",
            "nullmailer-send がこのキューで動作中のため、二重に送るおそれがあります。先に止めてください: systemctl disable --now nullmailer",
        ));
    }
    Ok(Queue {
        peer: Peer::Nullmailer,
        folder: below(root, "/var/spool/nullmailer/queue"),
        aside: below(root, "/var/spool/nullmailer/imported"),
    })
}

/// Reads one.
pub(super) fn read(folder: &Path, name: &str) -> Result<Waiting, Reason> {
    let file = open(folder, name)?;
    let octets = octets_of(&file)?;
    let (sender, recipients, message) = parts(&octets)?;
    Ok(Waiting {
        files: vec![name.to_owned()],
        since: written(&file)?,
        sender,
        recipients,
        message: message.to_vec(),
        _lock: None,
    })
}

/// Sender (empty for a bounce), recipients, message.
fn parts(octets: &[u8]) -> Result<(String, Vec<String>, &[u8]), Reason> {
    let cut = || Reason::Stays("it ends within its envelope".to_owned());
    let line = |octets: &'_ [u8]| octets.iter().position(|octet| *octet == b'\n');
    let end = line(octets).ok_or_else(cut)?;
    let sender = text(&octets[..end])?;
    let mut rest = &octets[end + 1..];
    let mut recipients = Vec::new();
    loop {
        let end = line(rest).ok_or_else(cut)?;
        let recipient = text(&rest[..end])?;
        rest = &rest[end + 1..];
        if recipient.is_empty() {
            return Ok((sender, recipients, rest));
        }
        recipients.push(recipient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bounce_has_an_empty_sender_and_the_message_keeps_its_empty_lines() {
        let Ok((sender, recipients, message)) =
            parts(b"\nops@example.jp\nb@example.jp\n\nSubject: x\n\n\nbody")
        else {
            panic!("it is whole");
        };
        assert_eq!((sender.as_str(), recipients.len()), ("", 2));
        assert_eq!(message, b"Subject: x\n\n\nbody");
        for cut in [&b""[..], b"a@example.jp", b"a@example.jp\nb@example.jp\n", b"\xff\n\n"] {
            assert!(parts(cut).is_err(), "{}", cut.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(sender in "[a-z]{0,5}", to in proptest::collection::vec("[a-z]{1,5}@example\\.jp", 0..5), message: Vec<u8>) {
            let mut octets = format!("{sender}\n").into_bytes();
            for to in &to {
                octets.extend(format!("{to}\n").bytes());
            }
            octets.push(b'\n');
            octets.extend(&message);
            let Ok(read) = parts(&octets) else { panic!("it is whole") };
            prop_assert_eq!(read, (sender, to, &message[..]));
        }

        #[test]
        fn no_octets_upset_it(octets: Vec<u8>) {
            let _ = parts(&octets);
        }
    }
}
