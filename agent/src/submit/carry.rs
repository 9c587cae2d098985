//! One task for each connection: carries attempts one after the other, and keeps the connection for a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use smtp::{
    Credentials, Failure, Gate, Outcome, Phase, RecipientOutcome, Security, Seed, Session, Settings, Trouble,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::attempt::Attempt;
use super::connect::{Connection, connect, not_recalled};
use super::drive::{Line, QUIT_WITHIN, Stop, say_goodbye, withdrawn};
use super::login::{Login, is_token_refused};
use super::memory::Memory;
use super::onlooker::{Audience, Onlooker, Protection, Sight};
use super::program::Ending;
use super::tls::Handshake;
use super::wire::Wire;
use super::{Endpoint, Limits, Target};
use crate::edge::chance;
use crate::log;

/// After so long without work a server may have had enough of a connection, and its goodbye may be under way.
const RESTED_AFTER: Duration = Duration::from_secs(3);

/// What all connections to one provider share.
#[derive(Debug)]
pub(super) struct Carriage {
    pub(super) target: Target,
    pub(super) login: Login,
    pub(super) limits: Limits,
    pub(super) tls: Option<Arc<Handshake>>,
    /// Connections without work; the one used last comes last.
    pub(super) kept: Mutex<Vec<UnboundedSender<Attempt>>>,
    /// Becomes true when all shall say goodbye.
    pub(super) leaving: watch::Receiver<bool>,
    /// The addresses that hosts had, for when names cannot be resolved.
    pub(super) memory: Option<Arc<Memory>>,
    /// Who looks on at each connection.
    pub(super) audience: Option<Arc<dyn Audience>>,
}

impl Carriage {
    /// Hands the attempt to a kept connection; gives it back if there is none.
    pub(super) fn hand_to_kept(&self, attempt: Attempt) -> Option<Attempt> {
        let mut attempt = attempt;
        loop {
            let next = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(kept) = next else { return Some(attempt) };
            match kept.send(attempt) {
                Ok(()) => return None,
                // It was given up a moment ago.
                Err(back) => attempt = back.0,
            }
        }
    }

    fn onlooker(&self) -> Option<Arc<dyn Onlooker>> {
        self.audience.as_ref().map(|audience| audience.admit(&self.target.name))
    }

    fn keep(&self) -> UnboundedReceiver<Attempt> {
        let (sender, receiver) = unbounded_channel();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| !other.is_closed());
        kept.push(sender);
        receiver
    }
}

/// Carries the attempt on a new connection, and others after it.
pub(super) async fn carry(carriage: Arc<Carriage>, attempt: Attempt) {
    let mut next = Some((attempt, None));
    let mut has_renewed = false;
    while let Some((mut attempt, line)) = next.take() {
        let is_kept = line.is_some();
        let line = match line {
            Some(line) => Ok(line),
            None => open(&carriage, &mut attempt).await,
        };
        let mut line = match line {
            Ok(line) => line,
            Err(failure) => return attempt.fail(&failure),
        };
        if let Some(why) = line.recalled.as_ref().filter(|_| !is_kept) {
            attempt.note(format!("{why}; it went to an address that was remembered"));
            log::address_recalled(&carriage.target.name, why);
        }
        line.session.begin(attempt.transaction().clone());
        let outcome = match line.pump(Some(&mut attempt)).await {
            Stop::Settled(outcome) => {
                let outcome = line.stillborn(&attempt).unwrap_or(outcome);
                match &line.recalled {
                    Some(why) => misled(outcome, why),
                    None => outcome,
                }
            }
            Stop::Withdrawn(phase) => return attempt.fail(&withdrawn(phase)),
            Stop::Idle | Stop::Over(_) => return,
        };
        if is_kept && is_stale(&outcome) {
            // The server had closed it while nobody looked: that says nothing about the provider.
            next = Some((attempt, None));
            continue;
        }
        if is_token_refused(&outcome) && !has_renewed && has_renewed_token(&carriage, &line).await {
            // Once an attempt: a provider that refuses a fresh token, too, means it.
            has_renewed = true;
            next = Some((attempt, None));
            continue;
        }
        has_renewed = false;
        attempt.end(outcome);
        line.carried += 1;
        let allowed = line.session.capabilities().messages_limit().unwrap_or(usize::MAX);
        if line.carried >= carriage.target.messages_per_connection.min(allowed) {
            return say_goodbye(line, QUIT_WITHIN).await;
        }
        if let Stop::Idle = line.pump(None).await {
            next = wait_for_work(&carriage, line).await.map(|(attempt, line)| (attempt, Some(line)));
        }
    }
}

