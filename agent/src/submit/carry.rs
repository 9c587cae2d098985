//! One task for each connection: carries attempts one after the other, and keeps the connection for a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use smtp::{Failure, Gate, Outcome, Phase, RecipientOutcome, Security, Session, Settings, Trouble};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::rustls::ClientConfig;

use super::attempt::Attempt;
use super::drive::{Line, Stop, say_goodbye, withdrawn};
use super::onlooker::{Audience, Onlooker, Protection, Sight};
use super::wire::Wire;
use super::{Endpoint, Limits, Target, connect, tls};

/// For QUIT and its answer.
const QUIT_WITHIN: Duration = Duration::from_secs(1);

/// What all connections to one provider share.
#[derive(Debug)]
pub(super) struct Carriage {
    pub(super) target: Target,
    pub(super) limits: Limits,
    pub(super) tls: Option<Arc<ClientConfig>>,
    /// Connections without work; the one used last comes last.
    pub(super) kept: Mutex<Vec<UnboundedSender<Attempt>>>,
    /// Becomes true when all shall say goodbye.
    pub(super) leaving: watch::Receiver<bool>,
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
        line.session.begin(attempt.transaction().clone());
        let outcome = match line.pump(Some(&mut attempt)).await {
            Stop::Settled(outcome) => outcome,
            Stop::Withdrawn(phase) => return attempt.fail(&withdrawn(phase)),
            Stop::Idle | Stop::Over(_) => return,
        };
        if is_kept && is_stale(&outcome) && !attempt.may_pass(Gate::FinalDot) {
            // The server had closed it while nobody looked: that says nothing about the provider.
            next = Some((attempt, None));
            continue;
        }
        attempt.end(outcome);
        if let Stop::Idle = line.pump(None).await {
            next = wait_for_work(&carriage, line).await.map(|(attempt, line)| (attempt, Some(line)));
        }
    }
}

/// Whether a kept connection was over before the first command of the transaction had an answer.
fn is_stale(outcome: &Outcome) -> bool {
    outcome.recipients.iter().all(|recipient| match recipient {
        RecipientOutcome::Failed(failure) => {
            let over = match &failure.trouble {
                Trouble::Closed(_) => true,
                Trouble::Reply(reply) => reply.code.0 == 421,
                _ => false,
            };
            over && matches!(failure.phase, Phase::Mail | Phase::Rset)
        }
        RecipientOutcome::Delivered(_) | RecipientOutcome::Uncertain(_) => false,
    })
}

/// Connects, unless the attempt is taken back meanwhile.
async fn open(carriage: &Carriage, attempt: &mut Attempt) -> Result<Line, Failure> {
    if attempt.may_pass(Gate::Data) {
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
    let Carriage { target, limits, tls, .. } = carriage;
    let show = |sight: Sight<'_>| onlooker.iter().for_each(|onlooker| onlooker.sees(&sight));
    let begun = Instant::now();
    let (stream, endpoint) =
        connect::connect(target, limits.connect).await.inspect_err(|why| show(Sight::Failed(why)))?;
    if let Ok(address) = stream.peer_addr() {
        show(Sight::Connected { address, endpoint, took: begun.elapsed() });
    }
    let begun = Instant::now();
    let wire = match (endpoint.security, tls) {
        (Security::Implicit, Some(config)) => {
            let shaken = timeout(limits.connect, tls::handshake(config, &target.host, stream)).await;
            let shaken = shaken.unwrap_or_else(|_| Err("no answer to the handshake".to_owned()));
            let shaken = shaken.map_err(|why| Failure::new(Phase::Tls, Trouble::Tls(why)));
            let stream = shaken.inspect_err(|why| show(Sight::Failed(why)))?;
            show(Sight::Secured(&Protection::of(&stream, begun.elapsed())));
            Wire::Tls(Box::new(stream))
        }
        _ => Wire::Clear(stream),
    };
    Ok(line(target, endpoint, wire, tls.clone(), *limits).watched_by(onlooker))
}

/// A session on a connection.
pub(super) fn line(
    target: &Target,
    endpoint: Endpoint,
    wire: Wire,
    tls: Option<Arc<ClientConfig>>,
    limits: Limits,
) -> Line {
    let settings = Settings {
        helo: target.helo.clone(),
        security: endpoint.security,
        auth: target.auth.clone(),
        credentials: target.credentials.clone(),
    };
    Line::new(Session::new(settings), wire, target.host.clone(), tls, limits)
}

/// Keeps the connection until there is work, it closes, or its time is over.
async fn wait_for_work(carriage: &Carriage, mut line: Line) -> Option<(Attempt, Line)> {
    let mut work = carriage.keep();
    let mut leaving = carriage.leaving.clone();
    let end = Instant::now() + carriage.limits.keep;
    tokio::select! {
        biased;
        attempt = work.recv() => return attempt.map(|attempt| (attempt, line)),
        _ = leaving.wait_for(|leaving| *leaving) => {}
        () = line.overhear() => {}
        () = sleep_until(end) => {}
    }
    work.close();
    if let Ok(attempt) = work.try_recv() {
        // It came at the last moment. A connection that has just ended is found out like any stale one.
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
    fn only_an_end_before_the_first_answer_says_nothing_about_the_provider() {
        let closed = || Trouble::Closed(String::new());
        let reply = |code| Trouble::Reply(Reply::new(ReplyCode(code), ["4.3.2 enough"]));
        for (phase, trouble, stale) in [
            (Phase::Mail, closed(), true),
            (Phase::Rset, closed(), true),
            (Phase::Mail, reply(421), true),
            (Phase::Rcpt, closed(), false),
            (Phase::Data, reply(421), false),
            (Phase::Mail, reply(451), false),
            (Phase::Mail, Trouble::Silent { seconds: 1 }, false),
            (Phase::Dot, closed(), false),
        ] {
            assert_eq!(is_stale_after(phase, trouble.clone()), stale, "{phase} {trouble}");
        }
        let uncertain = RecipientOutcome::Uncertain(Failure::new(Phase::Mail, closed()));
        assert!(!is_stale(&Outcome { recipients: vec![uncertain] }));
    }
}
