//! Who is here, by where they come from: nobody takes all connections for himself, or sends without a measure.
//!
//! Connections from this machine to an address cannot be told apart, so that only what holds for all of them holds for
//! them. On a Unix socket each user is somebody, and of other machines each address is; with IPv6 the network of 64 bits, since whoever
//! has one address there has all of them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// In which so many alerts may come as are allowed; a burst has all of it at once.
const SPAN: Duration = Duration::from_mins(1);

/// Where somebody comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// This machine, by an address.
    Here,
    /// A user of this machine, by a socket.
    User(u32),
    /// Another machine, or a network of them.
    Far(IpAddr),
}

impl Origin {
    /// That of a connection from this address.
    pub(super) const fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        if address.is_loopback() {
            return Self::Here;
        }
        match address {
            IpAddr::V4(_) => Self::Far(address),
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                Self::Far(IpAddr::V6(Ipv6Addr::from_bits(network)))
            }
        }
    }
}

/// One of them.
#[derive(Debug)]
struct Visitor {
    connections: usize,
    /// Alerts that may still come at once.
    left: f64,
    /// When that was so.
    at: Instant,
}

/// All of them, at one place.
#[derive(Clone, Debug)]
pub(super) struct Visitors(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    /// At a time, of each.
    connections: usize,
    /// Within a minute, of each.
    alerts: f64,
    each: BTreeMap<Origin, Visitor>,
}

/// A connection that counts for as long as this lives.
#[derive(Debug)]
pub(super) struct Seat(Visitors, Origin);

impl Visitors {
    /// A place at which each may have so many connections at a time, and send so many alerts within a minute.
    pub(super) fn new(connections: usize, alerts: u32) -> Self {
        let alerts = f64::from(alerts);
        Self(Arc::new(Mutex::new(Inner { connections, alerts, each: BTreeMap::new() })))
    }

    /// Lets somebody in, unless too many of his connections are here.
    pub(super) fn enter(&self, origin: Origin, now: Instant) -> Option<Seat> {
        let mut inner = self.inner();
        let (most, alerts) = (inner.connections, inner.alerts);
        if origin != Origin::Here {
            // Who has gone and could send as much as anybody is as good as unknown: so the list does not grow.
            inner.each.retain(|_, it| it.connections > 0 || it.refilled(now, alerts) < alerts);
            let visitor =
                inner.each.entry(origin).or_insert(Visitor { connections: 0, left: alerts, at: now });
            if visitor.connections >= most {
                return None;
            }
            visitor.connections += 1;
        }
        Some(Seat(self.clone(), origin))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Whether one more alert may come from there; it counts.
    pub(super) fn may_send(&self, now: Instant) -> bool {
        let mut inner = self.0.inner();
        let alerts = inner.alerts;
        let Some(visitor) = inner.each.get_mut(&self.1) else { return true };
        let left = visitor.refilled(now, alerts);
        (visitor.left, visitor.at) = (left, now);
        if left < 1.0 {
            return false;
        }
        visitor.left -= 1.0;
        true
    }
}

impl Visitor {
    fn refilled(&self, now: Instant, alerts: f64) -> f64 {
        let gone = now.saturating_duration_since(self.at).as_secs_f64();
        (self.left + gone / SPAN.as_secs_f64() * alerts).min(alerts)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(visitor) = self.0.inner().each.get_mut(&self.1) {
            visitor.connections = visitor.connections.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::clock::monotonic;

    fn far(address: &str) -> Origin {
        Origin::of(address.parse().expect("an address"))
    }

    #[test]
    fn one_machine_cannot_take_the_room_of_another_and_this_one_is_not_counted() {
        let (visitors, now) = (Visitors::new(2, 10), monotonic());
        let seats: Vec<Seat> = (0..2).filter_map(|_| visitors.enter(far("192.0.2.7"), now)).collect();
        assert_eq!(seats.len(), 2);
        assert!(
            visitors.enter(far("::ffff:192.0.2.7"), now).is_none(),
            "it is the same one in other clothes"
        );
        assert!(visitors.enter(far("192.0.2.8"), now).is_some());
        drop(seats);
        assert!(visitors.enter(far("192.0.2.7"), now).is_some());
        let here: Vec<Seat> = (0..50).filter_map(|_| visitors.enter(far("127.0.0.1"), now)).collect();
        assert!(here.len() == 50 && here.iter().all(|seat| seat.may_send(now)));
        let _user = visitors.enter(Origin::User(7), now).expect("a seat");
        let _same = visitors.enter(Origin::User(7), now).expect("a second one");
        assert!(
            visitors.enter(Origin::User(7), now).is_none() && visitors.enter(Origin::User(8), now).is_some()
        );
    }

    #[test]
    fn a_network_of_version_6_is_one_visitor() {
        assert_eq!(far("2001:db8::1"), far("2001:db8::ffff:0:0:9"));
        assert_ne!(far("2001:db8::1"), far("2001:db8:0:1::1"));
        assert_eq!(far("::1"), Origin::Here);
    }

    #[test]
    fn a_burst_is_taken_and_then_as_many_as_the_minute_allows_over_all_connections() {
        let (visitors, start) = (Visitors::new(9, 60), monotonic());
        let origin = far("192.0.2.7");
        let first = visitors.enter(origin, start).expect("a seat");
        let second = visitors.enter(origin, start).expect("a seat");
        assert_eq!((0..100).filter(|n| [&first, &second][n % 2].may_send(start)).count(), 60);
        let later = start + Duration::from_secs(5);
        assert_eq!((0..100).filter(|_| first.may_send(later)).count(), 5);
        // Who goes and comes again has what he had.
        drop((first, second));
        let again = visitors.enter(origin, later).expect("a seat");
        assert!(!again.may_send(later) && again.may_send(later + Duration::from_secs(1)));
    }

    #[test]
    fn who_has_long_gone_takes_no_memory() {
        let (visitors, start) = (Visitors::new(1, 60), monotonic());
        for n in 0..200_u8 {
            let seat = visitors.enter(far(&format!("192.0.2.{n}")), start).expect("a seat");
            assert!(seat.may_send(start));
        }
        assert_eq!(visitors.inner().each.len(), 200);
        drop(visitors.enter(far("198.51.100.1"), start + SPAN));
        assert_eq!(visitors.inner().each.len(), 1);
    }
}