/// Whoever could not show the right certificate at a remembered address may be somebody else by now, which is not the
/// provider's fault.
fn misled(mut outcome: Outcome, why: &str) -> Outcome {
    for recipient in &mut outcome.recipients {
        if let RecipientOutcome::Failed(failure) = recipient
            && matches!(failure.trouble, Trouble::Tls(_))
        {
            *failure = not_recalled(why, failure);
        }
    }
    outcome
}

/// Whether there is another token than the one that this connection was refused with.
async fn has_renewed_token(carriage: &Carriage, line: &Line) -> bool {
    let Some(refused) = &line.credentials else { return false };
    match carriage.login.renew(refused).await {
        Ok(is_fresh) => is_fresh,
        Err(why) => {
            log::token_not_renewed(&carriage.target.name, &why);
            false
        }
    }
}

/// Whether a kept connection was over before the server had taken anything of the message. Some servers only say so after
/// the envelope.
pub(crate) fn is_stale(outcome: &Outcome) -> bool {
    outcome.recipients.iter().all(|recipient| match recipient {
        RecipientOutcome::Failed(failure) => {
            let over = match &failure.trouble {
                // Words that answer nothing are most often a goodbye under another number than 421.
                Trouble::Closed(_) | Trouble::Protocol(_) => true,
                Trouble::Reply(reply) => reply.code.0 == 421,
                _ => false,
            };
            over && matches!(failure.phase, Phase::Rset | Phase::Mail | Phase::Rcpt | Phase::Data)
        }
        RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } | RecipientOutcome::Uncertain(_) => {
            false
        }
    })
}

/// Connects, unless the attempt is taken back meanwhile.
async fn open(carriage: &Carriage, attempt: &mut Attempt) -> Result<Line, Failure> {
    if attempt.may_pass(Gate::FinalDot) {
        return open_line(carriage, carriage.onlooker()).await;
    }
    tokio::select! {
        biased;
        () = attempt.withdrawn() => Err(withdrawn(Phase::Connect)),
        line = open_line(carriage, carriage.onlooker()) => line,
    }
}

/// Connects, with the handshake where TLS comes first.
pub(super) async fn open_line(
    carriage: &Carriage,
    onlooker: Option<Arc<dyn Onlooker>>,
) -> Result<Line, Failure> {
    let show = |sight: Sight<'_>| onlooker.iter().for_each(|onlooker| onlooker.sees(&sight));
    let mut line = connected(carriage, &show).await.inspect_err(|why| show(Sight::Failed(why)))?;
    line.watched_by(onlooker.clone());
    Ok(line)
}

