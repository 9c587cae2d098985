//! Which address comes first, and who connects first (RFC 8305): the families take turns, the next address starts when
//! the one before has failed or has said nothing for a moment, and the first connection ends all others.
//!
//! How a connection is made is a parameter, so that tests need no network and no real time.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// The head start of each address over the next one (RFC 8305 section 5).
pub(super) const STAGGER: Duration = Duration::from_millis(250);

/// What became of an address that was not connected to.
pub(super) type Note = (SocketAddr, Why);

/// Why something was not reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Why {
    /// In words.
    pub(super) words: String,
    /// On which side, as far as that is known.
    pub(super) side: Side,
}

/// Where the reason lies that something was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// There, or nobody knows where.
    Theirs,
    /// Nobody answered, or somebody said that there is no way: whoever knows this machine's network can tell.
    Unclear,
    /// This machine has no network.
    Ours,
}

impl Why {
    /// Somebody else's fault, or nobody knows whose.
    pub(super) fn theirs(words: impl Into<String>) -> Self {
        Self { words: words.into(), side: Side::Theirs }
    }

    /// Perhaps this machine's fault.
    pub(super) fn unclear(words: impl Into<String>) -> Self {
        Self { words: words.into(), side: Side::Unclear }
    }

    /// The same with more words around it.
    pub(super) fn told(self, tell: impl FnOnce(&str) -> String) -> Self {
        Self { words: tell(&self.words), side: self.side }
    }
}

/// Puts the addresses into the order in which they are tried: IPv6 and IPv4 take turns, beginning with the family that
/// the resolver prefers, and each family stays in the resolver's order (RFC 8305 section 4). None comes twice.
pub(super) fn in_turn(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let is_first_family =
        |address: &SocketAddr| Some(address.is_ipv6()) == addresses.first().map(SocketAddr::is_ipv6);
    let (mut first, mut second): (Vec<SocketAddr>, Vec<SocketAddr>) =
        addresses.iter().partition(|address| is_first_family(address));
    first.reverse();
    second.reverse();
    let mut order: Vec<SocketAddr> = Vec::with_capacity(addresses.len());
    while !(first.is_empty() && second.is_empty()) {
        let pair = [first.pop(), second.pop()];
        for address in pair.into_iter().flatten() {
            if !order.contains(&address) {
                order.push(address);
            }
        }
    }
    order
}

