//! The network in between: calls that nobody answers, an outage, and the book in which everybody writes what he sees.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{DuplexStream, duplex};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::book::Book;
use super::chance::Dice;
use super::manners::Manners;
use super::server;

/// The way to one provider.
#[derive(Clone, Debug)]
pub(super) struct Net {
    /// Its place among the providers.
    pub(super) provider: usize,
    pub(super) manners: Arc<Manners>,
    book: Arc<Mutex<Book>>,
    dice: Arc<Mutex<Dice>>,
    is_down: watch::Receiver<bool>,
}

impl Net {
    pub(super) fn new(
        provider: usize,
        manners: Manners,
        book: &Arc<Mutex<Book>>,
        dice: Dice,
        is_down: watch::Receiver<bool>,
    ) -> Self {
        let (book, dice) = (Arc::clone(book), Arc::new(Mutex::new(dice)));
        Self { provider, manners: Arc::new(manners), book, dice, is_down }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dice(&self) -> Dice {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).fork()
    }

    /// Waits until octets get through.
    pub(super) async fn is_up(&mut self) {
        let _ = self.is_down.wait_for(|is_down| !*is_down).await;
    }

    /// One call.
    pub(super) async fn dial(self, address: SocketAddr) -> Result<DuplexStream, (String, bool)> {
        let mut dice = self.dice();
        let _call = Call { net: &self, since: Instant::now() };
        if *self.is_down.borrow() {
            self.book().mark("a call without a network");
            return Err(("no network".to_owned(), true));
        }
        if dice.one_in(self.manners.unanswered) {
            self.book().mark("a call that nobody answers");
            std::future::pending::<()>().await;
        }
        sleep(dice.time(self.manners.latency)).await;
        if dice.one_in(self.manners.refused) {
            self.book().mark("a call that is refused");
            return Err(("connection refused".to_owned(), false));
        }
        let (ours, theirs) = duplex(self.manners.pipe);
        let connection = self.book().opens(self.provider, address.port());
        tokio::spawn(server::serve(self.clone(), theirs, connection, dice));
        Ok(ours)
    }
}

/// A call that must not last for ever.
struct Call<'a> {
    net: &'a Net,
    since: Instant,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut book = self.net.book();
        let limit = self.net.manners.limits.connect;
        if self.since.elapsed() > limit + super::book::SLACK {
            let took = self.since.elapsed();
            book.violates(&format!("a call lasts {took:?}, and the limit is {limit:?}"));
        }
    }
}