async fn connected(carriage: &Carriage, show: &impl Fn(Sight<'_>)) -> Result<Line, Failure> {
    let Carriage { target, login, limits, tls, .. } = carriage;
    let credentials = login.credentials().await?;
    let seed = seed()?;
    let begun = Instant::now();
    let memory = carriage.memory.as_deref();
    let Connection { stream, endpoint, ending, recalled } = connect(target, limits.connect, memory).await?;
    show(Sight::Connected { address: stream.peer(), endpoint, took: begun.elapsed() });
    let begun = Instant::now();
    let wire = match (endpoint.security, tls) {
        (Security::Implicit, Some(handshake)) => {
            let shaken = timeout(limits.connect, handshake.shake(stream)).await;
            match shaken.unwrap_or_else(|_| Err("no answer to the handshake".to_owned())) {
                Ok(stream) => {
                    show(Sight::Secured(&Protection::of(&stream, begun.elapsed())));
                    Wire::Tls(Box::new(stream))
                }
                Err(why) => {
                    let failure = not_shaken(why, ending).await;
                    return Err(recalled.map_or(failure.clone(), |why| not_recalled(&why, &failure)));
                }
            }
        }
        _ => Wire::Clear(stream),
    };
    let settings = settings(target, endpoint, credentials.clone(), seed);
    let mut line = Line::new(Session::new(settings), wire, tls.clone(), *limits, credentials);
    line.ending = ending;
    line.recalled = recalled;
    Ok(line)
}

/// Fresh chance for the nonces of one session.
pub(super) fn seed() -> Result<Seed, Failure> {
    chance::octets().map(Seed::new).map_err(|error| {
        let why = format!("the kernel gives no chance for a login: {error}");
        Failure::new(Phase::Connect, Trouble::Settings(why))
    })
}

/// What a session at this endpoint is told.
pub(super) fn settings(
    target: &Target,
    endpoint: Endpoint,
    credentials: Option<Arc<Credentials>>,
    seed: Seed,
) -> Settings {
    Settings {
        host: target.host.clone(),
        port: endpoint.port,
        helo: target.helo.clone(),
        security: endpoint.security,
        auth: target.auth.clone(),
        chunking: target.chunking,
        recipients_max: target.recipients_max,
        credentials,
        seed,
    }
}

/// A program that ended during the handshake has not connected.
async fn not_shaken(why: String, ending: Option<Ending>) -> Failure {
    let ended = match ending {
        Some(ending) => ending.in_words().await,
        None => None,
    };
    match ended {
        Some(ended) => Failure::connect(ended),
        None => Failure::new(Phase::Tls, Trouble::Tls(why)),
    }
}

/// Keeps the connection until there is work, it closes, or its time is over.
async fn wait_for_work(carriage: &Carriage, mut line: Line) -> Option<(Attempt, Line)> {
    let mut work = carriage.keep();
    let mut leaving = carriage.leaving.clone();
    let begun = Instant::now();
    let end = begun + carriage.limits.keep;
    tokio::select! {
        biased;
        attempt = work.recv() => {
            if begun.elapsed() >= RESTED_AFTER {
                line.session.rested();
            }
            return attempt.map(|attempt| (attempt, line));
        }
        _ = leaving.wait_for(|leaving| *leaving) => {}
        () = line.overhear() => {}
        () = sleep_until(end) => {}
    }
    work.close();
    if let Ok(attempt) = work.try_recv() {
        // It came at the last moment. A connection that has just ended is found out like any stale one.
        line.session.rested();
        return Some((attempt, line));
    }
    say_goodbye(line, QUIT_WITHIN).await;
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::{Reply, ReplyCode};

    fn is_stale_after(phase: Phase, trouble: Trouble) -> bool {
        is_stale(&Outcome::failed(2, &Failure::new(phase, trouble)))
    }

    #[test]
    fn only_an_end_before_the_message_says_nothing_about_the_provider() {
        let closed = || Trouble::Closed(String::new());
        let reply = |code| Trouble::Reply(Reply::new(ReplyCode(code), ["4.3.2 enough"]));
        for (phase, trouble, stale) in [
            (Phase::Mail, closed(), true),
            (Phase::Mail, Trouble::Protocol("221 bye".to_owned()), true),
            (Phase::Rset, closed(), true),
            (Phase::Mail, reply(421), true),
            (Phase::Rcpt, closed(), true),
            (Phase::Rcpt, reply(421), true),
            (Phase::Data, reply(421), true),
            (Phase::Mail, reply(451), false),
            (Phase::Dot, reply(421), false),
            (Phase::Mail, Trouble::Silent { seconds: 1 }, false),
            (Phase::Dot, closed(), false),
        ] {
            assert_eq!(is_stale_after(phase, trouble.clone()), stale, "{phase} {trouble}");
        }
        let uncertain = RecipientOutcome::Uncertain(Failure::new(Phase::Mail, closed()));
        assert!(!is_stale(&Outcome { recipients: vec![uncertain] }));
    }
}
