//! The addresses that hosts had when they were last reached, for the time when no name server answers.
//!
//! They are kept in a file of their own, replaced as a whole, and not in the journal: they tell nothing of any alert, only
//! the last ones count, and nothing is lost with them. How old they are is measured by the clock that nobody can set, as far
//! as this run goes; of what an earlier run wrote down, the wall clock has to be believed.
//!
//! An address that is remembered is no reason for trust: certificate and rules are those of every other connection.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use spool_format::Wall;
use tokio::time::Instant;

/// Addresses kept of a host at most.
const ADDRESSES_MAX: usize = 16;

/// Written down anew at the latest so long after the last time, so that what is on the disk does not look too old.
const WRITTEN_EVERY: Duration = Duration::from_hours(24);

/// Takes the text of the file.
type Keeper = Box<dyn Fn(String) + Send + Sync>;

/// What is remembered.
pub struct Memory {
    /// For how long an address is remembered.
    life: Duration,
    hosts: Mutex<BTreeMap<String, Known>>,
    keeper: Keeper,
}

#[derive(Clone, Debug)]
struct Known {
    addresses: Vec<IpAddr>,
    /// How old they were at `since`.
    age: Duration,
    since: Instant,
    /// When they were last seen to be right, for those who come after this run.
    seen: Wall,
    written: Instant,
}

/// What stands in the file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    hosts: BTreeMap<String, KeptHost>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptHost {
    addresses: Vec<IpAddr>,
    seen: Wall,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("life", &self.life).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl Memory {
    /// Takes up what an earlier run kept; what cannot be read is forgotten. The keeper writes down what is new.
    pub fn new(
        life: Duration,
        kept: &[u8],
        now: Wall,
        keeper: impl Fn(String) + Send + Sync + 'static,
    ) -> Self {
        let kept: Kept = serde_json::from_slice(kept).unwrap_or_default();
        let start = Instant::now();
        let known = |host: KeptHost| Known {
            addresses: host.addresses,
            age: now.since(host.seen),
            since: start,
            seen: host.seen,
            written: start,
        };
        let hosts = kept.hosts.into_iter().map(|(name, host)| (name, known(host))).collect();
        Self { life, hosts: Mutex::new(hosts), keeper: Box::new(keeper) }
    }

    /// One of these addresses of the host has just been reached.
    pub(super) fn remember(&self, host: &str, addresses: &[SocketAddr], seen: Wall) {
        if host.parse::<IpAddr>().is_ok() {
            return;
        }
        let now = Instant::now();
        let addresses: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).take(ADDRESSES_MAX).collect();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let before = hosts.get(host);
        // The order changes with every answer of many name servers.
        let is_same = before.is_some_and(|known| {
            known.addresses.len() == addresses.len()
                && addresses.iter().all(|address| known.addresses.contains(address))
        });
        let written =
            before.map(|known| known.written).filter(|written| is_same && *written + WRITTEN_EVERY > now);
        let known =
            Known { addresses, age: Duration::ZERO, since: now, seen, written: written.unwrap_or(now) };
        hosts.insert(host.to_owned(), known);
        if written.is_none() {
            (self.keeper)(text(&hosts));
        }
    }

    /// The addresses that the host had; none if that is too long ago, or was never known.
    pub(super) fn recall(&self, host: &str) -> Vec<SocketAddr> {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = hosts.get(host).filter(|known| known.age + known.since.elapsed() < self.life);
        known.map_or_else(Vec::new, |known| {
            known.addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect()
        })
    }
}

fn text(hosts: &BTreeMap<String, Known>) -> String {
    let kept = |known: &Known| KeptHost { addresses: known.addresses.clone(), seen: known.seen };
    let kept = Kept { hosts: hosts.iter().map(|(name, known)| (name.clone(), kept(known))).collect() };
    serde_json::to_string(&kept).expect("hosts have names that are text") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const HOST: &str = "mail.example.jp";
    const DAY: Duration = Duration::from_hours(24);

    fn at(days: u64) -> Wall {
        Wall::from_unix_ms(1_000_000_000_000).plus(DAY * u32::try_from(days).expect("few"))
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().expect("an address"), 0)).collect()
    }

    /// A memory, and what it has written down.
    fn memory(kept: &str, now: Wall) -> (Memory, Arc<Mutex<Vec<String>>>) {
        let written: Arc<Mutex<Vec<String>>> = Arc::default();
        let paper = Arc::clone(&written);
        let keeper = move |text| paper.lock().expect("paper").push(text);
        (Memory::new(7 * DAY, kept.as_bytes(), now, keeper), written)
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_are_remembered_over_a_restart_until_they_are_too_old() {
        let (first, written) = memory("", at(0));
        first.remember(HOST, &addresses(&["192.0.2.1", "2001:db8::1"]), at(0));
        let kept = written.lock().expect("paper").last().cloned().expect("written down");
        for (days, is_known) in [(0, true), (6, true), (7, false), (4_000, false)] {
            let (second, _) = memory(&kept, at(days));
            let expected = if is_known { addresses(&["192.0.2.1", "2001:db8::1"]) } else { Vec::new() };
            assert_eq!(second.recall(HOST), expected, "{days}");
            assert_eq!(second.recall("other.example.jp"), []);
        }
        let (backwards, _) = memory(&kept, Wall::from_unix_ms(0));
        assert_eq!(backwards.recall(HOST).len(), 2, "a clock that went back makes nothing old");
    }

    #[tokio::test(start_paused = true)]
    async fn in_one_run_only_the_clock_that_nobody_can_set_makes_them_old() {
        let (memory, _) = memory("", at(0));
        memory.remember(HOST, &addresses(&["192.0.2.1"]), at(9_000));
        tokio::time::advance(DAY * 6).await;
        assert_eq!(memory.recall(HOST).len(), 1);
        tokio::time::advance(DAY).await;
        assert_eq!(memory.recall(HOST), []);
    }

    #[tokio::test(start_paused = true)]
    async fn the_disk_is_written_to_when_something_is_new_and_once_a_day() {
        let (memory, written) = memory("no file of ours", at(0));
        let count = || written.lock().expect("paper").len();
        memory.remember(HOST, &addresses(&["192.0.2.1", "192.0.2.2"]), at(0));
        memory.remember(HOST, &addresses(&["192.0.2.2", "192.0.2.1"]), at(0));
        assert_eq!(count(), 1);
        tokio::time::advance(DAY).await;
        memory.remember(HOST, &addresses(&["192.0.2.1", "192.0.2.2"]), at(1));
        assert_eq!(count(), 2);
        memory.remember(HOST, &addresses(&["192.0.2.3"]), at(1));
        assert_eq!((count(), memory.recall(HOST)), (3, addresses(&["192.0.2.3"])));
        memory.remember("192.0.2.9", &addresses(&["192.0.2.9"]), at(1));
        assert_eq!(count(), 3, "an address needs no memory");
    }
}
