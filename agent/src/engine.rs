//! The loop: what happens goes to the dispatcher, and what it wants done is carried out. It decides nothing.
//!
//! It is the one place where the parts meet: hints from the watcher, reports from the sessions, acknowledgements from
//! the writer, the clock, and the signal to stop. Commands are carried out in order, and nothing behind a line that has
//! to be on the disk starts before the writer says that it is.

mod hands;
mod shelf;

use std::future::pending;
use std::time::Duration;

use delivery::{Dispatcher, Event, Monotonic};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use crate::accept::Policy;
use crate::edge::clock;
use crate::edge::signals::StopSignals;
use crate::edge::users::Submitters;
use crate::log;
use crate::spool::Folders;
use crate::spool::recover::Found;
use crate::spool::watch::Hint;
use crate::spool::writer::{Ack, Writer};
use crate::submit::{Carrier, Report};
use hands::Hands;
pub use shelf::Sender;

/// Events taken together at most before the writer gets its batch.
const EVENTS_MAX: usize = 256;

/// Everything that the loop works with.
#[derive(Debug)]
pub struct Engine {
    /// Who decides.
    pub dispatcher: Dispatcher,
    /// Who submits.
    pub carrier: Carrier,
    /// Who writes.
    pub writer: Writer,
    /// The folders that are read.
    pub folders: Folders,
    /// What an alert's words mean.
    pub policy: Policy,
    /// Who may name any recipient.
    pub submitters: Submitters,
    /// One for each provider, in order: as whom it sends.
    pub senders: Vec<Sender>,
}

/// Where the loop hears from.
#[derive(Debug)]
pub struct Ears {
    /// From the watcher; `None` if there is none.
    pub hints: Option<UnboundedReceiver<Hint>>,
    /// From the sessions.
    pub reports: UnboundedReceiver<Report>,
    /// From the writer.
    pub acks: UnboundedReceiver<Ack>,
    /// From outside.
    pub signals: StopSignals,
}

/// Time limits of the loop itself.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two scans without a hint.
    pub rescan: Duration,
    /// For the transactions in hand when the agent shall stop.
    pub stop: Duration,
}

/// Whether anything was in flight at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing was.
    Clean,
    /// A transaction was cut off behind its DATA.
    CutOff,
}

/// What can happen, whoever says so.
enum Heard {
    Stop(&'static str),
    Report(Report),
    Ack(Ack),
    Hint(Hint),
    Due,
    Rescan,
}

/// Runs until a signal asks for the end.
pub async fn run(engine: Engine, mut ears: Ears, pace: Pace, found: &Found) -> End {
    let mut hands = Hands::new(engine, found);
    hands.take_deferred(&found.deferred);
    hands.look_everywhere();
    hands.flush();
    let mut rescan = interval(pace.rescan.max(Duration::from_millis(10)));
    rescan.set_missed_tick_behavior(MissedTickBehavior::Delay);
    rescan.tick().await;
    loop {
        let heard = listen(&mut ears, &mut rescan, hands.next_wake()).await;
        if let Heard::Stop(signal) = heard {
            log::stopping(signal, !hands.is_idle());
            return stop(hands, ears, pace.stop).await;
        }
        hands.hear(heard);
        // Whatever else has happened meanwhile shares the next write.
        for _ in 0..EVENTS_MAX {
            let Some(heard) = heard_already(&mut ears) else { break };
            hands.hear(heard);
        }
        hands.flush();
    }
}

/// Finishes what is in hand, within the limit, and says goodbye to everybody.
async fn stop(mut hands: Hands, mut ears: Ears, limit: Duration) -> End {
    hands.tell(Event::Stopping);
    hands.flush();
    let deadline = sleep(limit);
    tokio::pin!(deadline);
    let mut end = End::Clean;
    while !hands.is_idle() {
        let heard = tokio::select! {
            biased;
            Some(report) = ears.reports.recv() => Heard::Report(report),
            Some(ack) = ears.acks.recv() => Heard::Ack(ack),
            // Whoever asks twice means it.
            _ = ears.signals.next() => { end = End::CutOff; break }
            () = &mut deadline => { end = End::CutOff; break }
        };
        hands.hear(heard);
        hands.flush();
    }
    hands.part(end).await;
    end
}

/// Waits for the next thing to happen. Cancel-safe: each branch is.
async fn listen(ears: &mut Ears, rescan: &mut Interval, wake: Option<Monotonic>) -> Heard {
    let due = async {
        match wake {
            Some(wake) => sleep(clock::until(wake)).await,
            None => pending().await,
        }
    };
    let hint = async {
        match &mut ears.hints {
            Some(hints) => match hints.recv().await {
                Some(hint) => hint,
                None => pending().await,
            },
            None => pending().await,
        }
    };
    tokio::select! {
        biased;
        signal = ears.signals.next() => Heard::Stop(signal),
        Some(report) = ears.reports.recv() => Heard::Report(report),
        Some(ack) = ears.acks.recv() => Heard::Ack(ack),
        hint = hint => Heard::Hint(hint),
        () = due => Heard::Due,
        _ = rescan.tick() => Heard::Rescan,
    }
}

/// What has happened already and waits to be heard.
fn heard_already(ears: &mut Ears) -> Option<Heard> {
    if let Ok(report) = ears.reports.try_recv() {
        return Some(Heard::Report(report));
    }
    if let Ok(ack) = ears.acks.try_recv() {
        return Some(Heard::Ack(ack));
    }
    ears.hints.as_mut().and_then(|hints| hints.try_recv().ok()).map(Heard::Hint)
}
