//! A server at the end of a connection in memory: the state machine of the other days behind a real stream, in clear and in
//! TLS. What it is like comes from the weather at the moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smtp::Security;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::sleep;

use super::super::chance::Dice;
use super::super::provider::{Says, Server, Then};
use super::super::weather::Weather;
use super::handshake;
use crate::submit::model::Exchange;

/// Octets that are under way before a writer has to wait.
const PIPE: usize = 16_384;

/// What servers do and see.
#[derive(Debug)]
pub(super) struct Sites {
    pub(super) weather: Vec<Weather>,
    /// What was said to messages and recipients, by which provider.
    pub(super) said: Vec<(usize, Says)>,
    pub(super) marks: Vec<&'static str>,
    dice: Vec<Dice>,
    /// Calls that came through.
    pub(super) calls: u64,
    /// Connections on which a server is.
    pub(super) open: usize,
}

/// All of them.
#[derive(Clone, Debug)]
pub(super) struct Servers(Arc<Mutex<Sites>>);

impl Servers {
    pub(super) fn new(weather: Vec<Weather>, dice: &mut Dice) -> Self {
        let each = weather.iter().map(|_| Dice::new(dice.next())).collect();
        let (said, marks) = (Vec::new(), Vec::new());
        Self(Arc::new(Mutex::new(Sites { weather, said, marks, dice: each, calls: 0, open: 0 })))
    }

    pub(super) fn look(&self) -> MutexGuard<'_, Sites> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to one of them.
    pub(super) fn way(&self, provider: usize, security: Security) -> Exchange {
        let all = self.clone();
        Exchange::new(move |_| Box::pin(all.clone().answers(provider, security)))
    }

    async fn answers(self, provider: usize, security: Security) -> Result<DuplexStream, (String, bool)> {
        let (weather, mut dice) = {
            let mut sites = self.look();
            sites.calls += 1;
            let seed = sites.dice[provider].next();
            (sites.weather[provider], Dice::new(seed))
        };
        if let Some(why) = weather.lacks_network(&mut dice) {
            return Err((why.to_owned(), true));
        }
        if dice.below(8) < weather.unreachable {
            if dice.one_in(2) {
                self.look().marks.push("a call that nobody answers");
                std::future::pending::<()>().await;
            }
            return Err(("connection refused".to_owned(), false));
        }
        sleep(weather.latency).await;
        let (ours, theirs) = duplex(PIPE);
        self.look().open += 1;
        tokio::spawn(async move {
            self.serves(provider, security, theirs, dice).await;
            self.look().open -= 1;
        });
        Ok(ours)
    }

    fn weather(&self, provider: usize) -> Weather {
        self.look().weather[provider]
    }

    async fn serves(&self, provider: usize, security: Security, mut wire: DuplexStream, mut dice: Dice) {
        let mut server = Server::new(provider % 2 == 1);
        if security != Security::Implicit {
            let says = server.greets(self.weather(provider), &mut dice);
            let goes_on = self.talks(provider, &mut server, says, &mut wire, &mut dice).await;
            if !goes_on {
                return;
            }
        }
        let is_bad = dice.below(8) < self.weather(provider).bad_tls;
        let (stream, fault) = handshake::accept(wire, is_bad, &mut dice).await;
        let mark =
            if security == Security::Implicit { "TLS from the first octet" } else { "TLS after STARTTLS" };
        self.look().marks.push(fault.unwrap_or(mark));
        let Some(mut stream) = stream else { return };
        server.starts_tls();
        let says = if security == Security::Implicit {
            server.greets(self.weather(provider), &mut dice)
        } else {
            Says::default()
        };
        self.talks(provider, &mut server, says, &mut stream, &mut dice).await;
    }

    /// Goes on until the connection is over, or a handshake comes next, which it says.
    async fn talks<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        provider: usize,
        server: &mut Server,
        mut says: Says,
        wire: &mut S,
        dice: &mut Dice,
    ) -> bool {
        loop {
            if !says.octets.is_empty() {
                sleep(self.weather(provider).latency).await;
                if !self.says(provider, &says.octets, wire, dice).await {
                    return false;
                }
            }
            match says.then {
                Then::Closes => {
                    let _ = wire.shutdown().await;
                    return false;
                }
                Then::Listens if says.goes_on_in_tls => return true,
                Then::Listens | Then::FallsSilent => {}
            }
            let mut octets = [0; 4096];
            let Ok(count @ 1..) = wire.read(&mut octets).await else { return false };
            if says.then == Then::FallsSilent {
                says.octets.clear();
                continue;
            }
            let weather = self.weather(provider);
            says = server.hears(&octets[..count], weather, dice);
            self.look().said.push((provider, says.clone()));
        }
    }

    async fn says<S: AsyncWrite + Unpin>(
        &self,
        provider: usize,
        octets: &[u8],
        wire: &mut S,
        dice: &mut Dice,
    ) -> bool {
        let mut rest = octets;
        while self.weather(provider).dribbles && rest.len() > 1 && dice.one_in(2) {
            let (piece, more) = rest.split_at(1 + dice.below(rest.len() - 1));
            if wire.write_all(piece).await.is_err() || wire.flush().await.is_err() {
                return false;
            }
            sleep(Duration::from_millis(dice.one_of(&[1, 30, 700]))).await;
            rest = more;
        }
        wire.write_all(rest).await.is_ok() && wire.flush().await.is_ok()
    }
}
