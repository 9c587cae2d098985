//! The loop: what happens goes to the dispatcher, and what it wants done is carried out. It decides nothing.
//!
//! It is the one place where the parts meet: hints from the watcher, reports from the sessions, acknowledgements from
//! the writer, the clock, and the signal to stop. Commands are carried out in order, and nothing behind a line that has
//! to be on the disk starts before the writer says that it is.

mod announce;
mod canary;
pub(crate) mod compose;
mod gather;
mod ground;
mod hands;
#[cfg(test)]
mod model;
mod people;
mod shelf;
mod submission;
mod taken_back;
mod world;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use delivery::{Dispatcher, Event};
use spool_format::Layout;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{Instant, sleep, sleep_until};

use crate::accept::{Policy, Sender};
use crate::edge::service::Service;
use crate::edge::signals::StopSignals;
use crate::log;
use crate::spool::Folders;
use crate::spool::lock::Lock;
use crate::spool::recover::Found;
use crate::spool::socket::Submission;
use crate::spool::watch::{Hint, Watch};
use crate::spool::writer::{Ack, Batch};
use crate::submit::Report;
pub(crate) use announce::DISK;
pub use announce::Herald;
pub use gather::Caps;
use ground::Ground;
use hands::Hands;
pub use people::{Wanted, obey_offline};
pub use shelf::Load;
pub use world::{Real, World};

/// Events taken together at most before the writer gets its batch.
const EVENTS_MAX: usize = 256;

/// Between two scans while nothing can be watched.
const RESCAN_BLIND: Duration = Duration::from_secs(1);

/// New settings wait so long for a moment at which nothing is in flight. Later nothing new begins until there is one.
const QUIET_WITHIN: Duration = Duration::from_secs(2);

/// Comes back from the writer for a batch with nothing in it: it is at work, too. Other tokens count from 1.
const BEAT: u64 = u64::MAX;

/// Everything that the loop works with.
pub struct Engine<W: World> {
    /// Who decides.
    pub dispatcher: Dispatcher,
    /// What is outside.
    pub world: W,
    /// The folders that are read.
    pub folders: Folders<W::Fs>,
    /// What an alert's words mean.
    pub policy: Policy,
    /// What one user may have in hand.
    pub caps: Caps,
    /// One for each provider, in order: as whom it sends.
    pub senders: Vec<Sender>,
    /// Whom notices go to.
    pub herald: Herald,
}

/// Where the loop hears from.
#[derive(Debug)]
pub struct Ears<'a> {
    /// From the watcher.
    pub hints: UnboundedReceiver<Hint>,
    /// From the sessions.
    pub reports: UnboundedReceiver<Report>,
    /// From the writer.
    pub acks: UnboundedReceiver<Ack>,
    /// From outside.
    pub outside: &'a mut Outside,
}

/// Who is there whatever the settings are: heard by one loop after the other.
#[derive(Debug)]
pub struct Outside {
    /// From those who cannot write into the spool; nothing comes if there is no socket.
    pub submissions: mpsc::Receiver<Submission>,
    /// From people.
    pub orders: mpsc::Receiver<Wanted>,
    /// From the network: it may be there now.
    pub network: mpsc::Receiver<()>,
    /// Somebody asks for the end.
    pub signals: StopSignals,
    /// Other settings are ready to be used.
    pub fresh: Arc<Notify>,
    /// Who started the agent, and is told how it is.
    pub service: Arc<Service>,
    /// Whether the last loop ended for their sake: what waits is due when the next one begins.
    pub anew: bool,
}

/// The spool that the loop keeps an eye on, and how often.
#[derive(Debug)]
pub struct Eyes {
    /// Where it is.
    pub layout: Layout,
    /// Who watches it.
    pub watch: Watch,
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
    Submission(Submission),
    Wanted(Wanted),
    NetworkChanged,
    Fresh,
    Due,
    Rescan,
    Beat,
}

/// Runs until a signal asks for the end, or other settings are to be used. Gives back the lock, which still holds.
pub fn run(engine: Engine<Real>, ears: Ears<'_>, eyes: Eyes, found: Found) -> impl Future<Output = Lock> {
    run_on(engine, ears, eyes, found)
}

