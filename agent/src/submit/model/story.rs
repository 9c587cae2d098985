//! One history: an engine of moods in front of the real carrier, with servers in memory behind it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use delivery::AttemptId;
use smtp::{Gate, Phase};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::book::{Book, Known, SLACK, Truth};
use super::chance::Dice;
use super::manners::Manners;
use super::net::Net;
use super::plan::{Plan, draw_limits, target};
use crate::submit::{Carrier, GOODBYE_MAX, Limits, Report};

/// Longer than any server sits over a message that it does not read.
const LONG: Duration = Duration::from_hours(1);

/// What a history has left.
pub(super) struct Told {
    pub(super) marks: BTreeMap<String, u64>,
    pub(super) steps: Vec<String>,
    pub(super) virtual_time: Duration,
    pub(super) attempts: usize,
}

/// What the engine is going to do.
#[derive(Clone, Copy, Debug)]
enum Intent {
    Begin(u64),
    Speak(AttemptId, Gate),
    Withdraw(AttemptId),
    Network {
        is_down: bool,
    },
    Drill(usize),
    /// The agent is ended, with attempts in hand or without.
    Cut,
}

struct Story {
    book: Arc<Mutex<Book>>,
    dice: Dice,
    limits: Limits,
    plans: Vec<Plan>,
    nets: Vec<Net>,
    carrier: Carrier,
    reports: UnboundedReceiver<Report>,
    network: watch::Sender<bool>,
    intents: BTreeMap<(Instant, u64), Intent>,
    count: u64,
}

/// Plays the history of this seed, in a runtime that has no sockets and whose clock is paused.
pub(super) fn play(seed: u64, tells: bool) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let start = Instant::now();
        let mut story = Story::begin(seed, tells);
        story.run().await;
        let book = story.end().await;
        let book = Arc::try_unwrap(book).expect("nobody else writes").into_inner().expect("a book");
        let (marks, steps, attempts) = (book.marks, book.steps, book.attempts.len());
        Told { marks, steps, virtual_time: start.elapsed(), attempts }
    })
}

impl Story {
    fn begin(seed: u64, tells: bool) -> Self {
        let mut dice = Dice::new(seed);
        let limits = draw_limits(&mut dice);
        let book = Arc::new(Mutex::new(Book::new(limits, tells)));
        let (network, is_down) = watch::channel(false);
        let providers = 1 + dice.below(3);
        let net = |provider| {
            let manners = Manners::draw(&mut dice, limits);
            if tells {
                eprintln!("provider {provider}: {manners:?}");
            }
            Net::new(provider, manners, &book, dice.fork(), is_down.clone())
        };
        let nets: Vec<Net> = (0..providers).map(net).collect();
        let targets: Vec<_> = nets.iter().map(|net| target(&mut dice, net)).collect();
        let (sender, reports) = unbounded_channel();
        let carrier = Carrier::new(targets, limits, sender, None, None).expect("providers");
        let plans = (0..4 + dice.below(20)).map(|_| Plan::draw(&mut dice, nets.len())).collect();
        let intents = BTreeMap::new();
        let mut story =
            Self { book, dice, limits, plans, nets, carrier, reports, network, intents, count: 0 };
        story.draw_intents();
        story
    }

