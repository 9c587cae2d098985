//! Messages of rtnetlink (rtnetlink(7)): a socket that hears of changes, one that asks, and a reader that believes no
//! length. All numbers are in the order of this machine.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, send, socket_with,
};
use tokio::net::unix::pipe;

/// The kernel's messages are shorter: a link's is a few KiB.
pub(super) const OCTETS_MAX: usize = 32 << 10;

/// Kinds of messages (`linux/rtnetlink.h`).
pub(super) mod kind {
    pub(crate) const ERROR: u16 = 2;
    pub(crate) const NEW_LINK: u16 = 16;
    pub(crate) const DEL_LINK: u16 = 17;
    pub(crate) const GET_LINK: u16 = 18;
    pub(crate) const NEW_ADDRESS: u16 = 20;
    pub(crate) const DEL_ADDRESS: u16 = 21;
    pub(crate) const NEW_ROUTE: u16 = 24;
    pub(crate) const DEL_ROUTE: u16 = 25;
    pub(crate) const GET_ROUTE: u16 = 26;
    pub(crate) const NEW_NEIGHBOUR: u16 = 28;
    pub(crate) const GET_NEIGHBOUR: u16 = 30;
}

/// Octets of `nlmsghdr` and of `rtattr`.
const HEAD: usize = 16;
const ATTRIBUTE_HEAD: usize = 4;
/// `NLM_F_REQUEST`.
const REQUEST: u16 = 1;
/// Links; addresses and routes of IPv4 and IPv6 (`RTMGRP_*`).
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
/// The two highest bits of an attribute's kind are flags.
const ATTRIBUTE_KIND: u16 = 0x3fff;

/// A message without its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) kind: u16,
    pub(super) body: &'a [u8],
}

impl<'a> Message<'a> {
    /// The attribute of this kind, behind a fixed part of so many octets.
    pub(super) fn attribute(&self, fixed: usize, kind: u16) -> Option<&'a [u8]> {
        let mut rest = self.body.get(fixed..)?;
        while let (Some(length), Some(found)) = (u16_at(rest, 0), u16_at(rest, 2)) {
            let length = usize::from(length);
            let value = rest.get(ATTRIBUTE_HEAD..length)?;
            if found & ATTRIBUTE_KIND == kind {
                return Some(value);
            }
            rest = rest.get(aligned(length)..)?;
        }
        None
    }

    /// What an error says; no error number means that all is well.
    pub(super) fn errno(&self) -> Option<Errno> {
        let number = i32::from_ne_bytes(self.body.get(..4)?.try_into().ok()?);
        (self.kind == kind::ERROR && number != 0).then(|| Errno::from_raw_os_error(number.saturating_neg()))
    }
}

/// The messages in what was received. What is cut off is left out.
pub(super) fn messages(octets: &[u8]) -> impl Iterator<Item = Message<'_>> {
    let mut rest = octets;
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(rest, 0)?).ok()?;
        let message = Message { kind: u16_at(rest, 4)?, body: rest.get(HEAD..length)? };
        rest = rest.get(aligned(length)..).unwrap_or_default();
        Some(message)
    })
}

pub(super) fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(octets.get(at..at + 2)?.try_into().ok()?))
}

pub(super) fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(octets.get(at..at + 4)?.try_into().ok()?))
}

const fn aligned(length: usize) -> usize {
    length.saturating_add(3) & !3
}

/// Hears of every change. What reads pipes reads whatever a descriptor can be waited for and read.
pub(super) fn subscribe() -> io::Result<pipe::Receiver> {
    let socket = open(SocketFlags::NONBLOCK)?;
    bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
    pipe::Receiver::from_owned_fd_unchecked(socket)
}

/// A socket to ask on. The kernel answers before it gives control back.
pub(super) fn open(flags: SocketFlags) -> io::Result<OwnedFd> {
    // No protocol is `NETLINK_ROUTE`.
    Ok(socket_with(AddressFamily::NETLINK, SocketType::RAW, flags | SocketFlags::CLOEXEC, None)?)
}

/// What came next.
pub(super) fn receive(socket: impl AsFd, buffer: &mut [u8]) -> Result<&[u8], Errno> {
    let (octets, _) = recv(socket, &mut *buffer, RecvFlags::empty())?;
    Ok(&buffer[..octets])
}

/// Asks one question, with one attribute behind the fixed part if there is one.
pub(super) fn ask(
    socket: impl AsFd,
    kind: u16,
    fixed: &[u8],
    attribute: Option<(u16, &[u8])>,
) -> io::Result<()> {
    let question = question(kind, fixed, attribute);
    send(socket, &question, SendFlags::empty())?;
    Ok(())
}

fn question(kind: u16, fixed: &[u8], attribute: Option<(u16, &[u8])>) -> Vec<u8> {
    let mut body = fixed.to_vec();
    if let Some((kind, value)) = attribute {
        // An address, of 16 octets at most.
        let length = u16::try_from(ATTRIBUTE_HEAD + value.len()).unwrap_or(u16::MAX);
        body.extend(length.to_ne_bytes());
        body.extend(kind.to_ne_bytes());
        body.extend(value);
    }
    let length = u32::try_from(HEAD + body.len()).unwrap_or(u32::MAX);
    let mut question = length.to_ne_bytes().to_vec();
    question.extend(kind.to_ne_bytes());
    question.extend(REQUEST.to_ne_bytes());
    question.extend([0; 8]);
    question.extend(body);
    question
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_asked_can_be_read() {
        let mut octets = question(kind::GET_ROUTE, &[2; 12], Some((1, &[192, 0, 2, 1])));
        octets.extend(question(kind::GET_LINK, &[0; 16], None));
        let found: Vec<Message<'_>> = messages(&octets).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].kind, found[1].kind), (kind::GET_ROUTE, kind::GET_LINK));
        assert_eq!(found[0].attribute(12, 1), Some(&[192, 0, 2, 1][..]));
        assert_eq!((found[0].attribute(12, 2), found[1].attribute(16, 1)), (None, None));
    }

    proptest! {
        #[test]
        fn whatever_comes_reading_it_ends_and_takes_nothing_from_elsewhere(
            octets in prop::collection::vec(any::<u8>(), 0..200),
            lengths in prop::collection::vec(0..40_u32, 0..4),
        ) {
            // Lengths that are nearly right get further than those that are drawn.
            let mut octets = octets;
            for (at, length) in lengths.iter().enumerate() {
                if let Some(place) = octets.get_mut(at * 20..at * 20 + 4) {
                    place.copy_from_slice(&length.to_ne_bytes());
                }
            }
            for message in messages(&octets) {
                prop_assert!(message.body.len() + HEAD <= octets.len());
                let value = message.attribute(8, 1).map_or(0, <[u8]>::len);
                prop_assert!(value <= message.body.len());
                let _ = message.errno();
            }
        }
    }
}