/// The same on any ground.
async fn run_on<W: Ground>(engine: Engine<W>, mut ears: Ears<'_>, mut eyes: Eyes, found: Found) -> W::Lock {
    let mut watching = W::watches(&mut eyes);
    let mut hands = Hands::new(engine, found);
    hands.tend(watching);
    if std::mem::take(&mut ears.outside.anew) {
        hands.tell(Event::Hurry);
    }
    hands.flush();
    let mut scan_at = Instant::now() + eyes.pause(watching);
    let mut anew_at = None;
    let mut beat_at = ears.outside.service.beat().map(|_| Instant::now());
    loop {
        let wake = hands.next_wake().map(|wake| wake.since(hands.world.now().monotonic));
        let heard = listen(&mut ears, (scan_at, anew_at, beat_at), wake).await;
        if let Heard::Stop(signal) = heard {
            log::stopping(signal, !hands.is_idle());
            ears.outside.service.stops();
            return stop(hands, ears, eyes.stop).await;
        }
        if matches!(heard, Heard::Fresh) {
            anew_at.get_or_insert(Instant::now() + QUIET_WITHIN);
        }
        if matches!(heard, Heard::Rescan) {
            watching = W::look_after(&mut eyes, &mut hands);
            hands.tend(watching);
            scan_at = Instant::now() + eyes.pause(watching);
        }
        if matches!(heard, Heard::Beat) {
            // The loop is here to say it; the writer has to be there to say it.
            hands.world.write(Batch { token: Some(BEAT), ..Batch::default() });
            beat_at = ears.outside.service.beat().map(|beat| Instant::now() + beat);
        }
        hear(&mut hands, &ears.outside.service, heard);
        // Whatever else has happened meanwhile shares the next write.
        for _ in 0..EVENTS_MAX {
            let Some(heard) = heard_already(&mut ears) else { break };
            hear(&mut hands, &ears.outside.service, heard);
        }
        hands.flush();
        if anew_at.is_some_and(|at| hands.is_idle() || at <= Instant::now()) {
            ears.outside.anew = true;
            return stop(hands, ears, eyes.stop).await;
        }
    }
}

/// The service manager hears that all is well from nobody else: both the loop and the writer have got here.
fn hear<W: World>(hands: &mut Hands<W>, service: &Service, heard: Heard) {
    if matches!(heard, Heard::Ack(Ack::Written(BEAT))) {
        service.is_alive(&hands.status());
    } else {
        hands.hear(heard);
    }
}

impl Eyes {
    fn pause(&self, watching: bool) -> Duration {
        let rescan = self.rescan.max(Duration::from_millis(10));
        if watching { rescan } else { rescan.min(RESCAN_BLIND) }
    }
}

/// Finishes what is in hand, within the limit, and says goodbye to everybody.
async fn stop<W: Ground>(mut hands: Hands<W>, ears: Ears<'_>, limit: Duration) -> W::Lock {
    hands.tell(Event::Stopping);
    hands.flush();
    let deadline = sleep(limit);
    tokio::pin!(deadline);
    let mut end = End::Clean;
    let Ears { mut reports, mut acks, outside, .. } = ears;
    while !hands.is_idle() {
        let heard = tokio::select! {
            biased;
            Some(report) = reports.recv() => Heard::Report(report),
            Some(ack) = acks.recv() => Heard::Ack(ack),
            _ = outside.signals.next() => {
                // Whoever asks twice means it. The first one is as good as any while only the settings were to change.
                if std::mem::take(&mut outside.anew) { continue }
                end = End::CutOff;
                break
            }
            () = &mut deadline => { end = End::CutOff; break }
        };
        hands.hear(heard);
        hands.flush();
    }
    hands.part(end).await
}

/// Waits for the next thing to happen. Cancel-safe: each branch is.
async fn listen(
    ears: &mut Ears<'_>,
    (scan_at, anew_at, beat_at): (Instant, Option<Instant>, Option<Instant>),
    wake: Option<Duration>,
) -> Heard {
    let due = async {
        match wake {
            Some(wake) => sleep(wake).await,
            None => pending().await,
        }
    };
    let at = async |at: Option<Instant>| match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    };
    let outside = &mut *ears.outside;
    tokio::select! {
        biased;
        signal = outside.signals.next() => Heard::Stop(signal),
        Some(report) = ears.reports.recv() => Heard::Report(report),
        Some(ack) = ears.acks.recv() => Heard::Ack(ack),
        Some(hint) = ears.hints.recv() => Heard::Hint(hint),
        Some(submission) = outside.submissions.recv() => Heard::Submission(submission),
        Some(wanted) = outside.orders.recv() => Heard::Wanted(wanted),
        Some(()) = outside.network.recv() => Heard::NetworkChanged,
        () = outside.fresh.notified() => Heard::Fresh,
        () = at(anew_at) => Heard::Fresh,
        () = at(beat_at) => Heard::Beat,
        () = due => Heard::Due,
        () = sleep_until(scan_at) => Heard::Rescan,
    }
}

/// What has happened already and waits to be heard.
fn heard_already(ears: &mut Ears<'_>) -> Option<Heard> {
    if let Ok(report) = ears.reports.try_recv() {
        return Some(Heard::Report(report));
    }
    if let Ok(ack) = ears.acks.try_recv() {
        return Some(Heard::Ack(ack));
    }
    if let Ok(submission) = ears.outside.submissions.try_recv() {
        return Some(Heard::Submission(submission));
    }
    ears.hints.try_recv().ok().map(Heard::Hint)
}