    fn draw_intents(&mut self) {
        let mut at = Duration::ZERO;
        let cut = self.dice.one_in(5).then(|| self.dice.below(self.plans.len()) as u64);
        let haste = self.dice.seconds(&[0, 1, 20, 200]);
        let is_steady = self.dice.one_in(2);
        for n in 0..self.plans.len() as u64 {
            at += if is_steady { self.dice.seconds(&[1, 3, 9]) } else { self.dice.time(haste) };
            self.intend(at, Intent::Begin(n + 1));
            if cut == Some(n) {
                let later = self.dice.time(Duration::from_secs(10));
                self.intend(at + later, Intent::Cut);
            }
            if self.dice.one_in(40) {
                let outage = self.dice.time(Duration::from_mins(10));
                self.intend(at, Intent::Network { is_down: true });
                self.intend(at + outage, Intent::Network { is_down: false });
            }
            if self.dice.one_in(20) {
                let provider = self.dice.below(self.nets.len());
                self.intend(at, Intent::Drill(provider));
            }
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn intend(&mut self, after: Duration, intent: Intent) {
        self.count += 1;
        self.intents.insert((Instant::now() + after, self.count), intent);
    }

    /// Goes on until nothing is intended and nothing runs, or it is cut off.
    async fn run(&mut self) {
        while !self.book().is_cut {
            self.book().assert();
            let next = self.intents.first_key_value().map(|((at, _), _)| *at);
            let Some(until) = next.into_iter().chain(self.patience()).min() else { return };
            tokio::select! {
                biased;
                Some(report) = self.reports.recv() => self.hear(report),
                () = sleep_until(until) => match self.intents.first_entry() {
                    Some(first) if first.key().0 <= Instant::now() => {
                        let intent = first.remove();
                        self.act(intent);
                    }
                    _ => self.book().violates("an attempt lasts longer than all of its limits together"),
                }
            }
        }
    }

    /// When the first of those that run must have ended.
    fn patience(&self) -> Option<Instant> {
        let book = self.book();
        let running = book.attempts.values().filter(|known| known.end.is_none());
        let end = |known: &Known| {
            let waits = known.asks_since.map_or(Duration::ZERO, |since| since.elapsed());
            // While it waits for a word it is the engine's turn.
            let turn = if known.asks_since.is_some() { LONG } else { Duration::ZERO };
            known.began + known.within + known.waited + waits + turn + SLACK
        };
        let drill = (book.drills > 0).then(|| Instant::now() + LONG);
        running.map(end).chain(drill).min()
    }

    fn hear(&mut self, report: Report) {
        match report {
            Report::Reached { attempt, gate } => {
                let plan = &self.plans[place_of(attempt)];
                let word = if gate == Gate::Data { plan.at_data } else { plan.at_dot };
                {
                    let mut book = self.book();
                    book.tell(&format!("{attempt:?} stands at {gate:?}"));
                    let known = book.attempts.get_mut(&attempt).expect("it began");
                    assert!(known.leave < Some(gate), "{attempt:?} asks for {gate:?} again");
                    known.asks_since = Some(Instant::now());
                }
                self.intend(word.after, Intent::Speak(attempt, gate));
            }
            Report::Ended { attempt, outcome } => {
                let mut book = self.book();
                if let Some(known) = book.attempts.get_mut(&attempt) {
                    known.waited += known.asks_since.take().map_or(Duration::ZERO, |since| since.elapsed());
                }
                book.ends(attempt, outcome);
            }
            Report::Drilled { provider, sighting } => {
                let mut book = self.book();
                book.tell(&format!("the drill of {provider} ended: {:?}", sighting.failure));
                book.drills -= 1;
                book.given_up = Some(Instant::now());
                if sighting.failure.as_ref().is_some_and(|failure| failure.phase == Phase::Quit) {
                    book.violates("a drill fails at its goodbye");
                }
                book.mark(if sighting.failure.is_some() { "a drill that fails" } else { "a drill" });
            }
            Report::Noted { .. } | Report::Addresses(_) => {
                self.book().violates("there are no remembered addresses");
            }
        }
    }

    fn act(&mut self, intent: Intent) {
        self.book().tell(&format!("{intent:?}"));
        match intent {
            Intent::Begin(n) => self.begin_attempt(n),
            Intent::Speak(attempt, gate) => self.speak(attempt, gate),
            Intent::Withdraw(attempt) => self.withdraw(attempt),
            Intent::Network { is_down } => {
                self.network.send_replace(is_down);
            }
            Intent::Drill(provider) => {
                self.book().drills += 1;
                self.carrier.drill(provider, true);
            }
            Intent::Cut => self.cut(),
        }
    }

    fn begin_attempt(&mut self, n: u64) {
        let plan = &self.plans[place_of(AttemptId(n))];
        let (id, transaction) = (AttemptId(n), plan.transaction(n));
        let known = Known {
            provider: plan.provider,
            octets: transaction.content.len(),
            pipe: self.nets[plan.provider].manners.pipe,
            began: Instant::now(),
            is_heard: false,
            within: plan.within(&self.limits),
            leave: None,
            withdrawn: None,
            asks_since: None,
            waited: Duration::ZERO,
            end: None,
            truths: vec![Truth::default(); plan.recipients],
            unread: None,
            stalls_since: None,
        };
        let (provider, withdrawn_after) = (plan.provider, plan.withdrawn_after);
        self.book().attempts.insert(id, known);
        self.carrier.begin(id, provider, transaction);
        if let Some(after) = withdrawn_after {
            self.intend(after, Intent::Withdraw(id));
        }
    }

    /// Says at a gate what it was going to say, unless that is no news any more.
    fn speak(&mut self, id: AttemptId, gate: Gate) {
        let plan = &self.plans[place_of(id)];
        let is_leave = if gate == Gate::Data { plan.at_data } else { plan.at_dot }.is_leave;
        {
            let mut book = self.book();
            let known = book.attempts.get_mut(&id).expect("it began");
            if known.end.is_some() || known.withdrawn.is_some() || known.leave >= Some(gate) {
                return;
            }
            if is_leave {
                known.leave = Some(gate);
                known.waited += known.asks_since.take().map_or(Duration::ZERO, |since| since.elapsed());
            }
        }
        if is_leave {
            self.carrier.grant(id);
        } else {
            self.withdraw(id);
        }
    }

    fn withdraw(&mut self, id: AttemptId) {
        {
            let mut book = self.book();
            let known = book.attempts.get_mut(&id).expect("it began");
            if known.end.is_some() || known.withdrawn.is_some() {
                return;
            }
            let now = Instant::now();
            known.withdrawn = Some(now);
            let mark = match (known.leave, known.asks_since) {
                // The engine never does; nothing may come of it.
                (Some(Gate::FinalDot), _) => "taken back too late",
                (None, Some(_)) => "taken back before DATA",
                (Some(Gate::Data), Some(_)) => "taken back before the message",
                (None, None) => "taken back on the way to DATA",
                (Some(Gate::Data), None) => "taken back behind DATA",
            };
            book.given_up = Some(now);
            book.mark(mark);
        }
        self.carrier.withdraw(id);
    }

    /// The agent is ended with attempts in hand: whoever runs is dropped where he stands.
    fn cut(&mut self) {
        let mut book = self.book();
        let runs = book.attempts.values().any(|known| known.end.is_none());
        book.is_cut = true;
        book.mark(if runs { "cut off" } else { "cut off without work" });
        book.tell("the carrier is gone");
    }

    /// The end: whoever has nothing to do says goodbye, and nobody is left.
    async fn end(mut self) -> Arc<Mutex<Book>> {
        if !self.book().is_cut {
            if self.dice.one_in(2) {
                self.outlives_its_keep().await;
            }
            let begun = Instant::now();
            self.carrier.close().await;
            if begun.elapsed() > GOODBYE_MAX + SLACK || !self.carrier.tasks.is_empty() {
                self.book().violates("not everybody has said goodbye");
            }
        }
        let Self { book, mut reports, carrier, nets, network, .. } = self;
        drop(carrier);
        network.send_replace(false);
        // Whoever was dropped still says so, at once.
        sleep(SLACK).await;
        while let Ok(report) = reports.try_recv() {
            if let Report::Ended { attempt, outcome } = report {
                lock(&book).ends(attempt, outcome);
            }
        }
        sleep(LONG).await;
        // A drill is left to itself.
        while let Ok(report) = reports.try_recv() {
            assert!(matches!(report, Report::Drilled { .. }), "{report:?} comes after the end");
        }
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let mut book_now = lock(&book);
        if tasks > 0 || book_now.open > 0 {
            let open = book_now.open;
            book_now.violates(&format!("at the end {tasks} tasks and {open} connections are left"));
        }
        book_now.judge();
        book_now.assert();
        drop((book_now, nets));
        book
    }

    /// Without work, no connection outlives its limit.
    async fn outlives_its_keep(&self) {
        sleep(self.limits.keep + Duration::from_secs(1) + SLACK).await;
        let open = self.book().open;
        if open > 0 {
            self.book().violates(&format!("{open} connections are kept beyond their limit"));
        }
    }
}

/// Attempts are numbered from 1.
fn place_of(id: AttemptId) -> usize {
    usize::try_from(id.0 - 1).expect("a small number")
}

fn lock(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
