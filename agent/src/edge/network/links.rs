//! Which messages are news: a link that has got a carrier, an address that others can reach, a default route, each of
//! which was not known. That something goes away is not news to those who wait, and what is told over and over (leases and
//! advertisements that are renewed) is none either.

use std::collections::{BTreeMap, BTreeSet};

use super::netlink::{Message, kind, messages, u32_at};

/// Octets of `ifinfomsg`, `ifaddrmsg` and `rtmsg`.
const LINK: usize = 16;
const ADDRESS: usize = 8;
const ROUTE: usize = 12;

/// `IFF_UP`, and `IFF_RUNNING`: it has a carrier.
const UP_AND_RUNNING: u32 = 0x1 | 0x40;
/// `IFA_F_TENTATIVE`: not in use yet.
const TENTATIVE: u8 = 0x40;
/// From `RT_SCOPE_LINK` on nothing beyond the link is reached.
const LINK_SCOPE: u8 = 253;
/// `RTN_UNICAST`.
const UNICAST: u8 = 1;
/// `IFLA_MASTER`, `IFA_ADDRESS`, `RTA_OIF`.
const MASTER: u16 = 10;
const OWN_ADDRESS: u16 = 1;
const OUT: u16 = 4;

/// Containers come and go; what is known is forgotten rather than kept without end.
const KNOWN_MAX: usize = 1_000;

/// What was told of links, addresses and routes that are there.
#[derive(Debug, Default)]
pub(super) struct Links {
    running: BTreeMap<u32, bool>,
    /// Addresses and default routes: by link, then as they were told.
    known: BTreeSet<(u32, Vec<u8>)>,
}

impl Links {
    /// Takes in what was received. Says whether any of it is news.
    pub(super) fn hear(&mut self, octets: &[u8]) -> bool {
        if self.running.len() + self.known.len() > KNOWN_MAX {
            *self = Self::default();
        }
        let news = messages(octets).filter(|message| self.hear_one(message).unwrap_or(false));
        // All of them are heard.
        news.count() > 0
    }

    fn hear_one(&mut self, message: &Message<'_>) -> Option<bool> {
        let body = message.body;
        match message.kind {
            kind::NEW_LINK => {
                let (link, flags) = (u32_at(body, 4)?, u32_at(body, 8)?);
                let runs = is_running(flags);
                let ran = self.running.insert(link, runs).unwrap_or(false);
                if !runs {
                    // The kernel does not say that the addresses and routes go with it.
                    self.known.retain(|(of, _)| *of != link);
                }
                // What is a part of a bridge or a bond carries nothing by itself.
                Some(runs && !ran && message.attribute(LINK, MASTER).is_none())
            }
            kind::DEL_LINK => {
                let link = u32_at(body, 4)?;
                self.running.remove(&link);
                self.known.retain(|(of, _)| *of != link);
                Some(false)
            }
            kind::NEW_ADDRESS | kind::DEL_ADDRESS => {
                let (flags, scope, link) = (*body.get(2)?, *body.get(3)?, u32_at(body, 4)?);
                let address = message.attribute(ADDRESS, OWN_ADDRESS)?;
                let is_of_use = flags & TENTATIVE == 0 && scope < LINK_SCOPE;
                Some(is_of_use && self.is_new(message.kind == kind::NEW_ADDRESS, link, address))
            }
            kind::NEW_ROUTE | kind::DEL_ROUTE => {
                let (length, kind_of_route) = (*body.get(1)?, *body.get(7)?);
                let link = message.attribute(ROUTE, OUT).and_then(|link| u32_at(link, 0)).unwrap_or(0);
                let is_default = length == 0 && kind_of_route == UNICAST;
                Some(is_default && self.is_new(message.kind == kind::NEW_ROUTE, link, &body[..1]))
            }
            _ => Some(false),
        }
    }

    fn is_new(&mut self, is_there: bool, link: u32, what: &[u8]) -> bool {
        let known = (link, what.to_vec());
        if is_there {
            return self.known.insert(known);
        }
        self.known.remove(&known);
        false
    }
}