/// Connects to whichever answers first, and lets the others go; or says what became of each.
pub(super) async fn race<C, F>(
    addresses: &[SocketAddr],
    deadline: Instant,
    connect: impl Fn(SocketAddr) -> F,
) -> Result<C, Vec<Note>>
where
    C: Send + 'static,
    F: Future<Output = Result<C, Why>> + Send + 'static,
{
    // Dropped with all connections in it that are not given back.
    let mut running = JoinSet::new();
    let mut notes: Vec<Option<Why>> = vec![None; addresses.len()];
    let mut started: Vec<Instant> = Vec::with_capacity(addresses.len());
    let mut next_at = Instant::now();
    loop {
        let next = started.len();
        if running.is_empty() && next == addresses.len() {
            break;
        }
        tokio::select! {
            biased;
            Some(ended) = running.join_next() => match ended {
                Ok((_, Ok(connection))) => return Ok(connection),
                Ok((place, Err(why))) => {
                    notes[place] = Some(why);
                    next_at = Instant::now();
                }
                // Nobody cancels them, and a panic of one is no reason to give up the others.
                Err(_) => next_at = Instant::now(),
            },
            () = sleep_until(deadline) => break,
            () = sleep_until(next_at), if next < addresses.len() => {
                let connecting = connect(addresses[next]);
                running.spawn(async move { (next, connecting.await) });
                started.push(Instant::now());
                next_at = Instant::now() + STAGGER;
            }
        }
    }
    let silent = |place: usize| match started.get(place) {
        Some(start) => {
            format!("no answer within {:.1} s", deadline.saturating_duration_since(*start).as_secs_f64())
        }
        None => "not tried, since the time was over".to_owned(),
    };
    let notes = notes
        .into_iter()
        .enumerate()
        .map(|(place, note)| note.unwrap_or_else(|| Why::unclear(silent(place))));
    Err(addresses.iter().copied().zip(notes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    fn address(text: &str) -> SocketAddr {
        SocketAddr::new(text.parse().expect("an address"), 587)
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| address(text)).collect()
    }

    /// A connection that is counted while it is open.
    struct Open(Arc<AtomicUsize>);

    impl Open {
        fn new(count: &Arc<AtomicUsize>) -> Self {
            count.fetch_add(1, Ordering::SeqCst);
            Self(Arc::clone(count))
        }
    }

    impl Drop for Open {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// What an address does: answers after so many milliseconds, refuses after as many, or stays silent.
    #[derive(Clone, Copy)]
    enum Manner {
        Answers(u64),
        Refuses(u64),
        Silent,
    }

    struct Field {
        manners: Vec<(SocketAddr, Manner)>,
        begun: Mutex<Vec<(SocketAddr, u128)>>,
        open: Arc<AtomicUsize>,
        start: Instant,
    }

    impl Field {
        fn new(manners: &[(&str, Manner)]) -> Self {
            let manners = manners.iter().map(|(text, manner)| (address(text), *manner)).collect();
            Self { manners, begun: Mutex::default(), open: Arc::default(), start: Instant::now() }
        }

        async fn race(&self, limit: Duration) -> Result<(SocketAddr, Open), Vec<Note>> {
            let all: Vec<SocketAddr> = self.manners.iter().map(|(address, _)| *address).collect();
            race(&all, Instant::now() + limit, |address| {
                self.begun.lock().expect("begun").push((address, self.start.elapsed().as_millis()));
                let manner = self.manners.iter().find(|(known, _)| *known == address).expect("known").1;
                let open = Open::new(&self.open);
                async move {
                    match manner {
                        Manner::Answers(ms) => {
                            tokio::time::sleep(Duration::from_millis(ms)).await;
                            Ok((address, open))
                        }
                        Manner::Refuses(ms) => {
                            tokio::time::sleep(Duration::from_millis(ms)).await;
                            Err(Why::theirs("connection refused"))
                        }
                        Manner::Silent => pending().await,
                    }
                }
            })
            .await
        }

        fn begun(&self) -> Vec<(String, u128)> {
            let begun = self.begun.lock().expect("begun");
            begun.iter().map(|(address, ms)| (address.ip().to_string(), *ms)).collect()
        }
    }

    #[test]
    fn the_families_take_turns_and_the_resolver_says_which_comes_first() {
        for (resolved, order) in [
            (
                &["::1", "::2", "::3", "1.0.0.1", "1.0.0.2"][..],
                &["::1", "1.0.0.1", "::2", "1.0.0.2", "::3"][..],
            ),
            (&["1.0.0.1", "1.0.0.2", "::1"], &["1.0.0.1", "::1", "1.0.0.2"]),
            (&["1.0.0.1", "1.0.0.1"], &["1.0.0.1"]),
            (&["::2", "::1"], &["::2", "::1"]),
            (&[], &[]),
        ] {
            assert_eq!(in_turn(&addresses(resolved)), addresses(order), "{resolved:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_address_costs_the_next_one_a_quarter_of_a_second() {
        let field =
            Field::new(&[("::1", Manner::Silent), ("1.0.0.1", Manner::Answers(10)), ("::2", Manner::Silent)]);
        let (winner, open) = field.race(Duration::from_secs(10)).await.expect("a connection");
        assert_eq!((winner, field.start.elapsed().as_millis()), (address("1.0.0.1"), 260));
        assert_eq!(field.begun(), [("::1".into(), 0), ("1.0.0.1".into(), 250)]);
        tokio::task::yield_now().await;
        assert_eq!(field.open.load(Ordering::SeqCst), 1, "the losing connection is closed");
        drop(open);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_starts_the_next_address_at_once() {
        let field = Field::new(&[
            ("::1", Manner::Refuses(5)),
            ("1.0.0.1", Manner::Refuses(5)),
            ("::2", Manner::Answers(5)),
        ]);
        assert_eq!(field.race(Duration::from_secs(10)).await.expect("a connection").0, address("::2"));
        assert_eq!(field.begun(), [("::1".into(), 0), ("1.0.0.1".into(), 5), ("::2".into(), 10)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_address_still_wins_over_one_that_started_later_and_is_slower() {
        let field = Field::new(&[("::1", Manner::Answers(400)), ("1.0.0.1", Manner::Answers(400))]);
        assert_eq!(field.race(Duration::from_secs(10)).await.expect("a connection").0, address("::1"));
    }

    #[tokio::test(start_paused = true)]
    async fn when_nobody_answers_the_limit_holds_for_all_together_and_each_address_is_told_of() {
        let field =
            Field::new(&[("::1", Manner::Silent), ("1.0.0.1", Manner::Refuses(1)), ("::2", Manner::Silent)]);
        let notes = field.race(Duration::from_secs(1)).await.err().expect("nobody");
        assert_eq!(field.start.elapsed().as_millis(), 1000);
        let words: Vec<&str> = notes.iter().map(|(_, why)| why.words.as_str()).collect();
        assert_eq!(words, ["no answer within 1.0 s", "connection refused", "no answer within 0.7 s"]);
        tokio::task::yield_now().await;
        assert_eq!(field.open.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_whose_turn_never_came_is_told_of_as_well() {
        let field = Field::new(&[("::1", Manner::Silent), ("1.0.0.1", Manner::Silent)]);
        let notes = field.race(Duration::from_millis(100)).await.err().expect("nobody");
        assert_eq!(notes[1].1.words, "not tried, since the time was over");
        assert!(
            race(&[], Instant::now(), |_| async { Err::<(), _>(Why::theirs("no")) })
                .await
                .expect_err("nobody")
                .is_empty()
        );
    }
}
