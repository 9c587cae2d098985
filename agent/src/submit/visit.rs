//! One session on its own, asked for by a person who looks on: a probe, or one message.
//!
//! It goes the way of every other session, over the same connect, handshake and driver, and says goodbye at the end. Nothing
//! is kept open, and nobody is asked at the gates: whoever started it waits for it.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use delivery::AttemptId;
use smtp::{Credentials, Failure, Gate, Outcome, Phase, Transaction, Trouble};
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::attempt::Attempt;
use super::carry::{Carriage, open_line};
use super::drive::Stop;
use super::login::{Login, is_token_refused};
use super::onlooker::{Onlooker, Protection};
use super::tls::Handshake;
use super::{Limits, Route, Target, TrustError, connect, peek};

/// A visit to one provider.
pub struct Visit {
    carriage: Carriage,
    onlooker: Arc<dyn Onlooker>,
}

impl Visit {
    /// Prepares it. Reads the file of [`Trust::CaFile`](super::Trust::CaFile), and connects to nobody.
    pub fn new(target: Target, limits: Limits, onlooker: Arc<dyn Onlooker>) -> Result<Self, TrustError> {
        // When its certificate ends, a probe says in its own words.
        let tls = Handshake::prepare(&target)?.map(|handshake| Arc::new(handshake.without_warnings()));
        let login = Login::new(target.identity.clone());
        let (_, leaving) = watch::channel(false);
        let carriage = Carriage {
            target,
            login,
            limits,
            tls,
            kept: Mutex::default(),
            leaving,
            memory: None,
            audience: None,
        };
        Ok(Self { carriage, onlooker })
    }

    /// Whether those who vouch for the provider can be used at all. Reads the file of
    /// [`Trust::CaFile`](super::Trust::CaFile), and connects to nobody.
    pub fn try_trust(target: &Target) -> Result<(), TrustError> {
        Handshake::prepare(target).map(|_| ())
    }

    /// One beside the agent's own connections to the same provider, with their handshake. A token is fetched for it.
    pub(super) fn beside(carriage: &Carriage, target: Target, onlooker: Arc<dyn Onlooker>) -> Self {
        let login = Login::new(target.identity.clone());
        let carriage = Carriage {
            target,
            login,
            limits: carriage.limits,
            tls: carriage.tls.clone(),
            kept: Mutex::default(),
            leaving: carriage.leaving.clone(),
            memory: carriage.memory.clone(),
            audience: None,
        };
        Self { carriage, onlooker }
    }

    /// The addresses of the provider's host, in the order of trying; none if it is a proxy or a program that knows them.
    pub async fn addresses(&self) -> Result<Vec<IpAddr>, String> {
        let Carriage { target, limits, .. } = &self.carriage;
        if !matches!(target.route, Route::Straight) {
            return Ok(Vec::new());
        }
        let found = connect::resolve(&target.host, Instant::now() + limits.connect).await;
        let found = found.map_err(|why| why.words)?;
        Ok(found.iter().map(SocketAddr::ip).collect())
    }

    /// Goes as far as the login, if there is one, and leaves.
    pub async fn probe(&self) -> Result<(), Failure> {
        let mut line = open_line(&self.carriage, Some(Arc::clone(&self.onlooker))).await?;
        line.session.quit();
        match line.pump(None).await {
            Stop::Over(None) => Ok(()),
            Stop::Over(Some(failure)) => Err(line.never_connected().unwrap_or(failure)),
            Stop::Idle | Stop::Settled(_) | Stop::Withdrawn(_) => Err(unfinished()),
        }
    }

    /// Sends one message. A token that is refused is fetched anew, once, and the message tried again with it, as by the
    /// agent.
    pub async fn send(&self, transaction: Transaction) -> Outcome {
        let (outcome, refused) = self.send_once(transaction.clone()).await;
        let Some(refused) = refused.filter(|_| is_token_refused(&outcome)) else { return outcome };
        match self.carriage.login.renew(&refused).await {
            Ok(true) => self.send_once(transaction).await.0,
            // What is wrong with the old one is the better reason: whoever fetches it may well give no other.
            Ok(false) | Err(_) => outcome,
        }
    }

    /// What came of it, and what it logged in with.
    async fn send_once(&self, transaction: Transaction) -> (Outcome, Option<Arc<Credentials>>) {
        let recipients = transaction.recipients.len();
        let mut line = match open_line(&self.carriage, Some(Arc::clone(&self.onlooker))).await {
            Ok(line) => line,
            Err(failure) => return (Outcome::failed(recipients, &failure), None),
        };
        let (_words, inbox) = unbounded_channel();
        let (reports, _) = unbounded_channel();
        let mut attempt = Attempt::new(AttemptId(0), transaction.clone(), inbox, reports);
        attempt.grant(Gate::FinalDot);
        line.session.begin(transaction);
        let outcome = match line.pump(Some(&mut attempt)).await {
            Stop::Settled(outcome) => line.stillborn(&attempt).unwrap_or(outcome),
            Stop::Idle | Stop::Over(_) | Stop::Withdrawn(_) => Outcome::failed(recipients, &unfinished()),
        };
        line.session.quit();
        // What comes of the goodbye changes nothing.
        let _ = timeout(self.carriage.limits.reply, line.pump(None)).await;
        (outcome, line.credentials)
    }

    /// The certificates of a server that was refused, seen over a second connection over which nothing is sent.
    pub async fn peek(&self) -> Option<Protection> {
        peek::peek(&self.carriage).await
    }
}

fn unfinished() -> Failure {
    Failure::new(Phase::Quit, Trouble::Closed("the session ended in an unexpected way".to_owned()))
}