/// Whether a link with these flags carries anything.
pub(super) const fn is_running(flags: u32) -> bool {
    flags & UP_AND_RUNNING == UP_AND_RUNNING
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(kind: u16, fixed: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = fixed.to_vec();
        for (kind, value) in attributes {
            body.extend(u16::try_from(4 + value.len()).expect("short").to_ne_bytes());
            body.extend(kind.to_ne_bytes());
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let mut octets = u32::try_from(16 + body.len()).expect("short").to_ne_bytes().to_vec();
        octets.extend(kind.to_ne_bytes());
        octets.extend([0; 10]);
        octets.extend(body);
        octets
    }

    fn link(index: u32, flags: u32, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut fixed = vec![0; 4];
        fixed.extend(index.to_ne_bytes());
        fixed.extend(flags.to_ne_bytes());
        fixed.extend([0; 4]);
        message(kind::NEW_LINK, &fixed, attributes)
    }

    fn address(kind: u16, link: u32, (flags, scope): (u8, u8)) -> Vec<u8> {
        let mut fixed = vec![2, 24, flags, scope];
        fixed.extend(link.to_ne_bytes());
        message(kind, &fixed, &[(OWN_ADDRESS, &[192, 0, 2, 7])])
    }

    fn route(kind: u16, link: u32, length: u8, of: u8) -> Vec<u8> {
        message(kind, &[2, length, 0, 0, 254, 3, 0, of, 0, 0, 0, 0], &[(OUT, &link.to_ne_bytes())])
    }

    #[test]
    fn only_what_was_not_there_and_may_carry_mail_is_news() {
        let (up, down) = (0x1 | 0x40, 0x1);
        let mut links = Links::default();
        for (octets, is_news, what) in [
            (link(2, down, &[]), false, "a cable is pulled"),
            (link(2, up, &[]), true, "and plugged in"),
            (link(2, up, &[]), false, "which is told twice"),
            (link(3, up, &[(MASTER, &[9, 0, 0, 0])]), false, "a part of a bridge"),
            (address(kind::NEW_ADDRESS, 2, (TENTATIVE, 0)), false, "an address that is not in use yet"),
            (address(kind::NEW_ADDRESS, 2, (0, 253)), false, "an address of the link alone"),
            (address(kind::NEW_ADDRESS, 2, (0, 0)), true, "an address"),
            (address(kind::NEW_ADDRESS, 2, (0, 0)), false, "a lease that is renewed"),
            (address(kind::DEL_ADDRESS, 2, (0, 0)), false, "it goes"),
            (address(kind::NEW_ADDRESS, 2, (0, 0)), true, "and comes back"),
            (route(kind::NEW_ROUTE, 2, 24, UNICAST), false, "the route to the own network"),
            (route(kind::NEW_ROUTE, 2, 0, 7), false, "a default route that leads nowhere"),
            (route(kind::NEW_ROUTE, 2, 0, UNICAST), true, "a default route"),
            (route(kind::NEW_ROUTE, 2, 0, UNICAST), false, "an advertisement that is repeated"),
            (link(2, down, &[]), false, "all goes with the link"),
            (route(kind::NEW_ROUTE, 2, 0, UNICAST), true, "and the route has to be told anew"),
            (route(kind::DEL_ROUTE, 2, 0, UNICAST), false, "it goes"),
        ] {
            assert_eq!(links.hear(&octets), is_news, "{what}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_heard_to_its_end_and_what_is_kept_is_bounded(
            bodies in prop::collection::vec((16..30_u16, prop::collection::vec(any::<u8>(), 0..60)), 0..60),
        ) {
            let mut links = Links::default();
            for (kind, body) in bodies {
                links.hear(&message(kind, &body, &[]));
            }
            for index in 0..3_000 {
                links.hear(&link(index, 0x41, &[]));
                prop_assert!(links.running.len() + links.known.len() <= KNOWN_MAX + 1);
            }
        }
    }
}
